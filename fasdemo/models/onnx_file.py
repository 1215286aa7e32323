"""Read the content of an ONNX file without running it.

A model from an unknown source can be malicious. Before ONNX Runtime loads it, its protocol buffer is searched for
weights in other files (external data, whose path the file chooses) and for operators that ONNX Runtime does not
include. Field numbers are those of onnx.proto3, ONNX 1.17.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fasdemo.models.card import CARD_KEY

BUILT_IN_DOMAINS = frozenset({"", "ai.onnx", "ai.onnx.ml", "com.microsoft"})
"""Operator sets that ONNX Runtime includes."""

MAX_FILE_BYTES = 512 * 1024 * 1024
"""Maximum size of a model; the largest network of the papers has 45 million parameters, 180 MB."""

LOOPS = frozenset({"Loop", "Scan", "BeamSearch", "GreedySearch", "Sampling", "WhisperBeamSearch"})
"""Operators that can run without end; a network that rates a face does not need them."""

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_MAX_DEPTH = 16
"""Maximum nesting of graphs; `If` is nested two or three deep in practice."""
_MAX_FIELDS = 1_000_000
"""Maximum number of fields, which take about a second to read; MiniFAS, quantized to 8 bits, has 6,338."""
_METADATA = 14
"""Field of a model's metadata entries."""
_MAX_KEY = 2**32 - 1
"""Maximum key. ONNX Runtime's parser ignores the bits beyond 32, so a larger key could hide a field from this check."""


@dataclass(frozen=True, slots=True)
class OnnxContents:
    """The content of an ONNX file that matters for the check.

    Attributes:
        metadata: key-value pairs of the file.
        domains: operator sets that the model imports or uses.
        external: number of tensors whose data is in other files.
        loops: operators of `LOOPS` in the model.
    """

    metadata: dict[str, str]
    domains: frozenset[str]
    external: int
    loops: frozenset[str] = frozenset()

    @property
    def card_json(self) -> str | None:
        """The model card inside the file as JSON; None if there is none."""
        return self.metadata.get(CARD_KEY)

    @property
    def foreign_domains(self) -> tuple[str, ...]:
        """The operator sets that ONNX Runtime does not include."""
        return tuple(sorted(self.domains - BUILT_IN_DOMAINS))


def read_contents(content: bytes) -> OnnxContents:
    """Read a serialised ModelProto.

    Raises:
        ValueError: the content is not an ONNX model, or has more than a million fields.
    """
    walk = _Walk()
    walk.model(memoryview(content))
    return OnnxContents(walk.metadata, frozenset(walk.domains), walk.external, frozenset(walk.loops))


def with_card(content: bytes, card_json: str) -> bytes:
    """Return a serialised ModelProto with another card; all other bytes stay as they are.

    Raises:
        ValueError: the content is not an ONNX model.
    """
    walk = _Walk()
    view = memoryview(content)
    kept = bytearray()
    position = 0
    for number, value, end in walk.located_fields(view):
        is_card = number == _METADATA and isinstance(value, memoryview) and walk.key_of(value) == CARD_KEY
        if not is_card:
            kept += view[position:end]
        position = end
    entry = b"".join(_length_field(number, text.encode()) for number, text in ((1, CARD_KEY), (2, card_json)))
    return bytes(kept) + _length_field(_METADATA, entry)


class _Walk:
    """A visitor of all messages of a model that can name another file or an operator."""

    def __init__(self) -> None:
        self.metadata: dict[str, str] = {}
        self.domains: set[str] = set()
        self.external = 0
        self.loops: set[str] = set()
        self._fields_seen = 0

    def model(self, view: memoryview) -> None:
        graphs = 0
        for number, value in self._messages(view):
            if number == 7:
                graphs += 1
                self._graph(value, 0)
            elif number == 8:
                self.domains.add(self._last_text(value, 1))
            elif number == _METADATA:
                self.metadata[self._last_text(value, 1)] = self._last_text(value, 2)
            elif number == 20:
                for inner, part in self._messages(value):
                    if inner in (1, 2):
                        self._graph(part, 0)
            elif number == 25:
                self._function(value)
        if graphs != 1:
            raise ValueError("it has no graph" if graphs == 0 else "it has several graphs")

    def _graph(self, view: memoryview, depth: int) -> None:
        if depth > _MAX_DEPTH:
            raise ValueError("its graphs are nested too deeply")
        for number, value in self._messages(view):
            if number == 1:
                self._node(value, depth)
            elif number == 5:
                self._tensor(value)
            elif number == 15:
                self._sparse(value)

    def _node(self, view: memoryview, depth: int) -> None:
        for number, value in self._messages(view):
            if number == 4:
                name = _text(value)
                if name in LOOPS:
                    self.loops.add(name)
            elif number == 5:
                self._attribute(value, depth)
            elif number == 7:
                self.domains.add(_text(value))

    def _attribute(self, view: memoryview, depth: int) -> None:
        for number, value in self._messages(view):
            if number in (5, 10):
                self._tensor(value)
            elif number in (6, 11):
                self._graph(value, depth + 1)
            elif number in (22, 23):
                self._sparse(value)

    def _function(self, view: memoryview) -> None:
        for number, value in self._messages(view):
            if number == 7:
                self._node(value, 0)
            elif number == 9:
                self.domains.add(self._last_text(value, 1))
            elif number == 11:
                self._attribute(value, 0)

    def _tensor(self, view: memoryview) -> None:
        """Count a tensor whose data is external, i.e. with `data_location` not 0 or with `external_data`."""
        self.external += any(number == 13 or (number == 14 and value != 0) for number, value in self._fields(view))

    def _sparse(self, view: memoryview) -> None:
        for number, value in self._messages(view):
            if number in (1, 2):
                self._tensor(value)

    def _last_text(self, view: memoryview, wanted: int) -> str:
        """Return the last value of a text field, which is the valid one if the field is repeated."""
        found = view[:0]
        for number, value in self._messages(view):
            if number == wanted:
                found = value
        return _text(found)

    def key_of(self, view: memoryview) -> str:
        """Return the key of a metadata entry."""
        return self._last_text(view, 1)

    def _messages(self, view: memoryview) -> Iterator[tuple[int, memoryview]]:
        return ((number, value) for number, value in self._fields(view) if isinstance(value, memoryview))

    def _fields(self, view: memoryview) -> Iterator[tuple[int, int | memoryview]]:
        """Yield the field numbers and values of one message without copying."""
        return ((number, value) for number, value, _ in self.located_fields(view))

    def located_fields(self, view: memoryview) -> Iterator[tuple[int, int | memoryview, int]]:
        """Yield the field numbers, values and ends of one message without copying.

        Raises:
            ValueError: the message is not a protocol buffer, or has too many fields.
        """
        position = 0
        while position < len(view):
            self._fields_seen += 1
            if self._fields_seen > _MAX_FIELDS:
                raise ValueError(f"it has more than {_MAX_FIELDS} parts")
            key, position = _varint(view, position)
            number, kind = key >> 3, key & 7
            if number == 0 or key > _MAX_KEY:
                raise ValueError("it is not a protocol buffer")
            if kind == _VARINT:
                value, position = _varint(view, position)
                yield number, value, position
                continue
            if kind == _BYTES:
                length, position = _varint(view, position)
            elif kind in (_FIXED64, _FIXED32):
                length = 8 if kind == _FIXED64 else 4
            else:
                raise ValueError("it is not a protocol buffer")
            if length > len(view) - position:
                raise ValueError("it ends in the middle")
            position += length
            yield number, view[position - length : position], position


def _text(view: memoryview) -> str:
    try:
        return bytes(view).decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError("it has text that is not UTF-8") from error


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


def _length_field(number: int, content: bytes) -> bytes:
    """Return a serialised field of text, bytes or a message."""
    return _as_varint(number << 3 | _BYTES) + _as_varint(len(content)) + content


def _as_varint(value: int) -> bytes:
    found = bytearray()
    while value >= 0x80:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*found, value])
