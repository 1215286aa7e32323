"""The order of samples in an epoch, which depends only on seed and epoch, so that training can be resumed."""

from __future__ import annotations

from typing import Literal

import numpy as np

from trainer.data.faces import FaceSet, Ints

Balance = Literal["none", "class", "species"]


def epoch_order(face_set: FaceSet, balance: Balance, samples: int, seed: int, epoch: int) -> Ints:
    """Return the sample indices of one epoch, int64 (`samples`,), or (N,) if `samples` is 0.

    `none` shows every sample once. `class` draws live faces and attacks equally often; `species` also draws every
    attack species equally often. A group repeats only after all of its members were drawn, also across epochs.
    """
    count = samples or len(face_set)
    rng = np.random.default_rng([seed, epoch])
    live = np.flatnonzero(face_set.labels == 1)
    attacks = np.flatnonzero(face_set.labels == 0)
    if balance == "none" or not len(live) or not len(attacks):
        return _turns(np.arange(len(face_set)), count, epoch, seed, 0, rng)
    groups = [attacks]
    if balance == "species":
        groups = [attacks[face_set.species[attacks] == name] for name in np.unique(face_set.species[attacks])]
    half = count // 2
    shares = [half // len(groups) + (k < half % len(groups)) for k in range(len(groups))]
    parts = [_turns(group, n, epoch, seed, k + 1, rng) for k, (group, n) in enumerate(zip(groups, shares, strict=True))]
    parts.append(_turns(live, count - half, epoch, seed, 0, rng))
    order = np.concatenate(parts)
    rng.shuffle(order)
    return order


def _turns(members: Ints, count: int, epoch: int, seed: int, group: int, rng: np.random.Generator) -> Ints:
    """Return this epoch's section of an endless sequence of shuffled passes over `members`."""
    first = epoch * count
    rounds = range(first // len(members), (first + count - 1) // len(members) + 1)
    sequence = np.concatenate([np.random.default_rng([seed, group, 7919, r]).permutation(members) for r in rounds])
    start = first - rounds[0] * len(members)
    drawn: Ints = sequence[start : start + count]
    return rng.permutation(drawn)
