"""Order of the parts in the run with hard cuts."""

from __future__ import annotations

import numpy as np

from fasdemo.frames import FrameSet
from tools.measure.verdict_figures import REPEATS_S, cut_parts


def test_parts_are_not_shown_again_within_two_seconds() -> None:
    picture = np.zeros((2, 2, 3), np.uint8)
    parts = [[FrameSet(1000 * part + index, 0.0, picture) for index in range(90)] for part in range(4)]
    shown: dict[int, int] = {}
    number = 0
    for piece in cut_parts(parts, 40):
        part = piece[0].index // 1000
        assert number - shown.get(part, -1000) >= REPEATS_S * 30
        assert [frame.index for frame in piece] == list(range(piece[0].index, piece[0].index + len(piece)))
        number += len(piece)
        shown[part] = number
    assert set(shown) == {0, 1, 2, 3}


def test_a_single_part_is_shown_again() -> None:
    part = [FrameSet(index, 0.0, np.zeros((2, 2, 3), np.uint8)) for index in range(90)]
    assert len(list(cut_parts([part], 3))) == 3
