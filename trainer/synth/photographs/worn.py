"""Prints in front of another face: bent, with holes for its eyes, nose and mouth, or folded to a mask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from fasdemo.faces.face import Points
from fasdemo.faces.finder import Detector
from trainer.synth.photographs.bona_fide import Floats, Photograph, compose, relight
from trainer.synth.photographs.carriers import preview, printed, reduced, reflection, shown_picture
from trainer.synth.photographs.framing import Framing, Rng

WornSpecies = Literal[
    "print-bent", "print-cut-eyes", "print-cut-eyes-nose", "print-cut-eyes-nose-mouth", "mask-paper"
]  # fmt: skip
WORN: tuple[WornSpecies, ...] = (
    "print-bent", "print-cut-eyes", "print-cut-eyes-nose", "print-cut-eyes-nose-mouth", "mask-paper",
)  # fmt: skip
_HOLES: dict[WornSpecies, tuple[str, ...]] = {
    "print-bent": (),
    "print-cut-eyes": ("eyes",),
    "print-cut-eyes-nose": ("eyes", "nose"),
    "print-cut-eyes-nose-mouth": ("eyes", "nose", "mouth"),
    "mask-paper": (),
}
_MASK_HOLES: tuple[tuple[str, ...], ...] = ((), ("eyes",), ("eyes", "nose"))
_BEND_SHARE = 0.6
"""Share of prints with holes that are bent around the head."""
_TRIM_SHARE = 0.4
"""Share of prints that are cut along the outline of the head; masks always are."""
_MIRRORED = (1, 0, 2, 3, 5, 4)
"""Key points of a mirrored face: eyes and ears change sides."""
_STEEPEST = 1.35
"""Largest angle of a bent sheet to the camera in radians."""


def worn(
    rng: Rng,
    photograph: Photograph,
    framing: Framing,
    environments: Sequence[Path],
    detector: Detector,
    species: WornSpecies,
) -> Floats | None:
    """Return linear light, float32 (h, w, 3), of a person behind a print; None if a face is not found.

    The person behind is the one of the print, mirrored and with another skin tone, so that nobody of another part of
    the data set is visible.
    """
    scene = compose(rng, _other(rng, photograph), framing, environments)
    shown_px = framing.face_px * float(rng.uniform(0.9, 1.7))
    paper = printed(rng, shown_picture(rng, photograph, shown_px, environments), shown_px)
    behind, before = (detector.detect(preview(light)) for light in (scene, paper.texels))
    if not behind or not before:
        return None
    keys = before[0].keypoints[:4]
    eyes = float(np.linalg.norm(keys[0] - keys[1]))
    if eyes < 4:
        return None
    mask = species == "mask-paper"
    holes = _MASK_HOLES[int(rng.integers(len(_MASK_HOLES)))] if mask else _HOLES[species]
    share = _with_holes(rng, paper.texels.shape[:2], keys, eyes, holes)
    if mask or rng.random() < _TRIM_SHARE:
        share = share * _outline(rng, paper.texels.shape[:2], keys, eyes)
    texels = relight(rng, paper.texels)
    if mask:
        texels = texels * _folds(rng, paper.texels.shape[:2], keys, eyes)
    if mask or species == "print-bent" or rng.random() < _BEND_SHARE:
        radius = eyes * float(rng.uniform(0.9, 2.0) if mask else rng.uniform(1.1, 4.0))
        texels, share = _bent(rng, texels, share, float(keys[:2, 0].mean()), radius)
    view = _placed(rng, keys, behind[0].keypoints[:4])
    height, width = scene.shape[:2]
    scale = float(np.sqrt(abs(np.linalg.det(view[:2, :2]))))
    image = np.asarray(cv2.warpPerspective(reduced(texels, scale), view, (width, height)), np.float32)
    cover = np.asarray(cv2.warpPerspective(share, view, (width, height)), np.float32)[..., None]
    if paper.gloss > 0.15 and rng.random() < 0.8:
        image = image + reflection(rng, (height, width), paper.gloss, environments)
    return np.asarray(image * cover + _shaded(rng, scene, cover, framing.face_px) * (1 - cover), np.float32)


def _other(rng: Rng, photograph: Photograph) -> Photograph:
    """Return the photograph mirrored and with another skin tone."""
    tone = np.exp(rng.normal(0, 0.25) + rng.normal(0, 0.06, 3)).astype(np.float32)
    pictures = [
        np.ascontiguousarray(np.clip(picture[:, ::-1] * tone, 0, 255).astype(np.uint8))
        for picture in (photograph.original, photograph.cut_out)
    ]
    boxes = [
        (picture.shape[1] - box[0] - box[2], *box[1:])
        for picture, box in zip(pictures, (photograph.original_box, photograph.cut_out_box), strict=True)
    ]
    keys = [
        (np.array([picture.shape[1] - 1, 0]) - points * (1, -1))[list(_MIRRORED)].astype(points.dtype)
        for picture, points in zip(pictures, (photograph.original_keys, photograph.cut_out_keys), strict=True)
    ]
    return replace(
        photograph,
        original=pictures[0],
        original_box=boxes[0],
        cut_out=pictures[1],
        cut_out_box=boxes[1],
        original_keys=keys[0],
        cut_out_keys=keys[1],
        matte=np.ascontiguousarray(photograph.matte[:, ::-1]),
    )


def _with_holes(rng: Rng, shape: tuple[int, int], keys: Points, eyes: float, holes: tuple[str, ...]) -> Floats:
    """Return the share of paper, 1 = paper and 0 = hole, float32 (h, w)."""
    paper = np.full(shape, 255, np.uint8)
    across = keys[1] - keys[0]
    angle = float(np.degrees(np.arctan2(across[1], across[0])))
    if "eyes" in holes:
        wide, high = eyes * rng.uniform(0.2, 0.36), eyes * rng.uniform(0.1, 0.24)
        for eye in keys[:2]:
            at = eye + rng.normal(0, 0.03 * eyes, 2)
            cv2.ellipse(paper, (_pixel(at), (float(2 * wide), float(2 * high)), angle), 0, -1, cv2.LINE_AA)
    if "nose" in holes:
        middle, tip = keys[:2].mean(0), keys[2]
        half = across / max(eyes, 1e-6) * eyes * rng.uniform(0.2, 0.36)
        down = (tip - middle) * rng.uniform(0.1, 0.35)
        corners = np.stack([middle + (tip - middle) * rng.uniform(0.1, 0.6), tip + down + half, tip + down - half])
        cv2.fillConvexPoly(paper, np.round(corners).astype(np.int32), 0, cv2.LINE_AA)
    if "mouth" in holes:
        size = float(eyes * rng.uniform(0.6, 1.0)), float(eyes * rng.uniform(0.22, 0.5))
        cv2.ellipse(paper, (_pixel(keys[3]), size, angle), 0, -1, cv2.LINE_AA)
    return np.asarray(cv2.GaussianBlur(paper, (0, 0), 0.7).astype(np.float32) / np.float32(255), np.float32)


def _outline(rng: Rng, shape: tuple[int, int], keys: Points, eyes: float) -> Floats:
    """Return the share of paper that is cut roughly along the face, float32 (h, w)."""
    middle = (keys[:2].mean(0) + keys[3]) / 2
    angles = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    wide, high = eyes * rng.uniform(1.0, 1.5), eyes * rng.uniform(1.35, 2.0)
    rough = 1 + rng.normal(0, 0.025, len(angles))
    points = middle + np.column_stack([np.cos(angles) * wide * rough, np.sin(angles) * high * rough])
    paper = np.zeros(shape, np.uint8)
    cv2.fillPoly(paper, [np.round(points).astype(np.int32)], 255, cv2.LINE_AA)
    return np.asarray(paper.astype(np.float32) / np.float32(255), np.float32)


def _folds(rng: Rng, shape: tuple[int, int], keys: Points, eyes: float) -> Floats:
    """Return the shading of facets that are folded along the nose and a few other lines, float32 (h, w, 1)."""
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    shading = np.ones(shape, np.float32)
    for number in range(int(rng.integers(2, 5))):
        turn = float(rng.normal(0, 0.1) if number == 0 else rng.uniform(0, np.pi))
        at = keys[2] if number == 0 else keys[2] + rng.normal(0, 0.6 * eyes, 2)
        along = (x - at[0]) * np.float32(np.cos(turn)) + (y - at[1]) * np.float32(np.sin(turn))
        shading *= 1 + np.float32(rng.uniform(-0.25, 0.25)) * np.tanh(along / np.float32(eyes * rng.uniform(0.02, 0.2)))
    return np.asarray(shading[..., None], np.float32)


def _bent(rng: Rng, texels: Floats, share: Floats, axis: float, radius: float) -> tuple[Floats, Floats]:
    """Roll a sheet around an upright axis at the column `axis`, convex to the camera, lit from a random side."""
    height, width = share.shape
    seen = (np.arange(width, dtype=np.float32) - np.float32(axis)) / np.float32(radius)
    inside = np.abs(seen) < np.sin(_STEEPEST)
    angle = np.arcsin(np.clip(seen, -np.sin(_STEEPEST), np.sin(_STEEPEST)))
    columns = np.tile((axis + radius * angle).astype(np.float32), (height, 1))
    rows = np.tile(np.arange(height, dtype=np.float32)[:, None], (1, width))
    bent = cv2.remap(texels, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    cover = cv2.remap(share, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0)
    strength, side = float(rng.uniform(0, 0.7)), float(rng.normal(0, 0.5))
    light = np.maximum(1 - strength + strength * np.cos(angle - side), 0.05).astype(np.float32)
    return np.asarray(bent * light[None, :, None], np.float32), np.asarray(cover * inside, np.float32)


def _placed(rng: Rng, printed_keys: Points, worn_keys: Points) -> npt.NDArray[np.float64]:
    """Return the map (3, 3) from the print to the frame that lays the printed eyes and mouth on those behind."""
    to = worn_keys.astype(np.float64)
    eyes = max(float(np.linalg.norm(to[0] - to[1])), 1.0)
    matched, _ = cv2.estimateAffinePartial2D(printed_keys.astype(np.float64), to, method=cv2.LMEDS)
    view = np.vstack([matched if matched is not None else np.eye(2, 3), [0.0, 0.0, 1.0]])
    middle = to.mean(0)
    scale = float(rng.uniform(0.95, 1.18))
    tilt = rng.normal(0, 0.06, 2) / eyes
    shift = rng.normal(0, 0.05 * eyes, 2)
    centred = np.array([[1, 0, -middle[0]], [0, 1, -middle[1]], [0, 0, 1]])
    moved = np.array([[scale, 0, 0], [0, scale, 0], [tilt[0], tilt[1], 1]])
    back = np.array([[1, 0, middle[0] + shift[0]], [0, 1, middle[1] + shift[1]], [0, 0, 1]])
    return np.asarray(back @ moved @ centred @ view, np.float64)


def _shaded(rng: Rng, scene: Floats, cover: Floats, face_px: float) -> Floats:
    """Darken what is behind the paper near its edges and in its holes."""
    spread = face_px * float(rng.uniform(0.02, 0.15))
    shadow = np.asarray(cv2.GaussianBlur(cover, (0, 0), spread), np.float32)[..., None]
    moved = np.roll(shadow, tuple(int(v) for v in rng.normal(0, 0.03 * face_px, 2)), (0, 1))
    return np.asarray(scene * (1 - np.float32(rng.uniform(0.1, 0.7)) * moved), np.float32)


def _pixel(point: npt.NDArray[np.float32]) -> tuple[float, float]:
    return float(point[0]), float(point[1])
