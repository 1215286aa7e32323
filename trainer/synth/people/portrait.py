"""Segmentation of portraits into matte and regions (skin, hair, cloth), and their colours in linear light."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from fasdemo.errors import UserError
from trainer.synth.people.landmarks import Points

Rgb = npt.NDArray[np.uint8]
Grey = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

SKIN, HAIR, CLOTH = 0, 1, 2
_FACE_OVAL = (10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176,
              149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109)  # fmt: skip


@dataclass(frozen=True)
class Portrait:
    """A photograph with its matte and regions.

    Attributes:
        rgb: uint8 (h, w, 3); outside the matte it continues the nearest colours of the person.
        matte: uint8 (h, w), 255 = person.
        region: uint8 (h, w): `SKIN`, `HAIR` or `CLOTH`.
        points: float64 (478, 2): landmarks in pixels.
        skin: mean linear RGB of the cheeks and forehead.
    """

    rgb: Rgb
    matte: Grey
    region: Grey
    points: Points
    skin: Floats


def to_linear(rgb: npt.NDArray[np.generic]) -> Floats:
    """Convert 8-bit sRGB to linear light in [0, 1]."""
    values = np.ascontiguousarray(rgb, np.uint8)
    return np.asarray(cv2.LUT(values.reshape(1, -1), _LINEAR), np.float32).reshape(values.shape)


def to_srgb(linear: npt.NDArray[np.floating]) -> npt.NDArray[np.float32]:
    """Convert linear light to sRGB in [0, 1]."""
    clipped = np.clip(linear, 0.0, 1.0)
    encoded = np.where(clipped <= 0.0031308, clipped * 12.92, 1.055 * clipped ** (1 / 2.4) - 0.055)
    return np.asarray(encoded, np.float32)


_V = np.arange(256) / 255.0
_LINEAR = np.where(_V <= 0.04045, _V / 12.92, ((_V + 0.055) / 1.055) ** 2.4).astype(np.float32)


def read_picture(path: Path) -> Rgb:
    """Read a picture as 8-bit RGB (h, w, 3).

    Raises:
        UserError: the file cannot be read as a picture.
    """
    bgr = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if bgr is None:
        raise UserError(f"{path}: cannot be read as a picture; remove it from the folder or replace it.")
    return np.asarray(np.ascontiguousarray(bgr[..., ::-1]), np.uint8)


def segment_portrait(rgb: Rgb, points: Points) -> Portrait:
    """Compute matte, regions and continued colours of a portrait with known landmarks."""
    matte = _matte(rgb, points)
    rgb = _balanced(rgb, matte, points)
    region = _regions(rgb, matte, points)
    filled = _continue_colours(rgb, matte)
    oval = np.zeros(rgb.shape[:2], np.uint8)
    cv2.fillConvexPoly(oval, _shrunk(points[list(_FACE_OVAL)], 0.8), 1)
    skin = (
        np.median(to_linear(rgb)[(oval > 0) & (region == SKIN)], axis=0)
        if ((oval > 0) & (region == SKIN)).any()
        else np.array([0.4, 0.28, 0.22])
    )
    return Portrait(filled, matte, region, points, skin.astype(np.float32))


def _shrunk(points: Points, factor: float) -> npt.NDArray[np.int32]:
    middle = points.mean(0)
    return np.asarray(np.round(middle + (points - middle) * factor), np.int32)


def _matte(rgb: Rgb, points: Points) -> Grey:
    height, width = rgb.shape[:2]
    factor = 384.0 / max(height, width)
    small = np.asarray(cv2.resize(rgb, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), np.uint8)
    p = points * factor
    eyes = float(np.linalg.norm(p[33] - p[263])) / 1.45
    middle = p.mean(0)
    labels = np.full(small.shape[:2], cv2.GC_PR_BGD, np.uint8)
    y, x = np.mgrid[: small.shape[0], : small.shape[1]]
    # A large area of head and shoulders is possibly the person; the face and the chest below it certainly are.
    chin = p[152]
    around = ((x - middle[0]) / (2.2 * eyes)) ** 2 + ((y - middle[1]) / (2.7 * eyes)) ** 2 < 1
    below = (y > chin[1] + 0.3 * eyes) & (np.abs(x - chin[0]) < 1.2 * eyes + 2.0 * np.maximum(0, y - chin[1]))
    labels[around | below] = cv2.GC_PR_FGD
    hull = np.zeros(labels.shape, np.uint8)
    cv2.fillConvexPoly(hull, _shrunk(p[list(_FACE_OVAL)], 1.0), 1)
    labels[hull > 0] = cv2.GC_FGD
    labels[(y > chin[1]) & (np.abs(x - chin[0]) < 0.55 * eyes)] = cv2.GC_FGD
    labels[(y > chin[1] + 1.6 * eyes) & (np.abs(x - chin[0]) < 1.6 * eyes)] = cv2.GC_FGD
    edge = 4
    above = y < chin[1] + 0.2 * eyes
    far = ((x - middle[0]) / (3.4 * eyes)) ** 2 + ((y - middle[1]) / (3.6 * eyes)) ** 2 > 1
    labels[above & far] = cv2.GC_BGD
    labels[:edge][:, :] = np.where(labels[:edge] == cv2.GC_PR_FGD, cv2.GC_PR_FGD, cv2.GC_BGD)
    plain = _plain_background(small, p, eyes)
    if plain is not None:
        labels[(plain < 5.0) & (hull == 0) & (y < chin[1])] = cv2.GC_BGD
        labels[(plain > 25.0) & (labels != cv2.GC_FGD) & (y < chin[1])] = cv2.GC_PR_FGD
    cv2.setRNGSeed(1)
    smooth = cv2.bilateralFilter(small, 5, 20, 3)
    mask, _, _ = cv2.grabCut(
        smooth, labels, (0, 0, 1, 1), np.zeros((1, 65)), np.zeros((1, 65)), 5, cv2.GC_INIT_WITH_MASK
    )
    person = ((mask == cv2.GC_FGD) | (mask == cv2.GC_PR_FGD)).astype(np.uint8)
    count, parts, stats, _ = cv2.connectedComponentsWithStats(person)
    if count > 1:
        person = (parts == 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))).astype(np.uint8)
    holes, parts, stats, _ = cv2.connectedComponentsWithStats(1 - person)
    for index in range(1, holes):
        left, top, w, h, area = stats[index]
        inside = left > 0 and top > 0 and left + w < person.shape[1] and top + h < person.shape[0]
        if inside and area < 0.3 * eyes * eyes:
            person[parts == index] = 1
    # Extend the person downwards, since shoulders do not end inside the picture.
    start = int(chin[1] + 0.8 * eyes)
    if start < len(person):
        person[start:] = np.maximum.accumulate(person[start:], axis=0)
    person = cv2.morphologyEx(person, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    if start < len(person):
        # Exclude poles and flags beside the shoulders.
        wide = max(3, int(0.7 * eyes))
        below_chin = np.pad(person[start:], ((0, wide), (wide, wide)), mode="edge")
        round_tip = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (wide, wide))
        opened = cv2.morphologyEx(below_chin, cv2.MORPH_OPEN, round_tip)
        person[start:] = opened[: len(person) - start, wide:-wide]
    soft = cv2.GaussianBlur(person.astype(np.float32) * 255, (0, 0), 1.0)
    return np.asarray(cv2.resize(soft, (width, height), interpolation=cv2.INTER_CUBIC).clip(0, 255), np.uint8)


def _plain_background(small: Rgb, points: Points, eyes: float) -> npt.NDArray[np.float32] | None:
    """Return the colour distance (Lab) to a smooth background fitted beside the head; None if there is none."""
    lab = cv2.cvtColor(small, cv2.COLOR_RGB2LAB).astype(np.float32)
    height, width = lab.shape[:2]
    y, x = np.mgrid[:height, :width] / max(height, width)
    middle, chin = points.mean(0), points[152]
    px, py = np.mgrid[:width, :height].transpose(0, 2, 1)
    outer = ((px - middle[0]) / (2.0 * eyes)) ** 2 + ((py - middle[1]) / (2.6 * eyes)) ** 2 > 1
    border = (px < 10) | (px >= width - 10) | (py < 8)
    sample = outer & border & (py < chin[1] + 0.1 * eyes)
    if sample.sum() < 200:
        return None
    terms = np.stack([np.ones_like(x), x, y, x * x, y * y, x * y], -1)
    chosen = sample
    for _ in range(3):
        solution, *_ = np.linalg.lstsq(terms[chosen], lab[chosen], rcond=None)
        distance = np.linalg.norm(lab - terms @ solution, axis=-1)
        chosen = sample & (distance < max(4.0, 2.0 * float(np.median(distance[sample]))))
    if np.median(distance[sample]) > 5.0:
        return None
    return np.asarray(distance, np.float32)


def cropped(rgb: Rgb, points: Points) -> tuple[Rgb, Points]:
    """Crop a photograph to head and shoulders, enlarged if the eyes are less than 80 pixels apart."""
    eyes = float(np.linalg.norm(points[33] - points[263])) / 1.45
    middle = (points[33] + points[263]) / 2
    height, width = rgb.shape[:2]
    left, right = (int(np.clip(middle[0] + side * 4.3 * eyes, 0, width)) for side in (-1, 1))
    top, bottom = (int(np.clip(middle[1] + side * eyes, 0, height)) for side in (-3.6, 5.0))
    part = rgb[top:bottom, left:right]
    factor = min(max(1.0, 80.0 / eyes), 900.0 / max(part.shape[:2]))
    if max(part.shape[:2]) < 900 and factor <= 1.0:
        return np.ascontiguousarray(part), points - (left, top)
    interpolation = cv2.INTER_CUBIC if factor > 1 else cv2.INTER_AREA
    resized = cv2.resize(part, None, fx=factor, fy=factor, interpolation=interpolation)
    return np.asarray(resized, np.uint8), (points - (left, top) + 0.5) * factor - 0.5


def _balanced(rgb: Rgb, matte: Grey, points: Points) -> Rgb:
    """Balance white by the grey backdrop of the studio, by half if the backdrop is coloured."""
    chin = int(points[152, 1])
    backdrop = np.zeros(matte.shape, bool)
    backdrop[:chin] = matte[:chin] < 5
    colours = to_linear(rgb)[backdrop]
    if len(colours) < 500 or (np.std(colours, axis=0) / np.mean(colours, axis=0)).max() > 0.35:
        return rgb
    gains = (colours.mean() / colours.mean(0)) ** 0.7
    return np.asarray(np.round(to_srgb(to_linear(rgb) * gains.astype(np.float32)) * 255), np.uint8)


def _regions(rgb: Rgb, matte: Grey, points: Points) -> Grey:
    lab = cv2.cvtColor(cv2.GaussianBlur(rgb, (0, 0), 2.0), cv2.COLOR_RGB2LAB).astype(np.float32)
    oval = np.zeros(matte.shape, np.uint8)
    cv2.fillConvexPoly(oval, _shrunk(points[list(_FACE_OVAL)], 0.7), 1)
    sample = lab[oval > 0]
    centre = np.median(sample, axis=0)
    spread = np.median(np.abs(sample - centre), axis=0) * 1.5 + np.array([12.0, 3.0, 3.0])
    distance = np.sqrt((((lab - centre) / spread) ** 2).sum(-1))
    cv2.fillConvexPoly(oval, _shrunk(points[list(_FACE_OVAL)], 0.9), 1)
    chin, eyes = points[152], float(np.linalg.norm(points[33] - points[263])) / 1.45
    y = np.arange(matte.shape[0])[:, None] * np.ones((1, matte.shape[1]))
    skin = (distance < 3.5) | (oval > 0)
    region = np.where(skin, SKIN, np.where(y < chin[1] + 0.5 * eyes, HAIR, CLOTH)).astype(np.uint8)
    # Long hair reaches down: it is dark or similar to the hair on top, and unlike the cloth at the bottom.
    top = (region == HAIR) & (matte > 200) & (y < points[10, 1] + 0.6 * eyes)
    bottom = (region == CLOTH) & (matte > 200) & (y > matte.shape[0] * 0.96)
    if top.sum() > 50 and bottom.sum() > 50:
        to_hair = np.abs(lab - np.median(lab[top], axis=0)).sum(-1)
        to_cloth = np.abs(lab - np.median(lab[bottom], axis=0)).sum(-1)
        region[(region == CLOTH) & (to_hair < 0.7 * to_cloth)] = HAIR
    return np.asarray(cv2.medianBlur(region, 5), np.uint8)


def _continue_colours(rgb: Rgb, matte: Grey) -> Rgb:
    """Replace colours outside the matte by the nearest certain pixel inside, so that no background bleeds in."""
    sure = cv2.erode((matte > 235).astype(np.uint8), np.ones((3, 3), np.uint8))
    if not sure.any():
        return rgb
    _, labels = cv2.distanceTransformWithLabels(1 - sure, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    inside = np.flatnonzero(sure.ravel())
    lookup = np.zeros(labels.max() + 1, np.int64)
    lookup[labels.ravel()[inside]] = inside
    return np.asarray(rgb.reshape(-1, 3)[lookup[labels]].copy(), np.uint8)
