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
_PICTURES = (".jpg", ".jpeg", ".png")
_LIVE_WORDS = frozenset({"live", "real", "genuine", "bonafide", "bona fide", "bona-fide", "bona_fide"})
_ATTACK_WORDS = frozenset({"spoof", "attack", "fake", "imposter", "impostor", "pa"})


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
    """Read a score table with the columns score, label and, optionally, species, or bob's four columns.

    Labels are 1 live and 0 attack, 1 and -1, or words. Columns are separated by commas, semicolons (Excel) or
    tabulators. An empty score is a non-response; so is `nan` in bob's files.

    Raises:
        UserError: the file or a column is missing, or a value is not a number; the message names the line.
    """
    if not path.is_file():
        raise UserError(f"{path}: no such file; give a CSV with the columns score, label and species.")
    lines = read_text(path, "a CSV with the columns score, label and species").splitlines()
    first = next((line for line in lines if line.strip()), "")
    if len(first.split()) == 4 and not any(mark in first for mark in ",;\t"):
        return _read_four_columns(path, lines)
    separator = max(",;\t", key=first.count)
    try:
        rows = list(csv.DictReader(lines, delimiter=separator))
    except csv.Error:
        raise UserError(f"{path}: not a CSV file; give one with the columns score, label and species.") from None
    if not rows:
        raise UserError(f"{path}: contains no scores; give a CSV with the columns score, label and species.")
    for column in ("score", "label"):
        if column not in rows[0]:
            raise UserError(f"{path}: has no column `{column}`, only {', '.join(map(str, rows[0]))}; rename it.")
    scores = np.empty(len(rows))
    words = [str(row["label"] or "").strip() for row in rows]
    for number, row in enumerate(rows):
        text = (row["score"] or "").strip()
        if separator == ";":
            # If Excel separates columns by semicolons, it writes decimal commas.
            text = text.replace(",", ".")
        scores[number] = _number(text, path, number + 2) if text else np.nan
    labels = _labels(words, path, first_line=2)
    return Scored.of(scores, labels, [row.get("species") or "" for row in rows])


def _read_four_columns(path: Path, lines: Sequence[str]) -> Scored:
    """Read bob's score file `claimed_id real_id file score`: live if both ids are equal, otherwise an attack."""
    scores, labels, species = [], [], []
    for number, line in enumerate(lines, start=1):
        words = line.split()
        if not words:
            continue
        if len(words) != 4:
            raise UserError(f"{path}, line {number}: expected `claimed_id real_id file score`; correct the line.")
        if all(word.lower().endswith(_PICTURES) for word in words[:2]):
            raise UserError(
                f"{path}, line {number}: a list or submission with lines `color depth ir score` has no labels; measure "
                "the model with `python -m trainer evaluate`, or give a table with columns score, label and species."
            )
        scores.append(np.nan if words[3].lower() == "nan" else _number(words[3], path, number))
        labels.append(int(words[0] == words[1]))
        species.append("" if words[0] == words[1] else words[1])
    return Scored.of(scores, labels, species)


def _number(text: str, path: Path, line: int) -> float:
    try:
        value = float(text)
    except ValueError:
        raise UserError(f"{path}, line {line}: score and label must be numbers; correct the line.") from None
    if math.isinf(value):
        raise UserError(f"{path}, line {line}: the score is infinite; correct the line.")
    return value


def _labels(words: Sequence[str], path: Path, first_line: int) -> list[int]:
    """Return labels 1 (live) and 0 (attack) from 1 and 0, 1 and -1, or words such as `live` and `spoof`."""
    signed = any(_value(word) == -1.0 for word in words)
    labels = []
    for number, word in enumerate(words):
        value = _value(word)
        if value is None and word.lower() in _LIVE_WORDS | _ATTACK_WORDS:
            labels.append(int(word.lower() in _LIVE_WORDS))
        elif value is None:
            raise UserError(
                f"{path}, line {number + first_line}: score and label must be numbers (or the label live or spoof); "
                "correct the line."
            )
        elif value == 1.0 or value == (-1.0 if signed else 0.0):
            labels.append(int(value == 1.0))
        else:
            beside = " beside -1" if signed and value == 0.0 else ""
            raise UserError(f"{path}, line {number + first_line}: label {word}{beside} must be 1 (live) or 0 (attack).")
    return labels


def _value(word: str) -> float | None:
    try:
        return float(word)
    except ValueError:
        return None


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
        raise UserError(f"{path}: contains no scores; give a submission with lines `color depth ir score`.")
    return Submission(names, np.array(scores))


def write_submission(path: Path, names: Sequence[str], scores: Floats) -> None:
    """Write lines `color depth ir score`, in the given order.

    Raises:
        UserError: the file cannot be written.
    """
    write_text(path, "".join(f"{name} {score:.8g}\n" for name, score in zip(names, scores, strict=True)))
