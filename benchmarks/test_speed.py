"""Figures of docs/performance.md as a pytest-benchmark suite, by model, number of threads and stage.

    pytest benchmarks/test_speed.py
    pytest benchmarks/test_speed.py -k flex --benchmark-json speed.json
    FASDEMO_PEER=minifas128.onnx pytest benchmarks/test_speed.py -k "peer or flex"

Times are not asserted, because they depend on the machine and its load. `make test` does not run this suite.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle
from pathlib import Path

import cv2
import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.peer import Peer, prepare
from fasdemo.assets_folder import demo_session
from fasdemo.capture.open import open_source
from fasdemo.engine.engine import Engine
from fasdemo.faces.face import Face
from fasdemo.frames import FrameSet
from fasdemo.models.crop import crop_face
from fasdemo.models.encode import encode_batch
from fasdemo.models.predictor import Predictor
from fasdemo.models.registry import select_model, shipped_models
from fasdemo.runtime.benchmark import several

MODELS = [entry.card.name for entry in shipped_models()]
THREADS = (1, 2)
FRAMES = 90
PEER = Path(
    os.environ.get("FASDEMO_PEER")
    or Path(__file__).resolve().parent.parent.parent / "shared" / "peers" / "minifas128.onnx"
)


@pytest.fixture(scope="module")
def frames() -> list[FrameSet]:
    with open_source(str(demo_session())) as source:
        return [frame for frame, _ in zip(source, range(FRAMES), strict=False)]


def played(frames: list[FrameSet], faces: int) -> Iterator[FrameSet]:
    """Yield the frames endlessly with increasing timestamps."""
    for number, frame in enumerate(cycle([several(frame, faces) for frame in frames])):
        yield replace(frame, index=number, timestamp_s=number / 30.0, times={})


def first_face(frames: list[FrameSet], model: str) -> tuple[FrameSet, Face]:
    with open_source(str(demo_session())) as source, Engine.for_source(source, model=model) as engine:
        for frame in frames:
            if found := engine.process(frame).faces:
                return frame, found[0].face
    raise AssertionError("no face in the demo session")


@pytest.mark.parametrize("faces", [1, 4])
@pytest.mark.parametrize("threads", THREADS)
@pytest.mark.parametrize("model", MODELS)
def test_frame_to_verdict(
    benchmark: BenchmarkFixture, frames: list[FrameSet], model: str, threads: int, faces: int
) -> None:
    cv2.setNumThreads(threads)
    with open_source(str(demo_session())) as source, Engine.for_source(source, model=model, threads=threads) as engine:
        following = played(frames, faces)
        result = benchmark.pedantic(
            engine.process, setup=lambda: ((next(following),), {}), rounds=FRAMES, warmup_rounds=15
        )
        benchmark.extra_info.update(provider=engine.provider)
    assert len(result.faces) == faces


@pytest.mark.parametrize("model", MODELS)
def test_crops_and_preprocessing(benchmark: BenchmarkFixture, frames: list[FrameSet], model: str) -> None:
    frame, face = first_face(frames, model)
    card = select_model(frozenset(("rgb", "depth", "ir")), model).card
    feed = benchmark(lambda: encode_batch([crop_face(frame, face, card.crop, card.input_size)], card))
    assert set(feed) >= {spec.name for spec in card.inputs}


@pytest.mark.parametrize("threads", THREADS)
@pytest.mark.parametrize("model", MODELS)
def test_network(benchmark: BenchmarkFixture, frames: list[FrameSet], model: str, threads: int) -> None:
    frame, face = first_face(frames, model)
    file = select_model(frozenset(("rgb", "depth", "ir")), model)
    with Predictor(file, threads=threads) as predictor:
        card = predictor.card
        feed = encode_batch([crop_face(frame, face, card.crop, card.input_size)], card)
        outputs = benchmark(predictor.run, feed)
        benchmark.extra_info.update(provider=predictor.provider, multiply_adds=card.multiply_adds)
    assert all(np.isfinite(output).all() for output in outputs)


@pytest.mark.parametrize("threads", THREADS)
def test_peer(benchmark: BenchmarkFixture, frames: list[FrameSet], threads: int) -> None:
    if not PEER.is_file():
        pytest.skip("the peer's model is missing; give its path in FASDEMO_PEER")
    frame, face = first_face(frames, MODELS[0])
    peer = Peer(PEER, threads)
    logits = benchmark(peer.run, prepare(frame.rgb, face.box))
    assert logits.shape == (1, 2)


def test_decoding(benchmark: BenchmarkFixture) -> None:
    with open_source(str(demo_session()), loop=True) as source:
        following = iter(source)
        frame = benchmark.pedantic(lambda: next(following), rounds=FRAMES, warmup_rounds=5)
    assert frame.depth is not None


def test_matrix_product(benchmark: BenchmarkFixture) -> None:
    """Reference: 1,024^3 multiply-adds in float32 with the threads of the BLAS library."""
    rng = np.random.default_rng(0)
    left, right = (rng.standard_normal((1024, 1024), np.float32) for _ in range(2))
    benchmark.extra_info.update(multiply_adds=1024**3)
    assert benchmark(lambda: left @ right).shape == (1024, 1024)


@pytest.mark.parametrize("model", MODELS)
def test_start_to_first_verdict(benchmark: BenchmarkFixture, model: str) -> None:
    """Time of a whole process; it reports its time to the first verdict and its peak memory."""
    command = [sys.executable, "-m", "fasdemo.runtime.benchmark", f"--source={demo_session()}", f"--model={model}"]
    command += ["--device=cpu", "--threads=2", "--faces=1", "--frames=30"]
    done = benchmark.pedantic(lambda: subprocess.run(command, capture_output=True, check=True), rounds=1)
    report = json.loads(done.stdout)
    benchmark.extra_info.update({key: report[key] for key in ("startup_s", "first_verdict_s", "peak_memory_mb")})
    assert report["first_verdict_s"] > 0
