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


def shard_order(order: Ints, shards: Ints | None, batch: int, buffer: int, seed: int, epoch: int) -> Ints:
    """Return the same samples in an order that reads a set in shards from the beginning of each to its end.

    The shards are mixed and joined to one sequence, which is cut into `batch` lanes of equal length; each lane is mixed
    as by a shuffling buffer. Place p of every batch comes from lane p, so that a process, which gets every n-th place,
    reads shards of its own, and that batches do not depend on the number of processes. No sample is lost or repeated.

    Args:
        order: sample indices of the epoch.
        shards: number of each sample's shard; None leaves the order unchanged.
        batch: samples of a batch of all processes.
        buffer: samples that are mixed at a time, over all lanes.
        seed: seed of the run.
        epoch: number of the epoch.
    """
    if shards is None or not len(order):
        return order
    rng = np.random.default_rng([seed, epoch, 104723])
    rank = rng.permutation(int(shards.max()) + 1)
    sequence = order[np.lexsort((order, rank[shards[order]]))]
    lanes = min(batch, len(order))
    result = np.empty_like(order)
    for lane, members in enumerate(np.array_split(sequence, lanes)):
        result[lane::lanes] = _buffered(members, max(buffer // lanes, 1), rng)
    return result


def _buffered(members: Ints, size: int, rng: np.random.Generator) -> Ints:
    """Return the order in which a shuffling buffer gives out its members."""
    waiting = members[:size].tolist()
    given = []
    draws = rng.integers(len(waiting), size=max(len(members) - size, 0)).tolist()
    for member, place in zip(members[size:].tolist(), draws, strict=True):
        given.append(waiting[place])
        waiting[place] = member
    return np.array([*given, *rng.permutation(waiting).tolist()], np.int64)


def _turns(members: Ints, count: int, epoch: int, seed: int, group: int, rng: np.random.Generator) -> Ints:
    """Return this epoch's section of an endless sequence of shuffled passes over `members`."""
    first = epoch * count
    rounds = range(first // len(members), (first + count - 1) // len(members) + 1)
    sequence = np.concatenate([np.random.default_rng([seed, group, 7919, r]).permutation(members) for r in rounds])
    start = first - rounds[0] * len(members)
    drawn: Ints = sequence[start : start + count]
    return rng.permutation(drawn)
