"""Compare a list's labels with the classes that the paths of its pictures show.

The owners' re-release of CASIA-SURF and CeFA writes live 0 and attack 1, the lists of the challenges live 1 and
attack 0. A model that is trained with the wrong meaning accepts attacks, and no figure on the same lists shows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from fasdemo.errors import UserError
from trainer.data.faces import LIVE, UNLABELLED, Ints

LiveLabel = Literal["auto", "0", "1"]
"""The number that a list uses for live faces; `auto` derives it from the paths, and is 1 if they do not show it."""


@dataclass(frozen=True, slots=True)
class LabelSense:
    """The labels of a list in the project's sense, and how that sense is known.

    Attributes:
        labels: int64 (N,): 1 live, 0 attack, -1 unlabelled.
        turned: whether the list's labels were exchanged.
        confirmed: number of labels that agree with the class that their path names.
    """

    labels: Ints
    turned: bool
    confirmed: int


def label_sense(
    labels: Sequence[int], by_path: Sequence[int], texts: Sequence[str], source: str, live_label: LiveLabel = "auto"
) -> LabelSense:
    """Return the labels with 1 for live faces.

    Labels that all contradict their paths are exchanged if `live_label` is `auto`.

    Args:
        labels: label of each sample as written in the list; -1 without one.
        by_path: class that the path of each sample names: 1 live, 0 attack, -1 unknown.
        texts: the line of each sample, for the error.
        source: the list, for the error.
        live_label: number that the list writes for live faces.

    Raises:
        UserError: some labels contradict their paths and others agree, or they contradict a given `live_label`.
    """
    written = np.array(labels, np.int64)
    known = np.array(by_path, np.int64)
    comparable = (written != UNLABELLED) & (known != UNLABELLED)
    opposite = comparable & (written != known)
    turned = live_label == "0" or (
        live_label == "auto" and bool(opposite.any()) and bool((opposite == comparable).all())
    )
    sense = np.where(written == UNLABELLED, UNLABELLED, 1 - written) if turned else written
    wrong = np.flatnonzero(comparable & (sense != known))
    if len(wrong):
        first = int(wrong[0])
        word = "a live face" if known[first] == LIVE else "an attack"
        raise UserError(
            f"{source}: {len(wrong)} of {int(comparable.sum())} labels contradict the paths, first "
            f"`{texts[first]}` with label {written[first]}, whose path names {word}; correct the list"
            f"{'' if live_label == 'auto' else ' or live_label'}."
        )
    return LabelSense(sense, turned, int(comparable.sum()))


def turned_warning(source: str, sense: LabelSense) -> str:
    """Return the message that the labels of a list were exchanged."""
    reason = f"according to {sense.confirmed} paths that name a class" if sense.confirmed else "live_label is 0"
    return f"{source}: in this list, 0 means live and 1 means attack ({reason}); its labels were exchanged."
