"""Command `python -m trainer finetune`: fine-tune a checkpoint on recorded sessions and export the model."""

from __future__ import annotations

import argparse
from pathlib import Path

from trainer.config import options

EXAMPLE = "python -m trainer finetune recordings --from assets/models/fasdemo-flex.pt --output runs/my-camera"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument(
        "sessions", type=Path, metavar="SESSIONS", help="recorded sessions, or crops exported from them"
    )
    parser.add_argument("--from", type=Path, required=True, metavar="FILE", help="checkpoint to start from")
    parser.add_argument(
        "--output", type=Path, metavar="RUN", help="folder of the run and name of the model (default: runs/finetuned)"
    )
    parser.add_argument("--resume", metavar="FILE", help="resume from RUN/last.pt; `auto`: if it exists")
    parser.add_argument("--epochs", type=int, default=8, metavar="N", help="number of epochs (default: 8)")
    parser.add_argument("--lr", type=float, default=5e-4, metavar="RATE", help="learning rate (default: 0.0005)")
    parser.add_argument("-b", "--batch", type=int, metavar="N", help="batch size (default: that of the checkpoint)")
    parser.add_argument("--seed", type=int, help="seed (default: that of the checkpoint)")
    parser.add_argument(
        "--max-minutes",
        type=float,
        metavar="M",
        help="time limit in minutes; the learning rate schedule is shortened to fit",
    )
    parser.add_argument("--policy", choices=["bpcer20", "apcer1", "balanced"], help="default policy of the model card")
    parser.add_argument("--set", nargs="+", metavar="KEY=VALUE", help="set any key of the configuration")
    options.add_machine(parser)


def run(args: argparse.Namespace) -> int:
    """Fine-tune, evaluate before and after on held-out people, and export."""
    from trainer.training.finetuning import finetune

    folder: Path = args.output or Path("runs") / "finetuned"
    return finetune(args, folder)
