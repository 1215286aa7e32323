"""Command `python -m trainer average`: average the weights of several runs and choose thresholds for the mean."""

from __future__ import annotations

import argparse
from pathlib import Path

from trainer.config import options

EXAMPLE = "python -m trainer average runs/first/model.pt runs/second/model.pt --data data/synth --output runs/mean"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument(
        "members", type=Path, nargs="+", metavar="MODEL", help="model.pt of runs that started from the same weights"
    )
    parser.add_argument("--output", type=Path, required=True, metavar="RUN", help="folder for the model")
    options.add_data(parser)
    options.add_machine(parser)


def run(args: argparse.Namespace) -> int:
    """Write the averaged model with its thresholds and figures, and print the figures.

    Raises:
        UserError: the models differ, an option or the data cannot be used, or a file cannot be written.
    """
    from fasdemo.errors import UserError
    from fasdemo.outputs import check_output_folder
    from trainer.checkpoints import checkpoint
    from trainer.checkpoints.averaging import average
    from trainer.config.schema import Config
    from trainer.data.splits import note_run, open_splits
    from trainer.device import make_fabric
    from trainer.training.finalize import MODEL, finalize, summary
    from trainer.training.train import BEST, LAST

    check_output_folder("--output", args.output)
    for name in (MODEL, LAST):
        if (args.output / name).exists():
            raise UserError(f"--output {args.output}: has a {name} of another run; give a new folder.")
    mean = average(args.members)
    config = Config.model_validate(mean.config)
    # Excluded species and sensors stay excluded from the choice of thresholds, as at the end of a training.
    excluded = {"exclude_species": config.data.exclude_species, "exclude_sensors": config.data.exclude_sensors}
    data = options.data_config(args, config).model_copy(update=excluded)
    config = config.model_copy(update={"data": data})
    splits = open_splits(config.data, config.network.modalities, config.network.flexible)
    fabric = make_fabric(config, *options.machine(args))
    fabric.launch()
    if fabric.is_global_zero:
        note_run(splits, args.output)
        checkpoint.save(args.output / BEST, mean)
    operating_points, evaluations = finalize(config, splits, args.output, fabric)
    if fabric.is_global_zero:
        print(summary(operating_points, evaluations))
        print(f"{args.output / MODEL}: python -m trainer export {args.output / MODEL} --output {config.name}.onnx")
    return 0
