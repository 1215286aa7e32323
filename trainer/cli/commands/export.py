"""Command `python -m trainer export`: write a checkpoint as an ONNX file with its card."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from fasdemo.errors import UserError
from fasdemo.models.card import ModelCard, Threshold
from fasdemo.outputs import check_outputs
from trainer import networks
from trainer.checkpoints.card import card_of
from trainer.checkpoints.checkpoint import build_network, load
from trainer.export import onnx_export, onnx_graph
from trainer.export.comparison_samples import read_samples
from trainer.export.graph_network import GraphNetwork
from trainer.networks import flops

EXAMPLE = "python -m trainer export runs/flex/best.pt --output models/flex.onnx --crops data/synth"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument("checkpoint", type=Path, metavar="CHECKPOINT", help="checkpoint of this project")
    parser.add_argument("--output", required=True, type=Path, metavar="FILE.onnx", help="file to write")
    parser.add_argument(
        "--crops",
        type=Path,
        metavar="PLACE",
        help="recorded sessions, data set or list with faces, for the comparison of the file with the network "
        "(default: random images)",
    )
    parser.add_argument(
        "--samples", type=int, default=128, metavar="N", help="number of faces of --crops (default: 128)"
    )
    parser.add_argument("--name", help="name on the card (default: name of the file)")
    parser.add_argument("--training-data", metavar="TEXT", help="training data, for the card")
    parser.add_argument("--limits", metavar="TEXT", help="limits of the figures, for the card")
    parser.add_argument(
        "--threshold",
        metavar="LIVE,SPOOF",
        help="scores above LIVE are live and below SPOOF attacks, e.g. 0.9,0.5; for checkpoints without thresholds",
    )


def run(args: argparse.Namespace) -> int:
    """Export a checkpoint; print the files and their difference to the network.

    Raises:
        UserError: an option, the checkpoint or the data cannot be used, or a file cannot be written.
    """
    if args.samples < 1:
        raise UserError(f"--samples {args.samples}: too small; give at least 1.")
    check_outputs({"--output": args.output}, [args.checkpoint, args.crops])
    checkpoint = load(args.checkpoint)
    network = build_network(checkpoint, str(args.checkpoint))
    card = card_of(checkpoint, network, card_name(args.output), _overrides(args, checkpoint.card or {}))
    cost = flops.work(GraphNetwork(network), networks.example_inputs(network)).multiply_adds
    card = card.model_copy(update={"multiply_adds": cost})
    compared = None if args.crops is None else read_samples(args.crops, card, args.samples)
    feeds = onnx_export.example_feeds(network, card) if compared is None else compared.feeds
    path = onnx_export.export_onnx(network, card, args.output, feeds)
    found = onnx_export.compare_with_network(path, network, card, feeds)
    source = "random images" if compared is None else f"faces of {compared.source}"
    print(f"{path}: {card.architecture}, opset {onnx_graph.OPSET}, {_megabytes(path)}")
    print(f"  against torch on {found.samples} {source}: logits differ by {found.logits:.1e}, live by {found.live:.1e}")
    outputs = ", ".join(f"{output.name} ({output.classes})" for output in card.outputs)
    print(f"  outputs {outputs}: {card.outputs[0].kind}; fasdemo applies the softmax")
    if _unmeasured(card):
        print(
            "  warning: no thresholds were measured; the card has strict thresholds without a measurement",
            file=sys.stderr,
        )
    return 0


def _unmeasured(card: ModelCard) -> bool:
    """Return whether the default policy of the card is the strict guess."""
    return card.thresholds[card.default_policy].data == "none"


def card_name(output: Path) -> str:
    """Return the name of a file without extension as a valid name for a card."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", output.stem).lstrip("._-")[:80]
    return name or "model"


def _overrides(args: argparse.Namespace, card: dict[str, Any]) -> dict[str, Any]:
    given = {"name": args.name, "training_data": args.training_data, "limits": args.limits}
    overrides: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    if args.threshold is not None:
        if card.get("thresholds"):
            raise UserError("--threshold: the checkpoint has measured thresholds; leave the option out.")
        overrides |= {"thresholds": {"given": _threshold(args.threshold)}, "default_policy": "given"}
    return overrides


def _threshold(text: str) -> Threshold:
    try:
        live, spoof = TypeAdapter(tuple[float, float]).validate_python(text.split(","))
        return Threshold(live_above=live, spoof_below=spoof, rule="given by hand at export", data="not stated")
    except ValidationError as error:
        raise UserError(
            f"--threshold {text}: not valid; give two scores from 0 to 1, the higher one first, such as 0.9,0.5."
        ) from error


def _megabytes(path: Path) -> str:
    return f"{path.stat().st_size / 1e6:.2f} MB"
