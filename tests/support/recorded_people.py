"""Recorded sessions with the generated face of `tiny_set`, and a replacement of the detector that cuts them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Self

import numpy as np

from fasdemo.faces.face import Face
from fasdemo.frames import STREAMS, FrameSet, Truth
from fasdemo.sessions.schema import Session
from fasdemo.sessions.writer import SessionWriter
from tests.support.tiny_set import face


class WholeFrame:
    """Stands for the face detector: the blob fills the frame, its features lie where a face's would."""

    def detect(self, image: np.ndarray) -> list[Face]:
        height, width = image.shape[:2]
        unit = np.array([[0.4, 0.43], [0.6, 0.43], [0.5, 0.55], [0.5, 0.63], [0.3, 0.45], [0.7, 0.45]])
        points = (unit * (width, height)).astype(np.float32)
        return [Face((0.2 * width, 0.2 * height, 0.6 * width, 0.6 * height), 0.9, points)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *args: object) -> None:
        return None


def record_people(root: Path) -> Path:
    """Record four people, each live and attacked, four frames a session; return the root."""
    rng = np.random.default_rng(3)
    for person in range(4):
        for species in ("", "print-flat"):
            session = Session(
                subject=f"p{person}",
                label="spoof" if species else "live",
                species=species or None,
                started=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
                streams=STREAMS,
                width=160,
                height=160,
                fps=30,
            )
            kind = f"spoof-{species}" if species else "live"
            with SessionWriter(root / f"p{person}" / kind / "s1", session) as writer:
                for index in range(4):
                    rgb, depth, ir = face(rng, not species, 160)
                    truth = Truth("spoof" if species else "live", species)
                    frame = FrameSet(index, index / 30, rgb, depth, 0.001, ir, None, frozenset(STREAMS), truth=truth)
                    writer.write(frame)
    return root
