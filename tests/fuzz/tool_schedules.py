"""Several tools on one folder of sessions at the same time, in random order, some killed in the middle.

`python -m tests.fuzz.tool_schedules [--schedules N] [--first SEED]` runs N schedules and prints figures. Each schedule
records people, then lets three to six tools (recorder, `repair`, `verify`, `list`, `delete`, corrections of labels,
notes, export, readers of sessions and of exported lists) go on step by step, in an order given by its seed. Each tool
runs in a process of its own, and about a third of them are killed before one of their operations on files. Afterwards:

- what was complete is unchanged, unless it was to be deleted or corrected;
- every frame that a recorder had called written is there;
- a repair completes everything else, and a repeated deletion removes all of the person;
- no reader saw an image that was not in the session, and every refused tool gave one sentence.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import cv2
import numpy as np

from fasdemo.capture.open import open_source
from fasdemo.cli.main import main as fasdemo
from fasdemo.errors import UserError
from fasdemo.faces.face import Face
from fasdemo.frames import FrameSet, Truth
from fasdemo.record.amend import correct, correct_part, set_note
from fasdemo.record.export import ExportOptions, export_sessions
from fasdemo.sessions.image_codec import read_image
from fasdemo.sessions.loading import load_session
from fasdemo.sessions.reader import SessionReader
from fasdemo.sessions.repair import find_sessions, repair_session, verify_session
from fasdemo.sessions.schema import Consent, Session
from fasdemo.sessions.session_lock import who_holds
from fasdemo.sessions.writer import SessionWriter
from tests.support.stepped_process import SteppedProcess
from trainer.data.lists.entries import read_list

HEIGHT, WIDTH = 24, 32
FRAMES = 3
SUBJECTS = ("S00", "S01", "S02")
KILLED = 0.35
"""Share of the tools that are killed."""
MAX_TURNS = 20_000
Report = Callable[[int], None]


def shot(subject: str, number: int, truth: Truth | None = None) -> FrameSet:
    """Return a frame of a person, which shows who it is and its number."""
    rgb = np.full((HEIGHT, WIDTH, 3), number, np.uint8)
    rgb[:, :, 1] = int(subject[1:]) + 100
    rgb[4:20, 8:24, 2] = 200
    depth = np.full((HEIGHT, WIDTH), 500 + number, np.uint16)
    return FrameSet(index=number, timestamp_s=number / 30, rgb=rgb, depth=depth, truth=truth)


def description(subject: str, label: str = "live") -> Session:
    """Return the description of a session of a person."""
    values = {
        "subject": subject,
        "label": label,
        "started": datetime(2026, 1, 2, tzinfo=UTC),
        "streams": ("rgb", "depth"),
        "width": WIDTH,
        "height": HEIGHT,
        "fps": 30.0,
        "consent": Consent(statement="I agree.", given_on=date(2026, 1, 2), retain_until=date(2099, 1, 1)),
    }
    return Session.model_validate(values)


def face(rgb: object) -> list[Face]:
    """Return the face in every frame, for an export."""
    points = np.array([[12, 9], [20, 9], [16, 13], [16, 17], [9, 10], [23, 10]], np.float32)
    return [Face((8, 4, 16, 16), 0.9, points)]


def record(root: Path, subject: str, report: Report, label: str = "live") -> int:
    """Record a session and report the number of written frames after each one."""
    try:
        writer = SessionWriter.create(root, description(subject, label), "png")
    except UserError as error:
        return refused(error)
    with writer:
        for number in range(FRAMES):
            truth = None
            if label == "mixed":
                truth = Truth("live") if number == 0 else Truth("spoof", "print-flat")
            writer.write(shot(subject, number, truth))
            report(number + 1)
    return 0


def read(folder: Path, subject: str) -> int:
    """Play a session; fail if an image is not one of its own."""
    try:
        with open_source(folder) as source:
            for frame in source:
                if "rgb_missing" in frame.faults:
                    assert not frame.rgb.any()
                    assert source.warnings
                    continue
                assert (frame.rgb == shot(subject, int(frame.rgb[0, 0, 0])).rgb).all()
                assert frame.index == int(frame.rgb[0, 0, 0])
    except UserError as error:
        return refused(error)
    return 0


def refused(error: UserError) -> int:
    """Print the sentence of a refusal as the command line does, and return its status."""
    assert "\n" not in str(error)
    print(f"refused: {error}", file=sys.stderr)
    return 2


def attempted(action: Callable[[], object]) -> int:
    """Run a function of the library; a refusal has status 2."""
    try:
        action()
    except UserError as error:
        return refused(error)
    return 0


def export(root: Path, target: Path) -> int:
    """Export all sessions."""
    options = ExportOptions(size=32, every=1)
    return attempted(lambda: export_sessions(find_sessions(root), root, target, face, options))


def read_export(target: Path) -> int:
    """Read the list of an export; every file in it must be a whole picture or be gone."""
    try:
        entries = read_list(target / "list.txt", target)
    except UserError as error:
        return refused(error)
    for entry in entries:
        for stream, name in entry.files.items():
            try:
                read_image(target / name, stream)
            except FileNotFoundError:
                return 3  # Allowed only while or after the crops of a person are deleted.
    return 0


@dataclass
class Schedule:
    """The tools of one run, and what has to hold after it."""

    seed: int
    root: Path
    chance: random.Random = field(init=False)
    processes: list[SteppedProcess] = field(default_factory=list)
    kill_at: list[int | None] = field(default_factory=list)
    deleted: set[str] = field(default_factory=set)
    """People whose deletion began."""
    changed: set[str] = field(default_factory=set)
    """People whose sessions are corrected."""
    recorded: list[tuple[SteppedProcess, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)

    def run(self) -> Counter[str]:
        """Run the schedule and check what is left; return figures."""
        sessions, target = self.root / "sessions", self.root / "crops"
        for subject in SUBJECTS[:2]:
            record(sessions, subject, lambda _: None, "mixed" if subject == "S01" and self.seed % 2 else "live")
        before = {folder: contents(folder) for folder in find_sessions(sessions)}
        if self.seed % 3 == 0:
            assert export(sessions, target) == 0
        for _ in range(self.chance.randint(3, 6)):
            self.start(sessions, target, sorted(before))
        for _ in range(MAX_TURNS):
            alive = [number for number, one in enumerate(self.processes) if one.alive]
            if not alive:
                break
            number = self.chance.choice(alive)
            one, limit = self.processes[number], self.kill_at[number]
            count = self.chance.choice([1, 1, 2, 5, 20])
            if limit is None:
                one.step(count)
            elif one.steps < limit:
                one.step(min(count, limit - one.steps))
            else:
                one.kill()
        else:
            raise AssertionError(f"no end after {MAX_TURNS} turns")
        self.check(sessions, target, before)
        figures = Counter(f"{one.name}: {outcome(one)}" for one in self.processes)
        figures["steps"] = sum(one.steps for one in self.processes)
        figures["kills"] = sum(one.status == -9 for one in self.processes)
        return figures

    def start(self, sessions: Path, target: Path, folders: list[Path]) -> None:
        """Start one tool, chosen at random, up to its first operation."""
        subject = self.chance.choice(SUBJECTS)
        folder = self.chance.choice(folders)
        owner = folder.relative_to(sessions).parts[0]
        tools: dict[str, Callable[[Report], int]] = {
            "record": lambda report: record(sessions, subject, report),
            "repair": lambda _: fasdemo(["sessions", "repair", str(sessions)]),
            "verify": lambda _: fasdemo(["sessions", "verify", str(sessions)]),
            "list": lambda _: fasdemo(["sessions", "list", str(sessions)]),
            "delete": lambda _: fasdemo(["sessions", "delete", str(sessions), "--subject", subject, "--yes"]),
            "correct": lambda _: attempted(lambda: correct(folder, "spoof", "print-flat")),
            "correct part": lambda _: attempted(lambda: correct_part(folder, slice(1, 3), "spoof", "replay-phone")),
            "note": lambda _: attempted(lambda: set_note(folder, "seen")),
            "export": lambda _: export(sessions, target),
            "read": lambda _: read(folder, owner),
            "read export": lambda _: read_export(target),
        }
        name = self.chance.choice(["record", "record", "repair", "repair", "delete", *sorted(tools)])
        if name == "delete":
            self.deleted.add(subject)
        if name in ("correct", "correct part", "note"):
            self.changed.add(owner)
        process = SteppedProcess(name, tools[name], self.root)
        self.processes.append(process)
        killed = self.chance.random() < KILLED
        self.kill_at.append(int(self.chance.triangular(0, 120, 20)) if killed else None)
        if name == "record":
            self.recorded.append((process, subject))

    def check(self, sessions: Path, target: Path, before: dict[Path, dict[str, bytes]]) -> None:
        """Check every process, then repair, verify and delete what is left."""
        for one in self.processes:
            assert "Traceback" not in one.said, one.said
            allowed = {0, 2, -9} | ({1} if one.name == "verify" else set()) | ({3} if self.deleted else set())
            assert one.status in allowed, (one.name, one.status, one.said)
            if one.status == 2:
                assert [line for line in one.said.splitlines() if line.strip()], one.name
        held = [who_holds(folder) for folder in find_sessions(sessions)]
        assert not any(held)
        found = {folder: load_or_none(folder) for folder in find_sessions(sessions)}
        for folder in found:
            owner = folder.relative_to(sessions).parts[0]
            if owner in self.deleted:
                continue
            repair_session(folder)
            assert verify_session(folder).problems == (), (folder, verify_session(folder).problems)
        self.check_contents(sessions, before)
        self.check_recorders(sessions)
        self.check_export(sessions, target)
        for subject in sorted(self.deleted):
            status = fasdemo(["sessions", "delete", str(sessions), "--subject", subject, "--yes"])
            assert status in (0, 2)
            left = [path for path in self.root.rglob("*") if path.is_file() and is_of(path, subject)]
            assert not left, left
        partial = list(sessions.rglob("*.partial*"))
        assert not partial, partial

    def check_contents(self, sessions: Path, before: dict[Path, dict[str, bytes]]) -> None:
        """Check that complete sessions are where they were, or where their correction has moved them, and unchanged."""
        after = find_sessions(sessions)
        for folder, files in before.items():
            owner = folder.relative_to(sessions).parts[0]
            if owner in self.deleted:
                continue
            images = {name: data for name, data in files.items() if name.endswith(".png")}
            same = [one for one in after if pictures(one) == images and load_session(one).subject == owner]
            if owner not in self.changed:
                assert folder in after
                assert contents(folder) == files
            assert same

    def check_recorders(self, sessions: Path) -> None:
        """Check that there are as many sessions as recorders, with the frames that they called written."""
        for subject in set(SUBJECTS) - self.deleted:
            written = sorted(max(one.reported, default=0) for one, name in self.recorded if name == subject)
            folders = [folder for folder in find_sessions(sessions) if folder.relative_to(sessions).parts[0] == subject]
            frames = sorted(verify_session(folder).frames for folder in folders)
            expected = sorted([count for count in written if count] + [FRAMES] * (subject in SUBJECTS[:2]))
            assert len(frames) >= len(expected)
            pairs = zip(reversed(frames), reversed(expected), strict=False)
            assert all(have >= want for have, want in pairs), (frames, expected)
            for folder in folders:
                if verify_session(folder).frames == 0:
                    continue
                with SessionReader(folder) as reader:
                    for frame in reader:
                        assert frame.faults == ()
                        assert (frame.rgb == shot(subject, frame.index).rgb).all()

    def check_export(self, sessions: Path, target: Path) -> None:
        """Check that an export is whole."""
        if target.exists() and not self.deleted:
            assert read_export(target) == 0


def outcome(one: SteppedProcess) -> str:
    return {0: "done", -9: "killed", 1: "damage named", 2: "refused", 3: "crops gone"}[one.status or 0]


def load_or_none(folder: Path) -> Session | None:
    try:
        return load_session(folder)
    except UserError:
        return None


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder but its lock."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != ".lock"
    }


def pictures(folder: Path) -> dict[str, bytes]:
    return {name: data for name, data in contents(folder).items() if name.endswith(".png")}


def is_of(path: Path, subject: str) -> bool:
    """Return whether a file shows a person."""
    if path.suffix != ".png":
        return False
    image = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if image is None or image.ndim != 3:
        return subject in path.parts
    return bool((image[:, :, 1] == int(subject[1:]) + 100).any()) or subject in path.parts


def run_schedules(first: int, count: int) -> Counter[str]:
    """Run schedules with consecutive seeds; an error names the seed."""
    cv2.setNumThreads(0)
    figures: Counter[str] = Counter()
    for seed in range(first, first + count):
        root = Path(tempfile.mkdtemp(prefix="schedule-"))
        try:
            figures += Schedule(seed, root).run()
        except BaseException:
            print(f"schedule {seed} failed; its files are in {root}", file=sys.stderr)
            raise
        shutil.rmtree(root)
    return figures


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--schedules", type=int, default=200)
    parser.add_argument("--first", type=int, default=0)
    chosen = parser.parse_args()
    figures = run_schedules(chosen.first, chosen.schedules)
    print(json.dumps({"schedules": chosen.schedules, **dict(sorted(figures.items()))}, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
