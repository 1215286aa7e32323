"""Measure one model in its own process, so that start-up time and peak memory are those of this model.

`python -m fasdemo.runtime.benchmark ...` prints one JSON object; `fasdemo bench` starts one such process per run.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import psutil

from fasdemo.capture.open import open_source
from fasdemo.engine.engine import Engine
from fasdemo.engine.result import FrameResult, Status
from fasdemo.faces.face import Face
from fasdemo.frames import Calibration, Depth, FrameSet, Intrinsics, Rgb
from fasdemo.models.crop import FaceCrops, crop_face
from fasdemo.models.encode import encode_batch
from fasdemo.models.model_file import ModelFile
from fasdemo.models.predictor import Predictor
from fasdemo.models.registry import select_model
from fasdemo.runtime.process_cost import CostMeter

STAGES = ("capture", "detect", "align", "infer", "total")
PARTS = ("crop", "encode", "network", "read")
"""Parts of `align` and `infer` that are measured separately: cropping one face from all streams, encoding the crops
as input tensors, running the network, and reading the predictions from its outputs."""
_WARM_UP = 15
"""Frames that are processed first and not counted, because allocations and caches make them slower."""
_KEPT = 16
"""Number of frames on which the parts are measured."""
_PART_REPEATS = 200


@dataclass(frozen=True, slots=True)
class Request:
    """The settings of one measurement."""

    source: str
    model: str
    device: str
    threads: int
    faces: int
    frames: int


def measure(request: Request) -> dict[str, Any]:
    """Process the source in a loop until enough frames are counted, and return the figures of docs/performance.md.

    Raises:
        fasdemo.errors.UserError: the source or the model cannot be used.
    """
    process = psutil.Process()
    cv2.setNumThreads(request.threads)
    samples: list[FrameResult] = []
    seen: list[tuple[FrameSet, Face]] = []
    first_frame_s = first_verdict_s = None
    with (
        open_source(request.source, loop=True) as source,
        Engine.for_source(source, model=request.model, device=request.device, threads=request.threads) as engine,
    ):
        file = select_model(source.info.declared, request.model)
        meter, all_before = CostMeter(), 0.0
        decoding_s: list[float] = []
        for frame, result in _processed(source, engine, request, decoding_s):
            now = time.time() - process.create_time()
            first_frame_s = first_frame_s or now
            if first_verdict_s is None and any(face.status is not Status.UNCERTAIN for face in result.faces):
                first_verdict_s = now
            if frame.index == _WARM_UP - 1:
                meter, all_before = CostMeter(), busy_s()
            if frame.index >= _WARM_UP:
                samples.append(result)
            if result.faces and len(seen) < _KEPT:
                seen.append((frame, result.faces[0].face))
            if len(samples) == request.frames:
                break
        cost, everybody = meter.read(), busy_s() - all_before
        answer = {
            "model": engine.card.name,
            "provider": engine.provider,
            "threads": request.threads,
            "faces": request.faces,
            "faces_found": float(np.median([len(result.faces) for result in samples])),
            "frames": len(samples),
            "latency_ms": {stage: _stage(samples, stage) for stage in STAGES},
            "fps": round(len(samples) / cost.wall_s, 2),
            "cpu_share": round(cost.cpu_s / cost.wall_s, 3),
            "cpu_ms_per_frame": cost.cpu_ms_per(len(samples)),
            "decoding_cpu_ms_per_frame": decoding_ms(decoding_s[_WARM_UP:]),
            "energy_mj_per_frame": cost.energy_mj_per(len(samples)),
            "others_share": round(max(everybody - cost.cpu_s, 0.0) / cost.wall_s, 3),
            "peak_memory_mb": round(peak_memory_mb(process), 1),
            "startup_s": None if first_frame_s is None else round(first_frame_s, 3),
            "first_verdict_s": None if first_verdict_s is None else round(first_verdict_s, 3),
            "model_size_mb": round(file.path.stat().st_size / 1e6, 3),
            "input_size": engine.card.input_size,
            "multiply_adds": engine.card.multiply_adds,
            "warnings": list(engine.warnings),
        }
    return answer | {"parts_ms": _parts(file, request, seen)}


def _parts(file: ModelFile, request: Request, seen: Sequence[tuple[FrameSet, Face]]) -> dict[str, dict[str, float]]:
    """Return the times of `PARTS` for one face, measured over a few frames; empty if no face was found."""
    if not seen:
        return {}
    times: dict[str, list[float]] = {part: [] for part in PARTS}
    with Predictor(file, request.device, request.threads) as predictor:
        card = predictor.card

        def timed(part: str, work: Callable[[], Any]) -> Any:
            began = time.perf_counter()
            value = work()
            times[part].append((time.perf_counter() - began) * 1000.0)
            return value

        for number in range(_PART_REPEATS):
            frame, face = seen[number % len(seen)]
            crops: FaceCrops = timed("crop", lambda: crop_face(frame, face, card.crop, card.input_size))  # noqa: B023
            feed = timed("encode", lambda: encode_batch([crops], card))  # noqa: B023
            outputs = timed("network", lambda: predictor.run(feed))  # noqa: B023
            timed("read", lambda: predictor.read(outputs, [crops]))  # noqa: B023
    return {part: percentiles(values[_WARM_UP:]) for part, values in times.items()}


def matrix_product_gmacs(size: int = 1024, repeats: int = 12) -> float:
    """Return the multiply-adds per second of a float32 matrix product, in billions, to compare machines.

    It is the best of several runs, with the number of threads of the BLAS library at the import of NumPy.
    """
    rng = np.random.default_rng(0)
    left, right = (rng.standard_normal((size, size), np.float32) for _ in range(2))
    best = float("inf")
    for _ in range(repeats):
        began = time.perf_counter()
        left @ right
        best = min(best, time.perf_counter() - began)
    return float(size**3 / best / 1e9)


def machine() -> dict[str, Any]:
    """Return the processor, system and software versions of this machine."""
    import platform

    import onnxruntime

    return {
        "processor": _processor() or platform.processor() or platform.machine(),
        "cores": psutil.cpu_count(logical=True),
        "memory_gb": round(psutil.virtual_memory().total / 2**30, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "onnxruntime": onnxruntime.__version__,
        "providers": onnxruntime.get_available_providers(),
    }


def _processed(
    source: Any, engine: Engine, request: Request, decoding_s: list[float]
) -> Iterator[tuple[FrameSet, FrameResult]]:
    """Yield the source's frames with consecutive numbers and the requested number of faces, and their results.

    The processor time of reading and tiling each frame is appended to `decoding_s`.
    """
    asked, worked = time.perf_counter(), time.thread_time()
    last_s = 0.0
    for number, original in enumerate(source):
        capture_ms = (time.perf_counter() - asked) * 1000.0
        frame = several(original, request.faces)
        decoding_s.append(time.thread_time() - worked)
        # Time continues when the source starts again, as with a camera.
        last_s = last_s + 1.0 / max(source.info.fps, 1.0)
        frame = replace(frame, index=number, timestamp_s=last_s, times={})
        yield frame, engine.process(frame, capture_ms=capture_ms)
        asked, worked = time.perf_counter(), time.thread_time()


def decoding_ms(decoding_s: Sequence[float]) -> float:
    """Return the mean processor time of reading a frame, milliseconds, from those of all frames in seconds."""
    return round(float(np.mean(decoding_s)) * 1000.0, 3)


def several(frame: FrameSet, faces: int) -> FrameSet:
    """Return the frame with 1, 4 or 9 faces, made by tiling reduced copies of the picture."""
    if faces == 1:
        return frame
    side = round(faces**0.5)
    height, width = frame.rgb.shape[:2]
    size = (width // side, height // side)

    def tiled(image: npt.NDArray[Any], interpolation: int) -> npt.NDArray[Any]:
        small = cv2.resize(image, size, interpolation=interpolation)
        repeats = (side, side, 1) if small.ndim == 3 else (side, side)
        return np.tile(small, repeats)

    camera = None if frame.calibration is None else frame.calibration.rgb
    return replace(
        frame,
        rgb=_as_rgb(tiled(frame.rgb, cv2.INTER_AREA)),
        depth=None if frame.depth is None else _as_depth(tiled(frame.depth, cv2.INTER_NEAREST)),
        ir=None if frame.ir is None else tiled(frame.ir, cv2.INTER_AREA),
        calibration=None if camera is None else Calibration(_reduced(camera, side)),
    )


def _as_rgb(image: npt.NDArray[Any]) -> Rgb:
    return image.astype(np.uint8, copy=False)


def _as_depth(image: npt.NDArray[Any]) -> Depth:
    return image.astype(np.uint16, copy=False)


def _reduced(camera: Intrinsics, side: int) -> Intrinsics:
    return replace(camera, fx=camera.fx / side, fy=camera.fy / side)


def _stage(samples: Sequence[FrameResult], stage: str) -> dict[str, float]:
    return percentiles([getattr(result.latency_ms, stage) for result in samples])


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """Return the percentiles `p50`, `p95` and `p99`."""
    return {f"p{share}": round(float(np.percentile(values, share)), 3) for share in (50, 95, 99)}


def busy_s() -> float:
    """Return the busy time of all processors since the machine's start in seconds.

    Its increase minus the time of a process is the time of other programs during a measurement.
    """
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - getattr(times, "iowait", 0.0) - getattr(times, "guest", 0.0))


def peak_memory_mb(process: psutil.Process) -> float:
    """Return the peak memory of this process in MB."""
    status = Path("/proc/self/status")
    if status.exists():
        # `getrusage` also counts what the parent process held when it started this one.
        [kilobytes] = [line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM:")]
        return int(kilobytes) * 1.024e-3
    try:
        import resource
    except ImportError:  # On Windows, psutil reports the peak.
        return float(process.memory_info().peak_wset) / 1e6
    unit = 1e-6 if sys.platform == "darwin" else 1e-3
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit * (1.0 if sys.platform == "darwin" else 1.024)


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:  # noqa: PTH123 - no path of the user's
            return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "")
    except OSError:
        return ""


def main() -> int:
    """Measure with the command line's settings and print the figures as JSON."""
    from fasdemo.errors import UserError

    if sys.argv[1:] == ["--matrix-product"]:
        print(json.dumps({"gmacs": matrix_product_gmacs()}))
        return 0
    parser = argparse.ArgumentParser(prog="python -m fasdemo.runtime.benchmark")
    for name in ("source", "model", "device"):
        parser.add_argument(f"--{name}", required=True)
    for name in ("threads", "faces", "frames"):
        parser.add_argument(f"--{name}", required=True, type=int)
    try:
        print(json.dumps(measure(Request(**vars(parser.parse_args())))))
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
