"""Decide whether the light of a face has followed the colours of the screen, as skin with a three-dimensional shape.

Three measurements:

- In time: the mean light of the skin must follow each channel of the screen, with one delay within limits.
- In space: on skin, the light of the screen depends on the direction of the surface in another way than the ambient
  light, so their ratio is different on nose, cheeks, chin and forehead. On a print it is the same everywhere, apart
  from a smooth change (a polynomial of third order) if the sheet is near, tilted or bent. A display adds a reflection
  that does not depend on its picture (second order). These are removed first; the rest must follow the normals.
- Behind the face: the background must follow less than the face.

A change of gain or white balance by the camera changes the background as well, and is divided out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fasdemo.challenge.light.sampling import LightSample, skin_points
from fasdemo.faces.face import Points
from fasdemo.faces.mesh import landmark_normals

Floats = npt.NDArray[np.float64]

MAX_DELAY_S = 0.4
"""Longest delay from the display of a colour to the arrival of a picture that shows it."""
_DELAY_STEP_S = 0.01
MIN_LOOKS = 30
MIN_POINTS = 120
"""Minimum number of skin points that are neither dark nor saturated in any picture."""
_DARK, _SATURATED = 0.004, 0.93
MIN_BLOCKS = 5
"""Minimum number of background blocks that are bright enough to measure the gain of the camera."""
_DARK_BLOCK = 0.01
_MAX_BLOCK_CHANGE = 0.5
"""Largest change of a block relative to the other blocks (standard deviation of the logarithm); others move."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A colour on the screen.

    Attributes:
        shown_s: time at which it appeared.
        linear: linear red, green and blue, 0 to 1.
    """

    shown_s: float
    linear: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Look:
    """One picture of the face.

    Attributes:
        seen_s: time at which the picture arrived, on the same clock as `Shown.shown_s`.
        sample: the light of face and background.
        landmarks: (478, 3), pixels.
    """

    seen_s: float
    sample: LightSample
    landmarks: Points


@dataclass(frozen=True, slots=True)
class LightFigures:
    """The measured response.

    Attributes:
        correlation: of the face with the screen in red, green and blue.
        delay_s: delay of the response, seconds.
        modulation: change of the face's light from dark to bright colours, relative to its mean; mean of the channels.
        relief: share of the pattern on the face, after all that a flat surface can show is removed, that the normals of
            the face explain.
        strength: size of the pattern that the normals explain: its standard deviation relative to the mean response.
        ambient: share of the room's light in the mean light of the face.
        background: change of the background relative to that of the face; None if the background was not measured.
        gain_change: standard deviation of the gain of the camera (logarithm); None if the background was not measured.
        points: number of skin points that were measured.
    """

    correlation: tuple[float, float, float]
    delay_s: float
    modulation: float
    relief: float
    strength: float
    ambient: float
    background: float | None
    gain_change: float | None
    points: int


def light_figures(looks: list[Look], shown: list[Shown]) -> LightFigures | None:
    """Return the measured response; None if there are too few pictures or too few usable points on the face."""
    if len(looks) < MIN_LOOKS:
        return None
    seen_s = np.array([look.seen_s for look in looks])
    skin = np.stack([look.sample.face for look in looks])[:, skin_points()]
    low, high = skin.min(axis=(0, 2)), skin.max(axis=(0, 2))
    # Written so that NaN is left out.
    usable = (low > _DARK) & (high < _SATURATED)
    if usable.sum() < MIN_POINTS:
        return None
    skin = skin[:, usable]
    raw = np.log(skin.mean(axis=1))
    gain = _gain(looks)
    if gain is not None:
        skin = skin / np.exp(gain)[:, None, :]
    mean = skin.mean(axis=1)
    delay_s, correlation, templates, mean_screen = _followed(seen_s, mean, shown)
    modulation = float(np.mean(np.ptp(templates, axis=0) / mean.mean(axis=0)))
    relief, strength, ambient = _relief(looks, usable, skin, templates, mean_screen)
    background = None
    if gain is not None:
        background = _background(gain, raw, templates / mean.mean(axis=0))
    change = None if gain is None else float(gain.std(axis=0).max())
    return LightFigures(
        correlation, delay_s, modulation, relief, strength, ambient, background, change, int(usable.sum())
    )


def _gain(looks: list[Look]) -> Floats | None:
    """Return the logarithm of the background's light relative to its mean, (T, 3); None without a usable background."""
    common = set(map(int, looks[0].sample.blocks))
    for look in looks:
        common &= set(map(int, look.sample.blocks))
    if len(common) < MIN_BLOCKS:
        return None
    wanted = np.array(sorted(common))
    blocks = np.stack([look.sample.background[np.isin(look.sample.blocks, wanted)] for look in looks])
    bright = (blocks.min(axis=(0, 2)) > _DARK_BLOCK) & (blocks.max(axis=(0, 2)) < _SATURATED)
    if bright.sum() < MIN_BLOCKS:
        return None
    change = np.log(blocks[:, bright])
    change -= change.mean(axis=0)
    typical = np.median(change, axis=1)
    still = (change - typical[:, None]).std(axis=0).max(axis=1) < _MAX_BLOCK_CHANGE
    if still.sum() < MIN_BLOCKS:
        return None
    return np.asarray(np.median(change[:, still], axis=1), np.float64)


def _screen(at_s: Floats, shown: list[Shown]) -> Floats:
    """Return the linear colour of the screen at some times, (T, 3)."""
    starts = np.array([one.shown_s for one in shown])
    colours = np.array([one.linear for one in shown])
    return np.asarray(colours[np.clip(np.searchsorted(starts, at_s, side="right") - 1, 0, None)], np.float64)


def _followed(
    seen_s: Floats, mean: Floats, shown: list[Shown]
) -> tuple[float, tuple[float, float, float], Floats, Floats]:
    """Return the delay, the correlation of each channel, the response in each channel, (T, 3), and its mean, (3,).

    The response has a mean of 0; the fourth value is the mean of the screen's light that was removed from it.
    """
    trend = np.stack([np.ones_like(seen_s), seen_s - seen_s.mean()], axis=1)
    target = _without(trend, mean)
    best: tuple[float, float, Floats, Floats] | None = None
    for delay_s in np.arange(0.0, MAX_DELAY_S + _DELAY_STEP_S / 2, _DELAY_STEP_S):
        screen = _without(trend, _screen(seen_s - delay_s, shown))
        scale = np.linalg.norm(screen, axis=0) * np.linalg.norm(target, axis=0)
        correlation = (screen * target).sum(axis=0) / np.maximum(scale, 1e-12)
        if best is None or correlation.sum() > best[0]:
            best = (float(correlation.sum()), float(delay_s), correlation, screen)
    assert best is not None
    _, delay_s, correlation, screen = best
    # Filters of display and camera overlap, so each channel of the camera sees a mixture of the screen's channels.
    weights, *_ = np.linalg.lstsq(screen, target, rcond=None)
    red, green, blue = (float(value) for value in correlation)
    mean_screen = np.maximum(_screen(seen_s - delay_s, shown).mean(axis=0) @ weights, 0.0)
    return delay_s, (red, green, blue), screen @ weights, mean_screen


def _without(terms: Floats, values: Floats) -> Floats:
    solution, *_ = np.linalg.lstsq(terms, values, rcond=None)
    return np.asarray(values - terms @ solution, np.float64)


def _relief(
    looks: list[Look], usable: npt.NDArray[np.bool_], skin: Floats, templates: Floats, mean_screen: Floats
) -> tuple[float, float, float]:
    """Return the share of the pattern that only the normals explain, 0 to 1, its size, and the share of the room."""
    numbers = skin_points()[usable]
    shape = np.mean([_centred(look.landmarks) for look in looks], axis=0)
    nx, ny = landmark_normals(shape)[numbers, :2].T
    x, y = (shape[numbers, :2] / np.ptp(shape[:468, 0])).T
    level = skin.mean(axis=(0, 1))
    # Light of the screen and of the room at each point; the mean light also contains light of the screen.
    response = np.einsum("tpc,tc->pc", skin, templates) / (templates**2).sum(axis=0)
    room = (skin.mean(axis=0) - response * mean_screen) / level
    weight = templates.std(axis=0) / level
    weight = weight / weight.sum()
    b, a = response @ weight, room @ weight
    second = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=1)
    third = np.concatenate([second, np.stack([x**3, x * x * y, x * y * y, y**3], axis=1)], axis=1)
    flat = np.concatenate([second, third * a[:, None]], axis=1)
    directions = np.stack([nx, ny, nx * nx, nx * ny, ny * ny], axis=1) * a[:, None]
    rest = _without(flat, b[:, None])
    full = _without(np.concatenate([flat, directions], axis=1), b[:, None])
    share = 1.0 - float((full**2).sum()) / max(float((rest**2).sum()), 1e-12)
    return share, float((rest - full).std() / max(abs(float(b.mean())), 1e-12)), float(a.mean())


def _centred(landmarks: Points) -> Floats:
    points = np.asarray(landmarks[:468, :3], np.float64)
    return np.asarray(points - points.mean(axis=0), np.float64)


def _background(gain: Floats, raw: Floats, response: Floats) -> float:
    """Return how much the background follows the screen relative to the face, both in the unprocessed pictures."""
    power = (response**2).sum()
    face = float(((raw - raw.mean(axis=0)) * response).sum() / power)
    behind = float((gain * response).sum() / power)
    return behind / face if face > 0.0 else 1.0
