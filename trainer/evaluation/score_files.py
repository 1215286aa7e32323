"""Score files: CSV with `score,label,species` (and `name`), and submissions with lines `color depth ir score`."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fasdemo.atomic_file import write_text
from fasdemo.errors import UserError
from trainer.evaluation.metrics import Scored
from trainer.text_file import read_text

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Submission:
    """A submission file.

    Attributes:
        names: the lines without their scores.
        scores: float64 (N,).
    """

    names: list[str]
    scores: Floats


def read_scores(path: Path) -> Scored:
    """Read a score table with the columns score, label (1 live, 0 attack) and, optionally, species.

    An empty score is a non-response.

    Raises:
        UserError: the file or a column is missing, or a value is not a number; the message names the line.
    """
    if not path.is_file():
        raise UserError(f"{path}: no such file; give a CSV with the columns score, label and species.")
    try:
        rows = list(csv.DictReader(read_text(path, "a CSV with the columns score, label and species").splitlines()))
    except csv.Error:
        raise UserError(f"{path}: not a CSV file; give one with the columns score, label and species.") from None
    if not rows:
        raise UserError(f"{path}: holds no scores; give a CSV with the columns score, label and species.")
    for column in ("score", "label"):
        if column not in rows[0]:
            raise UserError(f"{path}: has no column `{column}`, only {', '.join(map(str, rows[0]))}; rename it.")
    scores, labels = np.empty(len(rows)), np.empty(len(rows), np.int64)
    for number, row in enumerate(rows):
        try:
            scores[number] = float(row["score"]) if row["score"] not in ("", None) else np.nan
            label = float(row["label"])
        except (TypeError, ValueError):
            raise UserError(f"{path}, line {number + 2}: score and label must be numbers; correct the line.") from None
        if label not in (0.0, 1.0):
            raise UserError(f"{path}, line {number + 2}: label {row['label']} must be 1 (live) or 0 (attack).")
        labels[number] = int(label)
        if math.isinf(scores[number]):
            raise UserError(f"{path}, line {number + 2}: the score is infinite; correct the line.")
    return Scored.of(scores, labels, [row.get("species") or "" for row in rows])


def write_scores(
    path: Path, names: Sequence[str], scores: Floats, labels: Sequence[int], species: Sequence[str]
) -> None:
    """Write a score table with names; the score of a non-response is empty.

    Raises:
        UserError: the file cannot be written.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["score", "label", "species", "name"])
    for name, score, label, kind in zip(names, scores, labels, species, strict=True):
        writer.writerow(["" if math.isnan(score) else f"{score:.8f}", int(label), kind, name])
    write_text(path, text.getvalue())


def read_submission(path: Path) -> Submission:
    """Read lines `color depth ir score`.

    Raises:
        UserError: the file does not exist, or a line has no score.
    """
    if not path.is_file():
        raise UserError(f"{path}: no such file; give a submission with lines `color depth ir score`.")
    names, scores = [], []
    lines = read_text(path, "a submission with lines `color depth ir score`").splitlines()
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        name, _, last = line.strip().rpartition(" ")
        try:
            value = float(last)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise UserError(f"{path}, line {number}: {last[:80]!r} is not a score; end the line in a number.")
        names.append(" ".join(name.split()))
        scores.append(value)
    if not names:
        raise UserError(f"{path}: holds no scores; give a submission with lines `color depth ir score`.")
    return Submission(names, np.array(scores))


def write_submission(path: Path, names: Sequence[str], scores: Floats) -> None:
    """Write lines `color depth ir score`, in the given order.

    Raises:
        UserError: the file cannot be written.
    """
    write_text(path, "".join(f"{name} {score:.8g}\n" for name, score in zip(names, scores, strict=True)))
