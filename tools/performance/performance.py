"""Program of `make performance`: measure every shipped model and the peer, and write docs/performance.md.

    python tools/performance/performance.py [--peer minifas128.onnx] [--frames 300] [--json figures.json]
    python tools/performance/performance.py --from figures.json

Every run is a separate process. A run is repeated if other programs used the processor, and the least disturbed of
three is kept; the page states the use by other programs. The second form writes the page from earlier figures.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

from fasdemo.assets_folder import demo_session
from fasdemo.atomic_file import write_text
from fasdemo.cli.app_cost import app_costs
from fasdemo.cli.commands.bench import measure_child
from fasdemo.frames import STREAMS
from fasdemo.models.providers import devices_here
from fasdemo.models.registry import select_model, shipped_models
from fasdemo.progress import track
from fasdemo.runtime.benchmark import machine
from fasdemo.runtime.process_cost import energy_sentence
from tools.performance.performance_page import write_page
from tools.performance.performance_picture import write_picture

ROOT = Path(__file__).resolve().parents[2]
THREADS = (1, 2)
FACES = (1, 4)
WINDOW_S = 8.0
"""How long each kind of window is measured, seconds."""
MAX_OTHERS_SHARE = 0.1
"""Mean number of processors that other programs may use without a repetition of the run."""


def main() -> int:
    """Measure, write the page and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--peer", type=Path, help="minifas128.onnx (default: that of the folder `shared`, if it exists)"
    )
    parser.add_argument("--frames", type=int, default=300, help="measured frames of each run (default: 300)")
    parser.add_argument("--tries", type=int, default=3, help="maximum number of runs of a row (default: 3)")
    parser.add_argument("--json", type=Path, help="also write the figures")
    parser.add_argument("--from", type=Path, dest="earlier", help="write the page from this file instead of measuring")
    options = parser.parse_args()
    if options.earlier is not None:
        report = json.loads(options.earlier.read_text(encoding="utf-8"))
    else:
        report = measure(options.peer or default_peer(), options.frames, options.tries)
        if options.json is not None:
            write_text(options.json, json.dumps(report, indent=1) + "\n")
    write_picture(report, ROOT / "docs" / "images" / "performance.svg")
    write_page(report, ROOT / "docs" / "performance.md")
    return 0


def default_peer() -> Path | None:
    """Return the peer's file beside a development checkout, None if there is none."""
    path = Path(os.environ.get("FASDEMO_SHARED", ROOT.parent / "shared")) / "peers" / "minifas128.onnx"
    return path if path.is_file() else None


def measure(peer: Path | None, frames: int, tries: int) -> dict[str, Any]:
    """Return the report of `fasdemo bench --json`, with runs of the peer and other options of ONNX Runtime."""
    names = [entry.card.name for entry in shipped_models()]
    source = str(demo_session())
    jobs: list[tuple[list[str], int]] = []
    for threads in THREADS:
        for faces in FACES:
            common = [f"--source={source}", f"--threads={threads}", f"--faces={faces}", f"--frames={frames}"]
            if peer is not None:
                jobs.append(([f"--peer={peer}", *common], threads))
            jobs += [
                ([f"--model={name}", f"--device={device}", *common], threads)
                for device in devices_here()
                for name in names
            ]
    yardstick = {str(threads): matrix_product(threads) for threads in THREADS}
    runs = [quietest(arguments, threads, tries) for arguments, threads in track(jobs, "measuring")]
    name, path = flagship()
    app = [app_costs(source, None, frames, WINDOW_S) for _ in range(min(tries, 2))]
    options = measure_child([f"--model={path}", "--threads=1"], 1, script=ROOT / "benchmarks" / "session_options.py")
    return {
        "machine": machine() | {"isa": instruction_sets(), "energy": energy_sentence()},
        "matrix_product_gmacs": yardstick,
        "flagship": name,
        "peer": None if peer is None else peer.stem,
        "runs": runs,
        "app": [min(same, key=cost_of) for same in zip(*app, strict=True)],
        "options": options,
    }


def flagship() -> tuple[str, Path]:
    """Return name and file of the default model for all three streams."""
    file = select_model(frozenset(STREAMS))
    return file.card.name, file.path


def cost_of(figures: dict[str, Any]) -> float:
    """Return the processor time of a frame, by which the less disturbed of two measurements is kept."""
    return float(figures["cpu_ms_per_frame"])


def matrix_product(threads: int) -> float:
    """Return 10^9 multiply-adds per second of a matrix product, the better of two processes."""
    return max(float(measure_child(["--matrix-product"], threads)["gmacs"]) for _ in range(2))


def quietest(arguments: list[str], threads: int, tries: int) -> dict[str, Any]:
    """Return the result of an undisturbed run, or of the least disturbed of several."""
    best: dict[str, Any] | None = None
    for _ in range(tries):
        answer = (
            peer_run(arguments, threads) if arguments[0].startswith("--peer=") else measure_child(arguments, threads)
        )
        if best is None or answer["others_share"] < best["others_share"]:
            best = answer
        if best["others_share"] <= MAX_OTHERS_SHARE:
            break
    assert best is not None
    return best


def peer_run(arguments: list[str], threads: int) -> dict[str, Any]:
    """Return the result of the peer, measured by benchmarks/peer.py."""
    model = arguments[0].removeprefix("--peer=")
    return measure_child([f"--model={model}", *arguments[1:]], threads, script=ROOT / "benchmarks" / "peer.py")


def instruction_sets() -> list[str]:
    """Return the names of the processor's instruction sets that networks use."""
    wanted = {"avx2": "AVX2", "avx512f": "AVX-512", "avx512_vnni": "AVX-512 VNNI", "amx_int8": "AMX", "asimd": "NEON"}
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="utf-8").split()
    except OSError:
        return []
    return [name for flag, name in wanted.items() if flag in flags]


if __name__ == "__main__":
    sys.exit(main())
