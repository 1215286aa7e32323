"""A strip with shape, word, sentence and rate of one camera, below its picture."""

from __future__ import annotations

from PyQt6.QtCore import QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPalette
from PyQt6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from fasdemo.gui.panes.verdict_card import paint_shape
from fasdemo.gui.style.theme import ink, status_colour
from fasdemo.gui.translation import tr
from fasdemo.runtime.headline import WAITING, Headline

_LINES = 3.7
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_WRAPPED = (Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop).value | Qt.TextFlag.TextWordWrap.value


class VerdictStrip(QWidget):
    """A strip filled with the colour of the status, or grey without a verdict."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._headline = WAITING
        self._state = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def headline(self) -> Headline:
        """The shown headline."""
        return self._headline

    @property
    def state(self) -> str:
        """The shown rate and number of dropped frames."""
        return self._state

    def show_headline(self, name: str, headline: Headline, state: str) -> None:
        """Show a headline.

        Args:
            name: name of the camera, for screen readers.
            headline: the verdict, or why there is none.
            state: rate and number of dropped frames.
        """
        if (headline, state) == (self._headline, self._state):
            return
        self._headline, self._state = headline, state
        self.setAccessibleName(f"{name}: {headline.spoken(tr)}")
        # The whole sentence, because the strip may have too little room for it.
        self.setToolTip(headline.sentence)
        self.update()

    @override
    def sizeHint(self) -> QSize:
        """Return a size for the word and two lines of the sentence."""
        return QSize(240, round(QFontMetricsF(self.font()).lineSpacing() * _LINES))

    @override
    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette, rect = self.palette(), QRectF(self.rect())
        colour = status_colour(self._headline.status, palette)
        filled = self._headline.status is not None
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour if filled else palette.color(QPalette.ColorRole.AlternateBase))
        painter.drawRoundedRect(rect, 8.0, 8.0)
        text = ink() if filled else palette.color(QPalette.ColorRole.Text)
        line = QFontMetricsF(self.font()).lineSpacing()
        side = line * 2.0
        shape = QRectF(line * 0.6, (rect.height() - side) / 2, side, side)
        paint_shape(painter, self._headline.status, shape, ink() if filled else colour, colour if filled else ink())
        room = QRectF(shape.right() + line * 0.7, line * 0.25, 0.0, line * 1.4)
        room.setRight(rect.right() - line * 0.5)
        state = self._font(0.74)
        width = QFontMetricsF(state).horizontalAdvance(self._state)
        self._text(painter, state, text, room, self._state, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        word = QRectF(room.left(), room.top(), room.width() - width - line * 0.5, room.height())
        bold = self._font(1.3, QFont.Weight.Bold)
        shown = QFontMetricsF(bold).elidedText(tr(self._headline.word), Qt.TextElideMode.ElideRight, word.width())
        self._text(painter, bold, text, word, shown, _LEFT)
        sentence = QRectF(room.left(), room.bottom(), room.width(), rect.height() - room.bottom() - line * 0.2)
        painter.setPen(text)
        painter.setFont(self._fitting(self._headline.sentence, sentence))
        painter.drawText(sentence, _WRAPPED, self._headline.sentence)
        painter.end()

    def _text(
        self, painter: QPainter, font: QFont, colour: QColor, room: QRectF, words: str, flags: Qt.AlignmentFlag
    ) -> None:
        painter.setFont(font)
        painter.setPen(colour)
        painter.drawText(room, flags, words)

    def _font(self, factor: float, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(max(9, round(QFontMetricsF(self.font()).lineSpacing() * 0.8 * factor)))
        font.setWeight(weight)
        return font

    def _fitting(self, words: str, room: QRectF) -> QFont:
        """Return the largest font in which the wrapped words are not cut, down to the smallest that can be read."""
        for factor in (0.9, 0.82, 0.74, 0.66):
            font = self._font(factor)
            if room.contains(QFontMetricsF(font).boundingRect(room, _WRAPPED, words)):
                break
        return font
