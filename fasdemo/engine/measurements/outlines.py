"""Compare the outline of the head in depth with the edges in colour and infrared, with other sizes and mirrored.

The outline is the border of the region that is about as far away as the face, in a crop 1.5 times as wide as the
network's. If all streams show the same head, brightness changes across the outline. If the depth was enlarged, reduced
or mirrored, its outline is at other places than the edges, in colour and infrared independently.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from fasdemo.engine.measurements.cross_modal import chroma
from fasdemo.engine.measurements.face_surface import Floats, median
from fasdemo.faces.face import Face
from fasdemo.frames import FrameSet
from fasdemo.models.card import CropSpec
from fasdemo.models.crop import FaceCrops, crop_face, to_stream
from fasdemo.models.warp import Transform

OUTLINE_NAMES = (
    "outline_larger_gain", "outline_smaller_gain", "rgb_outline_mirror_gain", "ir_outline_mirror_gain",
)  # fmt: skip

WIDER = 1.5
"""Field of view of the compared crop divided by that of the network's: about 340 mm, to include the head's outline."""
_SIZE = 64
OUTLINE_SHAPE = (_SIZE, _SIZE)
"""Rows and columns of the images in which outlines are compared."""
_CROP_SIZE = 96
_REACH_MM = 130.0
"""Points closer than this to the distance of the face belong to head, hair or neck."""
_MIN_CORE = 20
_MIN_POINTS, _MAX_POINTS = 60, 250
_MIN_SLOPE = 0.1
"""Minimum change of the smoothed foreground per pixel, at the outline."""
_MARGIN_PX = 3
_SCALE = 1.2
_SLIDES_X, _SLIDES_Y = (-4, -2, 0, 2, 4), (-2, 0, 2)
"""Shifts of the outline in pixels of 5 mm, for every size and for the mirror image."""
_IN_PLACE_PX = 2
"""Largest offset of edges between cameras side by side."""
_MIN_INSIDE = 0.6
"""Minimum share of the outline that must be in the image after a shift."""
_EDGE_SHARE = 90.0
"""Percentile of the gradient at which the edge strength is limited."""
_MIN_CHROMA = 1.0
"""Same limit as in `fasdemo.engine.measurements.cross_modal`: grey colour is not independent of infrared."""

Image = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Places:
    """The K points of an outline after each of M moves.

    Attributes:
        pixels: flat indexes of their pixels, (M, K).
        normal_x: x of their normals, (M, K).
        normal_y: y of their normals, (K,).
        shares: their weights, whose sum is 1 for each move; 0 outside the image, (M, K).
        left: whether too many of them left the image, bool (M,).
    """

    pixels: npt.NDArray[np.intp]
    normal_x: Floats
    normal_y: Floats
    shares: Floats
    left: npt.NDArray[np.bool_]


def outline_agreement(frame: FrameSet, face: Face, spec: CropSpec) -> dict[str, float | None]:
    """Compare the outline of one face in depth with the edges in colour and infrared.

    Args:
        frame: the frame with all streams.
        face: a face of the colour image.
        spec: crop of the network; the compared crop is `WIDER`.

    Returns:
        The increase of the mean edge strength under the outline (1 = strongest edges):

        - `outline_larger_gain`, `outline_smaller_gain`: if the outline is 1.2 times larger or smaller; mean of colour
          and infrared. The outline of enlarged depth fits better if it is smaller.
        - `rgb_outline_mirror_gain`, `ir_outline_mirror_gain`: if it is mirrored, in colour and in infrared.

        The values are None if a stream is missing, colour itself is grey, or too little of the outline is visible.

    Raises:
        ValueError: the key points of the face coincide.
    """
    if frame.depth is None or frame.ir is None:
        return dict.fromkeys(OUTLINE_NAMES)
    crops = crop_face(frame, face, _wider(spec), _CROP_SIZE, rough=True)
    return compare_outlines(crops, captured(frame, crops))


def compare_outlines(crops: FaceCrops, seen: npt.NDArray[np.bool_] | None = None) -> dict[str, float | None]:
    """Compare the outlines in crops that are `WIDER` than the network's; see `outline_agreement`.

    Args:
        crops: crops of one face.
        seen: part of the crop that is inside the images of all streams, bool (64, 64); None for the whole crop.
    """
    result: dict[str, float | None] = dict.fromkeys(OUTLINE_NAMES)
    if crops.rgb is None or crops.ir is None or crops.depth_mm is None:
        return result
    rgb = _small(crops.rgb)
    if float(chroma(rgb).mean()) < _MIN_CHROMA:
        return result
    outline = _outline(crops.depth_mm, seen)
    if outline is None:
        return result
    luma = rgb @ np.array([0.299, 0.587, 0.114], np.float32)
    places = _places(*outline)
    in_rgb, in_ir = (_gains(places, image) for image in (luma, _small(crops.ir)))
    return {
        "outline_larger_gain": (in_rgb[0] + in_ir[0]) / 2,
        "outline_smaller_gain": (in_rgb[1] + in_ir[1]) / 2,
        "rgb_outline_mirror_gain": in_rgb[2],
        "ir_outline_mirror_gain": in_ir[2],
    }


@lru_cache(maxsize=4)
def _wider(spec: CropSpec) -> CropSpec:
    return spec.model_copy(update={"scale": spec.scale * WIDER})


def captured(frame: FrameSet, crops: FaceCrops) -> npt.NDArray[np.bool_]:
    """Return which part of a crop is inside the images of all streams, bool (64, 64)."""
    rgb_shape = (frame.rgb.shape[0], frame.rgb.shape[1])
    seen = _within(crops.to_crop, rgb_shape)
    distance_m = crops.distance_mm / 1000.0
    for stream, image in (("depth", frame.depth), ("ir", frame.ir)):
        if image is not None and distance_m > 0:
            shape = (image.shape[0], image.shape[1])
            transform = to_stream(crops.to_crop, _CROP_SIZE, rgb_shape, shape, distance_m, frame.calibration, stream)
            seen &= _within(transform, shape)
    return seen


def _within(transform: Transform, shape: tuple[int, int]) -> npt.NDArray[np.bool_]:
    inverse = cv2.invertAffineTransform(transform)
    at = (np.arange(_SIZE) + 0.5) * (_CROP_SIZE / _SIZE) - 0.5
    u, v = (row[0] * at + (row[1] * at + row[2])[:, None] for row in inverse)
    return np.asarray((u >= 0) & (v >= 0) & (u <= shape[1] - 1) & (v <= shape[0] - 1), np.bool_)


def _outline(depth_mm: Image, seen: npt.NDArray[np.bool_] | None) -> tuple[Floats, Floats, Floats] | None:
    """Return positions (K, 2) in pixels from the crop's middle, unit normals (K, 2) and weights (K,) of the outline."""
    size = depth_mm.shape[0]
    core = depth_mm[size * 2 // 5 : size * 3 // 5, size * 2 // 5 : size * 3 // 5]
    core = core[core > 0]
    if core.size < _MIN_CORE:
        return None
    near = ((depth_mm > 0) & (np.abs(depth_mm - median(core)) < _REACH_MM)).astype(np.float32)
    dx, dy = _gradient(_small(near), 1.2)
    slope = np.hypot(dx, dy)
    use = slope > _MIN_SLOPE
    margin = np.ones_like(use) if seen is None else cv2.erode(seen.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    use &= margin & _inner(_SIZE)
    y, x = np.nonzero(use)
    if len(x) < _MIN_POINTS:
        return None
    step = -(-len(x) // _MAX_POINTS)
    y, x = y[::step], x[::step]
    weight = slope[y, x].astype(np.float64)
    normals = np.stack([dx[y, x], dy[y, x]], axis=1) / weight[:, None]
    at = np.stack([x, y], axis=1).astype(np.float64) - (_SIZE - 1) / 2
    return at, np.asarray(normals, np.float64), weight


def _places(at: Floats, normals: Floats, weight: Floats) -> _Places:
    """Return the points of an outline after every move."""
    moves, _ = _moves()
    x = at[:, 0] * moves[:, :1] + moves[:, 2:3]
    y = at[:, 1] * moves[:, 1:2] + moves[:, 3:4]
    column, row = (np.rint(value + (_SIZE - 1) / 2).astype(np.intp) for value in (x, y))
    inside = (column >= 0) & (row >= 0) & (column < _SIZE) & (row < _SIZE)
    pixels = row.clip(0, _SIZE - 1) * _SIZE + column.clip(0, _SIZE - 1)
    shares = weight * inside
    shares /= np.maximum(shares.sum(1, keepdims=True), 1e-9)
    return _Places(pixels, normals[:, 0] * np.sign(moves[:, :1]), normals[:, 1], shares, inside.mean(1) < _MIN_INSIDE)


def _gains(places: _Places, image: Image) -> tuple[float, float, float]:
    """Return the increase of the edge strength in an image under a larger, smaller and mirrored outline."""
    level = np.log(image * (100.0 / max(float(image.mean()), 1.0)) + 10.0)
    dx, dy = _gradient(level, 1.0)
    strength = np.hypot(dx, dy)
    strongest = _percentile(strength, _EDGE_SHARE) + 1e-4
    limit = np.minimum(1.0, strongest / np.maximum(strength, 1e-6)) / strongest
    across = (dx * limit).ravel().take(places.pixels) * places.normal_x
    edge = np.abs(across + (dy * limit).ravel().take(places.pixels) * places.normal_y)
    fit = np.einsum("mk,mk->m", edge, places.shares)
    fit[places.left] = 0.0
    _, kinds = _moves()
    here, larger, smaller, mirrored = (float(fit[kinds == kind].max()) for kind in range(4))
    return larger - here, smaller - here, mirrored - here


def _percentile(values: Image, percent: float) -> float:
    """Return the same as `np.percentile`, whose own code takes longer than the sorting."""
    place = percent / 100.0 * (values.size - 1)
    low = int(place)
    high = min(low + 1, values.size - 1)
    ordered = np.partition(values, (low, high), axis=None)
    return float(ordered[low]) + (place - low) * (float(ordered[high]) - float(ordered[low]))


@lru_cache(maxsize=1)
def _moves() -> tuple[Floats, npt.NDArray[np.intp]]:
    """Return factors and shifts of x and y, (M, 4), and their kinds: in place, larger, smaller, mirrored, or -1."""
    rows, kinds = [], []
    for kind, (along_x, along_y) in enumerate(((1.0, 1.0), (_SCALE, _SCALE), (1 / _SCALE, 1 / _SCALE), (-1.0, 1.0))):
        for slide_x in _SLIDES_X:
            for slide_y in _SLIDES_Y:
                rows.append((along_x, along_y, slide_x, slide_y))
                kinds.append(kind if kind > 0 or abs(slide_x) <= _IN_PLACE_PX else -1)
    return np.array(rows, np.float64), np.array(kinds)


@lru_cache(maxsize=1)
def _inner(size: int) -> npt.NDArray[np.bool_]:
    inner = np.zeros((size, size), np.bool_)
    inner[_MARGIN_PX:-_MARGIN_PX, _MARGIN_PX:-_MARGIN_PX] = True
    return inner


def _small(image: npt.NDArray[np.generic]) -> Image:
    return cv2.resize(np.asarray(image), (_SIZE, _SIZE), interpolation=cv2.INTER_AREA).astype(np.float32)


def _gradient(image: Image, sigma: float) -> tuple[Image, Image]:
    smooth = cv2.GaussianBlur(np.asarray(image, np.float32), (0, 0), sigma)
    across, down = (cv2.Sobel(smooth, cv2.CV_32F, *order, scale=0.125) for order in ((1, 0), (0, 1)))
    return np.asarray(across, np.float32), np.asarray(down, np.float32)
