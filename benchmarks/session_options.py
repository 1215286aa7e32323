"""Time a network with different options of ONNX Runtime, one session at a time.

    python benchmarks/session_options.py --model assets/models/fasdemo-flex.onnx --threads 1

Every option is measured once per round, because the speed of a virtual machine varies over time. The output is a JSON
object: for each option the time of a run in milliseconds (median of a round) in the `best` and in the `median` round;
`four_at_once` is a batch of four faces.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

# Before ONNX Runtime: importing fasdemo switches off its telemetry.
import fasdemo  # noqa: F401  isort: skip
import onnxruntime as ort

ROUNDS = 9
RUNS = 80
WARM_UP = 20
CPU = ["CPUExecutionProvider"]
Change = Callable[[ort.SessionOptions], None]


def session(path: Path, threads: int, change: Change | None) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.log_severity_level = 4
    if change is not None:
        change(options)
    return ort.InferenceSession(str(path), options, providers=CPU)


def feed_of(running: ort.InferenceSession, batch: int) -> dict[str, Any]:
    rng = np.random.default_rng(0)
    feed = {}
    for item in running.get_inputs():
        shape = [size if isinstance(size, int) else batch for size in item.shape]
        # The input with two dimensions is presence.
        feed[item.name] = np.ones(shape, np.float32) if len(shape) == 2 else rng.random(shape, dtype=np.float32)
    return feed


def median_ms(work: Callable[[], Any]) -> float:
    times = []
    for _ in range(WARM_UP + RUNS):
        began = time.perf_counter()
        work()
        times.append((time.perf_counter() - began) * 1000.0)
    return round(float(np.median(times[WARM_UP:])), 3)


def level(name: str) -> Change:
    def change(options: ort.SessionOptions) -> None:
        options.graph_optimization_level = getattr(ort.GraphOptimizationLevel, name)

    return change


def entry(key: str, value: str) -> Change:
    return lambda options: options.add_session_config_entry(key, value)


def parallel(options: ort.SessionOptions) -> None:
    options.execution_mode, options.inter_op_num_threads = ort.ExecutionMode.ORT_PARALLEL, 2
    options.intra_op_num_threads = 1


def plain(
    path: Path, threads: int, change: Callable[[ort.SessionOptions], None] | None = None, batch: int = 1
) -> float:
    running = session(path, threads, change)
    feed = feed_of(running, batch)
    return median_ms(lambda: running.run(None, feed))


def bound(path: Path, threads: int) -> float:
    running = session(path, threads, None)
    binding = running.io_binding()
    for name, value in feed_of(running, 1).items():
        binding.bind_ortvalue_input(name, ort.OrtValue.ortvalue_from_numpy(value))
    for output in running.get_outputs():
        binding.bind_output(output.name)
    return median_ms(lambda: running.run_with_iobinding(binding))


def measure(path: Path, threads: int, rounds: int = ROUNDS) -> dict[str, dict[str, float]]:
    cases: dict[str, Callable[[], float]] = {
        "as it runs": lambda: plain(path, threads),
        "two threads": lambda: plain(path, 2),
        "two threads that sleep instead of spinning": lambda: plain(
            path, 2, entry("session.intra_op.allow_spinning", "0")
        ),
        "graph optimisation: basic": lambda: plain(path, threads, level("ORT_ENABLE_BASIC")),
        "graph optimisation: extended, no blocked layout": lambda: plain(path, threads, level("ORT_ENABLE_EXTENDED")),
        "operators in parallel, one thread each": lambda: plain(path, threads, parallel),
        "two threads, the second bound to the second core": lambda: plain(
            path, 2, entry("session.intra_op_thread_affinities", "2")
        ),
        "inputs and outputs bound": lambda: bound(path, threads),
        "four_at_once": lambda: plain(path, threads, batch=4),
    }
    found: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(rounds):
        for name, case in cases.items():
            try:
                found[name].append(case())
            except Exception:  # a graph with a fixed batch size, or an option that this system lacks
                continue
    return {name: {"best": min(values), "median": float(np.median(values))} for name, values in found.items() if values}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    print(json.dumps(measure(options.model, options.threads, options.rounds)))


if __name__ == "__main__":
    main()
