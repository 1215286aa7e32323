"""Augmentation of one stream's crop: sensor faults, other face shapes and other distances.

All random numbers come from the generator that is passed in.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from trainer.config.schema import AugmentConfig

Bytes = npt.NDArray[np.uint8]
Words = npt.NDArray[np.uint16]
Floats32 = npt.NDArray[np.float32]

_NOISE = np.random.default_rng(30107).standard_normal(1 << 20, dtype=np.float32)
"""Noise is taken from random places of this table, as drawing new noise would dominate the cost of augmentation."""
_CROP_MM = 225.0
"""Width of a network's crop on an adult's face, mm; the crops of a rendered set are 1.5 times as wide."""
_FAR_ERROR_MM = 1.5
"""Largest standard deviation of a depth reading at the original distance, mm."""
_WINDOW = 0.8
"""Standard deviation, in readings, of the blur that correlates the errors of neighbouring readings."""
_LUMA = np.array([0.299, 0.587, 0.114])
_RAMP = np.linspace(0.0, 1.0, 256)


def augment_rgb(rgb: Bytes, settings: AugmentConfig, rng: np.random.Generator) -> Bytes:
    """Change white balance, exposure, saturation and gamma; then add blur, noise and JPEG artefacts."""
    d = rng.random(12)
    if d[0] < settings.colour:
        gains = np.exp((d[1:4] - 0.5) * 0.24 + (d[4] - 0.5) * 0.8)
        saturation = between(d[5], 0.5, 1.4)
        mix = (saturation * np.eye(3) + (1.0 - saturation) * _LUMA) * gains[:, None]
        rgb = np.asarray(cv2.transform(rgb, mix), np.uint8)
        gamma, lift = np.exp((d[6] - 0.5) * 0.7), (d[7] - 0.5) * 30.0
        rgb = np.asarray(cv2.LUT(rgb, _table(255.0 * _RAMP**gamma + lift)), np.uint8)
    e = rng.random(8)
    if e[0] < settings.blur:
        rgb = _blurred(rgb, e[1:4])
    if e[4] < settings.noise:
        rgb = _noisy(rgb, e[5] * settings.rgb_noise, rng)
    if e[6] < settings.jpeg:
        done, data = cv2.imencode(".jpg", rgb, [cv2.IMWRITE_JPEG_QUALITY, int(between(e[7], 25, 95))])
        if done:
            rgb = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
    return rgb


def augment_depth(depth_mm: Floats32, settings: AugmentConfig, rng: np.random.Generator) -> Floats32:
    """Add noise, coarser steps, holes and an offset of the distance to millimetres (S, S); 0 stays 0."""
    d = rng.random(8)
    depth = depth_mm.copy()
    if d[0] < settings.noise:
        sigma = d[1] * settings.depth_noise_mm
        depth += _grain(depth.size, rng).reshape(depth.shape) * np.float32(sigma)
    if d[2] < 0.5 * settings.noise:
        # Stereo matching windows leave smooth errors over a few pixels.
        side = max(depth.shape[0] // 8, 2)
        coarse = _grain(side * side, rng).reshape(side, side) * np.float32(d[3] * settings.depth_noise_mm)
        depth += cv2.resize(coarse, depth.shape[::-1], interpolation=cv2.INTER_LINEAR)
    depth += np.float32(signed(d[4]) * settings.depth_offset_mm)
    step = (1.0, 1.0, 2.0, 4.0)[int(d[5] * 4)]
    depth = np.round(depth / np.float32(step)) * np.float32(step)
    depth[(depth_mm <= 0) | (depth < 0)] = 0.0
    if d[6] < settings.depth_holes:
        _punch(depth, d[7], rng)
    return depth


def jitter_depth_shape(depth_mm: Floats32, settings: AugmentConfig, rng: np.random.Generator) -> Floats32:
    """Stretch or flatten the relief, tilt it, or move it farther away; millimetres (S, S), 0 stays 0.

    Faces and masks are changed alike, so the changes do not reveal the class.
    """
    if not (settings.depth_relief or settings.depth_tilt_deg or settings.depth_far):
        return depth_mm
    d = rng.random(6)
    depth = depth_mm
    valid = depth > 0
    if valid.any() and (settings.depth_relief or settings.depth_tilt_deg):
        size = depth.shape[0]
        middle = np.float32(np.median(depth[valid]))
        ramp = np.linspace(-0.5, 0.5, size, dtype=np.float32) * np.float32(_CROP_MM)
        slopes = np.tan(np.deg2rad([signed(v) * settings.depth_tilt_deg for v in d[:2]])).astype(np.float32)
        stretch = np.float32(1.0 + signed(d[2]) * settings.depth_relief)
        turned = middle + (depth - middle) * stretch + slopes[0] * ramp[None, :] + slopes[1] * ramp[:, None]
        depth = np.where(valid, np.maximum(turned, 1.0), np.float32(0.0)).astype(np.float32)
    if d[3] < settings.depth_far:
        depth = _from_farther(depth, 1.0 + 1.2 * float(d[4]), float(d[5]), rng)
    return depth


def _from_farther(depth_mm: Floats32, times: float, roughness: float, rng: np.random.Generator) -> Floats32:
    """Return depth as seen from `times` the distance: fewer readings, with errors that grow with its square."""
    size = depth_mm.shape[0]
    few = max(round(size / times), 8)
    small = np.asarray(cv2.resize(depth_mm, (few, few), interpolation=cv2.INTER_NEAREST_EXACT), np.float32)
    # Neighbouring readings share a matching window. The factor below restores the variance that the blur removes.
    grain = np.asarray(cv2.GaussianBlur(_grain(few * few, rng).reshape(few, few), (0, 0), _WINDOW), np.float32)
    sigma = roughness * _FAR_ERROR_MM * (times**2 - 1.0)
    error = grain * np.float32(2.0 * np.sqrt(np.pi) * _WINDOW * sigma)
    small = np.where(small > 0, np.maximum(small + error, 1.0), np.float32(0.0)).astype(np.float32)
    return np.asarray(cv2.resize(small, (size, size), interpolation=cv2.INTER_NEAREST_EXACT), np.float32)


def augment_ir(ir: Bytes | Words, settings: AugmentConfig, rng: np.random.Generator) -> Words:
    """Return the crop as if from another infrared camera and lamp, uint16 scaled to the full range.

    The steps follow a camera: lamp and gamma, vignette, glare, gain, blur, noise, black level, saturation, and
    quantisation to 8, 10 or 16 bits.
    """
    full = 65535.0 if ir.dtype == np.uint16 else 255.0
    d = rng.random(18)
    light = np.asarray(ir, np.float32) * np.float32(1.0 / full)
    light = np.asarray(cv2.pow(light, float(np.exp((d[0] - 0.5) * 1.0))), np.float32)
    size = light.shape[0]
    if d[1] < settings.ir_vignette:
        # A lamp's cone is brightest somewhere near the face and falls to a third at the corners of the crop.
        x = np.linspace(-0.5, 0.5, size, dtype=np.float32)
        across, down = (x - np.float32((v - 0.5) * 0.6) for v in d[2:4])
        light *= np.float32(1.0) - np.float32(1.2 * d[4]) * np.minimum(across[None, :] ** 2 + down[:, None] ** 2, 0.6)
    if d[5] < settings.ir_glare:
        _shine(light, d[6:10])
    low, high = (float(np.log(v)) for v in settings.ir_gain)
    light *= np.float32(np.exp(between(d[10], low, high)))
    if d[11] < settings.blur:
        light = np.asarray(cv2.GaussianBlur(light, (0, 0), between(d[12], 0.4, 1.8)), np.float32)
    if d[13] < settings.noise:
        # Read noise does not depend on the light; shot noise grows with its square root.
        read, shot = d[14] * d[14] * settings.ir_noise / 255.0, 0.03 * d[15]
        sigma = np.sqrt(np.float32(read**2) + np.float32(shot**2) * np.maximum(light, 0.0))
        light += _grain(light.size, rng).reshape(light.shape) * sigma
    light += np.float32(settings.ir_black * d[16] ** 2)
    light = np.clip(light, 0.0, 1.0)
    steps = (255.0, 255.0, 1023.0, 65535.0)[int(d[17] * 4)]
    counts = np.rint(light * np.float32(steps))
    return np.asarray(np.rint(counts * np.float32(65535.0 / steps)), np.uint16)


def _shine(light: Floats32, draws: npt.NDArray[np.float64]) -> None:
    """Add one saturated blob, as a lamp's reflection on glasses or oily skin."""
    size = light.shape[0]
    blob = np.zeros_like(light)
    centre = (int(size * between(draws[0], 0.25, 0.75)), int(size * between(draws[1], 0.25, 0.65)))
    axes = (max(int(size * 0.09 * draws[2]), 1), max(int(size * 0.05 * draws[3]), 1))
    cv2.ellipse(blob, centre, axes, 0.0, 0.0, 360.0, 1.0, -1)
    light += np.asarray(cv2.GaussianBlur(blob, (0, 0), 1.5), np.float32)


def _punch(depth: Floats32, amount: float, rng: np.random.Generator) -> None:
    size = depth.shape[0]
    for x, y, a, b, angle in rng.random((int(1 + amount * 5), 5)):
        axes = (int(1 + a**2 * size * 0.14), int(1 + b**2 * size * 0.14))
        cv2.ellipse(depth, (int(x * size), int(y * size)), axes, angle * 180.0, 0.0, 360.0, 0.0, -1)
    speckle = _grain(depth.size, rng).reshape(depth.shape)
    depth[speckle > 3.2 - amount] = 0.0


def _blurred(picture: Bytes, draws: npt.NDArray[np.float64]) -> Bytes:
    if draws[0] < 0.4:
        sigma = between(draws[1], 0.4, 1.6)
        return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.uint8)
    if draws[0] < 0.7:
        factor = between(draws[1], 0.35, 0.85)
        small = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        return np.asarray(cv2.resize(small, picture.shape[1::-1], interpolation=cv2.INTER_LINEAR), np.uint8)
    length = 3 + 2 * int(draws[1] * 3)
    kernel = np.zeros((length, length), np.float32)
    reach = (length // 2) * np.array([np.cos(draws[2] * np.pi), np.sin(draws[2] * np.pi)])
    middle = length // 2
    start, end = (tuple(round(middle + s * v) for v in reach) for s in (-1, 1))
    cv2.line(kernel, start, end, 1.0)
    return np.asarray(cv2.filter2D(picture, -1, kernel / kernel.sum()), np.uint8)


def _noisy(picture: Bytes, sigma: float, rng: np.random.Generator) -> Bytes:
    noise = _grain(picture.size, rng).reshape(picture.shape)
    disturbed = cv2.addWeighted(picture, 1.0, noise, sigma, 0.0, dtype=cv2.CV_32F)
    return np.asarray(cv2.convertScaleAbs(np.maximum(disturbed, 0.0)), np.uint8)


def _grain(count: int, rng: np.random.Generator) -> Floats32:
    start = int(rng.integers(len(_NOISE) - count))
    return _NOISE[start : start + count]


def _table(values: npt.NDArray[np.float64]) -> Bytes:
    return np.clip(np.round(values), 0, 255).astype(np.uint8)


def between(draw: float, low: float, high: float) -> float:
    """Map a draw from [0, 1) to [low, high)."""
    return float(low + draw * (high - low))


def signed(draw: float) -> float:
    """Map a draw from [0, 1) to [-1, 1)."""
    return float(draw * 2.0 - 1.0)
