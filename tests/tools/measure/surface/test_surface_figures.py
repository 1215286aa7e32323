"""Boards and bent sheets for the table of the rules on depth."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest

from tools.measure.surface.surface_figures import TILTS_DEG, board_crops, judged, noisy, smoothed


@pytest.mark.parametrize("radius_m", [None, 0.1])
def test_boards_and_sheets_are_refused_at_every_tilt(radius_m: float | None) -> None:
    tilts = []
    for tilt, depth, view in islice(board_crops(radius_m, states=1), 9):
        row = judged(depth, view)
        assert row["codes"], f"{tilt} degrees"
        assert row["plane_residual_mm"] > 0.0
        tilts.append(tilt)
    assert set(tilts) <= set(TILTS_DEG)
    assert len(set(tilts)) > 1


def test_sheets_have_the_depth_of_their_radius() -> None:
    flat, bent = (next(board_crops(radius_m, states=1))[1] for radius_m in (None, 0.1))
    middle, side = np.s_[60:68, 60:68], np.s_[60:68, 30:34]
    assert np.median(flat[side]) - np.median(flat[middle]) == pytest.approx(0.0, abs=1.0)
    assert np.median(bent[middle]) == pytest.approx(np.median(flat[middle]), abs=2.0)
    assert np.median(bent[side]) > np.median(bent[middle]) + 3.0


def test_noise_leaves_holes_and_no_smoothing_changes_nothing() -> None:
    depth = np.full((64, 64), 600.0, np.float32)
    depth[:4] = 0.0
    rough = noisy(depth, 4.0, np.random.default_rng(0))
    assert not rough[:4].any()
    assert rough[4:].std() == pytest.approx(4.0, rel=0.1)
    np.testing.assert_array_equal(smoothed(rough, 0.0), rough)
    assert smoothed(rough, 1.5)[10:-10].std() < 2.0
