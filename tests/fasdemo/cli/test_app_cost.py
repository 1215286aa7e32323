"""The cost of a frame in the whole app: headless and in the window."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from fasdemo.assets_folder import demo_session
from fasdemo.cli.app_cost import headless_cost, window_cost
from fasdemo.errors import UserError


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not count the time of ended processes")
def test_headless_cost_is_that_of_a_frame_beyond_the_start() -> None:
    cost = headless_cost(str(demo_session()), None, 40)
    assert cost is not None
    assert 1.0 < cost["cpu_ms_per_frame"] < 500.0
    assert cost["peak_memory_mb"] > 50
    assert cost["start_cpu_s"] > 0.1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not count the time of ended processes")
def test_headless_cost_is_not_the_memory_of_the_process_that_asks() -> None:
    large = np.ones(1_000_000_000, np.uint8)
    cost = headless_cost(str(demo_session()), None, 1)
    assert cost is not None
    assert cost["peak_memory_mb"] < 0.9e-6 * large.nbytes


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not count the time of ended processes")
def test_headless_cost_of_a_missing_source_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such"):
        headless_cost(str(tmp_path / "missing.mp4"), None, 10)


@pytest.mark.parametrize("kind", ["camera", "minimised"])
def test_window_cost_of_a_camera(kind: str) -> None:
    cost = window_cost(kind, str(demo_session()), None, 2.0)
    assert cost["kind"] == f"window: {kind}"
    assert cost["frames"] > 0
    assert cost["cpu_ms_per_frame"] > 1.0
    assert (cost["drawn_fps"] > 0) == (kind == "camera")


def test_window_cost_of_a_missing_source_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such"):
        window_cost("camera", str(tmp_path / "missing"), None, 1.0)
