"""`python -m trainer recapture`: add real live captures to a rendered data set, in both classes."""

from __future__ import annotations

import argparse
from pathlib import Path

EXAMPLE = "python -m trainer recapture captures --source kinect2 --data .work/crops --output .work/mixed"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("captures", type=Path, metavar="FOLDER", help="sources as subfolders, as for `real`")
    parser.add_argument("--source", required=True, metavar="NAME", help="the source, with depth and infrared")
    parser.add_argument("--people", nargs="+", metavar="ID", help="these people only (all); keep some for measuring")
    parser.add_argument("--data", required=True, nargs="+", type=Path, metavar="FOLDER", help="rendered sets to add to")
    parser.add_argument("--output", required=True, type=Path, metavar="FOLDER", help="new data set")
    parser.add_argument("--seed", type=int, default=5, help="of the recaptures (5)")
    parser.add_argument(
        "--work", type=Path, default=Path(".work/real"), metavar="FOLDER", help="keeps found faces (.work/real)"
    )


def run(args: argparse.Namespace) -> int:
    """Write the data set; prints what was added.

    Raises:
        UserError: the captures, the data set or the output cannot be used.
    """
    from fasdemo.errors import UserError
    from trainer.evaluation.real.faces import KeptFaces
    from trainer.evaluation.real.layouts import real_sources
    from trainer.evaluation.real.recapture import cut_live, write_mixed

    found = [source for source in real_sources(args.captures) if source.name == args.source]
    source = next((source for source in found if not source.prepared), None)
    if source is None or not {"depth", "ir"} <= set(source.streams):
        raise UserError(f"--source {args.source}: {args.captures} has no such source with depth and infrared.")
    known = {capture.person for capture in source.captures}
    people = set(args.people or known)
    if people - known:
        raise UserError(
            f"--people {' '.join(sorted(people - known))}: unknown; choose from {', '.join(sorted(known))}."
        )
    faces = KeptFaces(args.work)
    try:
        crops = cut_live(source, people, faces)
    finally:
        faces.release()
    added = write_mixed(args.data, crops, args.source, args.seed, args.output)
    sets = ", ".join(map(str, args.data))
    print(f"{args.output}: {added} rows of {len(crops)} live captures of {len(people)} people were added to {sets}.")
    return 0
