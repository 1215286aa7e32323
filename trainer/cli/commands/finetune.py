"""`python -m trainer finetune`: own recorded sessions to a new model in one command."""

from __future__ import annotations

import argparse
from pathlib import Path

from trainer.config import options

EXAMPLE = "python -m trainer finetune recordings --from assets/models/fasdemo-flex.pt --output runs/my-camera"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "sessions", type=Path, metavar="SESSIONS", help="recorded sessions, or crops exported from them"
    )
    parser.add_argument(
        "--from", dest="start", type=Path, required=True, metavar="FILE", help="the checkpoint to start from"
    )
    parser.add_argument("--output", type=Path, metavar="RUN", help="run folder and model name (runs/finetuned)")
    parser.add_argument("--epochs", type=int, default=8, metavar="N", help="(8)")
    parser.add_argument("--lr", type=float, default=5e-4, metavar="RATE", help="(0.0005)")
    parser.add_argument("-b", "--batch", type=int, metavar="N")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--max-minutes", type=float, metavar="M", help="end by then; the schedule is bent to fit")
    parser.add_argument("--policy", choices=["bpcer20", "apcer1", "balanced"], help="the card's default policy")
    parser.add_argument("--set", nargs="+", metavar="KEY=VALUE", help="any key of the configuration")
    options.add_machine(parser)


def run(args: argparse.Namespace) -> int:
    """Train on some of the people, measure before and after on the others, export."""
    from trainer.training.finetuning import finetune

    folder: Path = args.output or Path("runs") / "finetuned"
    return finetune(args, folder)
