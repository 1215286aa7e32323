from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from fasdemo.engine.measurements.cross_modal import DEPTH_NAMES, INFRARED_NAMES, depth_agreement, infrared_agreement
from fasdemo.engine.measurements.evidence import Evidence
from fasdemo.engine.measurements.limits import MAX_IR_DETAIL
from fasdemo.engine.measurements.measure import depth_grid
from fasdemo.engine.reasons import Reason
from fasdemo.engine.rules.cross_modal_rules import agreement_codes
from fasdemo.faces.quality import Quality
from fasdemo.models.card import CropSpec
from fasdemo.models.crop import FaceCrops, crop_face
from tests.support.scenes import frame, true_face

AHEAD = Quality(0.5, 0.0, 0.2, 60.0, 0.0, 0.0, 0.0, None)
AGREES: dict[str, float | None] = {
    "lower_residual_mm": 7.0,
    "upper_residual_mm": 8.0,
    "upper_relief": 1.0,
    "depth_yaw_deg": 2.0,
    "relief_offset_mm": 0.0,
    "relief_offset_gain": 0.0,
    "ir_rgb_detail": 0.8,
    "ir_mirror_gain": -0.2,
    "outline_larger_gain": -0.3,
    "outline_smaller_gain": -0.1,
    "rgb_outline_mirror_gain": -0.2,
    "ir_outline_mirror_gain": -0.2,
}


@pytest.fixture(scope="module")
def crops() -> FaceCrops:
    return crop_face(frame(1), true_face(), CropSpec(), 96)


def codes(
    changes: Mapping[str, float | None] = AGREES,
    yaw: float = 0.0,
    found: tuple[str, ...] = (),
    active_gates: tuple[str, ...] = (),
) -> list[Reason]:
    return agreement_codes(Evidence.of({**AGREES, **changes}), replace(AHEAD, yaw_deg=yaw), found, active_gates)


def test_agreement_codes_are_empty_for_a_face_in_all_streams(crops: FaceCrops) -> None:
    assert crops.depth_mm is not None
    measured = {**depth_agreement(depth_grid(crops.depth_mm)), **infrared_agreement(crops)}
    assert set(measured) == {*DEPTH_NAMES, *INFRARED_NAMES}
    assert measured["relief_offset_mm"] == 0.0
    assert agreement_codes(Evidence.of(measured), AHEAD, ()) == []
    assert codes() == []
    assert agreement_codes(Evidence(), AHEAD, ()) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"ir_rgb_detail": 0.98}, "ir_copies_colour"),
        ({"ir_mirror_gain": 0.2}, "ir_rgb_mismatch"),
        ({"lower_residual_mm": 0.6}, "partly_flat"),
        ({"upper_residual_mm": 1.0, "upper_relief": 0.0}, "partly_flat"),
        ({"depth_yaw_deg": -27.0}, "depth_elsewhere"),
        ({"relief_offset_mm": 21.0, "relief_offset_gain": 0.4}, "depth_elsewhere"),
        ({"outline_smaller_gain": 0.25}, "depth_elsewhere"),
        ({"outline_larger_gain": 0.06}, "depth_elsewhere"),
        ({"rgb_outline_mirror_gain": 0.1, "ir_outline_mirror_gain": 0.3}, "depth_elsewhere"),
        ({"ir_mirror_gain": 0.04, "ir_outline_mirror_gain": 0.1}, "ir_rgb_mismatch"),
        ({"ir_mirror_gain": 0.04, "rgb_outline_mirror_gain": 0.1}, "ir_rgb_mismatch"),
    ],
)
def test_streams_that_disagree_make_doubt(change: dict[str, float], code: str) -> None:
    assert codes(change) == [code]


def test_key_points_that_look_aside_of_the_depth_make_doubt() -> None:
    assert codes({"depth_yaw_deg": -10.0}, yaw=20.0) == ["depth_elsewhere"]


def test_agreement_codes_ignore_a_calm_forehead_alone() -> None:
    assert codes({"upper_residual_mm": 2.0, "upper_relief": 0.5}) == []


def test_agreement_codes_call_no_part_flat_where_the_whole_is() -> None:
    assert codes({"lower_residual_mm": 0.5}, found=("flat_surface",)) == []


def test_turned_faces_are_not_compared_by_their_key_points() -> None:
    assert codes({"depth_yaw_deg": 0.0, "relief_offset_mm": 30.0, "relief_offset_gain": 0.5}, yaw=30.0) == []


def test_moved_depth_stays_doubted_until_it_fits() -> None:
    assert codes({"depth_yaw_deg": 18.0}) == []
    assert codes({"depth_yaw_deg": 18.0}, active_gates=("depth_elsewhere",)) == ["depth_elsewhere"]
    assert codes({"depth_yaw_deg": 12.0}, active_gates=("depth_elsewhere",)) == []


def test_agreement_codes_ignore_an_outline_in_one_stream_alone() -> None:
    assert codes({"ir_outline_mirror_gain": 0.3}) == []
    assert codes({"ir_outline_mirror_gain": 0.3, "rgb_outline_mirror_gain": None}) == []


def test_mirrored_and_zoomed_streams_stay_doubted_until_they_fit() -> None:
    assert codes({"outline_smaller_gain": 0.1}, active_gates=("depth_elsewhere",)) == ["depth_elsewhere"]
    assert codes({"outline_larger_gain": 0.01}, active_gates=("depth_elsewhere",)) == ["depth_elsewhere"]
    mirrored = {"rgb_outline_mirror_gain": 0.02, "ir_outline_mirror_gain": 0.0}
    assert codes(mirrored, active_gates=("depth_elsewhere",)) == ["depth_elsewhere"]
    assert codes({"ir_outline_mirror_gain": 0.01}, active_gates=("ir_rgb_mismatch",)) == ["ir_rgb_mismatch"]
    assert codes(active_gates=("depth_elsewhere", "ir_rgb_mismatch")) == []


@pytest.mark.parametrize("noise", [0.0, 3.0])
def test_grey_colour_is_no_infrared(crops: FaceCrops, noise: float) -> None:
    assert crops.rgb is not None
    grey = crops.rgb @ np.array([0.299, 0.587, 0.114]) * 0.8 + 10.0
    grey += noise * np.random.default_rng(3).standard_normal(grey.shape)
    small = np.clip(grey, 0, 255).astype(np.uint8)
    for picture in (small, small.astype(np.uint16) * 257):
        detail = infrared_agreement(replace(crops, ir=picture))["ir_rgb_detail"]
        assert detail is not None
        assert detail > MAX_IR_DETAIL


def test_colour_that_is_grey_itself_is_not_compared(crops: FaceCrops) -> None:
    assert crops.ir is not None
    grey = np.repeat(np.asarray(crops.ir, np.uint8)[..., None], 3, axis=2)
    assert infrared_agreement(replace(crops, rgb=grey)) == dict.fromkeys(INFRARED_NAMES)
    assert infrared_agreement(replace(crops, rgb=None)) == dict.fromkeys(INFRARED_NAMES)
    assert infrared_agreement(replace(crops, ir=np.zeros_like(crops.ir))) == dict.fromkeys(INFRARED_NAMES)


def test_mirrored_infrared_fits_the_mirror_image(crops: FaceCrops) -> None:
    assert crops.ir is not None
    assert (infrared_agreement(crops)["ir_mirror_gain"] or 0.0) < 0.0
    mirrored = replace(crops, ir=crops.ir[:, ::-1].copy())
    assert (infrared_agreement(mirrored)["ir_mirror_gain"] or 0.0) > 0.0


@pytest.mark.parametrize(("rows", "columns"), [(0, 3), (0, -3), (3, 0), (-3, 0)])
def test_depth_agreement_finds_the_offset_of_moved_depth(crops: FaceCrops, rows: int, columns: int) -> None:
    assert crops.depth_mm is not None
    moved = depth_agreement(np.roll(depth_grid(crops.depth_mm), (rows, columns), (0, 1)))
    assert moved["relief_offset_mm"] == pytest.approx(3 * 225 / 32, abs=8.0)
    assert (moved["relief_offset_gain"] or 0.0) > 0.0


def test_depth_with_hardly_a_reading_measures_nothing() -> None:
    depth = np.zeros((32, 32), np.float32)
    assert depth_agreement(depth) == dict.fromkeys(DEPTH_NAMES)
    depth[10:13, 10:13] = 600.0
    assert depth_agreement(depth) == dict.fromkeys(DEPTH_NAMES)
