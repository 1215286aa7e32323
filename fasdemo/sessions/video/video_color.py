"""Convert video frames to images as a player shows them: rotated, mirrored, with square pixels, HDR in standard range.

HDR signals (PQ, SMPTE ST 2084; HLG, ARIB STD-B67) are converted to light in cd/m2 with the primaries of BT.709. Diffuse
white is 203 cd/m2 (ITU-R BT.2408). Light up to 0.75 of white is unchanged; brighter light approaches 1 exponentially.
The result is encoded with the exponent 1/2.4 (BT.1886).
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from av.sidedata.sidedata import SideDataContainer

_WHITE = 203.0
_KNEE = 0.75
_PQ, _HLG = 16, 18
"""Numbers of the transfer characteristics in FFmpeg and ISO/IEC 23091-2."""
_TO_709 = np.array([[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]], np.float32)
"""Matrix from linear BT.2020 to linear BT.709 (ITU-R BT.2087)."""
_MAX_ASPECT = 8


def hdr_name(transfer: int) -> str:
    """Return `PQ` or `HLG` for a transfer characteristic; empty for standard range."""
    return {_PQ: "PQ", _HLG: "HLG"}.get(transfer, "")


def standard_range(frame: Any, transfer: int) -> npt.NDArray[np.uint8]:
    """Convert an HDR frame of FFmpeg to an RGB image in standard range, uint8 (H, W, 3)."""
    signal = frame.to_ndarray(format="rgb48le", threads=1)
    if transfer == _PQ:
        light = _pq_table()[signal]
    else:
        scene = _hlg_table()[signal]
        luminance = scene @ np.array([0.2627, 0.6780, 0.0593], np.float32)
        # The system gamma of 1.2 for a display of 1,000 cd/m2.
        light = scene * (1000.0 / _WHITE) * np.maximum(luminance, 1e-6)[..., None] ** 0.2
    if int(getattr(frame, "color_primaries", 9)) in (2, 9):
        light = cv2.transform(light, _TO_709)
    light = np.clip(light, 0.0, None)
    rolled = _KNEE + (1.0 - _KNEE) * (1.0 - np.exp(-(light - _KNEE) / (1.0 - _KNEE)))
    out = np.where(light > _KNEE, rolled, light) ** (1 / 2.4)
    return np.asarray(np.rint(np.clip(out, 0.0, 1.0) * 255.0), np.uint8)


@lru_cache(maxsize=1)
def _pq_table() -> npt.NDArray[np.float32]:
    """Return the light in units of diffuse white for each 16-bit PQ signal, (65536,) (ST 2084)."""
    power = (np.arange(65536) / 65535.0) ** (1 / 78.84375)
    light = (np.maximum(power - 0.8359375, 0.0) / (18.8515625 - 18.6875 * power)) ** (1 / 0.1593017578125)
    return np.asarray(light * 10000.0 / _WHITE, np.float32)


@lru_cache(maxsize=1)
def _hlg_table() -> npt.NDArray[np.float32]:
    """Return the scene light from 0 to 1 for each 16-bit HLG signal, (65536,) (BT.2100)."""
    signal = np.arange(65536) / 65535.0
    high = (np.exp((signal - 0.55991073) / 0.17883277) + 0.28466892) / 12.0
    return np.asarray(np.where(signal <= 0.5, signal**2 / 3.0, high), np.float32)


def pixel_aspect(stream: Any) -> Fraction:
    """Return the pixel aspect ratio (width / height) of a video stream; 1 if the file has none or a wrong one."""
    aspect = stream.sample_aspect_ratio or stream.codec_context.sample_aspect_ratio
    if not aspect or not Fraction(1, _MAX_ASPECT) <= aspect <= _MAX_ASPECT or abs(aspect - 1) < Fraction(1, 200):
        return Fraction(1)
    return Fraction(aspect)


def square_size(width: int, height: int, aspect: Fraction) -> tuple[int, int]:
    """Return width and height of an image after conversion to square pixels; no side becomes smaller."""
    if aspect >= 1:
        return round(width * aspect), height
    return width, round(height / aspect)


def with_square_pixels(image: npt.NDArray[Any], aspect: Fraction, *, exact: bool) -> npt.NDArray[Any]:
    """Convert an image to square pixels; with `exact`, values are repeated instead of interpolated, as for depth."""
    if aspect == 1:
        return image
    size = square_size(image.shape[1], image.shape[0], aspect)
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_NEAREST if exact else cv2.INTER_LINEAR))


def upright(image: npt.NDArray[Any], frame: Any) -> npt.NDArray[Any]:
    """Rotate and mirror an image according to the frame's display matrix."""
    matrix = _display_matrix(frame)
    if matrix is None:
        return image
    a, b, c, d = matrix
    if abs(a) + abs(d) >= abs(b) + abs(c):
        flip_x, flip_y = a < 0, d < 0
    else:
        image = image.swapaxes(0, 1)
        flip_x, flip_y = c < 0, b < 0
    image = image[:, ::-1] if flip_x else image
    image = image[::-1] if flip_y else image
    return np.ascontiguousarray(image)


def _display_matrix(frame: Any) -> tuple[int, int, int, int] | None:
    """Return a, b, c, d of x' = a x + c y, y' = b x + d y; None if the frame has no valid display matrix."""
    # `frame.side_data` and the frame would refer to each other, so that hundreds of frames would wait for the garbage
    # collector: 95 MB for each video of 640 x 480.
    container: Any = SideDataContainer  # its type declaration lacks the argument
    for data in container(frame):
        if data.type.name == "DISPLAYMATRIX":
            values = np.frombuffer(bytes(data), np.int32)
            if len(values) >= 9:
                a, b, c, d = (int(values[at]) for at in (0, 1, 3, 4))
                return (a, b, c, d) if a * d != b * c else None
    return None
