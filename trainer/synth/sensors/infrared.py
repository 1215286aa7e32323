"""The infrared camera: lamp, exposure, tone curve, noise and digitisation, varied as widely as in real cameras.

The ranges were adjusted by comparing rendered live faces with statistics of real captures: Kinect v2 (linear, dark
background, strong contrast), near-infrared access cameras (face medians of 67 to 180 of 255, backgrounds from a tenth
of the face to saturated, flares of glasses, windows behind) and active stereo cameras. They are the same for all
classes.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from numba import njit

from trainer.synth.sensors.noise_fields import noise_window

Floats = npt.NDArray[np.float32]
Rng = np.random.Generator


@dataclass(frozen=True)
class IrCamera:
    """All random parameters of one infrared exposure.

    Attributes:
        exposure: target mean brightness around the face, linear, 1 = white.
        burn: limit of the brightest part of the face; above 1 skin saturates.
        gamma: exponent of the tone curve, 1 = linear; `knee`: level where highlights start to be compressed, 1 = clip.
        black: black level, added before digitisation; a negative one cuts the darkest parts.
        veil: stray light as a share of the frame's mean; greys a face in front of a bright background.
        vignette: darkening of the corners, as a share.
        spot: strength of the lamp's beam relative to its even light; `spot_at`: its middle, `spot_size`: its width,
            both in half widths of the frame.
        noise: standard deviation of read noise relative to white; `shot_noise`: photon noise of a white pixel.
        grain: correlation length of the noise, pixels; `columns`: noise common to the pixels of a column.
        blur: standard deviation of the lens blur, pixels; `coarse`: pixels of the frame per pixel of the sensor.
        sharpen: amount of unsharp masking; `smooth`: strength of the camera's own denoising.
        flare: spread of bright lights; `star`: the share of it in a cross.
        bits: bits of the digitisation; `jpeg`: quality of the stream, 0 = not compressed.
    """

    exposure: float = 0.30
    burn: float = 0.95
    gamma: float = 0.75
    knee: float = 1.0
    black: float = 0.0
    veil: float = 0.0
    vignette: float = 0.0
    spot: float = 0.0
    spot_at: tuple[float, float] = (0.0, 0.0)
    spot_size: float = 0.8
    noise: float = 0.006
    shot_noise: float = 0.009
    grain: float = 0.0
    columns: float = 0.0
    blur: float = 0.5
    coarse: float = 1.0
    sharpen: float = 0.0
    smooth: float = 0.0
    flare: float = 0.0
    star: float = 0.0
    bits: int = 8
    jpeg: int = 0


def _sometimes(rng: Rng, share: float, low: float, high: float) -> float:
    """Draw a value from the range with probability `share`, else 0."""
    value = float(rng.uniform(low, high))
    return value if rng.random() < share else 0.0


def draw_ir_camera(rng: Rng) -> IrCamera:
    """Draw a random camera and exposure, with the same distribution for live faces and attacks."""
    exposure = float(np.exp(rng.normal(np.log(0.19), 0.55)))
    noise = float(np.exp(rng.normal(np.log(0.007), 0.7)))
    return IrCamera(
        exposure=float(np.clip(exposure, 0.02, 0.7)),
        burn=float(rng.uniform(0.5, 0.95)) if rng.random() < 0.82 else float(rng.uniform(0.95, 1.7)),
        gamma=float(np.exp(rng.uniform(np.log(0.34), np.log(1.1)))),
        knee=float(rng.uniform(0.6, 1.0)) if rng.random() < 0.5 else 1.0,
        black=_sometimes(rng, 0.35, -0.04, 0.10),
        veil=float(rng.beta(1.0, 2.5)) if rng.random() < 0.5 else 0.0,
        vignette=_sometimes(rng, 0.5, 0.0, 0.6),
        spot=_sometimes(rng, 0.35, 0.2, 2.0),
        spot_at=(float(rng.normal(0, 0.35)), float(rng.normal(0, 0.3))),
        spot_size=float(rng.uniform(0.25, 0.9)),
        noise=noise,
        shot_noise=noise * float(rng.uniform(0.8, 2.5)),
        grain=_sometimes(rng, 0.5, 0.5, 1.3),
        columns=_sometimes(rng, 0.2, 0.1, 0.7),
        blur=float(np.clip(rng.gamma(3.0, 0.22), 0.2, 2.2)),
        coarse=float(rng.uniform(1.2, 2.8)) if rng.random() < 0.3 else 1.0,
        sharpen=_sometimes(rng, 0.4, 0.1, 1.2),
        smooth=_sometimes(rng, 0.3, 0.2, 1.0),
        flare=_sometimes(rng, 0.6, 0.1, 1.0),
        star=_sometimes(rng, 0.4, 0.2, 1.0),
        bits=int(rng.integers(6, 8)) if rng.random() < 0.12 else 8,
        jpeg=int(rng.integers(55, 97)) if rng.random() < 0.4 else 0,
    )


def _beam(shape: tuple[int, int], camera: IrCamera) -> tuple[Floats, Floats, Floats]:
    """Return the parts of the beam along rows and columns for `_lit`: squares (h + w,) and the spot's profiles."""
    height, width = shape
    y = (np.arange(height, dtype=np.float32) - (height - 1) / 2) / (width / 2)
    x = (np.arange(width, dtype=np.float32) - (width - 1) / 2) / (width / 2)
    across, down = (
        np.exp(-((axis - at) ** 2) / (2 * camera.spot_size**2)) for axis, at in zip((x, y), camera.spot_at, strict=True)
    )
    return np.concatenate([y * y, x * x]).astype(np.float32), across.astype(np.float32), down.astype(np.float32)


@njit(cache=True, fastmath=True, error_model="numpy")
def _lit(
    image: Floats, squares: Floats, across: Floats, down: Floats, vignette: float, spot: float, limit: float,
    result: Floats,
) -> float:  # fmt: skip
    """Multiply (h, w) by the lamp's beam and the lens's transmission; return the mean of the result up to `limit`."""
    height, width = image.shape
    corner, strength = np.float32(vignette / 1.5), np.float32(spot)
    middle = np.float32(1.0 / (1.0 + 0.7 * spot))
    one, most, highest = np.float32(1.0), np.float32(1.5), np.float32(limit)
    total = 0.0
    for y in range(height):
        row = 0.0
        for x in range(width):
            share = (one - corner * min(squares[y] + squares[height + x], most)) * middle
            value = image[y, x] * share * (one + strength * across[x] * down[y])
            result[y, x] = value
            row += min(value, highest)
        total += row
    return float(total / (height * width))


@njit(cache=True, fastmath=True, error_model="numpy")
def _amplify(image: Floats, added: float, gain: float) -> float:
    """Add stray light to (h, w) and multiply it by the gain, in place; return the largest value."""
    light, factor = np.float32(added), np.float32(gain)
    largest = np.float32(0.0)
    for y in range(image.shape[0]):
        for x in range(image.shape[1]):
            value = (image[y, x] + light) * factor
            image[y, x] = value
            largest = max(largest, value)
    return float(largest)


@njit(cache=True, fastmath=True, error_model="numpy")
def _add_noise(image: Floats, noise: Floats, columns: Floats, read: float, shot: float) -> None:
    """Add noise (h, w) plus that of the columns (w,), of variance `read + shot * light` at unit variance, in place."""
    constant, growing = np.float32(read), np.float32(shot)
    zero, one = np.float32(0.0), np.float32(1.0)
    for y in range(image.shape[0]):
        for x in range(image.shape[1]):
            light = image[y, x]
            sigma = np.sqrt(constant + growing * min(max(light, zero), one))
            image[y, x] = light + (noise[y, x] + columns[x]) * sigma


_TONES = 4096
_MAX_ROOT = 2.0
"""Square root of the brightest light in the table of tones; a table of roots is finer in the dark."""


def _tones(camera: IrCamera) -> Floats:
    """Return the tone curve at multiples of 1 / `_TONES` of the square root of light."""
    light = (np.arange(int(_MAX_ROOT * _TONES) + 2) / _TONES) ** 2
    if camera.knee < 1.0:
        span = 1 - camera.knee
        over = np.maximum(light - camera.knee, 0)
        light = np.where(over > 0, camera.knee + span * np.tanh(over / (span * 1.5)), light)
    encoded = np.clip(light, 0, 1) ** camera.gamma
    return np.asarray(camera.black + (1 - max(camera.black, 0.0)) * encoded, np.float32)


@njit(cache=True, fastmath=True, error_model="numpy")
def _encode(image: Floats, tones: Floats) -> None:
    """Apply a tone curve to (h, w), in place."""
    zero, last, steps = np.float32(0.0), np.float32(len(tones) - 1.01), np.float32(_TONES)
    for y in range(image.shape[0]):
        for x in range(image.shape[1]):
            at = min(np.sqrt(max(image[y, x], zero)) * steps, last)
            low = int(at)
            image[y, x] = tones[low] + (tones[low + 1] - tones[low]) * (at - np.float32(low))


@njit(cache=True, fastmath=True, error_model="numpy")
def _digitise(encoded: Floats, soft: Floats, amount: float, levels: int, picture: npt.NDArray[np.uint8]) -> None:
    """Sharpen by `amount` of the difference from a blurred picture, and round (h, w) to `levels` + 1 grey levels."""
    share, steps, step = np.float32(amount), np.float32(levels), np.float32(255.0 / levels)
    zero, one, half = np.float32(0.0), np.float32(1.0), np.float32(0.5)
    for y in range(encoded.shape[0]):
        for x in range(encoded.shape[1]):
            value = encoded[y, x]
            value = min(max(value + share * (value - soft[y, x]), zero), one)
            picture[y, x] = np.uint8(np.float32(int(value * steps + half)) * step + half)


def _star(size: int) -> Floats:
    """Return a cross with fading arms and unit sum."""
    kernel = np.zeros((size, size), np.float32)
    arm = np.exp(-np.abs(np.arange(size, dtype=np.float32) - size // 2) / (size / 7.0))
    kernel[size // 2] += arm
    kernel[:, size // 2] += arm
    return np.asarray(kernel / kernel.sum(), np.float32)


_FLARING = 1.5
"""Brightness above which a light spreads, 1 = white."""


def _flared(image: Floats, camera: IrCamera) -> Floats:
    """Spread lights far above white into their surroundings, as a halo and a cross."""
    over = np.clip(image - np.float32(_FLARING), 0.0, 12.0)
    rows, columns = np.flatnonzero(over.max(1) > 0), np.flatnonzero(over.max(0) > 0)
    # Saturated windows do not flare like single lights, so only local maxima spread.
    area = float((over > 0).mean())
    strength = camera.flare * min(1.0, 0.01 / max(area, 1e-4))
    if strength < 0.02:
        return image
    pad = 24
    part = (
        slice(max(rows[0] - pad, 0), rows[-1] + pad + 1),
        slice(max(columns[0] - pad, 0), columns[-1] + pad + 1),
    )
    light = np.ascontiguousarray(over[part])
    spread = cv2.GaussianBlur(light, (0, 0), 3.5)
    if camera.star:
        spread = (1 - camera.star) * spread + camera.star * cv2.filter2D(light, -1, _star(31))
    result = image.copy()
    result[part] += np.float32(2.0 * strength) * spread
    return result


def develop(image: Floats, gain: float, mean: float, camera: IrCamera, rng: Rng) -> npt.NDArray[np.uint8]:
    """Convert linear infrared radiance (h, w), already blurred, times `gain`, to the camera's 8-bit picture.

    `mean` is that of the radiance as far as it is at most twice white; `image` is changed.
    """
    height, width = image.shape
    if _amplify(image, camera.veil * mean, gain) > _FLARING and camera.flare:
        image = _flared(image, camera)
    coarse = (max(2, round(width / camera.coarse)), max(2, round(height / camera.coarse)))
    if camera.coarse > 1.0:
        image = np.asarray(cv2.resize(image, coarse, interpolation=cv2.INTER_AREA), np.float32)
    noise = noise_window((image.shape[0], image.shape[1]), 0.0, rng)
    if camera.grain > 0.4:
        noise = cv2.GaussianBlur(noise, (0, 0), camera.grain) * np.float32(2 * np.sqrt(np.pi) * camera.grain)
    columns = np.float32(camera.columns) * rng.standard_normal((image.shape[1],), np.float32)
    _add_noise(image, noise, columns, camera.noise**2, camera.shot_noise**2)
    if camera.smooth:
        calm = cv2.medianBlur(np.clip(image, 0, 4), 3)
        image = np.asarray(cv2.addWeighted(image, 1 - camera.smooth, calm, camera.smooth, 0), np.float32)
    if camera.coarse > 1.0:
        image = np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
    _encode(image, _tones(camera))
    soft = np.asarray(cv2.GaussianBlur(image, (0, 0), 1.2), np.float32) if camera.sharpen else image
    picture = np.empty((height, width), np.uint8)
    _digitise(image, soft, camera.sharpen, 2**camera.bits - 1, picture)
    if not camera.jpeg:
        return picture
    _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, camera.jpeg])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)


def exposed(image: Floats, gain: float, camera: IrCamera, rng: Rng) -> npt.NDArray[np.uint8]:
    """Apply the lamp's beam and the lens's vignette, then `develop`."""
    lit = np.empty(image.shape, np.float32)
    squares, across, down = _beam((image.shape[0], image.shape[1]), camera)
    mean = _lit(image, squares, across, down, camera.vignette, camera.spot, 2.0 / gain, lit)
    return develop(lit, gain, mean, camera, rng)
