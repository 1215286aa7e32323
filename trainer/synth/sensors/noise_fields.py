"""Fields of noise, cut at random places out of large fields that a process draws once.

Drawing new noise for every picture took a sixth of the generator's time. Two windows at different places have nothing
in common, since there are about 200,000 places for a picture of 640 x 480 pixels.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

Floats = npt.NDArray[np.float32]
Rng = np.random.Generator

_SIDE_PX = 1024
_SEED = 1850


def smooth_noise(shape: tuple[int, ...], sigma: float, rng: Rng) -> Floats:
    """Return new Gaussian noise (h, w) of unit variance with a correlation length of `sigma` pixels, 0 = none."""
    if sigma <= 0:
        return rng.standard_normal(shape, np.float32)
    factor = max(1, int(sigma / 2))
    small = rng.standard_normal((shape[0] // factor + 2, shape[1] // factor + 2), np.float32)
    s = sigma / factor
    small = cv2.GaussianBlur(small, (0, 0), s) * np.float32(2 * np.sqrt(np.pi) * s)
    if factor > 1:
        wide = (small.shape[1] * factor, small.shape[0] * factor)
        small = np.asarray(cv2.resize(small, wide, interpolation=cv2.INTER_CUBIC), np.float32)
    return small[: shape[0], : shape[1]]


@lru_cache(maxsize=48)
def _field(sigma: float, channel: int) -> Floats:
    rng = np.random.default_rng([_SEED, round(sigma * 1000), channel])
    result = np.ascontiguousarray(smooth_noise((_SIDE_PX, _SIDE_PX), sigma, rng))
    result.flags.writeable = False
    return result


@lru_cache(maxsize=4)
def _shares(sigma: float) -> Floats:
    result = ndtr(_field(sigma, 0))
    result.flags.writeable = False
    return np.asarray(result, np.float32)


@lru_cache(maxsize=2)
def _colours(sigma: float) -> Floats:
    result = np.stack([_field(sigma, channel) for channel in range(3)], -1)
    result.flags.writeable = False
    return result


def _place(shape: tuple[int, int], rng: Rng) -> tuple[slice, slice]:
    top, left = (int(rng.integers(_SIDE_PX - length + 1)) for length in shape)
    return slice(top, top + shape[0]), slice(left, left + shape[1])


def noise_window(shape: tuple[int, int], sigma: float, rng: Rng) -> Floats:
    """Return Gaussian noise (h, w) as `smooth_noise`, as a read-only view; `sigma` is rounded to 0.001 pixels."""
    if max(shape) > _SIDE_PX // 2 + 256:
        return smooth_noise(shape, sigma, rng)
    return _field(round(sigma, 3), 0)[_place(shape, rng)]


def share_window(shape: tuple[int, int], sigma: float, rng: Rng) -> Floats:
    """Return the share of `noise_window` that lies below each of its values (h, w), uniform in [0, 1]."""
    if max(shape) > _SIDE_PX // 2 + 256:
        return np.asarray(ndtr(smooth_noise(shape, sigma, rng)), np.float32)
    return _shares(round(sigma, 3))[_place(shape, rng)]


def colour_window(shape: tuple[int, int], sigma: float, rng: Rng) -> Floats:
    """Return `noise_window` of three independent channels, (h, w, 3)."""
    if max(shape) > _SIDE_PX // 2 + 256:
        return np.stack([smooth_noise(shape, sigma, rng) for _ in range(3)], -1)
    return _colours(round(sigma, 3))[_place(shape, rng)]
