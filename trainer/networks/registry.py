"""One registry of networks: every architecture by its name, with what was published about it."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from torch import nn

from fasdemo.errors import UserError
from fasdemo.frames import Stream

Convention = Literal["paper", "extension"]
"""Which operations a published FLOPs figure counts, see `trainer.networks.flops`."""


@dataclass(frozen=True, slots=True)
class Published:
    """A published figure, as printed.

    Attributes:
        parameters: trainable parameters.
        flops: at 224 x 224, in the entry's convention.
    """

    parameters: int
    flops: float


@dataclass(frozen=True, slots=True)
class Entry:
    """One registered network.

    Attributes:
        name: the registry's name, also that of the checkpoint's `arch`.
        factory: keyword options to a module.
        paper: where it was published.
        convention: how its published FLOPs were counted (for unpublished ones: those of its nearest relative).
        published: the printed figures, if there are any.
        fusion: takes several streams, in the order of the module's `modalities`.
        classifier: prefixes of the state_dict keys that depend on the number of classes.
    """

    name: str
    factory: Callable[..., nn.Module]
    paper: str
    convention: Convention
    published: Published | None
    fusion: bool
    classifier: tuple[str, ...]

    @property
    def options(self) -> tuple[str, ...]:
        """Names of the options that the network takes."""
        return tuple(inspect.signature(self.factory).parameters)


_ENTRIES: dict[str, Entry] = {}
F = TypeVar("F", bound=Callable[..., nn.Module])


def register(
    name: str,
    *,
    paper: str,
    convention: Convention,
    published: Published | None = None,
    fusion: bool = False,
    classifier: tuple[str, ...] = (),
) -> Callable[[F], F]:
    """Decorator: enter a factory (a class or a function whose parameters are the network's options)."""

    def enter(factory: F) -> F:
        if name in _ENTRIES:
            raise ValueError(f"{name} is registered twice")
        _ENTRIES[name] = Entry(name, factory, paper, convention, published, fusion, classifier)
        return factory

    return enter


def names() -> tuple[str, ...]:
    """All names, in the order of registration."""
    return tuple(_ENTRIES)


def entry(name: str) -> Entry:
    """The entry of a network.

    Raises:
        UserError: no network has this name; the message lists those that exist.
    """
    if name not in _ENTRIES:
        folded = {known.lower(): known for known in _ENTRIES}
        close = difflib.get_close_matches(str(name).lower(), folded, n=1)
        hint = f" (did you mean {folded[close[0]]}?)" if close else ""
        raise UserError(f"no network is called {name!r}{hint}; choose from {', '.join(_ENTRIES)}.")
    return _ENTRIES[name]


def build(name: str, **options: Any) -> nn.Module:
    """A network with fresh weights.

    Without options it is the published network: three-channel inputs of 224 x 224. Common options are
    `in_channels`, `input_size` (a multiple of 32), `classes` (a linear head of that many) and, for fusions,
    `modalities`.

    Raises:
        UserError: an unknown name, or an option that the network lacks or cannot take.
    """
    known = entry(name)
    for option in options:
        if option not in known.options:
            raise UserError(f"{name} has no option {option!r}; it takes {', '.join(known.options)}.")
    return known.factory(**options)


def check_size(name: str, input_size: int, least: int = 32) -> None:
    """Refuse an input size that five halvings do not divide.

    Raises:
        UserError: not a multiple of 32, or smaller than `least`.
    """
    if isinstance(input_size, bool) or not isinstance(input_size, int) or input_size % 32 or input_size < least:
        raise UserError(f"{name}: input size {input_size} does not work; give a multiple of 32, at least {least}.")


def check_classes(name: str, classes: int | None) -> None:
    """Refuse a linear head of fewer than two classes.

    Raises:
        UserError: fewer than two.
    """
    if classes is not None and (isinstance(classes, bool) or not isinstance(classes, int) or classes < 2):
        raise UserError(f"{name}: {classes} classes do not make a decision; give 2 or more.")


def check_channels(name: str, in_channels: int) -> None:
    """Refuse anything but a positive number of input channels.

    Raises:
        UserError: not a positive whole number.
    """
    if isinstance(in_channels, bool) or not isinstance(in_channels, int) or in_channels < 1:
        raise UserError(f"{name}: {in_channels} input channels do not work; give 1, 3 or another positive number.")


def choose_modalities(name: str, modalities: Any, known: tuple[Stream, ...]) -> tuple[Stream, ...]:
    """The chosen streams in the network's own order.

    Args:
        name: the network, for the error.
        modalities: names, or one string such as `rgb+depth`.
        known: what the network knows, in its order.

    Raises:
        UserError: an empty choice, one given twice, or a stream that the network does not know.
    """
    chosen = modalities.replace("+", ",").split(",") if isinstance(modalities, str) else list(modalities)
    unknown = [str(stream) for stream in chosen if stream not in known]
    if unknown or not chosen or len(set(chosen)) != len(chosen):
        what = f"does not know {', '.join(unknown)}" if unknown else "needs at least one stream, and each only once"
        raise UserError(
            f"{name}: modalities {'+'.join(map(str, chosen)) or '(none)'}: the network {what}; "
            f"choose any subset of {', '.join(known)}."
        )
    return tuple(stream for stream in known if stream in chosen)
