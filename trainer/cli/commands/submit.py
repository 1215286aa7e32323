"""Command `python -m trainer submit`: score a list and write a submission file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from trainer.cli.cluster_options import add_cluster, remote_scoring, workers
from trainer.config import options

EXAMPLE = "python -m trainer submit runs/FeatherNetB-32/model.pt --test-list data/test_public_list.txt --output sub.txt"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument("model", type=Path, metavar="MODEL", help="a checkpoint (.pt) or an exported file (.onnx)")
    parser.add_argument(
        "--output", type=Path, required=True, metavar="FILE", help="file to write, with lines `color depth ir score`"
    )
    parser.add_argument(
        "--split", choices=["train", "dev", "test"], default="test", help="part of the data (default: test)"
    )
    parser.add_argument(
        "--raw", action="store_true", help="write uncalibrated probabilities instead of calibrated scores"
    )
    options.add_data(parser)
    options.add_machine(parser)
    add_cluster(parser, "score, and cut missing crops,")


def run(args: argparse.Namespace) -> int:
    """Score a list and write the file.

    Raises:
        UserError: an option, the model or the data cannot be used.
    """
    from fasdemo.outputs import check_outputs
    from trainer.data.splits import check_streams, open_part
    from trainer.device import make_fabric
    from trainer.evaluation.loading import OnnxStreamModel, open_model
    from trainer.evaluation.score_files import write_submission
    from trainer.evaluation.submission import submission

    lists = (args.train_list, args.val_list, args.test_list)
    check_outputs({"--output": args.output}, [args.model, args.data, *lists])
    loaded = open_model(args.model)
    data = options.data_config(args, loaded.config)
    onnx = isinstance(loaded.model, OnnxStreamModel)
    config = options.scoring_precision(args, loaded.config)
    fabric = make_fabric(config, *(("cpu", 1) if onnx else options.machine(args)))
    fabric.launch()
    fabric.to_device(loaded.model)
    remote = remote_scoring(args, loaded, data, args.split, fabric, keep_all=True)
    face_set = open_part(data, args.split, loaded.model.modalities, keep_all=True, workers=workers(args))
    check_streams(face_set, loaded.model.modalities, loaded.model.flexible)
    operating_points = None if args.raw else loaded.operating_points
    names, scores, unreadable = submission(loaded, face_set, fabric, operating_points, remote)
    if fabric.is_global_zero:
        write_submission(args.output, names, scores)
        if unreadable:
            print(f"warning: {unreadable} lines have missing or damaged images and got the score 0", file=sys.stderr)
        for warning in face_set.warnings:
            print(f"warning: {warning}", file=sys.stderr)
        print(f"{args.output}: {len(names)} lines of {face_set.source}")
    return 0
