"""Command `python -m trainer summary`: size and operations of the networks beside the published figures."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import torch
from rich.console import Console
from rich.table import Table
from torch import nn

from fasdemo.errors import UserError
from fasdemo.progress import track
from trainer import networks
from trainer.config.published import current_name
from trainer.networks import flops

EXAMPLE = "python -m trainer summary --time --threads 1,2 FeatherNetB FlexFusion"

_TIMING_S = 0.6
"""Time spent on each timing, within the limits of its number of runs."""
_MIN_RUNS, _MAX_RUNS = 5, 200


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"networks (default: all of {', '.join(networks.names())})"
    )
    parser.add_argument("--json", action="store_true", help="print JSON; counts are single operations")
    parser.add_argument(
        "--input-size",
        type=int,
        default=224,
        metavar="S",
        help="side of the input in pixels, a multiple of 32 (default: 224)",
    )
    parser.add_argument(
        "--time", action="store_true", help="measure the time per face in torch and ONNX Runtime on the CPU"
    )
    parser.add_argument("--threads", metavar="N[,N]", help="thread counts for --time (default: 1 and all cores)")


def run(args: argparse.Namespace) -> int:
    """Print a table or JSON.

    Raises:
        UserError: a network or an option is unknown or not possible.
    """
    threads = _threads(args.threads)
    names = [current_name(name) for name in args.names] or networks.names()
    # Check all names before the first network is built.
    for name in names:
        networks.entry(name)
    rows = []
    for name in track(names, "counting" + " and timing" * args.time):
        network = networks.build(name, input_size=args.input_size).eval()
        row = describe(name, network)
        if args.time:
            row["milliseconds"] = timings(network, threads)
        rows.append(row)
    if args.json:
        print(json.dumps(rows, indent=2))
    else:
        _print_table(rows, args.input_size, threads if args.time else [])
    return 0


def describe(name: str, network: nn.Module) -> dict[str, Any]:
    """Return the counts of a network, and the published ones (at 224 x 224), or None if none were published.

    `flops_paper` is counted by the convention of the published figure, or of the most similar published network.
    """
    entry = networks.entry(name)
    work = flops.work(network, networks.example_inputs(network))
    published = entry.published
    return {
        "name": name,
        "parameters": flops.parameters(network),
        "flops_paper": work.flops(entry.convention),
        "multiply_adds": work.multiply_adds,
        "published": {
            "parameters": None if published is None else published.parameters,
            "flops": None if published is None else round(published.flops),
        },
        "convention": entry.convention,
        "paper": entry.paper,
    }


def timings(network: nn.Module, threads: list[int]) -> dict[str, dict[str, float]]:
    """Return the median time for one face in ms, by engine (`torch`, `onnxruntime`), then by number of threads."""
    from trainer.export.onnx_export import session
    from trainer.export.onnx_graph import export_graph

    inputs = networks.example_inputs(network)
    found: dict[str, dict[str, float]] = {"torch": {}, "onnxruntime": {}}
    before = torch.get_num_threads()
    try:
        with torch.inference_mode():
            for count in threads:
                torch.set_num_threads(count)
                found["torch"][str(count)] = _median_ms(partial(network, *inputs))
    finally:
        torch.set_num_threads(before)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.onnx"
        names = [f"input_{index}" for index in range(len(inputs))]
        export_graph(network, names, path)
        feed = {name: tensor.numpy() for name, tensor in zip(names, inputs, strict=True)}
        for count in threads:
            found["onnxruntime"][str(count)] = _median_ms(partial(session(path, count).run, None, feed))
    return found


def _median_ms(call: Callable[[], object]) -> float:
    for _ in range(3):
        call()
    times: list[float] = []
    while len(times) < _MIN_RUNS or (sum(times) < _TIMING_S and len(times) < _MAX_RUNS):
        started = time.perf_counter()
        call()
        times.append(time.perf_counter() - started)
    return round(statistics.median(times) * 1000.0, 3)


def _threads(text: str | None) -> list[int]:
    cores = os.cpu_count() or 1
    if text is None:
        return sorted({1, cores})
    try:
        counts = [int(part) for part in text.split(",")]
    except ValueError:
        counts = []
    if not counts or min(counts) < 1 or max(counts) > 256:
        raise UserError(f"--threads {text}: not valid; give numbers of threads from 1 to 256, such as 1,2.")
    return sorted(set(counts))


def _print_table(rows: list[dict[str, Any]], input_size: int, threads: list[int]) -> None:
    table = Table(
        title=f"{input_size} x {input_size}, batch 1; M = million; published figures at 224 x 224", title_style=""
    )
    table.add_column("network")
    for title in ("parameters", "published", "FLOPs, as published M", "published M", "multiply-adds M"):
        table.add_column(title, justify="right")
    for engine in ("torch", "ONNX Runtime") if threads else ():
        for count in threads:
            table.add_column(f"{engine} ms, {count} thread{'s' * (count > 1)}", justify="right")
    for row in rows:
        published = row["published"]
        cells = [
            row["name"],
            f"{row['parameters']:,}",
            "-" if published["parameters"] is None else f"{published['parameters']:,}",
            f"{row['flops_paper'] / 1e6:.2f}",
            "-" if published["flops"] is None else f"{published['flops'] / 1e6:.2f}",
            f"{row['multiply_adds'] / 1e6:.2f}",
        ]
        for engine in ("torch", "onnxruntime") if threads else ():
            cells += [f"{row['milliseconds'][engine][str(count)]:.2f}" for count in threads]
        table.add_row(*cells)
    console = Console()
    # A file or pipe has no width; 200 columns show the whole table.
    Console(width=None if console.is_terminal else 200).print(table)
