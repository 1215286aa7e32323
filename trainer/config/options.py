"""The command line's options that change a configuration: today's names and the published ones."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import yaml

from fasdemo.errors import UserError
from trainer.config.schema import Config, DataConfig, check_data, load

# Option to dotted key of the configuration.
_KEYS = {
    "arch": "network.arch",
    "batch": "run.batch",
    "epochs": "run.epochs",
    "lr": "optimiser.lr",
    "momentum": "optimiser.momentum",
    "weight_decay": "optimiser.weight_decay",
    "every_decay": "optimiser.every_decay",
    "fl_gamma": "loss.gamma",
    "seed": "run.seed",
    "workers": "run.workers",
    "precision": "run.precision",
    "max_minutes": "run.max_minutes",
    "patience": "run.patience",
    "policy": "policy",
    "data": "data.folder",
    "layout": "data.layout",
    "protocol": "data.protocol",
    "train_list": "data.train_list",
    "val_list": "data.val_list",
    "test_list": "data.test_list",
    "limit": "data.limit",
    "max_missing": "data.max_missing",
}


def truth(text: str) -> bool:
    """`True`, `true`, `1` or `yes`, as the published commands write it, or their opposites."""
    word = text.lower()
    if word in ("true", "1", "yes", "y"):
        return True
    if word in ("false", "0", "no", "n"):
        return False
    raise argparse.ArgumentTypeError(f"{text!r} is neither True nor False")


def add_data(parser: argparse.ArgumentParser) -> None:
    """Where the samples lie."""
    group = parser.add_argument_group("data")
    group.add_argument(
        "--data", type=Path, metavar="FOLDER", help="generated set, data set's root or recorded sessions"
    )
    group.add_argument("--layout", choices=["auto", "synth", "lists", "casia-surf", "cefa", "sessions"])
    group.add_argument("--protocol", choices=["4@1", "4@2", "4@3", "4"], help="CeFA: which protocol, 4 = their union")
    for name, what in (("train", "training"), ("val", "validation"), ("test", "test")):
        group.add_argument(
            f"--{name}-list", type=Path, metavar="FILE", help=f"{what} list, lines `color depth ir label`"
        )
    group.add_argument("--limit", type=int, metavar="N", help="at most N samples of each part")
    group.add_argument("--max-missing", type=float, metavar="SHARE", help="stop where more pictures are missing (0.01)")
    group.add_argument(
        "--without-species",
        "--exclude-species",
        dest="exclude_species",
        nargs="+",
        metavar="NAME",
        help="train without these attacks, test with them",
    )
    group.add_argument(
        "--without-sensors",
        dest="exclude_sensors",
        nargs="+",
        metavar="NAME",
        help="generated sets: train without what these took, test with it",
    )


def add_training(parser: argparse.ArgumentParser) -> None:
    """How to train; options that are not given keep the configuration's value."""
    group = parser.add_argument_group("training")
    group.add_argument("-a", "--arch", help="another network than the configuration's")
    group.add_argument("-b", "--b", "--batch", "--batch-size", dest="batch", type=int, metavar="N")
    group.add_argument("--epochs", type=int, metavar="N")
    group.add_argument("--lr", "--learning-rate", dest="lr", type=float, metavar="RATE")
    group.add_argument("--momentum", type=float)
    group.add_argument("--wd", "--weight-decay", dest="weight_decay", type=float)
    group.add_argument("--every-decay", type=int, metavar="EPOCHS", help="step schedule: divide the rate by ten")
    group.add_argument("--fl-gamma", type=float, metavar="GAMMA", help="focal loss; 0 is cross entropy")
    group.add_argument("--seed", "--random-seed", dest="seed", type=int)
    group.add_argument("-j", "--workers", type=int, metavar="N", help="threads that make batches")
    group.add_argument("--max-minutes", type=float, metavar="M", help="end by then; the schedule is bent to fit")
    group.add_argument("--patience", type=int, metavar="EPOCHS", help="stop after so many without a better one")
    group.add_argument("--policy", choices=["bpcer20", "apcer1", "balanced"], help="the card's default policy")
    group.add_argument(
        "--init", nargs="+", metavar="PART=FILE", help="start from checkpoints: `all=FILE`, or `depth=FILE ir=FILE ...`"
    )
    group.add_argument("--set", nargs="+", metavar="KEY=VALUE", help="any key of the configuration, e.g. run.ema=0.99")


def add_machine(parser: argparse.ArgumentParser) -> None:
    """Where to compute."""
    group = parser.add_argument_group("machine")
    group.add_argument("--precision", choices=["auto", "32-true", "bf16-mixed", "16-mixed"])
    group.add_argument("--device", choices=["auto", "cpu", "cuda"], default="auto")
    group.add_argument("--devices", type=int, metavar="N", help="processes on this machine; torchrun sets it itself")
    group.add_argument("--threads", type=int, metavar="N", help="of the processor, for the network (all cores)")
    group.add_argument("--gpus", metavar="IDS", help="published spelling: these GPUs, e.g. 0,1; ignored without any")


def overrides(args: argparse.Namespace) -> dict[str, Any]:
    """The given options by dotted key."""
    found: dict[str, Any] = {}
    for option, key in _KEYS.items():
        value = getattr(args, option, None)
        if value is not None:
            found[key] = str(value) if isinstance(value, Path) else value
    for option in ("exclude_species", "exclude_sensors"):
        if getattr(args, option, None):
            found[f"data.{option}"] = list(getattr(args, option))
    for text in getattr(args, "init", None) or ():
        part, equals, path = text.partition("=")
        if not equals:
            raise UserError(f"--init {text}: give PART=FILE, such as depth=runs/depth/best.pt.")
        found[f"network.init.{part}"] = path
    for text in getattr(args, "set", None) or ():
        key, equals, value = text.partition("=")
        if not equals:
            raise UserError(f"--set {text}: give KEY=VALUE, such as run.ema=0.99.")
        found[key] = yaml.safe_load(value)
    return found


def configure(args: argparse.Namespace) -> Config:
    """The configuration that the options ask for."""
    found = overrides(args)
    if "optimiser.every_decay" in found:
        found["optimiser.schedule"] = "step"
    config = load(args.config, found)
    if config.data.folder is None and config.data.train_list is None and Path("data").is_dir():
        # The published commands name no folder: they expect `data` beside them.
        config = load(args.config, found | {"data.folder": "data"})
    return config


def data_config(args: argparse.Namespace, config: Config) -> DataConfig:
    """The data that the options name, or the configuration's own where they name none."""
    found = {key.removeprefix("data."): value for key, value in overrides(args).items() if key.startswith("data.")}
    places = {"folder", "train_list", "val_list", "test_list"}
    base = config.data.model_dump(mode="json")
    if places & found.keys():
        base |= dict.fromkeys((*places, "layout"))
        base = {key: value for key, value in base.items() if value is not None}
    base.pop("exclude_species", None)
    base.pop("exclude_sensors", None)
    return check_data(base | found)


def machine(args: argparse.Namespace) -> tuple[str, int | str]:
    """Accelerator and devices for Fabric; sets the number of threads."""
    if args.threads is not None:
        import torch

        if args.threads < 1:
            raise UserError(f"--threads {args.threads}: give at least 1.")
        torch.set_num_threads(args.threads)
    if args.gpus is not None and args.device != "cpu":
        import torch

        ids = [part for part in str(args.gpus).split(",") if part.strip()]
        if not all(part.strip().isdigit() for part in ids):
            raise UserError(f"--gpus {args.gpus}: give numbers such as 0 or 0,1.")
        if torch.cuda.is_available():
            return "cuda", ",".join(ids)
    if args.device == "cuda":
        import torch

        if not torch.cuda.is_available():
            raise UserError("--device cuda: torch finds no GPU here; install its CUDA build or use --device cpu.")
    return args.device, args.devices or "auto"
