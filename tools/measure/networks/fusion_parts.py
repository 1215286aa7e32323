"""Train the fusion of FlexFusion without each of its parts and write the table of docs/networks.md.

Run `python -m tools.measure.networks.fusion_parts --data .work/crops --runs .work/runs` after the streams of
`tools/weights.sh`.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
BEGIN, END = "<!-- parts: begin -->", "<!-- parts: end -->"


def main() -> int:
    """Run the program and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--data",
        type=Path,
        default=Path(".work/crops"),
        help="set of `python -m trainer synth crops` (default: %(default)s)",
    )
    parser.add_argument(
        "--runs", type=Path, default=Path(".work/runs"), help="folder of the runs of the streams (default: %(default)s)"
    )
    parser.add_argument("--page", type=Path, default=ROOT / "docs" / "networks.md", help="page to write")
    parser.add_argument("--epochs", type=int, default=8, help="epochs of each training (default: %(default)s)")
    parser.add_argument("--seeds", type=int, default=3, help="trainings of each variant (default: %(default)s)")
    parser.add_argument("--threads", type=int, default=1, help="processor threads (default: %(default)s)")
    args = parser.parse_args()

    import torch

    from fasdemo.errors import UserError
    from tools.figures.fusion_parts import Setting, compare, streams_of, table
    from trainer.config.schema import DataConfig, load
    from trainer.data.splits import open_splits
    from trainer.evaluation.marks import check_marks, write_between

    torch.set_num_threads(args.threads)
    setting = Setting(epochs=args.epochs, seeds=args.seeds)
    try:
        check_marks(args.page, BEGIN, END)
        config = load("fasdemo-flex")
        config.network.init = streams_of(args.runs)
        splits = open_splits(DataConfig(folder=args.data), config.network.modalities, flexible=True)
        rows = table(compare(config, splits, setting), setting)
        write_between(args.page, BEGIN, END, rows)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    print("\n".join(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
