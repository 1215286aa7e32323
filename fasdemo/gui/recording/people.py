"""Show the people to record and the next take of each person."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QSizePolicy, QWidget

from fasdemo.gui.translation import tr
from fasdemo.record.people import Person


class People(QWidget):
    """The list of people with their numbers of takes; hidden until a list is loaded.

    Signals:
        open_wanted: the user requests to load a list.
        chosen: Person, str: the next person, and the next take: `live` or an attack type.
    """

    open_wanted = pyqtSignal()
    chosen = pyqtSignal(object, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._people: list[Person] = []
        self._done: dict[str, int] = {}
        self.box = QComboBox()
        self.box.setAccessibleName(tr("People"))
        self.box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.box.activated.connect(self._choose)
        self.box.hide()
        self.button = QPushButton(tr("Open a list…"))
        self.button.clicked.connect(self.open_wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.box, 1)
        row.addWidget(self.button)

    def load(self, people: Sequence[Person]) -> None:
        """Show these people and select the first one."""
        self._people, self._done = list(people), {}
        self.box.clear()
        for person in self._people:
            self.box.addItem(self._words(person))
        self.box.setVisible(bool(people))
        self._choose()

    @property
    def current(self) -> Person | None:
        """The selected person; None without a list."""
        row = self.box.currentIndex()
        return self._people[row] if 0 <= row < len(self._people) else None

    def next_take(self, person: Person) -> str:
        """Return the next take of a person; after all takes, return the last one again."""
        return person.takes[min(self._done.get(person.subject, 0), len(person.takes) - 1)]

    def next_person(self) -> None:
        """Select the next person; after the last person, the selection does not change."""
        if self._people:
            self.box.setCurrentIndex(min(self.box.currentIndex() + 1, len(self._people) - 1))
            self._choose()

    def take_done(self, subject: str) -> None:
        """Count a complete take, and select the next take of the person, or the next person after the last take."""
        person = self.current
        if person is None or person.subject != subject:
            return
        self._done[subject] = self._done.get(subject, 0) + 1
        self.box.setItemText(self.box.currentIndex(), self._words(person))
        if self._done[subject] == len(person.takes):
            self.next_person()
        else:
            self._choose()

    def _words(self, person: Person) -> str:
        done = self._done.get(person.subject, 0)
        return tr("{subject}: {done} of {count} takes", subject=person.subject, done=done, count=len(person.takes))

    def _choose(self) -> None:
        if (person := self.current) is not None:
            self.chosen.emit(person, self.next_take(person))
