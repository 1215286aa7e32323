"""Evidence moves a score within its limits, and never a decided one."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fasdemo.engine.measurements.evidence import Evidence
from fasdemo.engine.rules.score_evidence import (
    MAX_ABOVE_DEPTH,
    MAX_RAISE,
    MAX_SHIFT,
    evidence_shift,
    shifted,
    stream_score,
    support,
    total_shift,
    within_depth,
)
from fasdemo.models.log_odds import log_odds

FACE = Evidence.of(
    {
        "face_relief": 1.0,
        "relief_correlation": 0.9,
        "nose_mm": 15.0,
        "depth_noise_mm": 2.5,
        "ir_level": 0.5,
        "ir_landmark_error": 0.05,
    }
)


def test_evidence_shift_raises_a_face_that_the_network_doubts() -> None:
    assert support(FACE) == 1.0
    assert evidence_shift(0.5, FACE) == MAX_SHIFT
    assert shifted(0.5, MAX_SHIFT) == pytest.approx(1 / (1 + math.exp(-MAX_SHIFT)))


@pytest.mark.parametrize("name", ["face_relief", "relief_correlation", "nose_mm"])
def test_evidence_shift_lowers_where_any_term_is_weak(name: str) -> None:
    assert evidence_shift(0.9, FACE.updated({name: 0.0})) == -MAX_SHIFT


@pytest.mark.parametrize("name", ["face_relief", "relief_correlation", "nose_mm", "depth_noise_mm"])
def test_evidence_shift_takes_a_measurement_that_is_no_number_for_no_support(name: str) -> None:
    assert evidence_shift(0.9, FACE.updated({name: math.nan})) == -MAX_SHIFT


@pytest.mark.parametrize(
    "change",
    [{"ir_level": None}, {"ir_level": 0.05}, {"ir_landmark_error": None}, {"ir_landmark_error": 0.5}],
)
def test_evidence_shift_does_not_raise_without_a_face_in_infrared(change: dict[str, float | None]) -> None:
    assert evidence_shift(0.5, FACE.updated(change)) == 0.0


@pytest.mark.parametrize("code", ["ir_rgb_mismatch", "flat_surface", "too_dark", "depth_frozen", "a_drivers_fault"])
def test_evidence_shift_does_not_raise_a_face_with_a_reason_against_it(code: str) -> None:
    assert evidence_shift(0.5, FACE, [code]) == 0.0
    assert evidence_shift(0.5, FACE, ["several_faces"]) == MAX_SHIFT


def test_evidence_shift_is_zero_without_depth() -> None:
    assert evidence_shift(0.5, Evidence(ir_level=0.5, ir_landmark_error=0.05)) == 0.0


def test_total_shift_leaves_a_decided_attack_alone() -> None:
    assert total_shift(0.05, FACE, site_bias=2.0) == 0.0
    assert total_shift(0.2, FACE, site_bias=2.0) < total_shift(0.5, FACE, site_bias=2.0) == MAX_RAISE
    assert total_shift(0.05, FACE, site_bias=-1.0) == -1.0


_ANY = st.none() | st.floats()


@given(
    st.floats(),
    st.fixed_dictionaries(dict.fromkeys(FACE, _ANY)).map(Evidence.of),
    st.floats(),
)
def test_total_shift_is_bounded_for_all_measurements(score: float, evidence: Evidence, bias: float) -> None:
    shift = total_shift(score, evidence, (), bias)
    assert shift <= MAX_RAISE
    result = shifted(score, shift)
    if 0.0 <= score <= 1.0:
        assert result is not None
        assert 0.0 <= result <= 1.0
        assert log_odds(result) - log_odds(score) <= MAX_RAISE + 1e-6
        assert not (score <= 0.0758 and log_odds(result) > log_odds(score) + 1e-6), "a decided attack stays one"
    else:
        assert result is score, "no score is never made one"


def test_stream_score_lets_colour_lower_by_half_and_never_raise() -> None:
    lowered = stream_score(0.27, 0.92)
    assert lowered is not None
    assert log_odds(lowered) == pytest.approx((log_odds(0.27) + log_odds(0.92)) / 2)
    assert stream_score(0.99, 0.6) == 0.6
    assert stream_score(0.4, None) == 0.4


@pytest.mark.parametrize("broken", [math.nan, -0.1, 2.0, math.inf])
def test_stream_score_without_a_score_is_none_or_no_score(broken: float) -> None:
    assert stream_score(None, 0.9) is None
    assert stream_score(0.9, broken) is None
    assert stream_score(broken, 0.9) is broken


def test_within_depth_limits_what_colour_and_infrared_add() -> None:
    assert within_depth(0.999, 0.01) == pytest.approx(shifted(0.01, MAX_ABOVE_DEPTH))
    assert within_depth(0.3, 0.9) == 0.3
    assert within_depth(0.9, None) == 0.9
    assert within_depth(0.9, math.nan) == 0.0
    assert within_depth(None, 0.5) is None
    assert math.isnan(within_depth(math.nan, 0.5) or 0.0)
