"""Every epoch's figures, as CSV, as JSON and for TensorBoard."""

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
from trainer.config.schema import Config
from trainer.data.faces import FaceSet
from trainer.evaluation.metrics import Scored, auc, bpcer, eer, seed_metrics, threshold_at_apcer
from trainer.evaluation.scoring import probability

if TYPE_CHECKING:
    from torch.utils.tensorboard.writer import SummaryWriter


class History:
    """The rows of a run; rewritten whole each time, so that a resumed run's files show one history."""

    def __init__(self, folder: Path, enabled: bool) -> None:
        self.rows: list[dict[str, Any]] = []
        self._folder = folder
        self._enabled = enabled
        self._board: SummaryWriter | None = None

    def restore(self, rows: list[dict[str, Any]]) -> None:
        """Start from the rows of an interrupted run."""
        self.rows = [dict(row) for row in rows]

    def add(self, row: dict[str, Any]) -> None:
        """Append one epoch and write the files.

        Raises:
            UserError: the folder cannot be written.
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
        self._to_board(row)

    def _to_board(self, row: dict[str, Any]) -> None:
        from torch.utils.tensorboard.writer import SummaryWriter

        try:
            if self._board is None:
                self._board = SummaryWriter(str(self._folder / "tensorboard"), purge_step=row["epoch"])
            for name, value in row.items():
                if name != "epoch" and value is not None:
                    self._board.add_scalar(name, value, row["epoch"])
            self._board.flush()
        except OSError as error:
            raise UserError(f"{self._folder}: cannot be written ({error}); free some space and resume.") from error


def dev_figures(margins: npt.NDArray[np.float64], dev: FaceSet, config: Config) -> dict[str, Any]:
    """What an epoch is judged by: cross entropy and error rates on the development set, uncalibrated."""
    known = dev.labels >= 0
    scored = Scored.of(margins[known], dev.labels[known], dev.species[known])
    signed = np.where(scored.labels == 1, -scored.scores, scored.scores)
    threshold = threshold_at_apcer(scored, 1 / 20)
    at_argmax = seed_metrics(Scored(probability(scored.scores), scored.labels, scored.species))
    loss = float(np.logaddexp(0.0, signed).mean()) if len(signed) else math.nan
    return {
        "dev_loss": loss,
        "dev_eer": eer(scored),
        "dev_auc": auc(scored),
        "dev_acer": at_argmax["acer"],
        "dev_bpcer20": None if threshold is None else bpcer(scored, threshold).value,
    }
