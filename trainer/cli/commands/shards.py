"""Command `python -m trainer shards`: write a data set into shards that training reads piece by piece."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from trainer.cli.cluster_options import add_cluster, add_jobs, workers
from trainer.config import options

EXAMPLE = "python -m trainer shards --data .work/crops --output /shared/crops-shards"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    options.add_data(parser)
    parser.add_argument("--output", type=Path, required=True, metavar="FOLDER", help="folder to write")
    parser.add_argument(
        "--samples", type=int, default=1000, metavar="N", help="number of samples of a shard (default: 1000)"
    )
    parser.add_argument(
        "--streams", metavar="STREAMS", help="streams to write, e.g. depth+ir (default: all that the data set has)"
    )
    add_jobs(parser)
    add_cluster(parser, "write the shards")


def run(args: argparse.Namespace) -> int:
    """Write the shards and print the number of samples of each part.

    Raises:
        UserError: an option or the data cannot be used, or a file cannot be written.
    """
    from fasdemo.errors import UserError
    from fasdemo.frames import STREAMS
    from trainer.config.schema import check_data
    from trainer.data.layouts.sharded import read_facts
    from trainer.data.opening import offered_streams
    from trainer.data.shard_writer import write_shards

    data = check_data({key.removeprefix("data."): value for key, value in options.overrides(args).items()})
    if data.exclude_species or data.exclude_sensors:
        raise UserError("without_species: shards contain the whole set; give the option to `train`.")
    chosen = tuple(stream for stream in STREAMS if args.streams is None or stream in args.streams.split("+"))
    if args.streams is not None and len(chosen) != len(args.streams.split("+")):
        raise UserError(
            f"streams {args.streams}: unknown; join some of {', '.join(STREAMS)} with +.", parameter="streams"
        )
    if args.streams is None:
        chosen = offered_streams(data)
    counts = write_shards(data, args.output, chosen, args.samples, workers(args))
    facts = read_facts(args.output)
    for warning in facts.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    streams = ", ".join(facts.parts["train"]["streams"])
    text = ", ".join(f"{part} {count}" for part, count in counts.items())
    print(f"{args.output}: {len(facts.files)} shards with {streams}; samples: {text}")
    return 0
