"""Command `python -m trainer evaluate`: figures, score file and HTML report of a model on labelled data."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from trainer.cli.cluster_options import add_cluster, remote_scoring, workers
from trainer.config import options

EXAMPLE = "python -m trainer evaluate runs/fasdemo-flex/model.pt --data data/synth --split test --output report"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument("model", type=Path, metavar="MODEL", help="a checkpoint (.pt) or an exported file (.onnx)")
    parser.add_argument(
        "--split", choices=["train", "dev", "test"], default="test", help="part of the data (default: test)"
    )
    parser.add_argument(
        "--output", type=Path, metavar="FOLDER", help="folder for report.html, figures.json and scores.csv"
    )
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument(
        "--calibrate",
        action="store_true",
        help="choose calibration and thresholds again on the development part of the data",
    )
    parser.add_argument("--subset", metavar="STREAMS", help="flexible networks: use only these streams, e.g. depth+ir")
    options.add_data(parser)
    options.add_machine(parser)
    add_cluster(parser, "score, and cut missing crops,")


def run(args: argparse.Namespace) -> int:
    """Evaluate a model; print a summary or JSON, and write the report.

    Raises:
        UserError: an option, the model or the data cannot be used.
    """
    from fasdemo.atomic_file import write_text
    from fasdemo.errors import UserError
    from fasdemo.frames import STREAMS
    from trainer.data.network_loader import check_readable, make_loader
    from trainer.data.splits import check_streams, held_out, open_part
    from trainer.device import make_fabric
    from trainer.evaluation.evaluation import choose_operating_points, evaluate, subsets_of
    from trainer.evaluation.loading import OnnxStreamModel, open_model, uncalibrated
    from trainer.evaluation.report import write_report
    from trainer.evaluation.score_files import write_scores
    from trainer.evaluation.scoring import predict_margins
    from trainer.training.finalize import summary

    loaded = open_model(args.model)
    model, config = loaded.model, loaded.config
    data = options.data_config(args, config)
    fabric = make_fabric(
        options.scoring_precision(args, config),
        *(("cpu", 1) if isinstance(model, OnnxStreamModel) else options.machine(args)),
    )
    fabric.launch()
    fabric.to_device(model)
    remote = remote_scoring(args, loaded, data, args.split, fabric)
    face_set = open_part(data, args.split, model.modalities, workers=workers(args))
    check_streams(face_set, model.modalities, model.flexible)
    if not (face_set.labels >= 0).any():
        raise UserError(
            f"{face_set.source}: no labels, so nothing can be measured; choose another part with `split`, such as "
            "dev, or score it with `python -m trainer submit`."
        )
    operating_points = loaded.operating_points
    if args.calibrate or operating_points is None:
        try:
            dev = open_part(data, "dev", model.modalities, workers=workers(args))
            loader = make_loader(config, model, dev)
            margins = predict_margins(
                model, loader, fabric, subsets_of(model, dev), description="dev", elsewhere=remote and remote.of("dev")
            )
            operating_points = choose_operating_points(margins, dev, config.policy)
        except UserError:
            if args.calibrate:
                raise
            operating_points = uncalibrated()
            print(
                "warning: no thresholds in the model and no usable development part; the published 0.5 is used",
                file=sys.stderr,
            )
    subsets = None
    if args.subset:
        chosen = tuple(s for s in model.modalities if s in args.subset.split("+"))
        if not model.flexible or len(chosen) != len(args.subset.split("+")):
            raise UserError(
                f"--subset {args.subset}: not possible; this network takes "
                f"{'any subset of ' if model.flexible else 'only '}{'+'.join(model.modalities)}."
            )
        subsets = [chosen]
    loader = make_loader(config, model, face_set)
    excluded = {"exclude_species": config.data.exclude_species, "exclude_sensors": config.data.exclude_sensors}
    apart = held_out(data.model_copy(update=excluded), model.modalities)
    evaluation = evaluate(
        model, loader, fabric, operating_points, args.split, subsets, apart, exact=False, elsewhere=remote
    )
    check_readable(loader, data.max_missing)
    if not fabric.is_global_zero:
        return 0
    for warning in face_set.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    if loader.unreadable:
        print(f"warning: {len(loader.unreadable)} samples cannot be read and have no score", file=sys.stderr)
    if args.output is not None:
        write_scores(
            args.output / "scores.csv",
            face_set.names,
            evaluation.scores,
            face_set.labels.tolist(),
            face_set.species.tolist(),
        )
        write_text(args.output / "figures.json", json.dumps(evaluation.figures, indent=1) + "\n")
        streams = tuple(s for s in STREAMS if s in face_set.streams)
        name = f"{loaded.config.name} ({args.model.name})" if loaded.config.name else args.model.name
        write_report(args.output / "report.html", name, evaluation, operating_points, loader.cropper, streams)
    if args.json:
        print(json.dumps(evaluation.figures, indent=1))
    else:
        print(summary(operating_points, [evaluation]))
        if args.output is not None:
            print(f"{args.output / 'report.html'}: open it in a browser")
    return 0
