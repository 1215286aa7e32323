"""Encode and decode images of a session: JPEG or PNG for colour, lossless PNG for depth and infrared.

Depth and infrared keep the sensor's bit depth. The PNG settings were chosen with `benchmarks/bench_record.py`: after
the row filter `UP`, run-length encoding gives the same size as zlib's full search in less than half of the time.
Without filter and compression, a PNG is about twice as large and takes an eighth of that time.
"""

from __future__ import annotations

import re
import struct
from pathlib import Path
from typing import Literal, cast, overload

import cv2
import numpy as np
import numpy.typing as npt

from fasdemo.bounded_file import read_bounded
from fasdemo.frames import Depth, Rgb, Stream
from fasdemo.sessions.schema import MAX_IMAGE_PX

Image = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]
ColorFormat = Literal["jpg", "png"]

JPEG_QUALITY = 95
MAX_FILE_BYTES = 256 * 1024 * 1024
"""Larger files are refused; no recorder writes them."""
_MAX_SCANS = 100
"""Limit of the scans of a progressive JPEG: about ten are usual, and every scan processes all pixels again."""
_MAX_CHUNKS = 100_000
"""Limit of the parts of a PNG or JPEG; encoders write parts of 8 kB or more."""
_PNG_START = b"\x89PNG\r\n\x1a\n"
_JPEG_START = b"\xff\xd8\xff"
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)
_PNG = [
    cv2.IMWRITE_PNG_COMPRESSION,
    1,
    cv2.IMWRITE_PNG_FILTER,
    cv2.IMWRITE_PNG_FILTER_UP,
    cv2.IMWRITE_PNG_STRATEGY,
    cv2.IMWRITE_PNG_STRATEGY_RLE,
]
_QUICK_PNG = [cv2.IMWRITE_PNG_COMPRESSION, 0, cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_NONE]


def encode_image(image: Image, stream: Stream, color_format: ColorFormat = "jpg", *, quick: bool = False) -> bytes:
    """Return the encoded image as the content of a file.

    Args:
        image: rgb uint8 (H, W, 3) in RGB order; depth uint16 (h, w); ir uint8 or uint16 (h, w).
        stream: stream of the image.
        color_format: format for rgb; depth and ir are always PNG.
        quick: write PNG without compression, to save processor time; also lossless.

    Raises:
        ValueError: wrong shape or dtype for the stream.
    """
    check_image(image, stream)
    png = _QUICK_PNG if quick else _PNG
    if stream == "rgb":
        bgr = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
        if color_format == "jpg":
            done, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
        else:
            done, data = cv2.imencode(".png", bgr, png)
    else:
        done, data = cv2.imencode(".png", image, png)
    if not done:
        raise ValueError(f"{stream}: the image could not be encoded")
    return data.tobytes()


@overload
def decode_image(data: bytes, stream: Literal["rgb"]) -> Rgb: ...
@overload
def decode_image(data: bytes, stream: Literal["depth"]) -> Depth: ...
@overload
def decode_image(data: bytes, stream: Stream) -> Image: ...
def decode_image(data: bytes, stream: Stream) -> Image:
    """Decode an image that `encode_image` has encoded.

    Raises:
        ValueError: the data is not an image, or has the wrong shape or dtype for the stream.
    """
    if not data:
        raise ValueError("the file is empty")
    check_declared_size(data)
    buffer = np.frombuffer(data, np.uint8)
    try:
        image = cv2.imdecode(buffer, cv2.IMREAD_COLOR if stream == "rgb" else cv2.IMREAD_UNCHANGED)
    except cv2.error as error:
        raise ValueError("the picture cannot be decoded") from error
    if image is None:
        raise ValueError("the picture cannot be decoded")
    if stream == "rgb":
        cv2.cvtColor(image, cv2.COLOR_BGR2RGB, dst=image)
    found = cast(Image, image)  # OpenCV's types have no dtype; `check_image` checks it.
    check_image(found, stream)
    return found


@overload
def read_image(path: Path, stream: Literal["rgb"]) -> Rgb: ...
@overload
def read_image(path: Path, stream: Literal["depth"]) -> Depth: ...
@overload
def read_image(path: Path, stream: Stream) -> Image: ...
def read_image(path: Path, stream: Stream) -> Image:
    """Decode an image file with `decode_image`.

    Raises:
        OSError: the file cannot be read.
        ValueError: see `decode_image`; also if the file is larger than `MAX_FILE_BYTES` or not a regular file.
    """
    return decode_image(read_bounded(path, MAX_FILE_BYTES), stream)


def recorded_format(data: bytes) -> bool:
    """Return whether data is PNG or JPEG, the only formats of a session, so that no other decoder is used."""
    return data.startswith((_PNG_START, _JPEG_START))


def check_declared_size(data: bytes) -> None:
    """Raise ValueError for a PNG or JPEG whose decoding would need too much memory or time.

    A PNG of 1 MB can declare pixels of 1 GB. For other formats, OpenCV limits the number of pixels: `fasdemo` sets
    OpenCV's limit to `MAX_IMAGE_PX` when it is imported.

    Raises:
        ValueError: the picture has too many pixels or scans, or is cut off.
    """
    if data.startswith(_PNG_START):
        size = struct.unpack(">II", data[16:24]) if len(data) >= 24 else (0, 0)
        _check_png_chunks(data)
    elif data.startswith(_JPEG_START):
        size = _jpeg_size(data)
        if _jpeg_scans(data) > _MAX_SCANS:
            raise ValueError("the picture is a JPEG with too many scans")
    else:
        return
    if size[0] * size[1] > MAX_IMAGE_PX:
        raise ValueError(f"the picture has too many pixels ({size[0]} x {size[1]})")


def _check_png_chunks(data: bytes) -> None:
    """Raise ValueError unless every chunk is inside the file.

    OpenCV allocates the declared size of a chunk (up to 4 GB) before it reads the chunk.
    """
    place = len(_PNG_START)
    for _ in range(_MAX_CHUNKS):
        if place + 12 > len(data):
            break
        length = int.from_bytes(data[place : place + 4], "big")
        end = data[place + 4 : place + 8] == b"IEND"
        place += 12 + length
        if place > len(data):
            break
        if end:
            return
    raise ValueError("the picture is cut off or damaged")


def _jpeg_size(data: bytes) -> tuple[int, int]:
    """Return width and height of the largest frame header before the first scan; (0, 0) if there is none."""
    place, width, height = 2, 0, 0
    # Like decoders, skip all bytes between two markers.
    while 0 <= (place := data.find(b"\xff", place)) <= len(data) - 9:
        marker = data[place + 1]
        if marker in (0x00, 0xFF):
            place += 1
            continue
        if marker == 0xDA:
            break
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            high, wide = struct.unpack(">HH", data[place + 5 : place + 9])
            width, height = max(width, wide), max(height, high)
        place += (
            2 if marker == 0x01 or 0xD0 <= marker <= 0xD8 else 2 + int.from_bytes(data[place + 2 : place + 4], "big")
        )
    return width, height


def _jpeg_scans(data: bytes) -> int:
    """Return the number of scans up to the end of the picture; the video at the end of a motion photo is ignored."""
    scans, place = 0, 2
    for _ in range(_MAX_CHUNKS):
        # Within compressed data 0xFF is always followed by 0 or by a restart marker.
        found = _MARKER.search(data, place)
        if found is None or found[0] == b"\xff\xd9":
            return scans
        scans += found[0] == b"\xff\xda"
        if scans > _MAX_SCANS:
            return scans
        length = int.from_bytes(data[found.end() : found.end() + 2], "big")
        place = found.end() + (0 if found[0] in (b"\xff\xd8", b"\xff\x01") else max(length, 2))
    raise ValueError("the picture is a JPEG with too many parts")


def check_image(image: Image, stream: Stream) -> None:
    """Raise ValueError unless an image has the shape and dtype of the stream, see `FrameSet`."""
    if stream == "rgb":
        right = image.dtype == np.uint8 and image.ndim == 3 and image.shape[2] == 3
    elif stream == "depth":
        right = image.dtype == np.uint16 and image.ndim == 2
    else:
        right = image.dtype in (np.uint8, np.uint16) and image.ndim == 2
    if not right:
        raise ValueError(f"{stream} cannot be {image.dtype} of shape {image.shape}")
