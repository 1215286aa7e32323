"""The list of the takes that were recorded since the window was opened: play, discard, relabel, note."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PyQt6.QtCore import Qt, pyqtBoundSignal, pyqtSignal
from PyQt6.QtWidgets import QGridLayout, QLabel, QListWidget, QListWidgetItem, QPushButton, QVBoxLayout, QWidget

from fasdemo.gui.translation import tr
from fasdemo.gui.widgets.heading import heading
from fasdemo.gui.widgets.verdict_bar import marker_words
from fasdemo.sessions.loading import load_session
from fasdemo.sessions.rows import kinds_of
from fasdemo.sessions.schema import Session

MAX_SHOWN = 4
"""Maximum number of rows without scrolling."""


@dataclass(frozen=True, slots=True)
class Take:
    """A recorded session.

    Attributes:
        folder: its folder.
        session: its description.
        kinds: what it shows, `live` or attack species, in the order of their appearance.
    """

    folder: Path
    session: Session
    kinds: tuple[str, ...] = ()

    @classmethod
    def read(cls, folder: Path) -> Take:
        """Return the take in a folder.

        Raises:
            UserError: the session cannot be read.
        """
        session = load_session(folder)
        return cls(folder, session, kinds_of(folder, session))

    def words(self) -> str:
        """Return the line of the list."""
        session = self.session
        kinds = self.kinds or (session.species or session.label,)
        shown = ", ".join(tr("live") if kind == "live" else kind for kind in kinds)
        parts = [f"{session.started.astimezone():%H:%M:%S}", session.subject, shown]
        parts.append(tr("{seconds:.0f} s", seconds=session.frames / session.fps))
        if session.markers:
            parts.append(marker_words(len(session.markers)))
        return "  ·  ".join([*parts, session.note] if session.note else parts)


class Takes(QWidget):
    """The list with its buttons.

    Signals:
        play, discard, relabel, note: Take: the user requests this for the chosen take.
    """

    play = pyqtSignal(object)
    discard = pyqtSignal(object)
    relabel = pyqtSignal(object)
    note = pyqtSignal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Takes"))
        self.list.setMaximumHeight(round(self.list.fontMetrics().lineSpacing() * 1.6 * MAX_SHOWN))
        self.list.currentItemChanged.connect(self._enable)
        self.list.itemActivated.connect(lambda: self._emit(self.play))
        self._hint = QLabel(tr("Nothing has been recorded yet."))
        self._hint.setProperty("role", "caption")
        self.buttons: dict[str, QPushButton] = {}
        grid = QGridLayout()
        grid.setSpacing(4)
        for number, (name, words, signal) in enumerate(
            (
                ("play", tr("&Play"), self.play),
                ("note", tr("&Note…"), self.note),
                ("relabel", tr("Rela&bel…"), self.relabel),
                ("discard", tr("&Discard…"), self.discard),
            )
        ):
            button = QPushButton(words)
            button.clicked.connect(lambda checked=False, signal=signal: self._emit(signal))
            self.buttons[name] = button
            grid.addWidget(button, number // 2, number % 2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(heading(tr("Takes")))
        layout.addWidget(self._hint)
        layout.addWidget(self.list)
        layout.addLayout(grid)
        self._enable()

    @property
    def takes(self) -> list[Take]:
        """All takes, the newest first."""
        items = (self.list.item(row) for row in range(self.list.count()))
        return [item.data(Qt.ItemDataRole.UserRole) for item in items if item is not None]

    def add(self, take: Take) -> None:
        """Add a new take at the top and select it."""
        item = QListWidgetItem()
        self._fill(item, take)
        self.list.insertItem(0, item)
        self.list.setCurrentItem(item)
        self._enable()

    def replace(self, old: Take, new: Take | None) -> None:
        """Show the changed description of a take; None removes it from the list."""
        for row in range(self.list.count()):
            item = self.list.item(row)
            assert item is not None
            if item.data(Qt.ItemDataRole.UserRole) == old:
                if new is None:
                    self.list.takeItem(row)
                else:
                    self._fill(item, new)
                break
        self._enable()

    def _fill(self, item: QListWidgetItem, take: Take) -> None:
        item.setData(Qt.ItemDataRole.UserRole, take)
        item.setText(take.words())
        item.setToolTip(str(take.folder))

    def _emit(self, signal: pyqtBoundSignal) -> None:
        item = self.list.currentItem()
        if item is not None:
            signal.emit(item.data(Qt.ItemDataRole.UserRole))

    def _enable(self, *_: object) -> None:
        chosen = self.list.currentItem() is not None
        for button in self.buttons.values():
            button.setEnabled(chosen)
        self.list.setVisible(self.list.count() > 0)
        self._hint.setVisible(self.list.count() == 0)
