"""Training crops of recorded sessions, cut once, kept beside the sessions and updated when a session is newer."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from fasdemo.errors import UserError
from fasdemo.models.card import CropSpec
from fasdemo.progress import track
from fasdemo.record.export import DETAILS_FILE, LIST_FILE, ExportOptions, export_sessions
from fasdemo.sessions.schema import SESSION_FILE

SIZE, SCALE = 192, 1.5
"""Size in pixels and scale of the generator's crops: the network's 128 px in the middle, a margin around them."""
FACTS_FILE = "export.json"


def crops_of(root: Path, every: int = 3) -> Path:
    """Return the folder with a root's crops (`ROOT-crops`), after cutting them if they are missing or out of date.

    Raises:
        UserError: there is no complete session, no face was found, or the folder cannot be written.
    """
    target = root.resolve().with_name(root.resolve().name + "-crops")
    sessions = sorted(path.parent for path in root.glob(f"*/*/*/{SESSION_FILE}"))
    if not sessions:
        raise UserError(
            f"--data {root}: no recorded sessions (PERSON/live|spoof-SPECIES/SESSION/{SESSION_FILE}); correct the path."
        )
    options = ExportOptions(size=SIZE, crop=CropSpec(scale=SCALE), every=every)
    if _current(target, sessions, options):
        return target
    if target.exists():
        if not (target / FACTS_FILE).is_file():
            raise UserError(f"{target}: this folder exists, but does not hold crops of sessions; move or rename it.")
        shutil.rmtree(target)
    from fasdemo.faces.detector import FaceDetector

    with FaceDetector() as detector:
        export_sessions(track(sessions, "cutting crops", len(sessions)), root, target, detector.detect, options)
    return target


def _current(target: Path, sessions: list[Path], options: ExportOptions) -> bool:
    if not (target / LIST_FILE).is_file():
        return False
    try:
        facts = json.loads((target / FACTS_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    same = facts.get("size") == options.size and facts.get("every") == options.every
    made = (target / DETAILS_FILE).stat().st_mtime
    known = {line.split("/color/")[0] for line in (target / LIST_FILE).read_text(encoding="utf-8").splitlines()}
    newest = max((session / SESSION_FILE).stat().st_mtime for session in sessions)
    return same and newest < made and len(known) <= len(sessions)
