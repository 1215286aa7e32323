"""Still pictures, alone or as colour, depth and infrared triples that their names or folders pair.

Known spellings: `NAME_color.png NAME_depth.png NAME_ir.png` (also `-` or `.`, and `rgb`, `profile`, `infrared`, `nir`);
`NAME.jpg` beside `NAME_depth.png`; folders `color/`, `depth/` and `ir/` with equal file names, as CASIA-SURF
(`color`) and CeFA (`profile`) have them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import cv2
import numpy as np
from pydantic import ValidationError

from fasdemo.bounded_file import read_bounded
from fasdemo.errors import UserError
from fasdemo.frames import Calibration, Depth, FrameSet, Rgb, Stream
from fasdemo.sessions.image_codec import MAX_FILE_BYTES, Image, check_claims, read_image
from fasdemo.sessions.schema import CalibrationRecord

PICTURES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".webp", ".tif", ".tiff", ".ppm", ".pgm"})
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
        """What it has."""
        names: list[Stream] = ["rgb"]
        if self.depth is not None:
            names.append("depth")
        if self.ir is not None:
            names.append("ir")
        return frozenset(names)


def find_stills(paths: Sequence[Path]) -> list[Still]:
    """All captures in files and folders (with their subfolders), in natural order of names, each once.

    A file brings the depth and IR pictures that belong to it, whether or not they were named. Depth and IR pictures
    without a colour picture are left out.

    Raises:
        UserError: no such file, not a picture, or nothing found.
    """
    found: dict[tuple[Path, str], dict[Stream, Path]] = {}
    for path in paths:
        if path.is_dir():
            for file in sorted(_pictures(path.rglob("*")), key=natural_key):
                key, role = _place(file)
                found.setdefault(key, {}).setdefault(role, file)
        elif path.is_file():
            if path.suffix.lower() not in PICTURES:
                raise UserError(f"{path}: is not a picture; known are {', '.join(sorted(PICTURES))}.")
            key, role = _place(path)
            group = found.setdefault(key, {})
            group[role] = path
            for other in _relatives(path):
                other_key, other_role = _place(other)
                if other_key == key:
                    group.setdefault(other_role, other)
        else:
            raise UserError(f"{path}: no such file or folder.")
    stills = [Still(group["rgb"], group.get("depth"), group.get("ir")) for group in found.values() if "rgb" in group]
    if not stills:
        names = ", ".join(map(str, paths))
        why = "only depth or infrared pictures, none in colour" if found else "no picture"
        raise UserError(f"{names}: {why} found; give colour pictures or folders of them.")
    return stills


def natural_key(path: Path) -> list[tuple[int, int, str]]:
    """Sorts `frame2` before `frame10`."""
    return [
        (0, int(part), "") if part.isdecimal() else (1, 0, part.lower())
        for part in re.split(r"(\d+)", path.as_posix())
        if part
    ]


def _pictures(files: Iterable[Path]) -> list[Path]:
    return [file for file in files if file.suffix.lower() in PICTURES and file.is_file()]


def _place(file: Path) -> tuple[tuple[Path, str], Stream]:
    """The key that a capture's files share, and which of them this is."""
    match = _SUFFIX.match(file.stem)
    if match:
        return (file.parent, match["name"]), _ROLES[match["role"].lower()]
    role = _ROLES.get(file.parent.name.lower())
    if role is not None:
        return (file.parent.parent, f"{file.stem}/"), role
    return (file.parent, file.stem), "rgb"


def _relatives(file: Path) -> list[Path]:
    """Pictures that may belong to a file: its neighbours, and those of equal stem in folders named for a stream."""
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
    """A calibration from JSON, in the form that `session.json` uses.

    Raises:
        UserError: no such file, or one that breaks the format.
    """
    try:
        return CalibrationRecord.model_validate_json(read_bounded(path, _MAX_CALIBRATION_BYTES)).value()
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
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
    """One capture as a frame set; `depth_scale` is metres per unit of the 16-bit depth picture.

    Streams that are `declared` (default: those that the capture has) and absent carry a fault.

    Raises:
        UserError: a picture cannot be read, depth is not 16-bit, or sizes contradict the calibration.
    """
    rgb = cast(Rgb, _read(still.color, "rgb"))
    depth = None if still.depth is None else cast(Depth, _read(still.depth, "depth"))
    ir = None if still.ir is None else _read(still.ir, "ir")
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
            f"{path}: is {image.shape[1]} x {image.shape[0]}, but the calibration is of {width} x {height}; "
            "give the calibration of these pictures."
        )


def _read(path: Path, stream: Stream) -> Image:
    try:
        if stream == "rgb":
            return read_image(path, "rgb")
        data = read_bounded(path, MAX_FILE_BYTES)
        check_claims(data)
        # Grey at the file's own depth: infrared is often stored as three equal channels.
        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_ANYDEPTH)
        if image is None:
            raise ValueError("the picture cannot be decoded")
        if stream == "depth" and image.dtype != np.uint16:
            raise ValueError("depth has to be a 16-bit grey picture, 8 bits have lost the distances")
        if image.dtype not in (np.uint8, np.uint16):
            raise ValueError(f"a picture of {image.dtype} is not supported")
        return cast(Image, image)
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror}).") from None
    except (ValueError, cv2.error) as error:
        reason = str(error) if isinstance(error, ValueError) else "the picture cannot be decoded"
        raise UserError(f"{path}: {reason}.") from None
