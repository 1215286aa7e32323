"""The dialog of a site calibration: measure live people, optionally attacks, and save the site file."""

from __future__ import annotations

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QDialog, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget
from typing_extensions import override

from fasdemo.gui.translation import tr


class CalibrationDialog(QDialog):
    """The dialog, without the measurements themselves; it does not block the main window.

    Signals:
        live_wanted, attacks_wanted: the user starts a measurement.
        stop_wanted: the user ends the measurement early.
        save_wanted: the user saves the site file.
        left: the dialog was closed.
    """

    live_wanted = pyqtSignal()
    attacks_wanted = pyqtSignal()
    stop_wanted = pyqtSignal()
    save_wanted = pyqtSignal()
    left = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Calibrate the scores to this camera"))
        words = QLabel(
            tr(
                "For one minute, people look at the camera from 0.4 to 1 m, one at a time. Then, if you like, show "
                "prints of them. Only measurements are kept, no pictures. The bias stays within the model's limits."
            )
        )
        words.setWordWrap(True)
        self.progress = QProgressBar()
        self.progress.setAccessibleName(tr("Progress"))
        self.state = QLabel("")
        self.state.setWordWrap(True)
        self.state.setAccessibleName(tr("State of the calibration"))
        self.live = QPushButton(tr("Measure live people"))
        self.attacks = QPushButton(tr("Measure attacks"))
        self.stop = QPushButton(tr("Stop"))
        self.save = QPushButton(tr("Save the site file…"))
        close = QPushButton(tr("Close"))
        for button, signal in (
            (self.live, self.live_wanted),
            (self.attacks, self.attacks_wanted),
            (self.stop, self.stop_wanted),
            (self.save, self.save_wanted),
        ):
            button.clicked.connect(signal)
            button.setAutoDefault(False)
        close.clicked.connect(self.close)
        close.setAutoDefault(False)
        measure, end = QHBoxLayout(), QHBoxLayout()
        for button in (self.live, self.attacks, self.stop):
            measure.addWidget(button)
        measure.addStretch(1)
        end.addStretch(1)
        end.addWidget(self.save)
        end.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 18)
        layout.setSpacing(12)
        layout.addWidget(words)
        layout.addLayout(measure)
        layout.addWidget(self.progress)
        layout.addWidget(self.state, 1)
        layout.addLayout(end)
        self.setMinimumWidth(460)
        self.show_idle("", ready=False, can_save=False)

    def show_idle(self, words: str, ready: bool, can_save: bool) -> None:
        """Show that nothing is measured.

        Args:
            words: the result so far, or what is missing.
            ready: whether a measurement is possible.
            can_save: whether there is a site file to save.
        """
        self.progress.setRange(0, 1)
        self.progress.setValue(0)
        self.progress.setFormat("")
        self.state.setText(words)
        self.live.setEnabled(ready)
        self.attacks.setEnabled(ready)
        self.stop.setEnabled(False)
        self.save.setEnabled(can_save)

    def show_measuring(self, seconds: float, total_s: float, words: str) -> None:
        """Show the progress of a measurement."""
        self.progress.setRange(0, round(total_s))
        self.progress.setValue(min(round(seconds), round(total_s)))
        self.progress.setFormat("%v s / %m s")
        self.state.setText(words)
        self.live.setEnabled(False)
        self.attacks.setEnabled(False)
        self.stop.setEnabled(True)
        self.save.setEnabled(False)

    @override
    def done(self, result: int) -> None:
        self.left.emit()
        super().done(result)
