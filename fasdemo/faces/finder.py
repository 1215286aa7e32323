"""Find and track faces in the frames of a video, with one pass of the detector per face in every fourth frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from fasdemo.faces.face import Box, Face, distinct
from fasdemo.faces.follower import Follower
from fasdemo.faces.surroundings import Surroundings
from fasdemo.faces.tracker import Track, Tracker

_SCAN_EVERY = 4
"""While faces are tracked, search for new faces in every fourth frame, i.e. every 0.13 s at 30 frames per second."""
_SCAN_UNCHANGED_EVERY = 12
_SCANS = 24
"""Searches after a change until the whole image was searched twelve times and each of up to twelve tiles once."""
DETECT_EVERY_S = 0.13
DETECT_STILL_EVERY_S = 0.26
_STILL = 0.01
"""Distance from the last detection, divided by the side of the box, up to which a face has hardly moved."""
_SETTLED_S = 0.5
"""Time for which a new face, or one whose picture has changed, is detected in every frame. Key points of independent
detections differ a little, and so do the measurements; before the first LIVE, rules against attacks see all of them."""
_ANOTHER = 0.9
"""Correlation with the last detection below which a face counts as new: another face, or one that was covered."""
_POSTPONE_S = 0.034
"""Time by which a detection is postponed in a frame in which other checks take milliseconds."""
_MAX_POSTPONED = 2
"""Largest number of frames by which a search is postponed."""
_EARLY_S = 0.005
"""Tolerance, so that a detection due just after a frame runs on that frame."""
MAX_FACES = 8


class Detector(Protocol):
    """The interface of `fasdemo.faces.detector.FaceDetector`."""

    def detect(self, image: npt.NDArray[np.uint8], thorough: bool = False, known: Sequence[Face] = ()) -> list[Face]:
        """Return all faces except the known ones, largest first."""
        ...

    def detect_tile(self, image: npt.NDArray[np.uint8], number: int, known: Sequence[Face] = ()) -> list[Face]:
        """Return the faces in one search tile except the known ones."""
        ...

    def detect_rough(self, image: npt.NDArray[np.uint8]) -> list[Face]:
        """Return all faces found by a single pass, largest first."""
        ...

    def detect_near(self, image: npt.NDArray[np.uint8], box: Box) -> Face | None:
        """Return the face in and around a box; None if there is none."""
        ...

    def close(self) -> None:
        """Release the detector's resources."""
        ...


@dataclass(frozen=True, slots=True)
class _Followed:
    """A detected face of a track.

    Attributes:
        follower: finds it again.
        detected_s: time of the detection in seconds.
        new_s: time since which it is the same face.
    """

    follower: Follower
    detected_s: float
    new_s: float

    def face_in(self, rgb: npt.NDArray[np.uint8], timestamp_s: float, busy: bool) -> Face | None:
        """Return the face in a later frame; None if it must be detected. If `busy`, it is postponed by a frame."""
        age_s = timestamp_s - self.detected_s - (_POSTPONE_S if busy else 0.0)
        if not -_POSTPONE_S <= age_s < DETECT_STILL_EVERY_S - _EARLY_S:
            return None
        face = self.follower.follow(rgb)
        if timestamp_s - self.new_s < _SETTLED_S:
            return None
        still = self.follower.moved <= _STILL
        return face if still or age_s < DETECT_EVERY_S - _EARLY_S else None


class FaceFinder:
    """A face tracker for video; it follows known faces, and searches the whole image or a tile for new ones.

    A new face is detected in every frame for `_SETTLED_S`. Later it is detected again after `DETECT_EVERY_S`
    (`DETECT_STILL_EVERY_S` if it hardly moved), and at once if its picture no longer matches that of its last
    detection. In the frames between, it is followed by the shift of this picture. A search for new faces runs in every
    fourth frame, and in every twelfth if nothing has changed outside the known faces since the whole image and all
    tiles were searched.

    The same frames always give the same tracks. At most `MAX_FACES` faces are tracked, the largest ones.
    """

    def __init__(self, detector: Detector) -> None:
        self._detector = detector
        self._tracker = Tracker()
        self._followed: dict[int, _Followed] = {}
        self._surroundings = Surroundings()
        self._scans = 0
        self._since_scan = 0
        self._scans_unchanged = 0

    def find(
        self, rgb: npt.NDArray[np.uint8], timestamp_s: float, still: bool = False, busy: bool = False
    ) -> list[Track]:
        """Return the tracks of the faces in one frame, largest first.

        Args:
            rgb: uint8 (H, W, 3).
            timestamp_s: capture time, seconds, not decreasing; a step back ends all tracks.
            still: search thoroughly; for a still picture, which has no later frame.
            busy: whether other checks of this frame take milliseconds; a detection that is not urgent is postponed by a
                frame, and a search by two at most.
        """
        self._tracker.forget(timestamp_s)
        known = self._tracker.tracks
        kept: dict[int, _Followed] = {}
        seen: list[Face] = []
        detections = 0
        for track in known:
            followed = self._followed.get(track.id)
            face = None if still or followed is None else followed.face_in(rgb, timestamp_s, busy)
            if face is None:
                detections += 1
                face = self._detector.detect_near(rgb, track.face.box)
            elif followed is not None:
                kept[id(face)] = followed
            if face is not None:
                seen.append(face)
        faces = distinct(seen)
        self._since_scan += 1
        if self._surroundings.changed(rgb, [face.box for face in faces]):
            self._scans_unchanged = 0
        if still:
            faces = [*faces, *self._detector.detect(rgb, thorough=True, known=faces)]
        elif not faces or len(faces) < len(known):
            # A face was lost, or there was none: search the whole image in this frame.
            faces = [*faces, *self._detector.detect(rgb, known=faces)]
            if not faces:
                faces = self._detector.detect_tile(rgb, self._scans)
            self._scanned()
        elif self._search_is_due(busy or detections > 0):
            whole = self._scans % 2 == 0
            if whole:
                faces = [*faces, *self._detector.detect(rgb, known=faces)]
            else:
                faces = [*faces, *self._detector.detect_tile(rgb, self._scans // 2, known=faces)]
            self._scanned()
        faces.sort(key=lambda face: -face.box[2] * face.box[3])
        tracks = self._tracker.update(faces[:MAX_FACES], timestamp_s)
        self._followed = {
            track.id: kept.get(id(track.face)) or self._detected(rgb, track, timestamp_s) for track in tracks
        }
        return tracks

    def find_in_crop(self, crop: npt.NDArray[np.uint8]) -> Face | None:
        """Return the largest face in an aligned crop, uint8 (S, S) or (S, S, 3), e.g. infrared; None without a face."""
        return next(iter(self._detector.detect_rough(crop)), None)

    def reset(self) -> None:
        """Remove all tracks; track numbers continue."""
        self._tracker.reset()
        self._followed.clear()
        self._surroundings.forget()
        # Otherwise the searches, and with them the tracks, would depend on the frames before.
        self._scans = self._since_scan = self._scans_unchanged = 0

    def close(self) -> None:
        """Release the detector."""
        self._detector.close()

    def _detected(self, rgb: npt.NDArray[np.uint8], track: Track, timestamp_s: float) -> _Followed:
        before = self._followed.get(track.id)
        new_s = timestamp_s if before is None or before.follower.correlation < _ANOTHER else before.new_s
        return _Followed(Follower(rgb, track.face), timestamp_s, new_s)

    def _search_is_due(self, busy: bool) -> bool:
        """Return whether to search in this frame; in a frame with other long work, it is postponed."""
        every = _SCAN_EVERY if self._scans_unchanged < _SCANS else _SCAN_UNCHANGED_EVERY
        return self._since_scan >= every + (_MAX_POSTPONED if busy else 0)

    def _scanned(self) -> None:
        self._scans += 1
        self._since_scan = 0
        self._scans_unchanged += 1
