"""Measure the peer, MiniFAS at 128 x 128 (Apache-2.0, JoeyCollado/face-antispoof-onnx), like fasdemo's models.

    python -m benchmarks.peer --model minifas128.onnx --source assets/demo --threads 2 --faces 1 --frames 300

The output has the keys of `python -m fasdemo.runtime.benchmark`. Frames, face detector and threads are the same; the
preprocessing is that of its authors: a square of 1.5 times the box of the face with reflected borders, RGB in [0, 1].
The peer scores colour of single frames, without quality gates, physical evidence or evidence over time.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import psutil

# Before ONNX Runtime: importing fasdemo switches off its telemetry.
import fasdemo  # noqa: F401  isort: skip
import onnxruntime as ort

from fasdemo.capture.open import open_source
from fasdemo.faces.detector import FaceDetector
from fasdemo.faces.face import Box
from fasdemo.faces.finder import FaceFinder
from fasdemo.models.providers import CPU, short
from fasdemo.runtime.benchmark import busy_s, decoding_ms, peak_memory_mb, percentiles, several
from fasdemo.runtime.process_cost import CostMeter

SIZE = 128
EXPANSION = 1.5
WARM_UP = 15
REPEATS = 200

Tensor = npt.NDArray[np.float32]


def prepare(rgb: npt.NDArray[np.uint8], box: Box) -> Tensor:
    """Return the tensor of one face, float32 (1, 3, 128, 128), with the preprocessing of the peer's authors."""
    x, y, width, height = box
    side = int(max(width, height) * EXPANSION)
    left, top = int(x + width / 2 - side / 2), int(y + height / 2 - side / 2)
    rows, columns = rgb.shape[:2]
    part = rgb[max(top, 0) : max(top + side, 0), max(left, 0) : max(left + side, 0)]
    missing = (max(-top, 0), max(top + side - rows, 0), max(-left, 0), max(left + side - columns, 0))
    if any(missing):
        part = np.asarray(cv2.copyMakeBorder(part, *missing, cv2.BORDER_REFLECT_101), np.uint8)
    how = cv2.INTER_AREA if side > SIZE else cv2.INTER_LANCZOS4
    small = cv2.resize(part, (SIZE, SIZE), interpolation=how)
    return np.ascontiguousarray(small.transpose(2, 0, 1)[None].astype(np.float32) / np.float32(255.0))


class Peer:
    """The network on the CPU."""

    def __init__(self, path: Path, threads: int) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        self._session = ort.InferenceSession(str(path), options, providers=[CPU])
        self._name = self._session.get_inputs()[0].name

    def run(self, batch: Tensor) -> Tensor:
        """Return logits (N, 2), index 0 live."""
        return np.asarray(self._session.run(None, {self._name: batch})[0])


def measure(model: Path, source: str, threads: int, faces: int, frames: int) -> dict[str, Any]:
    """Run fasdemo's face finder and then the peer on all faces of each frame in one batch; return the figures."""
    process = psutil.Process()
    cv2.setNumThreads(threads)
    stages: dict[str, list[float]] = {name: [] for name in ("capture", "detect", "align", "infer", "total")}
    found: list[int] = []
    first_frame_s, last_s = None, 0.0
    peer = Peer(model, threads)
    example: tuple[npt.NDArray[np.uint8], Box] | None = None
    with open_source(source, loop=True) as opened:
        finder = FaceFinder(FaceDetector())
        meter, everybody = CostMeter(), 0.0
        decoding_s: list[float] = []
        at, worked = time.perf_counter(), time.thread_time()
        for number, original in enumerate(opened):
            capture = time.perf_counter() - at
            frame = several(replace(original, index=number), faces)
            decoding_s.append(time.thread_time() - worked)
            last_s += 1.0 / max(opened.info.fps, 1.0)
            if number == WARM_UP:
                meter, everybody = CostMeter(), busy_s()
            start = time.perf_counter()
            tracks = finder.find(frame.rgb, last_s)
            detected = time.perf_counter()
            tensors = [prepare(frame.rgb, track.face.box) for track in tracks]
            aligned = time.perf_counter()
            if tensors:
                peer.run(np.concatenate(tensors))
                example = frame.rgb, tracks[0].face.box
            ended = time.perf_counter()
            first_frame_s = first_frame_s or time.time() - process.create_time()
            if number >= WARM_UP:
                spent = (capture, detected - start, aligned - detected, ended - aligned, ended - start)
                for name, seconds in zip(stages, spent, strict=True):
                    stages[name].append(seconds * 1000.0)
                found.append(len(tracks))
            if len(found) == frames:
                break
            at, worked = time.perf_counter(), time.thread_time()
        cost, everybody = meter.read(), busy_s() - everybody
        finder.close()
    return {
        "model": model.stem,
        "provider": short(CPU),
        "threads": threads,
        "faces": faces,
        "faces_found": float(np.median(found)),
        "frames": len(found),
        "latency_ms": {name: percentiles(values) for name, values in stages.items()},
        "fps": round(len(found) / cost.wall_s, 2),
        "cpu_share": round(cost.cpu_s / cost.wall_s, 3),
        "cpu_ms_per_frame": cost.cpu_ms_per(len(found)),
        "decoding_cpu_ms_per_frame": decoding_ms(decoding_s[WARM_UP:]),
        "energy_mj_per_frame": cost.energy_mj_per(len(found)),
        "others_share": round(max(everybody - cost.cpu_s, 0.0) / cost.wall_s, 3),
        "peak_memory_mb": round(peak_memory_mb(process), 1),
        "startup_s": None if first_frame_s is None else round(first_frame_s, 3),
        "first_verdict_s": None,
        "model_size_mb": round(model.stat().st_size / 1e6, 3),
        "input_size": SIZE,
        "multiply_adds": None,
        "parts_ms": {} if example is None else _parts(peer, *example),
        "warnings": [],
    }


def _parts(peer: Peer, rgb: npt.NDArray[np.uint8], box: Box) -> dict[str, dict[str, float]]:
    batch = prepare(rgb, box)
    works: dict[str, Callable[[], Any]] = {"crop": lambda: prepare(rgb, box), "network": lambda: peer.run(batch)}
    answer = {}
    for name, work in works.items():
        times = []
        for _ in range(REPEATS):
            began = time.perf_counter()
            work()
            times.append((time.perf_counter() - began) * 1000.0)
        answer[name] = percentiles(times[WARM_UP:])
    return answer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--source", required=True)
    for name in ("threads", "faces", "frames"):
        parser.add_argument(f"--{name}", type=int, required=True)
    print(json.dumps(measure(**vars(parser.parse_args()))))


if __name__ == "__main__":
    main()
