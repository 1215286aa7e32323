"""Splits of a data set by person, so that no person occurs in two parts."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from fasdemo.errors import UserError
from trainer.data.faces import ATTACK, LIVE

PARTS = ("train", "val", "test")

Shares = tuple[float, float, float]
HELD_BACK: Shares = (0.8, 0.2, 0.0)
"""Shares of the people for training, development and test if the data set has no labelled development part."""
THREE_WAYS: Shares = (0.7, 0.15, 0.15)
"""Shares of the people if the data set has no parts."""


def by_person(
    people: Sequence[str], labels: Sequence[int], shares: Shares, seed: int, where: str
) -> dict[str, set[str]]:
    """Assign people to the parts `train`, `val` and `test`.

    People are ordered by a hash of seed and name, so that adding a person does not move others. Training and validation
    get at least one live face and one attack each if the people allow it.

    Args:
        people: person of each sample.
        labels: label of each sample: 1 live, 0 attack.
        shares: shares of the people for training, validation and test; a share of 0 leaves the part out.
        seed: seed of the order.
        where: name of the data set, for the error.

    Raises:
        UserError: there are fewer than two people, or the samples name no people.
    """
    names = sorted({name for name in people if name}, key=lambda n: hashlib.sha256(f"{seed}:{n}".encode()).hexdigest())
    wanted = [part for part, share in zip(PARTS, shares, strict=True) if share > 0]
    if not names:
        raise UserError(
            f"{where}: the paths do not name people, so it cannot be split by person; give `train_list` and `val_list`."
        )
    if len(names) < 2:
        raise UserError(f"{where}: shows only one person ({names[0]}); at least two are needed for a split by person.")
    if len(names) < len(wanted):
        wanted.remove("test" if "test" in wanted else wanted[-1])
    kinds: dict[str, set[int]] = {name: set() for name in names}
    for name, label in zip(people, labels, strict=True):
        if name:
            kinds[name].add(label)
    # People with live faces and attacks suffice for a part by themselves, so they are assigned first.
    left = sorted(names, key=lambda n: not kinds[n] >= {LIVE, ATTACK})
    parts: dict[str, set[str]] = {part: set() for part in wanted}
    weight = dict(zip(PARTS, shares, strict=True))
    total = sum(weight[part] for part in wanted)
    ranked = sorted(wanted, key=lambda p: -weight[p])
    for place, part in enumerate(ranked):
        # Otherwise a part needs two people, one live and one attack; at least one person stays for each later part.
        spare = sum(later != "test" for later in ranked[place + 1 :])
        while len(left) > spare and (lacking := {LIVE, ATTACK} - {kind for n in parts[part] for kind in kinds[n]}):
            chosen = next((name for name in left if kinds[name] & lacking), None if parts[part] else left[0])
            if chosen is None:
                break
            parts[part].add(chosen)
            left.remove(chosen)
            if not kinds[chosen] & {LIVE, ATTACK}:
                break
    for name in left:
        needy = max(wanted, key=lambda p: weight[p] / total * len(names) - len(parts[p]))
        parts[needy].add(name)
    if "test" in parts and not parts["test"]:
        del parts["test"]
    return parts
