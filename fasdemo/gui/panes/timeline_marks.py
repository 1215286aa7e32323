"""The marks on the time line: markers of the operator, and where something else was shown."""

from __future__ import annotations

import pyqtgraph as pg
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QFont, QFontMetricsF, QPalette

from fasdemo.capture.source import SourceInfo
from fasdemo.frames import Truth
from fasdemo.gui.translation import tr

MAX_MARKS = 100
"""Maximum number of markers, and of changes, that are drawn."""
_TOP = 1.04
"""Highest value of the plot, at which the words begin."""
_GAP_PX = 6.0


def truth_words(truth: Truth) -> str:
    """Return what is shown, in a few words."""
    return tr("live") if truth.label == "live" else truth.species or tr("attack")


class TimelineMarks:
    """The vertical lines of a file with their words, which are hidden where they would overlap.

    Args:
        plot: the plot to draw on.
    """

    def __init__(self, plot: pg.PlotWidget) -> None:
        self._plot = plot
        self._lines: list[pg.InfiniteLine] = []
        self._words: list[pg.TextItem] = []
        self._marker_style: list[bool] = []
        self._font = QFont()

    def start(self, info: SourceInfo) -> None:
        """Draw the marks of a source; a camera has none."""
        self.clear()
        if info.live or info.fps <= 0:
            return
        for frame, truth in info.changes[:MAX_MARKS]:
            self._add(frame / info.fps, truth_words(truth), marker=False)
        for number, frame in enumerate(info.markers[:MAX_MARKS], start=1):
            self._add(frame / info.fps, tr("marker {number}", number=number), marker=True)

    def clear(self) -> None:
        """Remove all marks."""
        for item in (*self._lines, *self._words):
            self._plot.removeItem(item)
        self._lines, self._words, self._marker_style = [], [], []

    @property
    def shown(self) -> list[tuple[float, str]]:
        """Times in seconds and words of the marks whose words are visible."""
        return [(item.pos().x(), item.toPlainText()) for item in self._words if item.isVisible()]

    @property
    def times_s(self) -> list[float]:
        """Times of all marks in seconds, changes first."""
        return [line.value() for line in self._lines]

    def _add(self, seconds: float, words: str, *, marker: bool) -> None:
        line, text = pg.InfiniteLine(pos=seconds, angle=90), pg.TextItem(words, anchor=(0, 0))
        line.setZValue(-5)
        self._plot.addItem(line, ignoreBounds=True)
        self._plot.addItem(text, ignoreBounds=True)
        text.setPos(seconds, _TOP)
        self._lines.append(line)
        self._words.append(text)
        self._marker_style.append(marker)

    def place(self, left_s: float, right_s: float) -> None:
        """Show the words that fit between two times; markers have precedence, then the order in time."""
        width_px = self._plot.getPlotItem().vb.width()
        if width_px <= 0 or right_s <= left_s:
            return
        metrics = QFontMetricsF(self._font)
        taken: list[tuple[float, float]] = []
        order = sorted(range(len(self._words)), key=lambda one: (not self._marker_style[one], self._lines[one].value()))
        for number in order:
            text = self._words[number]
            start = (self._lines[number].value() - left_s) / (right_s - left_s) * width_px
            end = start + metrics.horizontalAdvance(text.toPlainText()) + 2 * _GAP_PX
            fits = start >= 0 and end <= width_px and all(end <= one or start >= other for one, other in taken)
            text.setVisible(fits)
            if fits:
                taken.append((start, end))

    def recolour(self, palette: QPalette, font: QFont) -> None:
        """Apply the colours of the palette and the font of the axes."""
        self._font = font
        text, muted = palette.color(QPalette.ColorRole.Text), palette.color(QPalette.ColorRole.PlaceholderText)
        for line, words, marker in zip(self._lines, self._words, self._marker_style, strict=True):
            style = Qt.PenStyle.DashLine if marker else Qt.PenStyle.SolidLine
            line.setPen(pg.mkPen(text if marker else muted, width=1, style=style))
            words.setColor(text if marker else muted)
            words.setFont(font)
