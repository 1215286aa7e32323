from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from fasdemo.engine.engine import Engine
from fasdemo.engine.measurements.evidence import Evidence
from fasdemo.engine.measurements.limits import MIN_NOSE_MM
from fasdemo.engine.per_face.ir_face_check import EYES_CLOSED_S
from fasdemo.engine.policy import Policy
from fasdemo.engine.reasons import Reason
from fasdemo.engine.result import FrameResult, Status
from fasdemo.engine.rules.gates import physical_codes, quality_codes
from fasdemo.faces.face import Box, Face
from fasdemo.faces.quality import Quality
from fasdemo.frames import Stream
from tests.support.engine_fixtures import ScriptedFinder, ScriptedScorer
from tests.support.scenes import frame, true_face

GOOD = Quality(
    brightness=0.5, white=0.0, sharpness=0.2, eye_px=60.0, yaw_deg=0.0, pitch_deg=0.0, roll_deg=0.0, eyes_closed=None
)
BOX = (200.0, 150.0, 150.0, 150.0)
LIVE_EVIDENCE: dict[str, float | None] = {
    "distance_m": 0.6,
    "depth_coverage": 0.98,
    "plane_residual_mm": 8.0,
    "sheet_residual_mm": 5.0,
    "nose_mm": 15.0,
    "relief_mm": 35.0,
    "depth_noise_mm": 2.0,
    "face_relief": 1.0,
    "relief_correlation": 0.9,
    "interpupil_mm": 62.0,
    "ir_level": 0.5,
    "ir_rgb_ratio": 1.1,
    "ir_landmark_error": 0.05,
}


def judge_quality(quality: Quality = GOOD, box: Box = BOX, inside: float = 1.0) -> list[Reason]:
    return quality_codes(quality, box, (480, 640), inside, Policy())


def judge_physics(
    changes: Mapping[str, float | None] = LIVE_EVIDENCE, heads: dict[Stream, float] | None = None, yaw: float = 0.0
) -> list[Reason]:
    evidence = Evidence.of({**LIVE_EVIDENCE, **changes})
    return physical_codes(evidence, replace(GOOD, yaw_deg=yaw), heads or {}, Policy())


def test_gate_codes_are_empty_for_a_good_picture() -> None:
    assert judge_quality() == []
    assert judge_physics() == []
    assert physical_codes(Evidence(), GOOD, {}, Policy()) == []


@pytest.mark.parametrize(
    ("quality", "code"),
    [
        (replace(GOOD, eye_px=20.0), "too_far"),
        (replace(GOOD, yaw_deg=-50.0), "turned_away"),
        (replace(GOOD, pitch_deg=45.0), "turned_away"),
        (replace(GOOD, roll_deg=60.0), "turned_away"),
        (replace(GOOD, brightness=0.03), "too_dark"),
        (replace(GOOD, white=0.5), "overexposed"),
        (replace(GOOD, sharpness=0.03), "blurred"),
    ],
)
def test_quality_codes_name_each_flaw_of_a_picture(quality: Quality, code: str) -> None:
    assert judge_quality(quality) == [code]


@pytest.mark.parametrize(
    ("box", "inside"),
    [(BOX, 0.5), ((-40.0, 150.0, 150.0, 150.0), 1.0), ((560.0, 150.0, 150.0, 150.0), 1.0)],
)
def test_quality_codes_call_a_face_at_the_border_partly_outside(box: Box, inside: float) -> None:
    assert judge_quality(box=box, inside=inside) == ["partly_outside"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"depth_coverage": 0.3}, "depth_holes"),
        ({"distance_m": None}, "depth_holes"),
        ({"plane_residual_mm": 0.7, "sheet_residual_mm": 0.6, "nose_mm": 0.2}, "flat_surface"),
        ({"plane_residual_mm": 5.0, "sheet_residual_mm": 0.9, "nose_mm": 0.5}, "bent_sheet"),
        ({"plane_residual_mm": 5.0, "sheet_residual_mm": 0.9, "nose_mm": None}, "bent_sheet"),
        ({"face_relief": 0.2}, "flat_surface"),
        ({"face_relief": None}, "depth_holes"),
        ({"plane_residual_mm": None, "sheet_residual_mm": None, "nose_mm": None}, "depth_holes"),
        ({"nose_mm": None}, "relief_unclear"),
        ({"face_relief": 0.45, "depth_noise_mm": 4.0}, "relief_unclear"),
        ({"nose_mm": 7.0, "depth_noise_mm": 5.0}, "relief_unclear"),
        ({"relief_correlation": 0.2}, "relief_unclear"),
        ({"face_relief": 0.4, "distance_m": 1.45}, "relief_unclear"),
        ({"plane_residual_mm": 5.0}, "shallow_relief"),
        ({"distance_m": 0.1}, "too_close"),
        ({"distance_m": 1.8}, "too_far"),
        ({"interpupil_mm": 35.0}, "implausible_size"),
        ({"interpupil_mm": 110.0}, "implausible_size"),
        ({"ir_level": 0.03, "ir_rgb_ratio": 0.1}, "ir_dark_screen"),
        ({"ir_landmark_error": 0.6}, "ir_rgb_mismatch"),
    ],
)
def test_physical_codes_name_each_sign(change: dict[str, float | None], code: str) -> None:
    assert judge_physics(change) == [code]


def test_physical_codes_call_no_surface_with_a_nose_a_sheet() -> None:
    assert judge_physics({"sheet_residual_mm": 1.5, "nose_mm": 12.0}) == []


def test_physical_codes_hold_the_bent_sheet_a_little_beyond_its_limit() -> None:
    low, beyond, high = (
        Evidence.of({**LIVE_EVIDENCE, "sheet_residual_mm": 1.5, "nose_mm": MIN_NOSE_MM * share})
        for share in (0.99, 1.05, 1.15)
    )
    assert physical_codes(low, GOOD, {}, Policy()) == ["bent_sheet"]
    assert physical_codes(beyond, GOOD, {}, Policy()) == []
    assert physical_codes(beyond, GOOD, {}, Policy(), {"bent_sheet"}) == ["bent_sheet"]
    assert physical_codes(high, GOOD, {}, Policy(), {"bent_sheet"}) == []


def test_physical_codes_require_less_relief_of_a_smaller_face() -> None:
    child = {"plane_residual_mm": 4.3, "interpupil_mm": 50.0}
    assert judge_physics(child) == []
    assert judge_physics({**child, "interpupil_mm": 56.0}) == ["shallow_relief"]
    assert judge_physics(child, yaw=30.0) == ["shallow_relief"]
    assert judge_physics({"plane_residual_mm": 5.3, "interpupil_mm": 70.0}) == []
    assert judge_physics({"plane_residual_mm": 5.0, "interpupil_mm": None}) == ["shallow_relief"]


def test_physical_codes_ignore_the_eye_distance_of_a_turned_head() -> None:
    assert judge_physics({"interpupil_mm": 40.0}, yaw=35.0) == []


def test_physical_codes_call_no_face_that_is_dark_in_both_pictures_a_screen() -> None:
    assert judge_physics({"ir_level": 0.03, "ir_rgb_ratio": 0.9}) == []


@pytest.mark.parametrize("stream", ["depth", "ir"])
def test_physical_codes_include_a_head_with_the_result_attack(stream: Stream) -> None:
    assert judge_physics(heads={stream: 0.01}) == ["modalities_disagree"]
    assert judge_physics(heads={stream: 0.5, "rgb": 0.01}) == []


class ScriptedLandmarks:
    """Eyes as closed as a test says, or no landmarks at all."""

    def __init__(self) -> None:
        self.closed: float | None = 0.0
        self.calls = 0
        self.released = False

    def add(self, image: np.ndarray, face: Face) -> Face:
        self.calls += 1
        if self.closed is None:
            return face
        weights = {"eyeBlinkLeft": self.closed, "eyeBlinkRight": self.closed}
        return replace(face, landmarks=np.zeros((478, 3), np.float32), blendshapes=weights)

    def close(self) -> None:
        self.released = True


def play(engine: Engine, start: int, stop: int) -> list[FrameResult]:
    return [engine.process(frame(index)) for index in range(start, stop)]


def test_eyes_that_stay_closed_block_and_a_blink_does_not() -> None:
    landmarks = ScriptedLandmarks()
    with Engine(ScriptedScorer(0.97), ScriptedFinder(), landmarks=landmarks) as engine:
        assert play(engine, 0, 20)[-1].faces[0].status is Status.LIVE
        landmarks.closed = 0.9
        assert {result.faces[0].status for result in play(engine, 20, 29)} == {Status.LIVE}
        landmarks.closed = 0.0
        assert {result.faces[0].status for result in play(engine, 29, 45)} == {Status.LIVE}
        landmarks.closed = 0.9
        shut = play(engine, 45, 45 + round((EYES_CLOSED_S + 0.4) * 30))
        assert shut[-1].faces[0].status is Status.UNCERTAIN
        assert shut[-1].faces[0].reasons == ("eyes_closed",)
        assert shut[-1].faces[0].guidance == "Please open your eyes."
    assert landmarks.released


def test_engine_calls_a_face_without_landmarks_covered() -> None:
    landmarks = ScriptedLandmarks()
    landmarks.closed = None
    engine = Engine(ScriptedScorer(0.97), ScriptedFinder(), landmarks=landmarks)
    results = play(engine, 0, 20)
    assert "face_covered" in results[-1].faces[0].reasons
    # LIVE takes less time than two looks, so that the first one counts.
    assert {result.faces[0].status for result in results} == {Status.UNCERTAIN}


def test_engine_forgives_one_check_without_landmarks() -> None:
    landmarks = ScriptedLandmarks()
    engine = Engine(ScriptedScorer(0.97), ScriptedFinder(), landmarks=landmarks)
    assert play(engine, 0, 20)[-1].faces[0].status is Status.LIVE
    landmarks.closed = None
    # The picture does not change, so the next pass comes after half a second at most, and the second after a quarter.
    results = play(engine, 20, 48)
    assert results[8].faces[0].status is Status.LIVE
    assert results[-1].faces[0].status is Status.UNCERTAIN
    assert "face_covered" in results[-1].faces[0].reasons


def calls_in_two_seconds(landmarks: ScriptedLandmarks, policy: Policy | None = None, cover: bool = False) -> int:
    """Count the passes in 60 frames, in every second of which something can be in front of an eye."""
    with Engine(ScriptedScorer(0.97), ScriptedFinder(), policy, landmarks) as engine:
        for index in range(60):
            shown = frame(index)
            if cover and index % 16 >= 8:
                rgb = shown.rgb.copy()
                x, y = (round(float(value)) for value in true_face().keypoints[0])
                rgb[y - 8 : y + 8, x - 14 : x + 14] = 90
                shown = replace(shown, rgb=rgb)
            engine.process(shown)
    return landmarks.calls


def test_landmarks_are_found_twice_a_second_while_eyes_and_mouth_do_not_change() -> None:
    assert 4 <= calls_in_two_seconds(ScriptedLandmarks()) <= 5


def test_landmarks_are_found_four_times_a_second_where_the_picture_is_not_sufficient() -> None:
    """An eye changes, eyes are closed, landmarks are missing, or the policy requires a look at the camera."""
    assert 7 <= calls_in_two_seconds(ScriptedLandmarks(), cover=True) <= 8
    assert 7 <= calls_in_two_seconds(ScriptedLandmarks(), Policy(require_gaze=True)) <= 8
    for closed in (0.9, None):
        landmarks = ScriptedLandmarks()
        landmarks.closed = closed
        assert 7 <= calls_in_two_seconds(landmarks) <= 8


def test_engine_checks_a_still_picture_with_landmarks() -> None:
    landmarks = ScriptedLandmarks()
    engine = Engine(ScriptedScorer(0.97), ScriptedFinder(), landmarks=landmarks)
    assert engine.process(frame(0), still=True).faces[0].status is Status.LIVE
    landmarks.closed = 0.9
    closed = engine.process(frame(0), still=True).faces[0]
    assert closed.status is Status.UNCERTAIN
    assert "eyes_closed" in closed.reasons


def test_engine_reads_slow_landmarks_two_frames_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the landmarks are, the frame that starts a pass and the next one do not wait for it."""
    landmarks, go_on = ScriptedLandmarks(), threading.Event()
    add = landmarks.add

    def slow(image: np.ndarray, face: Face) -> Face:
        assert go_on.wait(10)
        return add(image, face)

    monkeypatch.setattr(landmarks, "add", slow)
    landmarks.closed = 0.9
    with Engine(ScriptedScorer(0.97), ScriptedFinder(), landmarks=landmarks) as engine:
        assert engine.process(frame(0)).faces[0].face.blendshapes is None
        assert engine.process(frame(1)).faces[0].face.blendshapes is None
        go_on.set()
        assert engine.process(frame(2)).faces[0].face.blendshapes == {"eyeBlinkLeft": 0.9, "eyeBlinkRight": 0.9}


def test_engine_discards_landmarks_of_an_exchanged_face(monkeypatch: pytest.MonkeyPatch) -> None:
    """The evidence starts again at a cut; the pass that began before it belongs to the other face."""
    landmarks = ScriptedLandmarks()
    with Engine(ScriptedScorer(0.97), ScriptedFinder(), landmarks=landmarks) as engine:
        engine.process(frame(0))
        landmarks.closed = 0.9
        results = []
        for index in (1, 2, 3, 4):
            shown = frame(index)
            assert shown.depth is not None
            # At half the distance at once: another face.
            results.append(engine.process(replace(shown, depth=np.asarray(shown.depth // 2, np.uint16))).faces[0])
        assert "view_changed" in results[0].reasons
        assert [face.face.blendshapes for face in results[:3]] == [None, None, None]
        # The pass that began after the cut; the engine waits for it, so both have run.
        assert results[3].face.blendshapes is not None
        assert landmarks.calls == 2


def test_engine_calls_no_face_live_before_its_first_landmarks() -> None:
    """At any frame rate; `MIN_FRAMES` alone would not ensure it if a pass took longer."""
    for fps in (5.0, 30.0, 120.0):
        landmarks = ScriptedLandmarks()
        with Engine(ScriptedScorer(0.99), ScriptedFinder(), landmarks=landmarks) as engine:
            results = [engine.process(frame(index, fps=fps)).faces[0] for index in range(round(fps) + 5)]
        assert Status.LIVE in [face.status for face in results]
        assert all(face.face.blendshapes for face in results if face.status is Status.LIVE)


def test_landmarks_that_fail_are_an_error_and_never_live(monkeypatch: pytest.MonkeyPatch) -> None:
    landmarks = ScriptedLandmarks()

    def broken(image: np.ndarray, face: Face) -> Face:
        raise RuntimeError("the graph is gone")

    monkeypatch.setattr(landmarks, "add", broken)
    with Engine(ScriptedScorer(0.97), ScriptedFinder(), landmarks=landmarks) as engine:
        results = play(engine, 0, 20)
    assert not any(face.status is Status.LIVE for result in results for face in result.faces)
    assert sum("internal_error" in result.reasons for result in results) >= 5


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"ir_clipped": 0.0}, ""),
        ({"ir_clipped": 0.3}, "ir_ambient_bright"),
        ({"ir_clipped": 0.0, "ir_level": 0.05}, "ir_lamp_weak"),
        ({"ir_clipped": 0.0, "ir_level": None}, "ir_lamp_weak"),
        # Without a separated lamp, a dim face alone is not a reason.
        ({"ir_level": 0.05}, ""),
    ],
)
def test_physical_codes_limit_the_light_of_a_separated_lamp(change: dict[str, float | None], code: str) -> None:
    assert judge_physics(change) == ([code] if code else [])


@pytest.mark.parametrize(("depth", "refused"), [(True, False), (False, True)])
def test_physical_codes_allow_less_likeness_of_infrared_and_colour_without_depth(depth: bool, refused: bool) -> None:
    change: dict[str, float | None] = {"ir_rgb_detail": 0.96}
    if not depth:
        change |= dict.fromkeys(("depth_coverage", "distance_m", "interpupil_mm"))
    assert ("ir_copies_colour" in judge_physics(change)) is refused
