"""Assign the faces of a frame to those of the previous frames.

A track's number is never used again. Time is an argument, so that a recording gives the same tracks at any speed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from fasdemo.faces.face import Box, Face, overlap
from fasdemo.faces.frame_interval import FrameInterval

LOST_AFTER_S = 0.4
"""A track ends after this time without detection, because another face could have taken its place."""
_MAX_MOVE = 0.6
"""Maximum move between two detections, divided by the side of the box."""
_MAX_GROWTH = 1.35
"""Maximum ratio of the box sides of two detections, in either direction."""


@dataclass(frozen=True, slots=True)
class Track:
    """A face over time.

    Attributes:
        id: number of the track, from 1.
        face: the last detection.
        first_seen_s: time stamp of the first detection in seconds.
        last_seen_s: time stamp of the last detection in seconds.
        sightings: number of frames with a detection.
    """

    id: int
    face: Face
    first_seen_s: float
    last_seen_s: float
    sightings: int = 1


class Tracker:
    """A tracker that assigns faces to tracks by position and size, closest pair first."""

    def __init__(self) -> None:
        self._tracks: dict[int, Track] = {}
        self._interval = FrameInterval()
        self._next = 1

    @property
    def tracks(self) -> tuple[Track, ...]:
        """The tracks with a detection within the last `LOST_AFTER_S`."""
        return tuple(self._tracks.values())

    def update(self, faces: Sequence[Face], timestamp_s: float) -> list[Track]:
        """Return the tracks of these faces in the same order; a time stamp that decreases ends all tracks."""
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
        """End the tracks without a detection within the last `LOST_AFTER_S`, or 1.7 intervals of a slow source."""
        self._interval.note(timestamp_s)
        lost_after_s = self._interval.max_gap_s(LOST_AFTER_S)
        self._tracks = {
            number: track for number, track in self._tracks.items() if timestamp_s - track.last_seen_s <= lost_after_s
        }

    def reset(self) -> None:
        """Remove all tracks and the measured frame rate; track numbers continue."""
        self._tracks.clear()
        self._interval = FrameInterval()


def _distance(a: Box, b: Box) -> float | None:
    """Return the difference of two boxes; None if they cannot be the same face."""
    side_a, side_b = max(a[2], a[3], 1.0), max(b[2], b[3], 1.0)
    move = float(np.hypot(a[0] + a[2] / 2 - b[0] - b[2] / 2, a[1] + a[3] / 2 - b[1] - b[3] / 2)) / min(side_a, side_b)
    growth = max(side_a / side_b, side_b / side_a)
    if move > _MAX_MOVE or growth > _MAX_GROWTH:
        return None
    return move + (growth - 1.0) + (1.0 - overlap(a, b))
