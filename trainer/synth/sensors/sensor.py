"""Cameras: what noise, exposure and geometry make of a noiseless image.

Every class of scene passes through these functions with parameters from the same distributions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast

import cv2
import numpy as np
import numpy.typing as npt
from numba import njit

from fasdemo.frames import Intrinsics
from trainer.synth.people.portrait import to_srgb

Floats = npt.NDArray[np.float32]
Rng = np.random.Generator

Projector = Literal["on", "off", "interleaved"]


@dataclass(frozen=True)
class SensorPreset:
    """A depth camera.

    Attributes:
        principle: `stereo` (active, dot projector), `coded` (coded light) or `tof` (time of flight).
        rgb_fx: focal length of the RGB camera in pixels at 640 x 480, to which depth and IR are registered.
        depth_fx: focal length of the depth image in pixels of its own width.
        baseline_m: between the two imagers, or projector and imager; the sign of the shadow follows it.
        subpixel: standard deviation of the disparity, pixels (stereo, coded).
        noise_m: standard deviation at 1 m (time of flight), growing with distance squared over reflectance.
        step: disparity quantum, pixels.
        grain: correlation length of the noise, pixels: the size of the matching block.
        unit_m: depth unit of the 16-bit image.
        near_m, far_m: the range in which a reading is given.
        dots: the projector's dots show in the infrared image unless the emitter is off.

    Focal lengths and baselines from Intel's D400 family and SR300 data sheets (D415 65 x 40 degrees and 55 mm, D435
    87 x 58 and 50 mm, D455 87 x 58 and 95 mm); subpixel noise so that a plane's residual meets the measured
    0.48-0.73 mm at 15-31 cm and at most 2 % at 2 m.
    """

    name: str
    principle: Literal["stereo", "coded", "tof"]
    rgb_fx: float
    depth_fx: float
    baseline_m: float
    subpixel: float
    noise_m: float
    step: float
    grain: float
    unit_m: float
    near_m: float
    far_m: float
    dots: bool


PRESETS = {
    preset.name: preset
    for preset in (
        SensorPreset("d415", "stereo", 616.0, 890.0, 0.055, 0.11, 0.0, 1 / 32, 1.6, 0.001, 0.16, 6.0, True),
        SensorPreset("d435", "stereo", 615.0, 640.0, 0.050, 0.12, 0.0, 1 / 32, 1.6, 0.001, 0.17, 6.0, True),
        SensorPreset("d455", "stereo", 388.0, 640.0, 0.095, 0.13, 0.0, 1 / 32, 1.6, 0.001, 0.24, 6.0, True),
        SensorPreset("sr300", "coded", 617.0, 475.0, 0.026, 0.045, 0.0, 1 / 64, 0.9, 0.000125, 0.12, 1.9, False),
        SensorPreset("tof", "tof", 505.0, 505.0, 0.012, 0.0, 0.0022, 0.0, 0.6, 0.001, 0.15, 4.0, False),
    )
}


@dataclass(frozen=True)
class Shot:
    """Everything random about one exposure.

    Attributes:
        blur: standard deviation of the lens's and focus's blur, pixels; `motion`: length and angle of motion blur.
        exposure: mean brightness aimed at for the middle of the frame, linear.
        noise: standard deviation of read noise as a share of white; `shot_noise`: of a white pixel's photon noise.
        white: gains of red and blue; `contrast`: of the tone curve; `sharpen`: unsharp amount.
        jpeg: quality of the stream.
        ir_exposure, ir_noise, ir_blur: the same for the infrared image.
        projector: state of the dot projector.
        dot_gain: how bright dots are beside the even light.
    """

    blur: float
    motion: tuple[float, float]
    exposure: float
    noise: float
    shot_noise: float
    white: tuple[float, float]
    contrast: float
    sharpen: float
    jpeg: int
    ir_exposure: float
    ir_noise: float
    ir_blur: float
    projector: Projector
    dot_gain: float
    metering: float
    """Radius of the metered surroundings of the face, in eye distances; small = the camera exposes for the face."""
    veil: float
    """Stray light in the lens as a share of the mean brightness; it greys the darkest parts."""


def draw_shot(rng: Rng, projector: Projector) -> Shot:
    """A random exposure."""
    motion = float(rng.gamma(1.2, 0.7)) if rng.random() < 0.4 else 0.0
    return Shot(
        blur=float(np.clip(rng.gamma(3.0, 0.22), 0.2, 2.2)),
        motion=(min(motion, 6.0), float(rng.uniform(0, np.pi))),
        exposure=float(np.exp(rng.normal(np.log(0.19), 0.36))),
        noise=float(np.exp(rng.normal(np.log(0.004), 0.6))),
        shot_noise=float(np.exp(rng.normal(np.log(0.018), 0.6))),
        white=(float(rng.normal(1.0, 0.05)), float(rng.normal(1.0, 0.06))),
        contrast=float(np.clip(rng.normal(1.0, 0.16), 0.6, 1.5)),
        sharpen=float(rng.uniform(0.0, 0.7)),
        jpeg=int(rng.integers(78, 99)),
        ir_exposure=float(np.exp(rng.normal(np.log(0.30), 0.22))),
        ir_noise=float(np.exp(rng.normal(np.log(0.012), 0.5))),
        ir_blur=float(np.clip(rng.gamma(3.0, 0.2), 0.2, 1.6)),
        projector=projector,
        dot_gain=float(rng.uniform(0.08, 0.6)),
        metering=float(rng.uniform(0.7, 1.9)),
        veil=float(rng.beta(1.0, 4.0)) * 0.25,
    )


def _blurred(image: Floats, sigma: float, motion: tuple[float, float] = (0.0, 0.0)) -> Floats:
    result = cast(Floats, cv2.GaussianBlur(image, (0, 0), sigma)) if sigma > 0.25 else image
    length, angle = motion
    if length > 0.7:
        size = int(2 * np.ceil(length / 2) + 1)
        kernel = np.zeros((size, size), np.float32)
        middle = size // 2
        for t in np.linspace(-length / 2, length / 2, 8 * size):
            x, y = middle + t * np.cos(angle), middle + t * np.sin(angle)
            kernel[int(np.clip(round(y), 0, size - 1)), int(np.clip(round(x), 0, size - 1))] += 1
        result = cast(Floats, cv2.filter2D(result, -1, kernel / kernel.sum()))
    return result


def _gain(luminance: Floats, weight: Floats, target: float) -> float:
    """Exposure gain: a metered mean reaches `target`, and little of what the middle shows burns out."""
    metered = float((luminance * weight).sum() / weight.sum())
    inner = luminance[weight > 0.6]
    bright = float(np.percentile(inner, 93)) if inner.size else metered
    return min(target / max(metered, 1e-5), 0.95 / max(bright, 1e-5))


def centre_weight(height: int, width: int, centre: tuple[float, float], radius: float) -> Floats:
    """Metering weights: all of the frame a little, the surroundings of the subject more."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    inner = np.exp(-(((x - centre[0]) ** 2 + (y - centre[1]) ** 2) / (2 * radius**2)))
    return cast(Floats, (0.15 + inner).astype(np.float32))


def expose_rgb(linear: Floats, shot: Shot, weight: Floats, rng: Rng) -> npt.NDArray[np.uint8]:
    """Linear radiance (h, w, 3) to the 8-bit picture that a webcam delivers."""
    image = _blurred(linear, shot.blur, shot.motion)
    image = image + np.float32(shot.veil) * image.mean((0, 1))
    image = image * np.float32(_gain(image @ np.array([0.3, 0.6, 0.1], np.float32), weight, shot.exposure))
    image = image * np.array([shot.white[0], 1.0, shot.white[1]], np.float32)
    noise = rng.standard_normal(image.shape, np.float32)
    noise = cv2.GaussianBlur(noise, (0, 0), 0.7) * 1.6
    image = image + noise * np.sqrt(shot.noise**2 + shot.shot_noise**2 * np.clip(image, 0, 1.5) * 0.3).astype(
        np.float32
    )
    # A soft shoulder keeps lamps and white paper from clipping hard.
    image = np.where(image > 0.75, 0.75 + 0.25 * np.tanh((image - 0.75) / 0.25), image)
    encoded = to_srgb(image)
    encoded = np.clip((encoded - 0.5) * np.float32(shot.contrast) + 0.5, 0, 1)
    if shot.sharpen > 0.05:
        encoded = encoded + np.float32(shot.sharpen) * (encoded - cv2.GaussianBlur(encoded, (0, 0), 1.2))
    picture = np.round(np.clip(encoded, 0, 1) * 255).astype(np.uint8)
    _, data = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, shot.jpeg])
    decoded = cast("npt.NDArray[np.uint8]", cv2.imdecode(data, cv2.IMREAD_COLOR))
    return np.ascontiguousarray(decoded[..., ::-1])


def _dot_pattern() -> Floats:
    """The projector's dots in its own image plane, 2048 x 2048 pixels of 1 / 700 radian, repeating."""
    rng = np.random.default_rng(850)
    size = 2048
    pattern = np.zeros((size, size), np.float32)
    cell = 11
    y, x = np.mgrid[0 : size - cell : cell, 0 : size - cell : cell]
    y = (y + rng.uniform(1, cell - 1, y.shape)).astype(int).ravel()
    x = (x + rng.uniform(1, cell - 1, x.shape)).astype(int).ravel()
    pattern[y % size, x % size] = rng.uniform(0.5, 1.0, len(y)).astype(np.float32)
    soft = cast(Floats, cv2.GaussianBlur(pattern, (0, 0), 1.25))
    return cast(Floats, (soft / soft.mean()).astype(np.float32))


_DOTS: list[Floats] = []


def _dots(depth_m: Floats, camera: Intrinsics, baseline_m: float) -> Floats:
    if not _DOTS:
        _DOTS.append(_dot_pattern())
    pattern = _DOTS[0]
    y, x = np.mgrid[: depth_m.shape[0], : depth_m.shape[1]].astype(np.float32)
    z = np.where(depth_m > 0, depth_m, 10.0)
    ray_x, ray_y = (x - camera.cx) / camera.fx, (y - camera.cy) / camera.fy
    u = (ray_x + baseline_m * 0.6 / z) * 700.0 + 1024.0
    v = ray_y * 700.0 + 1024.0
    return cast(
        Floats,
        cv2.remap(pattern, u.astype(np.float32), v.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP),
    )


def expose_ir(
    linear: Floats, depth_m: Floats, preset: SensorPreset, camera: Intrinsics, shot: Shot, weight: Floats, rng: Rng
) -> npt.NDArray[np.uint8]:
    """Infrared radiance (h, w) to the camera's 8-bit image; dots where the projector is on and the sensor has one."""
    image = linear
    if preset.dots and shot.projector == "on":
        dots = _dots(depth_m, camera, preset.baseline_m)
        gain = np.float32(shot.dot_gain)
        image = cast(Floats, (image * (1 + gain * dots) / (1 + gain)).astype(np.float32))
    image = _blurred(image, shot.ir_blur)
    image = image * np.float32(_gain(image, weight, shot.ir_exposure))
    noise = rng.standard_normal(image.shape, np.float32)
    image = image + noise * np.sqrt(shot.ir_noise**2 + (1.5 * shot.ir_noise) ** 2 * np.clip(image, 0, 1)).astype(
        np.float32
    )
    # Stereo cameras deliver their infrared nearly linear.
    return cast("npt.NDArray[np.uint8]", np.round(np.clip(image, 0, 1) ** 0.75 * 255).astype(np.uint8))


@njit(cache=True)
def _occluded(disparity: Floats, hidden: npt.NDArray[np.bool_]) -> None:
    """Mark pixels that the second imager, to the right, cannot see: nearer things cover them."""
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
    """What varies in a depth camera's state from setup to setup.

    Attributes:
        noise: multiplies the preset's noise; holes: share of the surface that blobs of lost matches take;
        filled: 0..1, how much of the holes the camera's own filter closes; flying: rate of mixed pixels at edges.
    """

    noise: float
    holes: float
    filled: float


def draw_quality(rng: Rng) -> DepthQuality:
    """A random state."""
    return DepthQuality(
        noise=float(np.exp(rng.normal(0.0, 0.3))),
        holes=float(rng.beta(0.6, 40.0)),
        filled=float(rng.random() < 0.4) * float(rng.uniform(0.3, 1.0)),
    )


def measure_depth(
    depth_m: Floats, ir: Floats, confusing: Floats | None, preset: SensorPreset, camera: Intrinsics,
    quality: DepthQuality, projector: Projector, weight: Floats, rng: Rng,
) -> npt.NDArray[np.uint16]:  # fmt: skip
    """True depth (h, w) to the 16-bit image of the preset, registered to the RGB camera.

    `ir` is the noiseless infrared radiance, which decides how sure a reading is; `confusing` (h, w) in [0, 1], if
    given, is how much a surface misleads the sensor (a mirroring screen). `weight` meters as in `expose_ir`.
    """
    present = depth_m > 0
    z = np.where(present, depth_m, preset.far_m * 2).astype(np.float32)
    # Pixels of the depth camera on the RGB grid: the same noise seen through another focal length.
    ratio = camera.fx / preset.depth_fx
    # The camera exposes for what the middle of its frame shows: there the signal is about 1.
    signal = ir / max(float((ir * weight).sum() / weight.sum()), 1e-6)
    weak = 1.0 / np.sqrt(np.clip(signal, 0.05, 4.0))
    if preset.principle == "stereo" and projector == "off":
        weak = weak * 2.2
    hidden = np.zeros(z.shape, bool)
    if preset.principle == "tof":
        sigma = preset.noise_m * z**2 * weak * quality.noise + 0.0006
        white = rng.standard_normal(z.shape, np.float32)
        measured = cv2.bilateralFilter(z, 3, 0.02, 1.0) + sigma * white
        # Multipath: concave and dark places read a little far.
        measured = measured + 0.0015 * (weak - 1.0)
        edge = _edges(z, 0.03)
        mixed = cv2.blur(z, (3, 3))
        flying = edge & (rng.random(z.shape) < 0.35)
        measured = np.where(flying, mixed, measured)
    else:
        focal_baseline = preset.depth_fx * preset.baseline_m
        disparity = (focal_baseline / z).astype(np.float32)
        # A matching block wins for its nearest content: silhouettes grow by about half a block.
        block = 3 if preset.principle == "coded" else 5
        fat = cv2.dilate(disparity, np.ones((block, block), np.uint8))
        grow = _smooth_noise(z.shape, 3.0, rng) > (0.3 if preset.principle == "stereo" else 1.2)
        disparity = np.where(grow & (fat - disparity > 0.5), fat, disparity)
        smooth = cv2.bilateralFilter(disparity, 5, 0.6, 1.5)
        if preset.principle == "stereo":
            disparity = cast(Floats, smooth)
        noise = (
            _smooth_noise(z.shape, preset.grain * max(ratio, 0.6), rng) * 0.8 + _smooth_noise(z.shape, 6.0, rng) * 0.5
        )
        # Rectification is never perfect: a slow ripple that grows with the distance.
        disparity = disparity * (1 + np.float32(0.0017 * quality.noise) * _smooth_noise(z.shape, 14.0, rng))
        disparity = disparity + (preset.subpixel * quality.noise * np.minimum(weak, 4.0) * noise).astype(np.float32)
        disparity = np.round(disparity / preset.step) * preset.step
        measured = focal_baseline / np.maximum(disparity, 1e-3)
        _occluded((camera.fx * preset.baseline_m / z).astype(np.float32), hidden)
    hole = _holes(z, signal, confusing, preset, quality, projector, rng)
    hidden = cv2.morphologyEx(hidden.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)) > 0
    if confusing is not None:
        # A mirror shows what lies behind it: readings jump away from the pane in blobs.
        jump = _smooth_noise(z.shape, 9.0, rng)
        lost = (confusing > 0) & (jump > 2.6 - 1.5 * confusing)
        measured = np.where(lost, measured * (1 + 0.15 * np.abs(jump - 1.0)), measured)
    invalid = hidden | hole | ~present | (measured < preset.near_m) | (measured > preset.far_m)
    result = np.where(invalid | ~np.isfinite(measured), 0.0, measured).astype(np.float32)
    if quality.filled > 0:
        result = _fill(result, int(2 + 6 * quality.filled))
    return np.round(result / preset.unit_m).clip(0, 65535).astype(np.uint16)


def _smooth_noise(shape: tuple[int, ...], sigma: float, rng: Rng) -> Floats:
    """Gaussian noise of unit variance with a correlation length of `sigma` pixels."""
    factor = max(1, int(sigma / 2))
    small = rng.standard_normal((shape[0] // factor + 2, shape[1] // factor + 2), np.float32)
    s = sigma / factor
    small = cv2.GaussianBlur(small, (0, 0), s) * np.float32(2 * np.sqrt(np.pi) * s)
    if factor > 1:
        wide = (small.shape[1] * factor, small.shape[0] * factor)
        small = cast(Floats, cv2.resize(small, wide, interpolation=cv2.INTER_CUBIC))
    return small[: shape[0], : shape[1]]


def _edges(z: Floats, jump_m: float) -> npt.NDArray[np.bool_]:
    kernel = np.ones((3, 3), np.uint8)
    return (cv2.dilate(z, kernel) - cv2.erode(z, kernel)) > jump_m


def _holes(
    z: Floats, signal: Floats, confusing: Floats | None, preset: SensorPreset, quality: DepthQuality,
    projector: Projector, rng: Rng,
) -> npt.NDArray[np.bool_]:  # fmt: skip
    noise = _smooth_noise(z.shape, 4.0, rng)
    level = np.full(z.shape, quality.holes, np.float32)
    # Too little or too much light, and grazing surfaces, lose the match.
    level += 0.5 * np.clip((0.16 - signal) / 0.16, 0, 1) + 0.4 * np.clip((signal - 6.0) / 6.0, 0, 1)
    gy, gx = np.gradient(cv2.GaussianBlur(z, (0, 0), 1.0))
    slope = np.hypot(gx, gy) / np.maximum(z, 0.1) * 600.0
    level += 0.4 * np.clip((slope - 3.0) / 6.0, 0, 1)
    if confusing is not None:
        level += 0.35 * confusing
    if preset.principle == "stereo" and projector == "off":
        level += 0.02
    from scipy.special import ndtri

    threshold = ndtri(1 - np.clip(level, 1e-4, 0.97)).astype(np.float32)
    edge = _edges(z, 0.02) & (rng.random(z.shape) < (0.5 if preset.principle == "stereo" else 0.25))
    return cast("npt.NDArray[np.bool_]", (noise > threshold) | edge)


def _fill(depth: Floats, radius: int) -> Floats:
    """The camera's hole filter: holes up to about `radius` pixels take the farther neighbour's value."""
    result = depth.copy()
    for _ in range(radius):
        empty = result == 0
        if not empty.any():
            break
        result = np.where(empty, cv2.dilate(np.where(result == 0, 0, result), np.ones((1, 3), np.uint8)), result)
    return result
