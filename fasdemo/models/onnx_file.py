"""What is in an ONNX file, read without running it.

A model is a program from a stranger. Before ONNX Runtime sees it, its protocol buffer is walked for what fasdemo
refuses: weights in other files (`external data`, a path chosen by the file) and operators that need a library.
Field numbers are those of onnx.proto3, ONNX 1.17.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fasdemo.models.card import CARD_KEY

BUILT_IN_DOMAINS = frozenset({"", "ai.onnx", "ai.onnx.ml", "com.microsoft"})
"""Operators that ONNX Runtime itself implements."""

LARGEST_FILE = 512 * 1024 * 1024
"""Bytes. The largest network of the papers has 45 million parameters, 180 MB."""

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_DEEPEST = 16
"""Graphs within graphs; `If` and `Loop` nest two or three deep in practice."""


@dataclass(frozen=True, slots=True)
class OnnxContents:
    """What the walk found.

    Attributes:
        metadata: the file's own key-value pairs.
        domains: every operator set that the model imports or uses.
        external: tensors whose data lies outside the file.
    """

    metadata: dict[str, str]
    domains: frozenset[str]
    external: int

    @property
    def card_json(self) -> str | None:
        """The model card inside the file."""
        return self.metadata.get(CARD_KEY)

    @property
    def foreign_domains(self) -> tuple[str, ...]:
        """Operator sets that ONNX Runtime does not bring along."""
        return tuple(sorted(self.domains - BUILT_IN_DOMAINS))


def read_contents(content: bytes) -> OnnxContents:
    """Walk a serialised ModelProto.

    Raises:
        ValueError: the bytes are no ONNX model.
    """
    view = memoryview(content)
    metadata: dict[str, str] = {}
    domains: set[str] = set()
    external = 0
    graphs = 0
    for number, value in _fields(view):
        if not isinstance(value, memoryview):
            continue
        if number == 7:
            graphs += 1
            external += _graph(value, domains, 0)
        elif number == 8:
            domains.add(_text(_first(value, 1)))
        elif number == 14:
            metadata[_text(_first(value, 1))] = _text(_first(value, 2))
        elif number == 20:
            for inner, part in _fields(value):
                if inner in (1, 2) and isinstance(part, memoryview):
                    external += _graph(part, domains, 0)
        elif number == 25:
            external += _function(value, domains)
    if graphs != 1:
        raise ValueError("it holds no graph")
    return OnnxContents(metadata, frozenset(domains), external)


def _graph(view: memoryview, domains: set[str], depth: int) -> int:
    if depth > _DEEPEST:
        raise ValueError("its graphs are nested too deeply")
    external = 0
    for number, value in _fields(view):
        if not isinstance(value, memoryview):
            continue
        if number == 1:
            external += _node(value, domains, depth)
        elif number == 5:
            external += _tensor(value)
        elif number == 15:
            external += _sparse(value)
    return external


def _node(view: memoryview, domains: set[str], depth: int) -> int:
    external = 0
    for number, value in _fields(view):
        if not isinstance(value, memoryview):
            continue
        if number == 7:
            domains.add(_text(value))
        elif number == 5:
            external += _attribute(value, domains, depth)
    return external


def _attribute(view: memoryview, domains: set[str], depth: int) -> int:
    external = 0
    for number, value in _fields(view):
        if not isinstance(value, memoryview):
            continue
        if number in (5, 10):
            external += _tensor(value)
        elif number in (6, 11):
            external += _graph(value, domains, depth + 1)
        elif number in (22, 23):
            external += _sparse(value)
    return external


def _function(view: memoryview, domains: set[str]) -> int:
    external = 0
    for number, value in _fields(view):
        if not isinstance(value, memoryview):
            continue
        if number == 7:
            external += _node(value, domains, 0)
        elif number == 11:
            external += _attribute(value, domains, 0)
        elif number == 9:
            domains.add(_text(_first(value, 1)))
    return external


def _tensor(view: memoryview) -> int:
    """1 where the tensor's data is external: `data_location` is EXTERNAL or `external_data` is given."""
    return int(any(number == 13 or (number == 14 and value == 1) for number, value in _fields(view)))


def _sparse(view: memoryview) -> int:
    return sum(_tensor(value) for number, value in _fields(view) if number in (1, 2) and isinstance(value, memoryview))


def _first(view: memoryview, wanted: int) -> memoryview:
    return next(
        (value for number, value in _fields(view) if number == wanted and isinstance(value, memoryview)), view[:0]
    )


def _text(view: memoryview) -> str:
    try:
        return bytes(view).decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError("it holds text that is not UTF-8") from error


def _fields(view: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Field numbers and values of one message; nothing is copied."""
    position = 0
    while position < len(view):
        key, position = _varint(view, position)
        number, kind = key >> 3, key & 7
        if number == 0:
            raise ValueError("it is not a protocol buffer")
        if kind == _VARINT:
            value, position = _varint(view, position)
            yield number, value
            continue
        if kind == _BYTES:
            length, position = _varint(view, position)
        elif kind in (_FIXED64, _FIXED32):
            length = 8 if kind == _FIXED64 else 4
        else:
            raise ValueError("it is not a protocol buffer")
        if length > len(view) - position:
            raise ValueError("it ends in the middle")
        yield number, view[position : position + length]
        position += length


def _varint(view: memoryview, position: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if position >= len(view):
            raise ValueError("it ends in the middle")
        byte = view[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
    raise ValueError("it is not a protocol buffer")
