"""`python -m trainer train`: from a configuration and a data set to `model.pt` with its card."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from fasdemo.errors import UserError
from trainer.config import options

EXAMPLE = """python -m trainer train --config fasdemo-featherb-depth --data data/synth --max-minutes 30
         python -m trainer --config cfgs/FeatherNetB-32.yaml --b 32 --lr 0.01 --every-decay 60 --fl-gamma 3"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--config", required=True, metavar="NAME", help="a shipped configuration or the path of a YAML")
    parser.add_argument("--output", "--save-path", dest="output", type=Path, metavar="RUN", help="default: runs/CONFIG")
    parser.add_argument("--resume", metavar="FILE", help="go on with RUN/last.pt; `auto`: if it is there")
    options.add_data(parser)
    options.add_training(parser)
    options.add_machine(parser)
    group = parser.add_argument_group("published spellings of evaluation, with --resume CHECKPOINT")
    group.add_argument("--val", type=options.truth, default=False, metavar="True", help="evaluate instead of training")
    group.add_argument("--val-save", type=options.truth, default=False, metavar="True", help="write a submission file")
    group.add_argument("--phase-test", type=options.truth, default=False, metavar="True", help="take the test list")


def run(args: argparse.Namespace) -> int:
    """Train; prints where the model is and how good it is."""
    config = options.configure(args)
    if args.val or args.phase_test:
        from trainer.cli.published_commands import validate

        return validate(args, config)
    folder: Path = args.output or Path("runs") / config.name
    resume = _resume(args.resume, folder)

    from trainer.data.splits import open_splits
    from trainer.training.finalize import MODEL, finalize, summary
    from trainer.training.train import LAST, Training, TrainingInterruptedError, make_fabric

    fabric = make_fabric(config, *options.machine(args))
    fabric.launch()
    with fabric.rank_zero_first():  # sessions are cut to crops once
        splits = open_splits(config.data, config.network.modalities, config.network.flexible)
    training = Training(config, splits, folder, fabric)
    if resume is not None:
        training.resume(resume)
    if fabric.is_global_zero:
        for warning in splits.warnings:
            print(f"warning: {warning}", file=sys.stderr)
        _announce(training)
    try:
        training.run()
    except TrainingInterruptedError:
        if fabric.is_global_zero:
            given = " ".join(part for part in sys.argv[1:] if part)
            print(
                f"\nstopped and saved; go on with: python -m trainer {given} --resume {folder / LAST}", file=sys.stderr
            )
        return 130
    operating_points, evaluations = finalize(config, splits, folder, fabric)
    if fabric.is_global_zero:
        damaged = sorted(training.train_loader.unreadable | training.dev_loader.unreadable)
        if damaged:
            some = ", ".join(damaged[:3])
            print(f"warning: {len(damaged)} pictures cannot be read ({some} ...) and were left out", file=sys.stderr)
        loading = training.train_loader.time
        print(summary(operating_points, evaluations))
        print(f"data loading: {loading.share():.1%} of the CPU time, waited for {loading.waiting():.1%} of the time")
        print(f"{folder / MODEL}: python -m trainer export {folder / MODEL} --output {config.name}.onnx")
    return 0


def _announce(training: object) -> None:
    from trainer.data.faces import counts
    from trainer.training.train import Training

    assert isinstance(training, Training)
    parameters = sum(parameter.numel() for parameter in training.judge.parameters())
    streams = ", ".join(training.judge.modalities)
    print(f"{training.config.name}: {training.config.network.arch} on {streams}, {parameters:,} parameters")
    print(f"  training part:    {counts(training.splits.train)}")
    print(f"  development part: {counts(training.splits.dev)}")
    if training.splits.test is not None:
        print(f"  test part:        {counts(training.splits.test)}")
    sys.stdout.flush()


def _resume(given: str | None, folder: Path) -> Path | None:
    from trainer.training.train import LAST

    last = folder / LAST
    if given == "auto":
        return last if last.is_file() else None
    if given is not None:
        return Path(given)
    if last.is_file():
        raise UserError(f"--output {folder}: holds a run already; add --resume {last}, or choose another folder.")
    return None
