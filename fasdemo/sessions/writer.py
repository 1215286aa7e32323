"""Writes one session: frames as they come, then `complete`.

Each row of `frames.csv` is written and flushed after its images, so that a session whose writer was killed is
readable up to the frame in hand; `fasdemo.sessions.repair` completes it.
"""

from __future__ import annotations

import csv
import errno
import hashlib
import io
import math
import os
from array import array
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from fasdemo.atomic_file import write_atomically
from fasdemo.errors import UserError
from fasdemo.frames import STREAMS, Calibration, FrameSet, Stream
from fasdemo.sessions.description import with_own_checksum
from fasdemo.sessions.image_codec import ColorFormat, Image, encode_image
from fasdemo.sessions.schema import FRAME_COLUMNS, FRAMES_FILE, SESSION_FILE, UNKNOWN, CalibrationRecord, Session
from fasdemo.sessions.session_lock import SessionLock
from fasdemo.sessions.video_track import VideoTrackWriter

FOLDERS: dict[Stream, str] = {"rgb": "color", "depth": "depth", "ir": "ir"}
"""Folder of a stream's images; also the stream's name in the columns of `frames.csv`."""
VIDEO_FILES: dict[Stream, str] = {"rgb": "color.mp4", "depth": "depth.mkv", "ir": "ir.mkv"}

_SHA256_BYTES = 32
_MAX_TRIES = 100
_MAX_TIME_S = 1e11
"""As `fasdemo.sessions.reader` bounds times."""
_MAX_COUNT = 2**62
RESERVE_FILE = ".reserve"
"""Bytes that a recorder holds back for the end of a recording on a full disk."""


def new_session_folder(root: Path, session: Session, moment: datetime | None = None) -> Path:
    """Return a new path `ROOT/SUBJECT/live|spoof-SPECIES/YYYYmmdd-HHMMSS[-N]` that does not exist."""
    kind = f"spoof-{session.species}" if session.label == "spoof" else session.label
    stamp = (moment or session.started).strftime("%Y%m%d-%H%M%S")
    parent = root / session.subject / kind
    folder, number = parent / stamp, 2
    while folder.exists():
        folder, number = parent / f"{stamp}-{number}", number + 1
    return folder


def _made_session_folder(root: Path, session: Session) -> Path:
    """Make the folder for a new session; two recorders that start at once get different ones.

    Raises:
        UserError: it cannot be made.
    """
    for _ in range(_MAX_TRIES):
        folder = new_session_folder(root, session)
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            folder.mkdir()
        except (FileExistsError, FileNotFoundError) as error:
            # Another recorder took the name, or a deletion removed the empty folder above it.
            if folder.parent.exists() and not folder.parent.is_dir():
                raise UserError(f"{folder}: cannot be written ({error.strerror}); choose another folder.") from None
            continue
        except OSError as error:
            raise UserError(f"{folder}: cannot be written ({error.strerror}); choose another folder.") from None
        return folder
    raise UserError(f"{root}: no folder for a session can be made in it; choose another folder.")


def similar_subject(root: Path, subject: str) -> str:
    """Return a warning where a folder's name differs from the subject's in case alone; empty where none does."""
    try:
        names = [path.name for path in root.iterdir()]
    except OSError:
        return ""
    for name in names:
        if name != subject and name.casefold() == subject.casefold():
            return (
                f"{root}: holds {name} already, which is the same folder as {subject} on Windows and macOS; "
                "give each person a name of its own."
            )
    return ""


class SessionWriter:
    """Writes frame sets into `folder`, which must not hold a session yet.

    Plain and synchronous; `fasdemo.record.recorder` runs the same steps in threads. As a context manager it completes
    the session on a clean exit and leaves it open after an exception.

    Args:
        folder: created with its parents.
        session: what is known beforehand; `state`, `frames`, `lost` and `checksums` are written by this class.
        color_format: `jpg` (quality 95) or `png`; depth and IR are lossless in either case.
        videos: of a session in videos, the files to write in place of the usual ones, by stream, opened in `folder`.

    Raises:
        UserError: the folder holds a session already, or cannot be written.
    """

    def __init__(
        self,
        folder: Path,
        session: Session,
        color_format: ColorFormat = "jpg",
        videos: dict[Stream, VideoTrackWriter] | None = None,
    ) -> None:
        self.folder = folder
        self.session = session.model_copy(update={"state": "open", "frames": 0, "lost": 0, "checksums": {}})
        self.frames = 0
        self.lost = 0
        self.bytes_written = 0
        self._color_format: ColorFormat = color_format
        self._hashes: dict[Stream, _Hashes] = {}
        self._videos: dict[Stream, VideoTrackWriter] = {} if videos is None else dict(videos)
        self._streams: tuple[Stream, ...] = tuple(name for name in STREAMS if name in session.streams)
        self._closed = False
        if (folder / SESSION_FILE).exists():
            raise UserError(f"{folder}: holds a session already; choose another folder.")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = SessionLock(folder, "recorded")
            if session.container == "files":
                for stream in self._streams:
                    (folder / FOLDERS[stream]).mkdir(exist_ok=True)
            write_session_file(folder, self.session)
            # Unbuffered and appending: a row is in the file when `append` returns, and after `discard` the next one
            # follows the last whole one.
            (folder / FRAMES_FILE).write_bytes(b"")
            self._rows = (folder / FRAMES_FILE).open("ab", buffering=0)
            self._rows_bytes = self._rows.write((",".join(FRAME_COLUMNS) + "\n").encode("ascii")) or 0
            if session.container == "video":
                for stream in self._streams if videos is None else ():
                    self._videos[stream] = VideoTrackWriter(folder / VIDEO_FILES[stream], stream, session.fps)
        except OSError as error:
            if hasattr(self, "_lock"):
                self._lock.release()
            raise UserError(f"{folder}: cannot be written ({error.strerror}); choose another folder.") from None

    @classmethod
    def create(cls, root: Path, session: Session, color_format: ColorFormat = "jpg") -> Self:
        """Write to a fresh `ROOT/SUBJECT/live|spoof-SPECIES/SESSION/`."""
        return cls(_made_session_folder(root, session), session, color_format)

    def write(self, frame: FrameSet) -> None:
        """Encode and append one frame set; a stream that is None is a loss that the row shows.

        Raises:
            ValueError: wrong shape or dtype, or a stream that the session does not declare.
            OSError: the disk is full or gone. What was written before stays readable.
        """
        if self.session.container == "video":
            self.append(frame, self._write_videos(frame))
        else:
            self.append(frame, self.write_encoded(self.frames, self.encode(frame)))

    def encode(self, frame: FrameSet, *, quick: bool = False) -> dict[Stream, bytes]:
        """Encode the images of a frame; thread-safe, because no state is used."""
        return {
            stream: encode_image(image, stream, self._color_format, quick=quick)
            for stream, image in self._images(frame).items()
        }

    def _images(self, frame: FrameSet) -> dict[Stream, Image]:
        found: dict[Stream, Image] = {}
        for stream in STREAMS:
            image = getattr(frame, stream)
            if image is None or f"{stream}_missing" in frame.faults:
                continue
            if stream not in self._streams:
                raise ValueError(f"the session does not declare {stream}")
            found[stream] = image
        return found

    def write_encoded(self, number: int, data: dict[Stream, bytes]) -> dict[Stream, str]:
        """Write the image files of frame `number`; gives their names for the row."""
        names: dict[Stream, str] = {}
        for stream, content in data.items():
            name = self._image_name(stream, number)
            (self.folder / name).write_bytes(content)
            self._hashes.setdefault(stream, _Hashes()).add(number, hashlib.sha256(content).digest())
            self.bytes_written += len(content)
            names[stream] = name
        return names

    def _image_name(self, stream: Stream, number: int) -> str:
        return f"{FOLDERS[stream]}/{number:06d}.{self._color_format if stream == 'rgb' else 'png'}"

    def _write_videos(self, frame: FrameSet) -> dict[Stream, str]:
        names: dict[Stream, str] = {}
        for stream, image in self._images(frame).items():
            self._videos[stream].write(image)
            names[stream] = VIDEO_FILES[stream]
        return names

    def append(self, frame: FrameSet, names: dict[Stream, str]) -> None:
        """Add the frame's row; its images must lie in the folder already."""
        if not is_time(frame.timestamp_s):
            raise ValueError(f"{frame.timestamp_s} is not a time in seconds")
        lost_before = min(max(frame.lost_before, 0), _MAX_COUNT)
        row: dict[str, str | int] = dict.fromkeys(FRAME_COLUMNS, "")
        row["frame"] = self.frames
        row["timestamp_s"] = f"{frame.timestamp_s:.6f}"
        for stream in self._streams:
            column = FOLDERS[stream]
            row[column] = names.get(stream, "")
            time = frame.times.get(stream)
            if time is not None and is_time(time.timestamp_s):
                row[f"{column}_timestamp_s"] = f"{time.timestamp_s:.6f}"
                row[f"{column}_counter"] = time.counter if _is_count(time.counter) else ""
        if frame.emitter_on is not None:
            row["emitter_on"] = int(frame.emitter_on)
        elif frame.depth is not None or frame.ir is not None:
            row["emitter_on"] = UNKNOWN
        if frame.truth is not None:
            row["label"], row["species"] = frame.truth.label, frame.truth.species
        row["lost_before"] = lost_before
        text = io.StringIO()
        csv.DictWriter(text, FRAME_COLUMNS, lineterminator="\n").writerow(row)
        line = text.getvalue().encode("ascii")
        if self._rows.write(line) != len(line):
            raise OSError(errno.ENOSPC, "the disk is full")
        self._rows_bytes += len(line)
        self.frames += 1
        self.lost += lost_before
        self._lock.renew()

    def discard(self, number: int) -> None:
        """Remove the images of a frame whose writing failed, and give back the rows' last whole state."""
        for stream in self._streams:
            if stream in self._hashes:
                self._hashes[stream].forget(number)
            for path in (self.folder / FOLDERS[stream]).glob(f"{number:06d}.*"):
                path.unlink(missing_ok=True)
        # Half a row may have reached the disk.
        os.truncate(self.folder / FRAMES_FILE, self._rows_bytes)

    def sync(self) -> None:
        """Ask the system to bring the rows to the disk, against a power cut."""
        os.fsync(self._rows.fileno())

    def set_calibration(self, calibration: Calibration) -> None:
        """Note a calibration that became known after the start."""
        self.session = self.session.model_copy(update={"calibration": CalibrationRecord.of(calibration)})
        write_session_file(self.folder, self.session)

    def complete(self, lost_after: int = 0) -> Session:
        """Close the files, write the checksums and the state `complete`.

        Args:
            lost_after: frames lost after the last one that was written.

        Raises:
            OSError: the disk is full. The session stays open and readable.
        """
        try:
            self.close(release=False)
            return self._finish(lost_after)
        finally:
            self._lock.release()

    def _finish(self, lost_after: int) -> Session:
        checksums = {
            self._image_name(stream, number): digest.hex()
            for stream, hashes in self._hashes.items()
            for number, digest in hashes
        }
        for name in [FRAMES_FILE, *(VIDEO_FILES[stream] for stream in self._videos)]:
            checksums[name] = sha256_of(self.folder / name)
        self.session = self.session.model_copy(
            update={
                "state": "complete",
                "frames": self.frames,
                "lost": self.lost + lost_after,
                "checksums": dict(sorted(checksums.items())),
            }
        )
        write_session_file(self.folder, self.session)
        return self.session

    def close(self, *, release: bool = True) -> None:
        """Close the files and leave the session open, as a killed recorder would; may be called twice."""
        if self._closed:
            return
        self._closed = True
        try:
            self.sync()
        finally:
            self._rows.close()
            for video in self._videos.values():
                video.close()
            if release:
                self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.complete()
        else:
            self.close()


class _Hashes:
    """sha256 by frame number, in 40 bytes each: an hour of three streams has a third of a million."""

    def __init__(self) -> None:
        self._numbers = array("q")
        self._digests = bytearray()

    def add(self, number: int, digest: bytes) -> None:
        """Note a frame's; numbers only grow."""
        self._numbers.append(number)
        self._digests += digest

    def forget(self, number: int) -> None:
        """Take back the last one, if it is that frame's."""
        if self._numbers and self._numbers[-1] == number:
            self._numbers.pop()
            del self._digests[-_SHA256_BYTES:]

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        for place, number in enumerate(self._numbers):
            yield number, bytes(self._digests[place * _SHA256_BYTES : (place + 1) * _SHA256_BYTES])


def is_time(seconds: float) -> bool:
    """Return whether a time in seconds can be written: finite, and not beyond every clock."""
    return math.isfinite(seconds) and abs(seconds) <= _MAX_TIME_S


def _is_count(value: object) -> bool:
    return isinstance(value, int) and -1 <= value <= _MAX_COUNT


def write_session_file(folder: Path, session: Session) -> None:
    """Replace `session.json` in one step: a reader sees the old one or the new one."""
    replace_text(folder / SESSION_FILE, with_own_checksum(session).model_dump_json(indent=1))


def replace_text(path: Path, text: str) -> None:
    """Replace a text file of a session in one step, through a temporary name that repair and deletion know."""
    write_atomically(path, text.encode("utf-8"), path.with_name(path.name + ".partial"))


def sha256_of(path: Path) -> str:
    """Hexadecimal sha256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
