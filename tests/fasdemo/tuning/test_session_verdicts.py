"""The stored verdicts on a session, with results that a test chooses, and the scoring of some sessions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from fasdemo.capture.source import SourceInfo
from fasdemo.engine.result import FrameResult, Status
from fasdemo.errors import UserError
from fasdemo.frames import Truth
from fasdemo.models.registry import select_model
from fasdemo.record.labels import labels_from_options, session_of
from fasdemo.record.recorder import Recorder
from fasdemo.sessions.loading import load_session
from fasdemo.tuning.scores.cache import Cache, session_hash
from fasdemo.tuning.scores.records import scores_of
from fasdemo.tuning.scores.scoring import Progress
from fasdemo.tuning.session_verdicts import score_sessions, stored_verdicts
from tests.support.tuning_fixtures import LIVE, PRINT, results
from tests.support.window_scenes import ALL, FPS, HEIGHT, WIDTH, make_frame

CAMERA = SourceInfo("test camera", "webcam", True, ALL, WIDTH, HEIGHT, FPS, None)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    labels = labels_from_options("S01", "live", None, "", "I agree.", date(2099, 1, 1).isoformat())
    recorder = Recorder(tmp_path / "sessions", session_of(labels, CAMERA))
    for index in range(4):
        recorder.put(replace(make_frame(index, live=True), truth=None))
    recorder.stop()
    return recorder.folder


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def store(folder: Path, cache: Path, found: Sequence[FrameResult]) -> None:
    session = load_session(folder)
    model = select_model(frozenset(session.streams))
    Cache(model.sha256, cache).store(session_hash(folder, session), scores_of(found))


def relabel(folder: Path, label: str) -> None:
    path = folder / "session.json"
    path.write_text(path.read_text().replace('"label": "live"', f'"label": "{label}"'))
    assert load_session(folder).label == label


def test_stored_verdicts_become_live_after_the_evidence_is_gathered(folder: Path, cache: Path) -> None:
    assert stored_verdicts(folder, cache=cache) is None
    store(folder, cache, results(0.97, LIVE))
    found = stored_verdicts(folder, cache=cache)
    assert found is not None
    assert [status for status, _ in found.runs] == [Status.UNCERTAIN, Status.LIVE]
    assert found.frames == 30
    assert found.share(Status.LIVE) == found.runs[1][1] / 30
    assert found.share(None) == 0.0
    assert [(one.verdict, one.mistake) for one in found.judged] == [(Status.LIVE, None)]


def test_stored_verdicts_of_a_mixed_session_judge_each_part(folder: Path, cache: Path) -> None:
    relabel(folder, "mixed")
    late = [replace(one, frame=one.frame + 30, timestamp_s=one.timestamp_s + 9.0) for one in results(None, PRINT)]
    store(folder, cache, [*results(0.97, LIVE), *(replace(one, faces=()) for one in late)])
    found = stored_verdicts(folder, cache=cache)
    assert found is not None
    assert found.runs[-1] == (None, 30)
    assert [(one.truth, one.mistake) for one in found.judged] == [(LIVE, None), (PRINT, None)]


def test_stored_verdicts_without_a_label_judge_nothing(folder: Path, cache: Path) -> None:
    relabel(folder, "mixed")
    store(folder, cache, results(0.97, None))
    found = stored_verdicts(folder, cache=cache)
    assert found is not None
    assert found.judged == ()
    assert found.frames == 30


def test_frame_in_which_one_of_two_faces_is_live_is_live(folder: Path, cache: Path) -> None:
    both = [
        replace(one, faces=(*one.faces, replace(one.faces[0], track_id=2, score=0.01, frame_score=0.01)))
        for one in results(0.97, Truth("live"))
    ]
    store(folder, cache, both)
    found = stored_verdicts(folder, cache=cache)
    assert found is not None
    assert Status.SPOOF in {status for status, _ in found.runs}, "before the first face has become LIVE"
    assert found.runs[-1][0] is Status.LIVE


def test_stored_verdicts_of_an_unknown_policy_are_refused_in_one_sentence(folder: Path, cache: Path) -> None:
    with pytest.raises(UserError, match="policy nothing: fasdemo-flex has"):
        stored_verdicts(folder, policy="nothing", cache=cache)


def test_score_sessions_stores_results_and_names_what_failed(folder: Path, cache: Path) -> None:
    told: list[Progress] = []
    done: list[Path] = []
    gone = folder.parent / "gone"
    problems = score_sessions([gone, folder], on_progress=told.append, on_scored=done.append, cache=cache)
    assert problems == [f"{gone}: no such folder."]
    assert done == [gone, folder]
    assert {(one.done, one.total, one.name) for one in told} == {(1, 2, folder.name)}
    found = stored_verdicts(folder, cache=cache)
    assert found is not None
    assert found.frames == 4


def test_score_sessions_says_that_results_cannot_be_stored(folder: Path, cache: Path) -> None:
    cache.write_text("a file where the folder should be")
    problems = score_sessions([folder], cache=cache)
    assert len(problems) == 1
    assert f"{folder.name}: its results cannot be stored in {cache}; free some space" in problems[0]
