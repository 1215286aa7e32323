"""Still pictures: single ones, or colour, depth and infrared pictures that belong together by name or folder.

Supported names: `NAME_color.png NAME_depth.png NAME_ir.png` (also with `-` or `.`, and `rgb`, `profile`, `infrared`,
`nir`); `NAME.jpg` beside `NAME_depth.png`; folders `color/`, `depth/` and `ir/` with equal file names, as in CASIA-SURF
(`color`) and CeFA (`profile`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast, overload

import cv2
import numpy as np
from pydantic import ValidationError

from fasdemo.bounded_file import read_bounded, read_text
from fasdemo.errors import UserError
from fasdemo.folder_walk import is_hidden, visible_files
from fasdemo.frames import Calibration, Depth, FrameSet, Rgb, Stream
from fasdemo.sessions.image_codec import MAX_FILE_BYTES, Image, check_declared_size, read_image
from fasdemo.sessions.schema import CalibrationRecord

PICTURES = frozenset(
    {".png", ".jpg", ".jpeg", ".jfif", ".jpe", ".bmp", ".dib", ".webp", ".tif", ".tiff", ".ppm", ".pgm", ".pnm"}
)
UNREADABLE_PICTURES = frozenset(
    {
        *(".heic", ".heif", ".hif", ".avif", ".jxl", ".jp2", ".j2k", ".psd", ".svg", ".exr", ".hdr", ".pfm", ".ico"),
        *(".dng", ".cr2", ".cr3", ".nef", ".arw", ".orf", ".raf", ".rw2", ".raw"),
    }
)
"""Picture formats that cannot be read; files of these formats are reported to the user."""
_NOTES = frozenset(
    {".txt", ".csv", ".tsv", ".json", ".jsonl", ".xml", ".yaml", ".yml", ".md", ".log", ".html", ".pdf", ".ini", ".db"}
)
"""Lists and notes beside pictures; they are ignored without a message."""
_ROLES: dict[str, Stream] = {
    "color": "rgb",
    "colour": "rgb",
    "rgb": "rgb",
    "profile": "rgb",
    "depth": "depth",
    "ir": "ir",
    "infrared": "ir",
    "nir": "ir",
}
_MAX_CALIBRATION_BYTES = 1024 * 1024
_SUFFIX = re.compile(r"^(?P<name>.+?)[_.\- ](?P<role>" + "|".join(_ROLES) + r")$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Still:
    """The files of one still capture."""

    color: Path
    depth: Path | None = None
    ir: Path | None = None

    @property
    def streams(self) -> frozenset[Stream]:
        """Its streams."""
        names: list[Stream] = ["rgb"]
        if self.depth is not None:
            names.append("depth")
        if self.ir is not None:
            names.append("ir")
        return frozenset(names)


def find_stills(paths: Sequence[Path]) -> list[Still]:
    """Return the captures of `find_stills_and_notes`."""
    return find_stills_and_notes(paths)[0]


def find_stills_and_notes(paths: Sequence[Path]) -> tuple[list[Still], list[str]]:
    """Find all captures in files and folders (with their subfolders), in natural order of names, without duplicates.

    For a single file, the depth and infrared pictures that belong to it are found too. Two colour pictures with the
    same stem (`p1.jpg`, `p1.png`) are two captures.

    Returns:
        The captures, and sentences about files that were left out: unsupported formats, and depth or infrared pictures
        without a colour picture. Hidden files and system files (`._p1.jpg`, `Thumbs.db`) are not mentioned.

    Raises:
        UserError: a file does not exist or is not a picture, or nothing was found.
    """
    found, notes = grouped_pictures(paths)
    stills = [still for group in found.values() for still in group.stills()]
    if not stills:
        names = ", ".join(map(str, paths))
        why = "only depth or infrared pictures found" if found else "no picture found"
        more = f" {notes[0]}" if notes else ""
        raise UserError(f"{names}: {why}; give colour pictures or folders of them.{more}")
    alone = [file for group in found.values() if not group.color for file in (*group.depth, *group.ir)]
    if alone:
        notes.append(f"{_counted(alone)} left out: depth or infrared without a colour picture of the same name.")
    doubled = [file for group in found.values() for file in (*group.depth[1:], *group.ir[1:]) if group.color]
    if doubled:
        notes.append(f"{_counted(doubled)} left out: there is another depth or infrared picture of the same name.")
    return stills, notes


@dataclass(slots=True)
class PictureGroup:
    """The files of one capture by stream."""

    color: list[Path] = field(default_factory=list)
    depth: list[Path] = field(default_factory=list)
    ir: list[Path] = field(default_factory=list)

    def add(self, role: Stream, file: Path) -> None:
        """Add a file to its stream, if it is not there yet."""
        files = {"rgb": self.color, "depth": self.depth, "ir": self.ir}[role]
        if file not in files:
            files.append(file)

    def stills(self) -> list[Still]:
        """Return a capture for each colour picture."""
        depth, ir = next(iter(self.depth), None), next(iter(self.ir), None)
        return [Still(color, depth, ir) for color in self.color]


def grouped_pictures(paths: Sequence[Path]) -> tuple[dict[tuple[Path, str], PictureGroup], list[str]]:
    """Return all pictures in files and folders, grouped by capture, and sentences about files that are not read.

    A file brings the pictures of the same capture, whether or not they were named.

    Raises:
        UserError: no such file, or not a picture.
    """
    found: dict[tuple[Path, str], PictureGroup] = {}
    notes: list[str] = []
    for path in paths:
        if path.is_dir():
            try:
                files = sorted(visible_files(path), key=natural_key)
            except OSError as error:
                raise UserError(f"{error.filename or path}: cannot be read ({error.strerror}).") from None
            notes += left_out(path, files)
            for file in files:
                if file.suffix.lower() in PICTURES:
                    key, role = _place(file)
                    found.setdefault(key, PictureGroup()).add(role, file)
        elif path.is_file():
            if path.suffix.lower() in UNREADABLE_PICTURES:
                raise UserError(f"{path}: is a picture in an unsupported format; convert it to JPEG or PNG.")
            if path.suffix.lower() not in PICTURES:
                raise UserError(f"{path}: is not a picture; supported are {', '.join(sorted(PICTURES))}.")
            key, role = _place(path)
            group = found.setdefault(key, PictureGroup())
            group.add(role, path)
            for other in _relatives(path):
                other_key, other_role = _place(other)
                if other_key == key and (other_role != "rgb" or not group.color):
                    group.add(other_role, other)
        else:
            raise UserError(f"{path}: no such file or folder.")
    return found, notes


def left_out(folder: Path, files: Sequence[Path]) -> list[str]:
    """Return sentences about files of a folder that are neither supported pictures nor lists or notes."""
    pictures = [file for file in files if file.suffix.lower() in UNREADABLE_PICTURES]
    others = [
        file
        for file in files
        if file.suffix.lower() not in PICTURES | UNREADABLE_PICTURES | _NOTES and file.suffix and file not in pictures
    ]
    found = []
    if pictures:
        found.append(f"{folder}: {_counted(pictures)} left out: unsupported format; convert to JPEG or PNG.")
    if others:
        found.append(f"{folder}: {_counted(others)} left out: not a picture; open videos one by one.")
    return found


def _counted(files: Sequence[Path]) -> str:
    """Return e.g. `3 files (a.heic, b.heic ...) were`."""
    names = ", ".join(file.name for file in files[:2]) + (" ..." if len(files) > 2 else "")
    return f"1 file ({names}) was" if len(files) == 1 else f"{len(files)} files ({names}) were"


def natural_key(path: Path) -> list[tuple[int, int, str]]:
    """Return a sort key that places `frame2` before `frame10`."""
    return [
        (0, int(part), "") if part.isdecimal() else (1, 0, part.lower())
        for part in re.split(r"(\d+)", path.as_posix())
        if part
    ]


def _pictures(files: Iterable[Path]) -> list[Path]:
    return [file for file in files if file.suffix.lower() in PICTURES and not is_hidden(file.name) and file.is_file()]


def _place(file: Path) -> tuple[tuple[Path, str], Stream]:
    """Return the key that the files of a capture share, and the stream of this file."""
    match = _SUFFIX.match(file.stem)
    if match:
        return (file.parent, match["name"]), _ROLES[match["role"].lower()]
    role = _ROLES.get(file.parent.name.lower())
    if role is not None:
        return (file.parent.parent, f"{file.stem}/"), role
    return (file.parent, file.stem), "rgb"


def _relatives(file: Path) -> list[Path]:
    """Return pictures that may belong to a file: beside it, or with the same stem in folders named after streams."""
    folders = [file.parent]
    if file.parent.name.lower() in _ROLES and not _SUFFIX.match(file.stem):
        folders = [one for one in file.parent.parent.iterdir() if one.is_dir() and one.name.lower() in _ROLES]
        return [one for folder in folders for one in _pictures(folder.glob(f"{_escaped(file.stem)}.*"))]
    match = _SUFFIX.match(file.stem)
    name = match["name"] if match else file.stem
    return _pictures(file.parent.glob(f"{_escaped(name)}*"))


def _escaped(name: str) -> str:
    return re.sub(r"([*?[])", r"[\1]", name)


def load_calibration(path: Path) -> Calibration:
    """Return a calibration from JSON in the format of `session.json`.

    Raises:
        UserError: the file cannot be read or its format is not valid.
    """
    try:
        return CalibrationRecord.model_validate_json(read_text(path, _MAX_CALIBRATION_BYTES)).value()
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "calibration"
        raise UserError(f"{path}: {where}: {first['msg']}; write it as in docs/cameras.md.") from None
    except ValueError as error:
        raise UserError(f"{path}: cannot be used: {error}; write it as in docs/cameras.md.") from None
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror}).") from None


def load_still(
    still: Still,
    index: int = 0,
    *,
    depth_scale: float = 0.001,
    calibration: Calibration | None = None,
    timestamp_s: float = 0.0,
    declared: frozenset[Stream] | None = None,
) -> FrameSet:
    """Return one capture as a frame set.

    Args:
        still: the files of the capture.
        index: number of the frame set.
        depth_scale: metres per unit of the 16-bit depth picture.
        calibration: calibration of the pictures; None if depth and infrared are registered to colour.
        timestamp_s: time of the frame set.
        declared: streams that the capture must have, by default those that it has. A missing one gives the fault
            `STREAM_missing`.

    Raises:
        UserError: a picture cannot be read, depth is not 16-bit, or a size differs from the calibration.
    """
    rgb = read_picture(still.color, "rgb")
    depth = None if still.depth is None else read_picture(still.depth, "depth")
    ir = None if still.ir is None else read_picture(still.ir, "ir")
    if calibration is not None:
        _check_size(still.color, rgb, calibration.rgb.width, calibration.rgb.height)
        if not calibration.registered:
            for path, image, camera in ((still.depth, depth, calibration.depth), (still.ir, ir, calibration.ir)):
                if path is not None and image is not None and camera is not None:
                    _check_size(path, image, camera.width, camera.height)
    promised = still.streams if declared is None else declared
    present = {"rgb": rgb, "depth": depth, "ir": ir}
    return FrameSet(
        index=index,
        timestamp_s=timestamp_s,
        rgb=rgb,
        depth=depth,
        depth_scale=depth_scale,
        ir=ir,
        calibration=calibration,
        declared=promised,
        faults=tuple(f"{stream}_missing" for stream in sorted(promised) if present[stream] is None),
    )


def _check_size(path: Path, image: Image, width: int, height: int) -> None:
    if image.shape[:2] != (height, width):
        raise UserError(
            f"{path}: is {image.shape[1]} x {image.shape[0]} pixels, but the calibration is for {width} x {height}; "
            "give the calibration of these pictures."
        )


@overload
def read_picture(path: Path, stream: Literal["rgb"]) -> Rgb: ...
@overload
def read_picture(path: Path, stream: Literal["depth"]) -> Depth: ...
@overload
def read_picture(path: Path, stream: Stream, eight_bit_depth: bool = ...) -> Image: ...
def read_picture(path: Path, stream: Stream, eight_bit_depth: bool = False) -> Image:
    """Read a picture of one stream: rgb uint8 (h, w, 3); depth uint16 (h, w); ir uint8 or uint16 (h, w).

    Args:
        path: the file.
        stream: what it shows.
        eight_bit_depth: whether depth may be uint8 grey as in CASIA-SURF, without distances.

    Raises:
        UserError: it cannot be read, or is not such a picture.
    """
    try:
        if stream == "rgb":
            return read_image(path, "rgb")
        return decode_grey(read_bounded(path, MAX_FILE_BYTES), stream, eight_bit_depth)
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror}).") from None
    except ValueError as error:
        raise UserError(f"{path}: {error}.") from None


def decode_grey(data: bytes, stream: Stream, eight_bit_depth: bool = False) -> Image:
    """Decode a depth or infrared picture: uint16 depth (uint8 only on request), uint8 or uint16 infrared, (h, w).

    Raises:
        ValueError: the picture cannot be decoded or has the wrong bit depth.
    """
    check_declared_size(data)
    try:
        # Read as grey with the file's bit depth, because infrared is often stored as three equal channels.
        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_ANYDEPTH)
    except cv2.error:
        image = None
    if image is None:
        raise ValueError("the picture cannot be decoded")
    if stream == "depth" and image.dtype != np.uint16 and not (eight_bit_depth and image.dtype == np.uint8):
        raise ValueError(
            "depth must be a 16-bit grey picture, because 8 bits cannot store distances (a model of 8-bit depth takes "
            "it as a whole picture)"
        )
    if image.dtype not in (np.uint8, np.uint16):
        raise ValueError(f"pictures with {image.dtype} values are not supported")
    return cast(Image, image)  # OpenCV's types have no dtype; it was checked above
