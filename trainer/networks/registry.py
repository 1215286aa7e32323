"""Registry of networks by name, with their papers and published figures."""

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
"""Convention of a published FLOPs figure; `trainer.networks.flops` defines both."""


@dataclass(frozen=True, slots=True)
class Published:
    """Published figures of a network, as printed.

    Attributes:
        parameters: number of trainable parameters.
        flops: FLOPs at 224 x 224, by the convention of the entry.
    """

    parameters: int
    flops: float


@dataclass(frozen=True, slots=True)
class Entry:
    """One registered network.

    Attributes:
        name: name in the registry and in the field `arch` of checkpoints.
        factory: class or function that builds the module from keyword options.
        paper: citation.
        convention: convention of its published FLOPs; without published figures, that of the most similar network.
        published: the published figures, None if there are none.
        fusion: whether it takes several streams, in the order of the module's `modalities`.
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
        """Names of the options of the network."""
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
    """Return a decorator that registers a factory.

    The factory is a class or a function whose parameters are the options of the network. The other arguments are the
    fields of `Entry`.

    Raises:
        ValueError: the name is already registered.
    """

    def enter(factory: F) -> F:
        if name in _ENTRIES:
            raise ValueError(f"{name} is registered twice")
        _ENTRIES[name] = Entry(name, factory, paper, convention, published, fusion, classifier)
        return factory

    return enter


def names() -> tuple[str, ...]:
    """Return all names in the order of registration."""
    return tuple(_ENTRIES)


def entry(name: str) -> Entry:
    """Return the entry of a network.

    Raises:
        UserError: no network has this name; the message lists the known names.
    """
    if name not in _ENTRIES:
        folded = {known.lower(): known for known in _ENTRIES}
        close = difflib.get_close_matches(str(name).lower(), folded, n=1)
        hint = f" (did you mean {folded[close[0]]}?)" if close else ""
        raise UserError(f"unknown network {name!r}{hint}; choose from {', '.join(_ENTRIES)}.")
    return _ENTRIES[name]


def build(name: str, **options: Any) -> nn.Module:
    """Build a network with initial weights.

    Without options it is the published network for three-channel inputs of 224 x 224. Common options are
    `in_channels`, `input_size` (a multiple of 32), `classes` (adds a linear layer with that many outputs) and, for
    fusions, `modalities`.

    Raises:
        UserError: the name or an option is unknown, or the value of an option is not possible.
    """
    known = entry(name)
    for option in options:
        if option not in known.options:
            raise UserError(f"{name}: unknown option {option!r}; the options are {', '.join(known.options)}.")
    return known.factory(**options)


def check_size(name: str, input_size: int, min_size: int = 32) -> None:
    """Check an input size in pixels; networks halve it five times.

    Raises:
        UserError: it is not a multiple of 32, or less than `min_size`.
    """
    if isinstance(input_size, bool) or not isinstance(input_size, int) or input_size % 32 or input_size < min_size:
        raise UserError(f"{name}: input_size {input_size} is not possible; give a multiple of 32, at least {min_size}.")


def check_classes(name: str, classes: int | None) -> None:
    """Check a number of classes; None means the published head.

    Raises:
        UserError: it is less than two.
    """
    if classes is not None and (isinstance(classes, bool) or not isinstance(classes, int) or classes < 2):
        raise UserError(f"{name}: classes {classes} is not possible; give 2 or more.")


def check_channels(name: str, in_channels: int) -> None:
    """Check a number of input channels.

    Raises:
        UserError: it is not a positive whole number.
    """
    if isinstance(in_channels, bool) or not isinstance(in_channels, int) or in_channels < 1:
        raise UserError(f"{name}: in_channels {in_channels} is not possible; give 1, 3 or another positive number.")


def choose_modalities(name: str, modalities: Any, known: tuple[Stream, ...]) -> tuple[Stream, ...]:
    """Return the chosen streams in the order of the network.

    Args:
        name: name of the network, for the error.
        modalities: names of streams, or one string such as `rgb+depth`.
        known: streams of the network, in its order.

    Raises:
        UserError: no stream is chosen, one is chosen twice, or the network has no such stream.
    """
    chosen = modalities.replace("+", ",").split(",") if isinstance(modalities, str) else list(modalities)
    unknown = [str(stream) for stream in chosen if stream not in known]
    if unknown or not chosen or len(set(chosen)) != len(chosen):
        problem = f"has no stream {', '.join(unknown)}" if unknown else "needs at least one stream, and each only once"
        raise UserError(
            f"{name}: modalities {'+'.join(map(str, chosen)) or '(none)'}: the network {problem}; "
            f"choose any subset of {', '.join(known)}."
        )
    return tuple(stream for stream in known if stream in chosen)
