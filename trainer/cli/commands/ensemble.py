"""Command `python -m trainer ensemble`: combine several score files by the published rules."""

from __future__ import annotations

import argparse
from pathlib import Path

EXAMPLE = "python -m trainer ensemble a.txt b.txt c.txt --labels val_label.txt --output ensembled.txt"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument("members", type=Path, nargs="+", metavar="FILE", help="submission files of the same list")
    parser.add_argument("--output", type=Path, required=True, metavar="FILE", help="submission file to write")
    parser.add_argument(
        "--rule", choices=["validation", "cascade"], default="validation", help="published rule (default: validation)"
    )
    parser.add_argument(
        "--labels",
        type=Path,
        metavar="FILE",
        help="labelled list, to choose the threshold and to print the contribution of each member",
    )
    parser.add_argument(
        "--threshold", type=float, metavar="T", help="threshold of the validation rule without --labels, e.g. 0.53"
    )
    group = parser.add_argument_group("cascade, with the published constants")
    group.add_argument("--ir", type=Path, metavar="FILE", help="submission file of the infrared model")
    group.add_argument("--fish", type=Path, metavar="FILE", help="submission file of FishNet150")
    group.add_argument(
        "--factors", type=float, nargs="+", metavar="W", help="weights of the members (default: 1 0 1 1 0 1 0 0 1 1)"
    )
    group.add_argument(
        "--low", type=float, default=0.18, help="mean below which the lowest score is taken (default: 0.18)"
    )
    group.add_argument(
        "--high", type=float, default=0.8, help="mean above which the highest score is taken (default: 0.8)"
    )
    group.add_argument("--ir-threshold", type=float, default=0.54, help="threshold of --ir (default: 0.54)")
    group.add_argument("--fish-threshold", type=float, default=0.32, help="threshold of --fish (default: 0.32)")


def run(args: argparse.Namespace) -> int:
    """Combine the members and write the submission file; print the threshold and the contributions.

    Raises:
        UserError: an option or a file cannot be used.
    """
    from fasdemo.errors import UserError
    from fasdemo.outputs import check_outputs
    from trainer.evaluation import ensemble
    from trainer.evaluation.score_files import read_submission, write_submission

    check_outputs({"--output": args.output}, [*args.members, args.labels, args.ir, args.fish])
    names, scores = ensemble.read_members(args.members)
    labels = None
    if args.labels is not None:
        labels = ensemble.labels_for(names, read_submission(args.labels), args.labels)
    if args.rule == "cascade":
        if args.ir is None or args.fish is None:
            raise UserError(
                "--rule cascade: the models that decide between the thresholds are missing; give --ir and --fish."
            )
        factors = tuple(args.factors) if args.factors else ensemble.PUBLISHED_CASCADE.factors
        if args.factors and (len(factors) != len(scores) or sum(factors) <= 0 or min(factors) < 0):
            raise UserError(
                f"--factors: not valid; give {len(scores)} weights, one per member, not negative and not all zero."
            )
        constants = ensemble.Cascade(factors, args.low, args.high, args.ir_threshold, args.fish_threshold)
        _, deciders = ensemble.read_members([args.members[0], args.ir, args.fish])
        combined = ensemble.cascade(scores, deciders[1], deciders[2], constants)
    else:
        threshold = args.threshold
        if labels is not None and threshold is None:
            threshold, errors = ensemble.scan_threshold(scores, labels)
            print(f"threshold {threshold:.3f}: {errors} errors of {len(labels)}")
        if threshold is None:
            raise UserError("--rule validation: no threshold; give --threshold, or --labels to choose it.")
        combined = ensemble.max_or_min(scores, threshold)
        if labels is not None:
            whole, contributions = ensemble.member_contributions(
                [p.name for p in args.members], scores, labels, threshold
            )
            print(f"ACER of all {len(scores)}: {whole:.5f}")
            for entry in contributions:
                gain = (
                    "" if entry.without is None else f", without it {entry.without:.5f} ({entry.without - whole:+.5f})"
                )
                print(f"  {entry.name:<40} alone {entry.alone:.5f}{gain}")
    write_submission(args.output, names, combined)
    print(f"{args.output}: {len(names)} lines of {len(scores)} models")
    return 0
