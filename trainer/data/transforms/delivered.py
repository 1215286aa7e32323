"""Depth crops as camera drivers deliver them: holes filled, surfaces smoothed, fewer pixels, coarser steps.

Live faces and attacks are treated alike, so that the quality of depth does not reveal the class.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from trainer.synth.sensors.filters import fill_all, smoothed

Floats32 = npt.NDArray[np.float32]

MAX_STEP_MM = 8.0
MAX_COARSENESS = 3.0
"""Largest factor by which the resolution along each axis is reduced."""


def deliver(depth_mm: Floats32, rng: np.random.Generator) -> Floats32:
    """Filter depth in millimetres, float32 (S, S), with filters of random kind and strength."""
    d = rng.random(12)
    size = depth_mm.shape[0]
    valid = depth_mm > 0
    if not valid.any():
        return depth_mm
    depth = fill_all(depth_mm) if d[0] < 0.7 else depth_mm
    # The strengths were chosen for crops of 128 pixels.
    scale = size / 128.0
    if d[1] < 0.35:
        edges = cv2.bilateralFilter(depth, 5, 4.0 + 16.0 * float(d[2]), (0.8 + 2.2 * float(d[2])) * scale)
        depth = np.where(depth > 0, edges, np.float32(0.0)).astype(np.float32)
    elif d[1] < 0.55:
        depth = np.asarray(cv2.medianBlur(depth, 3 if d[2] < 0.6 else 5), np.float32)
    if 0.55 <= d[1] < 0.85 or d[3] < 0.3:
        depth = smoothed(depth, (0.5 + 1.5 * float(d[4])) * scale)
    if d[5] < 0.35:
        few = max(round(size / (1.2 + (MAX_COARSENESS - 1.2) * float(d[6]))), 8)
        small = cv2.resize(depth, (few, few), interpolation=cv2.INTER_NEAREST_EXACT)
        # Interpolation between a measured pixel and a hole would result in a distance without a surface.
        even = bool((small > 0).all()) and d[7] < 0.6
        kind = cv2.INTER_LINEAR if even else cv2.INTER_NEAREST_EXACT
        depth = np.asarray(cv2.resize(small, (size, size), interpolation=kind), np.float32)
    if d[8] < 0.3:
        far = np.float32(np.median(depth_mm[valid]) + 120.0 + 500.0 * float(d[9]))
        depth = np.where(depth > far, far if d[9] < 0.5 else np.float32(0.0), depth).astype(np.float32)
    if d[10] < 0.3:
        step = np.float32(np.exp(float(d[11]) * np.log(MAX_STEP_MM)))
        depth = (np.round(depth / step) * step).astype(np.float32)
    return depth
