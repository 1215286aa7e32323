"""ONNX Runtime neither reports its use nor stores a number of this device."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fasdemo.assets_folder import assets_folder


@pytest.mark.parametrize("package", ["fasdemo", "trainer", "benchmarks.peer", "benchmarks.session_options"])
def test_onnx_runtime_stores_no_device_number_and_no_events(package: str, tmp_path: Path) -> None:
    model = assets_folder() / "models" / "fasdemo-featherb-depth.onnx"
    code = f"import {package}, onnxruntime, time; onnxruntime.InferenceSession({str(model)!r}); time.sleep(0.5)"
    places = dict.fromkeys(("HOME", "USERPROFILE", "LOCALAPPDATA", "XDG_CACHE_HOME", "TMPDIR"), str(tmp_path))
    # A user's own value does not switch it on either.
    environment = {**os.environ, **places, "ORT_DISABLE_TELEMETRY": "0"}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True, timeout=60)
    assert [str(path) for path in tmp_path.rglob("*") if path.is_file()] == []
