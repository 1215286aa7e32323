"""Every measurement against geometry whose answer is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fasdemo.engine.measurements.face_surface import oval, surface
from fasdemo.engine.measurements.measure import GRID, depth_grid, grids, infrared, ir_landmark_error, measure
from fasdemo.faces.face import Face
from fasdemo.frames import Calibration, Extrinsics, FrameSet, Intrinsics
from fasdemo.models.card import CropSpec
from fasdemo.models.crop import FaceCrops, crop_face
from tests.support.scenes import CALIBRATION, FOCAL, HEIGHT, WIDTH, Pose, frame, relief_mm, true_face

SIZE = 96
FIELD_MM = 225.0
Y, X = (np.mgrid[:SIZE, :SIZE] + 0.5) / SIZE - 0.5
X_MM, Y_MM = X * FIELD_MM, Y * FIELD_MM


def surface_of(depth_mm: np.ndarray) -> dict[str, float | None]:
    return surface(depth_grid(depth_mm.astype(np.float32)))


def grid_positions_mm() -> tuple[np.ndarray, np.ndarray]:
    y, x = ((np.mgrid[:GRID, :GRID] + 0.5) / GRID - 0.5) * FIELD_MM
    return x[oval(GRID)], y[oval(GRID)]


def leaning_plane(degrees: float, around_y: bool = False, distance_mm: float = 600.0) -> np.ndarray:
    """Depth of a plane through the optical axis, seen by a pinhole camera that shows 225 mm at its distance."""
    slope = np.tan(np.radians(degrees)) * (X_MM if around_y else Y_MM) / distance_mm
    return np.asarray(distance_mm / np.maximum(1.0 - slope, 0.05))


@pytest.mark.parametrize("around_y", [False, True])
@pytest.mark.parametrize("degrees", [-65.0, -40.0, 0.0, 20.0, 55.0, 65.0])
def test_surface_finds_no_residual_on_a_leaning_plane(degrees: float, around_y: bool) -> None:
    found = surface_of(leaning_plane(degrees, around_y))
    assert found["plane_residual_mm"] == pytest.approx(0.0, abs=0.01)
    assert found["relief_mm"] == pytest.approx(0.0, abs=0.05)
    assert found["nose_mm"] == pytest.approx(0.0, abs=0.05)
    assert found["face_relief"] == pytest.approx(0.0, abs=0.01)


def face_mm(share: float = 1.0) -> np.ndarray:
    """Depth of the scenes' head with a share of its relief, 600 mm away."""
    relief = np.nan_to_num(relief_mm(X_MM, Y_MM + 22.0), nan=95.0)
    return np.asarray(600.0 + share * (relief - 40.0))


def test_surface_measures_the_relief_of_a_face_and_of_half_of_it() -> None:
    whole, half = surface_of(face_mm()), surface_of(face_mm(0.5))
    for found in (whole, half):
        assert found["relief_correlation"] is not None
        assert found["relief_correlation"] > 0.8
    assert whole["face_relief"] is not None
    assert 0.7 < whole["face_relief"] < 1.5
    assert half["face_relief"] == pytest.approx(whole["face_relief"] / 2, rel=0.1)
    assert surface_of(1200.0 - face_mm())["face_relief"] == pytest.approx(-whole["face_relief"], rel=0.15)


def test_surface_relief_does_not_grow_on_a_slanted_face() -> None:
    """Residuals are at right angles to the plane, not along the ray."""
    straight = surface_of(face_mm())
    # A point of the head that is slanted by 40 degrees keeps its distance from the head's plane.
    slope = np.tan(np.radians(40.0))
    slanted = surface_of((face_mm() - 600.0) / np.cos(np.radians(40.0)) + 600.0 / (1.0 - slope * Y_MM / 600.0))
    for name in ("plane_residual_mm", "face_relief"):
        assert slanted[name] == pytest.approx(straight[name], rel=0.15)


def test_noise_lowers_neither_a_faces_relief_nor_makes_one_of_a_board() -> None:
    noise = np.random.default_rng(3).normal(0, 9.0, (SIZE, SIZE))
    face, board = surface_of(face_mm() + noise), surface_of(leaning_plane(50.0) + noise)
    assert face["face_relief"] == pytest.approx(surface_of(face_mm())["face_relief"], abs=0.12)
    assert board["face_relief"] == pytest.approx(0.0, abs=0.12)
    assert board["depth_noise_mm"] is not None
    assert board["depth_noise_mm"] > 1.5


def test_noise_on_a_plane_is_measured_as_block_means_have_it() -> None:
    noise = np.random.default_rng(0).normal(0, 6.0, (SIZE, SIZE))
    found = surface_of(600.0 + noise)
    # 96 / 32 = 3: each block is the mean of nine pixels.
    assert found["plane_residual_mm"] == pytest.approx(2.0, rel=0.15)
    assert found["depth_noise_mm"] == pytest.approx(2.0, rel=0.15)


def test_surface_measures_the_residual_of_a_spherical_cap() -> None:
    radius = 150.0
    found = surface_of(600.0 + radius - np.sqrt(np.maximum(radius**2 - X_MM**2 - Y_MM**2, 0)))
    x, y = grid_positions_mm()
    z = radius - np.sqrt(radius**2 - x**2 - y**2)
    design = np.column_stack([np.ones_like(x), x, y])
    residual = z - design @ np.linalg.lstsq(design, z, rcond=None)[0]
    assert found["plane_residual_mm"] == pytest.approx(residual.std(), rel=0.03)
    assert found["relief_mm"] == pytest.approx(np.percentile(residual, 98) - np.percentile(residual, 2), rel=0.03)


@pytest.mark.parametrize("radius", [80.0, 150.0, 400.0])
@pytest.mark.parametrize("direction", [1.0, -1.0])
def test_surface_finds_a_bent_sheet_without_a_nose(radius: float, direction: float) -> None:
    across = 0.9 * X_MM + 0.436 * Y_MM
    found = surface_of(600.0 + direction * (radius - np.sqrt(np.maximum(radius**2 - across**2, 0))))
    plane, sheet, nose = found["plane_residual_mm"], found["sheet_residual_mm"], found["nose_mm"]
    assert plane is not None
    assert sheet is not None
    assert nose is not None
    assert sheet < 0.5
    assert plane > 3 * sheet
    assert abs(nose) < 2.0


def test_holes_cut_for_the_eyes_do_not_hide_a_sheet() -> None:
    depth = np.full((SIZE, SIZE), 600.0)
    for eye in (-0.14, 0.14):
        depth[(X - eye) ** 2 + (2 * (Y + 0.1)) ** 2 < 0.05**2] += 45.0
    found = surface_of(depth)
    assert found["plane_residual_mm"] is not None
    assert found["plane_residual_mm"] < 0.5


def test_surface_measures_a_nose_in_millimetres() -> None:
    curved = 600.0 + 0.004 * X_MM**2 + 0.002 * Y_MM**2
    bump = 18.0 * ((X / 0.06) ** 2 + ((Y - 0.055) / 0.1) ** 2 < 1)
    assert surface_of(curved - bump)["nose_mm"] == pytest.approx(18.0, abs=0.3)
    assert surface_of(curved + bump)["nose_mm"] == pytest.approx(-18.0, abs=0.3)


def test_surface_is_not_measured_where_most_is_missing() -> None:
    depth = np.zeros((SIZE, SIZE))
    depth[:, :30] = 600.0
    assert set(surface_of(depth).values()) == {None}


def test_pixels_without_a_reading_do_not_pull_a_mean() -> None:
    depth = np.full((SIZE, SIZE), 600.0, np.float32)
    depth[::3, ::3] = 0.0
    assert np.unique(depth_grid(depth)) == pytest.approx([600.0])


@pytest.mark.parametrize("distance", [0.4, 0.8, 1.3])
def test_measure_finds_the_geometry_of_the_scene(distance: float) -> None:
    pose = Pose(distance)
    made = frame(0, "print", pose, noise=False)
    face = true_face(pose)
    crops = crop_face(made, face, CropSpec(), SIZE)
    found = measure(made, face, crops, grids(crops))
    assert found["distance_m"] == pytest.approx(distance, abs=0.002)
    assert found["depth_coverage"] == 1.0
    # The photograph's eyes were placed 63 mm apart; a print of that size passes for a face by its size.
    assert found["interpupil_mm"] == pytest.approx(63.0, abs=0.5)
    assert found["ir_rgb_correlation"] == pytest.approx(1.0, abs=0.01)


def test_distance_of_the_eyes_uses_the_principal_point_and_each_eyes_own_depth() -> None:
    intrinsics = Intrinsics(WIDTH, HEIGHT, 500.0, 520.0, 310.0, 250.0)
    depth = np.full((HEIGHT, WIDTH), 500, np.uint16)
    depth[:, 320:] = 540
    right, left = np.array([280.0, 200.0]), np.array([360.0, 205.0])
    points = np.array([right, left, [320, 240], [320, 275], [250, 210], [390, 215]], np.float32)
    face = Face((240.0, 160.0, 160.0, 160.0), 0.9, points)
    given = FrameSet(0, 0.0, np.zeros((HEIGHT, WIDTH, 3), np.uint8), depth, calibration=Calibration(intrinsics))
    crops = crop_face(given, face, CropSpec(), SIZE)
    a = np.array([(280 - 310) / 500, (200 - 250) / 520, 1.0]) * 500.0
    b = np.array([(360 - 310) / 500, (205 - 250) / 520, 1.0]) * 540.0
    found = measure(given, face, crops, grids(crops))
    assert found["interpupil_mm"] == pytest.approx(float(np.linalg.norm(a - b)), rel=1e-3)


def test_distance_of_the_eyes_scales_with_the_pictures_size() -> None:
    half = frame(0, "print", Pose(0.6), noise=False)
    small = replace(half, rgb=np.ascontiguousarray(half.rgb[::2, ::2]))
    face = true_face(Pose(0.6))
    face = replace(face, keypoints=((face.keypoints + 0.5) / 2 - 0.5).astype(np.float32))
    crops = crop_face(small, face, CropSpec(), SIZE)
    assert measure(small, face, crops, grids(crops))["interpupil_mm"] == pytest.approx(63.0, abs=1.0)


def test_measure_allows_for_a_depth_camera_in_front() -> None:
    depth_camera = Intrinsics(WIDTH, HEIGHT, FOCAL, FOCAL, CALIBRATION.rgb.cx, CALIBRATION.rgb.cy)
    raw = Calibration(
        CALIBRATION.rgb, depth_camera, depth_camera,
        rgb_to_depth=Extrinsics(translation_m=(0.0, 0.0, 0.05)), registered=False,
    )  # fmt: skip
    # 600 mm from the colour camera is 650 mm from the depth camera.
    given = replace(
        frame(0, "print", Pose(0.6), noise=False), calibration=raw, depth=np.full((HEIGHT, WIDTH), 650, np.uint16)
    )
    face = true_face(Pose(0.6))
    crops = crop_face(given, face, CropSpec(), SIZE)
    found = measure(given, face, crops, grids(crops))
    assert found["distance_m"] == pytest.approx(0.65, abs=0.002)
    assert found["interpupil_mm"] == pytest.approx(63.0, abs=0.5)


def test_without_a_calibration_the_eyes_distance_is_unknown() -> None:
    given = replace(frame(0, "print"), calibration=None)
    crops = crop_face(given, true_face(), CropSpec(), SIZE)
    assert measure(given, true_face(), crops, grids(crops))["interpupil_mm"] is None


def test_infrared_is_measured_on_the_face_and_not_around_it() -> None:
    ir = np.full((GRID, GRID), 250.0, np.float32)
    ir[oval(GRID)] = 60.0
    ir[oval(GRID) & (np.arange(GRID)[:, None] % 2 == 0)] = 100.0
    red = np.full((GRID, GRID), 160.0, np.float32)
    found = infrared(ir, red, red)
    values = ir[oval(GRID)]
    assert found["ir_level"] == pytest.approx(values.mean() / 255.0)
    assert found["ir_contrast"] == pytest.approx(values.std() / values.mean(), rel=1e-5)
    assert found["ir_rgb_ratio"] == pytest.approx(values.mean() / 160.0, rel=1e-5)
    assert found["ir_rgb_correlation"] is None, "an even picture correlates with nothing"


def test_infrared_of_16_bits_is_measured_on_the_same_scale() -> None:
    made = frame(0, noise=False)
    assert made.ir is not None
    wide = replace(made, ir=made.ir.astype(np.uint16) * 257)
    found = []
    for given in (made, wide):
        crops = crop_face(given, true_face(), CropSpec(), SIZE)
        found.append(measure(given, true_face(), crops, grids(crops))["ir_level"])
    assert found[0] == pytest.approx(found[1], abs=1e-3)


def test_landmark_disagreement_is_a_share_of_the_eyes_distance() -> None:
    face = true_face()
    crops = crop_face(frame(0), face, CropSpec(), SIZE)
    in_crop = face.keypoints @ crops.to_crop[:, :2].T + crops.to_crop[:, 2]
    eyes = float(np.linalg.norm(in_crop[1] - in_crop[0]))
    moved = Face(face.box, 0.9, (in_crop + (0.25 * eyes, 0.0)).astype(np.float32))
    assert ir_landmark_error(moved, crops, face) == pytest.approx(0.25, abs=1e-3)


def test_measure_skips_a_stream_that_was_not_captured() -> None:
    face = true_face()
    bare = frame(0, declared=frozenset({"rgb"}))
    crops: FaceCrops = crop_face(bare, face, CropSpec(), SIZE)
    assert measure(bare, face, crops, grids(crops)) == {}
