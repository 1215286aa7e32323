"""Samples in a tar file of the WebDataset format, and the rows of the index that finds them.

Every sample is `KEY.rgb.npy`, `KEY.depth.npy`, `KEY.ir.npy` (those that the set has) and `KEY.json`, one after the
other. The index stores where the sample begins, its length and its checksum, so that single samples can be read.
"""

from __future__ import annotations

import io
import json
import tarfile
import threading
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from fasdemo.frames import STREAMS, Stream
from trainer.data.faces import Sample, UnreadableError

_BLOCK = tarfile.BLOCKSIZE
END = bytes(2 * _BLOCK)
"""The end of a tar file."""
COLUMNS = (
    "part", "shard", "offset", "bytes", "crc32", "label", "species", "subject", "sensor", "line", "name",
)  # fmt: skip
"""Columns of the index."""
_HEADER_LOCK = threading.Lock()


@dataclass(frozen=True, slots=True)
class Place:
    """The place of a sample.

    Attributes:
        file: the tar file.
        offset: number of its first byte.
        size: number of its bytes; 0 if the sample could not be read when the set was written.
        crc32: checksum of these bytes.
        name: name of the sample, for messages.
    """

    file: Path
    offset: int
    size: int
    crc32: int
    name: str


def write_sample(file: BinaryIO, key: str, sample: Sample, streams: Iterable[Stream], facts: dict[str, Any]) -> bytes:
    """Append a sample to a tar file and return the bytes that were written."""
    members = []
    for stream in STREAMS:
        picture = sample.get(stream)
        if stream in streams and picture is not None:
            array = io.BytesIO()
            np.save(array, np.ascontiguousarray(picture), allow_pickle=False)
            members.append((f"{key}.{stream}.npy", array.getvalue()))
    members.append((f"{key}.json", json.dumps(facts, sort_keys=True).encode()))
    content = b"".join(_member(name, data) for name, data in members)
    file.write(content)
    return content


def _member(name: str, data: bytes) -> bytes:
    """Return header and padded content; equal content gives equal bytes, since no time and no owner is stored."""
    header = tarfile.TarInfo(name)
    header.size = len(data)
    return header.tobuf(tarfile.USTAR_FORMAT) + data + bytes(-len(data) % _BLOCK)


def read_sample(place: Place, streams: Iterable[Stream]) -> Sample:
    """Return some streams of a sample.

    Raises:
        UnreadableError: the file is missing or damaged, or the sample could not be read when the set was written.
    """
    if not place.size:
        raise UnreadableError(place.name)
    wanted = set(streams)
    pictures: dict[str, npt.NDArray[Any]] = {}
    try:
        with place.file.open("rb") as file:
            file.seek(place.offset)
            content = file.read(place.size)
        if len(content) != place.size or zlib.crc32(content) != place.crc32:
            raise UnreadableError(f"{place.name} in {place.file.name}")
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as members:
            for member in members:
                stream = member.name.split(".")[1]
                data = members.extractfile(member)
                if stream in wanted and data is not None:
                    # NumPy parses the header as Python, which fails now and then in several threads of Python 3.11.
                    with _HEADER_LOCK:
                        pictures[stream] = np.load(io.BytesIO(data.read()), allow_pickle=False)
    except (OSError, ValueError, IndexError, tarfile.TarError):
        raise UnreadableError(f"{place.name} in {place.file.name}") from None
    return Sample(pictures.get("rgb"), pictures.get("depth"), pictures.get("ir"))
