"""Photographs shown on paper or on a display and photographed again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from fasdemo.faces.finder import Detector
from trainer.synth.attacks.flat_media import draw_printing, draw_screen, print_texels, screen_texels
from trainer.synth.people.portrait import Rgb, to_srgb
from trainer.synth.photographs.bona_fide import CUT_OUT_SHARE, Floats, Photograph, background, compose, limited, relight
from trainer.synth.photographs.camera import expose, process
from trainer.synth.photographs.framing import Framing, Rng, centre_and_side, draw_framing

Species = Literal["print-flat", "replay-phone", "replay-tablet", "replay-monitor"]
SPECIES: tuple[Species, ...] = ("print-flat", "replay-phone", "replay-tablet", "replay-monitor")
_WEIGHTS = (0.45, 0.25, 0.15, 0.15)
_FACE_M = 0.16
"""Side of a face's box in metres, to convert the width of a bezel to pixels."""
_SKIN = np.array([0.45, 0.28, 0.2], np.float32)


@dataclass(frozen=True)
class _Carrier:
    """A flat picture with its border: linear light, float32 (h, w, 3), and its gloss, 0 to 1."""

    texels: Floats
    gloss: float
    display: bool


def recapture(
    rng: Rng, photograph: Photograph, framing: Framing, environments: Sequence[Path], detector: Detector
) -> tuple[Floats, Species] | None:
    """Return linear light, float32 (h, w, 3), of a recaptured photograph, and its species; None if no face is found.

    The shown picture has a framing, an exposure and a processing of its own, and the second camera sees the carrier
    tilted, with gloss and reflections, in front of another background.
    """
    if rng.random() >= CUT_OUT_SHARE:
        # Originals as they were taken have smaller margins; without this, the frame would reveal the class.
        framing = limited(framing, photograph)
    species = SPECIES[int(rng.choice(len(SPECIES), p=_WEIGHTS))]
    shown_px = framing.face_px * float(rng.uniform(0.8, 1.8))
    shown = compose(rng, photograph, draw_framing(rng, shown_px), environments)
    picture = (
        process(rng, expose(rng, shown, shown_px))
        if rng.random() < 0.85
        else np.round(to_srgb(shown * 0.9) * 255).astype(np.uint8)
    )
    carrier = (
        _printed(rng, picture, shown_px) if species == "print-flat" else _displayed(rng, picture, species, shown_px)
    )
    faces = detector.detect(_preview(carrier.texels))
    if not faces:
        return None
    return _seen(rng, carrier, centre_and_side(faces[0].box), framing, environments), species


def _printed(rng: Rng, picture: Rgb, face_px: float) -> _Carrier:
    printing = draw_printing(rng)
    texels = print_texels(picture, printing, rng)[..., :3]
    margin = int(rng.choice([0.0, rng.uniform(0.02, 0.25)]) * face_px)
    red, green, blue = (float(printing.white * cast) for cast in printing.cast)
    texels = _bordered(texels, margin, (red, green, blue))
    if rng.random() < 0.35:  # inks that lose saturation
        grey = texels.mean(-1, keepdims=True)
        texels = grey + (texels - grey) * np.float32(rng.uniform(0.35, 0.9))
    return _Carrier(np.asarray(texels, np.float32), printing.gloss, False)


def _displayed(rng: Rng, picture: Rgb, species: Species, face_px: float) -> _Carrier:
    kind: Literal["phone", "tablet", "monitor"] = species.removeprefix("replay-")  # type: ignore[assignment]  # a species is "replay-" and a kind
    screen = draw_screen(rng, kind)
    texels = screen_texels(picture, screen, rng)[..., :3] * np.float32(screen.radiance)
    tint = np.array([rng.normal(1, 0.08), 1, rng.normal(1.05, 0.1)], np.float32)
    texels = texels ** np.float32(rng.uniform(0.75, 1.3)) * tint
    texels = texels + np.float32(rng.beta(1, 5) * 0.2)  # a veil of reflected light
    bezel = max(2, int(face_px * screen.bezel / _FACE_M * rng.uniform(0.5, 3)))
    grey = float(rng.choice([rng.uniform(0.005, 0.04), rng.uniform(0.3, 0.7)], p=[0.8, 0.2]))
    texels = _bordered(texels, bezel, (grey, grey, grey))
    return _Carrier(np.asarray(texels, np.float32), float(rng.uniform(0.2, 1)), True)


def _bordered(texels: Floats, width: int, colour: tuple[float, float, float]) -> Floats:
    border = cv2.copyMakeBorder(texels, width, width, width, width, cv2.BORDER_CONSTANT, value=colour)
    return np.asarray(border, np.float32)


def _preview(texels: Floats) -> Rgb:
    bright = max(float(np.percentile(texels, 98)), 0.05)
    return np.ascontiguousarray(np.round(to_srgb(texels / bright) * 255).astype(np.uint8))


def _seen(
    rng: Rng, carrier: _Carrier, face: tuple[float, float, float], framing: Framing, environments: Sequence[Path]
) -> Floats:
    """Return what the second camera sees."""
    shape = height, width = framing.size
    rows, columns = carrier.texels.shape[:2]
    outline = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], np.float64)
    scale = framing.face_px / face[2]
    place = _tilted(rng, (outline - face[:2]) * scale, framing.face_px) + framing.centre
    view = cv2.getPerspectiveTransform(outline.astype(np.float32), place.astype(np.float32))
    texels = cv2.GaussianBlur(carrier.texels, (0, 0), 0.35 / scale) if scale < 0.7 else carrier.texels
    image = np.asarray(cv2.warpPerspective(texels, view, (width, height)), np.float32)
    share = cv2.warpPerspective(np.ones((rows, columns), np.float32), view, (width, height))[..., None]
    behind = background(rng, shape, environments)
    if not carrier.display:
        image = relight(rng, image)
    if carrier.gloss > 0.15 and rng.random() < 0.8:
        image = image + _reflection(rng, shape, carrier.gloss, environments)
    if rng.random() < (0.6 if carrier.display else 0.25):
        image = image * moire(rng, shape, float(rng.uniform(0.01, 0.12 if carrier.display else 0.05)))
    result = image * share + behind * (1 - share)
    if rng.random() < 0.35:
        result = _with_fingers(rng, result, place, framing)
    return np.asarray(result, np.float32)


def _tilted(rng: Rng, points: npt.NDArray[np.float64], face_px: float) -> npt.NDArray[np.float64]:
    """Return points (N, 2) of a plane around the origin as a camera sees the tilted plane, in pixels."""
    yaw, pitch, roll = np.deg2rad(rng.normal(0, (14, 12, 7)))
    rotation, _ = cv2.Rodrigues(np.array([0.0, 0.0, roll]))
    for axis in ((pitch, 0.0, 0.0), (0.0, yaw, 0.0)):
        rotation = rotation @ cv2.Rodrigues(np.array(axis))[0]
    spatial = np.column_stack([points, np.zeros(len(points))]) @ rotation.T
    distance = face_px * float(rng.uniform(2.2, 6))
    return np.asarray(spatial[:, :2] * (distance / (distance + spatial[:, 2:])), np.float64)


def _reflection(rng: Rng, shape: tuple[int, int], gloss: float, environments: Sequence[Path]) -> Floats:
    """Return a highlight or the reflected room, linear light float32 (h, w, 1) or (h, w, 3)."""
    if rng.random() < 0.5:
        return background(rng, shape, environments) * np.float32(gloss * rng.uniform(0, 0.3))
    height, width = shape
    y, x = np.mgrid[:height, :width].astype(np.float32)
    centre = rng.uniform(-0.2, 1.2, 2) * (width, height)
    radius = float(rng.uniform(0.08, 0.6)) * max(shape)
    spot = np.exp(-((x - centre[0]) ** 2 + (y - centre[1]) ** 2) / radius**2)
    return np.asarray(gloss * rng.uniform(0, 0.7) * spot[..., None], np.float32)


def moire(rng: Rng, shape: tuple[int, int], strength: float) -> Floats:
    """Return the interference of a regular raster with the pixels of a camera, a factor float32 (h, w, 3)."""
    height, width = shape
    y, x = np.mgrid[:height, :width].astype(np.float32)
    frequency = float(np.exp(rng.uniform(np.log(0.02), np.log(0.6)))) * 2 * np.pi
    bent = rng.uniform(0, 8) * np.sin(y / rng.uniform(60, 300) + rng.uniform(0, 6))
    bent = bent + rng.uniform(0, 8) * np.sin(x / rng.uniform(60, 300))
    angle = float(rng.uniform(0, np.pi))
    result = np.ones((height, width, 3), np.float32)
    for _ in range(int(rng.integers(1, 3))):
        angle += float(rng.uniform(0.6, 1.8))
        along = np.cos(angle) * (x + bent) + np.sin(angle) * (y + bent)
        for channel in range(3):
            phase = rng.uniform(0, 2 * np.pi) if rng.random() < 0.7 else 0.0
            result[..., channel] *= 1 + strength * np.sin(frequency * (1 + rng.normal(0, 0.02)) * along + phase)
    return result


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
