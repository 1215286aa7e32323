"""Fine-tuning of a checkpoint on recorded sessions, with an evaluation before and after, and export."""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from fasdemo.errors import UserError
from trainer.checkpoints import checkpoint
from trainer.checkpoints.card import card_of
from trainer.checkpoints.stream_model import model_of_checkpoint
from trainer.config import options
from trainer.config.schema import check
from trainer.data.faces import counts
from trainer.data.network_loader import make_loader
from trainer.data.splits import open_splits
from trainer.evaluation.evaluation import Evaluation, OperatingPoints, evaluate, subsets_of
from trainer.evaluation.loading import Loaded, open_model, uncalibrated
from trainer.export.onnx_export import export_onnx
from trainer.training.finalize import MODEL, finalize
from trainer.training.train import LAST, Training, TrainingInterruptedError, make_fabric


def finetune(args: argparse.Namespace, folder: Path) -> int:
    """Fine-tune a checkpoint, print the figures of the held-out people before and after, and export the model.

    The sessions are split by person into training, threshold and held-out people.

    Args:
        args: options of `python -m trainer finetune`.
        folder: folder of the run.

    Returns:
        The exit status: 0, or 130 after Ctrl-C.

    Raises:
        UserError: an option, the checkpoint or the sessions cannot be used.
    """
    loaded = open_model(args.start)
    if loaded.saved is None:
        raise UserError(
            f"--from {args.start}: an ONNX file cannot be trained; give the checkpoint (.pt) it was exported from."
        )
    if (folder / LAST).is_file():
        raise UserError(f"--output {folder}: the folder holds a run already; choose another folder.")
    config = check(_settings(args, loaded, folder), "finetune")
    fabric = make_fabric(config, *options.machine(args))
    fabric.launch()
    with fabric.rank_zero_first():  # so that sessions are cut to crops only once
        splits = open_splits(config.data, loaded.model.modalities, loaded.model.flexible)
    held_out = splits.test if splits.test is not None and (splits.test.labels >= 0).any() else splits.dev
    print(f"training people:  {counts(splits.train)}")
    print(f"threshold people: {counts(splits.dev)}")
    print(f"held-out people:  {counts(held_out)}")
    for warning in splits.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    fabric.to_device(loaded.model)
    operating_points = loaded.operating_points or uncalibrated()
    loader = make_loader(config, loaded.model, held_out)
    subsets = subsets_of(loaded.model, held_out)
    before = evaluate(loaded.model, loader, fabric, operating_points, "before", subsets, splits.held_out)

    training = Training(config, splits, folder, fabric)
    try:
        training.run()
    except TrainingInterruptedError:
        print(f"\nstopped; the state of the training is saved in {folder / LAST}", file=sys.stderr)
        return 130
    new, evaluations = finalize(config, splits, folder, fabric)
    if not fabric.is_global_zero:
        return 0
    print(compare(before, operating_points, evaluations[-1], new))
    saved = checkpoint.load(folder / MODEL)
    credits = (loaded.saved.card or {}).get("credits")
    if credits:
        saved = replace(saved, card={**(saved.card or {}), "credits": credits})
    network = model_of_checkpoint(saved, str(folder / MODEL)).network
    card = card_of(saved, network, config.name, {})
    path = export_onnx(network, card, folder / "model.onnx")
    print(f"{path}: fasdemo --model {path}")
    return 0


def compare(before: Evaluation, old: OperatingPoints, after: Evaluation, new: OperatingPoints) -> str:
    """Return a table of the held-out people's figures before and after, each at its own operating points."""
    rows = [f"{'held-out people':<24} {'before':>10} {'after':>10}"]

    def figures(evaluation: Evaluation, operating_points: OperatingPoints) -> dict[str, Any]:
        at = evaluation.figures["iso 30107-3"][f"policy {operating_points.default_policy}"]
        seeds = evaluation.figures["seed metrics"]
        return {"worst APCER": at["apcer_max"], "BPCER": at["bpcer"], "EER": seeds["eer"], "AUC": seeds["auc"]}

    first, second = figures(before, old), figures(after, new)
    for name in first:
        rows.append(f"{name:<24} {_cell(first[name]):>10} {_cell(second[name]):>10}")
    return "\n".join(rows)


def _settings(args: argparse.Namespace, loaded: Loaded, folder: Path) -> dict[str, Any]:
    """Return the configuration of the checkpoint, changed to a short training with a low learning rate."""
    raw = loaded.config.model_dump(mode="json")
    raw["name"] = re.sub(r"[^A-Za-z0-9._-]+", "-", folder.name).lstrip("._-") or "finetuned"
    raw["network"] |= {"init": {"all": str(args.start)}}
    if loaded.saved is not None and not raw["network"]["options"]:
        known = {"input_size", "in_channels", "modalities"}
        raw["network"]["options"] = {k: v for k, v in loaded.saved.options.items() if k not in known}
    raw["optimiser"] |= {"kind": "adamw", "schedule": "cosine", "lr": args.lr, "trunk_lr": 1.0, "clip": 5.0}
    raw["run"] |= {"epochs": args.epochs, "ema": 0.99, "patience": 0, "max_minutes": args.max_minutes}
    raw["run"] |= {key: value for key, value in (("batch", args.batch), ("seed", args.seed)) if value is not None}
    raw["data"] = {"folder": str(args.sessions)}
    if args.policy:
        raw["policy"] = args.policy
    if args.precision:
        raw["run"]["precision"] = args.precision
    for key, value in options.overrides(args).items():
        group, _, name = key.rpartition(".")
        if group in raw and name:
            raw[group][name] = value
    return raw


def _cell(value: float | None) -> str:
    return "n/a" if value is None else f"{100 * value:.2f} %"
