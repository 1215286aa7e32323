"""`fasdemo bench`: the keys that docs promise, measured in a process of its own."""

from __future__ import annotations

import json

import numpy as np
import pytest

from fasdemo.cli.main import main
from fasdemo.frames import FrameSet
from fasdemo.runtime.benchmark import several


def test_the_report_has_what_it_promises(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [
        "bench",
        "--json",
        "--model",
        "fasdemo-featherb-depth",
        "--threads",
        "1",
        "--faces",
        "1",
        "--frames",
        "20",
    ]
    assert main(arguments) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["machine"]["cores"] >= 1
    assert report["matrix_product_gmacs"]["1"] > 0
    (run,) = report["runs"]
    assert (run["model"], run["provider"], run["threads"], run["faces"]) == ("fasdemo-featherb-depth", "CPU", 1, 1)
    for stage in ("capture", "detect", "align", "infer", "total"):
        assert set(run["latency_ms"][stage]) == {"p50", "p95", "p99"}
    assert run["frames"] == 20
    assert run["faces_found"] == 1
    assert run["peak_memory_mb"] > 50
    assert run["startup_s"] > 0
    assert run["others_share"] >= 0
    assert run["cpu_ms_per_frame"] > run["decoding_cpu_ms_per_frame"] > 0.1
    assert (run["energy_mj_per_frame"] is None) == bool(report["machine"]["energy"])
    assert set(run["parts_ms"]) == {"crop", "encode", "network", "read"}
    assert all(part["p50"] > 0 for part in run["parts_ms"].values())


def test_four_faces_are_the_frame_four_times() -> None:
    rng = np.random.default_rng(0)
    frame = FrameSet(0, 0.0, rng.integers(0, 255, (480, 640, 3), np.uint8), rng.integers(0, 999, (480, 640), np.uint16))
    tiled = several(frame, 4)
    assert tiled.rgb.shape == (480, 640, 3)
    assert tiled.depth is not None
    assert tiled.depth.shape == (480, 640)
    np.testing.assert_array_equal(tiled.rgb[:240, :320], tiled.rgb[240:, 320:])


def test_an_unknown_model_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--model", "no-such-model", "--frames", "5"]) == 2
    error = capsys.readouterr().err
    assert "no-such-model" in error
    assert "Traceback" not in error
