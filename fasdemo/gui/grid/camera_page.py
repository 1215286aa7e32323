"""One camera of the grid, enlarged, with the reasons of its verdict."""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from fasdemo.gui.grid.camera_cell import CameraPane, state_words
from fasdemo.gui.panes.reasons_panel import ReasonsPanel
from fasdemo.gui.panes.verdict_card import VerdictCard
from fasdemo.gui.translation import tr
from fasdemo.runtime.feeds.feed import Feed

_SIDE_PX = 340
_EXPLAIN_EVERY = 4
"""Reasons and evidence are updated with every fourth picture, because texts that change faster cannot be read."""


class CameraPage(QWidget):
    """The page of an enlarged camera.

    Signals:
        closed: the user returns to all cameras.
    """

    closed = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._feed: Feed | None = None
        self._shown: object = None
        self._pictures = 0
        self.pane, self.card, self.reasons = CameraPane(""), VerdictCard(), ReasonsPanel()
        self.pane.set_enlarged(True)
        self.state = QLabel("")
        self.state.setProperty("role", "caption")
        self.back = QPushButton(tr("All cameras (Esc)"))
        self.back.clicked.connect(self.closed.emit)
        self.pane.enlarge.connect(self.closed.emit)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(self.reasons)
        side = QWidget()
        side.setFixedWidth(_SIDE_PX)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.back)
        column.addWidget(self.card)
        column.addWidget(self.state)
        column.addWidget(scroll, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self.pane, 1)
        row.addWidget(side)

    @property
    def feed(self) -> Feed | None:
        """The shown camera."""
        return self._feed

    def show_feed(self, feed: Feed | None) -> None:
        """Show another camera; None shows nothing."""
        self._feed, self._shown, self._pictures = feed, None, 0
        self.pane.show_view(None)
        self.reasons.show_result(None, None)
        if feed is not None:
            self.pane.rename(feed.title)
            self.draw()
            self.tell()

    def draw(self) -> None:
        """Show the newest picture, or none if it is too old."""
        if self._feed is None:
            return
        view = self._feed.fresh_view()
        if view is self._shown:
            return
        self._shown = view
        self.pane.show_view(view)
        if view is None or self._pictures % _EXPLAIN_EVERY == 0:
            self.reasons.show_result(None if view is None else view.result, self._feed.facts)
        self._pictures += 1

    def tell(self) -> None:
        """Show the verdict, the name and the state."""
        if self._feed is not None:
            headline = self._feed.headline(tr)
            self.card.show_headline(headline)
            self.pane.rename(self._feed.title)
            self.pane.show_message("" if self.pane.has_picture else tr(headline.word))
            self.state.setText(state_words(self._feed))
