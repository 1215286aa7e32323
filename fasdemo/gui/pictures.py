"""Between numpy images and Qt's."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from PyQt6.QtGui import QImage

from fasdemo.frames import Rgb


def fitted(width: int, height: int, room_width: int, room_height: int) -> tuple[int, int]:
    """The largest size of the same shape that fits into the room, at least 1 x 1."""
    factor = min(room_width / width, room_height / height)
    return max(1, round(width * factor)), max(1, round(height * factor))


def resized(image: Rgb, width: int, height: int) -> Rgb:
    """The image at another size: averaged when smaller, so that nothing flickers; smooth when larger."""
    if image.shape[1] == width and image.shape[0] == height:
        return image
    how = cv2.INTER_AREA if width < image.shape[1] else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, (width, height), interpolation=how), np.uint8)


def as_qimage(image: Rgb) -> QImage:
    """A QImage over the array's own memory, uint8 (H, W, 3); keep the array as long as the image."""
    array = np.ascontiguousarray(image)
    height, width = array.shape[:2]
    data: Any = array.data
    return QImage(data, width, height, array.strides[0], QImage.Format.Format_RGB888)
