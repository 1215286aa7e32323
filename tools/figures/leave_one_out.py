"""Leave-one-out evaluation: one training without each attack species, and the table of their figures."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fasdemo.atomic_file import write_text
from fasdemo.errors import UserError
from tools.figures.app_scores import fingerprint
from tools.figures.measured import Value
from tools.figures.tables import percent
from trainer.data.layouts.generated import Generated

WHOLE = "none"
"""Name of the training with every species, the reference of the others."""
_GRACE_MINUTES = 10.0
"""Time beyond the limit of a training, for the end of its last epoch and the evaluation on a busy machine."""


@dataclass(frozen=True, slots=True)
class Setting:
    """Settings of the trainings, which all start from initial weights.

    Attributes:
        config: name of a shipped configuration, or a YAML file.
        size: side of the network's crop in pixels.
        epochs: number of epochs.
        samples: samples per epoch, half live, every species equally often.
        minutes: time limit of one training; the learning rate schedule is shortened to fit.
        threads: processor threads.
        seed: seed of the weights and the order.
    """

    config: str = "fasdemo-flex"
    size: int = 96
    epochs: int = 5
    samples: int = 4096
    minutes: float = 30.0
    threads: int = 1
    seed: int = 2019

    def command(self, data: Path, run: Path, species: str) -> list[str]:
        """Return the command of the training without a species."""
        words = [sys.executable, "-m", "trainer", "train", "--config", self.config, "--data", str(data)]
        words += ["--output", str(run), "--resume", "auto", "--epochs", str(self.epochs), "--seed", str(self.seed)]
        words += ["--max-minutes", f"{self.minutes:g}", "--threads", str(self.threads)]
        words += [] if species == WHOLE else ["--without-species", species]
        sets = [f"input.size={self.size}", f"run.epoch_samples={self.samples}", "run.workers=1"]
        # Only the subset of all streams is evaluated.
        sets += ["run.presence={rgb+depth+ir: 1}"] if self.config == "fasdemo-flex" else []
        return [*words, "--set", *sets]


def in_a_process(command: list[str], minutes: float) -> None:
    """Run a training in a separate process with a time limit.

    Raises:
        UserError: the training failed or did not end in time.
    """
    print(shlex.join(command[1:]), flush=True)
    root = Path(__file__).resolve().parents[2]
    try:
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=minutes * 60, check=False)
    except subprocess.TimeoutExpired:
        raise UserError(
            f"a training did not end within {minutes:.0f} minutes; run the command again to resume it."
        ) from None
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise UserError(f"a training failed ({reason}); correct the cause and run the command again.")


def leave_each_out(
    data: Path,
    runs: Path,
    output: Path,
    setting: Setting,
    species: Sequence[str] = (),
    budget_min: float | None = None,
    train: Callable[[list[str], float], None] = in_a_process,
) -> dict[str, Any]:
    """Train and evaluate one model without each species, and one with all; finished trainings are not repeated.

    The parts of the set do not change; thresholds are chosen on the development part without the species. The figure of
    a species that the set itself holds out is that of the model trained with all species.

    Args:
        data: generated set.
        runs: folder for the runs.
        output: JSON file, written after every run.
        setting: settings of the trainings.
        species: only these species, `none` for the training with all; empty for everything. Several processes may share
            the work.
        budget_min: time in minutes after which no training is started; None for no limit.
        train: function that runs a training command with a limit in minutes.

    Returns:
        Content of the JSON file.

    Raises:
        UserError: a species is unknown, the output or a run belongs to another set or setting, or a training failed.
    """
    whole = Generated(data)
    shown = {str(name) for name in whole.species[whole.split == "train"]} - {""}
    test = {str(name) for name in whole.species[whole.split == "test"]} - {""}
    for name in species:
        if name not in {WHOLE} | (shown & test):
            raise UserError(
                f"species: {name} is not in {data}; choose from {', '.join(sorted(shown & test))}, or {WHOLE}."
            )
    started = time.monotonic()
    facts = {"config": setting.config, "size": setting.size, "epochs": setting.epochs, "samples": setting.samples}
    head = {"data": data.name, "mark": fingerprint(data), "setting": {**facts, "seed": setting.seed}}
    found = _kept(output, head)
    for name in species or (WHOLE, *sorted(shown & test)):
        if (found["whole"] if name == WHOLE else found["species"].get(name)) is not None:
            continue
        if budget_min is not None and (time.monotonic() - started) / 60.0 > budget_min:
            break
        measured = _trained(setting.command(data, runs / name, name), runs / name, setting, name, train)
        found = _kept(output, head)  # another process may have written it in the meantime
        if name == WHOLE:
            found["whole"] = measured
            for held in sorted(test - shown):
                found["species"][held] = {**measured, "apcer": measured["unseen"][held], "held_out_by": "the data set"}
        else:
            found["species"][name] = {**measured, "apcer": measured["unseen"][name]}
        write_text(output, json.dumps(found, indent=1) + "\n")
    return found


def _kept(output: Path, head: dict[str, Any]) -> dict[str, Any]:
    if not output.is_file():
        return head | {"whole": None, "species": {}}
    try:
        before: dict[str, Any] = json.loads(output.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"{output}: cannot be read ({error}); choose another file.") from None
    if {key: before.get(key) for key in head} != head:
        raise UserError(
            f"{output}: belongs to another data set or setting; choose another file and another folder for the runs."
        )
    return before


def table(found: Mapping[str, Any]) -> list[str]:
    """Return a table with one row per species: APCER when left out and when trained on, BPCER and EER.

    Args:
        found: result of `leave_each_out`.
    """
    setting, whole = found["setting"], found["whole"]
    rows = [
        f"Left out one at a time, of training and of the choice of thresholds ({setting['config']} from scratch, "
        f"{setting['size']} px, {setting['epochs']} epochs of {setting['samples']} pictures: a smaller training than "
        "the shipped models', so compare the two columns and not with the tables above):",
        "",
        "| species | APCER, left out | APCER, trained on | BPCER, left out | EER on the other species |",
        "|---|---|---|---|---|",
    ]
    for name, entry in sorted(found["species"].items()):
        own = whole["seen"].get(name) if whole else None
        title = f"{name} (held out by the data set)" if "held_out_by" in entry else name
        cells = [_value(entry["apcer"]), _value(own) if own else "n/a", _value(entry["bpcer"]), _value(entry["eer"])]
        rows.append(
            f"| {title} | " + " | ".join(percent(cell) if isinstance(cell, Value) else cell for cell in cells) + " |"
        )
    short = sorted(name for name, entry in found["species"].items() if entry["epochs"] < setting["epochs"])
    if whole:
        rows.append(f"| none left out | | | {percent(_value(whole['bpcer']))} | {percent(_value(whole['eer']))} |")
    if short:
        rows += ["", f"The time limit ended the training before its last epoch without {', '.join(short)}."]
    return rows


def worst(found: Mapping[str, Any]) -> Value:
    """Return the highest APCER of a left-out species, with its name as note."""
    if not found["species"]:
        return Value(None, None, "no species was left out yet")
    name, entry = max(found["species"].items(), key=lambda item: item[1]["apcer"]["value"] or 0.0)
    value = _value(entry["apcer"])
    return Value(value.value, value.ci95, name)


def _trained(
    command: list[str], run: Path, setting: Setting, species: str, train: Callable[[list[str], float], None]
) -> dict[str, Any]:
    from trainer.checkpoints import checkpoint
    from trainer.training.finalize import MODEL

    started = time.monotonic()
    if not (run / MODEL).is_file():
        train(command, setting.minutes + _GRACE_MINUTES)
    saved = checkpoint.load(run / MODEL)
    excluded = saved.config.get("data", {}).get("exclude_species", [])
    if list(excluded) != ([] if species == WHOLE else [species]) or saved.config["network"].get("init"):
        raise UserError(f"{run}: was not trained from scratch without {species}; choose another folder for the runs.")
    metrics = (saved.card or {}).get("metrics", {})

    def pick(prefix: str) -> dict[str, Any]:
        return {name.removeprefix(prefix): _plain(m) for name, m in metrics.items() if name.startswith(prefix)}

    return {
        "bpcer": _plain(metrics["bpcer"]),
        "acer": _plain(metrics["acer"]),
        "eer": _plain(metrics["eer"]),
        "seen": pick("apcer:"),
        "unseen": pick("apcer_unseen:"),
        "epochs": len(json.loads((run / "epochs.json").read_text(encoding="utf-8"))),
        "minutes": round((time.monotonic() - started) / 60.0, 1),
    }


def _plain(metric: Mapping[str, Any]) -> dict[str, Any]:
    return {"value": metric["value"], "ci95": metric["ci95"]}


def _value(entry: Mapping[str, Any]) -> Value:
    return Value(entry["value"], tuple(entry["ci95"]) if entry.get("ci95") else None)
