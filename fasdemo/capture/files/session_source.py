"""A recorded session as a source."""

from __future__ import annotations

from pathlib import Path

from fasdemo.capture.controls import CameraControls, recorded_controls
from fasdemo.capture.files.playback import PlayedSource
from fasdemo.capture.source import SourceInfo, streams_of_device
from fasdemo.frames import STREAMS, FrameSet, Stream
from fasdemo.sessions.reader import SessionReader
from fasdemo.sessions.rows import changes_of
from fasdemo.sessions.schema import SESSION_FILE, Session
from fasdemo.sessions.writer import FOLDERS, VIDEO_FILES


def stored_streams(folder: Path) -> frozenset[Stream]:
    """Return the streams that have images in a session's folder, regardless of its `session.json`."""
    return frozenset(
        stream for stream in STREAMS if (folder / VIDEO_FILES[stream]).exists() or _has_files(folder / FOLDERS[stream])
    )


def _has_files(folder: Path) -> bool:
    try:
        return any(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        # What cannot be read may be there, and a stream that is stored must not go unused.
        return True


def neighbours_of(path: Path) -> frozenset[Stream]:
    """Return the streams of the session to which a colour video or folder belongs; empty if it belongs to none."""
    folder = path.parent
    if path.name not in (VIDEO_FILES["rgb"], FOLDERS["rgb"]) or not (folder / SESSION_FILE).exists():
        return frozenset()
    return stored_streams(folder)


def device_streams(session: Session) -> frozenset[Stream]:
    """Return the streams that the recording device of a session certainly has."""
    return streams_of_device(f"{session.device.name} {session.device.sensor_preset}")


def capable_streams(folder: Path, session: Session) -> frozenset[Stream]:
    """Return all streams that were recorded or that the device has, even if `session.json` does not declare them."""
    found = stored_streams(folder) | device_streams(session)
    calibration = session.calibration
    if calibration is not None:
        found |= {"depth"} if calibration.depth is not None else set()
        found |= {"ir"} if calibration.ir is not None else set()
    names = {name.split("/")[0] for name in session.checksums}
    return found | {stream for stream in STREAMS if names & {FOLDERS[stream], VIDEO_FILES[stream]}}


def _controls_of(session: Session) -> CameraControls | None:
    """Return the stored settings of a session's camera; None if they are unknown."""
    camera, device = session.camera, session.device
    if camera is None:
        return None
    pairs = (
        ("Name", device.name),
        ("Serial number", device.serial),
        ("Firmware", device.firmware),
        ("USB type", camera.usb),
    )
    return recorded_controls(camera.options, [pair for pair in pairs if pair[1]], camera.depth_filters)


class SessionSource(PlayedSource):
    """A session's folder as a source; `fasdemo.sessions.reader` handles damaged images.

    Raises:
        UserError: the folder is not a session, or its format is not valid.
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
            capable=capable_streams(folder, session),
            calibrated=bool(device_streams(session)),
            markers=self._reader.markers,
            changes=changes_of(row.truth for row in self._reader.rows),
            controls=_controls_of(session),
        )

    @property
    def info(self) -> SourceInfo:
        """Facts about the session."""
        return self._info

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences about an incomplete recording and images that could not be read so far."""
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
