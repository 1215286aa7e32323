"""The random colours, and the limits of WCAG for flashes."""

from random import Random

import numpy as np

from fasdemo.challenge.light import colours as limits
from fasdemo.challenge.light.colours import ColourStep, draw_colours, red_share


def _drawn(seed: int) -> tuple[ColourStep, ...]:
    found = draw_colours(Random(seed))
    assert found is not None
    return found


def test_draw_colours_changes_every_channel_often_and_independently() -> None:
    drawn = [_drawn(seed) for seed in range(100)]
    assert len(set(drawn)) == 100
    for steps in drawn:
        values = np.array([step.linear for step in steps])
        changes = np.abs(np.diff(values, axis=0)) > 0.0
        assert len(steps) == limits.STEPS
        assert changes.any(axis=1).all()
        assert changes.sum(axis=0).min() >= limits.MIN_CHANGES
        assert np.abs(np.corrcoef(values.T) - np.eye(3)).max() <= limits.MAX_CHANNEL_CORRELATION + 1e-9


def test_draw_colours_keeps_to_the_limits_of_wcag_for_flashes() -> None:
    for seed in range(100):
        steps = _drawn(seed)
        times = np.cumsum([step.duration_s for step in steps])
        # Two opposing changes are a flash, so more than six changes would be needed for more than three flashes.
        most = max(int(((times >= at) & (times < at + 1.0)).sum()) for at in times)
        assert most <= 3
        assert most / 2 <= limits.MAX_FLASHES_PER_S
        assert max(red_share(step.linear) for step in steps) < limits.MAX_RED_SHARE


def test_colour_step_gives_the_colour_for_the_screen() -> None:
    assert ColourStep((True, False, True), 0.5).hex == "#ff7cff"
    assert ColourStep((True, True, True), 0.5).hex == "#ffffff"


def test_draw_colours_gives_nothing_without_randomness() -> None:
    class _Constant(Random):
        def random(self) -> float:
            return 0.0

    assert draw_colours(_Constant()) is None
