"""Write the figures and images of docs/models.md from the shipped ONNX files and a generated data set.

Run `python -m tools.measure.networks.model_figures --data .work/crops --peer minifas128.onnx` after `tools/weights.sh`.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def main() -> int:
    """Run the program and return the exit status, 1 if a figure of a card differs from its file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--data",
        type=Path,
        default=Path(".work/crops"),
        help="set of `python -m trainer synth crops` (default: %(default)s)",
    )
    parser.add_argument(
        "--also",
        type=Path,
        nargs="*",
        default=sorted(Path(".work/table").glob("*.onnx")),
        metavar="FILE",
        help="ONNX files that are not shipped (default: those in .work/table)",
    )
    parser.add_argument("--peer", type=Path, metavar="FILE", help="minifas128.onnx, for the same tables")
    parser.add_argument(
        "--leave-one-out",
        type=Path,
        metavar="FILE",
        default=Path(".work/leave-one-out.json"),
        help="JSON file of tools/measure/networks/leave_one_out.py, if it exists (default: %(default)s)",
    )
    parser.add_argument(
        "--models", type=Path, metavar="FOLDER", help="folder of the shipped models (default: assets/models)"
    )
    parser.add_argument("--page", type=Path, default=ROOT / "docs" / "models.md", help="page to write")
    parser.add_argument(
        "--cache", type=Path, default=Path(".work/figures"), help="cache of scores (default: %(default)s)"
    )
    parser.add_argument("--threads", type=int, default=1, help="processor threads (default: %(default)s)")
    parser.add_argument("--held-out", nargs="+", metavar="NAME", help="count these species and sensors as held out")
    args = parser.parse_args()

    from fasdemo.errors import UserError
    from tools.figures.page import write_page
    from trainer.data.faces import HeldOut
    from trainer.synth.sensors.sensor import PRESETS

    pretend = None
    if args.held_out:
        sensors = frozenset(args.held_out) & frozenset(PRESETS)
        pretend = HeldOut(frozenset(args.held_out) - sensors, sensors)
    try:
        differences = write_page(
            args.page,
            args.data,
            args.cache,
            args.also,
            args.peer,
            args.leave_one_out,
            args.models,
            args.threads,
            pretend,
        )
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    for sentence in differences:
        print(f"warning: {sentence}", file=sys.stderr)
    print(f"{args.page}: written")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
