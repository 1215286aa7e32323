"""The parts of MP4, Matroska, AVI and transport stream files, and structural damage to them.

Damage here keeps whole parts and changes how they are put together: a box that is absent, doubled, exchanged with its
neighbour, of another type or size, or with an extreme value in one of its fields.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hypothesis import strategies as st

_BMFF_PARENTS = frozenset(
    {b"moov", b"trak", b"edts", b"mdia", b"minf", b"dinf", b"stbl", b"moof", b"traf", b"mvex", b"mfra"}
)
_EBML_PARENTS = frozenset(
    {0x1A45DFA3, 0x18538067, 0x1F43B675, 0x1654AE6B, 0xAE, 0xE0, 0x1C53BB6B, 0xBB, 0xB7, 0x114D9B74, 0x4DBB, 0xA0}
)
"""Head, segment, cluster, tracks, track, video, cues, cue point and its positions, seek head, seek, block group."""
_TS_PACKETS = {"ts": (188, 0), "m2ts": (192, 4)}
"""Length of a packet, and of the time stamp before its sync byte."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a container: `start` to `end` with its header, `body` to `end` without.

    Attributes:
        kind: printable name, e.g. `stsz`.
        level: depth in the tree.
        size_at: place of the field with its size; `size_bytes` is 0 if it has none.
        order: `big` or `little`, or `vint` for EBML.
        type_at: place of its type.
        type_bytes: length of its type.
    """

    start: int
    body: int
    end: int
    kind: str
    level: int
    size_at: int
    size_bytes: int
    order: str
    type_at: int
    type_bytes: int


def parts(name: str, data: bytes) -> list[Part]:
    """Return all parts of a file, in the order of their starts; the file's name tells its container."""
    ending = name.rsplit(".", 1)[1]
    if ending in ("mp4", "mov"):
        return list(_boxes(data, 0, len(data), 0))
    if ending in ("mkv", "webm"):
        return list(_elements(data, 0, len(data), 0))
    if ending == "avi":
        return list(_chunks(data, 0, len(data), 0))
    length, stamp = _TS_PACKETS[ending]
    return [
        Part(start, start + stamp + 4, start + length, "packet", 0, 0, 0, "big", start + stamp + 1, 2)
        for start in range(0, len(data) - length + 1, length)
    ]


def _boxes(data: bytes, start: int, end: int, level: int) -> Iterator[Part]:
    while start + 8 <= end:
        size = int.from_bytes(data[start : start + 4], "big")
        stop = start + size if 8 <= size <= end - start else end
        kind = data[start + 4 : start + 8]
        yield Part(start, start + 8, stop, kind.decode("latin-1"), level, start, 4, "big", start + 4, 4)
        if kind in _BMFF_PARENTS:
            yield from _boxes(data, start + 8, stop, level + 1)
        elif kind in (b"stsd", b"dref"):
            yield from _boxes(data, start + 16, stop, level + 1)
        start = stop


def _vint(data: bytes, place: int, *, marker: bool) -> tuple[int, int]:
    """Return the value of a variable-length integer, with or without its marker bit, and its length."""
    first = data[place] if place < len(data) else 0
    length = 9 - first.bit_length() if first else 8
    value = int.from_bytes(data[place : place + length], "big")
    return (value if marker else value & ~(1 << (7 * length))), length


def _elements(data: bytes, start: int, end: int, level: int) -> Iterator[Part]:
    while start + 2 <= end:
        kind, kind_bytes = _vint(data, start, marker=True)
        size, size_bytes = _vint(data, start + kind_bytes, marker=False)
        body = min(start + kind_bytes + size_bytes, end)
        stop = body + size if size <= end - body else end
        yield Part(start, body, stop, f"{kind:X}", level, start + kind_bytes, size_bytes, "vint", start, kind_bytes)
        if kind in _EBML_PARENTS:
            yield from _elements(data, body, stop, level + 1)
        start = max(stop, body)


def _chunks(data: bytes, start: int, end: int, level: int) -> Iterator[Part]:
    while start + 8 <= end:
        size = int.from_bytes(data[start + 4 : start + 8], "little")
        stop = start + 8 + size + size % 2 if size <= end - start - 8 else end
        kind = data[start : start + 4]
        yield Part(start, start + 8, stop, kind.decode("latin-1"), level, start + 4, 4, "little", start, 4)
        if kind in (b"RIFF", b"LIST"):
            yield from _chunks(data, start + 12, stop, level + 1)
        start = stop


Step = tuple[str, float, float, int, bool]
"""Kind of damage, which part (share of all), where in it (share), a value, whether sizes around it are corrected."""

KINDS = ("cut", "remove", "double", "exchange", "size", "type", "field", "blank")
VALUES = (0, 1, 2, 7, 8, 0x7F, 0xFF, 0x100, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)
VALUES_OF_FLOATS = (0x7FC00000, 0x7F800000, 0xFF800000, 0x3F800000)
"""NaN, both infinities and 1 as 32-bit floats, for the fields of Matroska."""

steps: st.SearchStrategy[list[Step]] = st.lists(
    st.tuples(
        st.sampled_from(KINDS),
        st.floats(0.0, 1.0, exclude_max=True),
        st.floats(0.0, 1.0, exclude_max=True),
        st.sampled_from((*VALUES, *VALUES_OF_FLOATS)),
        st.booleans(),
    ),
    min_size=1,
    max_size=3,
)


def restructured(name: str, data: bytes, damage: list[Step]) -> bytes:
    """Return a file after every step of structural damage."""
    for kind, which, where, value, correct in damage:
        found = parts(name, data)
        if not found:
            return data
        part = found[int(which * len(found))]
        data = _changed(data, found, part, kind, where, value, correct)
    return data


def _changed(data: bytes, found: list[Part], part: Part, kind: str, where: float, value: int, correct: bool) -> bytes:
    body = data[part.start : part.end]
    if kind == "cut":
        return data[: part.start + int(where * (part.end - part.start))]
    if kind == "remove":
        return _spliced(data, found, part, b"", correct)
    if kind == "double":
        return _spliced(data, found, part, body * 2, correct)
    if kind == "exchange":
        after = next((one for one in found if one.start == part.end and one.level == part.level), None)
        if after is None:
            return data
        return data[: part.start] + data[after.start : after.end] + body + data[after.end :]
    if kind == "size" and part.size_bytes:
        size = (part.end - part.body + value) if where < 0.5 else value
        return _written(data, part.size_at, size, part.size_bytes, part.order)
    if kind == "type":
        return data[: part.type_at] + bytes(part.type_bytes * [0x7A]) + data[part.type_at + part.type_bytes :]
    if kind == "field" and part.end - part.body >= 1:
        place = part.body + int(where * (part.end - part.body))
        width = min(4, part.end - place)
        return data[:place] + (value % (1 << 8 * width)).to_bytes(width, "big") + data[place + width :]
    if kind == "blank":
        return data[: part.body] + bytes(part.end - part.body) + data[part.end :]
    return data


def _spliced(data: bytes, found: list[Part], part: Part, new: bytes, correct: bool) -> bytes:
    """Replace a part by other bytes; with `correct`, the sizes of the parts around it fit afterwards."""
    more = len(new) - (part.end - part.start)
    result = data[: part.start] + new + data[part.end :]
    for one in found if correct else ():
        if one.size_bytes and one.start < part.start and one.end >= part.end:
            result = _written(result, one.size_at, _size_of(data, one) + more, one.size_bytes, one.order)
    return result


def _size_of(data: bytes, part: Part) -> int:
    if part.order == "vint":
        return _vint(data, part.size_at, marker=False)[0]
    field = data[part.size_at : part.size_at + part.size_bytes]
    return int.from_bytes(field, "little" if part.order == "little" else "big")


def _written(data: bytes, place: int, value: int, width: int, order: str) -> bytes:
    if order == "vint":
        field = (value % (1 << 7 * width) | 1 << 7 * width).to_bytes(width, "big")
    else:
        field = (value % (1 << 8 * width)).to_bytes(width, "little" if order == "little" else "big")
    return data[:place] + field + data[place + width :]
