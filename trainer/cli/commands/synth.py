"""Command `python -m trainer synth`: render faces and attacks as RGB, depth and infrared."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

EXAMPLES = {
    "crops": "crops --portraits DIR --heads HEAD.npz --count 20000 --seed 1 --output .work/crops",
    "photographs": "photographs --portraits DIR --environments DIR --count 10000 --output .work/photographs",
    "sessions": "sessions --portraits DIR --heads HEAD.npz --count 4 --seconds 2 --output .work/sessions",
    "demo": "demo --heads HEAD.npz --output .work/demo",
    "sheet": "sheet --portraits DIR --heads HEAD.npz --output sheet.jpg",
    "fit": "fit --portraits DIR --heads HEAD.npz --work .work",
    "noise": "noise",
    "shortcuts": "shortcuts --data .work/crops",
    "statistics": "statistics --data .work/crops --real DIR",
    "smoothing": "smoothing --data .work/crops --model FILE.onnx",
}
EXAMPLE = f"python -m trainer synth {EXAMPLES['crops']}"


class _Task(argparse.Action):
    """The argument that selects what to make; a following `--help` shows the example of this task."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        """Store the task and its example."""
        setattr(namespace, self.dest, values)
        parser.epilog = f"example: python -m trainer synth {EXAMPLES[str(values)]}"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument(
        "what",
        action=_Task,
        choices=tuple(EXAMPLES),
        help="crops: training data; photographs: the portraits and their recaptures as training data in colour alone; "
        "sessions: labelled sessions; demo: the demo session; sheet: contact sheet of every "
        "species; fit: fit the portraits only; noise: depth noise of each sensor on a flat board; shortcuts: accuracy "
        "on a data set without the face; statistics: depth of live faces of a data set and of real captures; "
        "smoothing: live faces that a model rejects after their depth is filled and smoothed",
    )
    parser.add_argument("--output", type=Path, help="folder to write (sheet: .jpg or .png file)")
    parser.add_argument("--data", type=Path, help="shortcuts, statistics, smoothing: data set to examine")
    parser.add_argument("--model", type=Path, help="smoothing: ONNX model to examine")
    parser.add_argument("--real", type=Path, help="statistics: folder of registered Kinect captures with labels.txt")
    parser.add_argument("--seed", type=int, default=1, help="seed of everything random (default: 1)")
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, help="number of processes (default: all cores)"
    )
    parser.add_argument(
        "--cluster", metavar="ADDRESS", help="crops: render on the workers of this Dask scheduler, e.g. tcp://host:8786"
    )
    parser.add_argument(
        "--portraits", type=Path, nargs="+", metavar="DIR", help="folders of portraits (default: the built-in person)"
    )
    parser.add_argument("--heads", type=Path, help="head model, .npz or .obj (default: the built-in head)")
    parser.add_argument("--environments", type=Path, help="folder of equirectangular environment maps")
    parser.add_argument("--work", type=Path, default=Path(".work"), help="cache of fitted portraits (default: .work)")
    parser.add_argument(
        "--count", type=int, default=2000, help="number of exposures (crops) or sessions (default: 2000)"
    )
    parser.add_argument("--live-share", type=float, default=0.45, help="share of live exposures (default: 0.45)")
    parser.add_argument(
        "--field",
        type=float,
        default=2.0,
        metavar="TIMES",
        help="photographs: side of a picture, in sides of a face crop, 1.5 to 4 (default: 2)",
    )
    parser.add_argument("--species", nargs="+", help="species to render (default: all)")
    parser.add_argument(
        "--sensor",
        nargs="+",
        metavar="NAME[=WEIGHT]",
        help="d415 d435 d455 sr300 tof truedepth kinect2 (default: all of them, a third d435)",
    )
    parser.add_argument("--holdout", nargs="+", default=[], metavar="SPECIES", help="species for the test part only")
    parser.add_argument(
        "--holdout-sensor", nargs="+", default=[], metavar="NAME", help="sensors for the test part only"
    )
    parser.add_argument("--shots", type=int, default=3, help="exposures per setup (default: 3)")
    parser.add_argument("--seconds", type=float, default=4.0, help="length of a session in seconds (default: 4)")


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    from trainer.synth import main

    return main.run(args)
