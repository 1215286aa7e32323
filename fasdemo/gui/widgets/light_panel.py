"""The panel that covers the window with the colours of a light challenge."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import QRect, Qt
from PyQt6.QtGui import QColor, QPainter, QPaintEvent
from PyQt6.QtWidgets import QWidget
from typing_extensions import override

_TEXT_SHARE = 0.1
"""Height of the line of text as a share of the panel."""


class LightPanel(QWidget):
    """A panel with one colour and a sentence; it covers its parent.

    Args:
        parent: the window.
        painted: called after each painting of the panel.
    """

    def __init__(self, parent: QWidget, painted: Callable[[], None]) -> None:
        super().__init__(parent)
        self._painted = painted
        self.colour = QColor("black")
        self.sentence = ""
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()

    def show_colour(self, colour: str, sentence: str) -> None:
        """Cover the parent with a colour, `#rrggbb`."""
        self.colour, self.sentence = QColor(colour), sentence
        parent = self.parentWidget()
        assert parent is not None
        self.setAccessibleName(sentence)
        self.setGeometry(parent.rect())
        self.raise_()
        self.show()
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.colour)
        font = self.font()
        font.setPixelSize(max(14, int(self.height() * _TEXT_SHARE / 2.5)))
        painter.setFont(font)
        painter.setPen(QColor("black"))
        line = QRect(0, 0, self.width(), int(self.height() * _TEXT_SHARE))
        painter.drawText(line, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self.sentence)
        painter.end()
        self._painted()
