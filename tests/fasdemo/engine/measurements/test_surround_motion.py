"""A picture that moves as a whole, a person in front of a wall, and the reason that follows."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from fasdemo.engine.engine import Engine
from fasdemo.engine.measurements.limits import MAX_FLAT_RESIDUAL
from fasdemo.engine.measurements.surround_motion import (
    EVERY_S,
    MIN_MOVED,
    WINDOW_S,
    Sample,
    SurroundMotion,
    flat_residual,
    take_sample,
)
from fasdemo.engine.policy import Policy
from fasdemo.engine.reasons import Reason
from fasdemo.engine.result import Status
from fasdemo.frames import Stream
from tests.support.engine_fixtures import CARD, RGB_CARD, ScriptedFinder, ScriptedScorer
from tests.support.scenes import Pose, frame, true_face

Image = npt.NDArray[np.uint8]
EYES_PX = 50.0
KEYPOINTS = np.array([(295, 210), (345, 210), (320, 240), (320, 265), (270, 215), (370, 215)], np.float32)


@cache
def texture(seed: int) -> Image:
    """Return smooth random structure, like that of a face or a wall."""
    noise = np.random.default_rng(seed).normal(0.0, 1.0, (480, 640, 3))
    smooth = cv2.GaussianBlur(noise, (0, 0), 4.0)
    return np.asarray(np.clip(128 + 30 * smooth / smooth.std(), 0, 255), np.uint8)


@cache
def portrait() -> Image:
    """Return a picture with a face in front of a wall."""
    return np.where(head(np.eye(3)) > 0, texture(1), texture(2)).astype(np.uint8)


def head(view: npt.NDArray[np.float64]) -> Image:
    mask = np.zeros((480, 640), np.uint8)
    cv2.ellipse(mask, (320, 235), (65, 90), 0, 0, 360, 255, -1)
    return np.asarray(cv2.warpPerspective(mask, view, (640, 480)), np.uint8)[..., None]


def moved(number: int) -> npt.NDArray[np.float64]:
    """Return how a hand moves and turns a picture: float64 (3, 3)."""
    x, y, turn = 30 * np.sin(number * 1.1), 12 * np.cos(number), 0.05 * np.sin(number * 0.7)
    view = np.eye(3)
    view[:2] = cv2.getRotationMatrix2D((320.0, 235.0), float(np.degrees(turn)), 1.0)
    view[:2, 2] += x, y
    view[2, 0] = 1e-4 * np.sin(number * 0.9)
    return view


def warped(image: Image, view: npt.NDArray[np.float64]) -> Image:
    return np.asarray(cv2.warpPerspective(image, view, (640, 480), borderMode=cv2.BORDER_REFLECT), np.uint8)


def noisy(image: Image, number: int) -> Image:
    noise = np.random.default_rng(number).normal(0.0, 1.5, image.shape)
    return np.asarray(np.clip(image + noise, 0, 255), np.uint8)


def sample(image: Image, view: npt.NDArray[np.float64], number: int) -> Sample:
    points = cv2.perspectiveTransform(KEYPOINTS[None].astype(np.float64), view)[0]
    return take_sample(noisy(image, number), points.astype(np.float32))


def picture(number: int) -> Sample:
    """Sample a picture in a hand."""
    view = moved(number)
    return sample(warped(portrait(), view), view, number)


def person(number: int) -> Sample:
    """Sample a person who moves as far in front of a wall."""
    view = moved(number)
    face = cv2.warpPerspective(texture(1), view, (640, 480), borderMode=cv2.BORDER_REFLECT)
    return sample(np.where(head(view) > 0, face, texture(2)).astype(np.uint8), view, number)


def expressive(number: int) -> Sample:
    """Sample a person filmed by a camera that moves: face and wall move together, but the face also changes."""
    view = moved(number)
    y, x = np.mgrid[:480, :640].astype(np.float32)
    x = x + 3.0 * np.sin(y / 14.0 + 1.9 * number).astype(np.float32)
    face = cv2.remap(texture(1), x, y + 3.0 * np.sin(x / 14.0 + number).astype(np.float32), cv2.INTER_LINEAR)
    scene = np.where(head(np.eye(3)) > 0, face, texture(2)).astype(np.uint8)
    return sample(warped(scene, view), view, number)


def still(number: int) -> Sample:
    """Sample a picture that hangs on a wall in front of a camera that stands still."""
    return sample(portrait(), np.eye(3), number)


def followed(make: Callable[[int], Sample], count: int = 6) -> SurroundMotion:
    motion = SurroundMotion()
    for number in range(count):
        assert motion.is_due(number * EVERY_S)
        motion.add(number * EVERY_S, make(number))
        assert not motion.is_due(number * EVERY_S + 0.1)
    return motion


def test_surround_motion_names_a_picture_that_moves_as_a_whole() -> None:
    motion = followed(picture)
    assert motion.residual is not None
    assert motion.residual < MAX_FLAT_RESIDUAL / 2
    assert motion.codes == [Reason.FLAT_MOTION]


def test_surround_motion_concludes_within_a_second() -> None:
    assert followed(picture, 3).residual is None
    assert followed(picture, 4).codes == [Reason.FLAT_MOTION]


def test_surround_motion_concludes_nothing_from_a_person_in_front_of_a_wall() -> None:
    motion = followed(person)
    assert motion.residual is None
    assert not motion.codes


def test_surround_motion_accepts_a_face_that_changes_in_front_of_a_moving_camera() -> None:
    motion = followed(expressive)
    assert motion.residual is not None
    assert motion.residual > MAX_FLAT_RESIDUAL
    assert not motion.codes


def test_surround_motion_concludes_nothing_while_nothing_moves() -> None:
    motion = followed(still)
    assert motion.residual is None
    assert not motion.codes


def test_surround_motion_forgets_old_comparisons_and_a_clock_that_goes_back() -> None:
    motion = followed(picture)
    later = 5 * EVERY_S + WINDOW_S
    motion.add(later + 0.5, picture(6))
    assert motion.residual is None
    motion = followed(picture)
    motion.add(0.0, picture(0))
    assert motion.residual is None


def test_flat_residual_needs_motion_and_structure() -> None:
    assert flat_residual(picture(0), picture(1)) is not None
    small = np.eye(3)
    small[0, 2] = MIN_MOVED * EYES_PX * 0.8
    shifted = warped(portrait(), small)
    assert flat_residual(still(0), sample(shifted, small, 1)) is None
    blank = take_sample(np.full((480, 640, 3), 90, np.uint8), KEYPOINTS)
    assert flat_residual(blank, blank) is None


def test_take_sample_refuses_eyes_at_one_position() -> None:
    with pytest.raises(ValueError, match="same position"):
        take_sample(portrait(), np.zeros((6, 2), np.float32))


def test_take_sample_marks_what_is_outside_the_picture() -> None:
    close = take_sample(portrait()[:, 200:440], KEYPOINTS - np.array([200, 0], np.float32))
    assert close.seen[140, 160] == 255
    assert not close.seen[:, :40].any()


COLOUR: frozenset[Stream] = frozenset({"rgb"})
ALL: frozenset[Stream] = frozenset({"rgb", "depth", "ir"})


@pytest.mark.parametrize(
    ("swings", "declared", "doubted"), [(True, COLOUR, True), (False, COLOUR, False), (True, ALL, False)]
)
def test_engine_doubts_a_colour_face_that_moves_with_the_picture(
    swings: bool, declared: frozenset[Stream], doubted: bool
) -> None:
    face, finder = true_face(Pose()), ScriptedFinder()
    card = RGB_CARD if declared == COLOUR else CARD
    reach = 0.25 * float(np.hypot(*(face.keypoints[1] - face.keypoints[0])))
    with Engine(ScriptedScorer(0.97, card), finder, Policy(allow_rgb_only=True)) as engine:
        for index in range(60):
            seen = frame(index, declared=declared)
            # Half a period lasts as long as the time between two samples that are compared.
            across = reach * np.sin(np.pi * index / 18) if swings else 0.0
            shift = np.array([[1.0, 0.0, across], [0.0, 1.0, 0.0]])
            size = seen.rgb.shape[1], seen.rgb.shape[0]
            seen.rgb[:] = cv2.warpAffine(seen.rgb, shift, size, borderMode=cv2.BORDER_REFLECT)
            finder.faces = [true_face(Pose(x=Pose().x + across))]
            verdict = engine.process(seen).faces[0]
    assert ("flat_motion" in verdict.reasons) is doubted
    if declared == COLOUR:
        assert verdict.status is (Status.UNCERTAIN if doubted else Status.LIVE)
