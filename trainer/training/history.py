"""Figures of every epoch, as CSV, as JSON and for TensorBoard.

Fabric's loggers are not used: its CSV logger deletes the rows of the interrupted run after a resume, and its
TensorBoard logger reports a full disk as a value that cannot be logged.
"""

from __future__ import annotations

import csv
import io
import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from fasdemo.atomic_file import write_text
from fasdemo.errors import UserError
from trainer.data.faces import FaceSet
from trainer.evaluation.metrics import Scored, auc, bpcer, eer, pooled_metrics, threshold_at_apcer
from trainer.evaluation.scoring import probability

if TYPE_CHECKING:
    from torch.utils.tensorboard.writer import SummaryWriter


class History:
    """Figures of the epochs of a run, written to its folder after each epoch.

    Attributes:
        rows: figures by name, one row per epoch.
    """

    def __init__(self, folder: Path, enabled: bool) -> None:
        self.rows: list[dict[str, Any]] = []
        self._folder = folder
        self._enabled = enabled
        self._board: SummaryWriter | None = None

    def restore(self, rows: list[dict[str, Any]]) -> None:
        """Set the rows of an interrupted run."""
        self.rows = [dict(row) for row in rows]

    def add(self, row: dict[str, Any]) -> None:
        """Append the figures of an epoch and write the files.

        Raises:
            UserError: a file cannot be written.
        """
        self.rows.append(row)
        if not self._enabled:
            return
        text = io.StringIO()
        writer = csv.DictWriter(text, fieldnames=list(self.rows[-1]), lineterminator="\n", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(self.rows)
        write_text(self._folder / "epochs.csv", text.getvalue())
        write_text(self._folder / "epochs.json", json.dumps(self.rows, indent=1) + "\n")
        self._add_to_tensorboard(row)

    def _add_to_tensorboard(self, row: dict[str, Any]) -> None:
        from torch.utils.tensorboard.writer import SummaryWriter

        try:
            if self._board is None:
                self._board = SummaryWriter(str(self._folder / "tensorboard"), purge_step=row["epoch"])
            for name, value in row.items():
                if name != "epoch" and value is not None:
                    self._board.add_scalar(name, value, row["epoch"])
            self._board.flush()
        except OSError as error:
            raise UserError(
                f"{self._folder}: cannot be written ({error}); free some space and resume the training."
            ) from error


def epoch_line(row: dict[str, Any], epochs: int, is_best: bool) -> str:
    """Return the figures of an epoch as one line for the log."""

    def share(name: str) -> str:
        value = row.get(name)
        return "n/a" if value is None else f"{100.0 * value:.2f} %"

    return (
        f"epoch {row['epoch']}/{epochs}  loss {row['loss']:.4f}  lr {row['lr']:.3g}  "
        f"dev loss {row['dev_loss']:.4f}  EER {share('dev_eer')}  ACER {share('dev_acer')}  "
        f"BPCER20 {share('dev_bpcer20')}  {row['images_per_s']:.0f} images/s  {row['elapsed_s']:.0f} s"
        + ("  best" if is_best else "")
    )


def dev_figures(margins: npt.NDArray[np.float64], dev: FaceSet) -> dict[str, Any]:
    """Return the figures that select the best epoch: cross entropy and error rates without calibration.

    Args:
        margins: float64 (N,) margins of the development part.
        dev: the development part.

    Returns:
        `dev_loss`, `dev_eer`, `dev_auc`, `dev_acer` at 0.5 and `dev_bpcer20`; None where a class is missing.
    """
    known = dev.labels >= 0
    scored = Scored.of(margins[known], dev.labels[known], dev.species[known])
    signed = np.where(scored.labels == 1, -scored.scores, scored.scores)
    threshold = threshold_at_apcer(scored, 1 / 20)
    at_argmax = pooled_metrics(Scored(probability(scored.scores), scored.labels, scored.species))
    loss = float(np.logaddexp(0.0, signed).mean()) if len(signed) else math.nan
    return {
        "dev_loss": loss,
        "dev_eer": eer(scored),
        "dev_auc": auc(scored),
        "dev_acer": at_argmax["acer"],
        "dev_bpcer20": None if threshold is None else bpcer(scored, threshold).value,
    }
