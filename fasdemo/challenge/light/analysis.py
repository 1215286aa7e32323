"""Measure whether the light of a face has followed the colours of the screen, as skin with a three-dimensional shape.

Four measurements:

- In time: the mean light of the skin must change with each channel of the screen, with one delay within limits. Changes
  within 0.8 s are compared, because automatic exposure and white balance drift more slowly.
- In space: on skin, the light of the screen depends on the direction of the surface differently from the ambient light,
  so their ratio is different on nose, cheeks, chin and forehead. On a print it is the same everywhere, apart
  from a smooth change (a polynomial of third order) if the sheet is near, tilted or bent. A display adds a reflection
  that does not depend on its picture (second order). These are removed first; the rest must follow the normals. A part
  of it must remain when a strongly bent sheet (fourth order) and the stripe of gloss on it are removed as well.
- In detail: eyebrows, lips and eyes are darker than skin in the light of the screen as well; a reflection on a display
  does not show them.
- Behind the face: the background must not follow exactly like the face, as in a picture that is tinted as a whole.

Movements of the head in the picture change the light at a landmark, so they are fitted and removed at each point. A
change of gain or white balance by the camera changes the background as well, and is divided out if the face then
follows better. The screen also lights a near wall: a background that becomes brighter at once with a colour does so
because of this light, and this part is not divided out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fasdemo.challenge.light.sampling import LightSample, inner_points, skin_points
from fasdemo.faces.face import Points
from fasdemo.faces.mesh import landmark_normals

Floats = npt.NDArray[np.float64]

MAX_DELAY_S = 0.4
"""Longest delay from the display of a colour to the arrival of a picture that shows it."""
_DELAY_STEP_S = 0.01
_CHANGE_S = 0.4
"""A change is the mean of this time after a picture minus the mean of this time before it."""
_MIN_CHANGE_SAMPLES = 3
"""Minimum number of pictures on both sides of a change."""
_MIN_CHANGES = 20
"""Minimum number of changes that can be compared."""
MIN_SAMPLES = 30
"""Minimum number of pictures of the face."""
MIN_POINTS = 120
"""Minimum number of skin points that are neither dark nor saturated in any picture."""
_DARK, _SATURATED = 0.004, 0.93
"""Linear values, 0 to 1, between which a point is usable."""
MIN_BLOCKS = 5
"""Minimum number of background blocks that are bright enough to measure the gain of the camera."""
_DARK_BLOCK = 0.01
"""Minimum linear value of a usable block."""
_MIN_LIT_SHARE = 0.2
"""Minimum share of the background's changes that the screen must explain for a wall that it lights."""
_CLEAR_CORRELATION = 0.9
"""A face that follows each channel like this needs no further correction of the camera's gain."""
_GLOSS_DIRECTIONS, _GLOSS_WAVES = 8, 6
"""Directions in which a sheet can be bent, and half waves that describe its gloss across the bend."""
_LIKE_THE_FACE = 0.2
"""Largest relative difference of a block's change from that of the face for a block that follows like the face."""
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
class TimedSample:
    """One picture of the face.

    Attributes:
        seen_s: time at which the picture arrived, on the same clock as `Shown.shown_s`.
        light: the light of face and background.
        landmarks: (478, 3), pixels.
    """

    seen_s: float
    light: LightSample
    landmarks: Points


@dataclass(frozen=True, slots=True)
class LightFigures:
    """The measured response.

    Attributes:
        correlation: of the changes of the face's light with those of the screen in red, green and blue.
        delay_s: delay of the response, seconds.
        modulation: change of the face's light from dark to bright colours, relative to its mean; mean of the channels.
        relief: share of the pattern on the face, after all that a flat surface can show is removed, that the normals of
            the face explain.
        strength: size of the pattern that the normals explain: its standard deviation relative to the mean response.
        unbent: the same size after all that a strongly bent sheet with a stripe of gloss can show is removed.
        texture: correlation of the light of the screen with that of the room in what is not smooth and does not follow
            the normals: eyebrows, lips, eyes.
        ambient: share of the room's light in the mean light of the face.
        background: change of the background relative to that of the face; None if the background was not measured.
        tinted: share of the background that follows like the face, within 20 %; None like `background`.
        gain_change: standard deviation of the gain of the camera (logarithm); None if the background was not measured.
        points: number of skin points that were measured.
    """

    correlation: tuple[float, float, float]
    delay_s: float
    modulation: float
    relief: float
    strength: float
    unbent: float
    texture: float
    ambient: float
    background: float | None
    tinted: float | None
    gain_change: float | None
    points: int


def light_figures(samples: list[TimedSample], shown: list[Shown]) -> LightFigures | None:
    """Return the measured response; None if there are too few pictures or too few usable points on the face."""
    if len(samples) < MIN_SAMPLES:
        return None
    seen_s = np.array([timed.seen_s for timed in samples])
    skin = np.stack([timed.light.face for timed in samples])[:, skin_points()]
    low, high = skin.min(axis=(0, 2)), skin.max(axis=(0, 2))
    # Written so that NaN is left out.
    usable = (low > _DARK) & (high < _SATURATED)
    if usable.sum() < MIN_POINTS:
        return None
    skin = skin[:, usable]
    raw = np.log(skin.mean(axis=1))
    gain = _gain(samples)
    whole = _followed(seen_s, skin.mean(axis=1), shown)
    if whole is None:
        return None
    divided = np.ones((len(samples), 3))
    if gain is not None:
        for log in (_without_screen(gain, seen_s, whole.delay_s, shown), gain):
            better = _followed(seen_s, (skin / np.exp(log)[:, None]).mean(axis=1), shown)
            if better is not None and sum(better.correlation) > sum(whole.correlation):
                whole, divided = better, np.exp(log)
            if min(whole.correlation) >= _CLEAR_CORRELATION:
                break
    modulation = float(np.mean(np.ptp(whole.response, axis=0) / whole.level))
    background = tinted = None
    if gain is not None:
        background, tinted = _background(samples, raw, whole.response / whole.level)
    relief, strength, unbent, ambient = _relief(_lights(samples, skin_points()[usable], divided, whole))
    return LightFigures(
        correlation=whole.correlation,
        delay_s=whole.delay_s,
        modulation=modulation,
        relief=relief,
        strength=strength,
        unbent=unbent,
        texture=_texture(_lights(samples, _inner_points(samples), divided, whole)),
        ambient=ambient,
        background=background,
        tinted=tinted,
        gain_change=None if gain is None else float(gain.std(axis=0).max()),
        points=int(usable.sum()),
    )


@dataclass(frozen=True, slots=True)
class _Course:
    """The mean light of the skin over time.

    Attributes:
        correlation: with each channel of the screen; `delay_s`: the delay at which it is greatest.
        response: the response to the screen in each channel, (T, 3), with a mean of 0.
        mean_screen: the mean light of the screen that was removed from it, (3,).
        level: the mean light, (3,).
    """

    correlation: tuple[float, float, float]
    delay_s: float
    response: Floats
    mean_screen: Floats
    level: Floats


@dataclass(frozen=True, slots=True)
class _Lights:
    """The light of the screen and of the room at some landmarks, relative to the mean of the skin.

    Attributes:
        screen, room: (P,): mean of the channels.
        smooth: polynomials of second order of the place, (P, 6); `third`: terms of third order, (P, 4);
            `fourth`: of fourth order, (P, 5).
        directions: terms of the normals, (P, 5).
    """

    screen: Floats
    room: Floats
    smooth: Floats
    third: Floats
    fourth: Floats
    directions: Floats


def _inner_points(samples: list[TimedSample]) -> npt.NDArray[np.int64]:
    """Return the landmarks inside the outline that are neither dark nor saturated in any picture."""
    light = np.stack([timed.light.face for timed in samples])[:, inner_points()]
    usable = (light.min(axis=(0, 2)) > _DARK) & (light.max(axis=(0, 2)) < _SATURATED)
    return np.asarray(inner_points()[usable], np.int64)


def _blocks(samples: list[TimedSample]) -> Floats | None:
    """Return the logarithm of the light of the background's blocks relative to their means, (T, B, 3).

    None if too few blocks are in all pictures, bright enough and not saturated.
    """
    common = set(map(int, samples[0].light.blocks))
    for timed in samples:
        common &= set(map(int, timed.light.blocks))
    if len(common) < MIN_BLOCKS:
        return None
    wanted = np.array(sorted(common))
    blocks = np.stack([timed.light.background[np.isin(timed.light.blocks, wanted)] for timed in samples])
    bright = (blocks.min(axis=(0, 2)) > _DARK_BLOCK) & (blocks.max(axis=(0, 2)) < _SATURATED)
    if bright.sum() < MIN_BLOCKS:
        return None
    change = np.log(blocks[:, bright])
    return np.asarray(change - change.mean(axis=0), np.float64)


def _gain(samples: list[TimedSample]) -> Floats | None:
    """Return the logarithm of the background's light relative to its mean, (T, 3); None without a usable background."""
    change = _blocks(samples)
    if change is None:
        return None
    typical = np.median(change, axis=1)
    still = (change - typical[:, None]).std(axis=0).max(axis=1) < _MAX_BLOCK_CHANGE
    if still.sum() < MIN_BLOCKS:
        return None
    return np.asarray(np.median(change[:, still], axis=1), np.float64)


def _without_screen(gain: Floats, seen_s: Floats, delay_s: float, shown: list[Shown]) -> Floats:
    """Return the change of the background, (T, 3), without the light of the screen on it: the gain of the camera."""
    changes, screen = _changes(seen_s), _screen(seen_s - delay_s, shown)
    drift = np.vander(np.linspace(-1.0, 1.0, len(changes)), 4)
    lit, target = _without(drift, changes @ screen), _without(drift, changes @ gain)
    at_once, *_ = np.linalg.lstsq(lit, target, rcond=None)
    # Light cannot darken a wall: a background that becomes darker at once is an exposure that is quick.
    at_once = np.maximum(at_once, 0.0)
    rest = target - lit @ at_once
    if (rest**2).sum() > (1.0 - _MIN_LIT_SHARE) * (target**2).sum():
        return gain
    return np.asarray(gain - (screen - screen.mean(axis=0)) @ at_once, np.float64)


def _screen(at_s: Floats, shown: list[Shown]) -> Floats:
    """Return the linear colour of the screen at some times, (T, 3)."""
    starts = np.array([one.shown_s for one in shown])
    colours = np.array([one.linear for one in shown])
    return np.asarray(colours[np.clip(np.searchsorted(starts, at_s, side="right") - 1, 0, None)], np.float64)


def _followed(seen_s: Floats, mean: Floats, shown: list[Shown]) -> _Course | None:
    """Return how the mean light of the skin, (T, 3), follows the screen; None if there are too few changes."""
    changes = _changes(seen_s)
    if len(changes) < _MIN_CHANGES:
        return None
    target = changes @ mean
    best: tuple[float, float, Floats, Floats] | None = None
    for delay_s in np.arange(0.0, MAX_DELAY_S + _DELAY_STEP_S / 2, _DELAY_STEP_S):
        screen = changes @ _screen(seen_s - delay_s, shown)
        scale = np.linalg.norm(screen, axis=0) * np.linalg.norm(target, axis=0)
        correlation = (screen * target).sum(axis=0) / np.maximum(scale, 1e-12)
        if best is None or correlation.sum() > best[0]:
            best = (float(correlation.sum()), float(delay_s), correlation, screen)
    assert best is not None
    _, delay_s, correlation, screen = best
    # Filters of display and camera overlap, so each channel of the camera sees a mixture of the screen's channels.
    weights, *_ = np.linalg.lstsq(screen, target, rcond=None)
    whole = _screen(seen_s - delay_s, shown)
    mean_screen = np.maximum(whole.mean(axis=0) @ weights, 0.0)
    trend = np.stack([np.ones_like(seen_s), seen_s - seen_s.mean()], axis=1)
    red, green, blue = (float(value) for value in correlation)
    return _Course((red, green, blue), delay_s, _without(trend, whole) @ weights, mean_screen, mean.mean(axis=0))


def _changes(seen_s: Floats) -> Floats:
    """Return the matrix (M, T) that turns T values at the given times into M changes, see `_CHANGE_S`."""
    later_s = seen_s[None, :] - seen_s[:, None]
    after = (later_s > 0.0) & (later_s <= _CHANGE_S)
    before = (later_s <= 0.0) & (later_s > -_CHANGE_S)
    usable = (after.sum(axis=1) >= _MIN_CHANGE_SAMPLES) & (before.sum(axis=1) >= _MIN_CHANGE_SAMPLES)
    after, before = after[usable], before[usable]
    return np.asarray(after / after.sum(axis=1, keepdims=True) - before / before.sum(axis=1, keepdims=True), np.float64)


def _without(terms: Floats, values: Floats) -> Floats:
    solution, *_ = np.linalg.lstsq(terms, values, rcond=None)
    return np.asarray(values - terms @ solution, np.float64)


def _lights(samples: list[TimedSample], numbers: npt.NDArray[np.int64], divided: Floats, whole: _Course) -> _Lights:
    """Return the lights at some landmarks.

    Args:
        samples: the pictures.
        numbers: the landmarks.
        divided: gain of the camera by which the pictures are divided, (T, 3).
        whole: the mean light of the skin.
    """
    points = np.stack([timed.light.face for timed in samples])[:, numbers] / divided[:, None]
    shape = np.mean([_centred(timed.landmarks) for timed in samples], axis=0)
    nx, ny = landmark_normals(shape)[numbers, :2].T
    x, y = (shape[numbers, :2] / np.ptp(shape[:468, 0])).T
    response = _responses(samples, points, whole.response)
    # The mean light at a point also contains light of the screen.
    room = (points.mean(axis=0) - response * whole.mean_screen) / whole.level
    weight = whole.response.std(axis=0) / whole.level
    weight = weight / max(float(weight.sum()), 1e-12)
    return _Lights(
        screen=response @ weight,
        room=room @ weight,
        smooth=np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=1),
        third=np.stack([x**3, x * x * y, x * y * y, y**3], axis=1),
        fourth=np.stack([x**4, x**3 * y, x * x * y * y, x * y**3, y**4], axis=1),
        directions=np.stack([nx, ny, nx * nx, nx * ny, ny * ny], axis=1),
    )


def _relief(lights: _Lights) -> tuple[float, float, float, float]:
    """Return the share of the pattern that only the normals explain, 0 to 1, its size, and the share of the room.

    The third value is the size of the pattern that a strongly bent sheet with a stripe of gloss does not explain.
    """
    screen, room = lights.screen[:, None], lights.room[:, None]
    mean = max(abs(float(screen.mean())), 1e-12)
    flat = np.concatenate([lights.smooth, lights.smooth * room, lights.third * room], axis=1)
    rest, full = _explained(flat, lights.directions * room, screen)
    share = 1.0 - float((full**2).sum()) / max(float((rest**2).sum()), 1e-12)
    strength = float((rest - full).std()) / mean
    bent = np.concatenate([flat, lights.fourth * room], axis=1)
    unbent = np.inf
    for gloss in _gloss_stripes(lights):
        rest, full = _explained(np.concatenate([bent, gloss], axis=1), lights.directions * room, screen)
        unbent = min(unbent, float((rest - full).std()) / mean)
    return share, strength, unbent, float(room.mean())


def _gloss_stripes(lights: _Lights) -> Iterator[Floats]:
    """Yield terms, (P, `_GLOSS_WAVES`), of a reflection that changes only across a stripe, for each direction."""
    x, y = lights.smooth[:, 1], lights.smooth[:, 2]
    for angle in np.arange(_GLOSS_DIRECTIONS) * np.pi / _GLOSS_DIRECTIONS:
        across = x * np.cos(angle) + y * np.sin(angle)
        across = (across - across.min()) / max(float(np.ptp(across)), 1e-9)
        yield np.cos(np.pi * np.outer(across, np.arange(1, _GLOSS_WAVES + 1)))


def _explained(flat: Floats, directions: Floats, screen: Floats) -> tuple[Floats, Floats]:
    """Return what remains of the pattern without `flat`, and without `directions` as well."""
    return _without(flat, screen), _without(np.concatenate([flat, directions], axis=1), screen)


def _texture(lights: _Lights) -> float:
    """Return the correlation of the light of screen and room in the details."""
    shape = np.concatenate([lights.smooth, lights.third, lights.directions], axis=1)
    screen, room = (_without(shape, values[:, None]) for values in (lights.screen, lights.room))
    return float((screen * room).sum() / max(float(np.linalg.norm(screen) * np.linalg.norm(room)), 1e-12))


def _responses(samples: list[TimedSample], skin: Floats, templates: Floats) -> Floats:
    """Return how strongly each point follows the response of the mean, (P, 3); movements are fitted and removed."""
    points = np.stack([timed.landmarks[:468, :2] for timed in samples]).astype(np.float64)
    middle = points.mean(axis=1)
    shape = points - middle[:, None]
    mean = shape.mean(axis=0)
    size = (shape * mean).sum(axis=(1, 2))
    roll = (shape[..., 0] * mean[:, 1] - shape[..., 1] * mean[:, 0]).sum(axis=1)
    seen_s = np.array([timed.seen_s for timed in samples])
    terms = np.column_stack([seen_s, middle, size, roll])
    terms = (terms - terms.mean(axis=0)) / np.maximum(terms.std(axis=0), 1e-9)
    terms = np.column_stack([np.ones_like(seen_s), terms])
    found = []
    for channel in range(3):
        template = _without(terms, templates[:, channel : channel + 1])[:, 0]
        power = max(float(template @ template), 1e-12)
        found.append(template @ skin[:, :, channel] / power)
    return np.stack(found, axis=1)


def _centred(landmarks: Points) -> Floats:
    points = np.asarray(landmarks[:468, :3], np.float64)
    return np.asarray(points - points.mean(axis=0), np.float64)


def _background(samples: list[TimedSample], raw: Floats, response: Floats) -> tuple[float, float]:
    """Return how much the background follows relative to the face, and the share of it that follows like the face.

    Both are measured in the unprocessed pictures. Without a response of the face there, the whole counts as tinted.
    """
    change = _blocks(samples)
    face = float(((raw - raw.mean(axis=0)) * response).sum() / max(float((response**2).sum()), 1e-12))
    if change is None or face <= 0.0:
        return 1.0, 1.0
    blocks = np.einsum("tbc,tc->b", change, response) / max(float((response**2).sum()), 1e-12) / face
    return float(np.median(blocks)), float((np.abs(blocks - 1.0) < _LIKE_THE_FACE).mean())
