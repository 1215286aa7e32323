"""Trains one small model without each species, measures it on that species, and keeps the figures as JSON.

`python tools/leave_one_out.py --data .work/crops --output .work/leave-one-out.json` goes on where it stopped;
`tools/model_figures.py --leave-one-out FILE` puts the table into docs/models.md.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


def main() -> int:
    """Run; returns the exit status."""
    from fasdemo.errors import UserError
    from tools.figures.leave_one_out import Setting, leave_each_out, table

    usual = Setting()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--data", type=Path, default=Path(".work/crops"), help="a set of `python -m trainer synth crops`"
    )
    parser.add_argument("--output", type=Path, default=Path(".work/leave-one-out.json"), metavar="FILE")
    parser.add_argument("--runs", type=Path, default=Path(".work/leave-one-out"), metavar="FOLDER")
    parser.add_argument(
        "--species",
        nargs="+",
        default=[],
        metavar="NAME",
        help="only these; none: the training with all (default: everything)",
    )
    parser.add_argument("--config", default=usual.config, help="what to train (%(default)s)")
    parser.add_argument("--size", type=int, default=usual.size, help="of the crop, pixels (%(default)s)")
    parser.add_argument("--epochs", type=int, default=usual.epochs, help="(%(default)s)")
    parser.add_argument("--samples", type=int, default=usual.samples, help="pictures an epoch (%(default)s)")
    parser.add_argument("--minutes", type=float, default=usual.minutes, help="limit of one training (%(default)s)")
    parser.add_argument("--budget", type=float, metavar="MINUTES", help="begin no training after so long")
    parser.add_argument("--threads", type=int, default=usual.threads)
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
