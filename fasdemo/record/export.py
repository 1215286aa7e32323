"""Export recorded sessions as aligned crops with a list in the format of CASIA-SURF, `color depth ir label`.

The crops are made by `fasdemo.models.crop`, with the same template as at run time.
"""

from __future__ import annotations

import csv
import json
import secrets
import shutil
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np

from fasdemo.errors import UserError
from fasdemo.faces.face import Face
from fasdemo.frames import FrameSet, Rgb, Stream
from fasdemo.models.card import CropSpec
from fasdemo.models.crop import FaceCrops, crop_face
from fasdemo.models.encode import encode_depth_casia
from fasdemo.outputs import check_output_folder
from fasdemo.record.derived import DETAILS_FILE, LIST_FILE, PARTIAL_ENDING, note_derived
from fasdemo.sessions.image_codec import Image, encode_image
from fasdemo.sessions.loading import load_session
from fasdemo.sessions.reader import SessionReader
from fasdemo.sessions.schema import SESSION_FILE
from fasdemo.sessions.session_lock import SessionLock, who_holds
from fasdemo.sessions.writer import FOLDERS

ABSENT = "-"
"""Entry in the list for a stream that a session does not have."""

Detect = Callable[[Rgb], Sequence[Face]]


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """The settings of an export.

    Attributes:
        size: side of the square crops, pixels.
        crop: the alignment; keep the default for networks of this project.
        depth: `16bit` for millimetres in a 16-bit PNG, `8bit` for grey as in CASIA-SURF, where nearer is brighter.
        every: use every n-th frame, because consecutive frames differ little.
    """

    size: int = 256
    crop: CropSpec = field(default_factory=CropSpec)
    depth: Literal["16bit", "8bit"] = "16bit"
    every: int = 5


@dataclass(slots=True)
class ExportSummary:
    """The numbers of exported crops and of skipped frames."""

    folder: Path
    crops: int = 0
    labels: Counter[str] = field(default_factory=Counter)
    """Number of crops of `live` and of each species."""
    skipped: Counter[str] = field(default_factory=Counter)
    """Number of skipped frames by reason."""
    subjects: set[str] = field(default_factory=set)
    """Pseudonyms of the people in the crops."""


@dataclass(slots=True)
class SessionCrops:
    """The crops of one session, as they enter the list and the table of an export."""

    subject: str
    lines: list[str] = field(default_factory=list)
    """Lines of the list, `color depth ir label`."""
    details: list[list[str]] = field(default_factory=list)
    """Rows of the table."""
    labels: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)


CutSessions = Callable[[Sequence[Path], Path], Iterable[SessionCrops]]
"""Cuts sessions into a folder and yields the crops of each, in the order of the sessions."""


def export_sessions(
    sessions: Iterable[Path],
    root: Path,
    target: Path,
    detect: Detect,
    options: ExportOptions | None = None,
    progress: Callable[[Sequence[Path]], Iterable[Path]] = iter,
) -> ExportSummary:
    """Write crops of the largest face of each frame, `list.txt` and `details.csv` into `target`.

    The folder gets the name `target` only when it is complete.

    Args:
        sessions: folders of sessions in `root`; their relative paths are kept in `target`.
        root: common folder of the sessions.
        target: new folder for the export; it must not exist.
        detect: returns the faces in an RGB image, largest first.
        options: settings of the export.
        progress: yields the folders and shows the progress.

    Raises:
        UserError: `target` exists or cannot be written, a session is damaged or was deleted in the meantime, or no face
            was found.
    """
    chosen = options or ExportOptions()

    def cut(folders: Sequence[Path], partial: Path) -> Iterable[SessionCrops]:
        return (export_session(folder, root, partial, detect, chosen) for folder in progress(folders))

    return export_by(cut, sessions, root, target, chosen)


def export_by(
    cut: CutSessions, sessions: Iterable[Path], root: Path, target: Path, options: ExportOptions
) -> ExportSummary:
    """Export sessions whose crops are cut by the given function (see `export_sessions`)."""
    if target.exists() or target.is_symlink():
        raise UserError(f"{target}: exists already; choose another folder.")
    check_output_folder("--to", target)
    folders = list(sessions)
    for busy in filter(None, map(who_holds, folders)):
        raise UserError(busy)
    # A random name cannot be that of an existing folder or of a prepared link.
    partial = target.with_name(f".{target.name[:80]}.{secrets.token_hex(4)}{PARTIAL_ENDING}")
    try:
        partial.mkdir(parents=True)
        with SessionLock(partial, "exported"):
            # Noted before the first crop, so that a deletion also finds what a killed export left behind.
            note_derived(root, partial, "crops", _subjects(folders))
            summary = _write(cut(folders, partial), root, partial, options)
            if summary.crops == 0:
                reasons = ", ".join(f"{count} {reason}" for reason, count in summary.skipped.items()) or "no frames"
                raise UserError(f"{root}: nothing to export ({reasons}); choose other sessions.")
            note_derived(root, target, "crops", summary.subjects)
        partial.replace(target)
    except OSError as error:
        raise UserError(
            f"{target}: cannot be written ({error.strerror}); the incomplete export was removed, choose another folder."
        ) from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    # A deletion before this did not find the crops under their name, and one after it does.
    gone = [folder for folder in folders if not (folder / SESSION_FILE).exists()]
    if gone:
        shutil.rmtree(target, ignore_errors=True)
        raise UserError(f"{gone[0]}: was deleted or moved during the export, which was removed; export again.")
    summary.folder = target
    return summary


def _subjects(folders: Iterable[Path]) -> set[str]:
    """Return the people in sessions; those of damaged sessions are left out, because these are not exported."""
    found = set()
    for folder in folders:
        with suppress(UserError):
            found.add(load_session(folder).subject)
    return found


def export_session(folder: Path, root: Path, target: Path, detect: Detect, options: ExportOptions) -> SessionCrops:
    """Write the crops of one session into `target`, in the session's relative path.

    Raises:
        UserError: the session is damaged.
        OSError: a file cannot be written.
    """
    place = folder.resolve().relative_to(root.resolve())
    with SessionReader(folder) as reader:
        found = SessionCrops(reader.session.subject)
        for index in range(0, len(reader), options.every):
            frame = reader[index]
            crops = _crops(frame, detect, options, found.skipped)
            if crops is None or frame.truth is None:
                continue
            names = _save(crops, target, target / place, index, options)
            label = 1 if frame.truth.label == "live" else 0
            found.lines.append(" ".join([*(names.get(stream, ABSENT) for stream in FOLDERS), str(label)]))
            found.labels[frame.truth.species or frame.truth.label] += 1
            found.details.append(
                [
                    names["rgb"],
                    reader.session.subject,
                    frame.truth.label,
                    frame.truth.species or "",
                    place.as_posix(),
                    str(index),
                    f"{crops.distance_mm:.1f}",
                    str(bisect_right(reader.markers, index)),
                ]
            )
    return found


def _write(sessions: Iterable[SessionCrops], root: Path, target: Path, options: ExportOptions) -> ExportSummary:
    summary = ExportSummary(target)
    with (
        (target / LIST_FILE).open("w", encoding="utf-8", newline="\n") as lines,
        (target / DETAILS_FILE).open("w", encoding="utf-8", newline="") as table,
    ):
        details = csv.writer(table, lineterminator="\n")
        details.writerow(["color", "subject", "label", "species", "session", "frame", "distance_mm", "markers"])
        for one in sessions:
            lines.writelines(f"{line}\n" for line in one.lines)
            details.writerows(one.details)
            summary.crops += len(one.lines)
            summary.labels += one.labels
            summary.skipped += one.skipped
            if one.lines:
                summary.subjects.add(one.subject)
    (target / "export.json").write_text(
        json.dumps(
            {
                "columns": ["color", "depth", "ir", "label (1 live, 0 spoof)"],
                "size": options.size,
                "crop": options.crop.model_dump(),
                "depth": options.depth,
                "depth_scale": 0.001 if options.depth == "16bit" else None,
                "every": options.every,
                "sessions": str(root.resolve()),
            },
            indent=1,
        ),
        encoding="utf-8",
    )
    return summary


def _crops(frame: FrameSet, detect: Detect, options: ExportOptions, skipped: Counter[str]) -> FaceCrops | None:
    if frame.truth is None:
        skipped["without a label"] += 1
        return None
    if frame.faults:
        skipped["with a missing stream"] += 1
        return None
    if frame.depth_filters:
        # A model trained on it would say on its card that depth is unfiltered.
        skipped["with depth that the camera has filtered"] += 1
        return None
    faces = detect(frame.rgb)
    if not faces:
        skipped["without a face"] += 1
        return None
    try:
        return crop_face(frame, faces[0], options.crop, options.size)
    except ValueError:
        skipped["without a usable face"] += 1
        return None


def _save(crops: FaceCrops, target: Path, folder: Path, index: int, options: ExportOptions) -> dict[Stream, str]:
    names: dict[Stream, str] = {}
    for stream, image in _pictures(crops, options).items():
        path = folder / FOLDERS[stream] / f"{index:06d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        # 8-bit depth is stored like infrared, as a grey picture.
        kind: Stream = "ir" if stream == "depth" and image.dtype == np.uint8 else stream
        path.write_bytes(encode_image(image, kind, "png"))
        names[stream] = path.relative_to(target).as_posix()
    return names


def _pictures(crops: FaceCrops, options: ExportOptions) -> dict[Stream, Image]:
    found: dict[Stream, Image] = {}
    if crops.rgb is not None:
        found["rgb"] = crops.rgb
    if crops.depth_mm is not None:
        if options.depth == "16bit":
            found["depth"] = np.clip(np.rint(crops.depth_mm), 0, 65535).astype(np.uint16)
        else:
            found["depth"] = np.rint(encode_depth_casia(crops.depth_mm) * 255).astype(np.uint8)
    if crops.ir is not None:
        found["ir"] = crops.ir
    return found
