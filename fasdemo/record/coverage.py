"""Count which subjects were recorded with which attacks, at which distances and in which light."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fasdemo.errors import UserError
from fasdemo.sessions.loading import load_session
from fasdemo.sessions.repair import find_sessions
from fasdemo.sessions.rows import kinds_of
from fasdemo.sessions.schema import Session


@dataclass(slots=True)
class Cell:
    """The takes of one subject of one kind.

    Attributes:
        takes: number of sessions.
        distances: sessions by distance; those without one are not in it.
        lights: sessions by light; those without one are not in it.
    """

    takes: int = 0
    distances: Counter[str] = field(default_factory=Counter)
    lights: Counter[str] = field(default_factory=Counter)

    def add(self, session: Session) -> None:
        """Count a session."""
        self.takes += 1
        if session.distance is not None:
            self.distances[session.distance] += 1
        if session.light is not None:
            self.lights[session.light] += 1


@dataclass(slots=True)
class Coverage:
    """The takes by subject and kind.

    Attributes:
        subjects: pseudonyms, sorted.
        kinds: `live`, then the attack species, sorted; `mixed` last, for sessions whose frames have no labels.
        cells: takes by subject and kind; a missing key means none.
        unreadable: number of sessions that could not be read.
    """

    subjects: list[str]
    kinds: list[str]
    cells: dict[tuple[str, str], Cell]
    unreadable: int = 0

    def missing(self) -> list[tuple[str, str]]:
        """Return the subjects and kinds of which there is no take, though another subject has one."""
        return [(name, kind) for name in self.subjects for kind in self.kinds if (name, kind) not in self.cells]


def coverage_of(sessions: Iterable[tuple[Session, Sequence[str]]]) -> Coverage:
    """Return the coverage of sessions, each with what it shows; it counts in the column of each of these."""
    cells: dict[tuple[str, str], Cell] = {}
    for session, shown in sessions:
        for kind in shown:
            cells.setdefault((session.subject, kind), Cell()).add(session)
    kinds = {kind for _, kind in cells} | {"live"}
    order = {"live": -1, "mixed": 1}
    return Coverage(
        sorted({subject for subject, _ in cells}), sorted(kinds, key=lambda kind: (order.get(kind, 0), kind)), cells
    )


def read_coverage(root: Path) -> Coverage:
    """Return the coverage of all sessions below a folder.

    Raises:
        UserError: the folder cannot be read.
    """
    found: list[tuple[Session, Sequence[str]]] = []
    unreadable = 0
    for folder in find_sessions(root) if root.is_dir() else ():
        try:
            session = load_session(folder)
            found.append((session, kinds_of(folder, session) or (session.label,)))
        except UserError:
            unreadable += 1
    coverage = coverage_of(found)
    coverage.unreadable = unreadable
    return coverage
