"""Parallax of landmarks: a flat picture follows one homography, a turning head does not."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from fasdemo.engine.engine import Engine
from fasdemo.engine.measurements.limits import MIN_PARALLAX_RATIO
from fasdemo.engine.measurements.motion_evidence import MIN_PAIRS, WINDOW_S, MotionEvidence, parallax_ratio
from fasdemo.engine.policy import Policy
from fasdemo.engine.result import Status
from fasdemo.faces.face import Face
from tests.support.engine_fixtures import CARD, RGB_CARD, ScriptedFinder, ScriptedScorer
from tests.support.scenes import Pose, frame, true_face

FOCAL_PX = 600.0
RNG = np.random.default_rng(3)
PLACES = RNG.uniform((-70.0, -90.0), (70.0, 90.0), (478, 2))
"""Landmarks on the face's front, mm from its middle."""
PLACES[[33, 263]] = (-45.0, -30.0), (45.0, -30.0)
NOISE = RNG.normal(0.0, 0.4, (64, 478, 2))


def landmarks(number: int, flat: bool, turn_deg: float, noise: bool = True) -> npt.NDArray[np.float64]:
    """Return landmarks (478, 2), pixels, of a head 60 mm deep at its sides, or of its print, at half a metre."""
    depth = np.zeros(478) if flat else 60.0 * (PLACES[:, 0] / 70.0) ** 2
    points = np.column_stack([PLACES, depth])
    turn, _ = cv2.Rodrigues(np.radians(np.array([turn_deg / 2, turn_deg, 0.0])))
    x, y, z = (points @ turn.T + (0.0, 0.0, 500.0)).T
    pixels = np.column_stack([x, y]) / z[:, None] * FOCAL_PX + 320.0 + (NOISE[number % 64] if noise else 0.0)
    return np.asarray(pixels)


def played(flat: bool, amplitude_deg: float, looks: int = 20) -> MotionEvidence:
    evidence = MotionEvidence()
    for number in range(looks):
        evidence.add(number / 4, landmarks(number, flat, amplitude_deg * np.sin(number / 2)))
    return evidence


def test_parallax_ratio_of_a_plane_without_noise_is_zero() -> None:
    ratio = parallax_ratio(landmarks(0, True, -20, noise=False), landmarks(1, True, 25, noise=False), 108.0)
    assert ratio == pytest.approx(0.0, abs=1e-3)


def test_parallax_ratio_needs_a_change_of_shape() -> None:
    still = landmarks(0, False, 5, noise=False)
    turned, _ = cv2.Rodrigues(np.array([0.0, 0.0, 0.3]))
    assert parallax_ratio(still, 1.2 * still @ turned[:2, :2].T + 14.0, 108.0) is None
    assert parallax_ratio(np.zeros((52, 2)), np.zeros((52, 2)), 0.0) is None
    assert parallax_ratio(still, np.full_like(still, np.nan), 108.0) is None


def test_motion_evidence_distinguishes_a_turning_head_from_a_turning_print() -> None:
    head, sheet = played(False, 25.0), played(True, 25.0)
    assert head.ratio is not None
    assert head.ratio > MIN_PARALLAX_RATIO
    assert head.codes == []
    assert sheet.ratio is not None
    assert sheet.ratio < MIN_PARALLAX_RATIO
    assert sheet.codes == ["flat_motion"]


def test_motion_evidence_does_not_decide_on_a_face_that_holds_still() -> None:
    assert played(True, 0.5).ratio is None
    assert played(True, 0.5).codes == []


def test_motion_evidence_needs_several_pairs_and_forgets_old_ones() -> None:
    evidence = MotionEvidence()
    evidence.add(0.0, landmarks(0, True, -25))
    for number in range(1, MIN_PAIRS):
        evidence.add(number / 4, landmarks(number, True, 25))
        assert evidence.ratio is None
    evidence.add(MIN_PAIRS / 4, landmarks(9, True, 25))
    assert evidence.ratio is not None
    evidence.add(WINDOW_S + 0.1, landmarks(10, True, 25))
    assert evidence.ratio is None


def test_motion_evidence_starts_anew_when_time_goes_back() -> None:
    evidence = played(True, 25.0)
    evidence.add(0.0, landmarks(0, True, 0))
    assert evidence.ratio is None


class TurningLandmarks:
    """Landmarks of a print or a head that turns a little with every look."""

    def __init__(self, flat: bool) -> None:
        self._flat, self._samples = flat, 0

    def add(self, image: npt.NDArray[np.uint8], face: Face) -> Face:
        """Return the face with landmarks, eyes open."""
        self._samples += 1
        points = landmarks(self._samples, self._flat, 25.0 * np.sin(self._samples / 2)).astype(np.float32)
        weights = {"eyeBlinkLeft": 0.1, "eyeBlinkRight": 0.1}
        return Face(face.box, face.score, face.keypoints, np.pad(points, ((0, 0), (0, 1))), weights)

    def close(self) -> None:
        """Hold nothing."""


@pytest.mark.parametrize(("flat", "status"), [(True, Status.UNCERTAIN), (False, Status.LIVE)])
def test_engine_doubts_a_colour_face_that_moves_like_a_flat_picture(flat: bool, status: Status) -> None:
    policy = Policy(allow_rgb_only=True)
    finder = ScriptedFinder([true_face(Pose())])
    with Engine(ScriptedScorer(0.97, RGB_CARD), finder, policy, landmarks=TurningLandmarks(flat)) as engine:
        for index in range(90):
            face = engine.process(frame(index, declared=frozenset({"rgb"}))).faces[0]
    assert face.status is status
    assert ("flat_motion" in face.reasons) is flat
    assert face.evidence["parallax_ratio"] is not None


def test_engine_leaves_motion_out_where_depth_is_measured() -> None:
    with Engine(ScriptedScorer(0.97, CARD), ScriptedFinder(), landmarks=TurningLandmarks(True)) as engine:
        for index in range(60):
            face = engine.process(frame(index)).faces[0]
    assert "parallax_ratio" not in face.evidence
    assert "flat_motion" not in face.reasons
