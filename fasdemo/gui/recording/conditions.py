"""Distance and light of a take, as the operator notes them."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtWidgets import QComboBox, QHBoxLayout, QSizePolicy, QWidget

from fasdemo.gui.translation import tr
from fasdemo.gui.widgets.eliding_combo import ElidingCombo
from fasdemo.record.labels import DISTANCES, LIGHTS, Distance, Light

NOT_NOTED = "not noted"


class Conditions(QWidget):
    """Two lists of choices, which keep their values from take to take."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.distance_box, self.light_box = _box(DISTANCES, tr("Distance")), _box(LIGHTS, tr("Lighting"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.distance_box, 1)
        row.addWidget(self.light_box, 1)

    @property
    def distance(self) -> Distance | None:
        """The chosen distance; None if it is not noted."""
        place = self.distance_box.currentIndex()
        return DISTANCES[place - 1] if place > 0 else None

    @property
    def light(self) -> Light | None:
        """The chosen light; None if it is not noted."""
        place = self.light_box.currentIndex()
        return LIGHTS[place - 1] if place > 0 else None


def _box(values: Sequence[str], name: str) -> QComboBox:
    box = ElidingCombo()
    box.addItem(tr(NOT_NOTED))
    box.addItems([tr(value) for value in values])
    box.setAccessibleName(name)
    box.setToolTip(name)
    # In a narrow panel the row is wrapped below its label instead of cutting the words.
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    return box
