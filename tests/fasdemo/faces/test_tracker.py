from __future__ import annotations

import numpy as np
import pytest

from fasdemo.faces.face import Face
from fasdemo.faces.quality import Quality, head_pose_deg, sharpness
from fasdemo.faces.tracker import LOST_AFTER_S, Tracker


def face(x: float, y: float = 100.0, side: float = 100.0) -> Face:
    return Face((x, y, side, side), 0.9, np.zeros((6, 2), np.float32))


def test_faces_keep_their_numbers_while_they_move() -> None:
    tracker = Tracker()
    for step in range(30):
        tracks = tracker.update([face(10 + 5 * step), face(600 - 5 * step, 300)], step / 30)
        assert [track.id for track in tracks] == [1, 2]
    assert tracks[0].sightings == 30
    assert tracks[0].first_seen_s == 0.0


def test_tracker_ignores_the_order_of_detections() -> None:
    tracker = Tracker()
    tracker.update([face(0), face(300)], 0.0)
    assert [track.id for track in tracker.update([face(305), face(5)], 0.03)] == [2, 1]


def test_passing_faces_take_the_nearer_number() -> None:
    tracker = Tracker()
    tracker.update([face(0), face(60)], 0.0)
    assert [track.id for track in tracker.update([face(50), face(10)], 0.03)] == [2, 1]


def test_tracker_never_reuses_a_number() -> None:
    tracker = Tracker()
    tracker.update([face(0)], 0.0)
    tracker.update([], LOST_AFTER_S)
    assert [track.id for track in tracker.update([face(0)], LOST_AFTER_S)] == [1]
    assert [track.id for track in tracker.update([face(0)], 2 * LOST_AFTER_S + 0.01)] == [2]


@pytest.mark.parametrize("other", [face(80), face(0, 100, 160), face(0, 100, 60)])
def test_tracker_takes_a_jump_or_another_size_for_another_face(other: Face) -> None:
    tracker = Tracker()
    tracker.update([face(0)], 0.0)
    assert [track.id for track in tracker.update([other], 0.03)] == [2]


def test_tracker_ends_every_track_when_the_clock_goes_back() -> None:
    tracker = Tracker()
    tracker.update([face(0)], 5.0)
    assert [track.id for track in tracker.update([face(0)], 4.9)] == [2]


def test_tracker_reset_forgets_faces_and_not_numbers() -> None:
    tracker = Tracker()
    tracker.update([face(0)], 0.0)
    tracker.reset()
    assert [track.id for track in tracker.update([face(0)], 0.03)] == [2]


def projected(yaw: float, pitch: float, roll: float) -> np.ndarray:
    """Eyes 63 mm apart, a nose 35 mm before and 33 mm below them, turned and seen from afar; y down, z forward."""
    points = np.array([[-31.5, 0, 0], [31.5, 0, 0], [0, 33.4, -34.65]])
    y, p, r = np.radians([-yaw, pitch, roll])
    about_y = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(p), np.sin(p)], [0, -np.sin(p), np.cos(p)]])
    about_z = np.array([[np.cos(r), -np.sin(r), 0], [np.sin(r), np.cos(r), 0], [0, 0, 1]])
    return np.asarray((points @ (about_z @ about_y @ about_x).T)[:, :2], np.float32)


@pytest.mark.parametrize("yaw", [-40, -15, 0, 25, 40])
def test_yaw_is_positive_towards_the_persons_left(yaw: float) -> None:
    assert head_pose_deg(projected(yaw, 0, 0))[0] == pytest.approx(yaw, abs=6)


@pytest.mark.parametrize("roll", [-30, 0, 20])
def test_roll_is_positive_when_the_right_eye_is_higher(roll: float) -> None:
    yaw, pitch, found = head_pose_deg(projected(0, 0, roll))
    assert found == pytest.approx(roll, abs=0.5)
    assert yaw == pytest.approx(0, abs=1)
    assert pitch == pytest.approx(0, abs=3)


def test_pitch_is_positive_when_the_person_looks_up() -> None:
    down, level, up = (head_pose_deg(projected(0, pitch, 0))[1] for pitch in (-25, 0, 25))
    assert down < -12 < level < 12 < up


def test_eyes_in_one_place_are_turned_away() -> None:
    assert head_pose_deg(np.zeros((6, 2), np.float32))[0] == 90.0


def test_sharpness_falls_with_blur_and_not_with_light() -> None:
    import cv2

    from tests.support.scenes import photograph

    luma = np.asarray(cv2.cvtColor(photograph()[40:200, 150:310], cv2.COLOR_RGB2GRAY), np.uint8)
    blurred = (cv2.GaussianBlur(luma, (0, 0), sigma) for sigma in (0.5, 2, 4, 8))
    values = [sharpness(np.asarray(picture, np.uint8)) for picture in blurred]
    assert values == sorted(values, reverse=True)
    assert values[0] > 2 * values[-1]
    assert sharpness((luma * 0.3).astype(np.uint8)) == pytest.approx(sharpness(luma), rel=0.1)


def test_quality_is_frozen() -> None:
    quality = Quality(0.5, 0.0, 0.2, 60.0, 0.0, 0.0, 0.0, None)
    with pytest.raises(AttributeError):
        setattr(quality, "brightness", 1.0)  # noqa: B010 - an assignment that the type checker would refuse
