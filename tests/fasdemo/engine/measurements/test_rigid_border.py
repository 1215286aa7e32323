"""The border of a display or a print around a moving face, and rooms that have straight lines but no such border."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from fasdemo.assets_folder import demo_session
from fasdemo.engine.engine import Engine
from fasdemo.engine.measurements.limits import MAX_BORDER_SUPPORT
from fasdemo.engine.measurements.rigid_border import EVERY_S, MIN_SAMPLES, WINDOW_S, Border, RigidBorder, find_border
from fasdemo.engine.policy import Policy
from fasdemo.engine.result import Status
from fasdemo.faces.detector import FaceDetector
from fasdemo.frames import Stream
from tests.support.engine_fixtures import CARD, RGB_CARD, ScriptedFinder, ScriptedScorer
from tests.support.scenes import Pose, frame, true_face

Image = npt.NDArray[np.uint8]
EYES_PX = 40.0
KEYPOINTS = np.array([(300, 200), (340, 200), (320, 225), (320, 245), (280, 205), (360, 205)], np.float32)
WALL, SHIRT, SKIN, BEZEL = (150, 150, 160), (40, 60, 120), (200, 150, 120), (15, 15, 18)


def person(image: Image, x: float, y: float) -> None:
    """Draw a head and shoulders around eyes at (x, y), `EYES_PX` apart."""
    at = np.array([x, y])
    below = image.shape[0]
    outline = [(-130, below), (-125, 125), (-60, 98), (-22, 85), (-22, 60), (22, 60), (22, 85), (60, 98), (125, 125)]
    cv2.fillPoly(image, [(np.array([*outline, (130, below)]) + at).astype(np.int32)], SHIRT, cv2.LINE_AA)
    stripe = np.array([(-120, 130), (120, 130), (120, 145), (-120, 145)]) + at
    cv2.fillPoly(image, [stripe.astype(np.int32)], (230, 230, 230), cv2.LINE_AA)
    cv2.ellipse(image, (int(x), int(y + 15)), (42, 62), 0, 0, 360, SKIN, -1, cv2.LINE_AA)
    cv2.circle(image, (int(x - 20), int(y)), 4, (30, 30, 30), -1, cv2.LINE_AA)
    cv2.circle(image, (int(x + 20), int(y)), 4, (30, 30, 30), -1, cv2.LINE_AA)


def room(lines: bool) -> Image:
    """Draw a wall, with a door and a picture behind the head if `lines`."""
    image = np.full((480, 640, 3), WALL, np.uint8)
    if lines:
        cv2.rectangle(image, (230, 60), (410, 479), (90, 70, 50), -1)
        cv2.rectangle(image, (240, 90), (400, 310), (180, 190, 120), -1)
    return image


def live(number: int, lines: bool) -> tuple[Image, npt.NDArray[np.float32]]:
    """Return a person who moves in front of a room, and the key points."""
    shift = np.array([14 * np.sin(number / 2), 5 * np.cos(number / 3)])
    image = room(lines)
    person(image, 320 + shift[0], 200 + shift[1])
    return noisy(image, number), np.asarray(KEYPOINTS + shift, np.float32)


def on_display(number: int) -> tuple[Image, npt.NDArray[np.float32]]:
    """Return the same person on a display that a hand moves: its border stays rigid, the face moves inside it."""
    inside = np.full((480, 640, 3), (170, 165, 150), np.uint8)
    shift = np.array([12 * np.sin(number / 2), 4 * np.cos(number / 3)])
    person(inside, 320 + shift[0], 200 + shift[1])
    shown = cv2.copyMakeBorder(inside[100:330, 240:400], 6, 6, 6, 6, cv2.BORDER_CONSTANT, value=BEZEL)
    move = cv2.getRotationMatrix2D((86, 121), 3 * np.sin(number / 4), 1.0)
    move[:, 2] += (234 + 5 * np.cos(number / 3), 94 + 4 * np.sin(number / 5))
    image = room(lines=False)
    mask = cv2.warpAffine(np.full(shown.shape[:2], 255, np.uint8), move, (640, 480))
    image = np.where(mask[..., None] > 127, cv2.warpAffine(shown, move, (640, 480)), image).astype(np.uint8)
    points = (KEYPOINTS + shift - (234, 94)) @ move[:, :2].T + move[:, 2]
    return noisy(image, number), np.asarray(points, np.float32)


def noisy(image: Image, number: int) -> Image:
    return np.clip(image + np.random.default_rng(number).normal(0, 3, image.shape), 0, 255).astype(np.uint8)


def watched(pictures: list[tuple[Image, npt.NDArray[np.float32]]]) -> RigidBorder:
    border = RigidBorder()
    for number, (image, keypoints) in enumerate(pictures):
        border.add(number * EVERY_S, find_border(image, keypoints))
    return border


def test_rigid_border_of_a_display_around_a_moving_face_is_found() -> None:
    border = watched([on_display(number) for number in range(10)])
    assert border.support is not None
    assert border.support > MAX_BORDER_SUPPORT + 0.1
    assert border.codes == ["rigid_border"]


@pytest.mark.parametrize("lines", [False, True])
def test_rigid_border_is_not_found_around_a_person_before_a_door_and_a_picture(lines: bool) -> None:
    border = watched([live(number, lines) for number in range(10)])
    assert border.support is not None
    assert border.support < MAX_BORDER_SUPPORT - 0.1
    assert border.codes == []


def test_find_border_ignores_the_edge_of_the_picture() -> None:
    image, keypoints = live(0, lines=False)
    part = np.ascontiguousarray(image[100:300, 240:400])
    assert find_border(part, keypoints - np.array([240, 100], np.float32)).support < 0.5
    assert find_border(np.zeros((8, 8, 3), np.uint8), keypoints).support == 0.0


def test_find_border_refuses_eyes_at_one_place() -> None:
    with pytest.raises(ValueError, match="same position"):
        find_border(room(lines=False), np.zeros((6, 2), np.float32))


def test_rigid_border_needs_several_samples_and_forgets_old_ones() -> None:
    border = RigidBorder()
    assert border.is_due(0.0)
    for number in range(MIN_SAMPLES):
        assert border.support is None
        assert border.codes == []
        border.add(number * EVERY_S, Border(0.9, 160.0))
    assert border.codes == ["rigid_border"]
    last_s = (MIN_SAMPLES - 1) * EVERY_S
    assert not border.is_due(last_s + EVERY_S / 2)
    assert border.is_due(last_s - 1.0)
    border.add(last_s + WINDOW_S + 0.1, Border(0.9, 160.0))
    assert border.support is None
    border.add(0.0, Border(0.9, 160.0))
    assert border.support is None


def test_rigid_border_does_not_count_lines_whose_distance_changes() -> None:
    border = RigidBorder()
    for number, width in enumerate((100.0, 160.0, 130.0, 220.0, 80.0, 190.0)):
        border.add(number * EVERY_S, Border(0.9, width))
    assert border.support == 0.0
    assert border.codes == []


@cache
def demo_pictures() -> dict[str, list[tuple[Image, npt.NDArray[np.float32]]]]:
    """Return pictures and key points of the demo's live person, flat print and tablet."""
    found: dict[str, list[tuple[Image, npt.NDArray[np.float32]]]] = {}
    video = cv2.VideoCapture(str(demo_session() / "color.mp4"))
    wanted = {
        0: "live",
        40: "live",
        80: "live",
        120: "live",
        315: "tablet",
        335: "tablet",
        355: "tablet",
        375: "tablet",
    }
    with FaceDetector() as detector:
        for number in range(max(wanted) + 1):
            arrived, image = video.read()
            assert arrived
            if number in wanted:
                rgb = np.ascontiguousarray(image[..., ::-1], np.uint8)
                found.setdefault(wanted[number], []).append((rgb, detector.detect(rgb)[0].keypoints))
    return found


@pytest.mark.parametrize(("part", "codes"), [("live", []), ("tablet", ["rigid_border"])])
def test_rigid_border_of_the_demo_session(part: str, codes: list[str]) -> None:
    assert watched(demo_pictures()[part]).codes == codes


COLOUR: frozenset[Stream] = frozenset({"rgb"})
ALL: frozenset[Stream] = frozenset({"rgb", "depth", "ir"})


@pytest.mark.parametrize(
    ("shown", "declared", "status"),
    [("display", COLOUR, Status.UNCERTAIN), ("live", COLOUR, Status.LIVE), ("display", ALL, Status.LIVE)],
)
def test_engine_doubts_a_colour_face_with_a_border(shown: str, declared: frozenset[Stream], status: Status) -> None:
    face = true_face(Pose())
    right, left = face.keypoints[:2]
    corners = np.array([(-1.7, -1.9), (1.7, -1.9), (1.7, 2.9), (-1.7, 2.9)]) * np.hypot(*(left - right))
    corners += (right + left) / 2
    colour_only = declared == COLOUR
    card = RGB_CARD if colour_only else CARD
    with Engine(ScriptedScorer(0.97, card), ScriptedFinder([face]), Policy(allow_rgb_only=True)) as engine:
        for index in range(45):
            seen = frame(index, declared=declared)
            if shown == "display":
                cv2.polylines(seen.rgb, [corners.astype(np.int32)], True, (250, 250, 250), 6)
            verdict = engine.process(seen).faces[0]
    assert verdict.status is status
    assert ("rigid_border" in verdict.reasons) is (colour_only and shown == "display")
    assert (verdict.evidence.border_support is not None) is colour_only
