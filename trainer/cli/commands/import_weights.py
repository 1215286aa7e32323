"""Command `python -m trainer import`: convert a published checkpoint to one of this project."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from fasdemo.errors import UserError
from fasdemo.outputs import check_outputs
from trainer import networks
from trainer.checkpoints.card import published_inputs
from trainer.checkpoints.checkpoint import Checkpoint, save
from trainer.checkpoints.published_weights import import_published
from trainer.config.published import current_name

EXAMPLE = "python -m trainer import FeatherNetB_best.pth.tar --arch FeatherNetB --output feathernetb.pt"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument("checkpoint", type=Path, metavar="CHECKPOINT", help="a published .pth.tar, or a state_dict")
    parser.add_argument("--arch", required=True, metavar="NAME", help=f"one of {', '.join(networks.names())}")
    parser.add_argument("--output", required=True, type=Path, metavar="FILE", help="checkpoint to write")
    parser.add_argument(
        "--modality",
        choices=("rgb", "depth", "ir"),
        default="depth",
        help="stream of a single-stream network (default: depth, as published)",
    )
    parser.add_argument(
        "--input-size",
        type=int,
        metavar="S",
        help="side of the input in pixels, a multiple of 32 (default: 224, as published)",
    )
    parser.add_argument(
        "--classes",
        type=int,
        metavar="N",
        help="outputs of the linear layer, if they differ from the published ones",
    )
    parser.add_argument(
        "--new-classifier",
        action="store_true",
        help="initialise a new classifier, as for ImageNet weights of MobileNetV2 and FishNet150",
    )


def run(args: argparse.Namespace) -> int:
    """Convert a checkpoint; print what was written.

    Raises:
        UserError: an option or the file cannot be used, or the weights do not fit the network.
    """
    args.arch = current_name(args.arch)
    known = networks.entry(args.arch)
    given = {"input_size": args.input_size, "classes": args.classes}
    options: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    if "classes" in options and "classes" not in known.options:
        raise UserError(f"--classes: {args.arch} always has two; leave the option out.")
    check_outputs({"--output": args.output}, [args.checkpoint])
    imported = import_published(args.checkpoint, args.arch, options, args.new_classifier)
    if known.fusion and args.modality != "depth":
        raise UserError(f"--modality: {args.arch} takes several streams; leave the option out.")
    card: dict[str, Any] | None = None
    if not isinstance(imported.network, networks.FlexFusion):
        source = f"weights of {args.checkpoint.name}, data as their publisher says"
        card = {
            "inputs": [spec.model_dump(mode="json") for spec in published_inputs(imported.network, args.modality)],
            "crop": {
                "template": "box-v1",
                "whole_picture": "cv2-stretch" if known.fusion else "pil-bilinear",
            },
            "training_data": source,
            "credits": [known.paper],
        }
    saved = save(
        args.output,
        Checkpoint(
            arch=args.arch,
            state_dict=imported.network.state_dict(),
            options=options,
            config={"imported_from": args.checkpoint.name, "new_classifier": bool(args.new_classifier)},
            metrics={key: value for key, value in imported.facts.items() if key != "arch"},
            card=card,
        ),
    )
    count = sum(tensor.numel() for tensor in imported.network.parameters())
    fresh = f", {len(imported.fresh)} of them new (classifier)" if imported.fresh else ""
    print(f"{saved}: {args.arch}, {count:,} parameters in {len(imported.network.state_dict())} tensors{fresh}")
    return 0
