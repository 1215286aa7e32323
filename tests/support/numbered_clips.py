"""Clips whose images show their own number, so that a test knows which image of a file it was given."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import av
import numpy as np
import numpy.typing as npt

WIDTH, HEIGHT = 96, 64
FRAMES = 24
_BITS = 6
_CELL_PX = 16
_DARK, _BRIGHT = 90, 165
"""Limits of a black and of a white cell after a lossy codec; anything between is a mixture of images."""

CLIPS: dict[str, tuple[str, str, dict[str, str]]] = {
    "h264.mp4": ("libx264", "yuv420p", {}),
    "faststart.mp4": ("libx264", "yuv420p", {"movflags": "faststart"}),
    "fragmented.mp4": ("libx264", "yuv420p", {"movflags": "frag_keyframe+empty_moov+default_base_moof"}),
    "jpeg.mov": ("mjpeg", "yuvj420p", {}),
    "ffv1.mkv": ("ffv1", "yuv420p", {}),
    "own.mkv": ("ffv1", "yuv420p", {"cluster_time_limit": "200"}),
    "h264.mkv": ("libx264", "yuv420p", {}),
    "vp8.webm": ("libvpx", "yuv420p", {}),
    "jpeg.avi": ("mjpeg", "yuvj420p", {}),
    "mpeg4.avi": ("mpeg4", "yuv420p", {}),
    "mpeg2.ts": ("mpeg2video", "yuv420p", {}),
    "h264.ts": ("libx264", "yuv420p", {}),
    "h264.m2ts": ("libx264", "yuv420p", {"mpegts_m2ts_mode": "1"}),
}
"""Codec, pixel format and options of the container, by file name."""
_OWN = {"level": "3", "g": "1", "slicecrc": "1"}
"""Options of FFV1 in this project's sessions."""
_CODEC_OPTIONS = {"libx264": {"g": "8", "bf": "0", "preset": "ultrafast"}, "libvpx": {"g": "8", "deadline": "realtime"}}


def numbered(number: int) -> npt.NDArray[np.uint8]:
    """Return the image of a number below 64, rgb uint8 (64, 96, 3).

    The bits are cells of black and white in the second row, inverted in the third, and the four corners differ, so that
    the orientation is known and a mixture of two images has no number.
    """
    image = np.full((HEIGHT, WIDTH), 128, np.uint8)
    for bit in range(_BITS):
        value = 255 * (number >> bit & 1)
        columns = slice(bit * _CELL_PX, (bit + 1) * _CELL_PX)
        image[_CELL_PX : 2 * _CELL_PX, columns] = value
        image[2 * _CELL_PX : 3 * _CELL_PX, columns] = 255 - value
    image[:_CELL_PX, : WIDTH // 2] = 255
    image[:_CELL_PX, WIDTH // 2 :] = 0
    image[3 * _CELL_PX :] = 0
    return np.repeat(image[..., None], 3, axis=2)


def number_of(image: npt.NDArray[Any]) -> int | None:
    """Return the number that an upright image shows; None if it is none of `numbered`.

    Args:
        image: rgb or grey in 8 bits, (h, w, 3) or (h, w) of any size.
    """
    grey = image.mean(axis=2) if image.ndim == 3 else image
    height, width = grey.shape
    cells = []
    for row in range(4):
        for column in range(6):
            # The middle half of a cell, where scaling and compression do not mix neighbours.
            top, left = (row + 0.25) * height / 4, (column + 0.25) * width / 6
            part = grey[int(top) : int(top + height / 8) + 1, int(left) : int(left + width / 12) + 1]
            cells.append((float(part.min()), float(part.max())))
    if any(low < _BRIGHT and high > _DARK for low, high in cells):
        return None
    bits = [low >= _BRIGHT for low, _ in cells]
    if bits[:6] != [True] * 3 + [False] * 3 or any(bits[18:]) or bits[6:12] == bits[12:18]:
        return None
    if any(first == second for first, second in zip(bits[6:12], bits[12:18], strict=True)):
        return None
    return sum(1 << bit for bit in range(_BITS) if bits[6 + bit])


def write_clip(
    path: Path,
    codec: str,
    pixels: str,
    options: dict[str, str],
    *,
    numbers: Iterable[int] = range(FRAMES),
    rate: Any = 30,
    codec_options: dict[str, str] | None = None,
    **stream_settings: Any,
) -> None:
    """Write a clip of numbered images; `stream_settings` are attributes of the codec context."""
    with av.open(str(path), "w", container_options=options) as container:
        stream: Any = container.add_stream(
            codec, rate=rate, options=_CODEC_OPTIONS.get(codec, {"g": "8"}) if codec_options is None else codec_options
        )
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, pixels
        for name, value in stream_settings.items():
            setattr(stream.codec_context, name, value)
        for number in numbers:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(numbered(number), format="rgb24")))
        container.mux(stream.encode(None))


@lru_cache(maxsize=64)
def clip(name: str, start: int = 0, count: int = FRAMES) -> bytes:
    """Return the bytes of one of `CLIPS` with the images from `start`."""
    with TemporaryDirectory() as root:
        path = Path(root) / name
        numbers = range(start, start + count)
        write_clip(path, *CLIPS[name], numbers=numbers, codec_options=_OWN if name == "own.mkv" else None)
        return path.read_bytes()
