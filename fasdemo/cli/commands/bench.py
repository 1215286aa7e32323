"""`fasdemo bench`: measure latency, throughput, memory and start-up time of the shipped models, one process per run."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

from rich.console import Console
from rich.table import Table

from fasdemo.assets_folder import demo_session
from fasdemo.cli.app_cost import app_costs
from fasdemo.cli.options.arguments import at_least_one
from fasdemo.errors import UserError
from fasdemo.models.providers import Device, devices_here
from fasdemo.models.registry import shipped_models
from fasdemo.progress import track

EXAMPLE = "fasdemo bench --threads 1 --json > bench.json"

_THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")

_WINDOW_S = 8.0
"""How long each kind of window is measured."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `fasdemo bench`."""
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--source", metavar="PATH", help="session or video to process; default: the bundled session")
    parser.add_argument(
        "--model", action="append", metavar="NAME|FILE", help="may be repeated; default: every shipped model"
    )
    parser.add_argument(
        "--device", action="append", choices=get_args(Device), help="may be repeated; default: all that load"
    )
    parser.add_argument(
        "--threads", type=at_least_one, action="append", metavar="N", help="may be repeated; default: 1"
    )
    parser.add_argument(
        "--faces", type=int, action="append", choices=(1, 4, 9), help="faces per frame; default: 1 and 4"
    )
    parser.add_argument(
        "--app", action="store_true", help="also measure the headless run and the window, with the source's own model"
    )
    parser.add_argument(
        "--frames", type=at_least_one, default=300, metavar="N", help="measured frames in each run; default: 300"
    )


def run(args: argparse.Namespace) -> int:
    """Measure every combination and print the results; return the exit status.

    Raises:
        UserError: the source or a model cannot be used.
    """
    report = measure_all(
        source=str(args.source or demo_session()),
        models=args.model or [entry.card.name for entry in shipped_models()],
        devices=args.device or devices_here(),
        threads=args.threads or [1],
        faces=args.faces or [1, 4],
        frames=args.frames,
    )
    if args.app:
        one_model = args.model[0] if args.model and len(args.model) == 1 else None
        report["app"] = app_costs(str(args.source or demo_session()), one_model, args.frames, _WINDOW_S)
    if args.json:
        print(json.dumps(report, indent=1))
    else:
        _print_table(report)
    return 0


def measure_all(
    source: str, models: list[str], devices: list[str], threads: list[int], faces: list[int], frames: int
) -> dict[str, Any]:
    """Return the report: `machine`, `matrix_product_gmacs` by thread count, and `runs`, see docs/performance.md.

    Raises:
        UserError: a run failed; the message is that of the run.
    """
    wanted = [
        {"source": source, "model": model, "device": device, "threads": str(count), "faces": str(several)}
        for model in models
        for device in devices
        for count in threads
        for several in faces
    ]
    from fasdemo.runtime.benchmark import machine
    from fasdemo.runtime.process_cost import energy_sentence

    return {
        "machine": machine() | {"energy": energy_sentence()},
        "matrix_product_gmacs": {str(count): measure_child(["--matrix-product"], count)["gmacs"] for count in threads},
        "runs": [
            measure_child(
                [f"--{key}={value}" for key, value in options.items()] + [f"--frames={frames}"], int(options["threads"])
            )
            for options in track(wanted, "measuring")
        ],
    }


def measure_child(arguments: list[str], threads: int, script: Path | None = None) -> dict[str, Any]:
    """Return the JSON output of `python -m fasdemo.runtime.benchmark`, or of a script, with a number of threads.

    Raises:
        UserError: the run failed; the text is its own sentence.
    """
    environment = os.environ | dict.fromkeys(_THREAD_VARIABLES, str(threads))
    program = ["-m", "fasdemo.runtime.benchmark"] if script is None else [str(script)]
    done = subprocess.run(
        [sys.executable, *program, *arguments],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    if done.returncode:
        raise UserError(
            done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "a measurement ended without a result."
        )
    answer: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return answer


def _print_table(report: dict[str, Any]) -> None:
    facts = report["machine"]
    console = Console(width=None if sys.stdout.isatty() else 160)
    speeds = ", ".join(f"{speed:.0f} on {count} thread(s)" for count, speed in report["matrix_product_gmacs"].items())
    console.print(
        f"{facts['processor']}, {facts['cores']} cores; float32 matrix product, GMAC/s: {speeds}", highlight=False
    )
    table = Table(
        "model",
        "provider",
        "threads",
        "faces",
        "detect",
        "align",
        "infer",
        "total p50",
        "p95",
        "p99",
        "CPU ms",
        "mJ",
        "fps",
        "MB",
        "start s",
    )
    for run in report["runs"]:
        latency = run["latency_ms"]
        table.add_row(
            Path(run["model"]).name,
            run["provider"],
            str(run["threads"]),
            str(run["faces"]),
            *(f"{latency[stage]['p50']:.2f}" for stage in ("detect", "align", "infer", "total")),
            *(f"{latency['total'][share]:.2f}" for share in ("p95", "p99")),
            f"{run['cpu_ms_per_frame']:.2f}",
            _or_dash(run["energy_mj_per_frame"]),
            f"{run['fps']:.0f}",
            f"{run['peak_memory_mb']:.0f}",
            f"{run['startup_s']:.2f}",
        )
    console.print(table)
    console.print(
        "Times in milliseconds. CPU ms: processor time a frame, all threads and decoding included; frames per second "
        "if frames are processed one after the other, with decoding.",
        highlight=False,
    )
    if report.get("app"):
        _print_app(console, report["app"])
    if facts["energy"]:
        console.print(facts["energy"], highlight=False)


def _print_app(console: Console, costs: list[dict[str, Any]]) -> None:
    table = Table("whole app", "CPU ms a frame", "mJ", "share of a core", "processed fps", "drawn fps", "MB")
    for cost in costs:
        table.add_row(
            cost["kind"],
            f"{cost['cpu_ms_per_frame']:.2f}",
            _or_dash(cost.get("energy_mj_per_frame")),
            _or_dash(cost.get("cpu_share"), 2),
            _or_dash(cost.get("judged_fps")),
            _or_dash(cost.get("drawn_fps")),
            f"{cost['peak_memory_mb']:.0f}",
        )
    console.print(table)


def _or_dash(value: float | None, decimals: int = 1) -> str:
    return "–" if value is None else f"{value:.{decimals}f}"
