"""Faults of the model, its provider and the camera, each through the real engine."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
import pytest

from fasdemo.capture.cameras.live import LiveSource
from fasdemo.capture.cameras.supervisor import DeviceError, WatchdogTimeouts
from fasdemo.capture.files.session_source import SessionSource
from fasdemo.capture.source import SourceInfo
from fasdemo.engine.engine import Engine
from fasdemo.engine.policy import Policy
from fasdemo.engine.result import FrameResult, Status
from fasdemo.errors import UserError
from fasdemo.frames import STREAMS, FrameSet
from fasdemo.models.card import OutputSpec
from fasdemo.models.predictor import Predictor
from tests.support.fault_stage import nan_when_bright, real_engine, reasons, record_person, statuses, trusting_model
from tests.support.onnx_fixtures import make_card
from tests.support.scenes import CALIBRATION, frame


@pytest.fixture(scope="module")
def person(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return record_person(tmp_path_factory.mktemp("person"), 24)


def judge(folder: Path, engine: Engine) -> list[FrameResult]:
    with SessionSource(folder) as source:
        return list(engine.run(source))


def test_nan_from_the_model_is_no_score_and_never_live(person: Path, tmp_path: Path) -> None:
    outputs = (OutputSpec(name="answer", classes=2, live_index=1),)
    model = trusting_model(tmp_path, nan_when_bright, outputs=outputs)
    with real_engine(model) as engine:
        results = judge(person, engine)
        assert all(len(result.faces) == 1 for result in results)
        for result in results:
            assert statuses([result]) == [{Status.UNCERTAIN}]
            assert result.faces[0].score is None
            assert "score_missing" in result.faces[0].reasons
        # Dark, the same network answers: the test's person is what makes it fail.
        crops = results[0].faces[0].crops
        assert crops is not None
        dark = replace(crops, rgb=np.zeros((48, 48, 3), np.uint8))
        assert engine._scorer.predict([dark])[0].score


def test_a_provider_that_fails_at_start_falls_back_with_a_sentence(
    person: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = ort.InferenceSession

    def broken_cuda(content: bytes, options: Any, providers: list[str]) -> Any:
        if "CUDAExecutionProvider" in providers:
            raise RuntimeError("CUDA driver version is insufficient")
        return start(content, options, providers=providers)

    both = ["CUDAExecutionProvider", "CPUExecutionProvider"]
    monkeypatch.setattr(ort, "InferenceSession", broken_cuda)
    monkeypatch.setattr(ort, "get_available_providers", lambda: both)
    with real_engine(trusting_model(tmp_path), device="auto") as engine:
        assert engine.provider == "CPU"
        assert any("cannot be started" in sentence for sentence in engine.warnings)
        assert Status.LIVE in statuses(judge(person, engine))[-1]


class FailsFrom:
    """A session of ONNX Runtime on a GPU that breaks at its n-th run."""

    def __init__(self, session: Any, runs: int) -> None:
        self.session, self.runs = session, runs

    def get_providers(self) -> list[str]:
        return ["CUDAExecutionProvider", "CPUExecutionProvider"]

    def run(self, names: Any, feed: Any) -> Any:
        self.runs -= 1
        if self.runs < 0:
            raise RuntimeError("CUDA error 719: unspecified launch failure")
        return self.session.run(names, feed)


def test_a_provider_that_fails_in_mid_run_is_replaced_by_the_cpu(person: Path, tmp_path: Path) -> None:
    model = trusting_model(tmp_path)
    with real_engine(model) as engine:
        broken = engine._scorer
        assert isinstance(broken, Predictor)
        broken._session = FailsFrom(broken._session, 12)
        results = judge(person, engine)
        assert engine.provider == "CPU"
        assert any("now runs on the CPU" in sentence for sentence in engine.warnings)
        assert all(result.faces[0].frame_score is not None for result in results)
        assert Status.LIVE in statuses(results)[-1]


def test_engine_calls_nothing_live_when_the_cpu_fails_too(
    person: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with real_engine(trusting_model(tmp_path)) as engine:
        broken = engine._scorer
        assert isinstance(broken, Predictor)
        broken._session = FailsFrom(broken._session, 12)

        def no_start(*_: Any, **__: Any) -> Any:
            raise RuntimeError("out of memory")

        monkeypatch.setattr(ort, "InferenceSession", no_start)
        seen = judge(person, engine)
        assert Status.LIVE in statuses(seen)[11]
        assert all(Status.LIVE not in found for found in statuses(seen)[12:])
        assert "score_missing" in reasons(seen[-1])


class Camera:
    """A camera that shows the person, and is unplugged and plugged in by the test."""

    standing_faults: tuple[str, ...] = ()
    plugged = True
    number = 0

    def start(self) -> SourceInfo:
        if not Camera.plugged:
            raise DeviceError("the camera is not there")
        return SourceInfo("camera", "realsense", True, frozenset(STREAMS), 640, 480, 30.0, None, CALIBRATION)

    def wait(self, timeout_s: float) -> FrameSet | None:
        time.sleep(0.03)
        if not Camera.plugged:
            raise DeviceError("the camera is gone")
        Camera.number += 1
        now = time.monotonic()
        shot = frame(Camera.number)
        times = {name: replace(one, timestamp_s=now) for name, one in shot.times.items()}
        return replace(shot, timestamp_s=now, times=times, live_source=True, received_s=now)

    def stop(self) -> None: ...

    def set_exposure_roi(self, box: Any) -> None: ...


def until(results: Iterator[FrameResult], wanted: bool, seconds: float = 60.0) -> list[FrameResult]:
    """Results up to the first with, or the first without, a live face."""
    seen: list[FrameResult] = []
    end = time.monotonic() + seconds
    for result in results:
        seen.append(result)
        if (Status.LIVE in statuses([result])[0]) == wanted:
            return seen
        assert time.monotonic() < end, f"not {wanted} within {seconds} s: {reasons(result)}"
    raise AssertionError("a camera never ends")


def test_engine_starts_anew_when_a_camera_comes_back(tmp_path: Path) -> None:
    Camera.plugged, Camera.number = True, 0
    timeouts = WatchdogTimeouts(wait_s=0.05, stalled_s=0.15, dead_s=0.5, first_back_off_s=0.1, look_every_s=0.05)
    with (
        LiveSource(Camera, lambda: Camera.plugged, "no camera", timeouts=timeouts) as source,
        # A busy computer may be late.
        real_engine(trusting_model(tmp_path), source.info, policy=Policy(max_age_s=10.0)) as engine,
    ):
        results = engine.run(source)
        assert until(results, True)[-1].live_source
        Camera.plugged = False
        until(results, False)
        dark = [next(results) for _ in range(5)]
        assert all(Status.LIVE not in found for found in statuses(dark))
        assert "device_lost" in reasons(dark[-1]) | reasons(dark[0])
        Camera.plugged = True
        back = until(results, True)
        # What was gathered before the camera went away does not count.
        assert len([one for one in back if one.faces]) > 3
        assert source.warnings


def test_live_source_names_a_missing_camera() -> None:
    with pytest.raises(UserError, match="no camera"), LiveSource(Camera, lambda: False, "no camera is connected"):
        pass


def test_engine_refuses_a_model_whose_card_lacks_the_policy(tmp_path: Path) -> None:
    from fasdemo.engine.policy import Policy, thresholds

    with pytest.raises(UserError, match="choose one of them"):
        thresholds(make_card(), Policy(threshold="everybody"))
