from __future__ import annotations

import numpy as np
import pytest

from fasdemo.engine.measurements.evidence import MEASURES
from fasdemo.engine.measurements.measure import Grids, grids, measure
from fasdemo.faces.face import Face
from fasdemo.frames import Calibration, FrameSet, Intrinsics
from fasdemo.gui.panes.measures import measure_of
from fasdemo.models.card import CropSpec
from fasdemo.models.crop import crop_face


def test_everything_that_the_engine_measures_has_a_name_and_a_unit() -> None:
    rng = np.random.default_rng(1)
    frame = FrameSet(
        index=0,
        timestamp_s=0.0,
        rgb=rng.integers(60, 200, (240, 320, 3), dtype=np.uint8),
        depth=rng.integers(480, 520, (240, 320), dtype=np.uint16),
        ir=rng.integers(60, 200, (240, 320), dtype=np.uint8),
        calibration=Calibration(Intrinsics(320, 240, 300.0, 300.0, 160.0, 120.0)),
    )
    points = np.array([[144, 108], [176, 108], [160, 126], [160, 144], [124, 116], [196, 116]], np.float32)
    face = Face((118.0, 66.0, 84.0, 108.0), 0.9, points)
    crops = crop_face(frame, face, CropSpec(), 64)
    small: Grids = grids(crops)
    measured = measure(frame, face, crops, small)
    assert set(measured) <= set(MEASURES)
    assert "ir_landmark_error" in MEASURES


@pytest.mark.parametrize(
    ("name", "value", "text", "outside"),
    [
        ("plane_residual_mm", 0.7, "0.7 mm", True),
        ("plane_residual_mm", 8.0, "8.0 mm", False),
        ("interpupil_mm", 120.0, "120 mm", True),
        ("depth_coverage", 0.97, "97%", False),
        ("nose_mm", -0.02, "0.0 mm", True),
        ("distance_m", None, "not measured", False),
        ("something_new_mm", 3.0, "3.0 mm", False),
        ("plain_thing", 0.25, "0.25", False),
    ],
)
def test_values_are_written_with_their_unit_and_held_to_their_limits(
    name: str, value: float | None, text: str, outside: bool
) -> None:
    row = measure_of(name)
    assert row.text(value) == text
    assert row.outside(value) is outside
