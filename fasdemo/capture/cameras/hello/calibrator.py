"""The calibration of a pair while it runs: loaded, or estimated from faces and stored."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from fasdemo.capture.cameras.hello.pairs import DeviceIdentity
from fasdemo.capture.cameras.hello.registration import GeometryEstimator, PairGeometry, Size
from fasdemo.capture.cameras.hello.stored_geometry import geometry_path, load_geometry, save_geometry
from fasdemo.faces.face import Face
from fasdemo.frames import Calibration, Intrinsics, Ir, Rgb
from fasdemo.models.infrared import ir_view

_log = logging.getLogger(__name__)

_EVERY_S = 0.2
"""Time between two searches for a face, which take 4 to 6 ms each."""
_FOCAL_OVER_WIDTH = 0.95


class Detector(Protocol):
    """Finds faces, see `fasdemo.faces.detector.FaceDetector`."""

    def detect(self, image: npt.NDArray[np.uint8]) -> Sequence[Face]:
        """Return the faces in a picture."""
        ...

    def close(self) -> None:
        """Release the detector."""
        ...


def face_detector() -> Detector:
    """Return the detector that the engine uses too.

    Raises:
        UserError: it cannot be loaded.
    """
    from fasdemo.faces.detector import FaceDetector

    return FaceDetector()


def nominal_calibration(color_size: Size, ir_size: Size) -> Calibration:
    """Return a calibration for cameras with the same position and field of view, for use before the estimate."""

    def camera(size: Size) -> Intrinsics:
        focal = size[0] * _FOCAL_OVER_WIDTH
        return Intrinsics(size[0], size[1], focal, focal, (size[0] - 1) / 2, (size[1] - 1) / 2)

    return Calibration(rgb=camera(color_size), ir=camera(ir_size), registered=False)


@dataclass(slots=True)
class _State:
    geometry: PairGeometry | None = None
    estimator: GeometryEstimator | None = None
    sizes: tuple[Size, Size] = ((0, 0), (0, 0))
    notes: list[str] = field(default_factory=list)
    searched_s: float = -1e9


class PairCalibrator:
    """The calibration of one device, kept over restarts of the device.

    Args:
        identity: the device.
        name: its name, for messages.
        folder: folder of the stored calibrations; None for the user's data folder.
        make_detector: returns a face detector; called when the first face is searched.
    """

    def __init__(
        self,
        identity: DeviceIdentity,
        name: str,
        folder: Path | None = None,
        make_detector: Callable[[], Detector] = face_detector,
    ) -> None:
        self._identity = identity
        self._name = name
        self._path = geometry_path(identity, folder)
        self._make_detector = make_detector
        self._detector: Detector | None = None
        self._state = _State()
        self._lock = threading.Lock()

    @property
    def calibration(self) -> Calibration | None:
        """The calibration; None while it is unknown."""
        with self._lock:
            geometry = self._state.geometry
        return None if geometry is None else geometry.calibration()

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences for the user about the calibration."""
        with self._lock:
            return tuple(self._state.notes)

    def begin(self, color_size: Size, ir_size: Size) -> None:
        """Load the stored calibration, or prepare an estimate, for images of these sizes."""
        if self._state.sizes == (color_size, ir_size):
            return
        found = load_geometry(self._path, self._identity, color_size, ir_size)
        state = _State(sizes=(color_size, ir_size))
        if isinstance(found, PairGeometry):
            state.geometry = found
        else:
            state.estimator = GeometryEstimator(color_size, ir_size)
            state.notes.append(
                f"{self._name}: "
                + (f"the stored calibration {self._path} is not used, because {found}; " if found else "")
                + "colour and infrared are being calibrated, and no verdict is LIVE until then; look at the camera, "
                "and move closer and back and from side to side."
            )
        with self._lock:
            self._state = state

    def current(self, color_size: Size, ir_size: Size) -> Calibration:
        """Return the calibration, or a nominal one while it is unknown."""
        return self.calibration or nominal_calibration(color_size, ir_size)

    def observe(self, color: Rgb, infrared: Ir, now_s: float) -> None:
        """Search a face in both pictures, and estimate and store the geometry when enough is known.

        Args:
            color: colour picture.
            infrared: picture of the same moment in the light of the lamp.
            now_s: current time in seconds.
        """
        state = self._state
        if state.estimator is None or now_s - state.searched_s < _EVERY_S:
            return
        state.searched_s = now_s
        if self._detector is None:
            self._detector = self._make_detector()
        in_color = self._detector.detect(color)
        in_infrared = self._detector.detect(ir_view(infrared)) if len(in_color) == 1 else []
        if len(in_infrared) != 1:
            # With several faces, it is unknown which belong together.
            return
        geometry = state.estimator.add(in_color[0], in_infrared[0])
        if geometry is None:
            return
        problem = save_geometry(self._path, self._identity, geometry)
        _log.info(
            "geometry from %d faces, residual %.3f, error %.3f", geometry.faces, geometry.residual, geometry.error
        )
        with self._lock:
            state.geometry, state.estimator = geometry, None
            state.notes.clear()
            if problem:
                state.notes.append(f"{self._name}: the calibration is not stored and is lost at the end: {problem}")
        self.close()

    def close(self) -> None:
        """Release the detector."""
        detector, self._detector = self._detector, None
        if detector is not None:
            detector.close()
