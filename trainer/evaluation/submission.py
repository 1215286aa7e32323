"""Scores for every line of a list, in the list's order."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from lightning_fabric import Fabric

from trainer.data.faces import FaceSet
from trainer.data.network_loader import make_loader
from trainer.evaluation.evaluation import OperatingPoints, per_video
from trainer.evaluation.loading import Loaded
from trainer.evaluation.scoring import Elsewhere, predict_margins, probability

UNREADABLE_SCORE = 0.0
"""A line with unreadable pictures gets the score of an attack."""


def submission(
    loaded: Loaded,
    face_set: FaceSet,
    fabric: Fabric,
    operating_points: OperatingPoints | None,
    elsewhere: Elsewhere | None = None,
) -> tuple[list[str], npt.NDArray[np.float64], int]:
    """Return the lines without scores, their scores (N,), and the number of unreadable lines.

    The precision is that of `fabric`.

    Args:
        loaded: the model.
        face_set: the list; labels are not needed.
        fabric: device, precision and processes.
        operating_points: calibration of the scores; None keeps the network's own probability, as published.
        elsewhere: other machines that compute the scores.
    """
    loader = make_loader(loaded.config, loaded.model, face_set)
    margins = predict_margins(loaded.model, loader, fabric, elsewhere=elsewhere)
    subset, values = next(iter(margins.fused.items()))
    scores = probability(values) if operating_points is None else operating_points.scores(values, subset)
    first, means = per_video(face_set, scores)
    names = [face_set.names[index] for index in first]
    unreadable = int(np.isnan(means).sum())
    return names, np.where(np.isnan(means), UNREADABLE_SCORE, means), unreadable
