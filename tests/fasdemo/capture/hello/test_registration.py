"""The geometry between colour and infrared, estimated from faces at known positions."""

from __future__ import annotations

import numpy as np
import pytest

from fasdemo.capture.cameras.hello.registration import MIN_FACES, GeometryEstimator, PairGeometry
from fasdemo.faces.face import Face
from fasdemo.frames import Extrinsics, Intrinsics
from fasdemo.models.crop import corners, keypoint_transform, project, to_stream

COLOR = Intrinsics(640, 480, 600.0, 600.0, 318.0, 244.0)
INFRARED = Intrinsics(640, 360, 520.0, 520.0, 330.0, 176.0)
BESIDE = Extrinsics(translation_m=(0.022, 0.001, 0.0))
"""The infrared camera 22 mm beside the colour camera."""
# Eyes, nose, mouth and ears of an adult in mm, x right in the picture.
HEAD = np.array([[-31.5, 0, 0], [31.5, 0, 0], [0, 38, -22], [0, 66, -8], [-72, 8, 70], [72, 8, 70.0]])


def seen(
    x: float, y: float, distance_m: float, yaw_deg: float = 0.0, size: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """Return the key points of a head in both pictures, without errors."""
    yaw = np.radians(yaw_deg)
    turn = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    points = HEAD * size / 1000 @ turn.T + (x, y, distance_m)
    color = points[:, :2] / points[:, 2:] * (COLOR.fx, COLOR.fy) + (COLOR.cx, COLOR.cy)
    moved = points @ np.reshape(BESIDE.rotation, (3, 3)).T + BESIDE.translation_m
    infrared = moved[:, :2] / moved[:, 2:] * (INFRARED.fx, INFRARED.fy) + (INFRARED.cx, INFRARED.cy)
    return color, infrared


def as_face(points: np.ndarray) -> Face:
    x, y = points.min(0)
    width, height = np.ptp(points, axis=0)
    return Face((float(x), float(y), float(width), float(height)), 0.9, points.astype(np.float32))


def person(count: int, noise: float, seed: int = 0, near: float = 0.35, far: float = 0.8) -> list[tuple[Face, Face]]:
    """A person who moves in front of the camera; the detector's error is a share of the eye distance."""
    random = np.random.default_rng(seed)
    faces = []
    for _ in range(count):
        distance = random.uniform(near, far)
        color, infrared = seen(
            random.uniform(-0.15, 0.15) * distance,
            random.uniform(-0.1, 0.1) * distance,
            distance,
            random.uniform(-12, 12),
        )
        error = noise * float(np.hypot(*(color[1] - color[0]))) / 1.4
        found = [as_face(points + random.normal(0, error, points.shape)) for points in (color, infrared)]
        faces.append((found[0], found[1]))
    return faces


def estimate(faces: list[tuple[Face, Face]]) -> PairGeometry | None:
    estimator = GeometryEstimator((640, 480), (640, 360))
    for color, infrared in faces:
        geometry = estimator.add(color, infrared)
        if geometry is not None:
            return geometry
    return None


@pytest.mark.parametrize("seed", range(8))
def test_estimator_predicts_faces_at_other_places_and_distances(seed: int) -> None:
    geometry = estimate(person(200, 0.05, seed))
    assert geometry is not None
    assert geometry.faces >= MIN_FACES * 0.8
    calibration = geometry.calibration()
    assert not calibration.registered
    assert calibration.ir is not None
    worst = 0.0
    for distance in (0.3, 0.5, 0.9):
        for x in (-0.1, 0.1):
            color, infrared = seen(x * distance, 0.05 * distance, distance)
            eye = float(np.hypot(*(color[1] - color[0])))
            # As `crop_face` does: the distance from the eye distance, then the projection.
            at_m = 0.063 * calibration.rgb.fx / eye
            predicted = project(color[:4], at_m, calibration.rgb, calibration.ir, calibration.rgb_to_ir)
            error = np.linalg.norm(predicted - infrared[:4], axis=1).mean() / (eye * INFRARED.fx / COLOR.fx)
            worst = max(worst, float(error))
    assert worst < 0.15


def test_estimator_without_noise_is_exact_but_for_the_relief_of_the_face() -> None:
    geometry = estimate(person(200, 0.0))
    assert geometry is not None
    calibration = geometry.calibration()
    assert calibration.ir is not None
    color, infrared = seen(0.02, 0.01, 0.5)
    transform = keypoint_transform(color.astype(np.float32), 1.0, 112)
    in_infrared = to_stream(
        transform, 112, (480, 640), (360, 640), 0.063 * calibration.rgb.fx / 75.6, calibration, "ir"
    )
    expected = color[:4] @ transform[:, :2].T + transform[:, 2]
    found = infrared[:4] @ in_infrared[:, :2].T + in_infrared[:, 2]
    assert np.abs(found - expected).max() < 1.5
    assert np.isfinite(corners(in_infrared, 112)).all()
    assert calibration.rgb_to_ir.translation_m[0] == pytest.approx(0.022, abs=0.003)


def test_estimator_waits_until_the_distance_has_changed() -> None:
    """At one distance, parallax cannot be told from an offset."""
    assert estimate(person(200, 0.05, near=0.5, far=0.505)) is None


def test_estimator_does_not_count_a_still_face_several_times() -> None:
    estimator = GeometryEstimator((640, 480), (640, 360))
    color, infrared = (as_face(points) for points in seen(0, 0, 0.5))
    for _ in range(50):
        assert estimator.add(color, infrared) is None
    assert estimator.faces == 1


def test_estimator_leaves_out_turned_faces() -> None:
    estimator = GeometryEstimator((640, 480), (640, 360))
    estimator.add(*(as_face(points) for points in seen(0, 0, 0.5, yaw_deg=45)))
    assert estimator.faces == 0


def test_estimator_survives_wrong_detections() -> None:
    faces = person(200, 0.04, 3)
    for number in range(0, 200, 9):
        faces[number] = (faces[number][0], as_face(faces[number][1].keypoints + 60))
    geometry = estimate(faces)
    assert geometry is not None
    assert not geometry.problem
    assert geometry.residual < 0.1


def test_estimator_refuses_a_mirrored_picture() -> None:
    faces = [(color, as_face(infrared.keypoints * (-1, 1) + (640, 0))) for color, infrared in person(200, 0.03)]
    assert estimate(faces) is None


def test_estimator_refuses_unrelated_pictures() -> None:
    colors, others = person(200, 0.03, 1), person(200, 0.03, 2)
    assert estimate([(color, infrared) for (color, _), (_, infrared) in zip(colors, others, strict=True)]) is None


@pytest.mark.parametrize(
    ("parameters", "problem"),
    [
        ((float("nan"), 0.0, 0.0, 0.0, 0.0, 0.0), "it is not finite"),
        ((0.1, 0.0, 0.0, 0.0, 0.0, 0.0), "the fields of view differ too much"),
        ((0.8, 0.5, 100.0, 0.0, 0.0, 0.0), "the pictures are rotated against each other"),
        ((1.0, 0.0, 0.0, 0.0, 4.0, 0.0), "the cameras are too far apart"),
        ((1.0, 0.0, 900.0, 0.0, 0.0, 0.0), "the pictures show different directions"),
        ((1.0, 0.01, 3.0, -60.0, 0.3, 0.0), ""),
    ],
)
def test_geometry_names_what_is_implausible(parameters: tuple[float, ...], problem: str) -> None:
    geometry = PairGeometry((640, 480), (640, 360), parameters, 20, 0.05, 0.05)  # type: ignore[arg-type]
    assert geometry.problem == problem
