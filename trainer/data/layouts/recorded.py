"""Training crops of recorded sessions, cut once and kept beside the sessions; cut again when the sessions change."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from fasdemo.atomic_file import write_text
from fasdemo.bounded_file import read_bounded
from fasdemo.errors import UserError
from fasdemo.models.card import CropSpec
from fasdemo.progress import track
from fasdemo.record.derived import LIST_FILE, note_derived
from fasdemo.record.export import ExportOptions, SessionCrops, export_by, export_session
from fasdemo.sessions.schema import FRAMES_FILE, SESSION_FILE
from trainer.workers import HERE, Workers

SIZE, SCALE = 192, 1.5
"""Size in pixels and scale of the generator's crops: the network's 128 px in the middle, a margin around them."""
FACTS_FILE = "export.json"
SESSIONS_FILE = "sessions.json"
"""File in the crops' folder: hash of every session that was cut, and the frames that were left out."""
_MAX_BYTES = 64 * 1024 * 1024


def crops_of(root: Path, every: int = 3, workers: Workers = HERE) -> Path:
    """Return the folder with a root's crops (`ROOT-crops`), after cutting them if the sessions differ from those in it.

    Args:
        root: folder of the sessions.
        every: every n-th frame is used.
        workers: what cuts the crops.

    Raises:
        UserError: there is no complete session, no face was found, or the folder cannot be written.
    """
    target = root.resolve().with_name(root.resolve().name + "-crops")
    sessions = sorted(path.parent for path in root.glob(f"*/*/*/{SESSION_FILE}"))
    if not sessions:
        raise UserError(
            f"data {root}: no recorded sessions (PERSON/live|spoof-SPECIES/SESSION/{SESSION_FILE}); correct the path.",
            parameter="data",
        )
    options = ExportOptions(size=SIZE, crop=CropSpec(scale=SCALE), every=every)
    hashes = {session.relative_to(root).as_posix(): _hash(session) for session in sessions}
    if _current(target, hashes, options):
        return target
    if target.exists():
        if not (target / FACTS_FILE).is_file():
            raise UserError(f"{target}: this folder exists, but does not contain crops of sessions; move or rename it.")
        shutil.rmtree(target)

    def cut(folders: Sequence[Path], partial: Path) -> Iterable[SessionCrops]:
        job = SessionsJob(tuple(folder.absolute() for folder in folders), root.absolute(), partial, options)
        done = workers.run(cut_session, job, range(len(folders)), [root, partial])
        found = dict(track(done, "cutting crops", len(folders)))
        return [found[number] for number in range(len(folders))]

    summary = export_by(cut, sessions, root, target, options)
    # Written last: crops without this file are cut again.
    write_text(target / SESSIONS_FILE, json.dumps({"sessions": hashes, "skipped": dict(summary.skipped)}, indent=1))
    return target


@dataclass(frozen=True, slots=True)
class SessionsJob:
    """Sessions whose crops are cut, by several threads or machines.

    Attributes:
        sessions: their folders, absolute paths.
        root: common folder of the sessions.
        target: folder of the crops.
        options: settings of the export.
    """

    sessions: tuple[Path, ...]
    root: Path
    target: Path
    options: ExportOptions


def cut_session(job: SessionsJob, number: int) -> SessionCrops:
    """Cut the crops of one session.

    Raises:
        UserError: the session is damaged.
        OSError: a file cannot be written.
    """
    from fasdemo.faces.detector import FaceDetector

    with FaceDetector() as detector:
        return export_session(job.sessions[number], job.root, job.target, detector.detect, job.options)


def skipped_frames(folder: Path) -> dict[str, int]:
    """Return the number of frames that were left out of crops by reason; empty for crops that were cut by hand."""
    try:
        skipped = json.loads(read_bounded(folder / SESSIONS_FILE, _MAX_BYTES))["skipped"]
        return {str(reason): int(count) for reason, count in skipped.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def note_model(folder: Path, run: Path, subjects: set[str], kind: str = "model") -> None:
    """Record in the folder of the sessions which file was made from their crops; do nothing for other data."""
    try:
        facts = json.loads(read_bounded(folder / FACTS_FILE, _MAX_BYTES))
        root = Path(str(facts["sessions"]))
    except (OSError, ValueError, KeyError, TypeError):
        return
    if root.is_dir():
        note_derived(root, run, kind, subjects)


def _hash(session: Path) -> str:
    """Return the hash of a session's description and rows, which contain the checksums of its files."""
    digest = hashlib.sha256()
    for name in (SESSION_FILE, FRAMES_FILE):
        try:
            digest.update(read_bounded(session / name, _MAX_BYTES))
        except (OSError, ValueError):
            digest.update(b"absent")
    return digest.hexdigest()


def _current(target: Path, hashes: dict[str, str], options: ExportOptions) -> bool:
    if not (target / LIST_FILE).is_file():
        return False
    try:
        facts = json.loads(read_bounded(target / FACTS_FILE, _MAX_BYTES))
        cut = json.loads(read_bounded(target / SESSIONS_FILE, _MAX_BYTES))["sessions"]
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return bool(cut == hashes and facts.get("size") == options.size and facts.get("every") == options.every)
