"""Random sequences of colours that are safe for people with photosensitive epilepsy.

WCAG 2.2, success criterion 2.3.1, allows at most three flashes within a second; a flash is a pair of opposing changes
of the luminance. A colour is shown for at least 0.45 s here, so a second has at most three changes, which are one and a
half flashes. It calls a transition red if one of its colours has R / (R + G + B) >= 0.8 in linear values; the reddest
colour here has 0.71.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

import numpy as np
import numpy.typing as npt

STEPS = 10
"""Number of colours in a sequence."""
LOW = 0.2
"""Dark level of a channel, linear; the bright level is 1. It limits the share of red."""
MIN_STEP_S = 0.45
MAX_STEP_S = 0.7
_GRID_S = 0.05
MIN_CHANGES = 4
"""Minimum number of changes of each channel in a sequence, so that no channel is nearly constant."""
MAX_CHANNEL_CORRELATION = 0.5
"""Largest correlation of two channels, so that a response can be assigned to its channel."""
MAX_RED_SHARE = 0.8
MAX_FLASHES_PER_S = 3
_MAX_DRAWS = 1000

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ColourStep:
    """A colour of the screen and its duration.

    Attributes:
        bright: whether red, green and blue are bright.
        duration_s: seconds from its appearance to the next colour.
    """

    bright: tuple[bool, bool, bool]
    duration_s: float

    @property
    def linear(self) -> tuple[float, float, float]:
        """Linear red, green and blue, 0 to 1."""
        red, green, blue = (1.0 if one else LOW for one in self.bright)
        return red, green, blue

    @property
    def hex(self) -> str:
        """The colour as sRGB, e.g. `#ff7c7c`."""
        return "#" + "".join(f"{round(255 * _to_srgb(value)):02x}" for value in self.linear)


Colours = tuple[ColourStep, ...]


def draw_colours(random: Random) -> Colours | None:
    """Return a random sequence of colours in which neighbours differ; None if the source does not return one.

    Args:
        random: random source; except in tests `random.SystemRandom`, which cannot be predicted.
    """
    for _ in range(_MAX_DRAWS):
        bits = [tuple(random.random() < 0.5 for _ in range(3)) for _ in range(STEPS)]
        values = np.array(bits, np.float64)
        changes = np.abs(np.diff(values, axis=0))
        if not changes.any(axis=1).all() or changes.sum(axis=0).min() < MIN_CHANGES:
            continue
        correlation = np.asarray(np.corrcoef(values.T))
        if np.abs(correlation[np.triu_indices(3, 1)]).max() > MAX_CHANNEL_CORRELATION:
            continue
        count = round((MAX_STEP_S - MIN_STEP_S) / _GRID_S)
        return tuple(
            ColourStep((red, green, blue), round(MIN_STEP_S + _GRID_S * random.randint(0, count), 2))
            for red, green, blue in bits
        )
    return None


def red_share(colour: tuple[float, float, float]) -> float:
    """Return the share of red in linear values, which WCAG limits for flashes."""
    return colour[0] / sum(colour)


def _to_srgb(value: float) -> float:
    return 12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055
