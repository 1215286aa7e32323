"""Cameras: noise, exposure and geometry that turn a noiseless image into a picture.

All classes of scenes pass through these functions with parameters from the same distributions.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt
from numba import njit

from fasdemo.frames import Intrinsics
from trainer.synth.people.portrait import to_srgb
from trainer.synth.sensors.infrared import IrCamera, draw_ir_camera, exposed

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
        baseline_m: distance between the two imagers, or projector and imager; its sign gives the side of the shadow.
        subpixel: standard deviation of the disparity, pixels (stereo, coded).
        noise_m: standard deviation at 1 m (time of flight), proportional to distance squared over reflectance.
        step: disparity quantum, pixels.
        grain: correlation length of the noise, pixels, which is the size of the matching block.
        unit_m: depth unit of the 16-bit image; a setup may use another one (`depth.draw_unit`).
        near_m, far_m: range in which readings are given.
        dots: whether the projector's dots show in the infrared image while the emitter is on.

    Focal lengths and baselines from Intel's D400 family and SR300 data sheets (D415 65 x 40 degrees and 55 mm, D435
    87 x 58 and 50 mm, D455 87 x 58 and 95 mm); subpixel noise so that a plane's residual meets the measured
    0.48-0.73 mm at 15-31 cm and at most 2 % at 2 m. `truedepth`: a phone's structured light, whose driver delivers
    filled and smoothed depth (fine residual of a face 0.8 mm at 0.33 m). `kinect2`: 512 x 424 pixels of 365 pixels'
    focal length, 0.5-4.5 m, noise 1-2 mm at 1 m, registered to a colour camera of more pixels.
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
    match: float = 0.0014
    """Standard deviation of the error of single matches as a share of the disparity, at any distance."""


PRESETS = {
    preset.name: preset
    for preset in (
        SensorPreset("d415", "stereo", 616.0, 890.0, 0.055, 0.11, 0.0, 1 / 32, 0.9, 0.001, 0.16, 6.0, True),
        SensorPreset("d435", "stereo", 615.0, 640.0, 0.050, 0.12, 0.0, 1 / 32, 0.9, 0.001, 0.17, 6.0, True),
        SensorPreset("d455", "stereo", 388.0, 640.0, 0.095, 0.13, 0.0, 1 / 32, 0.9, 0.001, 0.24, 6.0, True),
        SensorPreset("sr300", "coded", 617.0, 475.0, 0.026, 0.045, 0.0, 1 / 64, 0.9, 0.000125, 0.12, 1.9, False, 0.001),
        SensorPreset("tof", "tof", 505.0, 505.0, 0.012, 0.0, 0.0022, 0.0, 0.6, 0.001, 0.15, 4.0, False),
        SensorPreset(
            "truedepth", "coded", 590.0, 590.0, 0.027, 0.07, 0.0, 1 / 64, 1.6, 0.0001, 0.15, 1.4, False, 0.001
        ),
        SensorPreset("kinect2", "tof", 530.0, 365.0, 0.0, 0.0, 0.0018, 0.0, 0.55, 0.001, 0.5, 4.5, False),
    )
}

DEFAULT_SENSORS = {
    "d435": 0.32,
    "d415": 0.16,
    "d455": 0.08,
    "sr300": 0.08,
    "tof": 0.08,
    "truedepth": 0.12,
    "kinect2": 0.16,
}
"""Weights of the presets in a data set."""


@dataclass(frozen=True)
class ExposureParams:
    """All random parameters of one exposure.

    Attributes:
        blur: standard deviation of lens and focus blur, pixels; `motion`: length and angle of motion blur.
        exposure: target mean brightness of the middle of the frame, linear.
        noise: standard deviation of read noise relative to white; `shot_noise`: photon noise of a white pixel.
        white: gains of red and blue; `contrast`: of the tone curve; `sharpen`: amount of unsharp masking.
        jpeg: quality of the JPEG stream.
        ir: parameters of the infrared camera.
        projector: state of the dot projector.
        dot_gain: brightness of the dots relative to the even light.
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
    ir: IrCamera
    projector: Projector
    dot_gain: float
    metering: float
    """Radius of the metered area around the face, in eye distances; small = the camera exposes for the face."""
    veil: float
    """Stray light in the lens as a share of the mean brightness; it brightens the darkest parts."""


def draw_exposure_params(rng: Rng, projector: Projector) -> ExposureParams:
    """Draw the parameters of a random exposure."""
    motion = float(rng.gamma(1.2, 0.7)) if rng.random() < 0.4 else 0.0
    return ExposureParams(
        blur=float(np.clip(rng.gamma(3.0, 0.22), 0.2, 2.2)),
        motion=(min(motion, 6.0), float(rng.uniform(0, np.pi))),
        exposure=float(np.exp(rng.normal(np.log(0.19), 0.36))),
        noise=float(np.exp(rng.normal(np.log(0.004), 0.6))),
        shot_noise=float(np.exp(rng.normal(np.log(0.018), 0.6))),
        white=(float(rng.normal(1.0, 0.05)), float(rng.normal(1.0, 0.06))),
        contrast=float(np.clip(rng.normal(1.0, 0.16), 0.6, 1.5)),
        sharpen=float(rng.uniform(0.0, 0.7)),
        jpeg=int(rng.integers(78, 99)),
        ir=draw_ir_camera(rng),
        projector=projector,
        dot_gain=float(rng.uniform(0.08, 0.6)),
        metering=float(rng.uniform(0.7, 1.9)),
        veil=float(rng.beta(1.0, 4.0)) * 0.25,
    )


def _blurred(image: Floats, sigma: float, motion: tuple[float, float] = (0.0, 0.0)) -> Floats:
    result = np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), np.float32) if sigma > 0.25 else image
    length, angle = motion
    if length > 0.7:
        size = int(2 * np.ceil(length / 2) + 1)
        kernel = np.zeros((size, size), np.float32)
        middle = size // 2
        for t in np.linspace(-length / 2, length / 2, 8 * size):
            x, y = middle + t * np.cos(angle), middle + t * np.sin(angle)
            kernel[int(np.clip(round(y), 0, size - 1)), int(np.clip(round(x), 0, size - 1))] += 1
        result = np.asarray(cv2.filter2D(result, -1, kernel / kernel.sum()), np.float32)
    return result


def _gain(luminance: Floats, weight: Floats, target: float, brightest: float = 0.95) -> float:
    """Return the gain at which a metered mean reaches `target` and few pixels of the middle exceed `brightest`."""
    metered = float((luminance * weight).sum() / weight.sum())
    inner = luminance[weight > 0.6]
    bright = float(np.percentile(inner, 93)) if inner.size else metered
    return min(target / max(metered, 1e-5), brightest / max(bright, 1e-5))


def centre_weight(height: int, width: int, centre: tuple[float, float], radius: float) -> Floats:
    """Return metering weights (height, width): high around the subject, low elsewhere."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    inner = np.exp(-(((x - centre[0]) ** 2 + (y - centre[1]) ** 2) / (2 * radius**2)))
    return np.asarray(0.15 + inner, np.float32)


def expose_rgb(linear: Floats, params: ExposureParams, weight: Floats, rng: Rng) -> npt.NDArray[np.uint8]:
    """Convert linear radiance (h, w, 3) to the 8-bit picture of a webcam."""
    image = _blurred(linear, params.blur, params.motion)
    image = image + np.float32(params.veil) * image.mean((0, 1))
    image = image * np.float32(_gain(image @ np.array([0.3, 0.6, 0.1], np.float32), weight, params.exposure))
    image = image * np.array([params.white[0], 1.0, params.white[1]], np.float32)
    noise = rng.standard_normal(image.shape, np.float32)
    return develop(image, params, cv2.GaussianBlur(noise, (0, 0), 0.7) * 1.6)


_TONES_PER_WHITE = 4096
_MAX_WHITE = 2


def _tones(contrast: float) -> Floats:
    """Return the tone curve at multiples of 1 / `_TONES_PER_WHITE` of white, encoded in sRGB, 0 to 1."""
    light = np.arange(_MAX_WHITE * _TONES_PER_WHITE + 1) / _TONES_PER_WHITE
    # A soft shoulder prevents hard clipping of lamps and white paper.
    light = np.where(light > 0.75, 0.75 + 0.25 * np.tanh((light - 0.75) / 0.25), light)
    return np.asarray(np.clip((to_srgb(light) - 0.5) * contrast + 0.5, 0, 1), np.float32)


@njit(cache=True, fastmath=True, error_model="numpy")
def _encode(image: Floats, noise: Floats, read: float, shot: float, tones: Floats, result: Floats) -> None:
    """Add noise of variance `read + shot * image` and apply the tone curve, for every value of flat arrays."""
    last = len(tones) - 1
    for i in range(len(image)):
        value = image[i]
        value += noise[i] * sqrt(read + shot * min(max(value, 0.0), 1.5))
        at = min(max(value * _TONES_PER_WHITE, 0.0), last - 0.01)
        low = int(at)
        result[i] = tones[low] + (tones[low + 1] - tones[low]) * (at - low)


def develop(image: Floats, params: ExposureParams, noise: npt.NDArray[np.floating]) -> npt.NDArray[np.uint8]:
    """Convert an exposed linear picture (h, w, 3), white = 1, to 8 bit: noise, tone curve, sharpening and JPEG.

    Args:
        image: the picture after gain and white balance.
        params: noise, contrast, sharpening and JPEG quality.
        noise: noise of standard deviation 1 and of the picture's shape.
    """
    encoded = np.empty(image.shape, np.float32)
    _encode(
        np.ascontiguousarray(image, np.float32).reshape(-1), np.ascontiguousarray(noise, np.float32).reshape(-1),
        params.noise**2, params.shot_noise**2 * 0.3, _tones(params.contrast), encoded.reshape(-1),
    )  # fmt: skip
    if params.sharpen > 0.05:
        encoded = encoded + np.float32(params.sharpen) * (encoded - cv2.GaussianBlur(encoded, (0, 0), 1.2))
    picture = np.round(np.clip(encoded, 0, 1) * 255).astype(np.uint8)
    _, data = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, params.jpeg])
    decoded = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
    return np.ascontiguousarray(decoded[..., ::-1])


def _dot_pattern() -> Floats:
    """Return the projector's dots in its own image plane, 2048 x 2048 pixels of 1 / 700 radian, repeating."""
    rng = np.random.default_rng(850)
    size = 2048
    pattern = np.zeros((size, size), np.float32)
    cell = 11
    y, x = np.mgrid[0 : size - cell : cell, 0 : size - cell : cell]
    y = (y + rng.uniform(1, cell - 1, y.shape)).astype(int).ravel()
    x = (x + rng.uniform(1, cell - 1, x.shape)).astype(int).ravel()
    pattern[y % size, x % size] = rng.uniform(0.5, 1.0, len(y)).astype(np.float32)
    soft = np.asarray(cv2.GaussianBlur(pattern, (0, 0), 1.25), np.float32)
    return np.asarray(soft / soft.mean(), np.float32)


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
    return np.asarray(
        cv2.remap(pattern, u.astype(np.float32), v.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP),
        np.float32,
    )


def expose_ir(
    linear: Floats,
    depth_m: Floats,
    preset: SensorPreset,
    camera: Intrinsics,
    params: ExposureParams,
    weight: Floats,
    rng: Rng,
) -> npt.NDArray[np.uint8]:
    """Convert infrared radiance (h, w) to the camera's 8-bit image, with dots if the preset's projector is on."""
    image = linear
    if preset.dots and params.projector == "on":
        dots = _dots(depth_m, camera, preset.baseline_m)
        strength = np.float32(params.dot_gain)
        image = np.asarray(image * (1 + strength * dots) / (1 + strength), np.float32)
    image = _blurred(image, params.ir.blur)
    # A saturated window in the background counts as bright, but not with its full radiance, since metering is limited.
    inner = image[weight > 0.6]
    seen = np.minimum(image, 5 * float(np.median(inner)) + 1e-4) if inner.size else image
    gain = _gain(np.asarray(seen, np.float32), weight, params.ir.exposure, params.ir.burn)
    return exposed(image, gain, params.ir, rng)
