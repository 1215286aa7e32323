"""Real captures of one source and the camera that took them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

import cv2
import numpy as np
import numpy.typing as npt

from fasdemo.bounded_file import read_bounded
from fasdemo.errors import UserError
from fasdemo.frames import Depth, FrameSet, Ir, Rgb, Stream
from fasdemo.sessions.image_codec import MAX_FILE_BYTES, check_declared_size

VIEW_LEVEL = 235.0
"""Grey level of 255 to which the 99th percentile of an infrared picture is scaled for the face detector."""


@dataclass(frozen=True, slots=True)
class Capture:
    """One labelled capture.

    Attributes:
        name: name of the file or frame, unique within its source.
        person: pseudonym; empty if unknown.
        label: ground truth.
        species: presentation attack instrument species; empty if live or unknown.
        load: reads the frame set; the face is detected in its `rgb`.
    """

    name: str
    person: str
    label: Literal["live", "spoof"]
    species: str
    load: Callable[[], FrameSet]


@dataclass(frozen=True, slots=True)
class RealSource:
    """The captures of one folder, all with the same streams.

    Attributes:
        name: name in the tables.
        sensor: description of the camera.
        streams: the streams that models are shown. Without `rgb` the frame's `rgb` is a view of the infrared picture.
        captures: at least one.
        note: how the pictures were prepared, and the limits of their figures.
        prepared: whether this is another preparation of a source that is also listed, for models that need it.
    """

    name: str
    sensor: str
    streams: tuple[Stream, ...]
    captures: Sequence[Capture]
    note: str = ""
    prepared: bool = False


def read_grey(path: Path) -> npt.NDArray[np.uint8] | npt.NDArray[np.uint16]:
    """Return a picture in its own bit depth, uint8 or uint16 (H, W).

    Raises:
        UserError: the file cannot be read, or has another bit depth.
    """
    try:
        data = read_bounded(path, MAX_FILE_BYTES)
        check_declared_size(data)
        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_ANYDEPTH)
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror}); check the file and its permissions.") from None
    except (ValueError, cv2.error):
        image = None
    if image is None or image.dtype not in (np.uint8, np.uint16):
        raise UserError(f"{path}: cannot be decoded as a picture of 8 or 16 bits; remove it or export it again.")
    return cast(Ir, image)  # OpenCV's types have no dtype; it was checked above


def detector_view(ir: Ir, level: float = VIEW_LEVEL) -> npt.NDArray[np.uint8]:
    """Return infrared as 8 bits with its 99th percentile at `level`, uint8 of the same shape.

    `fasdemo.models.infrared.ir_view` keeps a dark picture dark; here the detector has to find the face in every
    picture, however dark.
    """
    top = max(float(np.percentile(ir, 99)), 1.0)
    return np.clip(np.round(ir * (level / top)), 0, 255).astype(np.uint8)


def infrared_frame(
    ir: Ir, depth: Depth | None, enlarge: int, border_px: int, view: npt.NDArray[np.uint8] | None = None
) -> FrameSet:
    """Return a frame set of a camera without colour, with a view of the infrared picture in place of colour.

    Args:
        ir: uint8 or uint16 (H, W).
        depth: uint16 (H, W) millimetres, aligned with `ir`.
        enlarge: factor of width and height, for pictures too small for the detector.
        border_px: border added on every side: replicated in infrared, without a reading in depth.
        view: uint8 (H, W) for the detector; None uses `ir`, which must then have 8 bits.
    """
    rgb = cv2.cvtColor(_framed(ir if view is None else view, enlarge, border_px), cv2.COLOR_GRAY2RGB)
    metric = None
    if depth is not None:
        larger = cv2.resize(depth, None, fx=enlarge, fy=enlarge, interpolation=cv2.INTER_NEAREST)
        metric = np.pad(np.asarray(larger, np.uint16), border_px)
    streams: frozenset[Stream] = frozenset({"rgb", "ir"} if depth is None else {"rgb", "depth", "ir"})
    return FrameSet(
        index=0,
        timestamp_s=0.0,
        rgb=np.asarray(rgb, np.uint8),
        depth=metric,
        ir=_framed(ir, enlarge, border_px),
        declared=streams,
    )


def colour_frame(rgb: Rgb, ir: Ir | None = None) -> FrameSet:
    """Return a frame set of a colour picture, with infrared if given."""
    streams: frozenset[Stream] = frozenset({"rgb"} if ir is None else {"rgb", "ir"})
    return FrameSet(index=0, timestamp_s=0.0, rgb=rgb, ir=ir, declared=streams)


def _framed(picture: Ir, enlarge: int, border_px: int) -> Ir:
    larger = cv2.resize(picture, None, fx=enlarge, fy=enlarge, interpolation=cv2.INTER_LINEAR)
    return cast(Ir, np.pad(np.asarray(larger), border_px, mode="edge"))  # resizing keeps the dtype
