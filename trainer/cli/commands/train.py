"""Command `python -m trainer train`: train a network and write `model.pt` with its card."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from fasdemo.errors import UserError
from fasdemo.outputs import check_output_folder
from trainer.config import options
from trainer.training.resuming import resume_command, resume_file

if TYPE_CHECKING:
    from trainer.config.schema import Config
    from trainer.training.train import Training

EXAMPLE = """python -m trainer train --config fasdemo-featherb-depth --data data/synth --max-minutes 30
         python -m trainer --config cfgs/FeatherNetB-32.yaml --b 32 --lr 0.01 --every-decay 60 --fl-gamma 3"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument(
        "--config", required=True, metavar="NAME", help="name of a shipped configuration, or a YAML file"
    )
    parser.add_argument(
        "--output",
        "--save-path",
        dest="output",
        type=Path,
        metavar="RUN",
        help="folder of the run (default: runs/CONFIG)",
    )
    parser.add_argument("--resume", metavar="FILE", help="resume from RUN/last.pt; `auto`: if it exists")
    options.add_data(parser)
    options.add_training(parser)
    options.add_machine(parser)
    group = parser.add_argument_group("published options for evaluation, with --resume CHECKPOINT")
    group.add_argument("--val", type=options.truth, default=False, metavar="True", help="evaluate instead of training")
    group.add_argument("--val-save", type=options.truth, default=False, metavar="True", help="write a submission file")
    group.add_argument("--summary", type=options.truth, nargs="?", const=True, default=False, help="print its counts")
    group.add_argument("--speed", type=options.truth, nargs="?", const=True, default=False, help="time the network")
    group.add_argument("--phase-test", type=options.truth, default=False, metavar="True", help="use the test list")


def run(args: argparse.Namespace) -> int:
    """Train a network; print the figures and the path of the model.

    Raises:
        UserError: an option, the configuration or the data cannot be used, or a file cannot be written.
    """
    config = options.configure(args)
    if args.start_epoch and args.resume is None:
        raise UserError(
            f"--start-epoch {args.start_epoch}: the state of the run contains the epoch; give --resume RUN/last.pt."
        )
    if args.summary or args.speed:
        from trainer.cli.commands import summary as counts

        words = [config.network.arch, "--input-size", str(config.input.size), *["--time"] * args.speed]
        parser = argparse.ArgumentParser()
        counts.add_arguments(parser)
        return counts.run(parser.parse_args(words))
    if args.val or args.phase_test:
        from trainer.cli.published_commands import validate

        return validate(args, config)
    folder: Path = args.output or Path("runs") / config.name
    _check_run_folder(folder)
    resume = resume_file(args.resume, folder)

    from trainer.data.splits import note_run, open_splits
    from trainer.device import make_fabric
    from trainer.training.finalize import MODEL, finalize, summary
    from trainer.training.train import LAST, Training, TrainingInterruptedError

    fabric = make_fabric(config, *options.machine(args))
    fabric.launch()
    with fabric.rank_zero_first():  # so that sessions are cut to crops only once
        splits = open_splits(config.data, config.network.modalities, config.network.flexible)
    training = Training(config, splits, folder, fabric)
    if resume is not None:
        training.resume(resume)
    if fabric.is_global_zero:
        for warning in splits.warnings:
            print(f"warning: {warning}", file=sys.stderr)
        note_run(splits, folder)
        for sentence in published_notes(args, config):
            print(f"note: {sentence}", file=sys.stderr)
        _announce(training)
    try:
        training.run()
    except TrainingInterruptedError:
        if fabric.is_global_zero:
            print(f"\nstopped and saved; resume with: {resume_command(folder / LAST)}", file=sys.stderr)
        return 130
    operating_points, evaluations = finalize(config, splits, folder, fabric)
    if fabric.is_global_zero:
        damaged = sorted(training.train_loader.unreadable | training.dev_loader.unreadable)
        if damaged:
            some = ", ".join(damaged[:3])
            print(f"warning: {len(damaged)} samples cannot be read ({some} ...) and were skipped", file=sys.stderr)
        loading = training.train_loader.time
        print(summary(operating_points, evaluations))
        print(
            f"data loading: {loading.share():.1%} of the CPU time; training waited for data "
            f"{loading.waiting():.1%} of the time"
        )
        print(f"{folder / MODEL}: python -m trainer export {folder / MODEL} --output {config.name}.onnx")
    return 0


def _check_run_folder(folder: Path) -> None:
    """Raise UserError if a run cannot be written there; the first file is written after a whole epoch."""
    check_output_folder("--output", folder)
    place = folder
    while not place.exists() and place != place.parent:
        place = place.parent
    if not place.is_dir():
        raise UserError(f"--output {folder}: {place} is a file; give a folder.")
    if not os.access(place, os.W_OK | os.X_OK):
        raise UserError(f"--output {folder}: {place} cannot be written; choose another folder.")


def _announce(training: Training) -> None:
    from trainer.data.faces import counts

    parameters = sum(parameter.numel() for parameter in training.stream_model.parameters())
    streams = ", ".join(training.stream_model.modalities)
    print(f"{training.config.name}: {training.config.network.arch} on {streams}, {parameters:,} parameters")
    print(f"  data:             {training.splits.described}")
    print(f"  training part:    {counts(training.splits.train)}")
    print(f"  development part: {counts(training.splits.dev)}")
    if training.splits.test is not None:
        print(f"  test part:        {counts(training.splits.test)}")
    config, position = training.config, training.position
    print(
        f"  {'resumed at' if position.epoch or position.batch else 'start:'} epoch {position.epoch + 1} of "
        f"{config.run.epochs}, {training.steps_per_epoch} steps of {config.run.batch}, {config.optimiser.kind} "
        f"lr {config.optimiser.lr:g}, seed {config.run.seed}"
    )
    sys.stdout.flush()


_IMAGENET = ("MobileNetV2", "FishNet150", "FishNet99")


def published_notes(args: argparse.Namespace, config: Config) -> list[str]:
    """Return sentences about options without effect, missing ImageNet weights, and restarts that would fail."""
    notes = []
    if args.print_freq is not None:
        notes.append("--print-freq has no effect: a line is printed after every epoch.")
    if args.start_epoch:
        notes.append("--start-epoch has no effect: the epoch follows from --resume.")
    shared = os.environ.get("TORCHELASTIC_USE_AGENT_STORE") == "True"
    if shared and os.environ.get("TORCHELASTIC_MAX_RESTARTS", "0") != "0":
        notes.append(
            "torchrun shares its store with the processes, so that restarted ones may not find each other; set "
            "TORCH_DISABLE_SHARE_RDZV_TCP_STORE=1 before torchrun."
        )
    published = config.augment.kind == "published" and config.network.arch in _IMAGENET
    if published and not config.network.init and args.resume is None:
        place = "torchvision's mobilenet_v2 weights" if config.network.arch == "MobileNetV2" else "FishNet's repository"
        notes.append(
            f"the published {config.network.arch} starts from ImageNet weights, this run from random ones; give "
            f"the file of {place} with --init all=FILE."
        )
    return notes
