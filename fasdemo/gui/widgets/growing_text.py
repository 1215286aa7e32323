"""A text field that is as high as its text."""

from __future__ import annotations

from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QPlainTextEdit, QWidget
from typing_extensions import override

MAX_LINES = 6


class GrowingText(QPlainTextEdit):
    """A text field that shows its whole text, up to `MAX_LINES` lines; the Tab key leaves it."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setTabChangesFocus(True)
        self.textChanged.connect(self._fit)
        self._fit()

    @override
    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        document = self.document()
        assert document is not None
        # The document's height is in lines, not in pixels.
        lines = min(max(1, round(document.size().height())), MAX_LINES)
        # 16: padding and border of the style sheet, and room for fractions of a line.
        height = lines * self.fontMetrics().lineSpacing() + round(2 * document.documentMargin()) + 16
        if height != self.height():
            self.setFixedHeight(height)
