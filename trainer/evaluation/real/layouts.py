"""Folders of real captures, recognised by their contents."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Literal

import cv2
import numpy as np

from fasdemo.capture.files.stills import PICTURES, Still, find_stills, load_still, natural_key
from fasdemo.errors import UserError
from fasdemo.frames import STREAMS, FrameSet, Rgb, Stream, Truth
from fasdemo.sessions.image_codec import read_image
from fasdemo.sessions.reader import SessionReader
from trainer.evaluation.real.captures import Capture, RealSource, colour_frame, detector_view, infrared_frame, read_grey

Label = Literal["live", "spoof"]

VIDEOS = frozenset({".mp4", ".mov", ".mkv", ".avi", ".webm"})
KNOWN = (
    "sessions (session.json), pairs NAME_depth.png and NAME_ir.png (all live), pictures named or foldered live and "
    "attack (colour, with NAME_depth and NAME_ir beside them, or infrared alone), a labels.csv with the columns file "
    "and label, live_*.mp4 and attack_*.mp4"
)
FRAMES_PER_RECORDING = 40
"""Number of evenly spaced frames that are taken from a clip or a session."""
_ENLARGE = 3
_BORDER_PX = 120
_LABEL = re.compile(r"^(live|attack|spoof)(?:[_\-. ]|$)", re.IGNORECASE)
_PERSON = re.compile(r"^(person|subject|id)[_\-]?\w+$", re.IGNORECASE)
# The cameras of the project's real captures; the files themselves do not name them.
_SENSORS = {
    "kinect2": "Kinect v2 (time of flight)",
    "nir": "NIR camera, face crops",
    "pair": "binocular colour and NIR camera",
    "rgb": "colour cameras",
    "rgb_measure_only": "webcams",
    "clips_measure_only": "colour cameras, clips",
    "portraits_congress": "portrait photographs",
}
_NOT_REAL = frozenset({"portraits_generated"})
"""Generated portraits show no real people, so nothing is measured on them."""


def real_sources(root: Path) -> list[RealSource]:
    """Return the sources in the subfolders of a folder with the layout of the project's real captures.

    Raises:
        UserError: the folder does not exist, or has no subfolder with captures, or one cannot be read.
    """
    if not root.is_dir():
        raise UserError(f"{root}: no such folder; give the folder of the real captures.")
    folders = [one for one in sorted(root.iterdir()) if one.is_dir() and one.name not in _NOT_REAL]
    if not any(_has_files(folder) for folder in folders):
        if _has_files(root):
            return folder_sources(root.resolve().name, root)
        raise UserError(f"{root}: no pictures or recordings found; known layouts: {KNOWN}.")
    return [source for folder in folders if _has_files(folder) for source in folder_sources(folder.name, folder)]


def without_people(sources: list[RealSource], people: list[str]) -> list[RealSource]:
    """Return the sources without the captures of these people; the note of a source names the people left out.

    Raises:
        UserError: no source shows one of them, or nothing is left.
    """
    known = {capture.person for source in sources for capture in source.captures}
    if unknown := sorted(set(people) - known):
        raise UserError(
            f"without_people {unknown[0]}: no capture shows this person; check the name.", parameter="without_people"
        )
    left = []
    for source in sources:
        kept = [capture for capture in source.captures if capture.person not in people]
        gone = sorted({capture.person for capture in source.captures} & set(people))
        if kept:
            note = f"{source.note} Without {', '.join(gone)}, who were trained on.".strip() if gone else source.note
            left.append(replace(source, captures=kept, note=note))
    if not left:
        raise UserError(
            "without_people: nothing is left to measure; leave fewer people out.", parameter="without_people"
        )
    return left


def folder_sources(name: str, folder: Path) -> list[RealSource]:
    """Return the sources of one folder, one for each set of streams.

    Raises:
        UserError: the folder does not exist or is empty, or its layout is unknown.
    """
    if not folder.is_dir():
        raise UserError(f"{folder}: no such folder; give the folder of your captures.")
    if not _has_files(folder):
        raise UserError(f"{folder}: no pictures or recordings found; known layouts: {KNOWN}.")
    sensor = _SENSORS.get(name, "own camera")
    if any(folder.rglob("session.json")):
        return _sessions(name, sensor, folder)
    pictures = sorted((f for f in folder.rglob("*") if f.suffix.lower() in PICTURES), key=natural_key)
    videos = sorted((f for f in folder.rglob("*") if f.suffix.lower() in VIDEOS), key=natural_key)
    pairs = [file for file in pictures if file.stem.endswith("_ir") and _beside(file, "_depth").is_file()]
    if pairs and not any(_beside(file, "_color").is_file() or _beside(file, "_rgb").is_file() for file in pairs):
        return _depth_ir(name, sensor, pairs)
    if name == "pair" or ((folder / "rgb.png").is_file() and (folder / "nir.png").is_file()):
        return [_pair(name, sensor, folder)]
    if name == "portraits_congress":
        captures = [Capture(f.name, f.stem, "live", "", partial(_colour, f)) for f in pictures]
        return [RealSource(name, sensor, ("rgb",), captures, "Photographs of people, one each; no attacks.")]
    found = _clips(name, sensor, videos) if videos else []
    return [*found, *(_labelled(name, sensor, folder, pictures) if pictures else [])]


def _depth_ir(name: str, sensor: str, pairs: list[Path]) -> list[RealSource]:
    _check_bits(pairs)
    raw, scaled = (
        [
            Capture(
                _inside(file), file.parent.name, "live", "", partial(_depth_ir_frame, file, _beside(file, "_depth"), s)
            )
            for file in pairs
        ]
        for s in (False, True)
    )
    how = f"Enlarged {_ENLARGE} times, border {_BORDER_PX} px."
    streams: tuple[Stream, ...] = ("depth", "ir")
    return [
        RealSource(name, sensor, streams, raw, f"{how} Infrared as stored in the file."),
        RealSource(
            f"{name}, IR scaled",
            sensor,
            streams,
            scaled,
            f"{how} Infrared scaled so that its 99th percentile is 235 of 255, which the app does not do.",
            prepared=True,
        ),
    ]


def _depth_ir_frame(ir_file: Path, depth_file: Path, scaled: bool) -> FrameSet:
    ir, depth = read_grey(ir_file), read_grey(depth_file)
    if depth.dtype != np.uint16 or depth.shape != ir.shape:
        raise UserError(f"{depth_file}: must be a 16-bit picture of the size of {ir_file.name}; export it again.")
    view = detector_view(ir)
    return infrared_frame(view if scaled else ir, np.asarray(depth, np.uint16), _ENLARGE, _BORDER_PX, view)


def _pair(name: str, sensor: str, folder: Path) -> RealSource:
    def load() -> FrameSet:
        return colour_frame(read_image(folder / "rgb.png", "rgb"), read_grey(folder / "nir.png"))

    capture = Capture("rgb.png, nir.png", "", "live", "", load)
    return RealSource(name, sensor, ("rgb", "ir"), [capture], "One capture; no attacks.")


def _labelled(name: str, sensor: str, folder: Path, pictures: list[Path]) -> list[RealSource]:
    labels = _labels(folder)
    infrared = [f for f in pictures if _is_grey(f) and not re.search(r"[_\-. ](depth|ir|nir|infrared)$", f.stem, re.I)]
    if infrared and len(infrared) == len(pictures):
        _check_bits(infrared)
        captures = [
            Capture(_inside(f), _person(f, folder), *_truth(f, folder, labels), partial(_infrared, f)) for f in infrared
        ]
        note = f"Border {_BORDER_PX} px, replicated; the detector sees the infrared picture."
        return [RealSource(name, sensor, ("ir",), captures, note)]
    stills = find_stills([folder])
    groups: dict[frozenset[Stream], list[Still]] = {}
    for still in stills:
        groups.setdefault(still.streams, []).append(still)
    several = len(groups) > 1
    sources = []
    for present, members in groups.items():
        streams = tuple(s for s in ("rgb", "depth", "ir") if s in present)
        _check_bits([still.ir for still in members if still.ir is not None])
        captures = [
            Capture(
                _inside(still.color),
                _person(still.color, folder),
                *_truth(still.color, folder, labels),
                partial(load_still, still),
            )
            for still in members
        ]
        title = f"{name}, {'+'.join(streams)}" if several else name
        sources.append(RealSource(title, sensor, streams, captures))
    return sources


def _sessions(name: str, sensor: str, folder: Path) -> list[RealSource]:
    groups: dict[tuple[Stream, ...], list[Capture]] = {}
    for record in sorted(folder.rglob("session.json"), key=natural_key):
        place = record.parent
        reader = _reader(place)
        session = reader.session
        streams = tuple(s for s in STREAMS if s in session.streams)
        group = groups.setdefault(streams, [])
        for number in _evenly(len(reader)):
            # The frames of a mixed session have their own labels; frames without a label are not measured.
            truth = reader[number].truth if session.label == "mixed" else Truth(session.label, session.species or "")
            if truth is not None:
                load = partial(_session_frame, place, number)
                shown = f"{place.relative_to(folder).as_posix()}/{number}"
                group.append(Capture(shown, session.subject, truth.label, truth.species, load))
    found = {streams: captures for streams, captures in groups.items() if captures}
    if not found:
        raise UserError(f"{folder}: the sessions have no labelled frames; label them (docs/sessions.md).")
    several = len(found) > 1
    return [
        RealSource(f"{name}, {'+'.join(streams)}" if several else name, sensor, streams, captures)
        for streams, captures in found.items()
    ]


@lru_cache(maxsize=4)
def _reader(place: Path) -> SessionReader:
    return SessionReader(place)


def _session_frame(place: Path, number: int) -> FrameSet:
    return _reader(place)[number]


def _clips(name: str, sensor: str, videos: list[Path]) -> list[RealSource]:
    captures = []
    for file in videos:
        label, species = _truth(file, file.parent, {})
        frames = list(_frames(file))
        captures += [
            Capture(f"{file.name}/{number}", file.stem, label, species, partial(colour_frame, rgb))
            for number, rgb in frames
        ]
    note = f"{FRAMES_PER_RECORDING} frames of each clip, each scored alone."
    return [RealSource(name, sensor, ("rgb",), captures, note)]


def _frames(file: Path) -> Iterable[tuple[int, Rgb]]:
    video = cv2.VideoCapture(str(file))
    try:
        wanted = set(_evenly(int(video.get(cv2.CAP_PROP_FRAME_COUNT))))
        if not video.isOpened() or not wanted:
            raise UserError(f"{file}: cannot be opened as a video; remove it or export it again.")
        for number in range(max(wanted) + 1):
            if not video.grab():
                break
            if number in wanted:
                done, frame = video.retrieve()
                if done:
                    yield number, np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB), np.uint8)
    finally:
        video.release()


def _evenly(count: int) -> list[int]:
    return sorted({int(k) for k in np.linspace(0, count - 1, min(count, FRAMES_PER_RECORDING))}) if count > 0 else []


def _labels(folder: Path) -> dict[str, str]:
    path = folder / "labels.csv"
    if not path.is_file():
        return {}
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        return {row["file"]: row["label"] for row in rows}
    except (OSError, UnicodeDecodeError, csv.Error, KeyError):
        raise UserError(f"{path}: the columns file and label are required; correct the file or remove it.") from None


def _truth(file: Path, folder: Path, labels: dict[str, str]) -> tuple[Label, str]:
    """Return label and attack species from labels.csv, the file name or a folder name, in this order."""
    relative = file.relative_to(folder)
    for text in (labels.get(relative.as_posix(), ""), file.name, *reversed(relative.parts[:-1]), folder.name):
        match = _LABEL.match(text)
        if match is None:
            continue
        if match[1].lower() == "live":
            return "live", ""
        rest = text[match.end() :] if text not in (file.name, labels.get(relative.as_posix())) else ""
        return "spoof", rest
    raise UserError(f"{file}: the ground truth (live or attack) is unknown; known layouts: {KNOWN}.")


def _person(file: Path, folder: Path) -> str:
    return next((part for part in reversed(file.relative_to(folder).parts[:-1]) if _PERSON.match(part)), "")


def _check_bits(files: list[Path]) -> None:
    """Raise an error for 16-bit infrared pictures of which only eight bits are used.

    Raises:
        UserError: no picture has a value above 255.
    """
    sample = [read_grey(file) for file in files[:: max(len(files) // 20, 1)]]
    if sample and all(one.dtype == np.uint16 for one in sample) and max(int(one.max()) for one in sample) <= 255:
        raise UserError(
            f"{files[0].parent}: the 16-bit infrared pictures use only eight bits (none is brighter than 255 of "
            "65,535); save them as 8-bit pictures."
        )


def _is_grey(file: Path) -> bool:
    image = cv2.imread(str(file), cv2.IMREAD_UNCHANGED)
    return image is not None and image.ndim == 2


def _colour(file: Path) -> FrameSet:
    return load_still(Still(file))


def _infrared(file: Path) -> FrameSet:
    ir = read_grey(file)
    return infrared_frame(ir, None, 1, _BORDER_PX, detector_view(ir) if ir.dtype == np.uint16 else None)


def _beside(file: Path, ending: str) -> Path:
    return file.with_name(file.stem.removesuffix("_ir") + ending + file.suffix)


def _inside(file: Path) -> str:
    return f"{file.parent.name}/{file.name}"


def _has_files(folder: Path) -> bool:
    return any(f.suffix.lower() in PICTURES | VIDEOS or f.name == "session.json" for f in folder.rglob("*"))
