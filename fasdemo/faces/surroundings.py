"""Detect whether anything changed outside the known faces, where a new face can be."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from fasdemo.faces.face import Box

_WIDTH = 80
"""Pixels of the compared picture in x, every eighth of 640."""
_BLOCK = 5
"""Side of a block of these pixels; the sensor noise of its mean is a fifth of a pixel's."""
_MIN_CHANGE = 8.0
"""Minimum change of a block's mean in grey levels; sensor noise of 5 grey levels changes it by 1.4."""


class Surroundings:
    """The picture outside the known faces at an earlier time."""

    def __init__(self) -> None:
        self._blocks: npt.NDArray[np.float32] | None = None

    def changed(self, rgb: npt.NDArray[np.uint8], boxes: Sequence[Box]) -> bool:
        """Return whether a block outside the boxes differs from that of the last remembered picture.

        It is True for the first picture, for another size of the picture, and if brightness or exposure changed.

        Args:
            rgb: uint8 (H, W, 3).
            boxes: the known faces in pixels of `rgb`.
        """
        now = _blocks(rgb)
        before = self._blocks
        if before is None or before.shape != now.shape:
            self._blocks = now
            return True
        outside = np.abs(now - before) >= _MIN_CHANGE
        scale = now.shape[1] / rgb.shape[1]
        for x, y, width, height in boxes:
            rows = slice(max(int(np.floor(y * scale)), 0), max(int(np.ceil((y + height) * scale)), 0))
            outside[rows, max(int(np.floor(x * scale)), 0) : max(int(np.ceil((x + width) * scale)), 0)] = False
        if not outside.any():
            return False
        self._blocks = now
        return True

    def forget(self) -> None:
        """Forget the picture, so that the next one counts as changed."""
        self._blocks = None


def _blocks(rgb: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    step = max(rgb.shape[1] // _WIDTH, 1)
    thinned = np.ascontiguousarray(rgb[::step, ::step, 1], np.float32)
    size = (max(thinned.shape[1] // _BLOCK, 1), max(thinned.shape[0] // _BLOCK, 1))
    return np.asarray(cv2.resize(thinned, size, interpolation=cv2.INTER_AREA), np.float32)
