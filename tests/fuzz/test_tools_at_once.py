"""A few schedules of several tools on one folder of sessions; `make fuzz` runs many."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PACKAGE = Path(__file__).resolve().parents[2]
SCHEDULES = 12

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs fork and kill")


def figures(first: int, count: int) -> dict[str, Any]:
    """Run schedules in a process of their own, which has one thread, and return its figures."""
    command = [sys.executable, "-m", "tests.fuzz.tool_schedules", "--first", str(first), "--schedules", str(count)]
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=PACKAGE, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-6000:]
    found = json.loads(done.stdout[done.stdout.rindex("\n{\n") :])
    assert isinstance(found, dict)
    return found


def test_tools_at_once_lose_nothing_and_leave_nothing_half_done() -> None:
    found = figures(0, SCHEDULES)
    assert found["schedules"] == SCHEDULES
    assert found["kills"] > 0
    assert any(name.endswith("refused") for name in found)


def test_a_schedule_is_the_same_each_time() -> None:
    assert figures(3, 1) == figures(3, 1)
