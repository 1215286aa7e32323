"""Find the recorded sessions below a folder in a background thread, with a picture of each."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PyQt6.QtCore import QObject, pyqtSignal

from fasdemo.errors import UserError
from fasdemo.frames import Rgb
from fasdemo.sessions.reader import SessionReader
from fasdemo.sessions.repair import find_sessions
from fasdemo.sessions.schema import SESSION_FILE

_log = logging.getLogger(__name__)

THUMBNAIL_PX = (96, 72)


@dataclass(frozen=True, slots=True)
class LibraryEntry:
    """One session of a library.

    Attributes:
        folder: its folder.
        subject: the subject's pseudonym.
        shown: `live`, the attack's species, or `mixed`.
        started: date and time of its start, local, as text.
        length_s: frames over the frame rate, seconds.
        device: the camera's name.
        problem: why it cannot be read, as a sentence; the other fields are then empty. Empty if it was read.
        picture: its middle frame, uint8 (72, 96, 3) RGB, or None.
    """

    folder: Path
    subject: str = ""
    shown: str = ""
    started: str = ""
    length_s: float = 0.0
    device: str = ""
    problem: str = ""
    picture: Rgb | None = None


def is_library(path: Path) -> bool:
    """Return whether a folder is not a session but contains sessions, as deep as in a root of recordings."""
    if not path.is_dir() or (path / SESSION_FILE).exists():
        return False
    patterns = ("*/" * depth + SESSION_FILE for depth in (1, 2, 3))
    return any(next(path.glob(pattern), None) is not None for pattern in patterns)


def read_entry(folder: Path) -> LibraryEntry:
    """Return the description and the picture of a session; an unreadable one has a problem."""
    try:
        with SessionReader(folder) as reader:
            session = reader.session
            frame = reader[len(reader) // 2]
            picture = np.asarray(cv2.resize(frame.rgb, THUMBNAIL_PX, interpolation=cv2.INTER_AREA), np.uint8)
            return LibraryEntry(
                folder,
                session.subject,
                session.species or session.label,
                f"{session.started.astimezone():%Y-%m-%d %H:%M}",
                len(reader) / session.fps,
                session.device.name,
                picture=picture,
            )
    except UserError as error:
        return LibraryEntry(folder, problem=str(error))
    except Exception:
        _log.exception("cannot read the session %s", folder)
        return LibraryEntry(folder, problem=f"{folder.name}: cannot be read; run `fasdemo sessions verify` on it.")


class LibraryIndex(QObject):
    """The sessions below a folder, read one after another in the background.

    Signals:
        found: int, LibraryEntry: number of the reading, and a session that it read.
        finished: int, str: number of a complete reading; a sentence if the root cannot be read, else "".

    Attributes:
        reading: number of the last reading. Signals of an earlier one may still arrive, also of the same root.
    """

    found = pyqtSignal(int, object)
    finished = pyqtSignal(int, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.reading = 0
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def read(self, root: Path) -> None:
        """Read the sessions below a folder; a previous reading ends."""
        self.stop()
        self._stop = threading.Event()
        self.reading += 1
        given = (root, self.reading, self._stop)
        self._thread = threading.Thread(target=self._run, args=given, name="fasdemo library", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the reading after the present session, without waiting."""
        self._stop.set()

    def join(self, timeout_s: float) -> None:
        """Wait up to `timeout_s` seconds for the thread."""
        if self._thread is not None:
            self._thread.join(timeout_s)

    def _run(self, root: Path, reading: int, stop: threading.Event) -> None:
        problem = ""
        try:
            for folder in find_sessions(root):
                if stop.is_set():
                    return
                self.found.emit(reading, read_entry(folder))
        except UserError as error:
            problem = str(error)
        self.finished.emit(reading, problem)
