"""Filters that a depth camera's driver applies: decimation, smoothing, hole filling, a range limit, coarse steps.

Distances are float32 metres unless stated otherwise; 0 = no reading.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
from numba import njit

Floats = npt.NDArray[np.float32]

MIN_LEVEL_PX = 4


def fill_small(depth: Floats, radius: int) -> Floats:
    """Close holes up to about `radius` pixels with the farther neighbour in the row."""
    result = depth.copy()
    for _ in range(radius):
        empty = result == 0
        if not empty.any():
            break
        result = np.where(empty, cv2.dilate(result, np.ones((1, 3), np.uint8)), result)
    return result


def fill_all(depth: Floats) -> Floats:
    """Close every hole smoothly with the mean of the nearest readings around it."""
    valid = (depth > 0).astype(np.float32)
    levels = [(depth * valid, valid)]
    while min(levels[-1][0].shape) > MIN_LEVEL_PX:
        size = (max(levels[-1][0].shape[1] // 2, 1), max(levels[-1][0].shape[0] // 2, 1))
        smaller, known = (
            np.asarray(cv2.resize(one, size, interpolation=cv2.INTER_AREA), np.float32) for one in levels[-1]
        )
        levels.append((smaller, known))
    total, weight = levels[-1]
    mean = float(total.sum() / max(float(weight.sum()), 1e-6))
    filled = np.where(weight > 0, total / np.maximum(weight, 1e-6), np.float32(mean)).astype(np.float32)
    for total, weight in levels[-2::-1]:
        above = cv2.resize(filled, total.shape[::-1], interpolation=cv2.INTER_LINEAR)
        filled = np.where(weight > 0, total / np.maximum(weight, 1e-6), above).astype(np.float32)
    return filled


def decimate(depth: Floats, factor: int) -> Floats:
    """Reduce by `factor` along both axes to the mean of the readings within 3 % of the block's nearest one."""
    result = np.zeros((depth.shape[0] // factor, depth.shape[1] // factor), np.float32)
    _decimate(depth, factor, result)
    return result


@njit(cache=True, error_model="numpy")
def _decimate(depth: Floats, factor: int, result: Floats) -> None:
    for y in range(result.shape[0]):
        for x in range(result.shape[1]):
            nearest = np.inf
            for i in range(y * factor, (y + 1) * factor):
                for j in range(x * factor, (x + 1) * factor):
                    if 0.0 < depth[i, j] < nearest:
                        nearest = depth[i, j]
            total, count = 0.0, 0
            for i in range(y * factor, (y + 1) * factor):
                for j in range(x * factor, (x + 1) * factor):
                    if 0.0 < depth[i, j] < 1.03 * nearest:
                        total += depth[i, j]
                        count += 1
            if count:
                result[y, x] = total / count


def smooth(depth: Floats, strength: float) -> Floats:
    """Smooth surfaces but keep edges, by a bilateral filter whose radius grows with `strength` in (0, 1]."""
    size = 5 if strength < 0.6 else 7
    result = cv2.bilateralFilter(depth, size, 0.006 + 0.014 * strength, 0.7 + 2.0 * strength)
    return np.where(depth > 0, np.asarray(result, np.float32), np.float32(0.0))


def limit(depth: Floats, far_m: float, saturated: bool) -> Floats:
    """Drop readings beyond `far_m`, or set them to `far_m` if the camera saturates."""
    return np.where(depth > far_m, np.float32(far_m if saturated else 0.0), depth).astype(np.float32)


def quantise(depth: Floats, step_m: float) -> Floats:
    """Round to steps of `step_m`, as depth stored with eight bits."""
    return (np.round(depth / np.float32(step_m)) * np.float32(step_m)).astype(np.float32)


def smoothed(depth: Floats, sigma_px: float) -> Floats:
    """Smooth readings (S, S) of any unit by a Gaussian that ignores holes; 0 stays 0."""
    valid = (depth > 0).astype(np.float32)
    total = cv2.GaussianBlur(depth * valid, (0, 0), sigma_px)
    weight = cv2.GaussianBlur(valid, (0, 0), sigma_px)
    return np.where(valid > 0, total / np.maximum(weight, 1e-3), np.float32(0.0)).astype(np.float32)


def filled_and_smoothed(depth: Floats, sigma_px: float = 1.0) -> Floats:
    """Fill every hole of (S, S) distances of any unit, then apply a median of three pixels and a Gaussian."""
    return smoothed(np.asarray(cv2.medianBlur(fill_all(depth), 3), np.float32), sigma_px)
