"""Streams that do not show the same surface are never LIVE, for every score of the network."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fasdemo.capture.source import SourceInfo
from fasdemo.engine.engine import Engine
from fasdemo.engine.result import FrameResult, Status
from fasdemo.faces.detector import FaceDetector
from fasdemo.faces.finder import FaceFinder
from fasdemo.models.predictor import Predictor
from tests.support.cross_modal_cases import CASES, Streams, moments, retimed
from tests.support.face_fixtures import model_or_skip
from tests.support.fault_stage import reasons, statuses, trusting_model

REFUSED = {
    "print over live depth": "ir_copies_colour",
    "print on relief": "ir_copies_colour",
    "grey as infrared": "ir_copies_colour",
    "noisy grey as infrared": "ir_copies_colour",
    "tablet over live": "ir_rgb_mismatch depth_elsewhere",
    "flat print over mouth": "partly_flat",
    "flat print over eyes": "partly_flat",
    "depth shifted 10": "depth_elsewhere",
    "depth shifted 20": "depth_elsewhere",
    "depth shifted -20": "depth_elsewhere",
    "depth shifted down": "depth_elsewhere",
    "depth zoomed": "depth_elsewhere",
    "depth mirrored": "depth_elsewhere",
    "infrared mirrored": "ir_rgb_mismatch",
    "colour mirrored": "ir_rgb_mismatch",
}


@pytest.fixture(scope="module")
def streams() -> list[Streams]:
    model_or_skip()
    return list(moments())


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory, streams: list[Streams]) -> Iterator[Engine]:
    """A model that calls everything live: what is refused is refused by evidence."""
    model = trusting_model(tmp_path_factory.mktemp("model"))
    info = SourceInfo(
        "demo", "", False, frozenset({"rgb", "depth", "ir"}), 640, 480, 30.0, None, streams[0].live.calibration
    )
    with Engine(Predictor(model, "cpu", threads=1), FaceFinder(FaceDetector()), source=info) as made:
        yield made


def judged(engine: Engine, streams: list[Streams], name: str) -> list[FrameResult]:
    engine.reset()
    return [engine.process(frame) for frame in retimed([CASES[name](at) for at in streams])]


def test_engine_calls_the_person_as_captured_live(engine: Engine, streams: list[Streams]) -> None:
    results = judged(engine, streams, "live")
    assert statuses(results)[-10:] == [{Status.LIVE}] * 10


@pytest.mark.parametrize(("name", "codes"), REFUSED.items())
def test_streams_of_different_surfaces_are_never_live(
    engine: Engine, streams: list[Streams], name: str, codes: str
) -> None:
    results = judged(engine, streams, name)
    assert all(len(result.faces) == 1 for result in results)
    assert not any(Status.LIVE in found for found in statuses(results))
    assert sum(not reasons(result).isdisjoint(codes.split()) for result in results) > len(results) / 2
