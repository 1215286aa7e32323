"""Detect whether eyes or mouth of a face look different from those of an earlier frame."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Rgb = npt.NDArray[np.uint8]

_REGIONS = ((0.25, 0.34, 0.47, 0.47), (0.53, 0.34, 0.75, 0.47), (0.36, 0.61, 0.64, 0.77))
"""Left, top, right and bottom of both eyes and of the mouth in a `keypoints-v1` crop of scale 1, as shares of its
side."""
_SLIDE = 0.025
"""Largest shift of a region between two crops, as a share of the crop's side; key points are not more accurate."""
MIN_CORRELATION = 0.93
"""Minimum correlation of an unchanged region. Between passes of the landmarker on the demo session and two clips of
real people, `eyeBlink` changed by at most 0.05 above it, and by up to 0.6 below it."""
_MIN_CONTRAST = 2.0
"""Minimum standard deviation in grey levels; a plainer region cannot be compared, e.g. in the dark."""


def features_changed(before: Rgb, now: Rgb) -> bool:
    """Return whether an eye or the mouth changed, was covered, or cannot be compared.

    Args:
        before: an aligned crop, uint8 (S, S, 3), as `fasdemo.models.crop.face_view` describes.
        now: a later crop of the same face.
    """
    return before.shape != now.shape or not all(_is_same(before, now, region) for region in _REGIONS)


def _is_same(before: Rgb, now: Rgb, region: tuple[float, float, float, float]) -> bool:
    size = now.shape[0]
    left, top, right, bottom = (round(share * size) for share in region)
    slide = max(round(_SLIDE * size), 1)
    part = _grey(now[top:bottom, left:right])
    if not float(cv2.meanStdDev(part)[1][0, 0]) >= _MIN_CONTRAST:
        return False
    around = _grey(before[top - slide : bottom + slide, left - slide : right + slide])
    return bool(cv2.matchTemplate(around, part, cv2.TM_CCOEFF_NORMED).max() >= MIN_CORRELATION)


def _grey(part: Rgb) -> npt.NDArray[np.float32]:
    return np.asarray(cv2.cvtColor(part, cv2.COLOR_RGB2GRAY), np.float32)
