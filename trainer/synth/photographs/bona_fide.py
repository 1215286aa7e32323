"""Photographs of people as a camera sees them: cut out before another background, or as they were taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from fasdemo.faces.face import Box, Points
from fasdemo.faces.finder import Detector
from trainer.synth.people.person import Person
from trainer.synth.people.portrait import Grey, Rgb, to_linear
from trainer.synth.photographs.framing import Framing, Rng, centre_and_side
from trainer.synth.scene.surroundings import environment_view, wall_texture

Floats = npt.NDArray[np.float32]

CUT_OUT_SHARE = 0.72
"""Share of bona fide pictures with another background, which extends to all edges of the frame."""
_ENVIRONMENT_SHARE = 0.75
"""Share of these whose background is an environment map, if there are any."""
_SHOULDER_SLOPE = 0.5
_SHARP_SHRINK = 0.7
"""Pictures are blurred against aliasing before they are shrunk by less than this factor."""


@dataclass(frozen=True)
class Photograph:
    """A portrait in two forms.

    Attributes:
        original: uint8 (h, w, 3), as it was taken; `original_box`: the box of its face.
        cut_out: uint8 (h, w, 3) with `matte`, uint8 (h, w), 255 = person; `cut_out_box`: the box of its face.
        original_keys, cut_out_keys: key points of the faces, (6, 2), in the order of `fasdemo.faces.face.KEYPOINTS`.
    """

    original: Rgb
    original_box: Box
    cut_out: Rgb
    matte: Grey
    cut_out_box: Box
    original_keys: Points
    cut_out_keys: Points

    @classmethod
    def of(cls, person: Person, original: Rgb, detector: Detector) -> Photograph | None:
        """Return the photograph of a fitted person; None if no face is detected in one of its forms."""
        faces = [detector.detect(image, thorough=True)[:1] for image in (original, person.texture)]
        if not all(faces):
            return None
        (first,), (second,) = faces
        return cls(original, first.box, person.texture, person.matte, second.box, first.keypoints, second.keypoints)


def compose(rng: Rng, photograph: Photograph, framing: Framing, environments: Sequence[Path]) -> Floats:
    """Return linear light, float32 (h, w, 3), of a person in the given framing.

    An original is not extended, so its picture may have smaller margins.
    """
    if rng.random() < CUT_OUT_SHARE:
        return _before_background(rng, photograph, framing, environments)
    return _as_taken(rng, photograph, framing)


def background(rng: Rng, shape: tuple[int, int], environments: Sequence[Path]) -> Floats:
    """Return a random background out of focus, linear light float32 (h, w, 3)."""
    if environments and rng.random() < _ENVIRONMENT_SHARE:
        image = environment_view(rng, environments[int(rng.integers(len(environments)))], shape)
        image = image * np.float32(np.exp(rng.normal(0.2, 0.5)))
        blur = float(rng.gamma(1.5, 1.6))
    else:
        image, blur = wall_texture(rng, shape), float(rng.gamma(1.5, 1.0))
    if rng.random() < 0.5:
        image = image[:, ::-1]
    image = np.ascontiguousarray(image, np.float32)
    return np.asarray(cv2.GaussianBlur(image, (0, 0), blur), np.float32) if blur > 0.3 else image


def relight(rng: Rng, linear: Floats) -> Floats:
    """Return the picture with a smooth random change of brightness and tint."""
    height, width = linear.shape[:2]
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
    a = rng.normal(0, 0.28, 3)
    field = np.exp(a[0] * x + a[1] * y + a[2] * x * y)
    tint = 1 + rng.normal(0, 0.09, 3) * (1 if rng.random() < 0.8 else 2)
    return np.asarray(linear * field[..., None] * tint.astype(np.float32), np.float32)


def _before_background(rng: Rng, photograph: Photograph, framing: Framing, environments: Sequence[Path]) -> Floats:
    x, y, side = centre_and_side(photograph.cut_out_box)
    scale = framing.face_px / side
    height, width = framing.size
    to_frame = np.array([[scale, 0.0, framing.centre[0] - x * scale], [0.0, scale, framing.centre[1] - y * scale]])
    if rng.random() < 0.5:
        turn = cv2.getRotationMatrix2D(framing.centre, float(rng.normal(0, 6)), 1.0)
        to_frame = np.column_stack([turn[:, :2] @ to_frame[:, :2], turn[:, :2] @ to_frame[:, 2] + turn[:, 2]])
    colours, matte, offset = _extended(photograph, framing, (x, y, side))
    to_frame[:, 2] -= to_frame[:, :2] @ offset
    if scale < _SHARP_SHRINK:
        colours = np.asarray(cv2.GaussianBlur(colours, (0, 0), 0.35 / scale), np.uint8)
        matte = np.asarray(cv2.GaussianBlur(matte, (0, 0), 0.35 / scale), np.uint8)
    person = cv2.warpAffine(colours, to_frame, (width, height), borderMode=cv2.BORDER_REPLICATE)
    share = cv2.warpAffine(matte, to_frame, (width, height))[..., None].astype(np.float32) / 255
    light = relight(rng, to_linear(person))
    return np.asarray(light * share + background(rng, (height, width), environments) * (1 - share), np.float32)


def _extended(
    photograph: Photograph, framing: Framing, face: tuple[float, float, float]
) -> tuple[Rgb, Grey, npt.NDArray[np.float64]]:
    """Continue the shoulders to the edges of the frame; return colours, matte and the added columns and rows (2,)."""
    x, y, side = face
    rows, columns = photograph.matte.shape
    left = int(np.clip(np.ceil((0.5 + framing.left) * side - x) + 2, 0, columns - 1))
    right = int(np.clip(np.ceil(x + (0.5 + framing.right) * side - columns) + 2, 0, columns - 1))
    bottom = int(np.clip(np.ceil(y + (0.5 + framing.bottom) * side - rows) + 2, 0, rows - 1))
    top = int(max(0.0, np.ceil((0.5 + framing.top) * side - y) + 2))
    # Clothes continue to the sides as their mirror image, and downwards as stripes: a mirrored chin would be visible.
    colours = cv2.copyMakeBorder(photograph.cut_out, 0, 0, left, right, cv2.BORDER_REFLECT)
    colours = cv2.copyMakeBorder(colours, 0, bottom, 0, 0, cv2.BORDER_REPLICATE)
    matte = cv2.copyMakeBorder(photograph.matte, 0, bottom, left, right, cv2.BORDER_REPLICATE)
    for first, step, count in ((left, -1, left), (left + columns - 1, 1, right)):
        edge = matte[:, first].copy()
        for number in range(1, count + 1):
            drop = min(int(_SHOULDER_SLOPE * number + 0.003 * number**2), len(edge))
            matte[:, first + step * number] = np.concatenate([np.zeros(drop, np.uint8), edge[: len(edge) - drop]])
    matte = cv2.GaussianBlur(matte, (0, 0), 0.8)
    colours = cv2.copyMakeBorder(colours, top, 0, 0, 0, cv2.BORDER_REPLICATE)
    matte = cv2.copyMakeBorder(matte, top, 0, 0, 0, cv2.BORDER_CONSTANT, value=0)
    return np.asarray(colours, np.uint8), np.asarray(matte, np.uint8), np.array([left, top], np.float64)


def limited(framing: Framing, photograph: Photograph) -> Framing:
    """Return the framing with its margins limited to what the original shows."""
    x, y, side = centre_and_side(photograph.original_box)
    height, width = photograph.original.shape[:2]
    shown = x / side - 0.5, y / side - 0.5, (width - x) / side - 0.5, (height - y) / side - 0.5
    given = framing.left, framing.top, framing.right, framing.bottom
    return Framing(framing.face_px, *(max(0.0, min(one, other)) for one, other in zip(given, shown, strict=True)))


def _as_taken(rng: Rng, photograph: Photograph, framing: Framing) -> Floats:
    x, y, side = centre_and_side(photograph.original_box)
    seen = limited(framing, photograph)
    left, right = x - (0.5 + seen.left) * side, x + (0.5 + seen.right) * side
    top, bottom = y - (0.5 + seen.top) * side, y + (0.5 + seen.bottom) * side
    part = photograph.original[max(int(top), 0) : int(bottom), max(int(left), 0) : int(right)]
    scale = framing.face_px / side
    kind = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return relight(rng, to_linear(cv2.resize(part, None, fx=scale, fy=scale, interpolation=kind)))
