"""A folder with small pictures of events: who was accepted, refused or locked out, kept for a number of days.

The folder contains `index.jsonl` with one line per event, the JPEG files that it names, and `.lock` while it is in use.
The line is written before its pictures, so that every picture is in the index. Only files of the index are deleted.
"""

from __future__ import annotations

import os
import secrets
import shutil
import stat
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from fasdemo.atomic_file import write_atomically
from fasdemo.bounded_file import read_text
from fasdemo.engine.result import Status
from fasdemo.errors import UserError
from fasdemo.frames import Stream
from fasdemo.outputs import check_output_folder
from fasdemo.sessions.session_lock import LOCK_FILE, SessionLock

INDEX_FILE = "index.jsonl"
MAX_EVENTS = 20_000
"""Maximum number of stored events; with three pictures each they need about 2 GB."""
MIN_FREE_BYTES = 256 * 1024 * 1024
"""Free space below which nothing is stored, so that the pictures do not fill the disk."""
MAX_INDEX_BYTES = 64 * 1024 * 1024
DAY_S = 86_400.0
_PART_FILE = "index.part"
_NAME = r"^event-[0-9]{8}T[0-9]{6}-[0-9a-f]{16}-(rgb|depth|ir)\.jpg$"

Kind = Literal["LIVE", "SPOOF", "LOCKED"]
PictureName = Annotated[str, StringConstraints(pattern=_NAME)]


class StoredEvent(BaseModel):
    """A line of the index.

    Attributes:
        utc: date and time at which the event was stored.
        source_id: number of the source among several; empty if there is only one.
        kind: LIVE was granted, SPOOF was found, or the camera was locked after refused attempts.
        timestamp_s: time on the source's clock.
        status: verdict on the face in that frame.
        dropped: number of events before this one that were not stored because there were too many.
        pictures: names of the files in the folder by stream.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    utc: AwareDatetime
    kind: Kind
    source: str
    source_id: str = ""
    live_source: bool
    frame: int
    timestamp_s: float
    track_id: int
    status: Status
    reasons: tuple[str, ...]
    model: str
    model_sha256: str
    policy: str
    dropped: Annotated[int, Field(ge=0)] = 0
    pictures: dict[Stream, PictureName] = {}


class EventPictureStore:
    """The writer of one folder; it holds the folder's lock until `close`.

    Args:
        folder: the folder; created if it does not exist, with access for its owner only.
        keep_days: age in days at which events and their pictures are deleted.
        clock_s: the computer's clock, seconds since 1970.

    Raises:
        UserError: the folder is a link, contains other files, is in use, or cannot be read or written.
    """

    def __init__(self, folder: Path, keep_days: int, clock_s: Callable[[], float] = time.time) -> None:
        self.folder, self._keep_s, self._clock_s = folder, keep_days * DAY_S, clock_s
        check_folder(folder)
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            folder.chmod(0o700)
            self._lock = SessionLock(folder, "used for the pictures of events")
        except OSError as error:
            raise UserError(f"{folder}: cannot be written ({error.strerror}); choose another folder.") from error
        try:
            self._events = read_index(folder)
            if _is_cut_off(folder / INDEX_FILE):
                self._write_index()
            self.delete_old()
        except OSError as error:
            self._lock.release()
            raise UserError(f"{folder}: cannot be written ({error.strerror}); choose another folder.") from error
        except BaseException:
            self._lock.release()
            raise

    @property
    def full(self) -> bool:
        """Whether the maximum number of events is stored."""
        return len(self._events) >= MAX_EVENTS

    def now(self) -> datetime:
        """Return the time of the computer's clock in UTC."""
        return datetime.fromtimestamp(self._clock_s(), UTC)

    def add(self, event: StoredEvent, pictures: Mapping[Stream, bytes]) -> StoredEvent:
        """Store an event with its pictures, and return it with the names of the files.

        Args:
            event: the event; its `pictures` are ignored.
            pictures: JPEG files by stream.

        Raises:
            OSError: the disk is full or the folder cannot be written.
        """
        if shutil.disk_usage(self.folder).free < MIN_FREE_BYTES:
            raise OSError(28, f"less than {MIN_FREE_BYTES // 1024**2} MB are free", str(self.folder))
        stem = f"event-{event.utc.astimezone(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(8)}"
        named = event.model_copy(update={"pictures": {stream: f"{stem}-{stream}.jpg" for stream in pictures}})
        self._append(named)
        self._events.append(named)
        for stream, content in pictures.items():
            self._write_new(self.folder / named.pictures[stream], content)
        return named

    def delete_old(self) -> int:
        """Delete events that are older than `keep_days` with their pictures; return how many.

        Raises:
            OSError: a file cannot be deleted; it remains in the index.
        """
        limit = self._clock_s() - self._keep_s
        old = [event for event in self._events if event.utc.timestamp() <= limit]
        if not old:
            return 0
        for event in old:
            for name in event.pictures.values():
                # Unlink removes a link that somebody has put there, and not its target.
                (self.folder / name).unlink(missing_ok=True)
        everything = self._events
        self._events = [event for event in everything if event.utc.timestamp() > limit]
        try:
            self._write_index()
        except OSError:
            self._events = everything
            raise
        return len(old)

    def close(self) -> None:
        """Release the folder; further calls do nothing."""
        self._lock.release()

    def _write_index(self) -> None:
        content = "".join(event.model_dump_json() + "\n" for event in self._events)
        write_atomically(self.folder / INDEX_FILE, content.encode(), self.folder / _PART_FILE)
        (self.folder / INDEX_FILE).chmod(0o600)

    def _append(self, event: StoredEvent) -> None:
        path = self.folder / INDEX_FILE
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        descriptor = os.open(path, flags, 0o600)
        try:
            size = os.fstat(descriptor).st_size
            line = event.model_dump_json().encode() + b"\n"
            try:
                if os.write(descriptor, line) != len(line):
                    raise OSError(28, "no space left on device", str(path))
            except OSError:
                # An incomplete line would make the index unreadable.
                with suppress(OSError):
                    os.ftruncate(descriptor, size)
                raise
        finally:
            os.close(descriptor)

    def _write_new(self, path: Path, content: bytes) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        try:
            with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
                file.write(content)
        except OSError:
            with suppress(OSError):
                path.unlink(missing_ok=True)
            raise


def check_folder(folder: Path) -> None:
    """Check a folder before it is used; nothing is created or changed.

    Raises:
        UserError: the folder is a link or a file, contains other files, is in a recorded session, or cannot be read.
    """
    check_output_folder("pictures of events:", folder)
    try:
        if folder.is_symlink():
            raise UserError(f"{folder}: is a link; give the folder itself for the pictures of events.")
        if not folder.exists():
            return
        if not folder.is_dir():
            raise UserError(f"{folder}: is not a folder; choose another one for the pictures of events.")
        found = {entry.name: entry.lstat().st_mode for entry in folder.iterdir()}
    except OSError as error:
        raise UserError(f"{folder}: cannot be read ({error.strerror}); choose another folder.") from error
    known = {INDEX_FILE, _PART_FILE, LOCK_FILE}
    known.update(name for event in read_index(folder) for name in event.pictures.values())
    other = next((name for name, mode in found.items() if name not in known or not stat.S_ISREG(mode)), None)
    if other is not None:
        raise UserError(f"{folder}: contains other files ({other}); choose an empty folder for the pictures of events.")


def read_index(folder: Path) -> list[StoredEvent]:
    """Return the stored events, oldest first; none if the folder has no index.

    A last line that is cut off, as after a power cut, is left out; its pictures have not been written.

    Raises:
        UserError: the index cannot be read.
    """
    path = folder / INDEX_FILE
    try:
        text = read_text(path, MAX_INDEX_BYTES)
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: cannot be read ({error}); choose another folder.") from error
    events = []
    lines = text.split("\n")
    for number, line in enumerate(lines[:-1], 1):
        try:
            events.append(StoredEvent.model_validate_json(line))
        except ValidationError as error:
            raise UserError(
                f"{path}, line {number}: is not an event; choose another folder for the pictures of events."
            ) from error
    return events


def _is_cut_off(path: Path) -> bool:
    """Return whether the last line of the index is incomplete; False if there is no index."""
    try:
        text = read_text(path, MAX_INDEX_BYTES)
    except FileNotFoundError:
        return False
    return bool(text) and not text.endswith("\n")
