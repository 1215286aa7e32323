"""`fasdemo sessions`: list, show, verify, repair, export and delete recorded sessions."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from fasdemo.errors import UserError, printable
from fasdemo.folder_walk import linked_folders
from fasdemo.progress import track
from fasdemo.record.amend import move_to_label
from fasdemo.record.derived import PARTIAL_ENDING, read_derived, remove_crops, remove_shards, remove_unfinished
from fasdemo.record.export import ExportOptions, export_sessions
from fasdemo.sessions.erase import (
    erase,
    expired_sessions,
    kept_beside,
    measure,
    sessions_of_subject,
    strays,
    unreadable,
)
from fasdemo.sessions.loading import load_session
from fasdemo.sessions.reader import SessionReader
from fasdemo.sessions.repair import find_sessions, repair_session, verify_session
from fasdemo.sessions.rows import changes_of, kinds_of, load_rows
from fasdemo.sessions.schema import Session
from fasdemo.sessions.session_lock import who_holds
from fasdemo.terminal import say, tell

EXAMPLE = "fasdemo sessions export recordings --to crops"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `fasdemo sessions`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")

    def action(name: str, text: str) -> argparse.ArgumentParser:
        one = actions.add_parser(name, help=text, description=text)
        one.add_argument("folder", type=Path, metavar="FOLDER", help="a session, or a folder that contains sessions")
        return one

    action("list", "list the sessions").add_argument("--json", action="store_true", help="print JSON")
    action("show", "show the facts about one session").add_argument("--json", action="store_true", help="print JSON")
    action("verify", "compare every file with its checksum; exit status 1 if a session is damaged or has no checksums")
    action("repair", "complete recordings that were interrupted")
    export = action("export", "write aligned crops of faces and a list with lines `color depth ir label`")
    export.add_argument("--to", type=Path, required=True, metavar="DIR", help="a new folder")
    export.add_argument("--size", type=int, default=256, metavar="PX", help="side of the crops; default: 256")
    export.add_argument(
        "--depth",
        choices=("16bit", "8bit"),
        default="16bit",
        help="16bit: millimetres (default); 8bit: grey as in CASIA-SURF",
    )
    export.add_argument("--every", type=int, default=5, metavar="N", help="use every N-th frame; default: 5")
    delete = action("delete", "delete all sessions of a person, or all sessions whose retention date has passed")
    which = delete.add_mutually_exclusive_group(required=True)
    which.add_argument("--subject", metavar="ID", help="the person's pseudonym")
    which.add_argument("--expired", action="store_true", help="sessions whose retention date has passed")
    delete.add_argument("--yes", action="store_true", help="delete without asking")


def run(args: argparse.Namespace) -> int:
    """Run one action; return the exit status.

    Raises:
        UserError: the folder or a session in it cannot be used.
    """
    actions: dict[str, Callable[[argparse.Namespace], int]] = {
        "list": _list,
        "show": _show,
        "verify": _verify,
        "repair": _repair,
        "export": _export,
        "delete": _delete,
    }
    return actions[args.action](args)


def _sessions(root: Path) -> list[Path]:
    found = find_sessions(root)
    linked = linked_folders(root)
    if linked:
        count = "1 linked folder was" if len(linked) == 1 else f"{len(linked)} linked folders were"
        say(f"{count} not searched ({_name(linked[0], root)} ...); give the folder that a link leads to.")
    if not found:
        raise UserError(f"{root}: contains no session; record one with `fasdemo --camera NAME --record {root} ...`.")
    return found


def _name(folder: Path, root: Path) -> str:
    return printable(folder.name if folder == root else folder.relative_to(root).as_posix())


def _kind(session: Session) -> str:
    return f"spoof: {session.species}" if session.species else session.label


def _facts(folder: Path, root: Path, session: Session) -> dict[str, Any]:
    consent = session.consent
    # An incomplete recording has rows, but no count in session.json yet.
    frames = session.frames if session.state == "complete" else _rows(folder)
    return {
        "session": _name(folder, root),
        "subject": session.subject,
        "label": session.label,
        "species": session.species,
        "frames": frames,
        "lost": session.lost,
        "seconds": round(frames / session.fps, 1),
        "streams": list(session.streams),
        "state": session.state,
        "started": session.started.isoformat(),
        "retain_until": None if consent is None else consent.retain_until.isoformat(),
        "expired": consent is not None and consent.retain_until < _today(),
    }


def _rows(folder: Path) -> int:
    try:
        with SessionReader(folder) as reader:
            return len(reader)
    except UserError:
        return 0


def _today() -> date:
    return datetime.now(UTC).astimezone().date()


def _list(args: argparse.Namespace) -> int:
    rows: list[dict[str, Any]] = []
    broken: list[str] = []
    for folder in _sessions(args.folder):
        try:
            rows.append(_facts(folder, args.folder, load_session(folder)))
        except UserError as error:
            broken.append(str(error))
    if args.json:
        print(json.dumps({"sessions": rows, "broken": broken}, indent=1))
        return 0
    table = Table(box=None, header_style="bold")
    for title in ("session", "subject", "label", "frames", "lost", "seconds", "streams", "state", "keep until"):
        table.add_column(title, overflow="fold")
    for row in rows:
        until = row["retain_until"] or "-"
        table.add_row(
            escape(row["session"]),
            row["subject"],
            f"spoof: {row['species']}" if row["species"] else row["label"],
            str(row["frames"]),
            str(row["lost"]),
            f"{row['seconds']:.1f}",
            " ".join(row["streams"]),
            row["state"],
            until + (" (past)" if row["expired"] else ""),
        )
    Console(width=None if sys.stdout.isatty() else 160).print(table)
    for sentence in broken:
        say(sentence)
    subjects = len({row["subject"] for row in rows})
    print(f"{len(rows)} session{'s' * (len(rows) != 1)} of {subjects} subject{'s' * (subjects != 1)}.")
    return 0


def _show(args: argparse.Namespace) -> int:
    session = load_session(args.folder)
    if args.json:
        content = session.model_dump(mode="json", exclude={"checksums"})
        content["files_with_checksums"] = len(session.checksums)
        print(json.dumps(content, indent=1))
        return 0
    facts = _facts(args.folder, args.folder, session)
    consent = session.consent
    lines = {
        "subject": session.subject,
        "label": _kind(session),
        **({"shown": _shown(args.folder, session)} if session.label == "mixed" else {}),
        "instrument": session.instrument or "-",
        "distance": session.distance or "-",
        "light": session.light or "-",
        "markers": ", ".join(map(str, session.markers)) or "-",
        "frames": f"{facts['frames']} ({facts['seconds']} s at {session.fps:g} per second), {session.lost} lost",
        "streams": " ".join(session.streams) + f", colour {session.width} x {session.height}",
        "stored as": "one file per frame" if session.container == "files" else "videos",
        "device": " ".join(filter(None, (session.device.name, session.device.sensor_preset))) or "-",
        "calibration": "none" if session.calibration is None else _calibration(session),
        "state": session.state,
        "started": session.started.isoformat(timespec="seconds"),
        "consent": "none recorded" if consent is None else f"{consent.statement} (given {consent.given_on})",
        "keep until": "-" if consent is None else f"{consent.retain_until}{' (past)' if facts['expired'] else ''}",
    }
    for name, text in lines.items():
        tell(f"{name:<12} {text}")
    return 0


def _shown(folder: Path, session: Session) -> str:
    """Return what a session shows, with the first frame of each part."""
    changes = changes_of(row.truth for row in load_rows(folder, session).rows)
    parts = [f"{truth.species or truth.label} from frame {frame}" for frame, truth in changes]
    return ", ".join(parts) or ", ".join(kinds_of(folder, session)) or "unknown"


def _calibration(session: Session) -> str:
    calibration = session.calibration
    return "streams registered" if calibration is not None and calibration.registered else "native streams"


def _verify(args: argparse.Namespace) -> int:
    wrong = 0
    for folder in track(_sessions(args.folder), "verifying"):
        try:
            result = verify_session(folder)
            problems, frames, notes = list(result.problems), result.frames, result.notes
        except UserError as error:
            problems, frames, notes = [str(error)], 0, ()
        wrong += bool(problems)
        print(
            f"{_name(folder, args.folder)}: {f'{frames} frames, no damage' if not problems else printable(problems[0])}"
        )
        for sentence in problems[1:10]:
            print(f"  {printable(sentence)}")
        if len(problems) > 10:
            print(f"  and {len(problems) - 10} more")
        for sentence in notes[:10]:
            tell(f"  note: {sentence}.")
        if len(notes) > 10:
            print(f"  and {len(notes) - 10} more notes")
    return 1 if wrong else 0


def _is_misplaced(folder: Path, session: Session) -> bool:
    """Return whether a session with several labels is in the folder of a single one, `SUBJECT/live|spoof-SPECIES/`."""
    if session.label != "mixed" or len(folder.parents) < 3 or folder.parents[1].name != session.subject:
        return False
    return folder.parent.name == "live" or folder.parent.name.startswith("spoof-")


def _repair(args: argparse.Namespace) -> int:
    failed = 0
    for folder in track(_sessions(args.folder), "repairing"):
        try:
            result = repair_session(folder)
            if _is_misplaced(folder, result.session):
                # The recorder was killed before it could move a take in which something else was shown.
                result.notes.append(f"moved to {move_to_label(folder, folder.parents[2], result.session)}")
        except UserError as error:
            failed += 1
            say(str(error))
            continue
        notes = "; ".join(result.notes) or "completed"
        tell(f"{_name(folder, args.folder)}: {result.frames} frames, {notes}")
    return 2 if failed else 0


def _export(args: argparse.Namespace) -> int:
    if not 32 <= args.size <= 1024:
        raise UserError(f"--size {args.size}: must be from 32 to 1024; choose another number.")
    if args.every < 1:
        raise UserError(f"--every {args.every}: must be at least 1; choose another number.")
    sessions = _sessions(args.folder)
    from fasdemo.faces.detector import FaceDetector

    with FaceDetector() as detector:
        options = ExportOptions(size=args.size, depth=args.depth, every=args.every)
        summary = export_sessions(
            sessions,
            args.folder,
            args.to,
            detector.detect,
            options,
            partial(track, description="exporting", total=len(sessions)),
        )
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(summary.labels.items()))
    tell(f"{summary.folder}: {summary.crops} crops ({kinds}).")
    for reason, count in sorted(summary.skipped.items()):
        print(f"skipped: {count} frames {reason}.")
    return 0


def _delete(args: argparse.Namespace) -> int:
    root: Path = args.folder
    if args.expired:
        find_sessions(root)
        folders = expired_sessions(root, _today())
        if not folders:
            _say_left([*strays(root), *unreadable(root)])
            tell(f"{root}: no session has a retention date in the past.")
            return 0
        whose = "whose retention date has passed"
    else:
        try:
            folders = sessions_of_subject(root, args.subject)
        except UserError:
            # A deletion that was killed can have left crops of this person behind.
            if not any(
                args.subject in made.subjects for made in read_derived(root) if made.kind in ("crops", "shards")
            ):
                raise
            folders = []
        whose = f"of subject {args.subject}"
    plan = measure(folders)
    for busy in filter(None, map(who_holds, folders)):
        raise UserError(f"{busy[:-1]}; nothing was deleted.")
    for folder in folders:
        print(_name(folder, root))
    what = f"{plan.files} files ({plan.megabytes:.1f} MB) {whose} below {root}"
    if not args.yes:
        if not sys.stdin.isatty():
            raise UserError(f"This would delete {what}; add --yes to delete them.")
        if input(f"Delete {what} permanently? Type yes: ").strip().lower() != "yes":
            print("Nothing was deleted.")
            return 1
    places = [_name(folder, root) for folder in folders]
    subjects = _subjects(folders) | ({args.subject} if args.subject else set())
    done = erase(folders, root)
    _say_left([*done.left, *strays(root), *(unreadable(root) if args.expired else kept_beside(root, args.subject))])
    tell(f"Deleted {done.files} files ({done.megabytes:.1f} MB) {whose} below {root}.")
    for sentence in _delete_derived(root, places, subjects, {args.subject} if args.subject else set()):
        tell(sentence)
    return 0


def _subjects(folders: list[Path]) -> frozenset[str]:
    found = set()
    for folder in folders:
        try:
            found.add(load_session(folder).subject)
        except UserError:
            found.add(folder.parent.parent.name)
    return frozenset(found)


def _delete_derived(root: Path, sessions: list[str], subjects: frozenset[str], wholly: set[str]) -> list[str]:
    """Remove the exported crops of deleted sessions; return a sentence for everything that was made from them.

    Args:
        root: folder of the sessions.
        sessions: paths of the deleted sessions relative to it.
        subjects: people in them.
        wholly: people all of whose crops are deleted, also those of sessions that were deleted before.
    """
    sentences = []
    for made in read_derived(root):
        who = ", ".join(sorted(made.subjects & subjects))
        if not who:
            continue
        if made.kind == "crops" and made.path.name.endswith(PARTIAL_ENDING):
            if remove_unfinished(made.path):
                sentences.append(f"{made.path}: this unfinished export contained crops of {who} and was deleted.")
        elif made.kind == "crops":
            count = remove_crops(made.path, sessions, wholly)
            if count:
                sentences.append(f"{made.path}: {count} crops of {who} were deleted too.")
        elif made.kind == "shards":
            if remove_shards(made.path):
                sentences.append(
                    f"{made.path}: these shards contained crops of {who} and were deleted; write them again."
                )
        elif made.kind == "lists":
            sentences.append(f"{made.path}: these lists contain {who} and were kept; write them again.")
        else:
            sentences.append(
                f"{made.path}: this model (checkpoints, card, figures, exported files) was trained on {who} and was "
                "kept; delete it or train it again."
            )
    return sentences or ["No crops, lists or models made from them are recorded; copies elsewhere are unknown."]


def _say_left(sentences: list[str]) -> None:
    for sentence in sentences[:10]:
        say(sentence)
    if len(sentences) > 10:
        say(f"and {len(sentences) - 10} more that were kept.")
