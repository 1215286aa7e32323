"""Verdicts with other thresholds are those that the engine gives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from fasdemo.assets_folder import demo_session
from fasdemo.capture.files.session_source import SessionSource
from fasdemo.engine.engine import Engine
from fasdemo.engine.result import FrameResult, Status
from fasdemo.models.card import Threshold
from fasdemo.tuning.scores.presentations import NO_RESPONSE, outcome, presentations_of
from fasdemo.tuning.scores.records import STATUSES, SessionScores, scores_of
from fasdemo.tuning.scores.replay import Replay, threshold_of
from tests.support.tuning_fixtures import LIVE, PRINT, results, scored, session


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with SessionSource(demo_session()) as source, Engine.for_source(source) as made:
        yield made


def run(engine: Engine, threshold: Threshold, frames: range) -> list[FrameResult]:
    engine.reset()
    engine._threshold = threshold
    engine._stages.forget_evidence(threshold)
    found = []
    with SessionSource(demo_session()) as source:
        source.seek(frames.start)
        for frame in source:
            if frame.index >= frames.stop:
                break
            found.append(engine.process(frame))
    return found


def test_replay_equals_the_engine_at_its_own_and_at_other_thresholds(engine: Engine) -> None:
    """Live frames, the change to the first attack and some of it, at two pairs of thresholds."""
    frames = range(115, 152)
    own = scores_of(run(engine, engine.threshold, frames))
    assert {STATUSES[number] for number in own.status.tolist()} == set(STATUSES)
    assert np.array_equal(Replay(own).run(engine.threshold), own.status)
    other = threshold_of(0.97, 0.9)
    strict = scores_of(run(engine, other, frames))
    assert np.array_equal(Replay(own).run(other), strict.status)
    assert not np.array_equal(own.status, strict.status), "the thresholds make a difference"


@pytest.mark.parametrize("score", [0.3, 0.62, 0.9])
def test_highest_threshold_is_where_live_ends(score: float) -> None:
    replay = Replay(scored(score, LIVE))
    found = replay.highest_threshold(slice(0, 30), 0.2)
    live = STATUSES.index(Status.LIVE)
    assert found == pytest.approx(score, abs=0.05)
    assert live in replay.run(threshold_of(found, 0.2))
    assert live not in replay.run(threshold_of(min(found + 0.02, 0.9999), 0.2))


def test_highest_threshold_is_zero_where_evidence_forbids_live() -> None:
    replay = Replay(scored(0.99, PRINT, ("flat_surface",)))
    assert replay.highest_threshold(slice(0, 30), 0.2) == 0.0
    assert set(replay.run(threshold_of(0.5, 0.2))[3:].tolist()) <= {0, STATUSES.index(Status.SPOOF)}


def test_frame_that_failed_forgets_the_face() -> None:
    shown = results(0.95, LIVE, frames=20)
    broken = results(0.95, LIVE, frames=40)[20:]
    failure = results(None, LIVE, frames=21, faces=0)[20]
    whole = scores_of([*shown, replace(failure, reasons=("internal_error",)), *broken[1:]])
    statuses = Replay(whole).run(threshold_of(0.7, 0.3))
    assert STATUSES[statuses[19]] is Status.LIVE
    assert STATUSES[statuses[20]] is Status.UNCERTAIN, "evidence starts again"


def test_presentation_without_a_face_has_no_response() -> None:
    scores = scored(None, LIVE, faces=0)
    (presentation,) = presentations_of(demo_session(), session(LIVE), scores, 0.3)
    assert np.isnan(presentation.score)
    assert outcome(presentation, presentation.replay.run(threshold_of(0.5, 0.3))) == NO_RESPONSE


def test_mixed_session_is_one_presentation_for_each_label() -> None:
    mixed = session(LIVE).model_copy(update={"label": "mixed"})
    scores = scores_of([*results(0.9, LIVE, frames=20), *results(0.1, PRINT, frames=40)[20:]])
    found = presentations_of(demo_session(), mixed, scores, 0.3)
    assert [(one.kind, one.frames) for one in found] == [("live", slice(0, 20)), ("print-flat", slice(20, 40))]
    unlabelled = scores_of(results(0.9, None))
    assert presentations_of(demo_session(), mixed, unlabelled, 0.3) == ()


def test_scores_come_back_from_their_bytes_and_damage_is_refused() -> None:
    scores = scored(0.8, LIVE, ("gathering",))
    back = SessionScores.from_bytes(scores.to_bytes())
    assert np.array_equal(back.score, scores.score)
    assert back.code_sets == scores.code_sets
    assert dict(back.measured(3)) == pytest.approx(dict(scores.measured(3)), nan_ok=True)
    content = bytearray(scores.to_bytes())
    with pytest.raises(ValueError, match="damaged"):
        SessionScores.from_bytes(bytes(content[: len(content) // 2]))
    content[len(content) // 2] ^= 0xFF
    with pytest.raises(ValueError, match=r"damaged|out of range|order"):
        SessionScores.from_bytes(bytes(content))
