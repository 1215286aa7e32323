"""Final step of a training: calibrate the best weights, choose thresholds, evaluate and write `model.pt`."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from lightning_fabric import Fabric

from fasdemo.atomic_file import write_text
from fasdemo.models.card import ModelCard
from trainer.checkpoints import checkpoint
from trainer.checkpoints.card import card_of
from trainer.checkpoints.stream_model import channels_last, model_of_checkpoint
from trainer.config.schema import Config
from trainer.data.network_loader import make_loader
from trainer.data.splits import Splits
from trainer.evaluation.evaluation import (
    Evaluation,
    OperatingPoints,
    card_metrics,
    choose_operating_points,
    evaluate,
    subsets_of,
    training_facts,
)
from trainer.evaluation.metrics import pooled_metrics
from trainer.evaluation.scoring import predict_margins
from trainer.training.train import BEST

MODEL = "model.pt"
"""File of the finished model in the folder of a run."""


def finalize(config: Config, splits: Splits, folder: Path, fabric: Fabric) -> tuple[OperatingPoints, list[Evaluation]]:
    """Calibrate and evaluate `best.pt`; write `model.pt`, with a complete model card, and `figures.json`.

    Args:
        config: configuration of the run.
        splits: its data.
        folder: folder of the run, with `best.pt`.
        fabric: device, precision and processes.

    Returns:
        The operating points, and the evaluations of the development part and, if it has labels, of the test part.

    Raises:
        UserError: `best.pt` cannot be read, the development part has one class only, or a file cannot be written.
    """
    fabric.barrier()  # wait until the first process has written best.pt
    saved = checkpoint.load(folder / BEST)
    model = model_of_checkpoint(saved, str(folder / BEST))
    fabric.to_device(channels_last(model))
    dev_loader = make_loader(config, model, splits.dev)
    margins = predict_margins(
        model, dev_loader, fabric, subsets_of(model, splits.dev), description="calibrating", exact=True
    )
    operating_points = choose_operating_points(margins, splits.dev, config.policy)
    evaluations = [evaluate(model, dev_loader, fabric, operating_points, "dev")]
    if splits.test is not None and (splits.test.labels >= 0).any():
        test_loader = make_loader(config, model, splits.test)
        evaluations.append(evaluate(model, test_loader, fabric, operating_points, "test", held_out=splits.held_out))
    last = evaluations[-1]
    command = f"python -m trainer evaluate {folder.name}/{MODEL} --data {_data_name(config)} --split {last.name}"
    facts = training_facts(config, splits.train, operating_points)
    facts |= {
        "name": config.name,
        "metrics": {k: m.model_dump(mode="json") for k, m in card_metrics(last, operating_points, command).items()},
        "limits": _limits(last, splits),
    }
    card: ModelCard = card_of(replace(saved, card=facts), model.network, config.name, {})
    if fabric.is_global_zero:
        facts = card.model_dump(mode="json", exclude={"sha256"})
        metrics = pooled_metrics(last.scored(), operating_points.thresholds[operating_points.default_policy].live_above)
        checkpoint.save(folder / MODEL, replace(saved, card=facts, metrics=saved.metrics | metrics))
        write_text(folder / "figures.json", json.dumps({e.name: e.figures for e in evaluations}, indent=1) + "\n")
    return operating_points, evaluations


def summary(operating_points: OperatingPoints, evaluations: list[Evaluation]) -> str:
    """Return a text summary of evaluations at the default policy."""
    policy = operating_points.default_policy
    lines = []
    for evaluation in evaluations:
        figures = evaluation.figures
        at = figures["iso 30107-3"][f"policy {policy}"]
        lines.append(f"{figures['data']}")
        pooled = figures["seed metrics"]
        lines.append(
            f"  at policy {policy} (LIVE above {operating_points.thresholds[policy].live_above:.4f}): "
            f"worst APCER {_percent(at['apcer_max'])}, BPCER {_percent(at['bpcer'])}, EER {_percent(pooled['eer'])}, "
            f"TPR@FPR=1e-2 {_percent(pooled['tpr@fpr=1e-2'])}"
        )
        for name, entry in at["apcer_per_species"].items():
            lines.append(f"    {name:<24} APCER {_percent(entry['rate'])}  95 % {_interval(entry['ci95'])}")
        for name, entry in figures.get("held out", {}).get("species", {}).items():
            lines.append(f"    {name:<24} APCER {_percent(entry['rate'])}  95 % {_interval(entry['ci95'])}, never seen")
        for name, entry in figures.get("held out", {}).get("sensors", {}).items():
            lines.append(
                f"    {name + ', never seen':<24} EER {_percent(entry['eer'])}, worst APCER "
                f"{_percent(entry['apcer_max'])}, BPCER {_percent(entry['bpcer'])}"
            )
        for name, entry in figures.get("subsets", {}).items():
            lines.append(
                f"    {name:<24} EER {_percent(entry['eer'])}, worst APCER {_percent(entry['apcer_max'])}, "
                f"BPCER {_percent(entry['bpcer'])}"
            )
    return "\n".join(lines)


def _limits(last: Evaluation, splits: Splits) -> str:
    parts = list(splits.warnings)
    if last.name != "test":
        parts.append("No test part: the figures are those of the development part on which the thresholds were chosen.")
    return " ".join(parts)


def _data_name(config: Config) -> str:
    place = config.data.folder or config.data.train_list
    return place.name if place is not None else "DATA"


def _percent(value: Any) -> str:
    return "n/a" if value is None else f"{100.0 * float(value):.2f} %"


def _interval(pair: list[float] | None) -> str:
    return "n/a" if pair is None else f"{100 * pair[0]:.2f}-{100 * pair[1]:.2f} %"
