from __future__ import annotations

from itertools import pairwise

import pytest

from fasdemo.engine.per_face import ir_face_check, outline_check
from fasdemo.engine.result import Status
from fasdemo.engine.temporal.check_turns import MAX_WAIT_FRAMES, CheckTurns
from fasdemo.engine.temporal.sequential_test import MIN_FRAMES
from tests.support.engine_fixtures import make_engine
from tests.support.scenes import frame


def test_turns_let_one_check_run_in_a_frame_and_every_one_within_three() -> None:
    turns = CheckTurns()
    ran: list[list[str]] = []
    for _ in range(MAX_WAIT_FRAMES + 1):
        turns.start_frame()
        ran.append([name for name in ("a", "b", "c") if turns.take(name, all(name not in one for one in ran))])
    assert ran == [["a"], ["b"], ["c"]]


def test_turns_run_every_check_that_has_waited_two_frames() -> None:
    turns = CheckTurns()
    ran: list[list[str]] = []
    for _ in range(9):
        turns.start_frame()
        ran.append([name for name in ("a", "b", "c", "d") if turns.take(name, True)])
    for name in ("a", "b", "c", "d"):
        gaps = [number for number, names in enumerate(ran) if name in names]
        assert max(after - before for before, after in pairwise(gaps)) <= MAX_WAIT_FRAMES + 1


def test_turns_are_not_shared_in_a_single_picture() -> None:
    turns = CheckTurns()
    turns.start_frame(shared=False)
    assert turns.take("a", True)
    assert turns.take("b", True)
    assert not turns.take("c", False)


def test_engine_runs_slow_checks_in_different_frames_and_all_before_live(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[tuple[int, str]] = []
    index = 0

    def counted(module: object, name: str) -> None:
        original = getattr(module, name)

        def call(*given: object) -> object:
            ran.append((index, name))
            return original(*given)

        monkeypatch.setattr(module, name, call)

    counted(ir_face_check, "infrared_agreement")
    counted(ir_face_check, "without_dots")
    counted(outline_check, "outline_agreement")
    with make_engine(0.99) as engine:
        statuses = []
        for index in range(60):
            statuses.append(engine.process(frame(index)).faces[0].status)
    assert MAX_WAIT_FRAMES + 1 < MIN_FRAMES
    first_live = statuses.index(Status.LIVE)
    names = {"infrared_agreement", "without_dots", "outline_agreement"}
    assert {name for number, name in ran if number < first_live} == names
    frames = [number for number, _ in ran if number > MAX_WAIT_FRAMES]
    assert len(frames) == len(set(frames))
    for name in names:
        times = [number for number, one in ran if one == name]
        assert max(after - before for before, after in pairwise(times)) <= 6 + MAX_WAIT_FRAMES
