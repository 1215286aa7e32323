"""Scores every line of a list, in the list's order."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from lightning_fabric import Fabric

from trainer.data.faces import FaceSet
from trainer.data.network_loader import make_loader
from trainer.evaluation.evaluation import Decision, by_line
from trainer.evaluation.loading import Loaded
from trainer.evaluation.scoring import probability, score

UNREADABLE_SCORE = 0.0
"""A line whose pictures cannot be read is scored as an attack."""


def submission(
    loaded: Loaded, face_set: FaceSet, fabric: Fabric, decision: Decision | None
) -> tuple[list[str], npt.NDArray[np.float64], int]:
    """Lines without scores, their scores, and how many lines could not be read.

    Args:
        loaded: the model.
        face_set: the list, labels not needed.
        fabric: device and processes.
        decision: gives calibrated scores; None leaves the network's own probability, as published.
    """
    loader = make_loader(loaded.config, loaded.judge, face_set)
    margins = score(loaded.judge, loader, fabric, description="scoring")
    subset, values = next(iter(margins.fused.items()))
    scores = probability(values) if decision is None else decision.scores(values, subset)
    first, means = by_line(face_set, scores)
    names = [face_set.names[index] for index in first]
    unreadable = int(np.isnan(means).sum())
    return names, np.where(np.isnan(means), UNREADABLE_SCORE, means), unreadable
