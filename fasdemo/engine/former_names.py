"""Former names of a dataclass's fields, which keep working with a warning."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar

T = TypeVar("T")


def former_names(names: Mapping[str, str]) -> Callable[[type[T]], type[T]]:
    """Return a class decorator that accepts former names of fields as keywords and as attributes.

    A former name causes a `DeprecationWarning`. If both names are given, as by `dataclasses.replace`, the former one is
    used.

    Args:
        names: new names by former names.

    Example:
        >>> @former_names({"farthest_m": "max_distance_m"})
        ... @dataclass(frozen=True)
        ... class Limits:
        ...     max_distance_m: float = 1.5
    """

    def decorate(cls: type[T]) -> type[T]:
        # Use `vars` and `setattr`, because type checkers do not allow an assignment to `__init__` of a class.
        init: Callable[..., None] = vars(cls)["__init__"]

        @wraps(init)
        def with_former_names(self: T, *args: Any, **fields: Any) -> None:
            for former in names.keys() & fields.keys():
                _warn(cls, former, names[former])
                fields[names[former]] = fields.pop(former)
            init(self, *args, **fields)

        setattr(cls, "__init__", with_former_names)  # noqa: B010
        for former, new in names.items():
            setattr(cls, former, _alias(cls, former, new))
        return cls

    return decorate


def _alias(cls: type[object], former: str, new: str) -> property:
    def value(self: object) -> Any:
        _warn(cls, former, new)
        return getattr(self, new)

    return property(value, doc=f"Former name of `{new}`.")


def _warn(cls: type[object], former: str, new: str) -> None:
    warnings.warn(f"{cls.__name__}.{former} is now called {new}", DeprecationWarning, stacklevel=3)
