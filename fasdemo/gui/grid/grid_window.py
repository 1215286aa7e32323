"""The window of several cameras: all of them in a grid, or one of them enlarged."""

from __future__ import annotations

import math
from collections.abc import Callable

from PyQt6.QtCore import QEvent, QSize, Qt, QTimer
from PyQt6.QtGui import QCloseEvent, QKeyEvent
from PyQt6.QtWidgets import QGridLayout, QLabel, QMainWindow, QStackedWidget, QVBoxLayout, QWidget
from typing_extensions import override

from fasdemo.gui.grid.camera_cell import CameraCell
from fasdemo.gui.grid.camera_page import CameraPage
from fasdemo.gui.style.icons import app_icon
from fasdemo.gui.translation import tr
from fasdemo.gui.widgets.window_state import fit_screen
from fasdemo.publish.signals import Signals
from fasdemo.runtime.feeds.feed_group import WATCH_EVERY_S, FeedGroup
from fasdemo.runtime.outputs.event_log_writer import EventLogWriter
from fasdemo.runtime.outputs.event_picture_writer import EventPictureWriter

MIN_SIZE = QSize(720, 420)
_DRAW_MS = 33
_TELL_MS = 100


class GridWindow(QMainWindow):
    """The window of several cameras; `docs/window.md` describes it.

    Args:
        feeds: the cameras; they are started and stopped by the window.
        log: the event log, stopped by the window.
        signals: outputs on LIVE and heartbeats, stopped by the window.
        pictures: pictures of events, stopped by the window; None stores none.
    """

    def __init__(
        self, feeds: FeedGroup, log: EventLogWriter, signals: Signals, pictures: EventPictureWriter | None = None
    ) -> None:
        super().__init__()
        self.feeds, self.log, self.signals = feeds, log, signals
        self.pictures = pictures or EventPictureWriter()
        self.setWindowTitle(f"{tr('{count} cameras', count=len(feeds))} – fasdemo")
        self.setWindowIcon(app_icon())
        self.setMinimumSize(MIN_SIZE)
        self.cells = {number: CameraCell(feed) for number, feed in feeds.items()}
        self.page, self.pages, self.status = CameraPage(), QStackedWidget(), QLabel("")
        self.status.setProperty("role", "caption")
        self.status.setWordWrap(True)
        grid = QWidget()
        cells = QGridLayout(grid)
        cells.setContentsMargins(0, 0, 0, 0)
        cells.setSpacing(10)
        columns = math.ceil(math.sqrt(len(self.cells)))
        for place, cell in enumerate(self.cells.values()):
            cells.addWidget(cell, place // columns, place % columns)
            cell.enlarge.connect(lambda cell=cell: self.enlarge(cell.feed.source_id))
        for column in range(columns):
            cells.setColumnStretch(column, 1)
        self._grid = grid
        self.pages.addWidget(grid)
        self.pages.addWidget(self.page)
        self.page.closed.connect(self.show_all)
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(12, 12, 12, 8)
        layout.addWidget(self.pages, 1)
        layout.addWidget(self.status)
        self.status.hide()
        self.setCentralWidget(body)
        fit_screen(self)
        self._timers = [self._every(_DRAW_MS, self._draw), self._every(_TELL_MS, self._tell)]
        self._timers.append(self._every(round(WATCH_EVERY_S * 1000), feeds.watch))
        feeds.start()
        self._tell()

    def _every(self, milliseconds: int, slot: Callable[[], object]) -> QTimer:
        timer = QTimer(self)
        timer.timeout.connect(slot)
        timer.start(milliseconds)
        return timer

    @property
    def enlarged(self) -> str | None:
        """Number of the enlarged camera; None if all are shown."""
        feed = self.page.feed
        return None if feed is None else feed.source_id

    def enlarge(self, number: str) -> None:
        """Show one camera alone; nothing happens if there is none with this number."""
        if number in self.feeds:
            self.page.show_feed(self.feeds[number])
            self.pages.setCurrentWidget(self.page)
            self.page.back.setFocus()

    def show_all(self) -> None:
        """Show all cameras."""
        number = self.enlarged
        self.page.show_feed(None)
        self.pages.setCurrentWidget(self._grid)
        if number is not None:
            self.cells[number].pane.setFocus()

    def _draw(self) -> None:
        if self.isMinimized():
            return
        if self.enlarged is not None:
            self.page.draw()
            return
        for cell in self.cells.values():
            cell.draw()

    def _tell(self) -> None:
        if self.isMinimized():
            return
        if self.enlarged is not None:
            self.page.tell()
        else:
            for cell in self.cells.values():
                cell.tell()
        words = self._outputs()
        self.status.setText(words)
        self.status.setVisible(bool(words))

    def _outputs(self) -> str:
        """Return the state of the event log and of the outputs, as one line."""
        words = []
        log = self.log.status
        if log is not None:
            words.append(log.problem or tr("Event log: {path}, {count} lines", path=log.path, count=log.lines))
        events = self.pictures.status
        if self.pictures.running or events.problem:
            words.append(events.problem or tr("Pictures of events: {count}", count=events.stored))
        for target in (*self.signals.outputs, *self.signals.heartbeats):
            words.append(f"{target.name}: {target.problem}" if target.problem else target.name)
        return "   ·   ".join(words)

    @override
    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Handle Esc, the numbers of the cameras, F5 and F11; Ctrl+Q closes the window."""
        assert event is not None
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        key = event.key()
        if key in (Qt.Key.Key_Escape, Qt.Key.Key_Backspace):
            if self.enlarged is not None:
                self.show_all()
            elif self.isFullScreen():
                self.showNormal()
        elif key == Qt.Key.Key_F11:
            if self.isFullScreen():
                self.showNormal()
            else:
                self.showFullScreen()
        elif key == Qt.Key.Key_F5:
            for feed in self.feeds.values():
                feed.retry_now()
        elif key == Qt.Key.Key_Q and control:
            self.close()
        elif event.text().isdecimal() and not control:
            self.enlarge(event.text())
        else:
            super().keyPressEvent(event)

    @override
    def closeEvent(self, event: QCloseEvent | None) -> None:
        """Stop the cameras and complete the event log."""
        for timer in self._timers:
            timer.stop()
        self.hide()
        self.feeds.stop()
        self.log.stop()
        self.pictures.stop()
        self.signals.stop()
        super().closeEvent(event)

    @override
    def changeEvent(self, event: QEvent | None) -> None:
        if event is not None and event.type() == QEvent.Type.WindowStateChange and hasattr(self, "cells"):
            self._draw()
        super().changeEvent(event)
