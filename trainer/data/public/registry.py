"""The public data sets by name, and how they are recognised."""

from __future__ import annotations

from pathlib import Path

from fasdemo.errors import UserError
from trainer.data.layouts.listed import Layout
from trainer.data.public.casia_3dmask import Casia3dMask
from trainer.data.public.celeba_spoof import CelebaSpoof
from trainer.data.public.clips import Cutting
from trainer.data.public.hq_wmca import HqWmca
from trainer.data.public.oulu_npu import OuluNpu
from trainer.data.public.replay_attack import ReplayAttack
from trainer.data.public.wmca import Wmca

_SETS = {one.kind: one for one in (OuluNpu, ReplayAttack, CelebaSpoof, Wmca, HqWmca, Casia3dMask)}
PUBLIC = tuple(_SETS)
"""Names of the data sets, as `--layout` takes them."""
COLOUR_ALONE = tuple(name for name in PUBLIC if name != Wmca.kind)
"""Names of those that are used in colour alone."""
VIDEOS = tuple(one.kind for one in (OuluNpu, ReplayAttack, HqWmca, Casia3dMask))
"""Names of those that contain videos, of which crops are cut."""


def detect_public(folder: Path, below: bool = False) -> str | None:
    """Return the name of the public data set in a folder, or with `below` in one of its folders; None without any."""
    places = _places(folder)[1:] if below else [folder]
    return next((name for name, one in _SETS.items() if any(map(one.is_in, places))), None)


def open_public(name: str, folder: Path, protocol: str | None, cutting: Cutting) -> Layout:
    """Return the layout of a public data set.

    Args:
        name: name of the data set.
        folder: its folder, or the folder above it.
        protocol: official protocol; None takes the data set's default.
        cutting: how crops of videos are cut.

    Raises:
        UserError: the folder does not contain the data set, or it has no such protocol.
    """
    one = _SETS[name]
    place = next((place for place in _places(folder) if one.is_in(place)), None)
    if place is None:
        raise UserError(
            f"data {folder}: does not contain {name}; correct the path, or leave `layout` out.", parameter="data"
        )
    return one(place, protocol, cutting)


def _places(folder: Path) -> list[Path]:
    return [folder, *sorted(path for path in folder.iterdir() if path.is_dir())] if folder.is_dir() else []
