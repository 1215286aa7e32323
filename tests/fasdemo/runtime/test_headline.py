from __future__ import annotations

import numpy as np
import pytest

from fasdemo.draw.overlay import main_reason
from fasdemo.engine.reasons import Reason
from fasdemo.engine.result import FaceVerdict, FrameResult, Latency, Status
from fasdemo.faces.face import Face
from fasdemo.runtime.headline import headline


def face(status: Status, side: float = 100.0, guidance: str = "", reasons: tuple[str, ...] = ()) -> FaceVerdict:
    found = Face((0.0, 0.0, side, side), 0.9, np.zeros((6, 2), np.float32))
    return FaceVerdict(1, found, status, 0.5, 0.5, reasons, guidance=guidance)


def result(*faces: FaceVerdict, live: bool = True, reasons: tuple[str, ...] = ()) -> FrameResult:
    return FrameResult(0, 0.0, "s", live, "m", "p", faces, Latency(0, 0, 0, 0, 0), reasons=reasons)


@pytest.mark.parametrize("other", [Status.SPOOF, Status.UNCERTAIN])
def test_several_faces_are_live_only_if_each_of_them_is(other: Status) -> None:
    said = headline(result(face(Status.LIVE, 300.0), face(other, 40.0)))
    assert said.status is other
    assert "2 faces" in said.detail
    assert headline(result(face(Status.LIVE), face(Status.LIVE))).status is Status.LIVE


def test_guidance_comes_before_the_reason() -> None:
    assert headline(result(face(Status.UNCERTAIN, guidance="Please come closer.", reasons=("too_far",)))).sentence == (
        "Please come closer."
    )
    assert "flat, like a print" in headline(result(face(Status.SPOOF, reasons=("flat_surface",)))).sentence


def test_a_fault_without_a_face_has_no_verdict_and_names_the_fault() -> None:
    said = headline(result(reasons=("stream_stalled", "no_face")))
    assert said.status is None
    assert "stream stalled" in said.sentence
    assert headline(result(reasons=("no_face",))).word == "NO FACE"


def test_notices_are_spoken_too() -> None:
    said = headline(result(face(Status.LIVE, reasons=("rgb_only",)), live=False))
    assert said.from_file
    assert said.spoken() == (
        "LIVE. The file shows a live person. FILE, not a live-camera decision. RGB only: lower assurance"
    )


@pytest.mark.parametrize(
    "reasons", [("gathering",), ("too_far", "turned_away"), ("score_uncertain",), ("view_changed",)]
)
def test_spoof_is_never_beside_a_reason_of_one_frame_that_does_not_explain_it(reasons: tuple[str, ...]) -> None:
    verdict = face(Status.SPOOF, guidance="Please keep looking at the camera.", reasons=reasons)
    assert headline(result(verdict)).sentence == "The last pictures together were rated as an attack."
    assert main_reason(verdict) == ""


def test_spoof_is_explained_by_the_sign_of_an_attack_and_not_by_the_first_reason() -> None:
    verdict = face(Status.SPOOF, guidance="Please come closer.", reasons=("too_far", "flat_surface"))
    assert "flat, like a print" in headline(result(verdict)).sentence
    assert main_reason(verdict) == "flat surface"


def test_live_is_beside_no_doubt() -> None:
    assert main_reason(face(Status.LIVE, reasons=("gathering",))) == ""


def test_a_file_has_no_camera_to_mend() -> None:
    problem = Reason.DEPTH_UNUSED.guidance
    verdict = face(Status.UNCERTAIN, guidance=problem, reasons=("rgb_only", "depth_unused"))
    assert headline(result(verdict)).sentence == problem
    assert headline(result(verdict, live=False)).sentence == Reason.DEPTH_UNUSED.meaning
