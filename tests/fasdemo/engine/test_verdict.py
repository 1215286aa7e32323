"""The verdict over time, for a person at the door."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypedDict, Unpack

import numpy as np
import pytest

from fasdemo.engine.engine import Engine
from fasdemo.engine.measurements.face_surface import Grid
from fasdemo.engine.policy import Policy
from fasdemo.engine.reasons import Reason, guidance, ordered
from fasdemo.engine.result import FrameResult, Status
from fasdemo.engine.temporal.continuity import Pattern, View, changed_aspects, pattern_of
from fasdemo.engine.temporal.sequential_test import SequentialTest, judge_still
from fasdemo.errors import UserError
from fasdemo.faces.face import Box
from fasdemo.frames import STREAMS, FrameSet, Stream
from fasdemo.models.card import Threshold
from fasdemo.models.crop import FaceCrops
from tests.support.engine_fixtures import CARD, RGB_CARD, ScriptedFinder, ScriptedScorer, make_engine
from tests.support.scenes import Pose, frame, true_face

THRESHOLD = Threshold(live_above=0.7, spoof_below=0.3, rule="by hand", data="none")
EVERYTHING: frozenset[Stream] = frozenset({"rgb", "depth", "ir"})


def run_scores(scores: Sequence[float | None], fps: float = 30.0, test: SequentialTest | None = None) -> list[Status]:
    judge = test or SequentialTest(THRESHOLD)
    result = []
    for index, score in enumerate(scores):
        judge.update(index / fps, score, [])
        result.append(judge.status)
    return result


def first(statuses: list[Status], wanted: Status) -> int:
    return statuses.index(wanted)


@pytest.mark.parametrize("score", [0.8, 0.9, 0.99])
def test_live_comes_within_half_a_second(score: float) -> None:
    assert first(run_scores([score] * 30), Status.LIVE) <= 14


@pytest.mark.parametrize("score", [0.2, 0.1, 0.01])
def test_spoof_comes_within_half_a_second(score: float) -> None:
    assert first(run_scores([score] * 30), Status.SPOOF) <= 14


def test_surer_scores_decide_sooner() -> None:
    assert first(run_scores([0.99] * 30), Status.LIVE) < first(run_scores([0.75] * 60), Status.LIVE)


@pytest.mark.parametrize("fps", [10.0, 15.0, 60.0])
def test_evidence_is_counted_by_time_and_not_by_frames(fps: float) -> None:
    at_30 = first(run_scores([0.85] * 60), Status.LIVE) / 30
    assert first(run_scores([0.85] * 120, fps), Status.LIVE) / fps == pytest.approx(at_30, abs=0.2)


def test_sequential_test_decides_nothing_in_the_uncertain_band() -> None:
    assert set(run_scores([0.5] * 300)) == {Status.UNCERTAIN}


def test_sequential_test_ends_live_and_its_evidence_at_one_attack_frame() -> None:
    statuses = run_scores([0.95] * 30 + [0.1] + [0.95] * 30)
    assert statuses[29] is Status.LIVE
    assert statuses[30] is not Status.LIVE
    assert statuses[31] is not Status.LIVE
    assert Status.LIVE in statuses[31:45]


def test_sequential_test_never_calls_a_sometimes_passing_attack_live() -> None:
    rng = np.random.default_rng(1)
    scores = [0.95 if rng.random() < 0.6 else 0.1 for _ in range(600)]
    longest = max(len(run) for run in "".join("1" if s > 0.5 else "0" for s in scores).split("0"))
    assert longest > 5
    live = [index for index, status in enumerate(run_scores(scores)) if status is Status.LIVE]
    assert all(scores[index] > 0.7 and min(scores[index - 4 : index + 1]) > 0.7 for index in live)


def test_sequential_test_forgives_a_dip_into_the_band_not_through_it() -> None:
    dip = run_scores([0.95] * 30 + [0.6] + [0.95] * 5)
    assert dip[30] is Status.LIVE
    deep = run_scores([0.95] * 30 + [0.4] + [0.95] * 5)
    assert deep[30] is Status.UNCERTAIN


def test_sequential_test_never_starts_live_in_the_band() -> None:
    assert set(run_scores([0.6] * 100)) == {Status.UNCERTAIN}


@pytest.mark.parametrize("score", [None, float("nan"), -0.1, 1.1, float("inf")])
def test_sequential_test_ends_live_without_a_score(score: float | None) -> None:
    statuses = run_scores([0.95] * 20 + [score] + [0.95])
    assert statuses[19] is Status.LIVE
    assert statuses[20:] == [Status.UNCERTAIN] * 2


def test_sequential_test_calls_a_blocked_frame_neither_live_nor_attack() -> None:
    test = SequentialTest(THRESHOLD)
    for index in range(60):
        test.update(index / 30, 0.05, ["blurred"])
        assert test.status is Status.UNCERTAIN
    run_scores([0.95] * 30, test=SequentialTest(THRESHOLD))


def test_physics_overrules_a_network_that_is_sure() -> None:
    test = SequentialTest(THRESHOLD)
    for index in range(10):
        test.update(index / 30, 0.999, ["flat_surface"])
        assert test.status is not Status.LIVE
    assert test.status is Status.SPOOF


def test_equal_thresholds_leave_no_band() -> None:
    judge = SequentialTest(Threshold(live_above=0.5, spoof_below=0.5, rule="argmax", data="none"))
    assert run_scores([0.9] * 30, test=judge)[-1] is Status.LIVE


@pytest.mark.parametrize(
    ("score", "codes", "status"),
    [
        (0.9, ["single_frame"], Status.LIVE),
        (0.5, [], Status.UNCERTAIN),
        (0.1, [], Status.SPOOF),
        (0.9, ["flat_surface"], Status.SPOOF),
        (0.9, ["blurred"], Status.UNCERTAIN),
        (0.9, ["depth_missing"], Status.UNCERTAIN),
        (0.1, ["depth_missing"], Status.UNCERTAIN),
        (0.9, ["unheard_of"], Status.UNCERTAIN),
        (None, [], Status.UNCERTAIN),
        (float("nan"), [], Status.UNCERTAIN),
    ],
)
def test_judge_still_decides_by_one_picture(score: float | None, codes: list[str], status: Status) -> None:
    assert judge_still(score, codes, THRESHOLD)[0] is status


def play(engine: Engine, kinds: Sequence[str]) -> list[FrameResult]:
    return [engine.process(frame(index, kind)) for index, kind in enumerate(kinds)]


def seen(results: list[FrameResult]) -> list[Status]:
    return [result.faces[0].status for result in results]


def test_engine_calls_a_person_live_within_a_second_and_keeps_it() -> None:
    statuses = seen(play(make_engine(0.95), ["live"] * 45))
    assert set(statuses[30:]) == {Status.LIVE}
    assert Status.SPOOF not in statuses


@pytest.mark.parametrize("attack", ["print", "screen"])
@pytest.mark.parametrize("score", [0.95, 0.5, 0.02])
def test_engine_never_calls_a_cut_to_an_attack_live(attack: str, score: float) -> None:
    """Even when the network takes the attack for a face, as with 0.95."""
    engine = make_engine(lambda crops: 0.95 if _has_relief(crops) else score)
    results = play(engine, ["live"] * 20 + [attack] * 30)
    statuses = seen(results)
    assert statuses[19] is Status.LIVE
    assert Status.LIVE not in statuses[20:]
    assert statuses[-1] is Status.SPOOF


def test_after_an_attack_a_live_person_starts_anew() -> None:
    engine = make_engine(lambda crops: 0.95 if _has_relief(crops) else 0.02)
    statuses = seen(play(engine, ["print"] * 20 + ["live"] * 30))
    assert statuses[19] is Status.SPOOF
    assert Status.LIVE not in statuses[20:24]
    assert statuses[-1] is Status.LIVE


def _has_relief(crops: FaceCrops) -> bool:
    assert crops.depth_mm is not None
    return float(crops.depth_mm[20:44, 20:44].std()) > 4


@pytest.mark.parametrize(
    "other",
    [Pose(0.75), Pose(0.6, 420.0), Pose(0.6, 320.0, 330.0)],
    ids=["farther", "to the side", "down"],
)
def test_engine_takes_a_jumping_face_for_another(other: Pose) -> None:
    finder = ScriptedFinder()
    engine = Engine(ScriptedScorer(0.95), finder)
    for index in range(20):
        engine.process(frame(index))
    finder.faces = [true_face(other)]
    result = engine.process(frame(20, pose=other))
    assert result.faces[0].status is Status.UNCERTAIN
    again = [engine.process(frame(index, pose=other)).faces[0].status for index in range(21, 45)]
    assert again[-1] is Status.LIVE


def test_engine_starts_anew_at_a_jump_in_depth() -> None:
    """The same picture 12 cm farther away: what a photograph of the scene would look like."""
    engine = make_engine(0.95)
    for index in range(20):
        assert engine.process(frame(index))
    moved = frame(20)
    assert moved.depth is not None
    result = engine.process(replace(moved, depth=moved.depth + np.uint16(120)))
    assert "view_changed" in result.faces[0].reasons
    assert result.faces[0].status is Status.UNCERTAIN


def test_walking_up_to_the_camera_keeps_live() -> None:
    finder = ScriptedFinder()
    engine = Engine(ScriptedScorer(0.95), finder)
    statuses = []
    for index in range(60):
        # 0.6 m a second, a brisk step.
        pose = Pose(1.2 - 0.02 * min(index, 40), 320.0 + 30 * np.sin(index / 9))
        finder.faces = [true_face(pose)]
        statuses.append(engine.process(frame(index, pose=pose)).faces[0].status)
    assert set(statuses[20:]) == {Status.LIVE}


def test_engine_starts_anew_after_a_face_was_gone() -> None:
    finder = ScriptedFinder()
    engine = Engine(ScriptedScorer(0.95), finder)
    for index in range(20):
        engine.process(frame(index))
    there, finder.faces = finder.faces, []
    for index in range(20, 26):
        assert engine.process(frame(index)).faces == ()
    finder.faces = there
    assert engine.process(frame(26)).faces[0].status is Status.UNCERTAIN


def test_engine_gives_each_face_its_own_track_and_verdict() -> None:
    finder = ScriptedFinder([true_face(Pose(x=200.0)), true_face(Pose(x=450.0))])
    engine = Engine(ScriptedScorer(lambda crops: 0.95 if crops.to_crop[0, 2] > -70 else 0.02), finder)
    for index in range(25):
        result = engine.process(_two_people(index))
    assert [face.status for face in result.faces] == [Status.LIVE, Status.SPOOF]
    assert len({face.track_id for face in result.faces}) == 2
    assert "several_faces" in result.reasons


def test_policy_can_allow_one_face_only() -> None:
    finder = ScriptedFinder([true_face(Pose(x=200.0)), true_face(Pose(x=450.0))])
    engine = Engine(ScriptedScorer(0.95), finder, Policy(single_face=True))
    for index in range(25):
        result = engine.process(_two_people(index))
        assert all(face.status is Status.UNCERTAIN for face in result.faces)
    assert result.faces[0].guidance == "One person at a time, please."


def _two_people(index: int) -> FrameSet:
    both, right = frame(index, pose=Pose(x=200.0)), frame(index, pose=Pose(x=450.0))
    for name in STREAMS:
        getattr(both, name)[:, 325:] = getattr(right, name)[:, 325:]
    return both


def test_policies_are_the_cards_thresholds_by_name() -> None:
    engine = make_engine(0.75)
    assert seen(play(engine, ["live"] * 30))[-1] is Status.LIVE
    engine.set_policy("strict")
    assert engine.policy_name == "strict"
    assert seen([engine.process(frame(index)) for index in range(30, 60)])[-1] is not Status.LIVE
    with pytest.raises(UserError, match="has balanced, strict"):
        engine.set_policy("lenient")
    assert engine.policy_name == "strict"


def test_set_policy_starts_the_evidence_anew() -> None:
    engine = make_engine(0.99)
    play(engine, ["live"] * 20)
    engine.set_policy(None)
    assert engine.process(frame(20)).faces[0].status is Status.UNCERTAIN


def test_set_model_replaces_and_closes_the_old_one() -> None:
    old = ScriptedScorer(0.99)
    engine = Engine(old, ScriptedFinder(), "strict")
    play(engine, ["live"] * 20)
    engine.set_model(ScriptedScorer(0.01, RGB_CARD))
    assert old.closed
    assert engine.policy_name == "strict"
    results = [engine.process(frame(index)) for index in range(20, 40)]
    assert results[0].model == "scripted-rgb"
    assert seen(results)[-1] is Status.SPOOF


def test_closing_an_engine_closes_its_parts() -> None:
    judge, finder = ScriptedScorer(), ScriptedFinder()
    with Engine(judge, finder):
        pass
    assert judge.closed
    assert finder.closed


def test_engine_starts_anew_when_time_steps_back() -> None:
    engine = make_engine(0.95)
    play(engine, ["live"] * 20)
    results = [engine.process(frame(index)) for index in range(5, 30)]
    assert seen(results)[0] is Status.UNCERTAIN
    assert "clock_back" in results[0].reasons
    assert seen(results)[-1] is Status.LIVE


def test_engine_gives_the_same_verdicts_for_the_same_frames() -> None:
    def once() -> list[object]:
        results = play(make_engine(0.9), ["live"] * 12 + ["print"] * 12)
        return [(r.faces[0].status, r.faces[0].score, r.faces[0].reasons, r.faces[0].evidence) for r in results]

    assert once() == once()


class ViewChanges(TypedDict, total=False):
    timestamp_s: float
    box: Box
    distance_mm: float
    luma: Pattern | None
    ir: Pattern | None
    relief_mm: Grid | None
    margin: float | None


def small_view(**changes: Unpack[ViewChanges]) -> View:
    rng = np.random.default_rng(0)
    luma = pattern_of(rng.uniform(50, 200, (32, 32)).astype(np.float32))
    relief = rng.normal(0, 3, (32, 32)).astype(np.float32)
    return replace(View(0.0, (100.0, 100.0, 120.0, 120.0), 600.0, luma, luma, relief, 3.0), **changes)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"box": (150.0, 100.0, 120.0, 120.0)}, "position"),
        ({"box": (90.0, 90.0, 140.0, 140.0)}, "size"),
        ({"distance_mm": 660.0}, "distance"),
        ({"distance_mm": 0.0}, "distance"),
        ({"relief_mm": np.full((32, 32), 30.0, np.float32)}, "relief"),
        ({"relief_mm": None}, "relief"),
        ({"luma": pattern_of(np.random.default_rng(5).uniform(50, 200, (32, 32)).astype(np.float32))}, "colour"),
        ({"ir": pattern_of(np.full((32, 32), 20.0, np.float32))}, "infrared"),
        ({"ir": None}, "infrared"),
        ({"margin": -6.0}, "score"),
    ],
)
def test_changed_aspects_names_each_sign_of_a_switch(change: ViewChanges, word: str) -> None:
    assert changed_aspects(small_view(), small_view(timestamp_s=1 / 30)) == []
    assert word in changed_aspects(small_view(), replace(small_view(timestamp_s=1 / 30), **change))


def test_changed_aspects_takes_a_pause_for_a_switch() -> None:
    assert changed_aspects(small_view(), small_view(timestamp_s=0.3)) == ["time"]
    assert changed_aspects(small_view(), small_view(timestamp_s=0.2)) == []
    assert changed_aspects(small_view(), small_view(timestamp_s=0.2), unseen=True) == ["time"]
    assert changed_aspects(small_view(timestamp_s=1.0), small_view(timestamp_s=0.9)) == ["time"]


def test_unknown_reasons_come_first_and_block() -> None:
    assert ordered(["rgb_only", "gathering", "usb_gone", "gathering"]) == ("usb_gone", "rgb_only", "gathering")


def test_guidance_is_the_first_sentence_there_is() -> None:
    assert guidance(["score_uncertain", "too_far", "blurred"]) == "Please come closer."
    assert guidance(["single_frame"]) == ""
    assert all(reason.guidance.endswith((".", "")) for reason in Reason)


@pytest.mark.parametrize(
    ("pose", "reason"),
    [
        (Pose(1.7), "too_far"),
        (Pose(0.6, 30.0), "partly_outside"),
        (Pose(0.6, 320.0, 20.0), "partly_outside"),
        (Pose(0.19), "too_close"),
    ],
)
def test_engine_guides_a_face_in_the_wrong_place(pose: Pose, reason: str) -> None:
    engine = make_engine(0.99, faces=[true_face(pose)])
    results = [engine.process(frame(index, pose=pose)) for index in range(12)]
    assert Status.LIVE not in seen(results)
    assert reason in results[-1].faces[0].reasons
    assert results[-1].faces[0].guidance


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda rgb: (rgb * 0.06).astype(np.uint8), "too_dark"),
        (lambda rgb: np.clip(rgb.astype(np.int32) * 3, 0, 255).astype(np.uint8), "overexposed"),
        (lambda rgb: _blurred(rgb), "blurred"),
    ],
)
def test_engine_guides_a_person_in_a_bad_picture(change: Callable[[np.ndarray], np.ndarray], reason: str) -> None:
    engine = make_engine(0.99)
    for index in range(12):
        good = frame(index)
        result = engine.process(replace(good, rgb=change(good.rgb)))
    assert reason in result.faces[0].reasons
    assert result.faces[0].status is Status.UNCERTAIN
    assert result.faces[0].guidance


def _blurred(rgb: np.ndarray) -> np.ndarray:
    import cv2

    return cv2.GaussianBlur(rgb, (0, 0), 9.0)


def test_holes_in_depth_block_with_their_reason() -> None:
    engine = make_engine(0.99)
    for index in range(12):
        good = frame(index)
        assert good.depth is not None
        holes = good.depth.copy()
        holes[:, 300:] = 0
        result = engine.process(replace(good, depth=holes))
    assert "depth_holes" in result.faces[0].reasons
    assert result.faces[0].status is not Status.LIVE


@pytest.mark.parametrize("factor", [0.6, 1.5])
def test_engine_calls_a_face_of_impossible_size_an_attack(factor: float) -> None:
    """A print of 60 % or 150 % of life size: depth says how far, the picture how large."""
    engine = make_engine(0.99)
    for index in range(20):
        good = frame(index)
        assert good.depth is not None
        result = engine.process(replace(good, depth=(good.depth * factor).astype(np.uint16)))
    assert "implausible_size" in result.faces[0].reasons
    assert result.faces[0].status is Status.SPOOF


def test_infrared_without_a_face_blocks() -> None:
    engine = make_engine(0.99)
    for index in range(20):
        good = frame(index)
        assert good.ir is not None
        dim = np.where(np.indices(good.ir.shape)[1] < 100, 200, 30).astype(np.uint8)
        noisy = dim + np.random.default_rng(index).integers(0, 3, dim.shape, dtype=np.uint8)
        result = engine.process(replace(good, ir=_faceless(noisy)))
    assert result.faces[0].status is not Status.LIVE


def _faceless(ir: np.ndarray) -> np.ndarray:
    return np.where(ir < 100, ir // 5, ir).astype(np.uint8)


def test_card_of_the_scripted_engine_uses_every_stream() -> None:
    assert set(CARD.modalities) == EVERYTHING


def filtered_statuses(filters: tuple[str, ...], card_filters: tuple[str, ...]) -> set[Status]:
    card = CARD.model_copy(update={"depth_filters": card_filters})
    with make_engine(0.99, card=card) as engine:
        results = [engine.process(replace(frame(index), depth_filters=filters)) for index in range(45)]
    codes = {code for result in results for face in result.faces for code in face.reasons}
    assert (Reason.DEPTH_FILTERED in codes) == (filters != card_filters)
    return {face.status for result in results for face in result.faces}


def test_depth_filters_other_than_those_of_the_card_are_never_live() -> None:
    spatial, strong = ("spatial(filter_magnitude=2)",), ("spatial(filter_magnitude=5)",)
    assert Status.LIVE in filtered_statuses((), ())
    assert Status.LIVE in filtered_statuses(spatial, spatial)
    for filters, card_filters in ((spatial, ()), ((), spatial), (strong, spatial), ((*spatial, *strong), spatial)):
        assert Status.LIVE not in filtered_statuses(filters, card_filters)
