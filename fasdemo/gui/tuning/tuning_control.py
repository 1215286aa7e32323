"""Open the tuning window and the site calibration, and connect them with the main window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PyQt6.QtCore import QObject, QTimer, pyqtSignal
from PyQt6.QtWidgets import QWidget

from fasdemo.capture.source import SourceInfo
from fasdemo.gui.controllers.playback_control import PlaybackControl
from fasdemo.gui.controllers.player import Player
from fasdemo.gui.tuning.tuning_window import TuningWindow

_LEAD_S = 1.5
"""Time before a wanted frame at which playing starts, so that its verdict has evidence over time."""
_LOOK_MS = 30


class TuningControl(QObject):
    """The link between the tuning window and the main window.

    Args:
        player: the player.
        playback: plays and pauses files.
        models: names of the shipped models.
        open_spec: opens a source in the main window.
        release: closes the source if it plays the given folder.
        window: the main window.

    Signals:
        model_wanted: Path: the user wants to use this model.
        site_wanted: Path: the user wants to use this site file.
    """

    model_wanted = pyqtSignal(object)
    site_wanted = pyqtSignal(object)

    def __init__(
        self,
        player: Player,
        playback: PlaybackControl,
        models: Sequence[str],
        open_spec: Callable[[str], object],
        release: Callable[[Path], object],
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._player, self._playback, self._models = player, playback, models
        self._open_spec, self._release, self._window = open_spec, release, window
        self.tuning: TuningWindow | None = None
        self._wanted: tuple[str, int] | None = None
        self._clock = QTimer(self)
        self._clock.setInterval(_LOOK_MS)
        self._clock.timeout.connect(self._look)

    def show(self, root: Path | None = None) -> TuningWindow:
        """Show the tuning window, and score a folder if one is given."""
        if self.tuning is None:
            self.tuning = TuningWindow(self._models, release=self._release)
            self.tuning.frame_wanted.connect(self.show_frame)
            self.tuning.model_wanted.connect(self.model_wanted)
            self.tuning.site_wanted.connect(self.site_wanted)
        self.tuning.show()
        self.tuning.raise_()
        self.tuning.activateWindow()
        if root is not None:
            self.tuning.open_folder(root)
        return self.tuning

    def show_frame(self, folder: Path, frame: int) -> None:
        """Open a session in the main window, play to a frame, and pause there."""
        self._wanted = (str(folder), frame)
        self._clock.stop()
        request = self._player.request
        if request is not None and request.spec == str(folder):
            self._start_at_wanted()
        else:
            self._open_spec(str(folder))
        self._window.raise_()
        self._window.activateWindow()

    def source_ready(self, info: SourceInfo) -> None:
        """Begin before the wanted frame once its session is open."""
        request = self._player.request
        if self._wanted is not None and request is not None and request.spec == self._wanted[0]:
            self._start_at_wanted(info.fps)

    def _start_at_wanted(self, fps: float = 30.0) -> None:
        assert self._wanted is not None
        clock = self._player.playback_clock
        if clock is None:
            return
        self._playback.seek(max(0, self._wanted[1] - round(_LEAD_S * fps)))
        clock.play()
        self._playback.show_playing()
        self._clock.start()

    def _look(self) -> None:
        """Pause when the wanted frame is shown; give up if another source is open."""
        request, shown = self._player.request, self._playback.frame
        if self._wanted is None or request is None or request.spec != self._wanted[0]:
            self._clock.stop()
        elif shown is not None and self._wanted[1] <= shown <= self._wanted[1] + 30:
            self._clock.stop()
            self._wanted = None
            clock = self._player.playback_clock
            if clock is not None:
                clock.pause()
            self._playback.show_playing()

    def close(self) -> None:
        """Close the tuning window and wait briefly for its threads."""
        self._clock.stop()
        if self.tuning is not None:
            self.tuning.close()
            self.tuning.stop()
