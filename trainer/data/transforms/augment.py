"""Training crops from stored pictures: one geometry for all streams, then augmentation per sensor.

All random numbers come from the generator that is passed in, so the result does not depend on the thread or process.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from fasdemo.frames import Stream
from fasdemo.models.whole_picture import centred, cut, evaluation_map, whole_cut
from trainer.config.schema import AugmentConfig, InputConfig
from trainer.data.faces import Sample
from trainer.data.transforms.delivered import deliver
from trainer.data.transforms.geometry import Affine, for_shape, mirrored, moved, random_resized
from trainer.data.transforms.published import augment_fusion
from trainer.data.transforms.stream_augment import (
    Floats32,
    augment_depth,
    augment_ir,
    augment_rgb,
    between,
    jitter_depth_shape,
    signed,
)

# Eigenvalues and eigenvectors of RGB over ImageNet (Krizhevsky et al. 2012), as in the published code.
_PCA_VALUES = np.array([0.2175, 0.0188, 0.0045])
_PCA_VECTORS = np.array(
    [[-0.5675, 0.7192, 0.4009], [-0.5808, -0.0045, -0.8140], [-0.5836, -0.6948, 0.4203]],
)


_CLOSEST = 0.31
"""Largest part of a crop that `AugmentConfig.frame` takes away on each side, up to where the face begins."""


@dataclass(frozen=True, slots=True)
class Crop:
    """One training crop of S x S pixels.

    Attributes:
        streams: uint8 (S, S, 3) rgb; float32 (S, S) depth in mm, or uint8 grey; uint8 or uint16 (S, S) ir.
        lighting: PCA lighting (3,), added to the channels on the scale [0, 1] after encoding; None without.
    """

    streams: dict[Stream, npt.NDArray[Any]]
    lighting: Floats32 | None = None


class Cropper:
    """A cutter of crops: `exact` for evaluation, `training` with random augmentation."""

    def __init__(
        self, streams: tuple[Stream, ...], inputs: InputConfig, augment: AugmentConfig, set_scale: float | None
    ) -> None:
        self._streams = streams
        self._size = inputs.size
        self._inputs = inputs
        self._augment = augment
        self._set_scale = set_scale

    def exact(self, sample: Sample) -> Crop:
        """Return the crop without augmentation."""
        reference = self._reference(sample)
        affine = self._evaluation(reference)
        return Crop({s: self._exact(sample, s, affine, reference) for s in self._streams})

    def training(self, sample: Sample, rng: np.random.Generator) -> Crop:
        """Return a randomly moved and augmented crop."""
        kind = self._augment.kind
        if kind == "none":
            return self.exact(sample)
        if kind == "published-fusion":
            settings = self._augment
            return Crop(augment_fusion(self.exact(sample).streams, settings.flip, settings.cutout, rng))
        return self._published(sample, rng) if kind == "published" else self._face(sample, rng)

    def _exact(self, sample: Sample, stream: Stream, affine: Affine, reference: tuple[int, int]) -> npt.NDArray[Any]:
        """Return one stream without augmentation; whole 8-bit pictures by the method `whole_picture`."""
        picture, inputs = sample.get(stream), self._inputs
        if picture is None or picture.dtype != np.uint8 or self._set_scale is not None:
            return self._cut(sample, stream, affine, reference)
        if inputs.whole_picture != "warp":
            return whole_cut(picture, inputs.whole_picture, inputs.size, inputs.resize)
        return self._cut(sample, stream, affine, reference)

    def _published(self, sample: Sample, rng: np.random.Generator) -> Crop:
        settings, reference = self._augment, self._reference(sample)
        affine = random_resized(reference, self._size, settings.area, settings.aspect, rng.random(40))
        if rng.random() < settings.flip:
            affine = mirrored(affine, self._size)
        lighting = _PCA_VECTORS @ (rng.normal(0.0, settings.lighting, 3) * _PCA_VALUES) if settings.lighting else None
        return Crop(
            {s: self._cut(sample, s, affine, reference) for s in self._streams},
            None if lighting is None else lighting.astype(np.float32),
        )

    def _face(self, sample: Sample, rng: np.random.Generator) -> Crop:
        settings, size, reference = self._augment, self._size, self._reference(sample)
        draws = rng.random(12)
        zoom = float(np.exp(between(draws[0], float(np.log(settings.scale[0])), float(np.log(settings.scale[1])))))
        angle = signed(draws[1]) * settings.rotation_deg
        affine = self._moved(self._evaluation(reference), zoom, angle)
        affine = moved(affine, signed(draws[2]) * settings.shift * size, signed(draws[3]) * settings.shift * size)
        if draws[4] < settings.flip:
            affine = mirrored(affine, size)
        streams: dict[Stream, npt.NDArray[Any]] = {}
        for stream in self._streams:
            own = affine
            if stream != "rgb" and settings.misregistration:
                dx, dy = (rng.random(2) * 2.0 - 1.0) * settings.misregistration * size
                own = moved(affine, dx, dy)
            picture = self._cut(sample, stream, own, reference)
            if stream == "rgb":
                changed = augment_rgb(picture, settings, rng)
                streams[stream] = _framed(picture, changed, settings.frame, rng) if settings.frame else changed
            elif stream == "ir":
                streams[stream] = augment_ir(picture, settings, rng)
            elif picture.dtype == np.uint8:
                streams[stream] = picture
            else:
                streams[stream] = self._depth(jitter_depth_shape(picture, settings, rng), rng)
        if draws[5] < settings.cutout:
            self._blank(streams, draws[6:11])
        return Crop(streams)

    def _depth(self, depth_mm: Floats32, rng: np.random.Generator) -> Floats32:
        settings = self._augment
        if not settings.depth_delivered or rng.random() >= settings.depth_delivered:
            return augment_depth(depth_mm, settings, rng)
        clean = deliver(depth_mm, rng)
        moved = clean + np.float32(signed(rng.random()) * settings.depth_offset_mm)
        return np.where((clean > 0) & (moved > 0), moved, np.float32(0.0)).astype(np.float32)

    def _blank(self, streams: dict[Stream, npt.NDArray[Any]], draws: npt.NDArray[np.float64]) -> None:
        size = self._size
        height, width = (int(size * between(d, 0.1, 0.35)) for d in draws[:2])
        top, left = int(draws[2] * (size - height)), int(draws[3] * (size - width))
        for stream, picture in streams.items():
            fill = 0 if stream == "depth" else int(draws[4] * (65535 if picture.dtype == np.uint16 else 255))
            streams[stream] = picture = picture.copy()
            picture[top : top + height, left : left + width] = fill

    def _reference(self, sample: Sample) -> tuple[int, int]:
        for stream in ("rgb", *self._streams):
            picture = sample.get(stream)
            if picture is not None:
                return picture.shape[0], picture.shape[1]
        raise ValueError("the sample has no picture")

    def _evaluation(self, shape: tuple[int, int]) -> Affine:
        return evaluation_map(shape, self._size, self._set_scale, self._inputs.crop_scale, self._inputs.resize)

    def _moved(self, affine: Affine, zoom: float, angle: float) -> Affine:
        """Return the map, followed by a magnification and a rotation (degrees) about the crop's centre."""
        middle = (self._size - 1) / 2
        turn = centred(middle, middle, zoom, angle, self._size)
        return np.column_stack([turn[:, :2] @ affine[:, :2], turn[:, :2] @ affine[:, 2] + turn[:, 2]])

    def _cut(self, sample: Sample, stream: Stream, affine: Affine, reference: tuple[int, int]) -> npt.NDArray[Any]:
        picture = sample.get(stream)
        if picture is None:
            # The presence mask hides an absent stream of a flexible network, so the values do not matter.
            shape = (self._size, self._size, 3) if stream == "rgb" else (self._size, self._size)
            millimetres = stream == "depth" and self._inputs.depth_encoding == "face-relative-mm"
            return np.zeros(shape, np.float32 if millimetres else np.uint8)
        own = for_shape(affine, reference, (picture.shape[0], picture.shape[1]))
        millimetres = picture.dtype != np.uint8 and stream == "depth"
        result = cut(picture, own, self._size, nearest=millimetres)
        return result.astype(np.float32) if millimetres else result


def _framed(
    picture: npt.NDArray[np.uint8], changed: npt.NDArray[np.uint8], share: float, rng: np.random.Generator
) -> npt.NDArray[np.uint8]:
    """Return the changed crop (S, S, 3) with black outside the frame as in `picture`, sometimes in a closer frame."""
    result = np.where((picture.max(-1) > 0)[..., None], changed, np.uint8(0))
    draws = rng.random(5)
    if draws[0] < share:
        left, top, right, bottom = (round(d * _CLOSEST * len(result)) for d in draws[1:])
        inside = np.zeros(result.shape[:2], bool)
        inside[top : len(result) - bottom, left : len(result) - right] = True
        result[~inside] = 0
    return np.asarray(result, np.uint8)
