"""Play, discard, relabel and annotate takes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtWidgets import QDialog, QWidget

from fasdemo.errors import UserError
from fasdemo.gui.recording.people import People
from fasdemo.gui.recording.take_dialogs import NoteDialog, RelabelDialog, ask_to_discard
from fasdemo.gui.recording.takes import Take, Takes
from fasdemo.gui.translation import tr
from fasdemo.record.amend import relabel, set_note
from fasdemo.record.people import read_people
from fasdemo.sessions.erase import erase


class TakeControl(QObject):
    """The link between the list of takes and their files.

    Args:
        takes: the list.
        root: returns the folder of all recordings.
        release: closes the source if it plays the given folder, so that the folder can be moved or deleted.
        window: parent of the dialogs.

    Signals:
        opened: Path: the user plays this session.
        message: str, bool: a sentence for the user, and whether it is an error.
    """

    opened = pyqtSignal(object)
    message = pyqtSignal(str, bool)

    def __init__(
        self, takes: Takes, root: Callable[[], Path], release: Callable[[Path], object], window: QWidget
    ) -> None:
        super().__init__(window)
        self._takes, self._root, self._release, self._window = takes, root, release, window
        self.dialog: QDialog | None = None
        takes.play.connect(lambda take: self.opened.emit(take.folder))
        takes.discard.connect(self._discard)
        takes.relabel.connect(self._relabel)
        takes.note.connect(self._note)

    def add(self, folder: Path) -> None:
        """Add a recorded session to the list."""
        try:
            self._takes.add(Take.read(folder))
        except UserError as error:
            self.message.emit(str(error), True)

    def open_people(self, people: People, path: Path) -> None:
        """Load a list of people to record; say what is wrong with it, and keep the present one."""
        try:
            people.load(read_people(path))
        except UserError as error:
            self.message.emit(str(error), True)

    def _discard(self, take: Take) -> None:
        def discard() -> None:
            self._release(take.folder)
            try:
                erase([take.folder], self._root())
            except UserError as error:
                self.message.emit(str(error), True)
                return
            self._takes.replace(take, None)
            self.message.emit(tr("Deleted: {path}", path=take.folder), False)

        self.dialog = ask_to_discard(self._window, take.words(), discard)

    def _relabel(self, take: Take) -> None:
        def change(label: str, species: str, instrument: str) -> None:
            self._release(take.folder)
            folder = relabel(take.folder, self._root(), label, species, instrument)
            self._takes.replace(take, Take.read(folder))

        self.dialog = RelabelDialog(take.session, change, self._window)
        self.dialog.open()

    def _note(self, take: Take) -> None:
        def change(note: str) -> None:
            set_note(take.folder, note)
            self._takes.replace(take, Take.read(take.folder))

        self.dialog = NoteDialog(take.session, change, self._window)
        self.dialog.open()
