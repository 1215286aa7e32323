"""Photographs shown on paper or on a display and photographed again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import cast

import cv2
import numpy as np
import numpy.typing as npt

from fasdemo.faces.finder import Detector
from trainer.synth.photographs.bona_fide import CUT_OUT_SHARE, Floats, Photograph, background, limited, relight
from trainer.synth.photographs.carriers import (
    FLAT,
    Carrier,
    FlatSpecies,
    carried,
    draw_moire_strength,
    in_front,
    moire,
    preview,
    reduced,
    reflection,
    shown_picture,
)
from trainer.synth.photographs.framing import Framing, Rng, centre_and_side
from trainer.synth.photographs.worn import WORN, WornSpecies, worn

Species = FlatSpecies | WornSpecies
SPECIES: tuple[Species, ...] = (*FLAT, *WORN)
_WEIGHTS = (0.32, 0.18, 0.11, 0.11)
"""Share of each flat species; those in front of another face have equal shares of the rest."""
_SKIN = np.array([0.45, 0.28, 0.2], np.float32)


def recapture(
    rng: Rng, photograph: Photograph, framing: Framing, environments: Sequence[Path], detector: Detector
) -> tuple[Floats, Species] | None:
    """Return linear light, float32 (h, w, 3), of a recaptured photograph, and its species; None if no face is found.

    The shown picture has a framing, an exposure and a processing of its own, and the second camera sees the carrier
    tilted, with gloss and reflections, in front of another background or another face.
    """
    shares = [*_WEIGHTS, *[(1 - sum(_WEIGHTS)) / len(WORN)] * len(WORN)]
    species = SPECIES[int(rng.choice(len(SPECIES), p=shares))]
    if species in WORN:
        light = worn(rng, photograph, framing, environments, detector, species)
        return None if light is None else (light, species)
    if rng.random() >= CUT_OUT_SHARE:
        # Originals as they were taken have smaller margins; without this, the frame would reveal the class.
        framing = limited(framing, photograph)
    shown_px = framing.face_px * float(rng.uniform(0.8, 1.8))
    picture = shown_picture(rng, photograph, shown_px, environments)
    carrier = carried(rng, picture, cast(FlatSpecies, species), shown_px)
    faces = detector.detect(preview(carrier.texels))
    if not faces:
        return None
    return _seen(rng, carrier, centre_and_side(faces[0].box), framing, environments), species


def _seen(
    rng: Rng, carrier: Carrier, face: tuple[float, float, float], framing: Framing, environments: Sequence[Path]
) -> Floats:
    """Return what the second camera sees."""
    shape = framing.size
    rows, columns = carrier.texels.shape[:2]
    outline = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], np.float64)
    scale = framing.face_px / face[2]
    place = _tilted(rng, (outline - face[:2]) * scale, framing.face_px) + framing.centre

    def lit(image: Floats) -> Floats:
        if not carrier.display:
            image = relight(rng, image)
        if carrier.gloss > 0.15 and rng.random() < 0.8:
            image = image + reflection(rng, shape, carrier.gloss, environments)
        if rng.random() < (0.65 if carrier.display else 0.25):
            image = image * moire(rng, shape, draw_moire_strength(rng, carrier.display))
        return image

    view = np.asarray(cv2.getPerspectiveTransform(outline.astype(np.float32), place.astype(np.float32)), np.float64)
    result = in_front(reduced(carrier.texels, scale), view, background(rng, shape, environments), lit)
    if rng.random() < (0.5 if carrier.display else 0.35):
        result = _with_fingers(rng, result, place, framing)
    return result


def _tilted(rng: Rng, points: npt.NDArray[np.float64], face_px: float) -> npt.NDArray[np.float64]:
    """Return points (N, 2) of a plane around the origin as a camera sees the tilted plane, in pixels."""
    yaw, pitch, roll = np.deg2rad(rng.normal(0, (14, 12, 7)))
    rotation, _ = cv2.Rodrigues(np.array([0.0, 0.0, roll]))
    for axis in ((pitch, 0.0, 0.0), (0.0, yaw, 0.0)):
        rotation = rotation @ cv2.Rodrigues(np.array(axis))[0]
    spatial = np.column_stack([points, np.zeros(len(points))]) @ rotation.T
    distance = face_px * float(rng.uniform(2.2, 6))
    return np.asarray(spatial[:, :2] * (distance / (distance + spatial[:, 2:])), np.float64)


def _with_fingers(rng: Rng, image: Floats, place: npt.NDArray[np.float64], framing: Framing) -> Floats:
    """Draw fingers that hold the carrier at its outline (4, 2)."""
    skin = _SKIN * np.float32(rng.uniform(0.3, 1.3))
    for _ in range(int(rng.integers(1, 5))):
        side, at = int(rng.integers(4)), float(rng.uniform(0.1, 0.9))
        point = place[side] * (1 - at) + place[(side + 1) % 4] * at
        inward = np.array(framing.centre) - point
        inward /= float(np.linalg.norm(inward)) + 1e-6
        ends = point - inward * framing.face_px * 0.3, point + inward * framing.face_px * rng.uniform(0.05, 0.25)
        mask = np.zeros(image.shape[:2], np.uint8)
        start, end = ((int(one[0]), int(one[1])) for one in ends)
        cv2.line(mask, start, end, 255, max(3, int(framing.face_px * 0.11)), cv2.LINE_AA)
        share = cv2.GaussianBlur(mask, (0, 0), 1)[..., None].astype(np.float32) / 255
        image = np.asarray(image * (1 - share) + skin * share, np.float32)
    return image
