"""Closing lids of a head, and its eyeballs behind them."""

from __future__ import annotations

import numpy as np
import pytest

from trainer.synth.heads.headmodel import HeadModel
from trainer.synth.people.body import MAX_LID_GAIN, WITHDRAWN_EYE_M, _meet_lids, _withdraw_eyes


def head(names: tuple[str, ...]) -> HeadModel:
    """Return a head of one point of skin and one of each eye, the person's left one first."""
    vertices = np.array([[0.0, 0.0, 0.1], [0.03, 0.03, 0.08], [-0.03, 0.03, 0.08]], np.float32)
    nothing = np.zeros((0, 3), np.int32)
    return HeadModel(
        "test", vertices, nothing, np.zeros((0, 3, 3), np.float32), np.zeros((len(names), 3, 3), np.float32),
        names, np.zeros(0, np.int32), {"skin": (0, 1), "eyes": (1, 3)},
    )  # fmt: skip


def test_eyeball_goes_back_as_far_as_its_lids_close() -> None:
    model = head(("eyeBlink_L", "eyeBlink_R"))
    moved = model.vertices.copy()
    _withdraw_eyes(moved, model, {"eyeBlink_L": 1.0, "eyeBlink_R": 0.5})
    back = model.vertices[:, 2] - moved[:, 2]
    assert back == pytest.approx([0.0, WITHDRAWN_EYE_M, 0.5 * WITHDRAWN_EYE_M], abs=1e-7)
    assert np.array_equal(moved[:, :2], model.vertices[:, :2])


def test_head_whose_lids_do_not_move_keeps_its_eyeballs() -> None:
    model = head(())
    moved = model.vertices.copy()
    _withdraw_eyes(moved, model, {"eyeBlink_L": 1.0, "eyeBlink_R": 1.0})
    assert np.array_equal(moved, model.vertices)


def lids(opening_mm: float) -> HeadModel:
    """Return a head whose upper lids are `opening_mm` above the lower ones, and go down by 7 mm in a blink."""
    vertices, blinks = np.zeros((68, 3), np.float32), np.zeros((2, 68, 3), np.float32)
    vertices[:, 0] = np.arange(68) * 0.001
    for upper, lower in ((37, 41), (38, 40), (43, 47), (44, 46)):
        vertices[lower] = vertices[upper]
        vertices[upper, 1] = 0.001 * opening_mm
        blinks[0 if upper < 42 else 1, upper, 1] = -0.007
    return HeadModel(
        "test", vertices, np.zeros((0, 3), np.int32), np.zeros((0, 68, 3), np.float32), blinks,
        ("eyeBlink_R", "eyeBlink_L"), np.arange(68, dtype=np.int32), {"skin": (0, 68)},
    )  # fmt: skip


@pytest.mark.parametrize(("opening_mm", "left_mm"), [(8.0, 1.0), (10.0, 1.25), (12.0, 1.5), (16.0, 5.5), (7.5, 0.5)])
def test_wide_open_eyes_close_by_the_same_share_as_those_of_the_mean_head(opening_mm: float, left_mm: float) -> None:
    model, person = lids(8.0), lids(opening_mm)
    blink = {"eyeBlink_R": 1.0}
    moved = person.shape(np.zeros(0), blink)
    _meet_lids(moved, model, blink)
    # A blink is enlarged by half at most.
    assert opening_mm - left_mm <= 7.0 * MAX_LID_GAIN + 1e-3
    assert moved[[37, 38], 1] * 1000 == pytest.approx(left_mm, abs=1e-3)
    assert np.array_equal(moved[42:], person.vertices[42:])


def test_half_a_blink_of_wide_open_eyes_is_half_as_far() -> None:
    model, person = lids(8.0), lids(12.0)
    moved = person.shape(np.zeros(0), {"eyeBlink_L": 0.5})
    _meet_lids(moved, model, {"eyeBlink_L": 0.5})
    assert moved[43, 1] * 1000 == pytest.approx(12.0 - 0.5 * 10.5, abs=1e-3)


def test_open_eyes_stay_as_they_are() -> None:
    model, person = lids(8.0), lids(12.0)
    moved = person.vertices.copy()
    _meet_lids(moved, model, {"mouthSmile_L": 1.0})
    assert np.array_equal(moved, person.vertices)
