"""Convert whole pictures, without detecting a face, to a network's input; the trainer also uses these functions."""

from __future__ import annotations

from collections.abc import Mapping
from math import cos, hypot, radians, sin
from typing import Any, cast

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from fasdemo.frames import Ir, Rgb, Stream
from fasdemo.models.card import ModelCard
from fasdemo.models.crop import FaceCrops
from fasdemo.models.warp import Transform, sample, warp

Picture = npt.NDArray[Any]

PUBLISHED_RESIZE_PX = 256
"""Length to which the published code resizes the shorter side before it cuts out the centre of 224 pixels."""
PUBLISHED_SIZE_PX = 224


def resize_side(card: ModelCard) -> int:
    """Return the shorter side in pixels after resizing and before the centre is cut out; 0: that of the input."""
    published = card.crop.template == "box-v1" or card.crop.whole_picture == "pil-bilinear"
    return PUBLISHED_RESIZE_PX * card.input_size // PUBLISHED_SIZE_PX if published else 0


def whole_crops(pictures: Mapping[Stream, Picture], card: ModelCard, depth_scale: float = 0.001) -> FaceCrops:
    """Return the input pictures of a network for whole pictures, such as the aligned faces of CASIA-SURF.

    Args:
        pictures: rgb uint8 (h, w, 3); depth uint8 (h, w) grey as in CASIA-SURF, or uint16 with `depth_scale` metres per
            unit; ir uint8 or uint16 (h, w). All show the same part of the scene.
        card: the network's card with the parameters of the cut.
        depth_scale: metres per unit of 16-bit depth.
    """
    size, resize = card.input_size, resize_side(card)
    cuts: dict[Stream, Picture] = {}
    for stream, picture in pictures.items():
        if stream == "depth" and picture.dtype != np.uint8:
            millimetres = picture.astype(np.float32) * np.float32(depth_scale * 1000.0)
            cuts[stream] = centre_cut(millimetres, size, resize, nearest=True)
        else:
            cuts[stream] = whole_cut(picture, card.crop.whole_picture, size, resize)
    return FaceCrops(
        rgb=cast("Rgb | None", cuts.get("rgb")),  # a cut has the type of its picture
        depth_mm=cuts.get("depth"),
        ir=cast("Ir | None", cuts.get("ir")),  # as above
        distance_mm=0.0,
        to_crop=evaluation_map((size, size), size, None, 1.0, 0),
    )


def whole_cut(picture: Picture, kind: str, size: int, resize: int) -> Picture:
    """Return a picture as (size, size[, 3]), cut by the method `kind` of `CropSpec.whole_picture` if it has 8 bits."""
    if picture.dtype == np.uint8 and kind == "pil-bilinear":
        return resized_centre(picture, size, resize or size)
    if picture.dtype == np.uint8 and kind == "cv2-stretch":
        return stretched(picture, size)
    return centre_cut(picture, size, resize, nearest=False)


def centre_cut(picture: Picture, size: int, resize: int, nearest: bool) -> Picture:
    """Return the centre of a picture after its shorter side is resized to `resize` (0: `size`) by `warp`."""
    shape = (picture.shape[0], picture.shape[1])
    return cut(picture, evaluation_map(shape, size, None, 1.0, resize), size, nearest)


def resized_centre(picture: Picture, size: int, resize: int) -> Picture:
    """Resize the shorter side to `resize` by PIL's bilinear filter and cut out the centre.

    The longer side is rounded down and the corner of the centre is rounded, as torchvision does.

    Args:
        picture: uint8 (H, W) or (H, W, 3).
        size: side of the centre in pixels.
        resize: shorter side before the cut, at least `size`.

    Returns:
        uint8 (size, size) or (size, size, 3).
    """
    height, width = picture.shape[:2]
    if min(height, width) != resize:
        target = (resize, int(resize * height / width)) if width <= height else (int(resize * width / height), resize)
        picture = np.asarray(Image.fromarray(picture).resize(target, Image.Resampling.BILINEAR))
    height, width = picture.shape[:2]
    top, left = round((height - size) / 2.0), round((width - size) / 2.0)
    return picture[top : top + size, left : left + size]


def stretched(picture: Picture, size: int) -> Picture:
    """Stretch a picture to (size, size) by OpenCV's bilinear filter, which does not average when it shrinks."""
    if picture.shape[:2] == (size, size):
        return picture
    return np.asarray(cv2.resize(picture, (size, size), interpolation=cv2.INTER_LINEAR), np.uint8)


def evaluation_map(
    shape: tuple[int, int], size: int, set_scale: float | None, crop_scale: float, resize: int
) -> Transform:
    """Return the map of picture pixels to crop pixels that is used for evaluation, float64 (2, 3).

    Args:
        shape: height and width of the picture in pixels.
        size: side of the network's crop in pixels.
        set_scale: width of the picture in units of the crop template; None if unknown.
        crop_scale: width of the network's crop in units of the template.
        resize: if `set_scale` is unknown: length of the shorter side before the centre is cut out; 0 means `size`.
    """
    height, width = shape
    if set_scale is not None:
        zoom = size / (min(height, width) * crop_scale / set_scale)
    else:
        zoom = (resize or size) / min(height, width)
    return centred((width - 1) / 2, (height - 1) / 2, zoom, 0.0, size)


def centred(x: float, y: float, zoom: float, degrees: float, size: int) -> Transform:
    """Return the map that moves picture point (x, y) to the crop's centre, magnifies by `zoom` and rotates."""
    a, b = zoom * cos(radians(degrees)), zoom * sin(radians(degrees))
    middle = (size - 1) / 2
    return np.array([[a, -b, middle - a * x + b * y], [b, a, middle - b * x - a * y]])


def cut(picture: Picture, affine: Transform, size: int, nearest: bool) -> Picture:
    """Apply `fasdemo.models.warp.warp`, or a plain slice if the map is a shift by whole pixels inside the picture."""
    (a, b, tx), (c, d, ty) = affine.tolist()
    left, top = round(-tx), round(-ty)
    off = abs(a - 1) + abs(b) + abs(c) + abs(d - 1) + abs(tx + left) + abs(ty + top)
    if off < 1e-9 and left >= 0 and top >= 0 and left + size <= picture.shape[1] and top + size <= picture.shape[0]:
        return picture[top : top + size, left : left + size]
    if nearest or min(hypot(a, c), hypot(b, d)) >= 0.8:
        return sample(np.asarray(picture), affine, size, nearest)
    return warp(picture, affine, size)
