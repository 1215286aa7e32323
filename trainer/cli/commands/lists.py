"""Command `python -m trainer lists`: write training, validation and test lists, split by person."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from fasdemo.frames import STREAMS

if TYPE_CHECKING:
    from trainer.data.lists.list_set import ListSet

EXAMPLE = "python -m trainer lists data/CASIA-SURF --output data/CASIA-SURF --shares 0.7 0.15 0.15"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    from trainer.data.person_split import THREE_WAYS

    parser.add_argument("folder", type=Path, metavar="FOLDER", help="CASIA-SURF, CeFA or recorded sessions")
    parser.add_argument(
        "--output", type=Path, metavar="FOLDER", help="folder for train.txt, val.txt and test.txt (default: FOLDER)"
    )
    parser.add_argument(
        "--layout",
        choices=["auto", "casia-surf", "cefa", "casia-release", "sessions"],
        default="auto",
        help="default: detected",
    )
    parser.add_argument(
        "--protocol",
        metavar="NAME",
        help="official protocol whose training part is split, e.g. 4@1 of CeFA (default), or 4 for the union of all",
    )
    parser.add_argument(
        "--shares",
        type=float,
        nargs=3,
        metavar="SHARE",
        help=f"shares of the people for training, validation and test (default: {' '.join(map(str, THREE_WAYS))})",
    )
    parser.add_argument("--seed", type=int, default=0, help="seed of the split (default: 0)")


def run(args: argparse.Namespace) -> int:
    """Read a folder, split its people and write the lists; print the number of samples.

    Raises:
        UserError: an option or the folder cannot be used.
    """
    from fasdemo.atomic_file import write_text
    from fasdemo.errors import UserError
    from trainer.data.faces import SubsetOf, counts
    from trainer.data.layouts.recorded import note_model
    from trainer.data.lists.list_set import ListSet
    from trainer.data.opening import listed_layout
    from trainer.data.person_split import THREE_WAYS, Shares, by_person

    shares: Shares = tuple(args.shares or THREE_WAYS)
    # Comparisons that NaN does not pass.
    if not (shares[0] > 0 and shares[1] > 0 and shares[2] >= 0 and sum(shares) <= 1 + 1e-9):
        raise UserError("--shares: not valid; give three shares with a sum of at most one, the first two above zero.")
    layout = listed_layout(args.folder, args.layout, args.protocol)
    folder, entries = layout.folder, layout.unsplit()
    target = args.output or folder
    whole = ListSet(entries, folder, str(folder))
    people = [str(name) for name in whole.subjects]
    parts = by_person(people, whole.labels.tolist(), shares, args.seed, str(folder))
    prefix = "" if target.resolve() == folder.resolve() else f"{folder.resolve()}/"
    for part, who in parts.items():
        chosen = [k for k, name in enumerate(people) if name in who]
        lines = []
        for k in chosen:
            paths = " ".join(p if p == "-" else prefix + p for p in _triple(whole, k))
            lines.append(f"{paths} {whole.labels[k]}" if whole.labels[k] >= 0 else paths)
        write_text(target / f"{part}.txt", "\n".join(lines) + "\n")
        print(f"{target / f'{part}.txt'}: {counts(SubsetOf(whole, chosen))}")
        if part != "test" and len(set(whole.labels[chosen].tolist()) - {-1}) < 2:
            print(
                f"warning: {target / f'{part}.txt'} has one class only and cannot be used for training; record more "
                "people, or try another --seed.",
                file=sys.stderr,
            )
    note_model(folder, target / "train.txt", set(people), "lists")
    if layout.kind != "lists" and not prefix:
        print(
            f"note: from now on --data {folder} means these lists, not those of the data set; "
            f"--layout {layout.kind} selects them."
        )
    for warning in whole.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    if prefix:
        print(f"paths are absolute: train with --data {folder} and these lists")
    return 0


def _triple(whole: ListSet, index: int) -> list[str]:
    files = whole.files(index)
    return [files.get(stream, "-") for stream in STREAMS]
