"""The simulated camera of both classes, and the processing of its pictures by telephones and web services."""

from __future__ import annotations

import cv2
import numpy as np

from trainer.synth.people.portrait import Rgb
from trainer.synth.photographs.bona_fide import Floats
from trainer.synth.photographs.framing import Rng
from trainer.synth.sensors.sensor import centre_weight, draw_exposure_params, expose_rgb

_MATCHED_SHARE = 0.85
"""Share of pictures whose brightness is drawn after the exposure, for both classes from the same distribution."""
_MESSENGER_SHARE = 0.3
"""Share of pictures, and of pictures that are printed or displayed, that are compressed again, often smaller."""
_CONTRAST_SHARE = 0.5
"""Share of pictures whose contrast is drawn in the same way."""


def expose(rng: Rng, linear: Floats, face_px: float) -> Rgb:
    """Return the 8-bit picture that a random camera takes of linear light with the face in the middle."""
    height, width = linear.shape[:2]
    params = draw_exposure_params(rng, "off")
    weight = centre_weight(height, width, (width / 2, height / 2), face_px * params.metering * 0.45)
    return expose_rgb(np.ascontiguousarray(linear), params, weight, rng)


def process(rng: Rng, picture: Rgb) -> Rgb:
    """Return the picture after random tone mapping, scaling, smoothing, compression, and sending by a messenger."""
    if rng.random() < 0.5:
        picture = _tone_mapped(rng, picture)
    if rng.random() < 0.4:
        factor = float(rng.uniform(0.35, 0.9))
        height, width = picture.shape[:2]
        small = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        kind = (cv2.INTER_LINEAR, cv2.INTER_CUBIC)[int(rng.integers(2))]
        picture = np.asarray(cv2.resize(small, (width, height), interpolation=kind), np.uint8)
    if rng.random() < 0.25:
        picture = np.asarray(cv2.bilateralFilter(picture, 5, float(rng.uniform(10, 40)), 3), np.uint8)
    if rng.random() < 0.6:
        picture = _compressed(picture, int(rng.integers(35, 95)))
    if rng.random() < _MESSENGER_SHARE:
        picture = _sent(rng, picture)
    return np.ascontiguousarray(picture)


def _compressed(picture: Rgb, quality: int) -> Rgb:
    _, data = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)[..., ::-1]


def _sent(rng: Rng, picture: Rgb) -> Rgb:
    """Compress a picture again, as messengers do: often smaller, and with another grid of blocks; once or twice."""
    height, width = picture.shape[:2]
    for _ in range(1 if rng.random() < 0.7 else 2):
        factor = float(rng.uniform(0.4, 0.85)) if rng.random() < 0.6 else 1.0
        small = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        top, left = (int(v) for v in rng.integers(0, 8, 2))
        small = cv2.copyMakeBorder(small, top, 0, left, 0, cv2.BORDER_REPLICATE)
        small = _compressed(np.asarray(small, np.uint8), int(rng.integers(25, 80)))[top:, left:]
        picture = np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)
    return picture


def matched(rng: Rng, picture: Rgb, middle_px: int) -> Rgb:
    """Return a crop whose middle has a brightness and often a contrast that do not depend on the class.

    The middle is a square of `middle_px` pixels.

    Cameras expose for the face, so its brightness is no evidence. Without this, recaptures are darker and have less
    contrast than live faces. Black parts outside the frame stay black.
    """
    first = (len(picture) - middle_px) // 2
    core = slice(first, first + middle_px)
    values = picture.astype(np.float32)
    if rng.random() < _MATCHED_SHARE:
        target = float(np.clip(rng.normal(118, 28), 55, 190))
        values *= float(np.clip(target / max(float(values[core, core].mean()), 1.0), 0.4, 2.5))
    if rng.random() < _CONTRAST_SHARE:
        face = values[core, core].mean(-1)
        middle, target = float(face.mean()), float(np.clip(rng.normal(38, 10), 18, 65))
        factor = float(np.clip(target / max(float(face.std()), 1.0), 0.5, 2.0)) ** float(rng.uniform(0.5, 1.0))
        values = (middle + (values - middle) * factor) * (picture.max(-1, keepdims=True) > 0)
    return np.round(np.clip(values, 0, 255)).astype(np.uint8)


def _tone_mapped(rng: Rng, picture: Rgb) -> Rgb:
    """Stretch the contrast as telephones do, or reduce it as haze and stray light do."""
    values = picture.astype(np.float32)
    if rng.random() < 0.65:
        low, high = (float(np.percentile(values[::4, ::4], share)) for share in (1.0, 99.0))
        strength = float(rng.uniform(0.3, 1.0))
        stretched = (values - low) * (255.0 / max(high - low, 30.0))
        values = values * (1 - strength) + stretched * strength
    else:
        grey, share = float(rng.uniform(60, 220)), float(rng.uniform(0.02, 0.2))
        values = values * (1 - share) + grey * share
    return np.round(np.clip(values, 0, 255)).astype(np.uint8)
