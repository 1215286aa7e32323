from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest

from fasdemo.faces.face import Box, Face
from fasdemo.faces.finder import DETECT_EVERY_S, DETECT_STILL_EVERY_S, FaceFinder
from fasdemo.faces.follower import Follower
from fasdemo.faces.surroundings import Surroundings
from tests.support.scenes import photograph

Picture = npt.NDArray[np.uint8]
FPS = 30.0
FACE: Box = (270.0, 190.0, 100.0, 100.0)


def scene(seed: int = 1, dx: int = 0, dy: int = 0) -> Picture:
    """A room of smooth noise with a photographed face in its middle; the whole picture is shifted by dx and dy."""
    rng = np.random.default_rng(seed)
    room = np.full((480, 640, 3), 90, np.uint8) + rng.integers(0, 4, (480, 640, 3), np.uint8)
    face = photograph()
    room[140 : 140 + 210, 215 : 215 + 210] = face[30:240, 120:330]
    return np.roll(room, (dy, dx), (0, 1))


def face(box: Box = FACE) -> Face:
    x, y, width, height = box
    points = np.array([(0.3, 0.4), (0.7, 0.4), (0.5, 0.6), (0.5, 0.8), (0.1, 0.5), (0.9, 0.5)], np.float32)
    return Face(box, 0.9, (points * (width, height) + (x, y)).astype(np.float32))


class CountingDetector:
    """A detector that sees FACE always and NEWCOMER from the first frame that shows it; it counts its passes."""

    newcomer: Box = (20.0, 20.0, 90.0, 90.0)

    def __init__(self) -> None:
        self.near = 0
        self.searches = 0
        self.there = True
        self.position = FACE

    def detect(self, image: Picture, thorough: bool = False, known: Sequence[Face] = ()) -> list[Face]:
        self.searches += 1
        shown = [self.position] if self.there and not known else []
        if (image[20:110, 20:110] == 255).all():
            shown.append(self.newcomer)
        return [face(box) for box in shown]

    def detect_tile(self, image: Picture, number: int, known: Sequence[Face] = ()) -> list[Face]:
        self.searches += 1
        return []

    def detect_rough(self, image: Picture) -> list[Face]:
        return []

    def detect_near(self, image: Picture, box: Box) -> Face | None:
        self.near += 1
        return face(self.position) if self.there else None

    def close(self) -> None:
        pass


def test_finder_detects_a_still_face_a_few_times_a_second() -> None:
    detector = CountingDetector()
    finder = FaceFinder(detector)
    for index in range(80):
        assert len(finder.find(scene(), index / FPS)) == 1
        if index == 14:
            assert detector.near == 14, "a new face is detected in every frame"
    later = detector.near - 14
    assert 64 / FPS / DETECT_STILL_EVERY_S - 2 <= later <= 64 / FPS / DETECT_STILL_EVERY_S + 1


def test_finder_detects_a_moving_face_more_often_and_follows_it_between() -> None:
    detector = CountingDetector()
    finder = FaceFinder(detector)
    for index in range(80):
        # Two pixels a frame, there and back.
        dx = 2 * (index % 40 if index % 40 < 20 else 40 - index % 40)
        detector.position = (FACE[0] + dx, *FACE[1:])
        (track,) = finder.find(scene(dx=dx), index / FPS)
        assert track.id == 1
        assert track.face.box[0] == pytest.approx(FACE[0] + dx, abs=1.0)
        assert np.abs(track.face.keypoints - face(detector.position).keypoints).max() < 1.0
    assert 64 / FPS / DETECT_EVERY_S - 2 <= detector.near - 14 <= 64 / FPS / DETECT_EVERY_S + 2


@pytest.mark.parametrize("change", ["other", "covered", "mirrored", "gone"])
def test_finder_detects_at_once_when_the_face_changes(change: str) -> None:
    detector = CountingDetector()
    finder = FaceFinder(detector)
    for index in range(32):
        finder.find(scene(), index / FPS)
    before = detector.near
    (track,) = finder.find(scene(), 32 / FPS)
    assert detector.near == before  # a frame in which the face is followed
    changed = scene()
    if change == "other":
        changed[140:350, 215:425] = np.random.default_rng(4).integers(0, 255, (210, 210, 3))
    elif change == "covered":
        changed[230:290, 270:370] = (190, 140, 120)
    elif change == "mirrored":
        changed[140:350, 215:425] = changed[140:350, 215:425][:, ::-1]
    else:
        changed[140:350, 215:425] = 90
    detector.there = change not in ("gone", "covered")
    found = finder.find(changed, 33 / FPS)
    assert detector.near == before + 1
    # What the detector does not confirm is no face.
    assert len(found) == (1 if detector.there else 0)
    assert track.id == 1
    if detector.there:
        for index in range(34, 40):
            finder.find(changed, index / FPS)
        assert detector.near == before + 7, "another face is a new one, which is detected in every frame"


def test_finder_searches_in_the_same_frames_after_a_reset() -> None:
    detector = CountingDetector()
    finder = FaceFinder(detector)

    def searched(count: int) -> list[int]:
        found = []
        for index in range(count):
            before = detector.searches
            finder.find(scene(), index / FPS)
            found += [index] * (detector.searches - before)
        finder.reset()
        return found

    first = searched(30)
    searched(7)
    assert searched(30) == first


def test_finder_puts_off_detection_and_search_but_not_for_long() -> None:
    spread, detector = CountingDetector(), CountingDetector()
    for one, busy_frames in ((spread, {0, 2, 4}), (detector, set(range(6)))):
        finder, heavy = FaceFinder(one), 0
        for index in range(120):
            before = one.near + one.searches
            dx = 2 * (index % 40 if index % 40 < 20 else 40 - index % 40)
            one.position = (FACE[0] + dx, *FACE[1:])
            busy = index % 6 in busy_frames
            finder.find(scene(dx=dx), index / FPS, busy=busy)
            heavy += index > 20 and busy and one.near + one.searches > before
        if one is spread:
            assert heavy == 0, "detections and searches run in the other frames"
    # Even if every frame is busy, detections come a frame later and searches two.
    assert detector.near >= 120 / 5 - 2
    assert detector.searches >= 120 / 6 - 2


def test_finder_detects_a_changed_face_also_in_a_busy_frame() -> None:
    detector = CountingDetector()
    finder = FaceFinder(detector)
    for index in range(33):
        finder.find(scene(), index / FPS)
    before = detector.near
    covered = scene()
    covered[230:290, 270:370] = (190, 140, 120)
    finder.find(covered, 33 / FPS, busy=True)
    assert detector.near == before + 1


def test_finder_finds_a_newcomer_within_0_4_s_after_a_still_scene() -> None:
    detector = CountingDetector()
    finder = FaceFinder(detector)
    for index in range(200):
        finder.find(scene(), index / FPS)
    quiet = detector.searches
    for index in range(200, 260):
        finder.find(scene(), index / FPS)
    assert detector.searches - quiet <= 5  # every twelfth frame
    both = scene()
    both[20:110, 20:110] = 255
    for index in range(260, 275):
        tracks = finder.find(both, index / FPS, busy=True)
        if len(tracks) == 2:
            break
    assert len(tracks) == 2
    assert index <= 260 + round(0.4 * FPS)


def test_finder_searches_every_fourth_frame_after_a_change() -> None:
    detector = CountingDetector()
    finder = FaceFinder(detector)
    for index in range(60):
        finder.find(scene(seed=1 if index < 2 else 2), index / FPS)
    assert 60 / 5 - 1 <= detector.searches <= 60 / 4 + 1


def test_finder_detects_every_face_of_a_slow_source_in_every_frame() -> None:
    detector = CountingDetector()
    finder = FaceFinder(detector)
    for index in range(10):
        finder.find(scene(), index / 3.0)
    assert detector.near == 9


def test_follower_shifts_box_and_key_points_with_the_picture() -> None:
    follower = Follower(scene(), face())
    found = follower.follow(scene(dx=3, dy=-2))
    assert found is not None
    assert np.abs(found.keypoints - face().keypoints - (3, -2)).max() < 0.5
    assert found.box == pytest.approx((FACE[0] + 3, FACE[1] - 2, 100, 100), abs=0.5)
    assert follower.moved == pytest.approx(np.hypot(3, 2) / 100, abs=0.005)
    assert found.score == face().score


def test_follower_needs_a_picture_with_contrast_within_the_frame() -> None:
    plain = np.full((480, 640, 3), 90, np.uint8)
    assert Follower(plain, face()).follow(plain) is None
    assert Follower(scene(), face()).follow(plain) is None
    outside = face((-60.0, 190.0, 100.0, 100.0))
    assert Follower(scene(), outside).follow(scene()) is None
    assert Follower(scene(), face()).follow(scene()[:200, :200]) is None
    assert Follower(scene(), face((300.0, 220.0, 8.0, 8.0))).follow(scene()) is None


def test_follower_does_not_follow_a_jump() -> None:
    assert Follower(scene(), face()).follow(scene(dx=60)) is None


def test_surroundings_change_by_objects_and_not_by_noise() -> None:
    rng = np.random.default_rng(0)

    def noisy(picture: Picture) -> Picture:
        return np.clip(picture + rng.normal(0, 5, picture.shape), 0, 255).astype(np.uint8)

    around = Surroundings()
    assert around.changed(noisy(scene()), [FACE])
    assert not any(around.changed(noisy(scene()), [FACE]) for _ in range(20))
    moved = scene()
    moved[200:280, 280:360] = 250
    assert not around.changed(noisy(moved), [FACE])
    moved[400:440, 40:80] = 250
    assert around.changed(noisy(moved), [FACE])
    assert not around.changed(noisy(moved), [FACE])
    around.forget()
    assert around.changed(noisy(moved), [FACE])
    assert around.changed(noisy(moved)[:240], [FACE])


def test_surroundings_notice_a_slow_change() -> None:
    around = Surroundings()
    around.changed(scene(), [])
    steps = []
    for step in range(20):
        picture = scene()
        picture[400:440, 40:80] += np.uint8(step)
        steps.append(around.changed(picture, []))
    assert any(steps)


@pytest.mark.parametrize("shape", [(1, 1, 3), (3, 640, 3), (640, 3, 3), (1, 4000, 3)])
def test_surroundings_take_any_size(shape: tuple[int, ...]) -> None:
    around = Surroundings()
    assert around.changed(np.zeros(shape, np.uint8), [FACE])
    assert not around.changed(np.zeros(shape, np.uint8), [FACE])
    assert around.changed(np.full(shape, 200, np.uint8), [])
