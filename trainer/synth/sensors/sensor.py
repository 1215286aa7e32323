"""Cameras: noise, exposure and geometry that turn a noiseless image into a picture.

All classes of scenes pass through these functions with parameters from the same distributions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt
from numba import njit

from fasdemo.frames import Intrinsics
from trainer.synth.people.portrait import to_srgb
from trainer.synth.sensors.infrared import IrCamera, draw_ir_camera, exposed
from trainer.synth.sensors.noise_fields import colour_window

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


_INNER_WEIGHT = 0.6
"""Metering weight above which a pixel belongs to the metered middle."""
_MAX_PERCENTILE_PX = 16384
_LUMINANCE = np.array([0.3, 0.6, 0.1], np.float32)
_GREY = np.ones(1, np.float32)


@njit(cache=True, fastmath=True, error_model="numpy")
def _metered(
    image: Floats, colours: Floats, added: float, limit: float, weight: Floats, inner: Floats
) -> tuple[float, int]:  # fmt: skip
    """Return the weighted mean luminance of (h, w, c), and put the luminance of inner pixels into `inner`."""
    total = weights = 0.0
    count = 0
    for y in range(image.shape[0]):
        for x in range(image.shape[1]):
            level = added
            for c in range(image.shape[2]):
                level += image[y, x, c] * colours[c]
            level = min(level, limit)
            share = weight[y, x]
            total += level * share
            weights += share
            if share > _INNER_WEIGHT:
                inner[count] = level
                count += 1
    return total / weights, count


def _gain(
    image: Floats, colours: Floats, weight: Floats, target: float, brightest: float = 0.95, added: float = 0.0,
    limit: float = np.inf,
) -> float:  # fmt: skip
    """Return the gain at which a metered mean reaches `target` and few pixels of the middle exceed `brightest`.

    Args:
        image: linear picture (h, w, channels).
        colours: weights of the channels in the luminance.
        weight: float32 (h, w): weights of the metering.
        target: linear, 1 = white.
        brightest: linear, 1 = white.
        added: stray light, added to every luminance.
        limit: larger luminances count as this one.
    """
    inner = np.empty(weight.size, np.float32)
    metered, count = _metered(image, colours, added, limit, weight, inner)
    bright = float(np.percentile(thinned(inner[:count]), 93)) if count else metered
    return min(target / max(metered, 1e-5), brightest / max(bright, 1e-5))


def thinned(values: Floats) -> Floats:
    """Return every k-th of many values, which suffice for a percentile."""
    return values[:: len(values) // _MAX_PERCENTILE_PX + 1]


def centre_weight(height: int, width: int, centre: tuple[float, float], radius: float) -> Floats:
    """Return metering weights (height, width): high around the subject, low elsewhere."""
    across, down = (
        np.exp(-((np.arange(length) - middle) ** 2) / (2 * radius**2)).astype(np.float32)
        for length, middle in ((width, centre[0]), (height, centre[1]))
    )
    return np.asarray(np.float32(0.15) + down[:, None] * across, np.float32)


_GRAIN_PX = 0.7
_GRAIN_NOISE = 0.645
"""Standard deviation of the noise per one of the parameters', since a camera averages neighbouring pixels."""


def expose_rgb(linear: Floats, params: ExposureParams, weight: Floats, rng: Rng) -> npt.NDArray[np.uint8]:
    """Convert linear radiance (h, w, 3) to the 8-bit picture of a webcam."""
    image = np.ascontiguousarray(_blurred(linear, params.blur, params.motion), np.float32)
    veil = (params.veil * np.asarray(cv2.mean(image)[:3])).astype(np.float32)
    gain = _gain(image, _LUMINANCE, weight, params.exposure, added=float(veil @ _LUMINANCE))
    noise = colour_window((image.shape[0], image.shape[1]), _GRAIN_PX, rng)
    gains = np.array([gain * params.white[0], gain, gain * params.white[1]], np.float32)
    return _developed(image, params, noise, _GRAIN_NOISE, gains, veil)


_TONES_PER_WHITE = 4096
_MAX_WHITE = 2


def _tones(contrast: float) -> Floats:
    """Return the tone curve at multiples of 1 / `_TONES_PER_WHITE` of white, encoded in sRGB, 0 to 1."""
    light = np.arange(_MAX_WHITE * _TONES_PER_WHITE + 1) / _TONES_PER_WHITE
    # A soft shoulder prevents hard clipping of lamps and white paper.
    light = np.where(light > 0.75, 0.75 + 0.25 * np.tanh((light - 0.75) / 0.25), light)
    return np.asarray(np.clip((to_srgb(light) - 0.5) * contrast + 0.5, 0, 1), np.float32)


@njit(cache=True, fastmath=True, error_model="numpy")
def _encode(
    image: Floats, added: Floats, gains: Floats, noise: Floats, read: float, shot: float, tones: Floats, result: Floats
) -> None:  # fmt: skip
    """Amplify pixels (h, w, 3), add noise of variance `read + shot * light`, and apply the tone curve."""
    last = np.float32(len(tones) - 1.01)
    per_white = np.float32(_TONES_PER_WHITE)
    zero, most = np.float32(0.0), np.float32(1.5)
    constant, growing = np.float32(read), np.float32(shot)
    for y in range(image.shape[0]):
        for x in range(image.shape[1]):
            for c in range(3):
                light = (image[y, x, c] + added[c]) * gains[c]
                light += noise[y, x, c] * np.sqrt(constant + growing * min(max(light, zero), most))
                at = min(max(light * per_white, zero), last)
                low = int(at)
                result[y, x, c] = tones[low] + (tones[low + 1] - tones[low]) * (at - np.float32(low))


@njit(cache=True, fastmath=True, error_model="numpy")
def _digitise(encoded: Floats, soft: Floats, amount: float, picture: npt.NDArray[np.uint8]) -> None:
    """Sharpen by `amount` of the difference from a blurred picture, and round (h, w, 3) to 8 bits, blue first."""
    share = np.float32(amount)
    for y in range(encoded.shape[0]):
        for x in range(encoded.shape[1]):
            for c in range(3):
                value = encoded[y, x, c]
                value += share * (value - soft[y, x, c])
                value = min(max(value, np.float32(0.0)), np.float32(1.0))
                picture[y, x, 2 - c] = np.uint8(value * np.float32(255.0) + np.float32(0.5))


def develop(image: Floats, params: ExposureParams, noise: npt.NDArray[np.floating]) -> npt.NDArray[np.uint8]:
    """Convert an exposed linear picture (h, w, 3), white = 1, to 8 bit: noise, tone curve, sharpening and JPEG.

    Args:
        image: the picture after gain and white balance.
        params: noise, contrast, sharpening and JPEG quality.
        noise: noise of standard deviation 1 and of the picture's shape.
    """
    fields = np.ascontiguousarray(noise, np.float32)
    ready = np.ascontiguousarray(image, np.float32)
    return _developed(ready, params, fields, 1.0, np.ones(3, np.float32), np.zeros(3, np.float32))


def _developed(
    image: Floats, params: ExposureParams, noise: Floats, factor: float, gains: Floats, added: Floats
) -> npt.NDArray[np.uint8]:  # fmt: skip
    """Develop a linear picture after adding `added` (3,) and multiplying by `gains` (3,), with noise times `factor`."""
    encoded = np.empty(image.shape, np.float32)
    read, shot = params.noise * factor, params.shot_noise * factor
    _encode(image, added, gains, noise, read**2, shot**2 * 0.3, _tones(params.contrast), encoded)
    soft, amount = encoded, 0.0
    if params.sharpen > 0.05:
        soft, amount = np.asarray(cv2.GaussianBlur(encoded, (0, 0), 1.2), np.float32), params.sharpen
    picture = np.empty(image.shape, np.uint8)
    _digitise(encoded, soft, amount, picture)
    _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, params.jpeg])
    decoded = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
    return np.asarray(cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB), np.uint8)


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
    """Return the brightness of the projector's dots (h, w) on surfaces at `depth_m`; their mean is about 1."""
    if not _DOTS:
        _DOTS.append(_dot_pattern())
    x = (np.arange(depth_m.shape[1], dtype=np.float32) - np.float32(camera.cx)) * np.float32(700.0 / camera.fx)
    y = (np.arange(depth_m.shape[0], dtype=np.float32) - np.float32(camera.cy)) * np.float32(700.0 / camera.fy)
    shift = np.float32(baseline_m * 0.6 * 700.0) / np.where(depth_m > 0, depth_m, np.float32(10.0))
    u = shift + (x + np.float32(1024.0))
    v = np.broadcast_to((y + np.float32(1024.0))[:, None], u.shape)
    dots = cv2.remap(_DOTS[0], u, np.ascontiguousarray(v), cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
    return np.asarray(dots, np.float32)


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
        strength = params.dot_gain
        dots = _dots(depth_m, camera, preset.baseline_m)
        dots *= np.float32(strength / (1 + strength))
        dots += np.float32(1 / (1 + strength))
        image = np.multiply(image, dots, out=dots)
    image = np.ascontiguousarray(_blurred(image, params.ir.blur))
    # A saturated window in the background counts as bright, but not with its full radiance, since metering is limited.
    inner = image[weight > _INNER_WEIGHT]
    limit = 5 * float(np.median(thinned(inner))) + 1e-4 if inner.size else np.inf
    gain = _gain(image[..., None], _GREY, weight, params.ir.exposure, params.ir.burn, limit=limit)
    return exposed(image, gain, params.ir, rng)
