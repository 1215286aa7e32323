"""Which face of this frame is which face of the frame before.

A track's number is never used again. Time is passed in, so that a recording gives the same tracks at any speed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from fasdemo.faces.face import Box, Face, overlap
from fasdemo.faces.frame_interval import FrameInterval

LOST_AFTER_S = 0.4
"""A face unseen for longer is a new face when it comes back: time enough to put something else in its place."""
_LARGEST_MOVE = 0.6
"""Between two sightings, over the box's side."""
_LARGEST_GROWTH = 1.35
"""Side to side between two sightings, in either direction."""


@dataclass(frozen=True, slots=True)
class Track:
    """One face through time.

    Attributes:
        id: running number from 1.
        face: as seen last.
        first_seen_s, last_seen_s: on the clock of the frames.
        sightings: frames in which it was seen.
    """

    id: int
    face: Face
    first_seen_s: float
    last_seen_s: float
    sightings: int = 1


class Tracker:
    """Assigns faces to tracks by position and size, nearest pair first."""

    def __init__(self) -> None:
        self._tracks: dict[int, Track] = {}
        self._interval = FrameInterval()
        self._next = 1

    @property
    def tracks(self) -> tuple[Track, ...]:
        """Tracks that were seen within the last `LOST_AFTER_S`."""
        return tuple(self._tracks.values())

    def update(self, faces: Sequence[Face], timestamp_s: float) -> list[Track]:
        """The tracks of these faces, in their order. A clock that goes back ends every track."""
        if any(timestamp_s < track.last_seen_s for track in self._tracks.values()):
            self._tracks.clear()
        self.forget(timestamp_s)
        pairs = sorted(
            (cost, column, track.id)
            for column, face in enumerate(faces)
            for track in self._tracks.values()
            if (cost := _distance(track.face.box, face.box)) is not None
        )
        owner: dict[int, int] = {}
        for _, column, number in pairs:
            if column not in owner and number not in owner.values():
                owner[column] = number
        result = []
        for column, face in enumerate(faces):
            if column in owner:
                old = self._tracks[owner[column]]
                track = replace(old, face=face, last_seen_s=timestamp_s, sightings=old.sightings + 1)
            else:
                track = Track(self._next, face, timestamp_s, timestamp_s)
                self._next += 1
            self._tracks[track.id] = track
            result.append(track)
        return result

    def forget(self, timestamp_s: float) -> None:
        """Drop what was not seen lately; at least the frame before counts, also of a slow source."""
        self._interval.note(timestamp_s)
        lost_after_s = self._interval.longest_s(LOST_AFTER_S)
        self._tracks = {
            number: track for number, track in self._tracks.items() if timestamp_s - track.last_seen_s <= lost_after_s
        }

    def reset(self) -> None:
        """Forget every track and the source's rate; numbers go on."""
        self._tracks.clear()
        self._interval = FrameInterval()


def _distance(a: Box, b: Box) -> float | None:
    """How unlike two boxes are, None where they cannot be the same face."""
    side_a, side_b = max(a[2], a[3], 1.0), max(b[2], b[3], 1.0)
    move = float(np.hypot(a[0] + a[2] / 2 - b[0] - b[2] / 2, a[1] + a[3] / 2 - b[1] - b[3] / 2)) / min(side_a, side_b)
    growth = max(side_a / side_b, side_b / side_a)
    if move > _LARGEST_MOVE or growth > _LARGEST_GROWTH:
        return None
    return move + (growth - 1.0) + (1.0 - overlap(a, b))
