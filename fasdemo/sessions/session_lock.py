"""The lock of a session's folder, so that only one process records, repairs or deletes a session.

The file `.lock` in the folder is locked by the operating system (`flock`; `msvcrt.locking` on Windows). The lock ends
with its process, so a file that a killed process leaves behind locks nothing. The file contains process, computer and
purpose. Locks of a shared folder may not work across computers. Therefore the time stamp of the file is renewed
regularly, and a file of another computer counts as locked while it is younger than `FRESH_S`.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from fasdemo.errors import UserError

LOCK_FILE = ".lock"
FRESH_S = 60.0
RENEW_S = 5.0
_MAX_BYTES = 4096
_TRIES = 20
_PAUSE_S = 0.01


class SessionLock:
    """A lock on a session's folder, and a context manager that releases it.

    Args:
        folder: the session's folder; it must exist.
        purpose: a past participle that describes the use of the session, e.g. `recorded`.

    Raises:
        UserError: another process or thread holds the lock.
        OSError: the folder cannot be written.
    """

    def __init__(self, folder: Path, purpose: str) -> None:
        self.folder = folder
        self._path = folder / LOCK_FILE
        self._renewed_s = time.monotonic()
        self._descriptor: int | None = None
        for attempt in range(_TRIES):
            descriptor = _open(self._path)
            if not _take(descriptor):
                holder = _holder(descriptor)
                os.close(descriptor)
                if attempt < _TRIES // 2:
                    # Retry, because `who_holds` holds the lock for a moment too.
                    time.sleep(_PAUSE_S)
                    continue
                raise UserError(_held(folder, holder))
            if not _is_still(descriptor, self._path):
                # The previous holder removed the file after it was opened here.
                os.close(descriptor)
                continue
            foreign = _foreign_holder(descriptor)
            if foreign is not None:
                _close(descriptor)
                raise UserError(_held(folder, foreign))
            self._descriptor = descriptor
            break
        else:
            raise UserError(f"{folder}: could not be locked, because other programs use it; try again.")
        text = {"pid": os.getpid(), "host": socket.gethostname(), "purpose": purpose}
        os.ftruncate(descriptor, 0)
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.write(descriptor, json.dumps(text).encode("ascii"))

    def renew(self) -> None:
        """Show other computers that the lock is still in use; fast, so that it can be called often."""
        now = time.monotonic()
        if self._descriptor is not None and now - self._renewed_s >= RENEW_S:
            self._renewed_s = now
            with contextlib.suppress(OSError):
                os.utime(self._path)

    def release(self) -> None:
        """Remove the file and release the lock; further calls do nothing."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is None:
            return
        if os.name != "nt":
            # Remove the file while it is locked, so that no other process locks a file that is about to be removed.
            with contextlib.suppress(OSError):
                self._path.unlink()
        _close(descriptor)
        if os.name == "nt":
            with contextlib.suppress(OSError):
                self._path.unlink()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def who_holds(folder: Path) -> str:
    """Return a sentence about the process that uses a session's folder; empty if none does."""
    path = folder / LOCK_FILE
    try:
        descriptor = os.open(path, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError:
        return ""
    except OSError:
        try:
            descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        except OSError:
            return ""
    try:
        if not _take(descriptor):
            return _held(folder, _holder(descriptor))
        foreign = _foreign_holder(descriptor)
        return "" if foreign is None else _held(folder, foreign)
    finally:
        _close(descriptor)


def _open(path: Path) -> int:
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0), 0o666)


def _take(descriptor: int) -> bool:
    """Lock the open file; return False if it is locked already."""
    if sys.platform == "win32":
        import msvcrt

        try:
            os.lseek(descriptor, _MAX_BYTES, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            os.lseek(descriptor, 0, os.SEEK_SET)
        return True
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        # The file system has no locks, so use the contents of the file.
        return _process_is_gone(_holder(descriptor))
    return True


def _process_is_gone(holder: dict[str, Any]) -> bool:
    if holder.get("host") != socket.gethostname() or not isinstance(holder.get("pid"), int):
        return True
    try:
        os.kill(holder["pid"], 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def _is_still(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except OSError:
        return False


def _holder(descriptor: int) -> dict[str, Any]:
    try:
        os.lseek(descriptor, 0, os.SEEK_SET)
        content = json.loads(os.read(descriptor, _MAX_BYTES) or b"{}")
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _foreign_holder(descriptor: int) -> dict[str, Any] | None:
    """Return the contents of a lock file that another computer has renewed within `FRESH_S`; None otherwise."""
    holder = _holder(descriptor)
    if holder.get("host") in (None, socket.gethostname()):
        return None
    return holder if abs(time.time() - os.fstat(descriptor).st_mtime) < FRESH_S else None


def _held(folder: Path, holder: dict[str, Any]) -> str:
    purpose = str(holder.get("purpose") or "used")[:40]
    what = "stop the recording first" if purpose == "recorded" else "try again later"
    who = ""
    if isinstance(holder.get("pid"), int):
        who = f" by process {holder['pid']}"
        if holder.get("host") not in (None, socket.gethostname()):
            who += f" on {str(holder['host'])[:80]}"
    return f"{folder}: is being {purpose}{who}; {what}."


def _close(descriptor: int) -> None:
    os.close(descriptor)
