"""Colour of another picture that is moved onto the live face in every frame, with depth and infrared of the person."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fasdemo.capture.source import SourceInfo
from fasdemo.engine.engine import Engine
from fasdemo.engine.policy import Policy
from fasdemo.engine.result import Status
from fasdemo.faces.detector import FaceDetector
from fasdemo.faces.finder import FaceFinder
from fasdemo.frames import STREAMS, FrameSet
from fasdemo.models.predictor import Predictor
from tests.support.cross_modal_cases import moments, retimed, tablet_on_live
from tests.support.face_fixtures import model_or_skip
from tests.support.fault_stage import reasons, statuses, trusting_model

FRAMES, KNOWN = 42, 24
"""Frames at 30 per second; frames after which the fitted picture must be known."""


@pytest.fixture(scope="module")
def fitted() -> list[FrameSet]:
    model_or_skip()
    return list(retimed([tablet_on_live(at) for at in moments(FRAMES)]))


@pytest.fixture(params=[False, True], ids=["default", "motion required"])
def engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, fitted: list[FrameSet]
) -> Iterator[Engine]:
    """A model that calls everything live: what is refused is refused by evidence."""
    model = trusting_model(tmp_path_factory.mktemp("model"))
    info = SourceInfo("demo", "", False, frozenset(STREAMS), 640, 480, 30.0, None, fitted[0].calibration)
    predictor, finder = Predictor(model, "cpu", threads=1), FaceFinder(FaceDetector())
    with Engine(predictor, finder, policy=Policy(require_motion=request.param), source=info) as made:
        yield made


def test_picture_fitted_onto_the_live_face_is_found_by_its_motion(engine: Engine, fitted: list[FrameSet]) -> None:
    results = [engine.process(frame) for frame in fitted]
    assert all("ir_moves_apart" in reasons(result) for result in results[KNOWN:])
    late = statuses(results if engine.policy.require_motion else results[KNOWN:])
    assert not any(Status.LIVE in found for found in late)
