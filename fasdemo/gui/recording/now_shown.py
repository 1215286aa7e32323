"""The choice of what is shown during a take, which can change while it is recorded."""

from __future__ import annotations

from PyQt6.QtCore import QSignalBlocker, pyqtSignal
from PyQt6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSizePolicy, QWidget

from fasdemo.frames import Truth
from fasdemo.gui.translation import tr
from fasdemo.record.labels import SPECIES


class NowShown(QWidget):
    """A list with `live` and the attack species, visible while a take is recorded.

    Signals:
        chosen: str: the user shows this from now on, `live` or the name of an attack species.
    """

    chosen = pyqtSignal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.box = QComboBox()
        self.box.setEditable(True)
        self.box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        # The list contains suggestions; any name that is valid as a folder name is accepted.
        self.box.addItem(tr("live"), "live")
        for name in SPECIES:
            self.box.addItem(name, name)
        self.box.setAccessibleName(tr("Shown now"))
        self.box.setToolTip(tr("Choose what is shown from now on; each frame is labelled with what is shown in it"))
        self.box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.box.activated.connect(lambda: self._choose())
        line = self.box.lineEdit()
        assert line is not None
        line.returnPressed.connect(self._choose)
        label = QLabel(tr("S&hown now"))
        label.setProperty("role", "caption")
        label.setBuddy(self.box)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(label)
        row.addWidget(self.box, 1)
        self._said = ""
        self.hide()

    def show_truth(self, truth: Truth) -> None:
        """Show what is shown at present."""
        self._said = truth.species or truth.label
        with QSignalBlocker(self.box):
            place = self.box.findData(self._said)
            self.box.setCurrentIndex(place)
            if place < 0:
                self.box.setEditText(self._said)

    def _choose(self) -> None:
        text = self.box.currentText().strip()
        kind = "live" if text == tr("live") else text
        # The list and its line both report the same choice.
        if kind != self._said:
            self._said = kind
            self.chosen.emit(kind)
