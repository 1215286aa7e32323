"""The whole road with nothing scripted: frames, MediaPipe, an ONNX model, a verdict."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import pytest

from fasdemo.capture.source import SourceInfo
from fasdemo.engine.engine import Engine
from fasdemo.engine.result import Status
from fasdemo.errors import UserError
from fasdemo.frames import FrameSet, Stream
from tests.support.face_fixtures import model_or_skip
from tests.support.onnx_fixtures import make_card, make_graph, make_model, save
from tests.support.scenes import CALIBRATION, frame

EVERYTHING: frozenset[Stream] = frozenset({"rgb", "depth", "ir"})


class Scene:
    """A source of made frames."""

    warnings: tuple[str, ...] = ()

    def __init__(self, kinds: list[str], declared: frozenset[Stream] = EVERYTHING) -> None:
        self.kinds = kinds
        self.info = SourceInfo("scene", "session", False, declared, 640, 480, 30.0, len(kinds), CALIBRATION)

    def __iter__(self) -> Iterator[FrameSet]:
        for index, kind in enumerate(self.kinds):
            yield frame(index, kind, declared=self.info.declared)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """Calls everything bright live: only physics stands between an attack and LIVE."""
    model_or_skip()
    return save(make_graph(gain=12.0), tmp_path / "bright.onnx", make_card())


def test_for_source_calls_a_person_live_and_a_cut_to_an_attack_not(model: Path) -> None:
    kinds = ["live"] * 30 + ["print"] * 20 + ["live"] * 30 + ["screen"] * 20
    with Scene(kinds) as source, Engine.for_source(source, model=model, device="cpu") as engine:
        results = list(engine.run(source))
    assert [len(result.faces) for result in results] == [1] * len(kinds)
    statuses = [result.faces[0].status for result in results]
    for index, (kind, status) in enumerate(zip(kinds, statuses, strict=True)):
        if kind != "live":
            assert status is not Status.LIVE, index
    assert set(statuses[15:30]) == {Status.LIVE}
    assert set(statuses[65:80]) == {Status.LIVE}
    assert statuses[49] is Status.SPOOF
    assert statuses[99] is Status.SPOOF
    assert set(results[20].faces[0].per_modality) == {"rgb", "depth", "ir"}
    assert all(result.latency_ms.total >= result.latency_ms.infer > 0 for result in results)


def test_frames_come_with_their_results(model: Path) -> None:
    with Scene(["live"] * 3) as source, Engine.for_source(source, model=model, landmarks=False) as engine:
        pairs = list(engine.run_frames(source))
    assert [frame.index for frame, _ in pairs] == [result.frame for _, result in pairs] == [0, 1, 2]


def test_for_source_refuses_a_model_that_needs_more_streams(model: Path) -> None:
    with Scene([], frozenset({"rgb"})) as source, pytest.raises(UserError, match="needs depth and infrared"):
        Engine.for_source(source, model=model)


def test_for_source_refuses_a_policy_that_the_card_lacks(model: Path) -> None:
    with Scene([]) as source, pytest.raises(UserError, match="has balanced, strict"):
        Engine.for_source(source, model=model, policy="none")


def test_colour_alone_says_so(tmp_path: Path) -> None:
    model_or_skip()
    path = make_model(tmp_path / "rgb.onnx", ("rgb",))
    with Scene(["live"] * 15, frozenset({"rgb"})) as source, Engine.for_source(source, model=path) as engine:
        faces = [result.faces[0] for result in engine.run(source)]
    assert all("rgb_only" in face.reasons for face in faces)
    assert not any(face.status is Status.LIVE for face in faces)


def test_noise_in_place_of_a_picture_is_judged_without_a_word_of_live(model: Path) -> None:
    rng = np.random.default_rng(0)
    with Scene([]) as source, Engine.for_source(source, model=model) as engine:
        for index in range(10):
            made = FrameSet(
                index,
                index / 30,
                rng.integers(0, 256, (480, 640, 3), dtype=np.uint8),
                rng.integers(0, 65536, (480, 640), dtype=np.uint16),
                ir=rng.integers(0, 256, (480, 640), dtype=np.uint8),
            )
            assert all(face.status is not Status.LIVE for face in engine.process(made).faces)
