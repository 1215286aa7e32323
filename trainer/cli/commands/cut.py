"""Command `python -m trainer cut`: cut the crops of recorded sessions and of videos before they are used."""

from __future__ import annotations

import argparse
import sys

from trainer.cli.cluster_options import add_cluster, add_jobs, workers
from trainer.config import options

EXAMPLE = "python -m trainer cut --data data/OULU-NPU --protocol 1 --cluster tcp://10.0.0.1:8786"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    options.add_data(parser)
    add_jobs(parser)
    add_cluster(parser, "cut")


def run(args: argparse.Namespace) -> int:
    """Cut missing and outdated crops and print their number and folder.

    Raises:
        UserError: the folder contains neither sessions nor videos, or the crops cannot be cut.
    """
    from fasdemo.errors import UserError
    from trainer.config.schema import check_data
    from trainer.data.faces import counts
    from trainer.data.layouts.recorded import crops_of, skipped_frames
    from trainer.data.opening import detect_layout, open_layout
    from trainer.data.public.registry import VIDEOS

    if args.data is None:
        raise UserError("data: is required; give the folder of the sessions or videos.", parameter="data")
    given = {key.removeprefix("data."): value for key, value in options.overrides(args).items()}
    data = check_data(given)
    if data.folder is None or data.train_list is not None:
        raise UserError("train_list: lists name pictures, which need no cutting; give `data`.", parameter="train_list")
    name = detect_layout(data.folder) if data.layout == "auto" else data.layout
    if name == "sessions":
        folder = crops_of(data.folder, workers=workers(args))
        skipped = "".join(f", {count} frames {reason}" for reason, count in skipped_frames(folder).items())
        crops = len((folder / "list.txt").read_text(encoding="utf-8").splitlines())
        print(f"{folder}: {crops} crops{skipped}")
        return 0
    if name not in VIDEOS:
        raise UserError(
            f"data {data.folder}: contains pictures (layout {name}), which need no cutting; use the folder as it is.",
            parameter="data",
        )
    parts = open_layout(data, workers(args)).parts(("rgb",), data.max_missing)
    for warning in parts.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    for title, part in (("training", parts.train), ("development", parts.dev), ("test", parts.test)):
        if part is not None:
            print(f"{title} part: {counts(part)}")
    return 0
