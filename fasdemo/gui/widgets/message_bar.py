"""Messages for the user inside the window, so that no dialog takes the keyboard focus."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from PyQt6.QtCore import QSize, QTimer, pyqtSignal
from PyQt6.QtGui import QColor
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from fasdemo.gui.style.icons import icon
from fasdemo.gui.translation import tr

_SHOWN_MS = 9_000
_KEPT = 20


class MessageBar(QFrame):
    """A bar that shows one message; errors stay until they are closed, notes disappear after a while.

    Signals:
        shown: bool: whether a message is shown.
    """

    shown = pyqtSignal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._waiting: deque[tuple[str, bool]] = deque(maxlen=_KEPT)
        self._sign = QLabel()
        self._words = QLabel()
        self._words.setWordWrap(True)
        self._words.setAccessibleName(tr("Message"))
        self._close = QToolButton()
        self._close.setIcon(icon("close"))
        self._close.setIconSize(QSize(16, 16))
        self._close.setAccessibleName(tr("Close the message"))
        self._close.setToolTip(tr("Close the message"))
        self._close.clicked.connect(self._next)
        self.button = QPushButton()
        self.button.hide()
        self._do: Callable[[], object] | None = None
        self.button.clicked.connect(self._act)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._next)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 7, 8, 7)
        row.setSpacing(10)
        row.addWidget(self._sign)
        row.addWidget(self._words, 1)
        row.addWidget(self.button)
        row.addWidget(self._close)
        self.hide()

    @property
    def words(self) -> str:
        """The shown message; empty if there is none."""
        return self._words.text() if not self.isHidden() else ""

    def show_message(self, words: str, error: bool = False, stays: bool = False) -> None:
        """Show a message after those that wait; an error is shown at once.

        Args:
            words: the message.
            error: whether it is an error.
            stays: whether a note is shown at once and until another message replaces it, e.g. what is being opened.
        """
        if words == self.words or any(words == waiting for waiting, _ in self._waiting):
            return
        if self.isHidden() or error or stays:
            self._show(words, error, stays)
        else:
            self._waiting.append((words, error))

    def offer(self, words: str, do: Callable[[], object]) -> None:
        """Add a button to the shown message, which disappears with it."""
        self._do = do
        self.button.setText(words)
        self.button.setVisible(not self.isHidden())

    def _act(self) -> None:
        do = self._do
        self._next()
        if do is not None:
            do()

    def clear(self) -> None:
        """Remove all messages."""
        self._waiting.clear()
        self._next()

    def _show(self, words: str, error: bool, stays: bool = False) -> None:
        self.button.hide()
        self._do = None
        colour = QColor(213, 94, 0) if error else self.palette().highlight().color()
        self._sign.setPixmap(icon("alert" if error else "info", colour).pixmap(QSize(20, 20)))
        self._words.setText(words)
        self._words.setAccessibleDescription(words)
        self.show()
        self.shown.emit(True)
        self._timer.stop()
        if not error and not stays:
            self._timer.start(_SHOWN_MS)

    def _next(self) -> None:
        self._timer.stop()
        if self._waiting:
            self._show(*self._waiting.popleft())
        else:
            self._words.clear()
            self.hide()
            self.shown.emit(False)
