"""Sound files of every kind that fasdemo reads, small, and ways to damage them."""

from __future__ import annotations

import json
import os
import struct
import zlib
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import av
import cv2
import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from fasdemo.engine.event_log.events import COLUMNS
from fasdemo.errors import UserError
from fasdemo.frames import STREAMS, Calibration, Extrinsics, FrameSet, Intrinsics, StreamTime
from fasdemo.sessions.schema import CalibrationRecord, Consent, Session
from fasdemo.sessions.writer import SessionWriter

HEIGHT, WIDTH = 32, 48
EXAMPLES = int(os.environ.get("FASDEMO_FUZZ_EXAMPLES", "0"))
"""Examples a test; 0 = few and always the same, for the ordinary run."""


def fuzz(examples: int, cost: int = 1) -> settings:
    """Hypothesis' settings: `examples` in the ordinary run, as many as the environment asks for in a long one.

    Where an example takes a process of its own, a long run makes do with one in `cost`.
    """
    return settings(
        max_examples=max(EXAMPLES // cost, 1) if EXAMPLES else examples,
        derandomize=EXAMPLES == 0,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


def refused_or_read(read: Callable[[], Any]) -> Any:
    """What was read, or the sentence that refuses it; anything else that is raised fails the test."""
    try:
        return read()
    except UserError as error:
        found = error
    assert "\n" not in str(found).strip()
    assert len(str(found)) < 3000
    return found


Mutation = tuple[str, float, bytes]

mutations: st.SearchStrategy[list[Mutation]] = st.lists(
    st.tuples(
        st.sampled_from(["replace", "insert", "delete", "cut", "repeat"]),
        st.floats(0.0, 1.0),
        st.one_of(
            st.binary(min_size=1, max_size=12),
            st.sampled_from(
                [b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff", b"\x80", b"-1", b"NaN", b"Infinity", b"1e400"]
                + [
                    b"9" * 400,
                    b"[" * 300,
                    b"{" * 300,
                    b'"',
                    b"\n",
                    b",",
                    b"../",
                    b"/etc/passwd",
                    b"null",
                    b"\0",
                    b"\x1b[2J",
                ]
            ),
        ),
    ),
    min_size=1,
    max_size=6,
)


def damaged(content: bytes, steps: list[Mutation]) -> bytes:
    """The content after every step; places are shares of its length."""
    for kind, share, data in steps:
        place = int(share * len(content))
        if kind == "replace":
            content = content[:place] + data + content[place + len(data) :]
        elif kind == "insert":
            content = content[:place] + data + content[place:]
        elif kind == "delete":
            content = content[:place] + content[place + len(data) :]
        elif kind == "cut":
            content = content[:place]
        else:
            content = content[:place] + content[place : place + 16] * 20 + content[place:]
    return content


def shot(number: int) -> FrameSet:
    """One frame set with every stream."""
    random = np.random.default_rng(number)
    times = {name: StreamTime(5.0 + number / 30, 100 + number) for name in STREAMS}
    rgb = np.full((HEIGHT, WIDTH, 3), 40 + number, np.uint8)
    rgb[8:20, 10:30] = (200, 120, 90)
    return FrameSet(
        index=number,
        timestamp_s=5.0 + number / 30,
        rgb=rgb,
        depth=random.integers(400, 900, (HEIGHT, WIDTH), np.uint16),
        ir=random.integers(0, 255, (HEIGHT, WIDTH), np.uint8),
        declared=frozenset(STREAMS),
        times=times,
    )


def description(**changes: Any) -> Session:
    """A session's description with everything that one can hold."""
    camera = Intrinsics(WIDTH, HEIGHT, 60.0, 60.0, 24.0, 16.0)
    calibration = Calibration(camera, camera, camera, Extrinsics(), Extrinsics(), registered=False)
    values: dict[str, Any] = {
        "subject": "S01",
        "label": "live",
        "started": datetime(2026, 1, 2, tzinfo=UTC),
        "streams": ("rgb", "depth", "ir"),
        "width": WIDTH,
        "height": HEIGHT,
        "fps": 30.0,
        "calibration": CalibrationRecord.of(calibration),
        "consent": Consent(statement="yes", given_on=date(2026, 1, 2), retain_until=date(2027, 1, 2)),
    }
    return Session(**{**values, **changes})


@lru_cache(maxsize=4)
def session_files(container: str = "files", frames: int = 3) -> dict[str, bytes]:
    """A session's files by name relative to its folder."""
    with TemporaryDirectory() as root:
        folder = Path(root) / "s"
        with SessionWriter(folder, description(container=container), "png") as writer:
            for number in range(frames):
                writer.write(shot(number))
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def put(folder: Path, files: dict[str, bytes]) -> Path:
    """Write files below a folder."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


@lru_cache(maxsize=8)
def video(name: str, codec: str, pixels: str, frames: int = 20) -> bytes:
    """A video's bytes; the container by the name's ending."""
    with TemporaryDirectory() as root:
        path = Path(root) / name
        container = av.open(str(path), "w")
        stream: Any = container.add_stream(codec, rate=30)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, pixels
        for number in range(frames):
            if pixels == "gray16le":
                image = np.full((HEIGHT, WIDTH), 500 + number, np.uint16)
                frame = av.VideoFrame.from_ndarray(image, format=pixels)
            else:
                frame = av.VideoFrame.from_ndarray(shot(number).rgb, format="rgb24")
            for packet in stream.encode(frame):
                container.mux(packet)
        for packet in stream.encode(None):
            container.mux(packet)
        container.close()
        return path.read_bytes()


@lru_cache(maxsize=16)
def picture(ending: str, grey: bool = False) -> bytes:
    """An encoded picture."""
    image = (np.arange(HEIGHT * WIDTH) % 4096).astype(np.uint16).reshape(HEIGHT, WIDTH) if grey else shot(1).rgb
    done, data = cv2.imencode(ending, image)
    assert done
    return data.tobytes()


def png_claiming(width: int, height: int, bits: int = 8, colour: int = 0, rows: int = 0) -> bytes:
    """A PNG whose header claims a size; `rows` of it are there, black."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    row = bytes(1 + width * (bits // 8) * (3 if colour == 2 else 1))
    packer = zlib.compressobj(9)
    body = b"".join(packer.compress(row) for _ in range(rows)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


EVENT: dict[str, Any] = {
    "event": "verdict",
    "frame": 1,
    "timestamp_s": 1.0,
    "source": "session",
    "live_source": False,
    "model": "m",
    "model_sha256": "0" * 64,
    "provider": "CPU",
    "policy": "balanced",
    "live_above": 0.7,
    "spoof_below": 0.3,
    "track_id": 1,
    "status": "LIVE",
    "score": 0.9,
    "reasons": ["rgb_only"],
    "evidence": {"distance_m": 0.5},
}


LIST = "color/0.png depth/0.png ir/0.png 1\ncolor/1.png depth/1.png - 0\nvideo/dev/1 0\n"


def lines(*events: dict[str, Any]) -> str:
    return "".join(json.dumps({**EVENT, **event}) + "\n" for event in events)


def table() -> str:
    values = {key: json.dumps(value) if isinstance(value, list | dict) else value for key, value in EVENT.items()}
    cells = [str(values.get(name, "")) for name in COLUMNS]
    return ",".join(COLUMNS) + "\n" + ",".join('"' + cell.replace('"', '""') + '"' for cell in cells) + "\n"
