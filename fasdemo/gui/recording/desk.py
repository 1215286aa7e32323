"""The last seconds of the camera, the coverage sheet and the export, below the form for recordings."""

from __future__ import annotations

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QCheckBox, QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from fasdemo.gui.translation import tr
from fasdemo.gui.widgets.heading import heading
from fasdemo.record.last_seconds import LAST_S, MAX_BYTES, LastSecondsStatus


class Desk(QWidget):
    """The controls below the form; a controller fills them.

    Signals:
        keep: bool: the user wants the last seconds to be kept in memory, or not.
        save: the user saves the last seconds with the labels and the consent in the form.
        coverage: the user opens the coverage sheet.
        export: the user exports crops of all sessions.
    """

    keep = pyqtSignal(bool)
    save = pyqtSignal()
    coverage = pyqtSignal()
    export = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.keep_box = QCheckBox(tr("Keep the last {seconds:.0f} s in memory", seconds=LAST_S))
        self.keep_box.setToolTip(
            tr("At most {megabytes:.0f} MB; deleted when the camera is closed", megabytes=MAX_BYTES / 1e6)
        )
        self.keep_box.toggled.connect(self.keep)
        self.kept = QLabel("")
        self.kept.setProperty("role", "caption")
        self.kept.setWordWrap(True)
        self.save_button = QPushButton(tr("Save the last {seconds:.0f} s", seconds=LAST_S))
        self.save_button.clicked.connect(self.save)
        self.coverage_button = QPushButton(tr("Coverage…"))
        self.coverage_button.clicked.connect(self.coverage)
        self.export_button = QPushButton(tr("Export crops…"))
        self.export_button.clicked.connect(self.export)
        grid = QGridLayout()
        grid.setSpacing(4)
        grid.addWidget(self.save_button, 0, 0, 1, 2)
        grid.addWidget(self.coverage_button, 1, 0)
        grid.addWidget(self.export_button, 1, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(heading(tr("Recordings")))
        layout.addWidget(self.keep_box)
        layout.addWidget(self.kept)
        layout.addLayout(grid)
        self.show_kept(None, "", live=False)

    def show_kept(self, status: LastSecondsStatus | None, missing: str, live: bool) -> None:
        """Show what is kept.

        Args:
            status: what is kept; None if nothing is.
            missing: what the form still needs before something can be saved, as a sentence; empty if nothing.
            live: whether a camera is open.
        """
        self.keep_box.setEnabled(live)
        some = status is not None and status.frames > 0
        self.save_button.setEnabled(some and not missing)
        self.save_button.setToolTip(missing)
        if status is None:
            self.kept.setText("")
        else:
            self.kept.setText(
                tr("{seconds:.1f} s in {megabytes:.0f} MB", seconds=status.seconds, megabytes=status.megabytes)
                + (f". {missing}" if some and missing else "")
            )
        self.kept.setVisible(bool(self.kept.text()))
