"""Depth of attack shapes before a live person, with the person's own colour and infrared: an attacker's best case."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from fasdemo.capture.source import SourceInfo
from fasdemo.engine.engine import Engine
from fasdemo.engine.policy import Policy
from fasdemo.engine.result import FrameResult, Status
from fasdemo.frames import FrameSet
from tests.support.cross_modal_cases import Streams, moments, retimed
from tests.support.face_fixtures import model_or_skip

Millimetres = npt.NDArray[np.float32]
Shape = Callable[[Millimetres, Millimetres, Millimetres], Millimetres]
"""Takes x and y from the face's middle and the person's own depth behind its median, all in mm; returns the latter."""

_FACE_WIDTH_MM = 140.0


def crumpled(x: Millimetres, y: Millimetres, depth: Millimetres) -> Millimetres:
    folds = cv2.GaussianBlur(np.random.default_rng(3).standard_normal(x.shape).astype(np.float32), (0, 0), 10.0)
    return np.asarray(folds / folds.std() * 6.0 + x * x / 400.0, np.float32)


def cylinder_with_nose(x: Millimetres, y: Millimetres, depth: Millimetres) -> Millimetres:
    radius = np.float32(90.0)
    side = np.clip(x, -0.95 * radius, 0.95 * radius)
    nose = 18.0 * np.exp(-(x**2) / (2 * 9.0**2) - (y - 5.0) ** 2 / (2 * 16.0**2))
    return np.asarray(radius - np.sqrt(radius**2 - side**2) - nose, np.float32)


def shallow_relief(x: Millimetres, y: Millimetres, depth: Millimetres) -> Millimetres:
    near = np.abs(depth) < 150.0
    terms = np.stack([x, y, np.ones_like(x)], axis=-1)
    plane = terms @ np.linalg.lstsq(terms[near], depth[near], rcond=None)[0]
    return np.asarray(np.where(near, plane + 0.5 * (depth - plane), plane), np.float32)


SHAPES: dict[str, Shape] = {
    "crumpled print": crumpled,
    "cylinder with a nose": cylinder_with_nose,
    "relief of 0.5": shallow_relief,
}


def with_shape(at: Streams, shape: Shape, noise: np.random.Generator) -> FrameSet:
    """Return the live frame with depth of a shape around the face, with noise of 0.8 mm."""
    frame = at.live
    assert frame.depth is not None
    height, width = frame.depth.shape
    ratio = frame.rgb.shape[1] / width
    eyes, (middle_x, middle_y) = at.at_live[:2] / ratio, at.at_live[2] / ratio
    mm = np.float32(63.0 / float(np.hypot(*(eyes[1] - eyes[0]))))
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    x, y = (columns - np.float32(middle_x)) * mm, (rows - np.float32(middle_y)) * mm
    inside = (np.abs(x) < 0.75 * _FACE_WIDTH_MM) & (np.abs(y) < 0.85 * _FACE_WIDTH_MM)
    scale = frame.depth_scale * 1000.0
    own = frame.depth.astype(np.float32) * np.float32(scale)
    median = float(np.median(own[(np.abs(x) < 25) & (np.abs(y) < 25)]))
    made = median + shape(x, y, own - np.float32(median)) + noise.normal(0.0, 0.8, own.shape)
    depth = np.where(inside, made / scale, frame.depth)
    return replace(frame, depth=np.clip(np.rint(depth), 0, 65535).astype(np.uint16))


@pytest.fixture(scope="module")
def streams() -> list[Streams]:
    model_or_skip()
    return list(moments(24))


@pytest.fixture(scope="module", params=[("fasdemo-flex", "mean"), ("fasdemo-featherb-depth", "bpcer20")], ids=str)
def engine(request: pytest.FixtureRequest, streams: list[Streams]) -> Iterator[Engine]:
    model, policy = request.param
    calibration = streams[0].live.calibration
    info = SourceInfo("x", "", False, frozenset({"rgb", "depth", "ir"}), 640, 480, 30.0, None, calibration)
    with Engine.for_info(info, model=model, policy=Policy(threshold=policy), threads=1) as made:
        yield made


def live_frames(results: list[FrameResult]) -> int:
    return sum(face.status is Status.LIVE for result in results for face in result.faces)


def test_the_person_is_live(engine: Engine, streams: list[Streams]) -> None:
    engine.reset()
    assert live_frames([engine.process(frame) for frame in retimed([at.live for at in streams])]) > 10


@pytest.mark.parametrize("name", SHAPES)
def test_the_shape_is_refused(engine: Engine, streams: list[Streams], name: str) -> None:
    engine.reset()
    noise = np.random.default_rng(1)
    results = [engine.process(frame) for frame in retimed([with_shape(at, SHAPES[name], noise) for at in streams])]
    assert sum(len(result.faces) for result in results) > 20
    assert live_frames(results) == 0
