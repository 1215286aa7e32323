"""The interfaces of the parts of an engine: face finder, scorer and landmarker."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

from fasdemo.faces.face import Face
from fasdemo.faces.tracker import Track
from fasdemo.models.card import ModelCard
from fasdemo.models.crop import FaceCrops
from fasdemo.models.predictor import Prediction


class Finder(Protocol):
    """What `fasdemo.faces.finder.FaceFinder` offers."""

    def find(self, rgb: npt.NDArray[np.uint8], timestamp_s: float, still: bool = False) -> list[Track]:
        """Return the faces of one frame."""
        ...

    def find_in_crop(self, crop: npt.NDArray[np.uint8]) -> Face | None:
        """Return the face in a crop, e.g. of the infrared image."""
        ...

    def reset(self) -> None:
        """Forget every face."""
        ...

    def close(self) -> None:
        """Release what it holds."""
        ...


class Scorer(Protocol):
    """What `fasdemo.models.predictor.Predictor` offers."""

    @property
    def card(self) -> ModelCard:
        """What the model says about itself."""
        ...

    @property
    def sha256(self) -> str:
        """Hash of the model file."""
        ...

    @property
    def provider(self) -> str:
        """Where it runs."""
        ...

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences for the user."""
        ...

    def predict(self, crops: list[FaceCrops]) -> list[Prediction]:
        """Return the prediction on each face of one frame, in the same order."""
        ...

    def close(self) -> None:
        """Release what it holds."""
        ...


class Landmarker(Protocol):
    """What `fasdemo.faces.landmarks.FaceLandmarks` offers."""

    def add(self, image: npt.NDArray[np.uint8], face: Face) -> Face:
        """Return the face with landmarks and blendshapes, if they were found."""
        ...

    def close(self) -> None:
        """Release what it holds."""
        ...
