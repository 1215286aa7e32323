"""Results of played sessions: the same as those of a scoring, and stored only if every frame was processed in order."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fasdemo.engine.loop.frame_loop import FrameLoop
from fasdemo.engine.result import EngineFacts, FrameResult
from fasdemo.models.registry import find_model
from fasdemo.runtime.frame_processor import make_processor, make_source
from fasdemo.runtime.requests import EngineRequest, SourceRequest
from fasdemo.sessions.loading import load_session
from fasdemo.sessions.repair import find_sessions
from fasdemo.tuning.played import PlayedListener, PlayedSession, has_default_rules, store_played
from fasdemo.tuning.scores.cache import Cache, session_hash
from fasdemo.tuning.scores.scoring import score_folder
from tests.support.tuning_fixtures import LIVE, results
from tools.performance.tuning import make_sessions

MODEL = find_model("fasdemo-flex")
FACTS = EngineFacts("fasdemo-flex", "mean", "CPU", MODEL.card, MODEL.card.thresholds["mean"], model_sha256=MODEL.sha256)


def played(frames: int = 6) -> list[FrameResult]:
    return results(0.9, LIVE, frames=frames)


def test_played_session_has_the_scores_of_a_scored_one(tmp_path: Path) -> None:
    make_sessions(tmp_path / "sessions", 1, length=20)
    (folder,) = find_sessions(tmp_path / "sessions")
    found: list[PlayedSession] = []
    listener = PlayedListener(found.append)
    request = EngineRequest()
    with make_source(SourceRequest(str(folder))) as source, make_processor(source, request) as processor:
        loop = FrameLoop(source, [listener])
        for number, frame in enumerate(source):
            loop.step(processor, frame, fresh=number == 0)
            if number == 3:
                assert source.info.frame_count is not None
                listener.watch(folder, source.info.name, source.info.frame_count)
    assert len(found) == 1
    scored = score_folder(folder, cache=tmp_path / "scored").presentations[0].scores
    assert store_played(found[0], tmp_path / "played")
    session = load_session(folder)
    stored = Cache(MODEL.sha256, tmp_path / "played").load(session_hash(folder, session))
    assert stored is not None
    assert np.array_equal(stored.score, scored.score, equal_nan=True)
    assert np.array_equal(stored.evidence, scored.evidence, equal_nan=True)
    assert [stored.code_sets[n] for n in stored.codes] == [scored.code_sets[n] for n in scored.codes]
    # Results of a source with the same name and length, but other frames, are not this session's.
    other = replace(found[0], results=tuple(replace(one, timestamp_s=one.timestamp_s + 1) for one in found[0].results))
    assert not store_played(other, tmp_path / "other")
    dark = (replace(found[0].results[0], reasons=("depth_missing",)), *found[0].results[1:])
    assert not store_played(replace(found[0], results=dark), tmp_path / "other")
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize("fault", ["skipped", "no result", "other model", "camera", "name", "seek"])
def test_session_that_is_not_processed_completely_is_not_whole(fault: str) -> None:
    found: list[PlayedSession] = []
    listener = PlayedListener(found.append)
    listener.watch(Path("made"), "other" if fault == "name" else "made", 6)
    for result in played():
        if fault == "skipped" and result.frame == 2:
            continue
        if fault == "no result" and result.frame == 2:
            listener.on_no_result()
        facts = replace(FACTS, model_sha256="another") if fault == "other model" and result.frame == 5 else FACTS
        if fault == "camera":
            result = replace(result, live_source=True)
        if fault == "seek" and result.frame == 0:
            continue
        listener.on_result(result, facts)
    assert found == []


def test_second_pass_counts_after_a_broken_first_one() -> None:
    found: list[PlayedSession] = []
    listener = PlayedListener(found.append)
    listener.watch(Path("made"), "made", 6)
    for result in (*played()[:3], *played()):
        listener.on_result(result, FACTS)
    assert [len(one.results) for one in found] == [6]
    for result in played():
        listener.on_result(result, FACTS)
    assert len(found) == 1, "it is stored once"
    listener.forget()
    listener.watch(Path("made"), "made", 6)
    listener.forget()
    for result in played():
        listener.on_result(result, FACTS)
    assert len(found) == 1


def test_results_of_a_file_that_is_not_watched_are_not_kept() -> None:
    found: list[PlayedSession] = []
    listener = PlayedListener(found.append)
    (first,) = played(1)
    for number in range(400):
        listener.on_result(replace(first, frame=number), FACTS)
    assert listener._results == []
    listener.watch(Path("made"), "made", 400)
    assert found == []
    for number in range(400):
        listener.on_result(replace(first, frame=number), FACTS)
    assert len(found) == 1, "a watched session is kept completely"


def test_rules_other_than_those_of_a_scoring_are_told_apart() -> None:
    assert has_default_rules(EngineRequest(model="fasdemo-flex", policy="bpcer20", device="cpu"))
    for other in (
        EngineRequest(site=Path("site.json")),
        EngineRequest(allow_rgb_only=True),
        EngineRequest(require=frozenset({"depth"})),
        EngineRequest(max_refused_attempts=3),
        EngineRequest(single_face=True),
        EngineRequest(challenge="turn"),
    ):
        assert not has_default_rules(other)
