"""Depth cameras: the effect of matching, timing and the driver's filters on the true distance.

All classes of scenes pass through these functions with parameters from the same distributions.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt
from numba import njit
from scipy.special import ndtri

from fasdemo.frames import Intrinsics
from trainer.synth.sensors import filters
from trainer.synth.sensors.sensor import Projector, SensorPreset

Floats = npt.NDArray[np.float32]
Rng = np.random.Generator


@njit(cache=True)
def _occluded(disparity: Floats, hidden: npt.NDArray[np.bool_]) -> None:
    """Mark pixels that nearer surfaces hide from the second imager, which is to the right."""
    height, width = disparity.shape
    for y in range(height):
        reach = 1e9
        for x in range(width - 1, -1, -1):
            d = disparity[y, x]
            if d <= 0.0:
                continue
            target = x - d
            if target >= reach - 0.01:
                hidden[y, x] = True
            if target < reach:
                reach = target


@dataclass(frozen=True)
class DepthQuality:
    """The state of a depth camera, which varies between setups and is the same for all exposures of one setup.

    Attributes:
        noise: factor of the preset's noise; `holes`: share of the surface that is lost in blobs of failed matches.
        filled: how much of the holes the camera's own filter closes, 0 to 1; 1 closes all of them smoothly.
        frail: factor of the holes due to weak light, grazing angles and edges.
        static: share of the noise's variance that every exposure repeats; `pattern`: seed of that part.
        frames: number of exposures that a temporal filter averages, which does not reduce the static part.
        decimation: factor by which the driver reduces the picture; `smoothing`: strength of its spatial filter, 0 to 1.
        limit_m: readings beyond are dropped, or set to the limit if `saturated`; 0 = the preset's range.
        step_m: step of depth in metres, as with eight bits; 0 = one unit of the image.
    """

    noise: float
    holes: float
    filled: float
    frail: float = 1.0
    static: float = 0.0
    pattern: int = 0
    frames: int = 1
    decimation: int = 1
    smoothing: float = 0.0
    limit_m: float = 0.0
    saturated: bool = False
    step_m: float = 0.0


def draw_quality(rng: Rng, preset: SensorPreset | None = None, subject_m: float = 0.5) -> DepthQuality:
    """Draw a random state, from raw and noisy to filled and smoothed, for a subject at `subject_m` metres."""
    name = "" if preset is None else preset.name
    state = rng.random()
    if name == "truedepth":
        state = 0.85 + 0.15 * state  # its driver always fills holes and smooths
    elif name == "kinect2":
        state = 0.35 + 0.3 * state  # its driver smooths but fills no holes
    smoothing, filled, frames, decimation = 0.0, float(rng.random() < 0.3) * float(rng.uniform(0.2, 0.9)), 1, 1
    if state > 0.35:
        smoothing = float(rng.uniform(0.15, 1.0))
        frames = int(rng.integers(1, 6))
        decimation = int(rng.choice([1, 2, 3], p=[0.6, 0.3, 0.1]))
        filled = float(rng.random() < 0.6) * float(rng.uniform(0.3, 0.95))
    if state > 0.65:
        filled = 1.0
    if name in ("truedepth", "kinect2"):
        decimation, frames = 1, 1
    if name == "kinect2":
        filled, smoothing = 0.0, 0.5 * smoothing
    limited = rng.random() < 0.35 or name == "truedepth"
    eight_bits = rng.random() < 0.12 and name != "truedepth"
    return DepthQuality(
        noise=float(np.exp(rng.normal(-0.1, 0.4))),
        holes=float(rng.beta(0.5, 60.0)) if name != "kinect2" else 0.0002,
        filled=filled,
        frail=float(rng.uniform(0.0, 1.0) ** 1.5) if name != "kinect2" else 0.06,
        static=float(rng.uniform(0.45, 0.99)),
        pattern=int(rng.integers(1, 2**31)),
        frames=frames,
        decimation=decimation,
        smoothing=smoothing,
        limit_m=float(subject_m + rng.uniform(0.15, 0.9)) if limited else 0.0,
        saturated=bool(rng.random() < 0.5),
        step_m=float(np.exp(rng.uniform(np.log(0.001), np.log(0.008)))) if eight_bits else 0.0,
    )


def draw_unit(rng: Rng, preset: SensorPreset) -> float:
    """Draw the depth unit in metres: stereo cameras are set to millimetres or tenths of them."""
    tenths = preset.principle == "stereo" and rng.random() < 0.4
    return 0.0001 if tenths else preset.unit_m


class _Noise:
    """Noise fields of one exposure: a part that the setup repeats, and a new part."""

    def __init__(self, shape: tuple[int, int], quality: DepthQuality, rng: Rng) -> None:
        self._shape = shape
        self._rng = rng
        static = quality.static if quality.pattern else 0.0
        self._pattern = quality.pattern
        self._old = np.float32(np.sqrt(static))
        self._new = np.float32(np.sqrt((1.0 - static) / quality.frames))

    def field(self, sigma: float, number: int) -> Floats:
        """Return Gaussian noise (h, w), correlated over `sigma` pixels, of unit variance before averaging."""
        result = self._new * smooth_noise(self._shape, sigma, self._rng)
        if self._old > 0:
            result = result + self._old * _static(self._shape, round(sigma, 3), self._pattern, number)
        return np.asarray(result, np.float32)

    def fixed(self, sigma: float, number: int) -> Floats:
        """Return noise of a fault of the lenses or the rectification, which every exposure repeats completely."""
        if not self._pattern:
            return smooth_noise(self._shape, sigma, self._rng)
        return _static(self._shape, round(sigma, 3), self._pattern, number)


@lru_cache(maxsize=8)
def _static(shape: tuple[int, int], sigma: float, pattern: int, number: int) -> Floats:
    return smooth_noise(shape, sigma, np.random.default_rng([pattern, number]))


def measure_depth(
    depth_m: Floats, ir: Floats, confusing: Floats | None, preset: SensorPreset, camera: Intrinsics,
    quality: DepthQuality, projector: Projector, weight: Floats, rng: Rng,
) -> npt.NDArray[np.uint16]:  # fmt: skip
    """Convert true depth (h, w) in metres to the preset's 16-bit image, registered to the RGB camera.

    `ir` is the noiseless infrared radiance, which determines the precision of a reading; `confusing` (h, w), 0 to 1,
    if given, is how much a surface misleads the sensor (a mirroring screen). `weight` meters as in `expose_ir`. A
    sensor with fewer pixels than the RGB camera measures on its own grid, and registration repeats its readings.
    """
    full = (depth_m.shape[1], depth_m.shape[0])
    scale = preset.depth_fx / camera.fx
    focal = camera.fx
    if scale < 0.85:
        size = (round(full[0] * scale), round(full[1] * scale))
        focal = camera.fx * size[0] / full[0]
        depth_m, ir, weight = (
            np.asarray(cv2.resize(a, size, interpolation=cv2.INTER_NEAREST_EXACT), np.float32)
            for a in (depth_m, ir, weight)
        )
        if confusing is not None:
            confusing = np.asarray(cv2.resize(confusing, size, interpolation=cv2.INTER_NEAREST_EXACT), np.float32)
    result = _readings(depth_m, ir, confusing, preset, focal, quality, projector, weight, rng)
    result = _filtered(result, quality)
    if result.shape != (full[1], full[0]):
        result = np.asarray(cv2.resize(result, full, interpolation=cv2.INTER_NEAREST_EXACT), np.float32)
    return np.round(result / preset.unit_m).clip(0, 65535).astype(np.uint16)


def _filtered(depth: Floats, quality: DepthQuality) -> Floats:
    """Apply the driver's filters in their usual order."""
    if quality.decimation > 1:
        depth = filters.decimate(depth, quality.decimation)
    if 0 < quality.filled < 1:
        depth = filters.fill_small(depth, int(2 + 6 * quality.filled) // quality.decimation)
    elif quality.filled >= 1:
        depth = filters.fill_all(depth)
    if quality.smoothing > 0:
        depth = filters.smooth(depth, quality.smoothing)
    if quality.limit_m > 0:
        depth = filters.limit(depth, quality.limit_m, quality.saturated)
    return filters.quantise(depth, quality.step_m) if quality.step_m > 0 else depth


def _readings(
    depth_m: Floats, ir: Floats, confusing: Floats | None, preset: SensorPreset, focal: float,
    quality: DepthQuality, projector: Projector, weight: Floats, rng: Rng,
) -> Floats:  # fmt: skip
    """Return raw readings in metres on the sensor's grid, whose focal length is `focal` pixels; 0 = no reading."""
    present = depth_m > 0
    z = np.where(present, depth_m, preset.far_m * 2).astype(np.float32)
    # Pixels of the depth camera per pixel of this grid: the same noise at another focal length.
    ratio = focal / preset.depth_fx
    # The camera exposes for the middle of its frame, where the signal is therefore about 1.
    signal = ir / max(float((ir * weight).sum() / weight.sum()), 1e-6)
    weak = 1.0 / np.sqrt(np.clip(signal, 0.05, 4.0))
    if preset.principle == "stereo" and projector == "off":
        weak = weak * 2.2
    hidden = np.zeros(z.shape, bool)
    noise = _Noise((z.shape[0], z.shape[1]), quality, rng)
    if preset.principle == "tof":
        sigma = preset.noise_m * z**2 * weak * quality.noise + 0.0006
        measured = cv2.bilateralFilter(z, 3, 0.02, 1.0) + sigma * noise.field(preset.grain, 1)
        # Lens and timing cause a smooth, constant error.
        measured = measured + np.float32(0.0012 * quality.noise) * noise.fixed(12.0, 2)
        # Multipath makes concave and dark places appear slightly farther.
        measured = measured + 0.0015 * (weak - 1.0)
        edge = _edges(z, 0.03)
        mixed = cv2.blur(z, (3, 3))
        flying = edge & (rng.random(z.shape, np.float32) < 0.35)
        measured = np.where(flying, mixed, measured)
        # Where hardly any light returns, the phase is random, and most such readings are dropped.
        lost = signal < 0.05
        guess = rng.random(z.shape, np.float32)
        measured = np.where(lost & (guess < 0.5), guess * 2 * preset.far_m, measured)
        hidden = lost & (guess > 0.7)
    else:
        focal_baseline = preset.depth_fx * preset.baseline_m
        disparity = (focal_baseline / z).astype(np.float32)
        # A matching block takes the depth of its nearest content, so silhouettes grow by about half a block.
        block = 3 if preset.principle == "coded" else 5
        fat = cv2.dilate(disparity, np.ones((block, block), np.uint8))
        grow = smooth_noise(z.shape, 3.0, rng) > (0.3 if preset.principle == "stereo" else 1.2)
        disparity = np.where(grow & (fat - disparity > 0.5), fat, disparity)
        if preset.principle == "stereo":
            disparity = np.asarray(cv2.bilateralFilter(disparity, 5, 0.6, 1.5), np.float32)
        error = noise.field(preset.grain * max(ratio, 0.6), 1) * 0.8 + noise.field(6.0, 2) * 0.3
        # Imperfect rectification causes a smooth ripple that grows with the distance, and an error of every match.
        ripple = np.float32(0.0007 * quality.noise) * noise.fixed(14.0, 3)
        ripple = ripple + np.float32(preset.match * quality.noise) * noise.field(0.8, 4)
        disparity = disparity * (1 + ripple)
        disparity = disparity + (preset.subpixel * quality.noise * np.minimum(weak, 4.0) * error).astype(np.float32)
        disparity = np.round(disparity / preset.step) * preset.step
        measured = focal_baseline / np.maximum(disparity, 1e-3)
        _occluded((focal * preset.baseline_m / z).astype(np.float32), hidden)
    hole = _holes(z, signal, confusing, preset, quality, projector, rng)
    hidden = cv2.morphologyEx(hidden.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)) > 0
    if confusing is not None:
        # A mirror shows objects behind it: readings jump away from the pane in blobs.
        jump = smooth_noise(z.shape, 9.0, rng)
        lost = (confusing > 0) & (jump > 2.6 - 1.5 * confusing)
        measured = np.where(lost, measured * (1 + 0.15 * np.abs(jump - 1.0)), measured)
    invalid = hidden | hole | ~present | (measured < preset.near_m) | (measured > preset.far_m)
    return np.where(invalid | ~np.isfinite(measured), 0.0, measured).astype(np.float32)


def smooth_noise(shape: tuple[int, ...], sigma: float, rng: Rng) -> Floats:
    """Return Gaussian noise of unit variance with a correlation length of `sigma` pixels."""
    factor = max(1, int(sigma / 2))
    small = rng.standard_normal((shape[0] // factor + 2, shape[1] // factor + 2), np.float32)
    s = sigma / factor
    small = cv2.GaussianBlur(small, (0, 0), s) * np.float32(2 * np.sqrt(np.pi) * s)
    if factor > 1:
        wide = (small.shape[1] * factor, small.shape[0] * factor)
        small = np.asarray(cv2.resize(small, wide, interpolation=cv2.INTER_CUBIC), np.float32)
    return small[: shape[0], : shape[1]]


_LEVELS = np.concatenate([np.geomspace(1e-4, 0.05, 200), np.linspace(0.05, 0.97, 300)[1:]])
_QUANTILES = ndtri(1 - _LEVELS)
"""Quantiles of the noise that a share `_LEVELS` of it exceeds; other shares are clipped to the nearest one."""


def _edges(z: Floats, jump_m: float) -> npt.NDArray[np.bool_]:
    kernel = np.ones((3, 3), np.uint8)
    return (cv2.dilate(z, kernel) - cv2.erode(z, kernel)) > jump_m


def _holes(
    z: Floats, signal: Floats, confusing: Floats | None, preset: SensorPreset, quality: DepthQuality,
    projector: Projector, rng: Rng,
) -> npt.NDArray[np.bool_]:  # fmt: skip
    noise = smooth_noise(z.shape, 4.0, rng)
    level = np.zeros(z.shape, np.float32)
    # Too little light, too much light and grazing angles make matching fail.
    level += 0.5 * np.clip((0.16 - signal) / 0.16, 0, 1) + 0.4 * np.clip((signal - 6.0) / 6.0, 0, 1)
    gy, gx = np.gradient(cv2.GaussianBlur(z, (0, 0), 1.0))
    slope = np.hypot(gx, gy) / np.maximum(z, 0.1) * 600.0
    level += 0.4 * np.clip((slope - 3.0) / 6.0, 0, 1)
    level = quality.holes + np.float32(quality.frail) * level
    if confusing is not None:
        level += 0.35 * confusing
    if preset.principle == "stereo" and projector == "off":
        level += 0.02
    threshold = np.interp(level, _LEVELS, _QUANTILES).astype(np.float32)
    edge = _edges(z, 0.02) & (rng.random(z.shape) < quality.frail * (0.5 if preset.principle == "stereo" else 0.25))
    return np.asarray((noise > threshold) | edge, np.bool_)
