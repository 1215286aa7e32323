"""Crops have the geometry of the template in every stream, and depth keeps its values."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from fasdemo.faces.face import Face
from fasdemo.frames import Calibration, Extrinsics, FrameSet, Intrinsics
from fasdemo.models.card import CropSpec
from fasdemo.models.crop import TEMPLATE, crop_face, face_view, keypoint_transform, similarity, to_stream

SIZE = 128
SPEC = CropSpec()


def face_at(x: float, y: float, eye_distance: float, angle: float = 0.0) -> Face:
    """A face whose four inner key points have exactly the template's shape."""
    unit = (TEMPLATE - 0.5) / 0.28 * eye_distance
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    inner = unit @ turn.T + [x, y]
    ears = inner[:2] + [[-eye_distance, 0], [eye_distance, 0]]
    points = np.vstack([inner, ears]).astype(np.float32)
    return Face((x - eye_distance, y - eye_distance, 2 * eye_distance, 2 * eye_distance), 0.9, points)


@pytest.mark.parametrize(("eye_distance", "angle"), [(20.0, 0.0), (60.0, 0.4), (200.0, -0.5)])
def test_key_points_land_on_the_template(eye_distance: float, angle: float) -> None:
    face = face_at(320, 240, eye_distance, angle)
    transform = keypoint_transform(face.keypoints, 1.0, SIZE)
    landed = face.keypoints[:4] @ transform[:, :2].T + transform[:, 2]
    np.testing.assert_allclose(landed, TEMPLATE * SIZE - 0.5, atol=0.01)


def test_similarity_refuses_coinciding_points() -> None:
    with pytest.raises(ValueError, match="coincide"):
        similarity(np.ones((4, 2)), TEMPLATE)


def test_crop_face_of_a_wider_scale_holds_the_narrow_crop() -> None:
    rng = np.random.default_rng(0)
    picture = np.asarray(cv2.GaussianBlur(rng.integers(0, 255, (480, 640, 3), np.uint8), (0, 0), 6), np.uint8)
    frame, face = FrameSet(0, 0.0, picture), face_at(320, 240, 70)
    narrow = crop_face(frame, face, SPEC, 128).rgb
    wide = crop_face(frame, face, CropSpec(scale=1.5), 192).rgb
    assert narrow is not None
    assert wide is not None
    assert np.abs(narrow.astype(int) - wide[32:160, 32:160]).mean() < 1.0


def test_depth_is_never_interpolated_and_gives_the_distance() -> None:
    depth = np.zeros((480, 640), np.uint16)
    depth[:, 320:] = 600
    depth[:, :320] = 500
    crops = crop_face(FrameSet(0, 0.0, np.zeros((480, 640, 3), np.uint8), depth), face_at(330, 240, 60), SPEC, SIZE)
    assert crops.depth_mm is not None
    assert set(np.unique(crops.depth_mm)) <= {0.0, 500.0, 600.0}
    assert crops.distance_mm in (500.0, 600.0)


def test_registered_streams_of_another_size_show_the_same_field() -> None:
    rgb = np.zeros((480, 640, 3), np.uint8)
    cv2.circle(rgb, (330, 250), 20, (255, 255, 255), -1)
    half = np.asarray(cv2.resize(rgb[..., 0], (320, 240), interpolation=cv2.INTER_AREA), np.uint8)
    crops = crop_face(FrameSet(0, 0.0, rgb, ir=half), face_at(320, 240, 60), SPEC, SIZE)
    assert crops.rgb is not None
    assert crops.ir is not None
    centres = [np.argwhere(image > 127).mean(0) for image in (crops.rgb[..., 0], crops.ir)]
    np.testing.assert_allclose(centres[0], centres[1], atol=0.5)


def test_projection_follows_the_calibration() -> None:
    """A point seen by both cameras of a device with a baseline lands on the same crop pixel."""
    rgb_camera = Intrinsics(640, 480, 610, 610, 320, 240, (0.05, -0.02, 0.001, 0.0, 0.0))
    depth_camera = Intrinsics(640, 480, 380, 380, 322, 238)
    move = Extrinsics(translation_m=(0.05, 0.001, 0.0))
    calibration = Calibration(rgb_camera, depth_camera, depth_camera, move, move, registered=False)
    point = np.array([[0.02, -0.03, 0.5]])
    zero = np.zeros(3)
    in_rgb = cv2.projectPoints(point, zero, zero, rgb_camera.matrix(), np.array(rgb_camera.distortion))[0].ravel()
    in_depth = (depth_camera.matrix() @ (point[0] + move.translation_m))[:2] / point[0, 2]
    face = face_at(in_rgb[0], in_rgb[1], 75)
    to_crop = keypoint_transform(face.keypoints, 1.0, SIZE)
    transform = to_stream(to_crop, SIZE, (480, 640), (480, 640), 0.5, calibration, "depth")
    np.testing.assert_allclose(
        transform[:, :2] @ in_depth + transform[:, 2], to_crop[:, :2] @ in_rgb + to_crop[:, 2], atol=0.3
    )


def test_crop_face_finds_the_distance_after_a_wrong_guess() -> None:
    """A small face on a phone close by looks far away by its eyes; the depth image knows better."""
    camera = Intrinsics(640, 480, 600, 600, 320, 240)
    calibration = Calibration(
        camera, camera, camera, Extrinsics(translation_m=(0.05, 0, 0)), Extrinsics(), registered=False
    )
    depth = np.full((480, 640), 300, np.uint16)
    frame = FrameSet(0, 0.0, np.zeros((480, 640, 3), np.uint8), depth, calibration=calibration)
    assert crop_face(frame, face_at(320, 240, 25), SPEC, SIZE).distance_mm == 300.0


def test_crop_face_measures_a_face_half_outside() -> None:
    crops = crop_face(FrameSet(0, 0.0, np.zeros((480, 640, 3), np.uint8)), face_at(0, 240, 60), SPEC, SIZE)
    assert 0.4 < crops.inside < 0.6


def test_face_view_leaves_out_the_surroundings_of_a_wide_crop() -> None:
    assert face_view(CropSpec(scale=1.75)) == CropSpec()
    assert face_view(CropSpec(scale=0.8)) == CropSpec(scale=0.8)
    box = CropSpec(template="box-v1", scale=1.5)
    assert face_view(box) == box
