"""The coverage sheet: which subject was recorded with which attack, at which distance and in which light."""

from __future__ import annotations

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from fasdemo.gui.translation import tr
from fasdemo.record.coverage import Cell, Coverage


class CoverageDialog(QDialog):
    """A table with a row for each subject and a column for each kind of take; an empty cell is still to be recorded."""

    def __init__(self, coverage: Coverage, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Coverage"))
        self.table = QTableWidget(len(coverage.subjects), len(coverage.kinds))
        self.table.setAccessibleName(tr("Coverage"))
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setVerticalHeaderLabels(coverage.subjects)
        self.table.setHorizontalHeaderLabels([tr("live") if kind == "live" else kind for kind in coverage.kinds])
        for row, subject in enumerate(coverage.subjects):
            for column, kind in enumerate(coverage.kinds):
                self.table.setItem(row, column, QTableWidgetItem(cell_words(coverage.cells.get((subject, kind)))))
        for header in (self.table.horizontalHeader(), self.table.verticalHeader()):
            assert header is not None
            header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        takes = sum(cell.takes for cell in coverage.cells.values())
        words = tr(
            "{takes} takes of {subjects} subjects; {missing} combinations are missing (–).",
            takes=takes,
            subjects=len(coverage.subjects),
            missing=len(coverage.missing()),
        )
        if coverage.unreadable:
            words += " " + tr("{count} sessions cannot be read.", count=coverage.unreadable)
        self.words = QLabel(words)
        self.words.setWordWrap(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self.words)
        layout.addWidget(self.table, 1)
        layout.addWidget(buttons)
        screen = self.screen()
        wanted = QSize(820, 480)
        self.resize(wanted if screen is None else wanted.boundedTo(screen.availableSize() - QSize(20, 60)))


def cell_words(cell: Cell | None) -> str:
    """Return the text of a cell: the number of takes, with distances and lights."""
    if cell is None:
        return "–"
    lines = [str(cell.takes)]
    for counts in (cell.distances, cell.lights):
        if counts:
            lines.append(", ".join(f"{tr(name)} {count}" for name, count in counts.items()))
    return "\n".join(lines)
