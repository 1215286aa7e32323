"""Depth as points in space: where they lie, which colour they have, and the PLY file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fasdemo.draw.point_cloud import point_at_mm, point_cloud, write_ply
from fasdemo.frames import Calibration, Extrinsics, FrameSet, Intrinsics
from fasdemo.models.crop import project

RGB = Intrinsics(160, 120, 150.0, 150.0, 79.5, 59.5, (0.05, -0.02, 0.001, 0.001, 0.0))
DEPTH = Intrinsics(80, 60, 60.0, 60.0, 39.5, 29.5)
MOVE = Extrinsics(translation_m=(-0.015, 0.002, 0.0))


def frame(registered: bool = False) -> FrameSet:
    """A wall at 800 units of 0.5 mm, with a red square in colour and one pixel without depth."""
    rgb = np.full((120, 160, 3), 40, np.uint8)
    rgb[40:80, 60:100] = (200, 0, 0)
    depth = np.full((60, 80), 800, np.uint16)
    depth[0, 0] = 0
    calibration = Calibration(RGB, None if registered else DEPTH, rgb_to_depth=MOVE, registered=registered)
    return FrameSet(0, 0.0, rgb, depth, 0.0005, calibration=calibration, declared=frozenset({"rgb", "depth"}))


def test_points_lie_on_the_wall_at_their_pixels() -> None:
    cloud = point_cloud(frame())
    assert cloud is not None
    assert len(cloud.points_m) == 60 * 80 - 1
    assert cloud.points_m[:, 2] == pytest.approx(0.4)
    x, y = cloud.points_m[:, 0] / 0.4 * 60.0 + 39.5, cloud.points_m[:, 1] / 0.4 * 60.0 + 29.5
    np.testing.assert_allclose(np.stack([x, y], 1)[-1], (79, 59), atol=1e-3)
    middle = point_at_mm(frame(), 40, 30, 400.0)
    assert middle == pytest.approx((0.5 / 60 * 400, 0.5 / 60 * 400, 400.0))


def test_colours_are_those_that_the_colour_camera_sees() -> None:
    shown = frame()
    cloud = point_cloud(shown)
    assert cloud is not None
    corners = project(np.array([[70.0, 50.0], [90.0, 70.0], [20.0, 20.0]]), 0.4, RGB, DEPTH, MOVE)
    pixels = np.column_stack([cloud.points_m[:, 0] / 0.4 * 60.0 + 39.5, cloud.points_m[:, 1] / 0.4 * 60.0 + 29.5])
    colours = [cloud.colours[np.linalg.norm(pixels - corner, axis=1).argmin()].tolist() for corner in corners]
    assert colours == [[200, 0, 0], [200, 0, 0], [40, 40, 40]]


def test_registered_depth_takes_the_colour_of_its_own_pixel() -> None:
    cloud = point_cloud(frame(registered=True))
    assert cloud is not None
    at = 30 * 80 + 40 - 1
    assert cloud.colours[at].tolist() == [200, 0, 0]
    assert cloud.colours[at - 15].tolist() == [40, 40, 40]


def test_far_points_are_left_out_and_without_calibration_there_are_none() -> None:
    far = frame()
    assert far.depth is not None
    far.depth[10:] = 20_000
    cloud = point_cloud(far)
    assert cloud is not None
    assert len(cloud.points_m) == 10 * 80 - 1
    assert point_cloud(replace(far, calibration=None)) is None
    assert point_at_mm(replace(far, calibration=None), 1, 1, 400.0) is None
    empty = replace(far, depth=np.zeros((60, 80), np.uint16))
    nothing = point_cloud(empty)
    assert nothing is not None
    assert nothing.points_m.shape == nothing.colours.shape == (0, 3)


def test_ply_file_has_every_point_with_its_colour(tmp_path: Path) -> None:
    cloud = point_cloud(frame())
    assert cloud is not None
    write_ply(tmp_path / "a.ply", cloud)
    head, _, body = (tmp_path / "a.ply").read_bytes().partition(b"end_header\n")
    assert head.startswith(b"ply\nformat binary_little_endian 1.0\n")
    assert f"element vertex {len(cloud.points_m)}\n".encode() in head
    table = np.frombuffer(body, [("xyz", "<f4", 3), ("rgb", "u1", 3)])
    np.testing.assert_array_equal(table["xyz"], cloud.points_m)
    np.testing.assert_array_equal(table["rgb"], cloud.colours)
