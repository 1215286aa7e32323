"""Faces of a video, frame after frame, at about a millisecond a face."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from fasdemo.faces.face import Box, Face, distinct
from fasdemo.faces.tracker import Track, Tracker

_SCAN_EVERY = 4
"""While faces are followed, newcomers are looked for in every fourth frame: 0.13 s at 30 frames a second."""
MOST_FACES = 8


class Detector(Protocol):
    """What `fasdemo.faces.detector.FaceDetector` offers."""

    def detect(self, image: npt.NDArray[np.uint8], thorough: bool = False, known: Sequence[Face] = ()) -> list[Face]:
        """All faces but the known ones, largest first."""
        ...

    def detect_tile(self, image: npt.NDArray[np.uint8], number: int, known: Sequence[Face] = ()) -> list[Face]:
        """Faces in one search tile but the known ones."""
        ...

    def detect_rough(self, image: npt.NDArray[np.uint8]) -> list[Face]:
        """All faces by a single pass, largest first."""
        ...

    def detect_near(self, image: npt.NDArray[np.uint8], box: Box) -> Face | None:
        """The face in and around a box."""
        ...

    def close(self) -> None:
        """Release what it holds."""
        ...


class FaceFinder:
    """Follows known faces by a pass around each and looks over the whole image, or one tile of it, for others.

    The same frames give the same tracks. Up to `MOST_FACES` faces are followed, the largest ones.
    """

    def __init__(self, detector: Detector) -> None:
        self._detector = detector
        self._tracker = Tracker()
        self._scans = 0
        self._since_scan = 0

    def find(self, rgb: npt.NDArray[np.uint8], timestamp_s: float, still: bool = False) -> list[Track]:
        """The faces of one frame, largest first.

        Args:
            rgb: uint8 (H, W, 3).
            timestamp_s: capture time, not decreasing; a step back ends every track.
            still: search thoroughly, for a picture that has no later frame.
        """
        self._tracker.forget(timestamp_s)
        followed = [self._detector.detect_near(rgb, track.face.box) for track in self._tracker.tracks]
        faces = distinct([face for face in followed if face is not None])
        self._since_scan += 1
        if still:
            faces = [*faces, *self._detector.detect(rgb, thorough=True, known=faces)]
        elif not faces or len(faces) < len(followed):
            # Somebody left or moved fast, or nobody was there: look everywhere at once.
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
        return self._tracker.update(faces[:MOST_FACES], timestamp_s)

    def find_in_crop(self, crop: npt.NDArray[np.uint8]) -> Face | None:
        """The largest face in an aligned crop, uint8 (S, S) or (S, S, 3), e.g. of the infrared image."""
        return next(iter(self._detector.detect_rough(crop)), None)

    def reset(self) -> None:
        """Forget every face; track numbers go on."""
        self._tracker.reset()

    def close(self) -> None:
        """Release the detector."""
        self._detector.close()

    def _scanned(self) -> None:
        self._scans += 1
        self._since_scan = 0
