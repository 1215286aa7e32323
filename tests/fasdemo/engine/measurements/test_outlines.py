from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from fasdemo.engine.measurements.outlines import (
    OUTLINE_NAMES,
    OUTLINE_SHAPE,
    WIDER,
    captured,
    compare_outlines,
    outline_agreement,
)
from fasdemo.faces.face import Face
from fasdemo.frames import FrameSet
from fasdemo.models.card import CropSpec
from fasdemo.models.crop import TEMPLATE, FaceCrops, crop_face

SIZE = 480
EYE_PX = 80.0
ZOOM = 1.2


def scene() -> FrameSet:
    """A head that is wider on one side, before a wall, in all streams."""
    depth = np.full((SIZE, SIZE), 1400, np.uint16)
    rgb = np.full((SIZE, SIZE, 3), (60, 90, 120), np.uint8)
    ir = np.full((SIZE, SIZE), 40, np.uint8)
    for centre, axes in (((240, 240), (95, 130)), ((310, 290), (55, 90))):
        cv2.ellipse(depth, centre, axes, 0, 0, 360, 600, -1)
        cv2.ellipse(rgb, centre, axes, 0, 0, 360, (200, 150, 120), -1)
        cv2.ellipse(ir, centre, axes, 0, 0, 360, 150, -1)
    return FrameSet(0, 0.0, rgb, depth=depth, ir=ir)


def face() -> Face:
    points = (TEMPLATE - 0.5) * (EYE_PX / 0.28) + 240.0
    ears = np.array([[150.0, 230.0], [330.0, 230.0]])
    return Face((140.0, 120.0, 200.0, 240.0), 0.9, np.vstack([points, ears]).astype(np.float32))


def zoomed(image: np.ndarray, factor: float) -> np.ndarray:
    transform = np.array([[factor, 0, SIZE / 2 * (1 - factor)], [0, factor, SIZE / 2 * (1 - factor)]])
    return cv2.warpAffine(image, transform, (SIZE, SIZE), flags=cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE)


def measured(frame: FrameSet) -> dict[str, float]:
    result = outline_agreement(frame, face(), CropSpec())
    return {name: value for name, value in result.items() if value is not None}


def crops() -> FaceCrops:
    return crop_face(scene(), face(), CropSpec(scale=WIDER), 96)


def test_outline_agreement_of_one_surface_fits_best_as_it_is() -> None:
    found = measured(scene())
    assert set(found) == set(OUTLINE_NAMES)
    assert max(found.values()) < 0.0


@pytest.mark.parametrize(("factor", "name"), [(ZOOM, "outline_smaller_gain"), (1 / ZOOM, "outline_larger_gain")])
def test_outline_agreement_finds_the_size_of_zoomed_depth(factor: float, name: str) -> None:
    frame = scene()
    assert frame.depth is not None
    found = measured(replace(frame, depth=zoomed(frame.depth, factor)))
    assert found[name] > 0.2
    assert max(found, key=lambda one: found[one]) == name


def test_outline_agreement_finds_mirrored_depth_and_infrared() -> None:
    frame = scene()
    assert frame.depth is not None
    assert frame.ir is not None
    depth = measured(replace(frame, depth=np.ascontiguousarray(frame.depth[:, ::-1])))
    assert min(depth["rgb_outline_mirror_gain"], depth["ir_outline_mirror_gain"]) > 0.2
    ir = measured(replace(frame, ir=frame.ir[:, ::-1].copy()))
    assert ir["ir_outline_mirror_gain"] > 0.2
    assert ir["rgb_outline_mirror_gain"] < 0.0


def test_compare_outlines_without_a_second_witness_measures_nothing() -> None:
    nothing = dict.fromkeys(OUTLINE_NAMES)
    whole = crops()
    assert whole.rgb is not None
    assert whole.depth_mm is not None
    assert outline_agreement(replace(scene(), ir=None), face(), CropSpec()) == nothing
    assert outline_agreement(replace(scene(), depth=None), face(), CropSpec()) == nothing
    for change in (
        {"rgb": None},
        {"rgb": np.repeat(whole.rgb[..., :1], 3, axis=2)},
        {"depth_mm": np.zeros_like(whole.depth_mm)},
        {"depth_mm": np.full_like(whole.depth_mm, 600.0)},
    ):
        assert compare_outlines(replace(whole, **change)) == nothing


def test_compare_outlines_leaves_out_what_was_not_captured() -> None:
    assert compare_outlines(crops(), np.zeros(OUTLINE_SHAPE, np.bool_)) == dict.fromkeys(OUTLINE_NAMES)


def test_captured_ends_at_the_border_of_the_smallest_image() -> None:
    frame, whole = scene(), crops()
    assert captured(frame, whole).all()
    narrow = replace(frame, rgb=np.ascontiguousarray(frame.rgb[:, :300]), ir=None, depth=None)
    seen = captured(narrow, whole)
    assert seen[:, 0].all()
    assert not seen[:, -1].any()
