"""Write a session: first its frames, then `complete`.

Each row of `frames.csv` is written and flushed after its images, so that the session of a killed process is readable
up to the last frame; `fasdemo.sessions.repair` completes it.
"""

from __future__ import annotations

import csv
import errno
import hashlib
import io
import math
import os
from array import array
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from fasdemo.atomic_file import write_atomically
from fasdemo.errors import UserError
from fasdemo.frames import STREAMS, FrameSet, Stream
from fasdemo.sessions.description import with_own_checksum
from fasdemo.sessions.image_codec import ColorFormat, Image, encode_image
from fasdemo.sessions.schema import FRAME_COLUMNS, FRAMES_FILE, MAX_MARKERS, SESSION_FILE, UNKNOWN, Session
from fasdemo.sessions.session_lock import SessionLock
from fasdemo.sessions.video.video_writer import VideoTrackWriter

FOLDERS: dict[Stream, str] = {"rgb": "color", "depth": "depth", "ir": "ir"}
"""Folder of a stream's images; also the stream's name in the columns of `frames.csv`."""
VIDEO_FILES: dict[Stream, str] = {"rgb": "color.mp4", "depth": "depth.mkv", "ir": "ir.mkv"}

_SHA256_BYTES = 32
_MAX_TRIES = 100
_MAX_TIME_S = 1e11
"""Same limit as in `fasdemo.sessions.reader`."""
_MAX_COUNT = 2**62
STAGED_ROWS_FILE = FRAMES_FILE + ".partial"
RESERVE_FILE = ".reserve"
"""File that reserves space for completing a recording on a full disk."""


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
    """Create the folder for a new session; recorders that start at the same time get different folders.

    Raises:
        UserError: the folder cannot be created.
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
    raise UserError(f"{root}: no folder for the session could be created in it; choose another folder.")


def similar_subject(root: Path, subject: str) -> str:
    """Return a warning if a folder's name differs from the subject's only in case; empty if there is none."""
    try:
        names = [path.name for path in root.iterdir()]
    except OSError:
        return ""
    for name in names:
        if name != subject and name.casefold() == subject.casefold():
            return (
                f"{root}: already has a folder {name}, which is the same as {subject} on Windows and macOS; "
                "give each person a different pseudonym."
            )
    return ""


class VideoWriter(Protocol):
    """A writer of one stream of a session with the container `video`."""

    def write(self, image: Image) -> None:
        """Append one image."""
        ...

    def close(self) -> None:
        """Finish the file."""
        ...


class SessionWriter:
    """A writer of frame sets into `folder`, which must not contain a session yet.

    It is synchronous; `fasdemo.record.recorder` runs the same steps in threads. Used as a context manager, it completes
    the session on a normal exit and leaves it open after an exception.

    Args:
        folder: the session's folder; it is created with its parents.
        session: description of the session; this class sets its `state`, `frames`, `lost` and `checksums`.
        color_format: `jpg` (quality 95) or `png`; depth and infrared are always lossless.
        videos: writers to use instead of the default ones, by stream, for a session with the container `video`.

    Raises:
        UserError: the folder already contains a session, or cannot be written.
    """

    def __init__(
        self,
        folder: Path,
        session: Session,
        color_format: ColorFormat = "jpg",
        videos: Mapping[Stream, VideoWriter] | None = None,
    ) -> None:
        self.folder = folder
        self.session = session.model_copy(update={"state": "open", "frames": 0, "lost": 0, "checksums": {}})
        self.frames = 0
        self.lost = 0
        self.bytes_written = 0
        self._color_format: ColorFormat = color_format
        self._hashes: dict[Stream, _Hashes] = {}
        self._videos: dict[Stream, VideoWriter] = {} if videos is None else dict(videos)
        self._streams: tuple[Stream, ...] = tuple(name for name in STREAMS if name in session.streams)
        self._closed = False
        if (folder / SESSION_FILE).exists():
            raise UserError(f"{folder}: already contains a session; choose another folder.")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = SessionLock(folder, "recorded")
            if session.container == "files":
                for stream in self._streams:
                    (folder / FOLDERS[stream]).mkdir(exist_ok=True)
            write_session_file(folder, self.session)
            # Unbuffered, so that a row is in the file when `append` returns. In append mode, so that the next row after
            # `discard` follows the last complete one.
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
        """Return a writer to a new folder `ROOT/SUBJECT/live|spoof-SPECIES/SESSION/`.

        Raises:
            UserError: the folder cannot be created.
        """
        for attempt in range(_MAX_TRIES):
            folder = _made_session_folder(root, session)
            try:
                return cls(folder, session, color_format)
            except UserError:
                # A deletion of the subject's sessions can remove the folder before it is locked.
                if folder.exists() or attempt == _MAX_TRIES - 1:
                    raise
        raise AssertionError("the last attempt returns or raises")

    def write(self, frame: FrameSet) -> None:
        """Encode and append one frame set; a stream that is None is marked as lost in its row.

        Raises:
            ValueError: a stream has the wrong shape or dtype, or the session does not declare it.
            OSError: the disk is full or was removed. Frames that were written before remain readable.
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
        """Write the image files of frame `number`; return their names for its row."""
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
        """Add the frame's row; its images must be in the folder already.

        Raises:
            ValueError: the time of the frame cannot be written.
            OSError: the disk is full.
        """
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
        """Remove the images and the incomplete row of a frame that could not be written."""
        for stream in self._streams:
            if stream in self._hashes:
                self._hashes[stream].forget(number)
            for path in (self.folder / FOLDERS[stream]).glob(f"{number:06d}.*"):
                path.unlink(missing_ok=True)
        # Part of the row can be in the file.
        os.truncate(self.folder / FRAMES_FILE, self._rows_bytes)

    def mark(self, number: int) -> None:
        """Store a marker at a frame, at once, so that it survives if the process is killed.

        Raises:
            OSError: the disk is full.
        """
        if number in self.session.markers or len(self.session.markers) >= MAX_MARKERS:
            return
        self.session = self.session.model_copy(update={"markers": (*self.session.markers, number)})
        write_session_file(self.folder, self.session)

    def begin_labels(self) -> None:
        """Give each row so far the session's label, and make the session `mixed`, so that the next rows have their own.

        The rows are replaced before the description, so that the session is right if the process is killed in between.

        Raises:
            OSError: the disk is full; the session is unchanged.
        """
        if self.session.label == "mixed":
            return
        path = self.folder / FRAMES_FILE
        rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="ascii"))))
        text = io.StringIO()
        table = csv.DictWriter(text, FRAME_COLUMNS, lineterminator="\n")
        table.writeheader()
        for row in rows:
            if not row["label"]:
                row["label"], row["species"] = self.session.label, self.session.species or ""
            table.writerow(row)
        self.sync()
        self._rows.close()
        try:
            replace_text(path, text.getvalue())
        finally:
            self._rows = path.open("ab", buffering=0)
            self._rows_bytes = path.stat().st_size
        changed = self.session.model_copy(update={"label": "mixed", "species": None})
        write_session_file(self.folder, changed)
        self.session = changed

    def sync(self) -> None:
        """Write the rows from the system's cache to the disk, so that they survive a power cut."""
        os.fsync(self._rows.fileno())

    def complete(self, lost_after: int = 0) -> Session:
        """Close the files, and write the checksums and the state `complete`.

        Args:
            lost_after: number of frames that were lost after the last written one.

        Raises:
            OSError: the disk is full. The session remains open and readable.
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
        """Close the files and leave the session incomplete; may be called twice."""
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
    """The sha256 of images by frame number, in 40 bytes each, because an hour of three streams has 324,000 images."""

    def __init__(self) -> None:
        self._numbers = array("q")
        self._digests = bytearray()

    def add(self, number: int, digest: bytes) -> None:
        """Store the digest of a frame; numbers must increase."""
        self._numbers.append(number)
        self._digests += digest

    def forget(self, number: int) -> None:
        """Remove the last digest, if it belongs to frame `number`."""
        if self._numbers and self._numbers[-1] == number:
            self._numbers.pop()
            del self._digests[-_SHA256_BYTES:]

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        for place, number in enumerate(self._numbers):
            yield number, bytes(self._digests[place * _SHA256_BYTES : (place + 1) * _SHA256_BYTES])


def is_time(seconds: float) -> bool:
    """Return whether a time in seconds can be written, i.e. is finite and not larger than any clock gives."""
    return math.isfinite(seconds) and abs(seconds) <= _MAX_TIME_S


def _is_count(value: object) -> bool:
    return isinstance(value, int) and -1 <= value <= _MAX_COUNT


def write_session_file(folder: Path, session: Session) -> None:
    """Replace `session.json` atomically, so that a reader gets the old or the new file."""
    replace_text(folder / SESSION_FILE, with_own_checksum(session).model_dump_json(indent=1))


def replace_text(path: Path, text: str) -> None:
    """Replace a text file of a session atomically, with a temporary name that repair and deletion recognise."""
    write_atomically(path, text.encode("utf-8"), path.with_name(path.name + ".partial"))


def stage_rows(folder: Path, text: str) -> Path:
    """Write new rows of a session beside the old ones, and return the file; a rename to `frames.csv` makes them valid.

    Raises:
        OSError: the file cannot be written.
    """
    staged = folder / STAGED_ROWS_FILE
    write_atomically(staged, text.encode("utf-8"), folder / (SESSION_FILE + ".partial"))
    return staged


def sha256_of(path: Path) -> str:
    """Return the hexadecimal sha256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
