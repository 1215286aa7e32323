"""Find 478 face landmarks and 52 blendshapes with the networks of MediaPipe's face landmarker.

They take about 4 ms per face, five times as long as the detector. They are therefore run only from time to time, for
properties that change slowly (open eyes, head pose), and never to align a crop.
"""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt

from fasdemo.faces.detector import MIN_CONFIDENCE, as_rgb
from fasdemo.faces.face import Face, Points
from fasdemo.faces.lite_network import LiteNetwork, Square, square_tensor
from fasdemo.faces.model_file import (
    BLENDSHAPES_MEMBER,
    DETECTOR_MEMBER,
    LANDMARKS_MEMBER,
    face_model_path,
    network_bytes,
)
from fasdemo.faces.short_range import Detection, detections

_REGION_SIDE = 2.0
"""Side of the searched square, as a factor on the longer side of the face's box."""
_MIN_REGION_PX = 16
_SIZE = 256
_SIDE = 1.5
"""Side of the square in which landmarks are found, as a factor on the longer side of the detection's box."""
_COUNT = 478
_MIN_PRESENCE = 0.5
_BLENDSHAPES = (
    "_neutral", "browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft", "browOuterUpRight", "cheekPuff",
    "cheekSquintLeft", "cheekSquintRight", "eyeBlinkLeft", "eyeBlinkRight", "eyeLookDownLeft", "eyeLookDownRight",
    "eyeLookInLeft", "eyeLookInRight", "eyeLookOutLeft", "eyeLookOutRight", "eyeLookUpLeft", "eyeLookUpRight",
    "eyeSquintLeft", "eyeSquintRight", "eyeWideLeft", "eyeWideRight", "jawForward", "jawLeft", "jawOpen", "jawRight",
    "mouthClose", "mouthDimpleLeft", "mouthDimpleRight", "mouthFrownLeft", "mouthFrownRight", "mouthFunnel",
    "mouthLeft", "mouthLowerDownLeft", "mouthLowerDownRight", "mouthPressLeft", "mouthPressRight", "mouthPucker",
    "mouthRight", "mouthRollLower", "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper", "mouthSmileLeft",
    "mouthSmileRight", "mouthStretchLeft", "mouthStretchRight", "mouthUpperUpLeft", "mouthUpperUpRight",
    "noseSneerLeft", "noseSneerRight",
)  # fmt: skip
"""Names of the outputs of the network for blendshapes."""
_USED = (
    0, 1, 4, 5, 6, 7, 8, 10, 13, 14, 17, 21, 33, 37, 39, 40, 46, 52, 53, 54, 55, 58, 61, 63, 65, 66, 67, 70, 78, 80,
    81, 82, 84, 87, 88, 91, 93, 95, 103, 105, 107, 109, 127, 132, 133, 136, 144, 145, 146, 148, 149, 150, 152, 153,
    154, 155, 157, 158, 159, 160, 161, 162, 163, 168, 172, 173, 176, 178, 181, 185, 191, 195, 197, 234, 246, 249, 251,
    263, 267, 269, 270, 276, 282, 283, 284, 285, 288, 291, 293, 295, 296, 297, 300, 308, 310, 311, 312, 314, 317, 318,
    321, 323, 324, 332, 334, 336, 338, 356, 361, 362, 365, 373, 374, 375, 377, 378, 379, 380, 381, 382, 384, 385, 386,
    387, 388, 389, 390, 397, 398, 400, 402, 405, 409, 415, 454, 466, 468, 469, 470, 471, 472, 473, 474, 475, 476, 477,
)  # fmt: skip
"""The landmarks that the network for blendshapes takes."""


class FaceLandmarks:
    """A landmarker for detected faces; a context manager that is not thread-safe.

    Args:
        model: path of the .task file; None uses `face_model_path()`.
        min_confidence: minimum confidence of the detection from which landmarks are found.

    Raises:
        UserError: the model cannot be downloaded or loaded.
    """

    def __init__(self, model: Path | None = None, min_confidence: float = MIN_CONFIDENCE) -> None:
        path = model or face_model_path()
        self._min_confidence = min_confidence
        self._detector = LiteNetwork(network_bytes(path, DETECTOR_MEMBER), "faces")
        self._landmarks = LiteNetwork(network_bytes(path, LANDMARKS_MEMBER), "landmarks")
        self._blendshapes = LiteNetwork(network_bytes(path, BLENDSHAPES_MEMBER), "blendshapes")

    def add(self, image: npt.NDArray[np.uint8], face: Face) -> Face:
        """Return the face with `landmarks` and `blendshapes`, or unchanged if none were found.

        Args:
            image: uint8 (H, W, 3) in RGB order or (H, W) grey.
            face: a face of this image.
        """
        rgb = as_rgb(image)
        x, y, width, height = face.box
        side = _REGION_SIDE * max(width, height)
        left, top = max(int(x + width / 2 - side / 2), 0), max(int(y + height / 2 - side / 2), 0)
        part = rgb[top : max(int(y + height / 2 + side / 2), 0), left : max(int(x + width / 2 + side / 2), 0)]
        if min(part.shape[:2]) < _MIN_REGION_PX:
            return face
        points = self._points(part)
        if points is None:
            return face
        (weights,) = self._blendshapes.run(points[np.newaxis, _USED, :2])
        named = {name: float(weight) for name, weight in zip(_BLENDSHAPES, weights.ravel(), strict=True)}
        # The network's range spans the image's borders; here, pixel centres have integer coordinates.
        moved = points.astype(np.float64) + (left - 0.5, top - 0.5, 0.0)
        return replace(face, landmarks=moved.astype(np.float32), blendshapes=named)

    def find(self, rgb: npt.NDArray[np.uint8]) -> Points | None:
        """Return the landmarks of the most prominent face in a picture; None without a face.

        Args:
            rgb: uint8 (H, W, 3).

        Returns:
            float32 (478, 3): x and y in pixels whose centres have integer coordinates, z in the same unit.
        """
        points = self._points(rgb)
        return None if points is None else points - np.array([0.5, 0.5, 0.0], np.float32)

    def close(self) -> None:
        """Release the networks; further calls do nothing."""
        for network in (self._detector, self._landmarks, self._blendshapes):
            network.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _points(self, rgb: npt.NDArray[np.uint8]) -> Points | None:
        """Return the landmarks (478, 3) in pixels from the upper left corner of the picture; None without a face."""
        found = detections(self._detector, rgb, self._min_confidence)
        if not found:
            return None
        square = _square(found[0])
        values, presence, _ = self._landmarks.run(square_tensor(rgb, square, _SIZE, 0.0, repeat_border=True))
        # The network gives the presence of a face in log-odds.
        if not float(presence.ravel()[0]) >= math.log(_MIN_PRESENCE / (1.0 - _MIN_PRESENCE)):
            return None
        points = values.reshape(_COUNT, 3).astype(np.float64) / _SIZE
        cosine, sine = math.cos(square.angle), math.sin(square.angle)
        turn = np.array([[cosine, -sine], [sine, cosine]])
        in_place = (points[:, :2] - 0.5) @ turn.T * square.side + (square.x, square.y)
        return np.column_stack([in_place, points[:, 2] * square.side]).astype(np.float32)


def _square(found: Detection) -> Square:
    """Return the square in which the landmarks of a detection are found; the eyes are level in it."""
    left, top, right, bottom = (float(value) for value in found.box)
    across = found.keypoints[1].astype(np.float64) - found.keypoints[0]
    side = _SIDE * max(right - left, bottom - top)
    return Square((left + right) / 2, (top + bottom) / 2, side, math.atan2(across[1], across[0]))
