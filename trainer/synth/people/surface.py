"""The surface of a person: the portrait as a texture for visible light and for 850 nm."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt
from numba import njit

from fasdemo.models.crop import ADULT_EYE_DISTANCE_M
from trainer.synth.heads.headmodel import Floats, HeadModel
from trainer.synth.people.person import Person
from trainer.synth.people.portrait import HAIR, SKIN, to_linear
from trainer.synth.scene import raster

Bytes = npt.NDArray[np.uint8]

EYE_POINTS = ((36, 42), (42, 48))


@dataclass(frozen=True)
class Appearance:
    """The optical properties of a person's surface that vary independently of the portrait.

    Attributes:
        skin_ir: reflectance of the skin at 850 nm; melanin hardly absorbs there, so it depends little on the tone.
        hair_ir: reflectance of the hair; `cloth_ir`: of the clothes, whose dyes are mostly transparent at 850 nm.
        oil: strength of the skin's highlights.
        ir_follow: how much of the red channel's pattern (brows, lips, stubble, freckles) remains at 850 nm; 1 = all of
            it. `ir_soft`: spread of light under the skin, standard deviation in eye distances.
        shine_ir: strength of the lamp's highlight on the skin, multiplied by `oil`.
        iris_ir: reflectance of the iris (brown eyes are bright at 850 nm); `pupil_ir`: of the pupil, above 1 if the
            lamp is so close to the lens that the pupil lights up.
    """

    skin_ir: float = 0.55
    hair_ir: float = 0.16
    cloth_ir: float = 0.5
    oil: float = 0.25
    gain: float = 1.0
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0)
    ir_follow: float = 0.75
    ir_soft: float = 0.0
    shine_ir: float = 0.25
    iris_ir: float = 0.2
    pupil_ir: float = 0.03


def texels(person: Person, appearance: Appearance) -> Floats:
    """Return the portrait as a texture (h, w, 6): linear colour, albedo at 850 nm, opacity, gloss."""
    # All of these depend on the 8 bits of the red channel.
    red = to_linear(np.arange(256, dtype=np.uint8))
    # Skin at 850 nm keeps the pattern of the red channel (pores, stubble, brows) almost independently of the tone.
    ratio = np.clip(red / max(float(person.skin[0]), 0.02), 0.0, 1.6)
    curve = np.power(ratio, appearance.ir_follow).astype(np.float32)
    values = np.ascontiguousarray(person.texture[..., 0])
    pattern = np.asarray(cv2.LUT(values, curve), np.float32)
    if appearance.ir_soft:
        spread = max(appearance.ir_soft * _eyes_apart(person), 0.3)
        soft = cv2.GaussianBlur(pattern, (0, 0), spread)
        pattern = np.asarray(cv2.addWeighted(pattern, 0.4, soft, 0.6, 0), np.float32)
    hair = appearance.hair_ir * (0.55 + 0.9 * np.sqrt(red) * 2.0)
    cloth = appearance.cloth_ir * (0.45 + 0.55 * np.sqrt(red))
    colours = np.asarray(appearance.tint, np.float32) * np.float32(appearance.gain) * red[:, None]
    levels = np.column_stack([colours, hair, cloth, 0.3 + 0.7 * ratio]).astype(np.float32)
    result = np.empty((*values.shape, raster.TEXEL), np.float32)
    _paint(person.texture, person.matte, _soft_regions(person), pattern, levels, appearance.skin_ir, result)
    return result


@njit(cache=True, fastmath=True, error_model="numpy")
def _paint(
    picture: Bytes, matte: Bytes, regions: Bytes, pattern: Floats, levels: Floats, skin_ir: float, result: Floats
) -> None:  # fmt: skip
    """Fill texels (h, w, 6) of a portrait.

    Args:
        picture: (h, w, 3), 8-bit sRGB.
        matte: (h, w).
        regions: (2, h, w): shares of skin and hair, 255 = 1; the rest is cloth.
        pattern: (h, w): pattern of the skin in infrared.
        levels: (256, 6): by 8-bit value, linear red, green and blue; by red value, infrared albedo of hair and of
            cloth, and gloss of skin.
        skin_ir: infrared albedo of the skin.
        result: texels.
    """
    unit = np.float32(1.0 / 255.0)
    flat, growing = np.float32(0.12 * skin_ir), np.float32(0.88 * skin_ir)
    for y in range(matte.shape[0]):
        for x in range(matte.shape[1]):
            value = picture[y, x, 0]
            skin, hair = regions[0, y, x] * unit, regions[1, y, x] * unit
            cloth = np.float32(1.0) - skin - hair
            result[y, x, 0] = levels[value, 0]
            result[y, x, 1] = levels[picture[y, x, 1], 1]
            result[y, x, 2] = levels[picture[y, x, 2], 2]
            albedo = skin * (flat + growing * pattern[y, x])
            result[y, x, 3] = albedo + hair * levels[value, 3] + cloth * levels[value, 4]
            result[y, x, 4] = matte[y, x] * unit
            result[y, x, 5] = min(skin * levels[value, 5], np.float32(1.0))


@lru_cache(maxsize=128)
def _soft_regions(person: Person) -> Bytes:
    """Return the shares of skin and hair at each texel of a portrait, uint8 (2, h, w), 255 = 1."""
    parts = [cv2.GaussianBlur((person.region == r).astype(np.float32), (0, 0), 2.0) for r in (SKIN, HAIR)]
    skin = np.round(np.clip(parts[0], 0, 1) * 255).astype(np.uint8)
    hair = np.minimum(np.round(np.clip(parts[1], 0, 1) * 255).astype(np.uint8), 255 - skin)
    return np.stack([skin, hair])


def _eyes_apart(person: Person) -> float:
    """Return the distance of the eyes in the portrait in pixels, from the width of the head's mesh."""
    front = person.uv[person.front]
    return max(float(np.ptp(front[:, 0])) * ADULT_EYE_DISTANCE_M / 0.15, 10.0)


def lit_eyes(surface: Floats, person: Person, model: HeadModel, appearance: Appearance) -> None:
    """Paint iris and pupil as they appear at 850 nm into a texture made by `texels`."""
    if not len(model.landmarks):
        return
    for first, last in EYE_POINTS:
        lids = person.uv[model.landmarks[first:last]].astype(np.float64)
        apart = float(np.linalg.norm(lids[0] - lids[3]))
        height, width = surface.shape[:2]
        middle = lids.mean(0)
        left, top = (np.maximum(middle - apart, 0)).astype(int)
        right, low = (np.minimum(middle + apart, (width, height))).astype(int)
        if right - left < 4 or low - top < 4:
            continue
        y, x = np.mgrid[top:low, left:right].astype(np.float32)
        r = np.hypot(x - middle[0], y - middle[1]) / max(apart, 1.0)  # an eye's opening is 30 mm wide
        opening = np.zeros((low - top, right - left), np.float32)
        cv2.fillConvexPoly(opening, np.round(lids - (left, top)).astype(np.int32), 1.0)
        iris, pupil = (np.clip((size - r) / 0.04 + 0.5, 0, 1) * opening for size in (0.19, 0.07))
        part = surface[top:low, left:right, 3]
        part += iris * (appearance.iris_ir - part) * 0.8
        part += pupil * (appearance.pupil_ir - part)
