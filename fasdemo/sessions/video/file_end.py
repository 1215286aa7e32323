"""Compare the end of a video file with the end that its structure states.

FFmpeg reads a file that was cut off like one that ends there, and of several MP4 files joined end to end it reads only
the first. Here only the sizes of the outermost parts are read, without their contents.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from fasdemo.sessions.video.transport_check import packet_layout

_BOXES = frozenset(
    {
        *(b"ftyp", b"styp", b"moov", b"moof", b"mdat", b"mfra", b"sidx", b"ssix", b"prft", b"emsg", b"meta", b"udta"),
        *(b"free", b"skip", b"wide", b"pnot", b"uuid"),
    }
)
"""Outermost boxes of ISO/IEC 14496-12 and QuickTime. What follows another type is data that a device appended."""
_SEGMENT, _CLUSTER, _EBML = 0x18538067, 0x1F43B675, 0x1A45DFA3
_ELEMENTS = frozenset(
    {
        *(_EBML, _SEGMENT, _CLUSTER, 0x114D9B74, 0x1549A966, 0x1654AE6B, 0x1C53BB6B, 0x1941A469, 0x1043A770),
        *(0x1254C367, 0xEC, 0xBF, 0xE7, 0xA3, 0xA0, 0xA7, 0xAB, 0x5854),
    }
)
"""Elements of Matroska (RFC 9559) outside and directly inside a segment or a cluster."""
_START_BYTES = 1024
_MAX_PARTS = 1_000_000
_SLACK_BYTES = 16


@dataclass(frozen=True, slots=True)
class FileEnd:
    """The state of the end of a video file, read from its structure.

    Attributes:
        cut: whether the last part is longer than the file.
        films: number of films that are joined end to end in an MP4 or AVI file. FFmpeg reads only the first of MP4, and
            all of AVI if they are of one kind.
    """

    cut: bool = False
    films: int = 1


def file_end(path: Path, container: str) -> FileEnd:
    """Read the state of the end of a file from its structure.

    Args:
        path: the video file.
        container: FFmpeg's name of the format; other formats than MP4, Matroska, AVI and transport streams state no
            end, so nothing is found.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        if "mp4" in container:
            return _of_boxes(file, size)
        if "matroska" in container:
            return _of_elements(file, size)
        if container == "avi":
            return _of_chunks(file, size)
        if container in ("mpegts", "mpeg", "mpegvideo"):
            # A short transport stream is taken for the video in it.
            return FileEnd(cut=_has_partial_packet(file, size))
    return FileEnd()


def _of_boxes(file: BinaryIO, size: int) -> FileEnd:
    place, films = 0, 0
    for _ in range(_MAX_PARTS):
        head = _read(file, place, 16)
        if len(head) < 8:
            return FileEnd(cut=bool(head), films=max(films, 1))
        length, kind = int.from_bytes(head[:4], "big"), head[4:8]
        if kind not in _BOXES:
            break
        films += kind == b"moov"
        if length == 1:
            length = int.from_bytes(head[8:16], "big")
        if length < 8:
            # A size of 0 means up to the end; other small ones are damage, which FFmpeg reports.
            break
        place += length
        if place >= size:
            return FileEnd(cut=place > size, films=max(films, 1))
    return FileEnd(films=max(films, 1))


def _of_elements(file: BinaryIO, size: int) -> FileEnd:
    place = 0
    for _ in range(_MAX_PARTS):
        if place >= size:
            break
        head = _read(file, place, 12)
        kind, kind_bytes = _variable(head, 0)
        if kind not in _ELEMENTS:
            break
        length, length_bytes = _variable(head, kind_bytes)
        if kind_bytes + length_bytes > len(head):
            return FileEnd(cut=True)
        length &= ~(1 << 7 * length_bytes)
        place += kind_bytes + length_bytes
        if length == (1 << 7 * length_bytes) - 1:
            # An unknown size, as in a recording that was not completed: look inside.
            continue
        place += length
        if place > size:
            return FileEnd(cut=True)
    return FileEnd()


def _of_chunks(file: BinaryIO, size: int) -> FileEnd:
    place, films = 0, 0
    for _ in range(_MAX_PARTS):
        head = _read(file, place, 12)
        if head[:4] != b"RIFF" or len(head) < 12:
            break
        films += head[8:12] == b"AVI "
        length = int.from_bytes(head[4:8], "little")
        if length in (0, 0xFFFFFFFF):
            # Written to a pipe, so the size was never filled in.
            break
        place += 8 + length + length % 2
        # Writers often count a header of 8 bytes twice.
        if place > size + _SLACK_BYTES:
            return FileEnd(cut=True, films=max(films, 1))
    return FileEnd(films=max(films, 1))


def _has_partial_packet(file: BinaryIO, size: int) -> bool:
    layout = packet_layout(_read(file, 0, _START_BYTES))
    if layout is None:
        return False
    length, first = layout
    # With 192 bytes, a time stamp of 4 bytes precedes the sync byte.
    return bool((size - first + (4 if length == 192 else 0)) % length)


def _read(file: BinaryIO, place: int, count: int) -> bytes:
    file.seek(place)
    return file.read(count)


def _variable(head: bytes, place: int) -> tuple[int, int]:
    """Return an EBML variable-length integer with its marker bit, and its length in bytes."""
    first = head[place] if place < len(head) else 0
    length = 9 - first.bit_length() if first else 8
    return int.from_bytes(head[place : place + length], "big"), length
