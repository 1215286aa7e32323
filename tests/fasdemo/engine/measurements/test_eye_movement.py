"""The movement of the eyelids of a face that blinks, and of a picture."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from fasdemo.engine.engine import Engine
from fasdemo.engine.measurements.eye_movement import MIN_S, WINDOW_S, EyeMovement
from fasdemo.engine.policy import Policy
from fasdemo.engine.result import Status
from fasdemo.faces.face import Face
from tests.support.engine_fixtures import RGB_CARD, ScriptedFinder, ScriptedScorer
from tests.support.scenes import Pose, frame, true_face


def looks(blink_at: set[int], seconds: float) -> EyeMovement:
    """Sample eyes four times a second that are closed in some samples."""
    eyes = EyeMovement()
    for number in range(int(seconds * 4) + 1):
        closed = 0.7 if number in blink_at else 0.1 + 0.02 * (number % 3)
        eyes.add(number / 4, {"eyeBlinkLeft": closed, "eyeBlinkRight": closed})
    return eyes


def test_eye_movement_of_a_blink_is_its_range() -> None:
    eyes = looks({17}, WINDOW_S)
    assert eyes.range == pytest.approx(0.6, abs=0.02)
    assert eyes.codes == []


def test_eye_movement_of_a_picture_is_small() -> None:
    eyes = looks(set(), WINDOW_S)
    assert eyes.range is not None
    assert eyes.range < 0.05
    assert eyes.codes == ["still_eyes"]


def test_eye_movement_is_not_decided_before_the_whole_window() -> None:
    assert looks(set(), MIN_S - 0.5).range is None
    assert looks(set(), WINDOW_S - 1.0).codes == []


def test_eye_movement_of_one_winking_eye_is_none() -> None:
    eyes = EyeMovement()
    for number in range(41):
        eyes.add(number / 4, {"eyeBlinkLeft": 0.9 * (number % 2), "eyeBlinkRight": 0.1})
    assert eyes.codes == ["still_eyes"]


def test_eye_movement_forgets_when_time_goes_back() -> None:
    eyes = looks({3}, WINDOW_S)
    eyes.add(0.0, {"eyeBlinkLeft": 0.1, "eyeBlinkRight": 0.1})
    assert eyes.range is None


class BlinkingLandmarks:
    """Landmarks of a still face, with or without blinks."""

    def __init__(self, blinks: bool) -> None:
        self._blinks, self._samples = blinks, 0

    def add(self, image: npt.NDArray[np.uint8], face: Face) -> Face:
        """Return the face with landmarks and blendshapes."""
        self._samples += 1
        closed = 0.5 if self._blinks and self._samples % 12 == 0 else 0.1
        points = np.zeros((478, 3), np.float32)
        return Face(face.box, face.score, face.keypoints, points, {"eyeBlinkLeft": closed, "eyeBlinkRight": closed})

    def close(self) -> None:
        """Hold nothing."""


@pytest.mark.parametrize(("blinks", "status"), [(True, Status.LIVE), (False, Status.UNCERTAIN)])
def test_engine_asks_a_colour_face_that_never_blinks(blinks: bool, status: Status) -> None:
    policy = Policy(allow_rgb_only=True)
    finder = ScriptedFinder([true_face(Pose())])
    with Engine(ScriptedScorer(0.97, RGB_CARD), finder, policy, landmarks=BlinkingLandmarks(blinks)) as engine:
        for index in range(330):
            face = engine.process(frame(index, declared=frozenset({"rgb"}))).faces[0]
    assert face.status is status
    assert ("still_eyes" in face.reasons) is not blinks
    assert face.evidence["eye_movement"] is not None
    assert "pulse_snr_db" in face.evidence
