"""Glasses, hats and scarves that are painted on photographs, before they become bona fide pictures or attacks.

They are drawn in units of the distance between the eyes, in the plane of the face, with a share for both classes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from fasdemo.faces.face import Points
from trainer.synth.people.portrait import Rgb
from trainer.synth.photographs.bona_fide import Floats, Photograph
from trainer.synth.photographs.framing import Rng

GLASSES_SHARE, HAT_SHARE, SCARF_SHARE = 0.15, 0.12, 0.15
"""Share of pictures with each of them, independently of each other and of the class."""
_MAX_HAIR = 2.5
"""Highest hair above the eyes, in distances between the eyes, that fits under a hat."""
_HAIR_SEEN = 0.3
"""Share of a row of the head's matte, near its middle, that counts as hair."""


@dataclass(frozen=True)
class _Canvas:
    """A picture in which things are painted.

    Attributes:
        colours: float32 (h, w, 3), 0 to 255; changed in place.
        covered: float32 (h, w), 1 where something was painted; changed in place.
        to_picture: (2, 3), from units of the distance between the eyes, with the origin between them, to pixels.
    """

    colours: Floats
    covered: Floats
    to_picture: npt.NDArray[np.float64]

    @property
    def eyes_px(self) -> float:
        """Return the distance between the eyes in pixels."""
        return float(np.hypot(*self.to_picture[:, 0]))

    def pixels(self, points: npt.NDArray[np.floating]) -> npt.NDArray[np.int32]:
        """Return points (N, 2) in sixteenths of a pixel, as OpenCV draws them."""
        at = points @ self.to_picture[:, :2].T + self.to_picture[:, 2]
        return np.round(np.clip(at, -4000, 8000) * 16).astype(np.int32)

    def mask(self, points: npt.NDArray[np.floating], thickness: float = 0.0, closed: bool = True) -> Floats:
        """Return the inside of an outline (N, 2), or a line of a thickness, as shares, float32 (h, w)."""
        drawn = np.zeros(self.covered.shape, np.uint8)
        if thickness:
            width = max(1, round(thickness * self.eyes_px))
            cv2.polylines(drawn, [self.pixels(points)], closed, 255, width, cv2.LINE_AA, 4)
        else:
            cv2.fillPoly(drawn, [self.pixels(points)], 255, cv2.LINE_AA, 4)
        soft = cv2.GaussianBlur(drawn, (0, 0), max(0.4, 0.008 * self.eyes_px))
        return np.asarray(soft.astype(np.float32) / np.float32(255))

    def paint(self, mask: Floats, colour: Floats) -> None:
        """Cover a part with a colour, float32 (3,) or (h, w, 3)."""
        share = mask[..., None]
        self.colours[:] = self.colours * (1 - share) + colour * share
        np.maximum(self.covered, mask, out=self.covered)

    def shade(self, mask: Floats, strength: float, spread: float) -> None:
        """Darken the surroundings of a part, as its shadow does; `spread` in distances between the eyes."""
        shadow = cv2.GaussianBlur(mask, (0, 0), max(0.5, spread * self.eyes_px))
        self.colours[:] *= (1 - np.float32(strength) * shadow)[..., None]

    def places(self) -> tuple[Floats, Floats]:
        """Return x and y of each pixel in distances between the eyes, float32 (h, w)."""
        inverse = cv2.invertAffineTransform(self.to_picture)
        v, u = np.mgrid[: self.covered.shape[0], : self.covered.shape[1]].astype(np.float32)
        x = inverse[0, 0] * u + inverse[0, 1] * v + inverse[0, 2]
        y = inverse[1, 0] * u + inverse[1, 1] * v + inverse[1, 2]
        return np.asarray(x, np.float32), np.asarray(y, np.float32)


@dataclass(frozen=True)
class _Head:
    """The size of a head in distances between the eyes: half its width, and its highest hair above the eyes."""

    half: float
    hair: float
    chin: float


def dressed(rng: Rng, photograph: Photograph) -> Photograph:
    """Return the photograph with or without glasses, a hat and a scarf, the same in both of its forms."""
    wears = rng.random(3) < (GLASSES_SHARE, HAT_SHARE, SCARF_SHARE)
    seed = int(rng.integers(2**31))
    head = _head(photograph)
    if not wears.any() or head is None:
        return photograph
    glasses, hat, scarf = bool(wears[0]), bool(wears[1]) and head.hair < _MAX_HAIR, bool(wears[2])
    made = []
    for picture, keys in (
        (photograph.original, photograph.original_keys),
        (photograph.cut_out, photograph.cut_out_keys),
    ):
        canvas = _Canvas(picture.astype(np.float32), np.zeros(picture.shape[:2], np.float32), _from_eyes(keys))
        # The same seed, so that both forms of the photograph show the same things.
        drawn = np.random.default_rng(seed)
        light = _brightness(picture, keys)
        if scarf:
            _scarf(drawn, canvas, head, light)
        if glasses:
            _glasses(drawn, canvas, head, light)
        if hat:
            _hat(drawn, canvas, head, light)
        made.append((np.round(np.clip(canvas.colours, 0, 255)).astype(np.uint8), canvas.covered))
    covered = np.round(made[1][1] * 255).astype(np.uint8)
    return replace(photograph, original=made[0][0], cut_out=made[1][0], matte=np.maximum(photograph.matte, covered))


def _from_eyes(keys: Points) -> npt.NDArray[np.float64]:
    right, left = keys[:2].astype(np.float64)
    across = left - right
    # The y axis points to the chin: the eyes of an upright face are a quarter turn from it.
    down = np.array([-across[1], across[0]])
    return np.column_stack([across, down, (right + left) / 2])


def _head(photograph: Photograph) -> _Head | None:
    """Return the size of the head from the key points and the matte; None if the eyes are too close to draw."""
    to_picture = _from_eyes(photograph.cut_out_keys)
    if np.hypot(*to_picture[:, 0]) < 12:
        return None
    inverse = cv2.invertAffineTransform(to_picture)
    keys = photograph.cut_out_keys[:6].astype(np.float64) @ inverse[:, :2].T + inverse[:, 2]
    half = float(np.clip(np.abs(keys[4:6, 0]).mean() + 0.08, 1.0, 1.35))
    rows = photograph.matte[:, max(0, int(to_picture[0, 2] - 20)) : int(to_picture[0, 2] + 20)]
    hair = np.flatnonzero((rows > 127).mean(axis=1) > _HAIR_SEEN)
    if not len(hair):
        return None
    top = (np.array([to_picture[0, 2], float(hair[0])]) @ inverse[:, :2].T + inverse[:, 2])[1]
    return _Head(half, float(-top), float(keys[3, 1] + 0.8))


def _brightness(picture: Rgb, keys: Points) -> float:
    """Return the light on the face, relative to a usual photograph."""
    x, y = (int(v) for v in keys[2])
    nose = picture[max(y - 6, 0) : y + 6, max(x - 6, 0) : x + 6]
    return float(np.clip(nose.mean() / 150.0, 0.35, 1.4)) if nose.size else 1.0


def _glasses(rng: Rng, canvas: _Canvas, head: _Head, light: float) -> None:
    """Paint rims, bridge, temples and lenses with a reflection."""
    half = rng.uniform(0.33, 0.43), rng.uniform(0.2, 0.34)
    square, thick = rng.uniform(2.0, 5.0), float(rng.uniform(0.015, 0.06))
    dark = rng.random() < 0.7
    colour = (rng.uniform(5, 60, 3) if dark else rng.uniform(60, 210, 3)).astype(np.float32) * np.float32(light)
    angle = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    c, s = np.cos(angle), np.sin(angle)
    ring = np.column_stack([
        np.sign(c) * np.abs(c) ** (2 / square) * half[0], np.sign(s) * np.abs(s) ** (2 / square) * half[1]
    ])  # fmt: skip
    tint, shine = float(rng.beta(1, 6)) * 0.6, float(rng.beta(1, 3)) * 0.7
    slope, at = float(rng.uniform(-1, 1)), float(rng.uniform(-0.3, 0.3))
    x, y = canvas.places()
    streak = np.exp(-(((x + slope * y - at) / np.float32(rng.uniform(0.05, 0.4))) ** 2))
    frames = np.zeros_like(canvas.covered)
    for side in (-0.5, 0.5):
        lens = ring + (side * 1.02, 0.04)
        inside = canvas.mask(lens)
        canvas.paint(inside * np.float32(tint), colour)
        canvas.colours[:] += (inside * streak * np.float32(shine * 200))[..., None]
        frames = np.maximum(frames, canvas.mask(lens, thick))
        outer = np.array([[side * 1.02 + np.sign(side) * half[0], -0.05], [np.sign(side) * head.half, -0.1]])
        frames = np.maximum(frames, canvas.mask(outer, thick, closed=False))
    inner = 0.51 - half[0]
    bridge = np.array([[-inner, 0.0], [-inner / 2, -0.06], [inner / 2, -0.06], [inner, 0.0]])
    frames = np.maximum(frames, canvas.mask(bridge, thick, closed=False))
    canvas.shade(np.roll(frames, max(1, int(0.04 * canvas.eyes_px)), axis=0), 0.35, 0.03)
    canvas.paint(frames, colour)


def _hat(rng: Rng, canvas: _Canvas, head: _Head, light: float) -> None:
    """Paint a woollen hat, or a cap with a peak, that covers the hair above the forehead."""
    low = -float(rng.uniform(0.55, 0.85))
    high = -max(head.hair + float(rng.uniform(0.12, 0.35)), 1.7)
    half = head.half + float(rng.uniform(0.05, 0.2))
    angle = np.linspace(0, np.pi, 30)
    flat = rng.uniform(2.0, 3.2)
    dome = np.column_stack([
        half * np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** (2 / flat),
        low + (high - low) * np.sin(angle) ** (2 / flat),
    ])  # fmt: skip
    across = np.linspace(-1, 1, 20)
    band = np.column_stack([half * across, low - 0.14 * (1 - across**2)])
    mask = canvas.mask(np.vstack([dome, band]))
    canvas.shade(mask, float(rng.uniform(0.2, 0.6)), float(rng.uniform(0.06, 0.2)))
    colour = _cloth(rng, canvas, light, half)
    canvas.paint(mask, colour)
    if rng.random() < 0.5:
        drop = float(rng.uniform(0.15, 0.4))
        wide = float(rng.uniform(0.75, 0.95)) * half
        peak = np.column_stack([wide * across, low - 0.14 * (1 - across**2) + drop * (1 - across**2)])
        peak = np.vstack([peak, np.column_stack([half * across[::-1], low - 0.2 * (1 - across**2)])])
        canvas.paint(canvas.mask(peak), np.asarray(colour * np.float32(rng.uniform(0.55, 0.95)), np.float32))


def _scarf(rng: Rng, canvas: _Canvas, head: _Head, light: float) -> None:
    """Paint a scarf in folds around the neck; it reaches to the chin."""
    top = head.chin + float(rng.uniform(-0.1, 0.25))
    wide, high = head.half * float(rng.uniform(0.9, 1.3)), float(rng.uniform(0.7, 1.4))
    angle = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    c, s = np.cos(angle), np.sin(angle)
    across = np.sign(c) * np.abs(c) ** 0.7
    along = (1 + np.sign(s) * np.abs(s) ** 0.7) * high / 2 - float(rng.uniform(0.2, 0.4)) * across**2
    mask = canvas.mask(np.column_stack([wide * (1 + 0.1 * s) * across, top + along]))
    canvas.shade(mask, float(rng.uniform(0.2, 0.5)), 0.12)
    x, y = canvas.places()
    folds = np.ones_like(canvas.covered)
    for _ in range(int(rng.integers(2, 5))):
        at, bend = float(rng.uniform(0, high)), float(rng.uniform(0.1, 0.6))
        line = (y - np.float32(top + at) + np.float32(bend) * (x / np.float32(wide)) ** 2) / np.float32(0.12)
        folds *= 1 - np.float32(rng.uniform(0.15, 0.5)) * np.exp(-(line**2))
    canvas.paint(mask, np.asarray(_cloth(rng, canvas, light, wide) * folds[..., None], np.float32))


def _cloth(rng: Rng, canvas: _Canvas, light: float, half: float) -> Floats:
    """Return a knitted or woven cloth that is darker at its sides, float32 (h, w, 3)."""
    x, y = canvas.places()
    colour = np.clip(rng.beta(1.0, 1.8, 3) * 255, 8, 235).astype(np.float32) * np.float32(light)
    rows, columns = (float(np.exp(rng.uniform(np.log(0.04), np.log(0.4)))) for _ in range(2))
    depth = np.float32(rng.uniform(0.0, 0.25))
    weave = 1 + depth * np.sin(2 * np.pi * y / np.float32(rows)) * np.sin(2 * np.pi * x / np.float32(columns))
    if rng.random() < 0.3:
        other = np.clip(rng.beta(1.0, 1.8, 3) * 255, 8, 235).astype(np.float32) * np.float32(light)
        stripe = (np.sin(2 * np.pi * y / np.float32(rng.uniform(0.25, 0.9))) > 0)[..., None]
        cloth = np.where(stripe, other, colour)
    else:
        cloth = np.broadcast_to(colour, (*x.shape, 3))
    round_off = 1 - np.float32(rng.uniform(0.2, 0.6)) * np.minimum(np.abs(x) / np.float32(half), 1.0) ** 2
    # Of its own source, so that pictures of different sizes get the same colours.
    grain = np.asarray(np.random.default_rng(int(rng.integers(2**31))).normal(1.0, 0.04, x.shape), np.float32)
    return np.asarray(cloth * (weave * round_off * grain)[..., None], np.float32)
