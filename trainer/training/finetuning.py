"""Fine-tuning of a checkpoint on recorded sessions, with an evaluation before and after, and export."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from fasdemo.errors import UserError
from fasdemo.sessions.schema import SESSION_FILE
from trainer.checkpoints import checkpoint
from trainer.checkpoints.card import card_of
from trainer.checkpoints.stream_model import model_of_checkpoint
from trainer.config import options
from trainer.config.schema import check
from trainer.data.faces import FaceSet, counts
from trainer.data.layouts.recorded import skipped_frames
from trainer.data.network_loader import make_loader
from trainer.data.splits import note_run, open_splits
from trainer.device import make_fabric
from trainer.evaluation.evaluation import Evaluation, OperatingPoints, evaluate, subsets_of
from trainer.evaluation.loading import Loaded, open_model, uncalibrated
from trainer.evaluation.metrics import Rate, apcer, bpcer, worst
from trainer.export.onnx_export import export_onnx
from trainer.training.finalize import MODEL, finalize
from trainer.training.resuming import resume_command, resume_file
from trainer.training.train import LAST, Training, TrainingInterruptedError

MIN_SAMPLES = 50
"""Number of training samples of a class or species below which a warning says so."""


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
    start: Path = vars(args)["from"]
    loaded = open_model(start)
    if loaded.saved is None:
        raise UserError(
            f"from {start}: an ONNX file cannot be trained; give the checkpoint (.pt) it was exported from.",
            parameter="from",
        )
    resume = resume_file(args.resume, folder)
    check_both_classes(args.sessions)
    config = check(_settings(args, loaded, folder), "finetune")
    fabric = make_fabric(config, *options.machine(args))
    fabric.launch()
    with fabric.rank_zero_first():  # so that sessions are cut to crops only once
        splits = open_splits(config.data, loaded.model.modalities, loaded.model.flexible)
    held_out = splits.test if splits.test is not None and (splits.test.labels >= 0).any() else splits.dev
    if fabric.is_global_zero:
        print(f"training people:  {counts(splits.train)}")
        print(f"threshold people: {counts(splits.dev)}")
        print(f"held-out people:  {counts(held_out)}")
        for reason, count in skipped_frames(Path(splits.train.source).parent).items():
            print(f"left out: {count} frames {reason}")
        for warning in (*splits.warnings, *thin_classes(splits.train)):
            print(f"warning: {warning}", file=sys.stderr)
        note_run(splits, folder)
        sys.stdout.flush()
    fabric.to_device(loaded.model)
    operating_points = loaded.operating_points or uncalibrated()
    loader = make_loader(config, loaded.model, held_out)
    subsets = subsets_of(loaded.model, held_out)
    before = evaluate(loaded.model, loader, fabric, operating_points, "before", subsets, splits.held_out)

    training = Training(config, splits, folder, fabric)
    if resume is not None:
        training.resume(resume)
    try:
        training.run()
    except TrainingInterruptedError:
        if fabric.is_global_zero:
            print(f"\nstopped and saved; resume with: {resume_command(folder / LAST)}", file=sys.stderr)
        return 130
    new, evaluations = finalize(config, splits, folder, fabric)
    if not fabric.is_global_zero:
        return 0
    print(compare(before, operating_points, evaluations[-1], new))
    print(recommendation(_rates(before, operating_points), _rates(evaluations[-1], new)))
    saved = checkpoint.load(folder / MODEL)
    credits = (loaded.saved.card or {}).get("credits")
    if credits:
        saved = replace(saved, card={**(saved.card or {}), "credits": credits})
    network = model_of_checkpoint(saved, str(folder / MODEL)).network
    card = card_of(saved, network, config.name, {})
    path = export_onnx(network, card, folder / "model.onnx")
    print(f"{path}: fasdemo --model {path}")
    return 0


def check_both_classes(sessions: Path) -> None:
    """Raise an error if recorded sessions show only live faces or only attacks; other folders are checked later.

    Raises:
        UserError: one class is missing; for live faces alone the message names the calibration to a site.
    """
    kinds = {path.parent.parent.name for path in sessions.glob(f"*/*/*/{SESSION_FILE}")}
    if not kinds or (("live" in kinds or "mixed" in kinds) and kinds != {"live"}):
        return
    if kinds == {"live"}:
        raise UserError(
            f"{sessions}: contains only live faces, but a network must also learn to refuse attacks; record attacks, "
            "or adapt the threshold to this camera: "
            f"`fasdemo calibrate --session {sessions}/*/live/* --output site.json`."
        )
    raise UserError(f"{sessions}: contains only attacks; also record live faces of several people.")


def thin_classes(train: FaceSet) -> list[str]:
    """Return a warning for every class and species with few samples for training."""
    names = np.where(train.labels == 1, "live faces", np.where(train.species == "", "attacks", train.species))
    kinds, numbers = np.unique(names[train.labels >= 0], return_counts=True)
    return [
        f"only {number} training samples of {kind}; record more, at least {MIN_SAMPLES}."
        for kind, number in zip(kinds, numbers, strict=True)
        if number < MIN_SAMPLES
    ]


def compare(before: Evaluation, old: OperatingPoints, after: Evaluation, new: OperatingPoints) -> str:
    """Return a table of the held-out people's figures before and after, each at its own operating points.

    Rates are printed with their counts and Clopper-Pearson 95 % intervals.
    """
    rows = [f"{'held-out people':<16} {'before':>34} {'after':>34}"]
    first, second = _rates(before, old), _rates(after, new)
    for name in ("worst APCER", "BPCER"):
        rows.append(f"{name:<16} {_counted(first[name]):>34} {_counted(second[name]):>34}")
    for name in ("eer", "auc"):
        values = [_cell(one.figures["seed metrics"][name]) for one in (before, after)]
        rows.append(f"{name.upper():<16} {values[0]:>34} {values[1]:>34}")
    return "\n".join(rows)


def recommendation(before: Mapping[str, Rate | None], after: Mapping[str, Rate | None]) -> str:
    """Return what follows from the error rates by name: use the new model, keep the old one, or record more people.

    A difference counts only where the 95 % intervals of before and after do not overlap.
    """
    better, worse, total = [], [], []
    for name, was in before.items():
        now = after[name]
        total.append(now.total if now is not None else 0)
        if was is None or now is None or was.ci95 is None or now.ci95 is None:
            continue
        if now.ci95[1] < was.ci95[0]:
            better.append(name)
        elif now.ci95[0] > was.ci95[1]:
            worse.append(name)
    if worse:
        return f"recommendation: keep the old model; {' and '.join(worse)} rose beyond chance."
    if better:
        return f"recommendation: use the new model; {' and '.join(better)} fell beyond chance, nothing rose."
    return (
        f"recommendation: no decision; {min(total)} to {max(total)} samples of held-out people show no difference "
        "beyond chance. Keep the old model until more people were recorded."
    )


def _rates(evaluation: Evaluation, operating_points: OperatingPoints) -> dict[str, Rate | None]:
    """Return the worst APCER and the BPCER at the default policy, with their counts."""
    scored = evaluation.scored()
    threshold = operating_points.thresholds[operating_points.default_policy].live_above
    rates = apcer(scored, threshold)
    return {"worst APCER": worst(rates)[1] if rates else None, "BPCER": bpcer(scored, threshold)}


def _counted(rate: Rate | None) -> str:
    if rate is None or rate.value is None or rate.ci95 is None:
        return "n/a"
    low, high = rate.ci95
    return f"{_cell(rate.value)} ({rate.errors} of {rate.total}, {100 * low:.1f}-{100 * high:.1f} %)"


def _settings(args: argparse.Namespace, loaded: Loaded, folder: Path) -> dict[str, Any]:
    """Return the configuration of the checkpoint, changed to a short training with a low learning rate."""
    raw = loaded.config.model_dump(mode="json")
    raw["name"] = re.sub(r"[^A-Za-z0-9._-]+", "-", folder.name).lstrip("._-") or "finetuned"
    raw["network"] |= {"init": {"all": str(vars(args)["from"])}}
    if loaded.saved is not None and not raw["network"]["options"]:
        known = {"input_size", "in_channels", "modalities"}
        raw["network"]["options"] = {k: v for k, v in loaded.saved.options.items() if k not in known}
    raw["loss"]["teacher"] = None  # fine-tuning starts from what the teacher taught, and its file may be absent
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
