"""Switch the pictures of events on and off by the settings or the command line, and report their problems."""

from __future__ import annotations

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtWidgets import QWidget

from fasdemo.errors import UserError
from fasdemo.gui.library.events import EventsDialog
from fasdemo.gui.settings import Settings
from fasdemo.runtime.outputs.event_picture_store import INDEX_FILE, EventPictureStore
from fasdemo.runtime.outputs.event_picture_writer import EventPictureSettings, EventPictureWriter


def pictures_of_settings(settings: Settings) -> EventPictureSettings | None:
    """Return the folder and days of the settings; None if the pictures are off or people are not told."""
    if not (settings.event_pictures and settings.event_pictures_told):
        return None
    return EventPictureSettings(settings.event_pictures_folder, settings.event_pictures_days)


class EventPictureControl(QObject):
    """The link between the settings and the pictures of events.

    Args:
        settings: folder, days, and whether the pictures are on and people are told.
        parent: the window.

    Signals:
        message: str, bool: a sentence for the user, and whether it is an error.
    """

    message = pyqtSignal(str, bool)

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.writer = EventPictureWriter()
        self._settings = settings
        self._given: EventPictureSettings | None = None
        self._used: EventPictureSettings | None = None
        self._told = ""
        self.dialog: EventsDialog | None = None
        """The list that was shown last."""

    @property
    def chosen(self) -> EventPictureSettings:
        """The folder and days in use: those of the command line, else those of the settings."""
        return self._given or EventPictureSettings(
            self._settings.event_pictures_folder, self._settings.event_pictures_days
        )

    def configure(self, given: EventPictureSettings | None) -> None:
        """Store pictures as the command line says until the window closes, or as the settings say.

        Raises:
            UserError: the folder of the command line cannot be used.
        """
        self._given = given
        if given is None:
            self.use_settings()
        else:
            self.writer.start(given)
            self._used = given

    def use_settings(self) -> None:
        """Apply the settings unless the command line has its own; report a folder that cannot be used."""
        if self._given is not None:
            return
        try:
            if pictures_of_settings(self._settings) is None:
                self.writer.stop()
                self._used = None
                self._delete_old()
            elif self._used != self.chosen or not self.writer.running:
                self._used = None
                self.writer.start(self.chosen)
                self._used = self.chosen
        except UserError as error:
            self.message.emit(str(error), True)
        self.tick()

    def show(self) -> None:
        """Show the list of stored events."""
        window = self.parent()
        self.dialog = EventsDialog(self.chosen, self.writer.running, window if isinstance(window, QWidget) else None)
        self.dialog.open()

    def tick(self) -> None:
        """Report a new problem."""
        problem = self.writer.status.problem
        if problem != self._told:
            self._told = problem
            if problem:
                self.message.emit(problem, True)

    def _delete_old(self) -> None:
        """Delete old pictures of an earlier run although the pictures are off now."""
        chosen = self.chosen
        if (chosen.folder / INDEX_FILE).exists():
            EventPictureStore(chosen.folder, chosen.keep_days).close()
