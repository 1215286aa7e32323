"""Eyeballs of a head behind its closing lids."""

from __future__ import annotations

import numpy as np
import pytest

from trainer.synth.heads.headmodel import HeadModel
from trainer.synth.people.body import WITHDRAWN_EYE_M, _withdraw_eyes


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
