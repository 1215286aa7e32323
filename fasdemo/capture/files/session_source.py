"""A recorded session as a source."""

from __future__ import annotations

from pathlib import Path

from fasdemo.capture.files.playback import PlayedSource
from fasdemo.capture.source import SourceInfo
from fasdemo.frames import FrameSet
from fasdemo.sessions.reader import SessionReader


class SessionSource(PlayedSource):
    """Plays a session's folder; see `fasdemo.sessions.reader` for what damaged images become.

    Raises:
        UserError: not a session, or one that breaks the format.
    """

    def __init__(self, folder: Path, *, realtime: bool = False, loop: bool = False) -> None:
        super().__init__(realtime=realtime, loop=loop)
        self._reader = SessionReader(folder)
        self._position = 0
        session = self._reader.session
        self._info = SourceInfo(
            name=folder.resolve().name,
            kind="session",
            live=False,
            declared=frozenset(session.streams),
            width=session.width,
            height=session.height,
            fps=session.fps,
            frame_count=len(self._reader),
            calibration=self._reader.calibration,
            depth_scale=session.depth_scale,
            device=session.device.name,
        )

    @property
    def info(self) -> SourceInfo:
        """Facts about the session."""
        return self._info

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was never completed or could not be read so far."""
        return self._reader.warnings

    def _next(self) -> FrameSet | None:
        if self._position >= len(self._reader):
            return None
        frame = self._reader[self._position]
        self._position += 1
        return frame

    def _go_to(self, index: int) -> None:
        self._position = index

    def _close(self) -> None:
        self._reader.close()
