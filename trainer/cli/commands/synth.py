"""`python -m trainer synth`: render faces and attacks."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

EXAMPLE = "python -m trainer synth crops --portraits DIR --heads HEAD.npz --count 20000 --seed 1 --output .work/crops"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the subcommand."""
    parser.add_argument(
        "what", choices=("crops", "sessions", "demo", "sheet", "fit", "noise", "shortcuts", "statistics", "smoothing"),
        help="crops: a data set for training; sessions: labelled sequences; demo: the demo session; "
        "sheet: contact sheets of every species; fit: fit the portraits and stop; noise: a board before each sensor; "
        "shortcuts: how far a data set's classes can be told without looking at the face; "
        "statistics: depth of a data set's live faces beside real captures; smoothing: live faces "
        "that a model refuses once their depth is filled and smoothed",
    )  # fmt: skip
    parser.add_argument("--output", type=Path, help="folder to write (sheet: a .jpg or .png file)")
    parser.add_argument("--data", type=Path, help="shortcuts, statistics, smoothing: the data set to look at")
    parser.add_argument("--model", type=Path, help="smoothing: the ONNX model that judges")
    parser.add_argument("--real", type=Path, help="statistics: folder of registered Kinect captures with labels.txt")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes (default: all cores)")
    parser.add_argument(
        "--portraits", type=Path, nargs="+", metavar="DIR", help="folders of portraits (default: the built-in person)"
    )
    parser.add_argument("--heads", type=Path, help="head model, .npz or .obj (default: the built-in head)")
    parser.add_argument("--environments", type=Path, help="folder of equirectangular environment maps")
    parser.add_argument("--work", type=Path, default=Path(".work"), help="where fitted portraits are kept")
    parser.add_argument("--count", type=int, default=2000, help="crops: exposures; sessions: sessions")
    parser.add_argument("--live-share", type=float, default=0.45)
    parser.add_argument("--species", nargs="+", help="only these (default: all)")
    parser.add_argument(
        "--sensor",
        nargs="+",
        metavar="NAME[=WEIGHT]",
        help="d415 d435 d455 sr300 tof truedepth kinect2 (default: all of them, a third d435)",
    )
    parser.add_argument("--holdout", nargs="+", default=[], metavar="SPECIES", help="species for the test split only")
    parser.add_argument(
        "--holdout-sensor", nargs="+", default=[], metavar="NAME", help="sensors for the test split only"
    )
    parser.add_argument("--shots", type=int, default=3, help="exposures of each setup")
    parser.add_argument("--seconds", type=float, default=4.0, help="length of each session")


def run(args: argparse.Namespace) -> int:
    """Run the subcommand."""
    from trainer.synth import main

    return main.run(args)
