"""Find the recorded sessions below a folder in a background thread, with a picture and the stored verdicts of each."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import cv2
import numpy as np
from PyQt6.QtCore import QObject, pyqtSignal

from fasdemo.errors import UserError
from fasdemo.frames import Rgb
from fasdemo.sessions.reader import SessionReader
from fasdemo.sessions.repair import find_sessions
from fasdemo.sessions.rows import kinds_of
from fasdemo.sessions.schema import SESSION_FILE
from fasdemo.tuning.session_verdicts import SessionVerdicts, stored_verdicts

_log = logging.getLogger(__name__)

THUMBNAIL_PX = (96, 72)

Engine = tuple[str | None, str | None]
"""Model and policy whose verdicts are shown; None is the automatic choice."""


@dataclass(frozen=True, slots=True)
class LibraryEntry:
    """One session of a library.

    Attributes:
        folder: its folder.
        subject: the subject's pseudonym.
        shown: `live`, the attack's species, or `mixed`.
        markers: times of the operator's markers as shares of its length, 0 to 1.
        kinds: what it shows, `live` or attack species, in the order of their appearance.
        started: date and time of its start, local; None if it is unknown.
        length_s: frames over the frame rate, seconds.
        device: the camera's name.
        problem: why it cannot be read, as a sentence; the other fields are then empty. Empty if it was read.
        picture: its middle frame, uint8 (72, 96, 3) RGB, or None.
        distance: distance of the person as the operator noted it; empty if it was not noted.
        light: light of the scene, likewise.
        verdicts: the stored verdicts; None if it was not scored.
        no_verdicts: why there cannot be verdicts, as a sentence; empty if it was only not scored.
    """

    folder: Path
    subject: str = ""
    shown: str = ""
    started: datetime | None = None
    length_s: float = 0.0
    device: str = ""
    problem: str = ""
    picture: Rgb | None = None
    distance: str = ""
    light: str = ""
    verdicts: SessionVerdicts | None = None
    no_verdicts: str = ""
    kinds: tuple[str, ...] = ()
    markers: tuple[float, ...] = ()

    @property
    def date(self) -> str:
        """Date and time of its start as text; empty if it is unknown."""
        return "" if self.started is None else f"{self.started:%Y-%m-%d %H:%M}"


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
                session.started.astimezone(),
                len(reader) / session.fps,
                session.device.name,
                picture=picture,
                distance=session.distance or "",
                light=session.light or "",
                kinds=kinds_of(folder, session),
                markers=tuple((index + 0.5) / len(reader) for index in reader.markers),
            )
    except UserError as error:
        return LibraryEntry(folder, problem=str(error))
    except Exception:
        _log.exception("cannot read the session %s", folder)
        return LibraryEntry(folder, problem=f"{folder.name}: cannot be read; run `fasdemo sessions verify` on it.")


def with_verdicts(entry: LibraryEntry, engine: Engine) -> LibraryEntry:
    """Return a session's entry with its stored verdicts; without them if there are none that can be used."""
    if entry.problem:
        return entry
    try:
        return replace(entry, verdicts=stored_verdicts(entry.folder, *engine), no_verdicts="")
    except UserError as error:
        return replace(entry, verdicts=None, no_verdicts=str(error))
    except Exception:  # one damaged file must not end the reading of the others
        _log.exception("cannot show the verdicts on the session %s", entry.folder)
        return replace(entry, verdicts=None, no_verdicts="")


class LibraryIndex(QObject):
    """The sessions below a folder, read one after another in the background.

    Signals:
        found: int, LibraryEntry: number of the reading, and a session that it read.
        finished: int, str: number of a complete reading; a sentence if the root cannot be read, else "".

    Attributes:
        engine: returns the model and policy whose verdicts are shown.
        engine_read: those of the last reading.
        reading: number of the last reading. Signals of an earlier one may still arrive, also of the same root.
    """

    found = pyqtSignal(int, object)
    finished = pyqtSignal(int, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.engine: Callable[[], Engine] = lambda: (None, None)
        self.engine_read: Engine = (None, None)
        self.reading = 0
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def read(self, root: Path) -> None:
        """Read the sessions below a folder; a previous reading ends."""
        self.stop()
        self._stop = threading.Event()
        self.reading += 1
        self.engine_read = self.engine()
        given = (root, self.reading, self._stop, self.engine_read)
        self._thread = threading.Thread(target=self._run, args=given, name="fasdemo library", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the reading after the present session, without waiting."""
        self._stop.set()

    def join(self, timeout_s: float) -> None:
        """Wait up to `timeout_s` seconds for the thread."""
        if self._thread is not None:
            self._thread.join(timeout_s)

    def _run(self, root: Path, reading: int, stop: threading.Event, engine: Engine) -> None:
        problem = ""
        try:
            for folder in find_sessions(root):
                if stop.is_set():
                    return
                self.found.emit(reading, with_verdicts(read_entry(folder), engine))
        except UserError as error:
            problem = str(error)
        self.finished.emit(reading, problem)
