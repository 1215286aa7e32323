"""Published options for evaluation: `--resume CHECKPOINT --val True --val-save True --phase-test True`."""

from __future__ import annotations

import argparse
import sys
from datetime import datetime
from pathlib import Path

from fasdemo.errors import UserError
from trainer.config import options
from trainer.config.schema import Config
from trainer.data.faces import FaceSet
from trainer.data.splits import check_streams, open_part, open_splits
from trainer.device import make_fabric
from trainer.evaluation.evaluation import per_video
from trainer.evaluation.loading import open_model
from trainer.evaluation.metrics import Scored, pooled_metrics
from trainer.evaluation.score_files import write_submission
from trainer.evaluation.submission import submission

FOLDER = Path("submission")
"""Folder of submission files, as published."""


def validate(args: argparse.Namespace, config: Config) -> int:
    """Score the validation list, or with `--phase-test` the test list, and print the published metrics.

    Scores are uncalibrated probabilities, as published. `--val-save` writes
    `submission/TIME_CONFIG_EPOCH_submission.txt`.

    Args:
        args: options of `python -m trainer train`.
        config: the configuration.

    Returns:
        The exit status 0.

    Raises:
        UserError: `--resume` is missing, or the checkpoint or the data cannot be used.
    """
    if args.resume is None:
        raise UserError("--val True: no checkpoint to evaluate; give it with --resume FILE.")
    loaded = open_model(Path(args.resume), config)
    loaded.config = config.model_copy(update={"input": loaded.config.input})
    fabric = make_fabric(options.scoring_precision(args, config), *options.machine(args))
    fabric.launch()
    fabric.to_device(loaded.model)
    face_set = _part(config, args.phase_test, loaded.model.modalities)
    check_streams(face_set, loaded.model.modalities, loaded.model.flexible)
    names, scores, unreadable = submission(loaded, face_set, fabric, None)
    if not fabric.is_global_zero:
        return 0
    if unreadable:
        print(f"warning: {unreadable} lines have missing or damaged images and got the score 0", file=sys.stderr)
    first, _ = per_video(face_set, face_set.labels.astype(float))
    labels = face_set.labels[first]
    known = labels >= 0
    if known.any():
        figures = pooled_metrics(Scored.of(scores[known], labels[known]))
        print(", ".join(f"{name} {_value(value)}" for name, value in figures.items() if name != "notes"))
    if args.val_save:
        epoch = loaded.saved.metrics.get("epoch", 0) if loaded.saved is not None else 0
        time = datetime.now().strftime("%Y-%m-%d_%H-%M-%S")
        path = FOLDER / f"{time}_{config.name}_{epoch}_submission.txt"
        write_submission(path, names, scores)
        print(f"{path}: {len(names)} lines")
    return 0


def _part(config: Config, test: bool, streams: tuple[str, ...]) -> FaceSet:
    data, needed = config.data, config.network.modalities
    if not test and data.val_list is None:
        return open_splits(data, needed, config.network.flexible).dev
    return open_part(data, "test" if test else "dev", needed, keep_all=True)


def _value(value: object) -> str:
    return "n/a" if value is None else f"{value:.6g}"
