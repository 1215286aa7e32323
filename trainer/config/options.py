"""Command line options that change a configuration, with the published spellings."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, get_args

import yaml

from fasdemo.errors import UserError
from trainer.config.published import current_name
from trainer.config.schema import Config, DataConfig, check_data, load

_KEYS = {
    "arch": "network.arch",
    "input_size": "input.size",
    "batch": "run.batch",
    "epochs": "run.epochs",
    "lr": "optimiser.lr",
    "momentum": "optimiser.momentum",
    "weight_decay": "optimiser.weight_decay",
    "every_decay": "optimiser.every_decay",
    "fl_gamma": "loss.gamma",
    "teacher": "loss.teacher",
    "seed": "run.seed",
    "workers": "run.workers",
    "precision": "run.precision",
    "max_minutes": "run.max_minutes",
    "patience": "run.patience",
    "policy": "policy",
    "data": "data.folder",
    "layout": "data.layout",
    "protocol": "data.protocol",
    "live_label": "data.live_label",
    "train_list": "data.train_list",
    "val_list": "data.val_list",
    "test_list": "data.test_list",
    "limit": "data.limit",
    "max_missing": "data.max_missing",
    "frame_step": "data.frame_step",
}
"""Dotted key in the configuration for each option."""


def truth(text: str) -> bool:
    """Parse a truth value: True, 1, yes or y, or False, 0, no or n, in any case.

    The published commands write options such as `--val True`.

    Raises:
        argparse.ArgumentTypeError: the text is none of these.
    """
    word = text.lower()
    if word in ("true", "1", "yes", "y"):
        return True
    if word in ("false", "0", "no", "n"):
        return False
    raise argparse.ArgumentTypeError(f"{text!r} is not a truth value; give True or False")


def add_data(parser: argparse.ArgumentParser) -> None:
    """Declare the options for the data."""
    group = parser.add_argument_group("data")
    group.add_argument(
        "--data", type=Path, metavar="FOLDER", help="generated set, root of a data set, or recorded sessions"
    )
    group.add_argument(
        "--layout",
        choices=list(get_args(DataConfig.model_fields["layout"].annotation)),
        help="layout of the data set (default: detected)",
    )
    group.add_argument(
        "--protocol",
        metavar="NAME",
        help="official protocol of the data set, e.g. 4@1 of CeFA or 3@2 of OULU-NPU (docs/training.md lists them)",
    )
    group.add_argument(
        "--live-label",
        choices=["auto", "0", "1"],
        help="number that the lists use for live faces (default: auto, which is 1 unless the paths show otherwise)",
    )
    for name, what in (("train", "training"), ("val", "validation"), ("test", "test")):
        group.add_argument(
            f"--{name}-list", type=Path, metavar="FILE", help=f"{what} list with lines `color depth ir label`"
        )
    group.add_argument(
        "--frame-step", type=int, metavar="N", help="data sets with videos: use every N-th frame (default: 15)"
    )
    group.add_argument("--limit", type=int, metavar="N", help="use at most N samples of each part")
    group.add_argument(
        "--max-missing",
        type=float,
        metavar="SHARE",
        help="stop if a larger share of the images is missing or damaged (default: 0.01)",
    )
    group.add_argument(
        "--without-species",
        "--exclude-species",
        dest="exclude_species",
        nargs="+",
        metavar="NAME",
        help="leave these attack species out of training, keep them in the test part",
    )
    group.add_argument(
        "--without-sensors",
        dest="exclude_sensors",
        nargs="+",
        metavar="NAME",
        help="generated sets: leave samples of these sensors out of training, keep them in the test part",
    )


def add_training(parser: argparse.ArgumentParser) -> None:
    """Declare the options of a training; those that are not given keep the configuration's value."""
    group = parser.add_argument_group("training")
    group.add_argument(
        "-a",
        "--arch",
        "--model-name",
        "--model_name",
        dest="arch",
        help="network to use instead of the configuration's",
    )
    group.add_argument("-b", "--b", "--batch", "--batch-size", dest="batch", type=int, metavar="N", help="batch size")
    group.add_argument("--input-size", "--input_size", type=int, metavar="S", help="side of the input in pixels")
    group.add_argument(
        "--phase-ir", type=truth, nargs="?", const=True, default=False, metavar="True", help="published: use infrared"
    )
    group.add_argument("-p", "--print-freq", type=int, metavar="N", help="published; no effect")
    group.add_argument("--start-epoch", type=int, default=0, metavar="N", help="published; follows from --resume")
    group.add_argument("--epochs", type=int, metavar="N", help="number of epochs")
    group.add_argument("--lr", "--learning-rate", dest="lr", type=float, metavar="RATE", help="learning rate")
    group.add_argument("--momentum", type=float, help="momentum of SGD")
    group.add_argument("--wd", "--weight-decay", dest="weight_decay", type=float, help="weight decay")
    group.add_argument(
        "--every-decay",
        type=int,
        metavar="EPOCHS",
        help="step schedule: epochs after which the learning rate is divided by ten",
    )
    group.add_argument(
        "--teacher",
        type=Path,
        metavar="FILE.onnx",
        help="model on colour that rates the live faces: those it takes for attacks count less as live",
    )
    group.add_argument("--fl-gamma", type=float, metavar="GAMMA", help="gamma of the focal loss; 0 is cross entropy")
    group.add_argument("--seed", "--random-seed", dest="seed", type=int, help="seed of weights, order and augmentation")
    group.add_argument("-j", "--workers", type=int, metavar="N", help="threads that load data; 0: none")
    group.add_argument(
        "--max-minutes",
        type=float,
        metavar="M",
        help="time limit in minutes; the learning rate schedule is shortened to fit",
    )
    group.add_argument(
        "--patience", type=int, metavar="EPOCHS", help="stop after this many epochs without an improvement"
    )
    group.add_argument("--policy", choices=["bpcer20", "apcer1", "balanced"], help="default policy of the model card")
    group.add_argument(
        "--init",
        nargs="+",
        metavar="PART=FILE",
        help="checkpoints to start from: `all=FILE`, or `depth=FILE ir=FILE ...`",
    )
    group.add_argument(
        "--set", nargs="+", metavar="KEY=VALUE", help="set any key of the configuration, e.g. run.ema=0.99"
    )


def add_machine(parser: argparse.ArgumentParser) -> None:
    """Declare the options for device, processes and precision."""
    group = parser.add_argument_group("machine")
    group.add_argument("--precision", choices=["auto", "32-true", "bf16-mixed", "16-mixed"], help="default: auto")
    group.add_argument("--device", choices=["auto", "cpu", "cuda"], default="auto", help="default: auto")
    group.add_argument("--devices", type=int, metavar="N", help="processes on this machine; not needed with torchrun")
    group.add_argument("--threads", type=int, metavar="N", help="processor threads of the network (default: all cores)")
    group.add_argument(
        "--gpus", metavar="IDS", help="published spelling: GPUs to use, e.g. 0,1; ignored on a machine without GPU"
    )


def overrides(args: argparse.Namespace) -> dict[str, Any]:
    """Return the given options by dotted key.

    Raises:
        UserError: `init` or `set` is not of the form NAME=VALUE.
    """
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
            raise UserError(
                f"init {text}: has no `=`; give PART=FILE, such as depth=runs/depth/best.pt.", parameter="init"
            )
        found[f"network.init.{part}"] = path
    for text in getattr(args, "set", None) or ():
        key, equals, value = text.partition("=")
        if not equals:
            raise UserError(f"set {text}: has no `=`; give KEY=VALUE, such as run.ema=0.99.", parameter="set")
        found[key] = yaml.safe_load(value)
    return found


def configure(args: argparse.Namespace) -> Config:
    """Return the configuration with the changes of the given options.

    Raises:
        UserError: the configuration does not exist, or a value is not valid.
    """
    found = overrides(args)
    if "network.arch" in found:
        found["network.arch"] = current_name(found["network.arch"])
    if args.phase_ir:
        plain = load(args.config, found)
        if plain.network.modalities == ("depth",):
            found["network.modalities"] = ["ir"]
            for name in ("mean", "std"):
                given = getattr(plain.input, name)
                found[f"input.{name}"] = {"ir": given["depth"]} if "depth" in given else {}
        elif plain.network.modalities != ("ir",):
            raise UserError(
                "phase_ir: the configuration has several streams; choose one with a single stream.",
                parameter="phase_ir",
            )
    if "optimiser.every_decay" in found:
        found["optimiser.schedule"] = "step"
    config = load(args.config, found)
    if config.data.folder is None and config.data.train_list is None and Path("data").is_dir():
        # The published commands have no option for the folder and read the folder `data`.
        config = load(args.config, found | {"data.folder": "data"})
    return config


def data_config(args: argparse.Namespace, config: Config) -> DataConfig:
    """Return the data of the options, or those of the configuration if there are no such options.

    Species and sensors that the configuration excludes are not excluded here, because evaluation measures them.

    Raises:
        UserError: a value is not valid.
    """
    found = {key.removeprefix("data."): value for key, value in overrides(args).items() if key.startswith("data.")}
    places = {"folder", "train_list", "val_list", "test_list"}
    base = config.data.model_dump(mode="json")
    if places & found.keys():
        base |= dict.fromkeys((*places, "layout", "protocol", "live_label"))
        base = {key: value for key, value in base.items() if value is not None}
    base.pop("exclude_species", None)
    base.pop("exclude_sensors", None)
    return check_data(base | found)


def scoring_precision(args: argparse.Namespace, config: Config) -> Config:
    """Return the configuration with the precision for scoring: 32 bits unless `--precision` selects another one.

    With fewer bits, different pictures get equal scores, which makes rates such as TPR@FPR=1e-3 wrong.
    """
    wanted = args.precision or "32-true"
    return config.model_copy(update={"run": config.run.model_copy(update={"precision": wanted})})


def machine(args: argparse.Namespace) -> tuple[str, int | str]:
    """Return accelerator and devices for Fabric, and set torch's number of threads.

    Raises:
        UserError: the options cannot be used, or there is no GPU.
    """
    if args.threads is not None:
        import torch

        if args.threads < 1:
            raise UserError(f"threads {args.threads}: too small; give at least 1.", parameter="threads")
        torch.set_num_threads(args.threads)
    if args.gpus is not None and args.device != "cpu":
        import torch

        ids = [part for part in str(args.gpus).split(",") if part.strip()]
        if not all(part.strip().isdigit() for part in ids):
            raise UserError(
                f"gpus {args.gpus}: not a list of GPU numbers; give numbers such as 0 or 0,1.", parameter="gpus"
            )
        if torch.cuda.is_available():
            return "cuda", ",".join(ids)
    if args.device == "cuda":
        import torch

        if not torch.cuda.is_available():
            raise UserError(
                "device cuda: torch finds no GPU; install its CUDA build, or choose cpu.", parameter="device"
            )
    return args.device, args.devices or "auto"
