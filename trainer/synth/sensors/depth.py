"""Depth cameras: the effect of matching, timing and the driver's filters on the true distance.

All classes of scenes pass through these functions with parameters from the same distributions.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from numba import njit

from fasdemo.frames import Intrinsics
from trainer.synth.sensors import filters
from trainer.synth.sensors.noise_fields import noise_window, share_window
from trainer.synth.sensors.sensor import Projector, SensorPreset

Floats = npt.NDArray[np.float32]
Rng = np.random.Generator


_MIN_HOLES, _MAX_HOLES = 1e-4, 0.97
"""Limits of the share of failed matches at a place."""


@njit(cache=True)
def _occluded(disparity: Floats, hidden: npt.NDArray[np.uint8]) -> None:
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
                hidden[y, x] = 1
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
        self._old = float(np.sqrt(static))
        self._new = float(np.sqrt((1.0 - static) / quality.frames))

    def field(self, sigma: float, number: int) -> Floats:
        """Return Gaussian noise (h, w), correlated over `sigma` pixels, of unit variance before averaging."""
        new = noise_window(self._shape, sigma, self._rng)
        old = self._static(sigma, number) if self._old > 0 else new
        return np.asarray(cv2.addWeighted(new, self._new, old, self._old, 0), np.float32)

    def fixed(self, sigma: float, number: int) -> Floats:
        """Return noise of a fault of the lenses or the rectification, which every exposure repeats completely."""
        return self._static(sigma, number) if self._pattern else noise_window(self._shape, sigma, self._rng)

    def _static(self, sigma: float, number: int) -> Floats:
        return noise_window(self._shape, sigma, np.random.default_rng([self._pattern, number]))


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
    units = np.empty(result.shape, np.uint16)
    _to_units(result, 1.0 / preset.unit_m, units)
    return units


@njit(cache=True, fastmath=True, error_model="numpy")
def _to_units(depth_m: Floats, per_metre: float, units: npt.NDArray[np.uint16]) -> None:
    for y in range(depth_m.shape[0]):
        for x in range(depth_m.shape[1]):
            units[y, x] = np.uint16(min(max(depth_m[y, x] * per_metre + 0.5, 0.0), 65535.0))


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
    shape = (depth_m.shape[0], depth_m.shape[1])
    z = np.where(depth_m > 0, depth_m, np.float32(preset.far_m * 2))
    # The camera exposes for the middle of its frame, where the signal is therefore about 1.
    signal = ir * np.float32(1.0 / max(float(np.vdot(ir, weight)) / float(weight.sum()), 1e-6))
    noise = _Noise(shape, quality, rng)
    measured = np.empty(shape, np.float32)
    hidden = np.zeros(shape, np.uint8)
    if preset.principle == "tof":
        _time_of_flight(
            z, np.asarray(cv2.bilateralFilter(z, 3, 0.02, 1.0), np.float32), signal, noise.field(preset.grain, 1),
            noise.fixed(12.0, 2), _edges(z, 0.03), np.asarray(cv2.blur(z, (3, 3)), np.float32),
            share_window(shape, 0.0, rng), share_window(shape, 0.0, rng), preset.noise_m, quality.noise, preset.far_m,
            measured, hidden,
        )  # fmt: skip
    else:
        # Pixels of the depth camera per pixel of this grid: the same noise at another focal length.
        grain = preset.grain * max(focal / preset.depth_fx, 0.6)
        focal_baseline = preset.depth_fx * preset.baseline_m
        disparity = np.asarray(focal_baseline / z, np.float32)
        # A matching block takes the depth of its nearest content, so silhouettes grow by about half a block.
        stereo = preset.principle == "stereo"
        block = 5 if stereo else 3
        fat = cv2.dilate(disparity, np.ones((block, block), np.uint8))
        grow = (noise_window(shape, 3.0, rng) > (0.3 if stereo else 1.2)) & (fat - disparity > 0.5)
        np.copyto(disparity, fat, where=grow)
        if stereo:
            disparity = np.asarray(cv2.bilateralFilter(disparity, 5, 0.6, 1.5), np.float32)
        error = np.asarray(cv2.addWeighted(noise.field(grain, 1), 0.8, noise.field(6.0, 2), 0.3, 0), np.float32)
        # Imperfect rectification causes a smooth ripple that grows with the distance, and an error of every match.
        ripple = cv2.addWeighted(
            noise.fixed(14.0, 3), 0.0007 * quality.noise, noise.field(0.8, 4), preset.match * quality.noise, 0
        )
        _matched(
            disparity, error, np.asarray(ripple, np.float32), signal, preset.subpixel * quality.noise,
            2.2 if stereo and projector == "off" else 1.0, preset.step, focal_baseline, measured,
        )  # fmt: skip
        _occluded(np.asarray(focal * preset.baseline_m / z, np.float32), hidden)
    hidden = np.asarray(cv2.morphologyEx(hidden, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)), np.uint8)
    _drop_holes(
        z, np.asarray(cv2.GaussianBlur(z, (0, 0), 1.0), np.float32), signal,
        np.zeros((1, 1), np.float32) if confusing is None else confusing, share_window(shape, 4.0, rng),
        _edges(z, 0.02), share_window(shape, 0.0, rng), quality.holes, quality.frail,
        0.02 if preset.principle == "stereo" and projector == "off" else 0.0,
        quality.frail * (0.5 if preset.principle == "stereo" else 0.25), hidden,
    )  # fmt: skip
    if confusing is not None:
        # A mirror shows objects behind it: readings jump away from the pane in blobs.
        jump = noise_window(shape, 9.0, rng)
        lost = (confusing > 0) & (jump > 2.6 - 1.5 * confusing)
        measured = np.where(lost, measured * (1 + np.float32(0.15) * np.abs(jump - 1)), measured)
    invalid = (hidden > 0) | (depth_m <= 0) | ~((measured >= preset.near_m) & (measured <= preset.far_m))
    measured[invalid] = 0.0
    return measured


@njit(cache=True, fastmath=True, error_model="numpy")
def _precision(signal: np.float32) -> np.float32:
    """Return the factor of the noise for a signal, 1 = well exposed."""
    factor: np.float32 = np.float32(1.0) / np.sqrt(min(max(signal, np.float32(0.05)), np.float32(4.0)))
    return factor


@njit(cache=True, fastmath=True, error_model="numpy")
def _time_of_flight(
    z: Floats, smooth: Floats, signal: Floats, noise: Floats, fixed: Floats, edge: npt.NDArray[np.bool_],
    mixed: Floats, flying: Floats, phase: Floats, noise_m: float, factor: float, far_m: float, measured: Floats,
    hidden: npt.NDArray[np.uint8],
) -> None:  # fmt: skip
    """Measure distances (h, w) in metres by the time of flight, and mark pixels without enough light as hidden.

    `smooth` and `mixed` are `z` after an edge-preserving filter and after a mean; `flying` and `phase` are uniform
    noise in [0, 1].
    """
    for y in range(z.shape[0]):
        for x in range(z.shape[1]):
            weak = _precision(signal[y, x])
            sigma = noise_m * z[y, x] * z[y, x] * weak * factor + 0.0006
            # Lens and timing cause a smooth, constant error.
            value = smooth[y, x] + sigma * noise[y, x] + 0.0012 * factor * fixed[y, x]
            # Multipath makes concave and dark places appear slightly farther.
            value += 0.0015 * (weak - 1.0)
            if edge[y, x] and flying[y, x] < 0.35:
                value = mixed[y, x]
            # Where hardly any light returns, the phase is random, and most such readings are dropped.
            if signal[y, x] < 0.05:
                guess = phase[y, x]
                if guess < 0.5:
                    value = guess * 2 * far_m
                elif guess > 0.7:
                    hidden[y, x] = 1
            measured[y, x] = value


@njit(cache=True, fastmath=True, error_model="numpy")
def _matched(
    disparity: Floats, error: Floats, ripple: Floats, signal: Floats, subpixel: float, blind: float, step: float,
    focal_baseline: float, measured: Floats,
) -> None:  # fmt: skip
    """Measure distances (h, w) in metres by matching, from true disparities in pixels; `blind` multiplies the noise."""
    one, half, most, least = np.float32(1.0), np.float32(0.5), np.float32(4.0), np.float32(1e-3)
    noise, unlit, steps = np.float32(subpixel), np.float32(blind), np.float32(1.0 / step)
    scale = np.float32(focal_baseline)
    for y in range(disparity.shape[0]):
        for x in range(disparity.shape[1]):
            weak = min(_precision(signal[y, x]) * unlit, most)
            found = disparity[y, x] * (one + ripple[y, x]) + noise * weak * error[y, x]
            found = np.floor(found * steps + half) / steps
            measured[y, x] = scale / max(found, least)


@njit(cache=True, fastmath=True, error_model="numpy")
def _drop_holes(
    z: Floats, smooth: Floats, signal: Floats, confusing: Floats, blobs: Floats, edge: npt.NDArray[np.bool_],
    single: Floats, holes: float, frail: float, blind: float, edge_share: float, hidden: npt.NDArray[np.uint8],
) -> None:  # fmt: skip
    """Mark pixels (h, w) whose match fails as hidden.

    Args:
        z: distances in metres.
        smooth: the same after a slight blur.
        signal: light, 1 = well exposed.
        confusing: how much a mirror misleads the sensor, 0 to 1; of shape (1, 1) if there is none.
        blobs: smooth noise, uniform in [0, 1].
        edge: edges of surfaces.
        single: noise without correlation, uniform in [0, 1].
        holes: share of failures anywhere.
        frail: factor of failures by light and angle.
        blind: share of failures added everywhere.
        edge_share: share of failures at edges.
        hidden: failures are set to 1.
    """
    height, width = z.shape
    mirrors = confusing.shape[0] == height
    zero, one, part, mirror = np.float32(0.0), np.float32(1.0), np.float32(0.4), np.float32(0.35)
    dark, bright, steep = np.float32(0.16), np.float32(6.0), np.float32(3.0)
    base, factor = np.float32(holes + blind), np.float32(frail)
    least, most = np.float32(_MIN_HOLES), np.float32(_MAX_HOLES)
    for y in range(height):
        above, below = max(y - 1, 0), min(y + 1, height - 1)
        down = np.float32(600.0 / (below - above))
        for x in range(width):
            left, right = max(x - 1, 0), min(x + 1, width - 1)
            gx = (smooth[y, right] - smooth[y, left]) * np.float32(600.0) / np.float32(right - left)
            gy = (smooth[below, x] - smooth[above, x]) * down
            slope = np.sqrt(gx * gx + gy * gy) / max(z[y, x], np.float32(0.1))
            light = signal[y, x]
            # Too little light, too much light and grazing angles make matching fail.
            level = np.float32(0.5) * min(max((dark - light) / dark, zero), one)
            level += part * min(max((light - bright) / bright, zero), one)
            level += part * min(max((slope - steep) / bright, zero), one)
            level = base + factor * level
            if mirrors:
                level += mirror * confusing[y, x]
            if one - blobs[y, x] < min(max(level, least), most) or (edge[y, x] and single[y, x] < edge_share):
                hidden[y, x] = 1


def _edges(z: Floats, jump_m: float) -> npt.NDArray[np.bool_]:
    kernel = np.ones((3, 3), np.uint8)
    return np.asarray(cv2.morphologyEx(z, cv2.MORPH_GRADIENT, kernel) > jump_m, np.bool_)
