"""Models that several engines use: each is loaded once, and closed with the last engine that uses it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Sequence
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt

from fasdemo.engine.protocols import Landmarker, Scorer
from fasdemo.engine.setup.loading import ModelLoader, OwnModels
from fasdemo.faces.exit_order import Closable
from fasdemo.faces.face import Box, Face
from fasdemo.faces.finder import Detector
from fasdemo.models.card import ModelCard
from fasdemo.models.crop import FaceCrops
from fasdemo.models.model_file import ModelFile
from fasdemo.models.predictor import Prediction

Model = TypeVar("Model", bound=Closable)


class SharedModels:
    """A `fasdemo.engine.setup.loading.ModelLoader` that loads each model once; thread-safe.

    Trackers, evidence and all other state stay in the engines. Only one thread at a time uses a model.

    Args:
        loader: loads a model that no engine uses yet.
    """

    def __init__(self, loader: ModelLoader | None = None) -> None:
        self._loader = loader or OwnModels()
        self._lock = threading.Lock()
        self._lent: dict[Hashable, _Lent[Any]] = {}

    @property
    def loaded(self) -> int:
        """Number of models in memory."""
        with self._lock:
            return len(self._lent)

    def scorer(self, model: ModelFile, device: str, threads: int) -> Scorer:
        """Return the network of a model file, see `ModelLoader.scorer`."""
        key = ("scorer", model.sha256, device, threads)
        return _SharedScorer(self._borrow(key, lambda: self._loader.scorer(model, device, threads)))

    def detector(self) -> Detector:
        """Return the face detector, see `ModelLoader.detector`."""
        return _SharedDetector(self._borrow(("detector",), self._loader.detector))

    def landmarker(self) -> Landmarker:
        """Return the landmarker, see `ModelLoader.landmarker`."""
        return _SharedLandmarker(self._borrow(("landmarker",), self._loader.landmarker))

    def _borrow(self, key: Hashable, load: Callable[[], Model]) -> _Lent[Model]:
        # Loading is inside the lock, so that two engines that start together do not load the same model twice.
        with self._lock:
            lent: _Lent[Model] | None = self._lent.get(key)
            if lent is None:
                lent = self._lent[key] = _Lent(load(), lambda: self._give_back(key))
            lent.users += 1
            return lent

    def _give_back(self, key: Hashable) -> None:
        with self._lock:
            lent = self._lent[key]
            lent.users -= 1
            if lent.users > 0:
                return
            del self._lent[key]
        with lent.lock:
            lent.model.close()


class _Lent(Generic[Model]):
    """A model with the number of engines that use it, and the lock that one of them holds while it uses it."""

    def __init__(self, model: Model, give_back: Callable[[], None]) -> None:
        self.model = model
        self.give_back = give_back
        self.users = 0
        self.lock = threading.Lock()


class _Shared(Generic[Model]):
    """The part of a shared model that all kinds have: it can be closed once."""

    def __init__(self, lent: _Lent[Model]) -> None:
        self._lent: _Lent[Model] = lent
        self._closed = False

    def close(self) -> None:
        """Return the model; further calls do nothing."""
        if not self._closed:
            self._closed = True
            self._lent.give_back()

    def _check_open(self) -> None:
        if self._closed:
            raise RuntimeError("the model is closed")


class _SharedScorer(_Shared[Scorer]):
    @property
    def card(self) -> ModelCard:
        return self._lent.model.card

    @property
    def sha256(self) -> str:
        return self._lent.model.sha256

    @property
    def provider(self) -> str:
        return "closed" if self._closed else self._lent.model.provider

    @property
    def warnings(self) -> tuple[str, ...]:
        return self._lent.model.warnings

    def predict(self, crops: list[FaceCrops]) -> list[Prediction]:
        self._check_open()
        with self._lent.lock:
            return self._lent.model.predict(crops)


class _SharedDetector(_Shared[Detector]):
    def detect(self, image: npt.NDArray[np.uint8], thorough: bool = False, known: Sequence[Face] = ()) -> list[Face]:
        self._check_open()
        with self._lent.lock:
            return self._lent.model.detect(image, thorough, known)

    def detect_tile(self, image: npt.NDArray[np.uint8], number: int, known: Sequence[Face] = ()) -> list[Face]:
        self._check_open()
        with self._lent.lock:
            return self._lent.model.detect_tile(image, number, known)

    def detect_rough(self, image: npt.NDArray[np.uint8]) -> list[Face]:
        self._check_open()
        with self._lent.lock:
            return self._lent.model.detect_rough(image)

    def detect_near(self, image: npt.NDArray[np.uint8], box: Box) -> Face | None:
        self._check_open()
        with self._lent.lock:
            return self._lent.model.detect_near(image, box)


class _SharedLandmarker(_Shared[Landmarker]):
    def add(self, image: npt.NDArray[np.uint8], face: Face) -> Face:
        self._check_open()
        with self._lent.lock:
            return self._lent.model.add(image, face)
