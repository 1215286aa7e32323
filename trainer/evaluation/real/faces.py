"""Face detections of pictures that are measured repeatedly, cached in a work folder by the pictures' bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from fasdemo.atomic_file import replacing
from fasdemo.faces.detector import FaceDetector
from fasdemo.faces.face import Box, Face
from fasdemo.faces.landmarks import FaceLandmarks

_FORMAT = "1"
"""Version of the cache format; also changed when face detection changes."""


class KeptFaces:
    """A face detector and landmarker that caches its results for whole pictures on disk.

    Implements `fasdemo.faces.finder.Detector` and the engine's `Landmarker` protocol.

    Args:
        folder: folder of the cache; created if missing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._folder.mkdir(parents=True, exist_ok=True)
        self._detector: FaceDetector | None = None
        self._landmarker: FaceLandmarks | None = None
        self._memory: dict[str, list[Face]] = {}

    def detect(self, image: npt.NDArray[np.uint8], thorough: bool = False, known: Sequence[Face] = ()) -> list[Face]:
        """Return all faces of a picture, largest first; see `FaceDetector.detect`."""
        if known:
            return self._running().detect(image, thorough, known)
        key = _key(image, f"faces {thorough}")
        found = self._kept(key)
        if found is None:
            found = self._running().detect(image, thorough)
            self._keep(key, found)
        return found

    def detect_tile(self, image: npt.NDArray[np.uint8], number: int, known: Sequence[Face] = ()) -> list[Face]:
        """Detect faces in a tile; see `FaceDetector.detect_tile`."""
        return self._running().detect_tile(image, number, known)

    def detect_rough(self, image: npt.NDArray[np.uint8]) -> list[Face]:
        """Detect faces roughly; see `FaceDetector.detect_rough`. Cached, since models share their infrared crops."""
        key = _key(image, "rough")
        found = self._kept(key)
        if found is None:
            found = self._running().detect_rough(image)
            self._keep(key, found)
        return found

    def detect_near(self, image: npt.NDArray[np.uint8], box: Box) -> Face | None:
        """Detect a face near a box; see `FaceDetector.detect_near`."""
        return self._running().detect_near(image, box)

    def add(self, image: npt.NDArray[np.uint8], face: Face) -> Face:
        """Return the face with its landmarks; see `FaceLandmarks.add`."""
        key = _key(image, f"landmarks {face.box}")
        found = self._kept(key)
        if found is None:
            if self._landmarker is None:
                self._landmarker = FaceLandmarks()
            found = [self._landmarker.add(image, face)]
            self._keep(key, found)
        return found[0]

    def close(self) -> None:
        """Do nothing: several engines share this object; `release` closes it."""

    def release(self) -> None:
        """Close the detector and the landmarker, if they were opened."""
        for part in (self._detector, self._landmarker):
            if part is not None:
                part.close()
        self._detector = self._landmarker = None

    def _running(self) -> FaceDetector:
        if self._detector is None:
            self._detector = FaceDetector()
        return self._detector

    def _kept(self, key: str) -> list[Face] | None:
        if key not in self._memory:
            try:
                with np.load(self._folder / f"{key}.npz", allow_pickle=False) as stored:
                    self._memory[key] = [_face(stored, number) for number in range(int(stored["count"]))]
            except (OSError, ValueError, KeyError, BadZipFile):
                return None
        return self._memory[key]

    def _keep(self, key: str, faces: list[Face]) -> None:
        self._memory[key] = faces
        arrays: dict[str, npt.NDArray[np.generic]] = {"count": np.array(len(faces))}
        for number, face in enumerate(faces):
            arrays[f"box{number}"] = np.array([*face.box, face.score])
            arrays[f"keypoints{number}"] = face.keypoints
            if face.landmarks is not None:
                arrays[f"landmarks{number}"] = face.landmarks
            if face.blendshapes is not None:
                arrays[f"names{number}"] = np.array(list(face.blendshapes))
                arrays[f"weights{number}"] = np.array(list(face.blendshapes.values()))
        with replacing(self._folder / f"{key}.npz") as temporary:
            np.savez(temporary, **arrays)  # type: ignore[arg-type]  # no array is called `allow_pickle`


def _face(stored: np.lib.npyio.NpzFile, number: int) -> Face:
    x, y, width, height, score = (float(value) for value in stored[f"box{number}"])
    blendshapes = None
    if f"names{number}" in stored:
        weights = stored[f"weights{number}"]
        blendshapes = {str(name): float(w) for name, w in zip(stored[f"names{number}"], weights, strict=True)}
    return Face(
        box=(x, y, width, height),
        score=score,
        keypoints=stored[f"keypoints{number}"],
        landmarks=stored.get(f"landmarks{number}"),
        blendshapes=blendshapes,
    )


def _key(image: npt.NDArray[np.uint8], what: str) -> str:
    head = f"{_FORMAT} {what} {image.shape}".encode()
    return hashlib.sha256(head + np.ascontiguousarray(image).tobytes()).hexdigest()[:24]
