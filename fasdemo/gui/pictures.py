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
    """Return the image at another size, averaged if smaller (which avoids flicker), interpolated if larger."""
    if image.shape[1] == width and image.shape[0] == height:
        return image
    how = cv2.INTER_AREA if width < image.shape[1] else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, (width, height), interpolation=how), np.uint8)


def as_qimage(image: Rgb) -> QImage:
    """Return a QImage that shares the memory of a uint8 (H, W, 3) RGB array; keep the array as long as the image."""
    array = np.ascontiguousarray(image)
    height, width = array.shape[:2]
    data: Any = array.data
    return QImage(data, width, height, array.strides[0], QImage.Format.Format_RGB888)
