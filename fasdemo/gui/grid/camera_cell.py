"""One camera in the grid: its picture, verdict, name and state."""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QMouseEvent
from PyQt6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from fasdemo.gui.grid.verdict_strip import VerdictStrip
from fasdemo.gui.panes.video_pane import ColourPane
from fasdemo.gui.translation import tr
from fasdemo.runtime.feeds.feed import Feed
from fasdemo.runtime.headline import Headline
from fasdemo.runtime.updates import Phase


class CameraPane(ColourPane):
    """The picture of a camera with its name; a click enlarges it.

    Args:
        title: number and name of the camera.
    """

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._snap_button.hide()
        self.rename(title)
        self.setAccessibleDescription(tr("Enter enlarges the picture."))
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def rename(self, title: str) -> None:
        """Show another name, when the camera is open."""
        if title != self._title:
            self._title = title
            self.setAccessibleName(tr("Picture: {name}", name=title))
            self.set_enlarged(self._enlarged)
            self.update()

    @override
    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        if event is not None and event.button() is Qt.MouseButton.LeftButton:
            self.enlarge.emit()

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent | None) -> None:
        """Do nothing more, because the first click has enlarged the picture."""


class CameraCell(QWidget):
    """The cell of a camera.

    Args:
        feed: the camera.

    Signals:
        enlarge: the user enlarges this camera.
    """

    enlarge = pyqtSignal()

    def __init__(self, feed: Feed, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.feed = feed
        self.pane, self.strip = CameraPane(feed.title), VerdictStrip()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.pane, 1)
        layout.addWidget(self.strip)
        self.pane.enlarge.connect(self.enlarge.emit)
        self._shown: object = None

    def draw(self) -> None:
        """Show the newest picture, or none if it is too old."""
        view = self.feed.fresh_view()
        if view is not self._shown:
            self._shown = view
            self.pane.show_view(view)

    def tell(self) -> None:
        """Show the verdict, the name and the state."""
        headline = self.feed.headline(tr)
        self.pane.rename(self.feed.title)
        self.pane.show_message("" if self.pane.has_picture else tr(headline.word))
        self.strip.show_headline(self.feed.title, _with_countdown(self.feed, headline), state_words(self.feed))


def state_words(feed: Feed) -> str:
    """Return the rate of a running camera and the number of its dropped frames."""
    timing = feed.timing()
    if timing is None or feed.phase is not Phase.RUNNING:
        return ""
    return tr("{fps:.0f} pictures/s, {count} dropped", fps=timing.fps, count=timing.skipped + timing.lost)


def _with_countdown(feed: Feed, headline: Headline) -> Headline:
    seconds = feed.retry_in_s
    if seconds is None:
        return headline
    again = tr("Trying again in {seconds} s.", seconds=max(1, round(seconds)))
    return Headline(headline.status, headline.word, f"{headline.sentence} {again}".strip())
