"""Find and track faces in the frames of a video, in about a millisecond per face."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from fasdemo.faces.face import Box, Face, distinct
from fasdemo.faces.tracker import Track, Tracker

_SCAN_EVERY = 4
"""While faces are tracked, search for new faces in every fourth frame, i.e. every 0.13 s at 30 frames per second."""
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


class FaceFinder:
    """A face tracker for video; it searches around known faces, and in the whole image or a tile for new ones.

    The same frames always give the same tracks. At most `MAX_FACES` faces are tracked, the largest ones.
    """

    def __init__(self, detector: Detector) -> None:
        self._detector = detector
        self._tracker = Tracker()
        self._scans = 0
        self._since_scan = 0

    def find(self, rgb: npt.NDArray[np.uint8], timestamp_s: float, still: bool = False) -> list[Track]:
        """Return the tracks of the faces in one frame, largest first.

        Args:
            rgb: uint8 (H, W, 3).
            timestamp_s: capture time, seconds, not decreasing; a step back ends all tracks.
            still: search thoroughly; for a still picture, which has no later frame.
        """
        self._tracker.forget(timestamp_s)
        followed = [self._detector.detect_near(rgb, track.face.box) for track in self._tracker.tracks]
        faces = distinct([face for face in followed if face is not None])
        self._since_scan += 1
        if still:
            faces = [*faces, *self._detector.detect(rgb, thorough=True, known=faces)]
        elif not faces or len(faces) < len(followed):
            # A face was lost, or there was none: search the whole image in this frame.
            faces = [*faces, *self._detector.detect(rgb, known=faces)]
            if not faces:
                faces = self._detector.detect_tile(rgb, self._scans)
            self._scanned()
        elif self._since_scan >= _SCAN_EVERY:
            whole = self._scans % 2 == 0
            if whole:
                faces = [*faces, *self._detector.detect(rgb, known=faces)]
            else:
                faces = [*faces, *self._detector.detect_tile(rgb, self._scans // 2, known=faces)]
            self._scanned()
        faces.sort(key=lambda face: -face.box[2] * face.box[3])
        return self._tracker.update(faces[:MAX_FACES], timestamp_s)

    def find_in_crop(self, crop: npt.NDArray[np.uint8]) -> Face | None:
        """Return the largest face in an aligned crop, uint8 (S, S) or (S, S, 3), e.g. infrared; None without a face."""
        return next(iter(self._detector.detect_rough(crop)), None)

    def reset(self) -> None:
        """Remove all tracks; track numbers continue."""
        self._tracker.reset()

    def close(self) -> None:
        """Release the detector."""
        self._detector.close()

    def _scanned(self) -> None:
        self._scans += 1
        self._since_scan = 0
