"""`python -m trainer lists`: train, validation and test lists from a folder, split by person."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from fasdemo.frames import STREAMS

if TYPE_CHECKING:
    from trainer.data.lists import ListSet

EXAMPLE = "python -m trainer lists data/CASIA-SURF --output data/CASIA-SURF --shares 0.7 0.15 0.15"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="CASIA-SURF, CeFA or recorded sessions")
    parser.add_argument(
        "--output", type=Path, metavar="FOLDER", help="where train.txt, val.txt and test.txt go (FOLDER)"
    )
    parser.add_argument("--layout", choices=["auto", "casia-surf", "cefa", "sessions"], default="auto")
    parser.add_argument("--protocol", choices=["4@1", "4@2", "4@3", "4"], default="4@1", help="CeFA; 4 = the union")
    parser.add_argument("--shares", type=float, nargs=3, default=(0.7, 0.15, 0.15), metavar="SHARE")
    parser.add_argument("--seed", type=int, default=0, help="another split of the same people")


def run(args: argparse.Namespace) -> int:
    """Scan, split and write; prints what was found."""
    from fasdemo.atomic_file import write_text
    from fasdemo.errors import UserError
    from trainer.data.faces import SubsetOf, counts
    from trainer.data.layouts import listed_layout
    from trainer.data.lists import ListSet
    from trainer.data.person_split import by_person

    if min(args.shares) < 0 or args.shares[0] <= 0 or args.shares[1] <= 0 or sum(args.shares) > 1 + 1e-9:
        raise UserError("--shares: give three shares that sum to at most one, training and validation above zero.")
    layout = listed_layout(args.folder, args.layout, args.protocol)
    folder, entries = layout.folder, layout.unsplit()
    target = args.output or folder
    whole = ListSet(entries, folder, str(folder))
    if whole.missing:
        print(f"warning: {len(whole.missing)} pictures are missing, e.g. {whole.missing[0]}", file=sys.stderr)
    people = [str(name) for name in whole.subjects]
    parts = by_person(people, whole.labels.tolist(), tuple(args.shares), args.seed, str(folder))
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
                f"warning: {target / f'{part}.txt'} has one class only, which no training takes; record more people, "
                "or try another --seed.",
                file=sys.stderr,
            )
    if prefix:
        print(f"paths are absolute: train with --data {folder} and these lists")
    return 0


def _triple(whole: ListSet, index: int) -> list[str]:
    files = whole.files(index)
    return [files.get(stream, "-") for stream in STREAMS]
