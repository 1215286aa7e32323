"""Bytes of one image of a session: JPEG or PNG colour, lossless PNG depth and infrared at the sensor's bit depth.

The PNG settings were chosen by `benchmarks/bench_record.py`: the row filter `UP` leaves so little for the search for
repetitions that run lengths alone give the same size in less than half of zlib's time.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal, cast

import cv2
import numpy as np
import numpy.typing as npt

from fasdemo.frames import Stream

Image = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]
ColorFormat = Literal["jpg", "png"]

JPEG_QUALITY = 95
MAX_FILE_BYTES = 256 * 1024 * 1024
"""No frame is larger; a file that is, was not written by a recorder."""
_PNG = [
    cv2.IMWRITE_PNG_COMPRESSION,
    1,
    cv2.IMWRITE_PNG_FILTER,
    cv2.IMWRITE_PNG_FILTER_UP,
    cv2.IMWRITE_PNG_STRATEGY,
    cv2.IMWRITE_PNG_STRATEGY_RLE,
]


def encode_image(image: Image, stream: Stream, color_format: ColorFormat = "jpg") -> bytes:
    """The file's bytes.

    Args:
        image: rgb uint8 (H, W, 3) in RGB order; depth uint16 (h, w); ir uint8 or uint16 (h, w).
        stream: what it is.
        color_format: for rgb only; depth and ir are always PNG.

    Raises:
        ValueError: wrong shape or dtype for the stream.
    """
    check_image(image, stream)
    if stream == "rgb":
        bgr = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
        if color_format == "jpg":
            done, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
        else:
            done, data = cv2.imencode(".png", bgr, _PNG)
    else:
        done, data = cv2.imencode(".png", image, _PNG)
    if not done:
        raise ValueError(f"{stream}: the image could not be encoded")
    return data.tobytes()


def decode_image(data: bytes, stream: Stream) -> Image:
    """The opposite of `encode_image`.

    Raises:
        ValueError: no picture, or one of the wrong kind for the stream.
    """
    buffer = np.frombuffer(data, np.uint8)
    if buffer.size == 0:
        raise ValueError("the file is empty")
    try:
        image = cv2.imdecode(buffer, cv2.IMREAD_COLOR if stream == "rgb" else cv2.IMREAD_UNCHANGED)
    except cv2.error as error:
        raise ValueError("the picture cannot be decoded") from error
    if image is None:
        raise ValueError("the picture cannot be decoded")
    if stream == "rgb":
        image = cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
    check_image(cast(Image, image), stream)
    return cast(Image, image)


def read_image(path: Path, stream: Stream) -> Image:
    """`decode_image` of a file.

    Raises:
        OSError: it cannot be read.
        ValueError: see `decode_image`; also for files beyond `MAX_FILE_BYTES`.
    """
    if path.stat().st_size > MAX_FILE_BYTES:
        raise ValueError("the file is too large for a frame")
    return decode_image(path.read_bytes(), stream)


def check_image(image: Image, stream: Stream) -> None:
    """Raise ValueError unless shape and dtype are what `FrameSet` says of the stream."""
    if stream == "rgb":
        right = image.dtype == np.uint8 and image.ndim == 3 and image.shape[2] == 3
    elif stream == "depth":
        right = image.dtype == np.uint16 and image.ndim == 2
    else:
        right = image.dtype in (np.uint8, np.uint16) and image.ndim == 2
    if not right:
        raise ValueError(f"{stream} cannot be {image.dtype} of shape {image.shape}")
