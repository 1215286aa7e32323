"""Normalise infrared crops, so that they do not depend on the camera's exposure, lamp and bit depth.

The absolute brightness is lost for the network. The engine uses it as evidence, because screens are dark in infrared.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from fasdemo.frames import Ir

Floats32 = npt.NDArray[np.float32]

_CORE = (0.30, 0.70)
"""Range of the crop, along both axes, whose median is the brightness level of the face."""
_MIN_LEVEL = 8.0 / 255.0
"""Lower limit of the face's level, as a share of full scale; darker faces are not brightened further."""
_WINDOW = 0.25
"""Side of the square for local mean and deviation, as a share of the crop's side: about 56 mm on a face."""
_FLOOR_OF_LEVEL = 0.05
"""Added to the local deviation, as a share of the face's level, so that skin without structure stays uniform."""
_FLOOR = 1.0 / 255.0
"""Added to the local deviation, as a share of full scale, so that noise and 8-bit steps stay small in the dark."""
_DEVIATIONS = 3.0
"""Number of local deviations below and above the local mean that are encoded as 0 and 1."""
_VIEW_LEVEL = 235.0
_MIN_VIEW_TOP = 0.02
"""Lowest 99th percentile, as a share of full scale, that `ir_view` brightens to `_VIEW_LEVEL`."""
_BRIGHT = 0.5
"""Brightness of the brightest pixels, as a share of full scale, from which a camera counts as using its whole range."""
_MIN_WORKING_RANGE = 0.1
"""Smallest share of full scale that a 16-bit camera is assumed to use; a Kinect v2 uses a quarter."""


def encode_ir_local(ir: Ir) -> Floats32:
    """Encode infrared as `local-norm-v1`: the difference from the local mean over the local standard deviation.

    Args:
        ir: uint8 or uint16 (S, S), full range of its type.

    Returns:
        float32 (S, S) in [0, 1]; 0.5 is the local mean.
    """
    light = np.asarray(ir, np.float32) * np.float32(1.0 / full_scale(ir))
    side = 2 * round(_WINDOW * light.shape[0] / 2) + 1
    mean = cv2.blur(light, (side, side), borderType=cv2.BORDER_REFLECT)
    square = cv2.blur(light * light, (side, side), borderType=cv2.BORDER_REFLECT)
    deviation = np.sqrt(np.maximum(square - mean * mean, np.float32(0.0)))
    low, high = (int(share * light.shape[0]) for share in _CORE)
    level = max(_median(light[low:high, low:high]), _MIN_LEVEL)
    floor = np.float32(_FLOOR_OF_LEVEL * level + _FLOOR)
    away = (light - mean) / (np.float32(2.0 * _DEVIATIONS) * (deviation + floor))
    away += np.float32(0.5)
    return np.asarray(np.minimum(np.maximum(away, np.float32(0.0), out=away), np.float32(1.0), out=away), np.float32)


def _median(values: Floats32) -> float:
    """Return the same as `np.median`, whose checks take longer than the sorting."""
    low, high = (values.size - 1) // 2, values.size // 2
    ordered = np.partition(values, (low, high), axis=None)
    return float((ordered[low] + ordered[high]) / 2)


def full_scale(ir: Ir) -> float:
    """Return the largest value of an image's type, 255 or 65535."""
    return 65535.0 if ir.dtype == np.uint16 else 255.0


def working_range(ir: Ir) -> float:
    """Return the share of its type's range that a camera uses, in [0.1, 1]; 1 for 8 bits.

    It is estimated from the brightest pixels of a 16-bit frame. The minimum of 0.1 keeps a dark screen dark in a frame
    without any bright pixel.
    """
    if ir.dtype != np.uint16:
        return 1.0
    step = max(min(ir.shape[:2]) // 64, 1)
    brightest = float(np.percentile(ir[::step, ::step], 99.5)) / 65535.0
    return min(max(brightest / _BRIGHT, _MIN_WORKING_RANGE), 1.0)


def ir_8bit(ir: Ir) -> npt.NDArray[np.uint8]:
    """Return the upper eight bits, uint8 of the same shape; dark if a camera uses only a small part of its 16 bits."""
    if ir.dtype == np.uint8:
        return np.asarray(ir, np.uint8)
    return (ir >> 8).astype(np.uint8)


def ir_view(ir: Ir) -> npt.NDArray[np.uint8]:
    """Return a picture for display and for the face detector, uint8 of the same shape.

    8-bit pictures are returned unchanged. 16-bit pictures are scaled so that their 99th percentile is bright, with
    a limit so that noise in dark pictures stays dark.
    """
    if ir.dtype == np.uint8:
        return np.asarray(ir, np.uint8)
    step = max(min(ir.shape[:2]) // 64, 1)
    top = max(float(np.percentile(ir[::step, ::step], 99)), _MIN_VIEW_TOP * 65535.0)
    return cv2.convertScaleAbs(ir, alpha=_VIEW_LEVEL / top).astype(np.uint8)
