"""Sessions scored by a real child process, and what happens if it ends or is no longer wanted."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from fasdemo.errors import UserError
from fasdemo.sessions.repair import find_sessions
from fasdemo.tuning.scores.scoring import Cancelled, Progress, score_folder
from fasdemo.tuning.scores.scoring_process import ScoringProcess
from fasdemo.tuning.scores.session_scorer import SessionFailedError, SessionScorer
from fasdemo.tuning.session_verdicts import score_sessions, stored_verdicts
from tests.support.threads import check_no_thread_is_left
from tools.performance.tuning import make_sessions

MODEL = "fasdemo-flex"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("apart") / "sessions"
    make_sessions(made, 2, length=12)
    return made


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    """Every child process and thread must end with the test."""
    before = set(psutil.Process().children())
    yield
    assert set(psutil.Process().children()) <= before
    check_no_thread_is_left()


def test_scores_of_a_process_are_those_of_this_process(root: Path) -> None:
    folder = find_sessions(root)[0]
    frames: list[int] = []
    with ScoringProcess() as apart, SessionScorer() as here:
        found = apart.score(folder, MODEL, "cpu", "mean", frames.append)
        expected = here.score(folder, MODEL, "cpu", "mean", frames.append)
        assert np.array_equal(found.score, expected.score, equal_nan=True)
        assert found.code_sets == expected.code_sets
        assert found.frames == 12
        # The same process goes on, and a session that cannot be read is refused with its sentence.
        pid = apart.pid
        with pytest.raises(UserError, match="no such folder"):
            apart.score(root / "gone", MODEL, "cpu", "mean", frames.append)
        assert apart.pid == pid


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_session_whose_process_is_killed_fails_and_the_next_one_is_scored(root: Path, tmp_path: Path) -> None:
    with ScoringProcess() as apart:
        killed: list[int] = []

        def kill(progress: Progress) -> None:
            if not killed and progress.frames == 0 and apart.pid is not None:
                killed.append(apart.pid)
                os.kill(apart.pid, signal.SIGKILL)

        found = score_folder(root, MODEL, device="cpu", on_progress=kill, cache=tmp_path, scorer=apart)
    assert len(killed) == 1
    assert len(found.presentations) == 1
    assert found.left_out[0].endswith(
        "cannot be scored (its process was ended by SIGKILL); run `fasdemo sessions verify`."
    )


def test_cancelled_scoring_ends_its_process_and_resumes_with_the_rest(root: Path, tmp_path: Path) -> None:
    stop = threading.Event()

    def cancel(progress: Progress) -> None:
        if progress.done == 1:
            stop.set()

    with ScoringProcess() as apart:
        with pytest.raises(Cancelled):
            score_folder(root, MODEL, None, "cpu", cancel, stop, tmp_path, apart)
        found = score_folder(root, MODEL, None, "cpu", cache=tmp_path, scorer=apart)
    # A short second session may be scored before the cancellation is seen, and is kept then.
    assert found.from_cache in (1, 2)
    assert len(found.presentations) == 2


def test_score_sessions_in_another_process_stores_the_verdicts(root: Path, tmp_path: Path) -> None:
    folders = find_sessions(root)
    done: list[Path] = []
    with ScoringProcess() as apart:
        problems = score_sessions(folders, MODEL, None, "cpu", on_scored=done.append, cache=tmp_path, scorer=apart)
    assert problems == []
    assert done == folders
    assert all(stored_verdicts(folder, MODEL, cache=tmp_path) is not None for folder in folders)


def test_process_that_cannot_start_fails_the_session(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/no/such/python")
    with ScoringProcess() as apart, pytest.raises(SessionFailedError, match="no process can be started"):
        apart.score(root, MODEL, "cpu", "mean", lambda number: None)
