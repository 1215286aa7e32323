"""Control the playback of a file: pause, step, seek, speed and loop, from the transport bar and by key."""

from __future__ import annotations

from PyQt6.QtCore import QObject

from fasdemo.capture.source import SourceInfo
from fasdemo.gui.controllers.player import Player
from fasdemo.gui.panes.timeline import Timeline
from fasdemo.gui.settings import Settings
from fasdemo.gui.widgets.transport_bar import TransportBar


class PlaybackControl(QObject):
    """The link between transport bar, time line and player; it does nothing for a camera or without a source.

    Args:
        player: the player whose playback clock is controlled.
        bar: the transport bar.
        timeline: the time line; a click on it seeks to that time.
        settings: store speed and loop.
        parent: the window.
    """

    def __init__(
        self, player: Player, bar: TransportBar, timeline: Timeline, settings: Settings, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._player, self._bar, self._settings = player, bar, settings
        self._fps = 30.0
        self._count: int | None = None
        self._live = False
        self._frame: int | None = None
        bar.toggled.connect(self.play_pause)
        bar.stepped.connect(self.step)
        bar.sought.connect(self.seek)
        bar.speed_chosen.connect(self._set_speed)
        bar.loop_chosen.connect(self._set_loop)
        timeline.sought.connect(lambda seconds: self.seek(round(seconds * self._fps)))

    def start(self, info: SourceInfo) -> None:
        """Set up the bar for a source that was opened."""
        self._live, self._fps, self._count = info.live, info.fps, info.frame_count
        self._frame = None
        self._bar.setVisible(not info.live)
        self._bar.start(info, info.frame_count is not None)
        self._bar.show_speed(self._settings.speed)

    @property
    def frame(self) -> int | None:
        """Number of the frame on the screen; None if there is none."""
        return self._frame

    def stop(self) -> None:
        """Reset the state when the source is closed or not open yet."""
        self._live, self._frame = False, None

    def show_position(self, frame: int) -> None:
        """Show the number of the frame on the screen."""
        self._frame = frame
        self._bar.show_position(frame)

    def show_playing(self) -> None:
        """Update the play button."""
        clock = self._player.playback_clock
        self._bar.show_playing(clock is not None and not clock.paused)

    def play_pause(self) -> None:
        """Switch between playing and pausing."""
        clock = self._player.playback_clock
        if clock is None or self._live:
            return
        if clock.paused:
            clock.play()
        else:
            clock.pause()
        self.show_playing()

    def step(self, frames: int) -> None:
        """Pause and move by `frames` frames, forward if positive."""
        clock = self._player.playback_clock
        if clock is None or self._live:
            return
        clock.pause()
        if frames > 0:
            clock.step()
        elif self._frame is not None:
            clock.seek(self._frame + frames)
        self.show_playing()

    def seek(self, frame: int) -> None:
        """Seek to a frame."""
        clock = self._player.playback_clock
        if clock is None or self._live:
            return
        last = frame if self._count is None else self._count - 1
        clock.seek(min(max(frame, 0), last))

    def jump(self, seconds: float) -> None:
        """Seek by `seconds`, forward if positive."""
        if self._frame is not None:
            self.seek(self._frame + round(seconds * self._fps))

    def _set_speed(self, speed: float) -> None:
        self._settings.speed = speed
        if self._player.playback_clock is not None:
            self._player.playback_clock.set_speed(speed)

    def _set_loop(self, loop: bool) -> None:
        self._settings.loop = loop
        if self._player.playback_clock is not None:
            self._player.playback_clock.set_loop(loop)
