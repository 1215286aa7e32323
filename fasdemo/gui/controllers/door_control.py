"""The window's signals to other devices: outputs on LIVE and heartbeats."""

from __future__ import annotations

from PyQt6.QtCore import QObject, pyqtSignal

from fasdemo.errors import UserError
from fasdemo.gui.settings import Settings
from fasdemo.publish.signals import Signals, SignalSettings
from fasdemo.publish.target import TargetStatus


class DoorControl(QObject):
    """The link between the window's settings and the signals.

    The command line's signals are always sent, those of the settings only in kiosk mode.

    Args:
        settings: addresses for kiosk mode.
        parent: the window.

    Signals:
        message: str, bool: a sentence for the user, and whether it is an error.
        changed: a signal was sent or failed, or the addresses changed.
    """

    message = pyqtSignal(str, bool)
    changed = pyqtSignal()

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.signals = Signals()
        self._settings = settings
        self._always = SignalSettings()
        self._shown: tuple[TargetStatus, ...] = ()
        self._unusable = ""
        """Why the addresses of the settings cannot be used; empty if they can."""

    @property
    def outputs(self) -> tuple[TargetStatus, ...]:
        """State of the outputs on LIVE, as last reported by `changed`."""
        count = len(self.signals.outputs)
        return self._shown[:count]

    @property
    def problem(self) -> str:
        """Why an output on LIVE does not work; empty if all work."""
        return self._unusable or next((one.problem for one in self.outputs if one.problem), "")

    def configure(self, always: SignalSettings) -> None:
        """Send the command line's signals until the window closes.

        Raises:
            UserError: an address cannot be used.
        """
        self.signals.configure(always)
        self._always = always
        self.tick()

    def use_settings(self, kiosk: bool) -> None:
        """Apply the settings, which count in kiosk mode; report an address that cannot be used.

        Args:
            kiosk: whether the window is in kiosk mode.
        """
        wanted = self._always
        if kiosk:
            chosen, given = self._settings, self._always
            wanted = SignalSettings(
                _joined(given.on_live, chosen.kiosk_on_live),
                given.hold_off_s if given.on_live else chosen.kiosk_on_live_pause_s,
                _joined(given.heartbeat, chosen.kiosk_heartbeat),
                given.heartbeat_s,
            )
        self._unusable = ""
        try:
            self.signals.configure(wanted)
        except UserError as error:
            self._unusable = str(error)
            self.message.emit(str(error), True)
        self.tick()
        self.changed.emit()

    def tick(self) -> None:
        """Report new problems and numbers."""
        status = (*self.signals.outputs, *self.signals.heartbeats)
        if status == self._shown:
            return
        known = {one.problem for one in self._shown}
        self._shown = status
        for one in status:
            if one.problem and one.problem not in known:
                self.message.emit(one.problem, True)
        self.changed.emit()


def _joined(given: tuple[str, ...], chosen: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*given, chosen))) if chosen else given
