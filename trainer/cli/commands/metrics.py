"""Command `python -m trainer metrics`: print the metrics of a score file."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

EXAMPLE = "python -m trainer metrics scores.csv --json"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument(
        "scores", type=Path, metavar="FILE", help="CSV with the columns score, label and species, or bob's four columns"
    )
    parser.add_argument(
        "--threshold", type=float, metavar="T", help="scores above it are live (default: 0.5, or 0 for logits)"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    """Print the metrics.

    Raises:
        UserError: the file cannot be used.
    """
    from trainer.evaluation.metrics import all_metrics
    from trainer.evaluation.score_files import read_scores

    scored = read_scores(args.scores)
    threshold = args.threshold
    if threshold is None:
        threshold = 0.5
        if len(scored.scores) and (scored.scores.min() < 0 or scored.scores.max() > 1):
            threshold = 0.0
            print(
                f"note: {args.scores} contains scores outside 0 to 1, so they are used as logits with the threshold 0; "
                "give --threshold for another one.",
                file=sys.stderr,
            )
    figures = all_metrics(scored, threshold)
    print(json.dumps(figures, indent=1) if args.json else text(figures))
    return 0


def text(figures: dict[str, Any]) -> str:
    """Return metrics as text."""
    pooled = dict(figures["seed metrics"])
    notes = pooled.pop("notes", [])
    lines = ["metrics of the papers (attacks pooled)"]
    lines += [f"  {name:<14} {_value(value)}" for name, value in pooled.items()]
    lines += [f"  note: {note}" for note in notes]
    lines.append("ISO/IEC 30107-3")
    for name, entry in figures["iso 30107-3"].items():
        if name == "non_response":
            lines.append(f"  non-response: worst APNRR {_value(entry['apnrr_max'])}, BPNRR {_value(entry['bpnrr'])}")
            for species, rate in entry["apnrr_per_species"].items():
                if rate["rate"]:
                    low, high = rate["ci95"]
                    lines.append(f"    {species:<24} APNRR {_value(rate['rate'])}  95 % {low:.4f}-{high:.4f}")
        elif not isinstance(entry, dict):
            lines.append(f"  {name} {_value(entry)}")
        elif "apcer_per_species" in entry:
            lines.append(f"  {name}: worst APCER {_value(entry['apcer_max'])}, BPCER {_value(entry['bpcer'])}")
            for species, rate in entry["apcer_per_species"].items():
                low, high = rate["ci95"]
                lines.append(f"    {species:<24} APCER {_value(rate['rate'])}  95 % {low:.4f}-{high:.4f}")
        else:
            note = f"  ({entry['note']})" if "note" in entry else ""
            lines.append(f"  {name}: BPCER {_value(entry['bpcer'])} above {_value(entry['threshold'])}{note}")
    return "\n".join(lines)


def _value(value: Any) -> str:
    return "n/a" if value is None else f"{value:.6g}"
