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
    """The interface of `fasdemo.faces.finder.FaceFinder`."""

    def find(
        self, rgb: npt.NDArray[np.uint8], timestamp_s: float, still: bool = False, busy: bool = False
    ) -> list[Track]:
        """Return the faces of one frame."""
        ...

    def find_in_crop(self, crop: npt.NDArray[np.uint8]) -> Face | None:
        """Return the face in a crop, e.g. of the infrared image."""
        ...

    def reset(self) -> None:
        """Remove all tracks."""
        ...

    def close(self) -> None:
        """Release all resources."""
        ...


class Scorer(Protocol):
    """The interface of `fasdemo.models.predictor.Predictor`."""

    @property
    def card(self) -> ModelCard:
        """The model card."""
        ...

    @property
    def sha256(self) -> str:
        """Hash of the model file."""
        ...

    @property
    def provider(self) -> str:
        """Name of the device that runs the network."""
        ...

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences for the user."""
        ...

    def predict(self, crops: list[FaceCrops]) -> list[Prediction]:
        """Return the prediction on each face of one frame, in the same order."""
        ...

    def close(self) -> None:
        """Release all resources."""
        ...


class Landmarker(Protocol):
    """The interface of `fasdemo.faces.landmarks.FaceLandmarks`."""

    def add(self, image: npt.NDArray[np.uint8], face: Face) -> Face:
        """Return the face with landmarks and blendshapes, if they were found."""
        ...

    def close(self) -> None:
        """Release all resources."""
        ...
