"""Make the tables of the tuning window."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget

from fasdemo.gui.translation import tr


def make_table(columns: Sequence[str], name: str) -> QTableWidget:
    """Return an empty table that the user cannot edit, with columns as wide as their content.

    Args:
        columns: English headings of the columns.
        name: name for screen readers, translated.
    """
    table = QTableWidget(0, len(columns))
    table.setAccessibleName(name)
    table.setHorizontalHeaderLabels([tr(words) for words in columns])
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setShowGrid(False)
    rows, headings = table.verticalHeader(), table.horizontalHeader()
    assert rows is not None
    assert headings is not None
    rows.setVisible(False)
    headings.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    headings.setStretchLastSection(True)
    return table
