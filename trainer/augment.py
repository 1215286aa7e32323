"""From stored pictures to one training crop per stream: one geometry for all streams, then each sensor's faults.

Every draw comes from the generator that is passed in, so a sample of an epoch looks the same whichever thread or
process makes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from fasdemo.frames import Stream
from trainer.config import AugmentConfig, InputConfig
from trainer.data.faces import Pictures
from trainer.data.geometry import Affine, centred, cut, evaluation_map, for_shape, mirrored, moved, random_resized

Bytes = npt.NDArray[np.uint8]
Floats32 = npt.NDArray[np.float32]

# Eigenvalues and eigenvectors of RGB over ImageNet (Krizhevsky et al. 2012), as the published code lists them.
_PCA_VALUES = np.array([0.2175, 0.0188, 0.0045])
_PCA_VECTORS = np.array(
    [[-0.5675, 0.7192, 0.4009], [-0.5808, -0.0045, -0.8140], [-0.5836, -0.6948, 0.4203]],
)
_NOISE = np.random.default_rng(30107).standard_normal(1 << 20, dtype=np.float32)
"""Sensor noise is cut out of this at random places: drawing it anew would cost more than everything else."""
_CROP_MM = 337.0
"""Width of the crop on an adult's face (`fasdemo.models.crop`)."""
_FAR_ERROR_MM = 1.5
"""Largest standard deviation of a depth reading at the distance that it was really taken at."""
_WINDOW = 0.8
_LUMA = np.array([0.299, 0.587, 0.114])
_RAMP = np.linspace(0.0, 1.0, 256)


@dataclass(frozen=True, slots=True)
class Crop:
    """One training crop.

    Attributes:
        streams: uint8 (S, S, 3) rgb; float32 (S, S) depth in mm or uint8 grey; uint8 (S, S) ir.
        lighting: PCA lighting, added to the channels on the scale [0, 1] after encoding; None for none.
    """

    streams: dict[Stream, npt.NDArray[Any]]
    lighting: Floats32 | None = None


class Cropper:
    """Cuts crops out of a set's pictures: `exact` as evaluation sees them, `training` with chance."""

    def __init__(
        self, streams: tuple[Stream, ...], inputs: InputConfig, augment: AugmentConfig, set_scale: float | None
    ) -> None:
        self._streams = streams
        self._size = inputs.size
        self._inputs = inputs
        self._augment = augment
        self._set_scale = set_scale

    def exact(self, pictures: Pictures) -> Crop:
        """The crop without any chance in it."""
        reference = self._reference(pictures)
        affine = self._evaluation(reference)
        return Crop({s: self._cut(pictures, s, affine, reference) for s in self._streams})

    def training(self, pictures: Pictures, rng: np.random.Generator) -> Crop:
        """A randomly moved and disturbed crop."""
        kind = self._augment.kind
        if kind == "none":
            return self.exact(pictures)
        return self._published(pictures, rng) if kind == "published" else self._face(pictures, rng)

    def _published(self, pictures: Pictures, rng: np.random.Generator) -> Crop:
        settings, reference = self._augment, self._reference(pictures)
        affine = random_resized(reference, self._size, settings.area, settings.aspect, rng.random(40))
        if rng.random() < settings.flip:
            affine = mirrored(affine, self._size)
        lighting = _PCA_VECTORS @ (rng.normal(0.0, settings.lighting, 3) * _PCA_VALUES) if settings.lighting else None
        return Crop(
            {s: self._cut(pictures, s, affine, reference) for s in self._streams},
            None if lighting is None else lighting.astype(np.float32),
        )

    def _face(self, pictures: Pictures, rng: np.random.Generator) -> Crop:
        settings, size, reference = self._augment, self._size, self._reference(pictures)
        draws = rng.random(12)
        zoom = float(np.exp(_between(draws[0], float(np.log(settings.scale[0])), float(np.log(settings.scale[1])))))
        angle = _signed(draws[1]) * settings.rotation_deg
        affine = self._moved(self._evaluation(reference), zoom, angle)
        affine = moved(affine, _signed(draws[2]) * settings.shift * size, _signed(draws[3]) * settings.shift * size)
        if draws[4] < settings.flip:
            affine = mirrored(affine, size)
        streams: dict[Stream, npt.NDArray[Any]] = {}
        for stream in self._streams:
            own = affine
            if stream != "rgb" and settings.misregistration:
                dx, dy = (rng.random(2) * 2.0 - 1.0) * settings.misregistration * size
                own = moved(affine, dx, dy)
            picture = self._cut(pictures, stream, own, reference)
            if stream == "rgb":
                streams[stream] = disturb_rgb(picture, settings, rng)
            elif stream == "ir":
                streams[stream] = disturb_ir(picture, settings, rng)
            elif picture.dtype == np.uint8:
                streams[stream] = picture
            else:
                streams[stream] = disturb_depth(another_face(picture, settings, rng), settings, rng)
        if draws[5] < settings.cutout:
            self._blank(streams, draws[6:11])
        return Crop(streams)

    def _blank(self, streams: dict[Stream, npt.NDArray[Any]], draws: npt.NDArray[np.float64]) -> None:
        size = self._size
        height, width = (int(size * _between(d, 0.1, 0.35)) for d in draws[:2])
        top, left = int(draws[2] * (size - height)), int(draws[3] * (size - width))
        for stream, picture in streams.items():
            fill = 0 if stream == "depth" else int(draws[4] * 255)
            streams[stream] = picture = picture.copy()
            picture[top : top + height, left : left + width] = fill

    def _reference(self, pictures: Pictures) -> tuple[int, int]:
        for stream in ("rgb", *self._streams):
            picture = pictures.get(stream)
            if picture is not None:
                return picture.shape[0], picture.shape[1]
        raise ValueError("a sample without any picture")

    def _evaluation(self, shape: tuple[int, int]) -> Affine:
        return evaluation_map(shape, self._size, self._set_scale, self._inputs.crop_scale, self._inputs.resize)

    def _moved(self, affine: Affine, zoom: float, angle: float) -> Affine:
        """The map, then magnified and turned about the crop's centre."""
        middle = (self._size - 1) / 2
        turn = centred(middle, middle, zoom, angle, self._size)
        return np.column_stack([turn[:, :2] @ affine[:, :2], turn[:, :2] @ affine[:, 2] + turn[:, 2]])

    def _cut(self, pictures: Pictures, stream: Stream, affine: Affine, reference: tuple[int, int]) -> npt.NDArray[Any]:
        picture = pictures.get(stream)
        if picture is None:
            # An absent stream of a flexible network: presence says so, the picture is never looked at.
            shape = (self._size, self._size, 3) if stream == "rgb" else (self._size, self._size)
            millimetres = stream == "depth" and self._inputs.depth_encoding == "face-relative-mm"
            return np.zeros(shape, np.float32 if millimetres else np.uint8)
        own = for_shape(affine, reference, (picture.shape[0], picture.shape[1]))
        millimetres = picture.dtype != np.uint8 and stream == "depth"
        result = cut(picture, own, self._size, nearest=millimetres)
        return result.astype(np.float32) if millimetres else result


def disturb_rgb(rgb: Bytes, settings: AugmentConfig, rng: np.random.Generator) -> Bytes:
    """White balance, exposure, saturation, gamma; then blur, noise and JPEG, in the order of a camera."""
    d = rng.random(12)
    if d[0] < settings.colour:
        gains = np.exp((d[1:4] - 0.5) * 0.24 + (d[4] - 0.5) * 0.8)
        saturation = _between(d[5], 0.5, 1.4)
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
        done, data = cv2.imencode(".jpg", rgb, [cv2.IMWRITE_JPEG_QUALITY, int(_between(e[7], 25, 95))])
        if done:
            rgb = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
    return rgb


def disturb_depth(depth_mm: Floats32, settings: AugmentConfig, rng: np.random.Generator) -> Floats32:
    """Noise, coarser steps, holes and a wrong distance; 0 stays 0."""
    d = rng.random(8)
    depth = depth_mm.copy()
    if d[0] < settings.noise:
        sigma = d[1] * settings.depth_noise_mm
        depth += _grain(depth.size, rng).reshape(depth.shape) * np.float32(sigma)
    if d[2] < 0.5 * settings.noise:
        # Smooth error over a few pixels, as a matching window leaves it.
        side = max(depth.shape[0] // 8, 2)
        coarse = _grain(side * side, rng).reshape(side, side) * np.float32(d[3] * settings.depth_noise_mm)
        depth += cv2.resize(coarse, depth.shape[::-1], interpolation=cv2.INTER_LINEAR)
    depth += np.float32(_signed(d[4]) * settings.depth_offset_mm)
    step = (1.0, 1.0, 2.0, 4.0)[int(d[5] * 4)]
    depth = np.round(depth / np.float32(step)) * np.float32(step)
    depth[(depth_mm <= 0) | (depth < 0)] = 0.0
    if d[6] < settings.depth_holes:
        _punch(depth, d[7], rng)
    return depth


def another_face(depth_mm: Floats32, settings: AugmentConfig, rng: np.random.Generator) -> Floats32:
    """The relief a little deeper or flatter, turned a little, or seen from farther away; 0 stays 0.

    What is done to a face is done to a mask, so none of it tells one from the other.
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
        slopes = np.tan(np.deg2rad([_signed(v) * settings.depth_tilt_deg for v in d[:2]])).astype(np.float32)
        stretch = np.float32(1.0 + _signed(d[2]) * settings.depth_relief)
        turned = middle + (depth - middle) * stretch + slopes[0] * ramp[None, :] + slopes[1] * ramp[:, None]
        depth = np.where(valid, np.maximum(turned, 1.0), np.float32(0.0)).astype(np.float32)
    if d[3] < settings.depth_far:
        depth = _from_farther(depth, 1.0 + 1.2 * float(d[4]), float(d[5]), rng)
    return depth


def _from_farther(depth_mm: Floats32, times: float, roughness: float, rng: np.random.Generator) -> Floats32:
    """The same at `times` the distance: fewer readings over the face, whose errors grow with the distance squared."""
    size = depth_mm.shape[0]
    few = max(round(size / times), 8)
    small = np.asarray(cv2.resize(depth_mm, (few, few), interpolation=cv2.INTER_NEAREST_EXACT), np.float32)
    # Neighbouring readings share a matching window; the blur's loss of variance is made good.
    grain = np.asarray(cv2.GaussianBlur(_grain(few * few, rng).reshape(few, few), (0, 0), _WINDOW), np.float32)
    sigma = roughness * _FAR_ERROR_MM * (times**2 - 1.0)
    error = grain * np.float32(2.0 * np.sqrt(np.pi) * _WINDOW * sigma)
    small = np.where(small > 0, np.maximum(small + error, 1.0), np.float32(0.0)).astype(np.float32)
    return np.asarray(cv2.resize(small, (size, size), interpolation=cv2.INTER_NEAREST_EXACT), np.float32)


def disturb_ir(ir: Bytes, settings: AugmentConfig, rng: np.random.Generator) -> Bytes:
    """Exposure, gamma and lift through one table; then blur and noise."""
    d = rng.random(9)
    gain = float(np.exp(_between(d[0], float(np.log(settings.ir_gain[0])), float(np.log(settings.ir_gain[1])))))
    gamma = np.exp((d[1] - 0.5) * 0.8)
    ir = np.asarray(cv2.LUT(ir, _table(255.0 * gain * _RAMP**gamma + d[2] * 12.0)), np.uint8)
    if d[3] < settings.blur:
        ir = _blurred(ir, d[4:7])
    if d[7] < settings.noise:
        ir = _noisy(ir, d[8] * settings.ir_noise, rng)
    return ir


def _punch(depth: Floats32, amount: float, rng: np.random.Generator) -> None:
    size = depth.shape[0]
    for x, y, a, b, angle in rng.random((int(1 + amount * 5), 5)):
        axes = (int(1 + a**2 * size * 0.14), int(1 + b**2 * size * 0.14))
        cv2.ellipse(depth, (int(x * size), int(y * size)), axes, angle * 180.0, 0.0, 360.0, 0.0, -1)
    speckle = _grain(depth.size, rng).reshape(depth.shape)
    depth[speckle > 3.2 - amount] = 0.0


def _blurred(picture: Bytes, draws: npt.NDArray[np.float64]) -> Bytes:
    if draws[0] < 0.4:
        sigma = _between(draws[1], 0.4, 1.6)
        return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.uint8)
    if draws[0] < 0.7:
        factor = _between(draws[1], 0.35, 0.85)
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


def _between(draw: float, low: float, high: float) -> float:
    return float(low + draw * (high - low))


def _signed(draw: float) -> float:
    return float(draw * 2.0 - 1.0)
