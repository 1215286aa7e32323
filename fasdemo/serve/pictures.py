"""Encode pictures for clients: the newest frame as JPEG, with or without its verdict."""

from __future__ import annotations

import cv2
import numpy as np

from fasdemo.draw.overlay import draw
from fasdemo.engine.result import FrameResult
from fasdemo.frames import Rgb

MAX_WIDTH_PX = 960
_QUALITY = 80


def jpeg_of(rgb: Rgb, result: FrameResult | None) -> bytes:
    """Return a frame as JPEG, at most `MAX_WIDTH_PX` wide, with the verdicts of `result` drawn on it."""
    image = rgb if result is None else draw(rgb, result)
    height, width = image.shape[:2]
    if width > MAX_WIDTH_PX:
        size = (MAX_WIDTH_PX, max(round(height * MAX_WIDTH_PX / width), 1))
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype(np.uint8)
    done, data = cv2.imencode(".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    if not done:
        raise RuntimeError("the picture could not be encoded")
    return data.tobytes()


def no_picture() -> bytes:
    """Return a placeholder JPEG for a source without a current picture."""
    image = np.zeros((360, 640, 3), np.uint8)
    cv2.putText(image, "no current picture", (130, 185), cv2.FONT_HERSHEY_SIMPLEX, 1.2, (160, 160, 160), 2, cv2.LINE_AA)
    return cv2.imencode(".jpg", image)[1].tobytes()
