"""The course of one light challenge: which colour has to be shown, and whether the face has followed."""

from __future__ import annotations

from fasdemo.challenge.failures import Failure
from fasdemo.challenge.light.analysis import MAX_DELAY_S, LightFigures, Shown, TimedSample, light_figures
from fasdemo.challenge.light.colours import Colours
from fasdemo.challenge.light.display import ChallengeDisplay
from fasdemo.engine.challenge_report import LightReport

MAX_SHOW_S = 0.5
"""Longest time until a requested colour appears."""
MIN_CORRELATION = 0.85
"""Minimum correlation of the face's changes with each channel of the screen. 92 simulated responses: 0.875 or more;
their correlation with 276 other sequences: at most 0.38; 41 other responses with 803 sequences: 0.83 once, else at most
0.49."""
MIN_MODULATION = 0.025
"""Minimum change of the face's light; below, noise hides its pattern."""
MIN_RELIEF = 0.25
"""Minimum share of the pattern on the face that its shape explains."""
MIN_STRENGTH = 0.065
"""Minimum size of this pattern relative to the mean response; waves and gloss of paper are smaller."""
MIN_UNBENT, MIN_MEAN_UNBENT = 0.03, 0.038
"""Minimum size of this pattern after all that a strongly bent, glossy sheet can show is removed: of each sequence, and
of the mean of both if the face is asked again. In the simulation, 54 pairs of sequences of live faces: 0.036 or more,
their means 0.040 or more; the bent print that passes the other limits twice: 0.030, its mean 0.035."""
SURE_RELIEF, SURE_STRENGTH, SURE_UNBENT = 0.3, 0.1, 0.08
"""With less relief, strength or unbent strength than this, the face is asked again, with new colours. One sequence of
54 bent prints had 0.072, and failed the second time."""
CLEAR_TEXTURE, MIN_CLEAR_RELIEF, MIN_CLEAR_STRENGTH = 0.7, 0.2, 0.075
"""With details as clear as this, less relief is sufficient: noise of dark rooms hides a part of it. None of
140 simulated prints and displays passes only because of this."""
MAX_TINTED = 0.95
"""Maximum share of the background that follows like the face. A wall close behind a person: up to 0.89 of 92 simulated
responses; in a picture that is tinted as a whole, 1."""
MIN_TEXTURE = 0.33
"""Minimum correlation of the details in the light of the screen with those in the light of the room. 69 simulated
responses of live faces: 0.41 or more; a phone whose reflection looked like a face: 0.31."""
MIN_AMBIENT = 0.15
"""Minimum share of the room in the light of the face; without ambient light there is nothing to compare with."""
MAX_GAIN_CHANGE = 0.6
"""Largest change of the camera's gain (standard deviation of the logarithm) that can be divided out."""


class LightResponse:
    """The colours of one challenge, and the pictures of the face under them.

    If the face follows by a small margin, it has to follow a second sequence, too.

    Args:
        number: number of the challenge.
        colours: the sequence.
        display: reports when a colour has appeared.
        again: the second sequence; without one, a small margin fails.
    """

    def __init__(self, number: int, colours: Colours, display: ChallengeDisplay, again: Colours = ()) -> None:
        self._colours, self._display = (*colours, *again), display
        self._first, self._end = 0, len(colours)
        self._step = 0
        self._wanted_s: float | None = None
        self._samples: list[TimedSample] = []
        self._figures: LightFigures | None = None
        self._unsure: LightFigures | None = None
        self.done = False
        """Whether the face has followed all colours."""
        display.begin(number)

    @property
    def step(self) -> int:
        """Number of the colour that has to be shown."""
        return self._step

    @property
    def colour(self) -> str:
        """The colour that has to be shown, as `#rrggbb`."""
        return self._colours[self._step].hex

    @property
    def report(self) -> LightReport:
        """The colours so far, their times since the first one, and the figures of the last complete sequence."""
        times = [self._display.shown_s(step) for step in range(self._step + 1)]
        first = times[0]
        report = LightReport(
            colours=tuple(step.hex for step in self._colours[: self._step + 1]),
            shown_s=tuple(round(one - first, 4) for one in times if one is not None and first is not None),
        )
        found = self._figures
        if found is None:
            return report
        red, green, blue = (round(value, 4) for value in found.correlation)
        measured = {
            "correlation": (red, green, blue),
            "delay_s": round(found.delay_s, 4),
            "modulation": round(found.modulation, 4),
            "relief": round(found.relief, 4),
            "strength": round(found.strength, 4),
            "unbent": round(found.unbent, 4),
            "texture": round(found.texture, 4),
            "ambient": round(found.ambient, 4),
            "background": None if found.background is None else round(found.background, 4),
            "tinted": None if found.tinted is None else round(found.tinted, 4),
            "gain_change": None if found.gain_change is None else round(found.gain_change, 4),
            "points": found.points,
        }
        return report.model_copy(update=measured)

    def update(self, now_s: float, timed: TimedSample | None) -> Failure | None:
        """Process a frame; return why the challenge has failed, or None.

        Args:
            now_s: arrival of the frame on the display's clock, seconds.
            timed: the face in this frame; None if it was not measured.
        """
        if self._display.failure is not None:
            return self._display.failure
        if self._wanted_s is None:
            self._wanted_s = now_s
        shown_s = self._display.shown_s(self._step)
        if shown_s is None:
            return Failure.NOT_SHOWN if now_s - self._wanted_s > MAX_SHOW_S else None
        if timed is not None and now_s >= shown_s:
            self._samples.append(timed)
        last = self._step == self._end - 1
        ends_s = shown_s + self._colours[self._step].duration_s + (MAX_DELAY_S if last else 0.0)
        if now_s >= ends_s:
            if last:
                return self._evaluate(now_s)
            self._step, self._wanted_s = self._step + 1, now_s
        return None

    def _evaluate(self, now_s: float) -> Failure | None:
        steps = range(self._first, self._end)
        times = [(self._display.shown_s(step), self._colours[step].linear) for step in steps]
        shown = [Shown(at, linear) for at, linear in times if at is not None]
        self._figures = light_figures(self._samples, shown)
        if self._unsure is not None:
            why = second_failure(self._unsure, self._figures)
            self.done = why is None
            return why
        why = light_failure(self._figures)
        if why is None and not is_sure(self._figures):
            if self._end == len(self._colours):
                return Failure.LIGHT_FLAT
            self._unsure = self._figures
            self._first, self._end = self._end, len(self._colours)
            self._step, self._wanted_s = self._step + 1, now_s
            self._samples.clear()
            return None
        self.done = why is None
        return why


def is_sure(figures: LightFigures | None) -> bool:
    """Return whether the shape of the face is measured clearly, so that one sequence is enough."""
    # Written so that NaN is not sure.
    return figures is not None and (
        figures.relief >= SURE_RELIEF and figures.strength >= SURE_STRENGTH and figures.unbent >= SURE_UNBENT
    )


def second_failure(first: LightFigures, second: LightFigures | None) -> Failure | None:
    """Return why a face that followed `first` by a small margin fails after the second sequence; None if it passes."""
    why = light_failure(second)
    if why is None and second is not None and not (first.unbent + second.unbent) / 2 >= MIN_MEAN_UNBENT:
        return Failure.LIGHT_FLAT
    return why


def light_failure(figures: LightFigures | None) -> Failure | None:
    """Return why a measured response is not that of a live face; None if it is."""
    if figures is None:
        return Failure.LIGHT_NOT_MEASURED
    # Written so that NaN fails.
    if not figures.modulation >= MIN_MODULATION:
        return Failure.LIGHT_WEAK
    if figures.gain_change is not None and not figures.gain_change <= MAX_GAIN_CHANGE:
        return Failure.LIGHT_EXPOSURE
    follows = all(one >= MIN_CORRELATION for one in figures.correlation)
    if not follows or not 0.0 < figures.delay_s < MAX_DELAY_S:
        # Without a background, a changed exposure cannot be distinguished from a face that does not follow.
        return Failure.LIGHT_EXPOSURE if figures.gain_change is None else Failure.LIGHT_NOT_FOLLOWED
    if figures.tinted is not None and not figures.tinted <= MAX_TINTED:
        return Failure.LIGHT_BACKGROUND
    if not figures.ambient >= MIN_AMBIENT:
        return Failure.LIGHT_DARK_ROOM
    if not figures.texture >= MIN_TEXTURE:
        return Failure.LIGHT_REFLECTION
    if not figures.unbent >= MIN_UNBENT:
        return Failure.LIGHT_FLAT
    has_relief = figures.relief >= MIN_RELIEF and figures.strength >= MIN_STRENGTH
    is_clear = figures.texture >= CLEAR_TEXTURE and figures.strength >= MIN_CLEAR_STRENGTH
    return None if has_relief or (is_clear and figures.relief >= MIN_CLEAR_RELIEF) else Failure.LIGHT_FLAT
