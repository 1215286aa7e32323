"""Paper and displays that show a photograph, and the reflections and interference on them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

import cv2
import numpy as np
import numpy.typing as npt

from trainer.synth.attacks.flat_media import draw_printing, draw_screen, print_texels, screen_texels
from trainer.synth.people.portrait import Rgb, to_srgb
from trainer.synth.photographs.bona_fide import Floats, Photograph, background, compose
from trainer.synth.photographs.camera import expose, process
from trainer.synth.photographs.framing import Rng, draw_shown_framing

DisplayKind = Literal["phone", "tablet", "monitor"]
FlatSpecies = Literal["print-flat", "replay-phone", "replay-tablet", "replay-monitor"]
FLAT: tuple[FlatSpecies, ...] = ("print-flat", "replay-phone", "replay-tablet", "replay-monitor")
_FACE_M = 0.16
"""Side of a face's box in metres, to convert the width of a bezel to pixels."""
_SATURATED_SHARE = 0.3
"""Share of displays whose bright parts are saturated for the second camera."""


@dataclass(frozen=True)
class Carrier:
    """A flat picture with its border: linear light, float32 (h, w, 3), and its gloss, 0 to 1."""

    texels: Floats
    gloss: float
    display: bool


def shown_picture(rng: Rng, photograph: Photograph, face_px: float, environments: Sequence[Path]) -> Rgb:
    """Return the photograph that is printed or displayed, with a framing, an exposure and a processing of its own."""
    shown = compose(rng, photograph, draw_shown_framing(rng, face_px), environments)
    if rng.random() < 0.85:
        return process(rng, expose(rng, shown, face_px))
    return np.asarray(np.round(to_srgb(shown * 0.9) * 255), np.uint8)


def carried(rng: Rng, picture: Rgb, species: FlatSpecies, face_px: float) -> Carrier:
    """Return the picture on paper, or on the display of a species; its face is `face_px` pixels wide."""
    if species == "print-flat":
        return printed(rng, picture, face_px)
    return displayed(rng, picture, cast(DisplayKind, species.removeprefix("replay-")), face_px)


def printed(rng: Rng, picture: Rgb, face_px: float) -> Carrier:
    """Return the picture on paper with a random border."""
    printing = draw_printing(rng)
    texels = print_texels(picture, printing, rng)[..., :3]
    margin = int(rng.choice([0.0, rng.uniform(0.02, 0.25)]) * face_px)
    red, green, blue = (float(printing.white * cast) for cast in printing.cast)
    texels = _bordered(texels, margin, (red, green, blue))
    if rng.random() < 0.35:  # inks that lose saturation
        grey = texels.mean(-1, keepdims=True)
        texels = grey + (texels - grey) * np.float32(rng.uniform(0.35, 0.9))
    return Carrier(np.asarray(texels, np.float32), printing.gloss, False)


def displayed(rng: Rng, picture: Rgb, kind: DisplayKind, face_px: float) -> Carrier:
    """Return the picture on a display with its bezel."""
    screen = draw_screen(rng, kind)
    texels = screen_texels(picture, screen, rng)[..., :3] * np.float32(screen.radiance)
    spread = 1.0 if rng.random() < 0.7 else 2.0  # cameras balance white for the room and not for the display
    tint = np.array([rng.normal(1, 0.08 * spread), 1, rng.normal(1.05, 0.1 * spread)], np.float32).clip(0.6, 1.5)
    texels = texels ** np.float32(rng.uniform(0.75, 1.3)) * tint
    if rng.random() < _SATURATED_SHARE:
        white = float(np.percentile(texels, rng.uniform(70, 97)))
        texels = np.minimum(texels, max(white, 0.05))
    texels = texels + np.float32(rng.beta(1, 5) * 0.2)  # a veil of reflected light
    bezel = max(2, int(face_px * screen.bezel / _FACE_M * rng.uniform(0.5, 3)))
    grey = float(rng.choice([rng.uniform(0.005, 0.04), rng.uniform(0.3, 0.7)], p=[0.8, 0.2]))
    texels = _bordered(texels, bezel, (grey, grey, grey))
    return Carrier(np.asarray(texels, np.float32), float(rng.uniform(0.2, 1)), True)


def _bordered(texels: Floats, width: int, colour: tuple[float, float, float]) -> Floats:
    border = cv2.copyMakeBorder(texels, width, width, width, width, cv2.BORDER_CONSTANT, value=colour)
    return np.asarray(border, np.float32)


def preview(texels: Floats) -> Rgb:
    """Return linear light as an 8-bit picture in which a face can be detected."""
    bright = max(float(np.percentile(texels, 98)), 0.05)
    return np.ascontiguousarray(np.round(to_srgb(texels / bright) * 255).astype(np.uint8))


def reduced(texels: Floats, scale: float) -> Floats:
    """Return texels, blurred if a view that reduces them to this scale would cause aliasing."""
    return np.asarray(cv2.GaussianBlur(texels, (0, 0), 0.35 / scale), np.float32) if scale < 0.7 else texels


def in_front(texels: Floats, view: npt.NDArray[np.float64], behind: Floats, lit: Callable[[Floats], Floats]) -> Floats:
    """Return what a camera sees of a carrier in front of a background, linear light float32 (h, w, 3).

    Args:
        texels: the carrier's picture, (H, W, 3), see `reduced`.
        view: homography (3, 3) from its pixels to those of the camera.
        behind: the background, (h, w, 3).
        lit: adds light of the room, reflections and moire to the picture in the camera's pixels, (h, w, 3).
    """
    height, width = behind.shape[:2]
    image = lit(np.asarray(cv2.warpPerspective(texels, view, (width, height)), np.float32))
    share = cv2.warpPerspective(np.ones(texels.shape[:2], np.float32), view, (width, height))[..., None]
    return np.ascontiguousarray(image * share + behind * (1 - share), np.float32)


def reflection(rng: Rng, shape: tuple[int, int], gloss: float, environments: Sequence[Path]) -> Floats:
    """Return a highlight or the reflected room, linear light float32 (h, w, 1) or (h, w, 3)."""
    if rng.random() < 0.5:
        return background(rng, shape, environments) * np.float32(gloss * rng.uniform(0, 0.3))
    height, width = shape
    y, x = np.mgrid[:height, :width].astype(np.float32)
    centre = rng.uniform(-0.2, 1.2, 2) * (width, height)
    radius = float(rng.uniform(0.08, 0.6)) * max(shape)
    spot = np.exp(-((x - centre[0]) ** 2 + (y - centre[1]) ** 2) / radius**2)
    return np.asarray(gloss * rng.uniform(0, 0.7) * spot[..., None], np.float32)


def draw_moire_strength(rng: Rng, display: bool) -> float:
    """Draw the amplitude of moire, a share of the light: mostly weak, and up to 0.35 on a display."""
    return float(np.exp(rng.uniform(np.log(0.01), np.log(0.35 if display else 0.1))))


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
