"""A recorded person, a model that calls everything live, and the real engine between them: only its rules refuse."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import onnx
from onnx import helper, numpy_helper

from fasdemo.capture.files.session_source import SessionSource
from fasdemo.capture.source import SourceInfo
from fasdemo.engine.engine import Engine
from fasdemo.engine.policy import Policy
from fasdemo.engine.result import FrameResult, Status
from fasdemo.faces.detector import FaceDetector
from fasdemo.faces.finder import FaceFinder
from fasdemo.frames import FrameSet
from fasdemo.models.predictor import Predictor
from fasdemo.sessions.schema import CalibrationRecord, Session
from fasdemo.sessions.writer import SessionWriter
from tests.support.face_fixtures import model_or_skip
from tests.support.onnx_fixtures import make_card, make_graph, save
from tests.support.scenes import CALIBRATION, frame

FRAMES = 36
Change = Callable[[FrameSet, list[FrameSet]], FrameSet]
"""The frame to damage, and the sound frames before it."""


def record_person(root: Path, frames: int = FRAMES) -> Path:
    """A session of one live person."""
    session = Session(
        subject="S01",
        label="live",
        started=datetime(2026, 1, 2, tzinfo=UTC),
        streams=("rgb", "depth", "ir"),
        width=640,
        height=480,
        fps=30.0,
        calibration=CalibrationRecord.of(CALIBRATION),
    )
    with SessionWriter.create(root, session, "png") as writer:
        for index in range(frames):
            writer.write(frame(index))
    return writer.folder


def trusting_model(folder: Path, change: Callable[[onnx.ModelProto], None] | None = None, **card: Any) -> Path:
    """A network that gives every picture a score of 0.999."""
    graph = make_graph(gain=0.0, bias=7.0)
    if change is not None:
        change(graph)
    return save(graph, folder / "trusting.onnx", make_card(**card))


def nan_when_bright(model: onnx.ModelProto) -> None:
    """The fused answer becomes NaN where the crop's mean exceeds a tenth, as no trial on dark noise shows."""
    model.graph.initializer.append(numpy_helper.from_array(np.array(0.1, np.float32), "edge"))
    model.graph.node.append(helper.make_node("Sub", ["edge", "rgb_mean"], ["room"]))
    model.graph.node.append(helper.make_node("Sqrt", ["room"], ["root"]))
    model.graph.node.append(helper.make_node("ReduceMax", ["root"], ["most"], keepdims=0))
    model.graph.node.append(helper.make_node("Mul", ["most", "zero"], ["nothing"]))
    model.graph.node.append(helper.make_node("Add", ["logits", "nothing"], ["answer"]))
    model.graph.output[0].name = "answer"


class Faulty:
    """A source whose frames are damaged from one number up to another."""

    def __init__(self, folder: Path, change: Change, first: int, last: int) -> None:
        self._source = SessionSource(folder)
        self._change, self._first, self._last = change, first, last
        self.warnings: tuple[str, ...] = ()

    @property
    def info(self) -> SourceInfo:
        return self._source.info

    def __iter__(self) -> Iterator[FrameSet]:
        before: list[FrameSet] = []
        for good in self._source:
            if self._first <= good.index < self._last:
                yield self._change(good, before)
            else:
                yield good
            before.append(good)

    def __enter__(self) -> Self:
        self._source.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._source.__exit__(kind, error, trace)


def real_engine(
    model: Path, info: SourceInfo | None = None, device: str = "cpu", policy: Policy | None = None
) -> Engine:
    """MediaPipe, ONNX Runtime and the rules, as `Engine.for_source` puts them together."""
    model_or_skip()
    return Engine(Predictor(model, device, threads=1), FaceFinder(FaceDetector()), policy, source=info)


def statuses(results: Sequence[FrameResult]) -> list[set[Status]]:
    return [{face.status for face in result.faces} for result in results]


def reasons(result: FrameResult) -> set[str]:
    """What is said of a frame and of its faces."""
    return {*result.reasons, *(code for face in result.faces for code in face.reasons)}
