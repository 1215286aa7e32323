"""The gallery of wrong and uncertain verdicts, with pictures, reasons and measurements of the selected one."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

from PyQt6.QtCore import Qt, pyqtBoundSignal, pyqtSignal
from PyQt6.QtGui import QPixmap, QResizeEvent
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QSplitter,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from fasdemo.draw.overlay import reason_words
from fasdemo.engine.reasons import Reason
from fasdemo.frames import Rgb
from fasdemo.gui.translation import tr
from fasdemo.gui.tuning.background import Background
from fasdemo.gui.tuning.tables import make_table
from fasdemo.gui.widgets.pictures import as_qimage
from fasdemo.tuning.gallery import Case
from fasdemo.tuning.pictures import case_pictures
from fasdemo.tuning.report import evidence_words

COLUMNS = ("Shown", "Verdict", "Score", "Margin", "Session")
PICTURE_PX = (84, 240)
"""Smallest and largest height of a picture."""
STREAM_NAMES = {"rgb": "Colour", "depth": "Depth", "ir": "Infrared"}


class GalleryPanel(QWidget):
    """The list of cases and the details of the selected one.

    Signals:
        opened: Case: the user opens its frame in the main window.
        relabel: Case: the user corrects the label of its session.
    """

    opened = pyqtSignal(object)
    relabel = pyqtSignal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cases: list[Case] = []
        self._root = Path()
        self.heading = QLabel("")
        self.heading.setWordWrap(True)
        self.table = make_table(COLUMNS, tr("Wrong and uncertain verdicts"))
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.itemSelectionChanged.connect(self._select)
        self.table.activated.connect(lambda: self._emit(self.opened))
        self.pictures: dict[str, QLabel] = {}
        row = QHBoxLayout()
        for name, words in STREAM_NAMES.items():
            picture = QLabel()
            picture.setAccessibleName(tr(words))
            picture.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            picture.setFixedHeight(PICTURE_PX[0])
            picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
            self.pictures[name] = picture
            row.addWidget(picture, 1)
        self.details = QLabel("")
        self.details.setWordWrap(True)
        self.details.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.details.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.details.setAccessibleName(tr("Reasons and measurements"))
        room = QScrollArea()
        room.setWidget(self.details)
        room.setWidgetResizable(True)
        self.open_button = QPushButton(tr("Show the frame"))
        self.open_button.setToolTip(tr("Play the session in the main window up to this frame"))
        self.open_button.clicked.connect(lambda: self._emit(self.opened))
        self.relabel_button = QPushButton(tr("Correct the label…"))
        self.relabel_button.clicked.connect(lambda: self._emit(self.relabel))
        buttons = QHBoxLayout()
        buttons.addWidget(self.open_button)
        buttons.addWidget(self.relabel_button)
        buttons.addStretch(1)
        below = QWidget()
        lower = QVBoxLayout(below)
        lower.setContentsMargins(0, 0, 0, 0)
        lower.addLayout(row)
        lower.addWidget(room, 1)
        lower.addLayout(buttons)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.addWidget(self.table)
        splitter.addWidget(below)
        splitter.setSizes([260, 380])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.heading)
        layout.addWidget(splitter, 1)
        self.loader = Background("tuning pictures", self)
        self.loader.done.connect(self._show_pictures)
        self.loader.failed.connect(self._show_problem)
        self._shown: dict[str, QPixmap] = {}
        self.show_cases([], Path())

    @property
    def current(self) -> Case | None:
        """The selected case; None if there is none."""
        row = self.table.currentRow()
        return self.cases[row] if 0 <= row < len(self.cases) and self.table.selectedItems() else None

    def show_words(self, words: str) -> None:
        """Show a sentence instead of the number of cases, e.g. while they are computed."""
        self.heading.setText(words)

    def show_cases(self, cases: Sequence[Case], root: Path) -> None:
        """Show the cases of a folder in the given order; the selected one stays selected."""
        chosen = self.current
        self._root, self.cases = root, list(cases)
        wrong = sum(case.kind != "uncertain" for case in cases)
        self.heading.setText(
            tr("{wrong} wrong and {uncertain} uncertain verdicts", wrong=wrong, uncertain=len(cases) - wrong)
        )
        self.table.blockSignals(True)
        self.table.setRowCount(len(self.cases))
        selected = -1
        for row, case in enumerate(self.cases):
            if chosen is not None and case.presentation is chosen.presentation:
                selected = row
            for column, text in enumerate(self._cells(case)):
                item = QTableWidgetItem(text)
                if column in (2, 3):
                    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                item.setToolTip(str(case.presentation.folder))
                self.table.setItem(row, column, item)
        self.table.clearSelection()
        self.table.blockSignals(False)
        if selected >= 0:
            self.table.selectRow(selected)
        else:
            self._select()

    def _cells(self, case: Case) -> tuple[str, ...]:
        shown = case.presentation
        folder = shown.folder
        where = folder.relative_to(self._root) if folder.is_relative_to(self._root) else folder
        score = f"{shown.score:.3f}" if shown.responds else tr("none")
        words = tr("bona fide") if shown.live else shown.kind
        return words, tr(str(case.outcome)), score, f"{case.margin:+.2f}", where.as_posix()

    def _select(self) -> None:
        case = self.current
        for button in (self.open_button, self.relabel_button):
            button.setEnabled(case is not None)
        for picture in self.pictures.values():
            picture.clear()
        self._shown = {}
        if case is None:
            self.details.setText(
                tr("Select a row to see its pictures, reasons and measurements.") if self.cases else ""
            )
            return
        reasons = "<br>".join(f"• {_reason(code)}" for code in case.reasons) or tr("no reasons")
        self.details.setText(
            f"<b>{tr('Frame {frame}', frame=case.frame)}</b><br>{reasons}<br><br>{evidence_words(case)}"
        )

        def load(stop: threading.Event) -> tuple[Case, dict[str, Rgb]]:
            return case, case_pictures(case, 2 * PICTURE_PX[1])

        self.loader.start(load)

    def _show_pictures(self, found: tuple[Case, dict[str, Rgb]]) -> None:
        case, pictures = found
        if case is not self.current:
            return
        self._shown = {name: QPixmap.fromImage(as_qimage(picture)) for name, picture in pictures.items()}
        self._fit_pictures()

    def _fit_pictures(self) -> None:
        low, high = PICTURE_PX
        height = min(max(low, round(self.width() / len(self.pictures) * 0.72)), high, max(low, self.height() // 4))
        smooth = Qt.TransformationMode.SmoothTransformation
        for name, label in self.pictures.items():
            label.setFixedHeight(height)
            if name in self._shown:
                size = label.size()
                label.setPixmap(self._shown[name].scaled(size, Qt.AspectRatioMode.KeepAspectRatio, smooth))

    @override
    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self._fit_pictures()

    def _show_problem(self, sentence: str) -> None:
        self.details.setText(sentence)

    def _emit(self, signal: pyqtBoundSignal) -> None:
        case = self.current
        if case is not None:
            signal.emit(case)


def _reason(code: str) -> str:
    """Return a reason with its meaning."""
    known = next((reason for reason in Reason if reason == code), None)
    return reason_words(code) if known is None else f"{reason_words(code)}: {tr(known.meaning)}"
