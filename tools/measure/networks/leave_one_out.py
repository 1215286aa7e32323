"""Train one small model without each species, evaluate it on that species, and write the figures as JSON.

`python -m tools.measure.networks.leave_one_out --data .work/crops --output .work/leave-one-out.json` resumes an
interrupted run; `tools/measure/networks/model_figures.py --leave-one-out FILE` writes the table into docs/models.md.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def main() -> int:
    """Run the program and return the exit status."""
    from fasdemo.errors import UserError
    from tools.figures.leave_one_out import Setting, leave_each_out, table

    usual = Setting()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--data",
        type=Path,
        default=Path(".work/crops"),
        help="set of `python -m trainer synth crops` (default: %(default)s)",
    )
    parser.add_argument(
        "--output", type=Path, default=Path(".work/leave-one-out.json"), metavar="FILE", help="JSON file"
    )
    parser.add_argument(
        "--runs", type=Path, default=Path(".work/leave-one-out"), metavar="FOLDER", help="folder of the runs"
    )
    parser.add_argument(
        "--species",
        nargs="+",
        default=[],
        metavar="NAME",
        help="leave out only these; none is the training with all species (default: everything)",
    )
    parser.add_argument("--config", default=usual.config, help="configuration (default: %(default)s)")
    parser.add_argument(
        "--size", type=int, default=usual.size, help="side of the crop in pixels (default: %(default)s)"
    )
    parser.add_argument("--epochs", type=int, default=usual.epochs, help="epochs (default: %(default)s)")
    parser.add_argument("--samples", type=int, default=usual.samples, help="samples per epoch (default: %(default)s)")
    parser.add_argument(
        "--minutes", type=float, default=usual.minutes, help="time limit of one training (default: %(default)s)"
    )
    parser.add_argument("--budget", type=float, metavar="MINUTES", help="start no training after this time")
    parser.add_argument("--threads", type=int, default=usual.threads, help="processor threads (default: %(default)s)")
    args = parser.parse_args()
    setting = Setting(args.config, args.size, args.epochs, args.samples, args.minutes, args.threads)
    try:
        found = leave_each_out(args.data, args.runs, args.output, setting, args.species, args.budget)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    print("\n".join(table(found)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
