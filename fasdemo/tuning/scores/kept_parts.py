"""Load the model and the face finder once for many sessions, each of which has an engine of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

from fasdemo.engine.protocols import Finder, Landmarker, Scorer
from fasdemo.faces.face import Face
from fasdemo.faces.tracker import Track
from fasdemo.models.crop import FaceCrops
from fasdemo.models.predictor import Prediction


class KeptScorer:
    """A model that stays open when an engine closes it."""

    def __init__(self, scorer: Scorer) -> None:
        self._scorer = scorer
        self.card, self.sha256 = scorer.card, scorer.sha256
        self.provider, self.warnings = scorer.provider, scorer.warnings

    def predict(self, crops: list[FaceCrops]) -> list[Prediction]:
        """Return the predictions."""
        return self._scorer.predict(crops)

    def close(self) -> None:
        """Do nothing."""


class KeptFinder:
    """A face finder that stays open when an engine closes it; only its tracks are removed."""

    def __init__(self, finder: Finder) -> None:
        self._finder = finder

    def find(self, rgb: npt.NDArray[Any], timestamp_s: float, still: bool = False, busy: bool = False) -> list[Track]:
        """Return the faces."""
        return self._finder.find(rgb, timestamp_s, still, busy)

    def find_in_crop(self, crop: npt.NDArray[Any]) -> Face | None:
        """Return the face in a crop."""
        return self._finder.find_in_crop(crop)

    def reset(self) -> None:
        """Remove all tracks."""
        self._finder.reset()

    def close(self) -> None:
        """Remove all tracks."""
        self._finder.reset()


class KeptLandmarker:
    """A landmarker that stays open when an engine closes it."""

    def __init__(self, landmarks: Landmarker) -> None:
        self._landmarks = landmarks

    def add(self, image: npt.NDArray[Any], face: Face) -> Face:
        """Return the face with landmarks."""
        return self._landmarks.add(image, face)

    def close(self) -> None:
        """Do nothing."""


@dataclass(frozen=True, slots=True)
class KeptParts:
    """The parts of an engine that serve all sessions; an engine does not close them."""

    scorer: KeptScorer
    finder: KeptFinder
    landmarks: KeptLandmarker


@contextmanager
def load_parts(model: str, device: str) -> Iterator[KeptParts]:
    """Yield the parts of an engine, and release them at the end.

    Args:
        model: name of a shipped model, or an ONNX file.
        device: `auto`, `cpu` or `cuda`.

    Raises:
        UserError: the model or the face model cannot be used.
    """
    from fasdemo.faces.detector import FaceDetector
    from fasdemo.faces.finder import FaceFinder
    from fasdemo.faces.landmarks import FaceLandmarks
    from fasdemo.models.predictor import Predictor
    from fasdemo.models.registry import find_model

    with ExitStack() as stack:
        scorer = Predictor(find_model(model), device)
        stack.callback(scorer.close)
        finder = FaceFinder(FaceDetector())
        stack.callback(finder.close)
        landmarks = FaceLandmarks()
        stack.callback(landmarks.close)
        yield KeptParts(KeptScorer(scorer), KeptFinder(finder), KeptLandmarker(landmarks))
