"""Convert and resize NumPy images for Qt."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from PyQt6.QtGui import QImage

from fasdemo.frames import Rgb


def fitted(width: int, height: int, room_width: int, room_height: int) -> tuple[int, int]:
    """Return the largest size with the same aspect ratio that fits into the given room, at least 1 x 1 pixels."""
    factor = min(room_width / width, room_height / height)
    return max(1, round(width * factor)), max(1, round(height * factor))


def resized(image: Rgb, width: int, height: int) -> Rgb:
    """Return the image at another size, averaged by halves (which avoids flicker) and interpolated.

    Args:
        image: uint8 (H, W) or (H, W, channels).
        width: columns of the result.
        height: rows of the result.
    """
    if image.shape[1] == width and image.shape[0] == height:
        return image
    # Averaging by a factor of 2 is fast. For smaller factors, interpolation also uses every pixel, and takes an eighth
    # of the time of averaging.
    while 2 * width < image.shape[1] and 2 * height < image.shape[0]:
        half = (image.shape[1] // 2, image.shape[0] // 2)
        image = np.asarray(cv2.resize(image, half, interpolation=cv2.INTER_AREA), np.uint8)
    return np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def as_qimage(image: Rgb) -> QImage:
    """Return a QImage that shares the memory of a uint8 (H, W, 3) RGB array; keep the array as long as the image."""
    array = np.ascontiguousarray(image)
    height, width = array.shape[:2]
    data: Any = array.data
    return QImage(data, width, height, array.strides[0], QImage.Format.Format_RGB888)
