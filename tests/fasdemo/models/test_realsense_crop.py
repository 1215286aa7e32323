"""The projected crop against whole-frame alignment by the SDK."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

rs = pytest.importorskip("pyrealsense2", exc_type=ImportError, reason="the RealSense SDK or libusb is not installed")

from fasdemo.capture.open import open_source  # noqa: E402
from fasdemo.faces.face import Face  # noqa: E402
from fasdemo.models.card import CropSpec  # noqa: E402
from fasdemo.models.crop import TEMPLATE, crop_face, to_stream  # noqa: E402
from fasdemo.models.warp import warp  # noqa: E402
from tests.support.realsense_fake import BASELINE_M, extrinsics, intrinsics  # noqa: E402
from tests.support.realsense_scene import Surface, aligned_by_the_sdk, record  # noqa: E402

SIZE = 128
SURFACES = {
    "near": Surface(0.35),
    "usual": Surface(0.6),
    "far": Surface(1.2),
    "slanted": Surface(0.6, slant_x=0.25, slant_y=-0.15),
    "bulging": Surface(0.55, bulge=1.2),
}


def face_in(distance_m: float) -> Face:
    """Key points of a face of usual size, a little off the middle and tilted."""
    pixels = 0.063 * 610.0 / distance_m
    turn = np.array([[np.cos(0.2), -np.sin(0.2)], [np.sin(0.2), np.cos(0.2)]])
    points = (TEMPLATE - 0.5) / 0.28 * pixels @ turn.T + [300.0, 250.0]
    points = np.vstack([points, points[:2]]).astype(np.float32)
    return Face((200.0, 150.0, 200.0, 200.0), 0.9, points)


@pytest.mark.parametrize("name", SURFACES)
def test_crop_face_equals_the_aligned_frame(tmp_path: Path, name: str) -> None:
    surface = SURFACES[name]
    path = record(tmp_path / "scene.db3", surface)
    aligned_mm, _ = aligned_by_the_sdk(path)
    with open_source(path) as source:
        frame = next(iter(source))
    face = face_in(surface.distance)
    crops = crop_face(frame, face, CropSpec(), SIZE)
    assert crops.rgb is not None
    assert crops.depth_mm is not None
    assert crops.ir is not None

    # Where each pixel of the crop lies in the infrared image, by the SDK's own functions and its aligned depth.
    lens, target = intrinsics(610.0), intrinsics(380.0)
    move = extrinsics(-BASELINE_M)
    inverse = cv2.invertAffineTransform(crops.to_crop)
    grid = np.array([(u, v) for v in range(SIZE) for u in range(SIZE)], float)
    in_rgb = grid @ inverse[:, :2].T + inverse[:, 2]
    oracle_mm = warp(aligned_mm, crops.to_crop, SIZE, nearest=True).astype(float)
    seen = oracle_mm.ravel() > 0
    assert seen.mean() > 0.9
    there = np.zeros((SIZE * SIZE, 2))
    for number in np.flatnonzero(seen):
        point = rs.rs2_deproject_pixel_to_point(lens, list(in_rgb[number]), oracle_mm.ravel()[number] / 1000)
        there[number] = rs.rs2_project_point_to_pixel(target, rs.rs2_transform_point_to_point(move, point))

    shape = (frame.rgb.shape[0], frame.rgb.shape[1])
    ours = to_stream(crops.to_crop, SIZE, shape, shape, crops.distance_mm / 1000, frame.calibration, "ir")
    landed = there @ ours[:, :2].T + ours[:, 2]
    off = np.hypot(*(landed - grid).T)[seen]
    assert off.max() < 1.0

    assert frame.ir is not None
    x, y = there.astype(np.float32).T.reshape(2, SIZE, SIZE)
    oracle_ir = cv2.remap(frame.ir, x, y, cv2.INTER_LINEAR)
    grey = np.abs(crops.ir.astype(float) - oracle_ir).ravel()[seen]
    assert grey.mean() < 2.0
    # Colour and infrared of one surface agree too: the crops show the same place.
    assert np.abs(crops.ir.astype(float) - crops.rgb[..., 0]).ravel()[seen].mean() < 3.0

    both = seen & (crops.depth_mm.ravel() > 0)
    assert both.mean() > 0.9
    # Two grey levels of the network's encoding, which spreads 300 mm over 255.
    assert np.abs(crops.depth_mm.ravel() - oracle_mm.ravel())[both].max() <= 2 * 300 / 255
    if name in ("near", "usual", "far"):
        assert crops.distance_mm == pytest.approx(surface.distance * 1000, abs=1)
        assert grey.max() <= 2.0
