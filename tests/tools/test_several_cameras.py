"""The measurement of several cameras itself, for seconds."""

from __future__ import annotations

from pathlib import Path

from fasdemo.assets_folder import demo_session
from tools.performance import several_cameras as tool


def test_measurement_reports_every_camera_and_its_cost() -> None:
    found = tool.measure(3, 10.0, 0.05, Path(demo_session()))
    assert len(found.fps) == 3
    assert found.frames >= 3
    assert max(found.fps) <= 20.0
    assert found.cpu_ms_per_frame > 0.0
    assert found.memory_mb[-1] > 50.0
