"""Measure the cost of a processed frame in the complete app: headless run and window, each in a separate process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fasdemo.errors import UserError

_SHORT = 30
"""Frames of the run that is subtracted: start-up, and the first frames, which are slower."""


_STARTER = """
import os, subprocess, sys
started = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, used = os.wait4(started.pid, 0)
started.returncode = os.waitstatus_to_exitcode(status)
print(used.ru_utime + used.ru_stime, used.ru_maxrss)
sys.exit(1 if started.returncode else 0)
"""
"""A small program that starts another one: the peak memory of a process includes what its parent held at its start."""


@dataclass(frozen=True, slots=True)
class _Usage:
    """Processor time and peak memory of a process that has ended."""

    cpu_s: float
    peak_memory_mb: float


def headless_cost(source: str, model: str | None, frames: int) -> dict[str, Any] | None:
    """Return the figures of `fasdemo --headless --json FILE` with decoding; None on Windows.

    The cost of a short run is subtracted from that of a long one, so that the start of the program is not included.

    Raises:
        UserError: a run failed; the text is the error message of that run.
    """
    if not hasattr(os, "wait4"):
        return None
    with tempfile.TemporaryDirectory() as folder:
        lines = str(Path(folder) / "verdicts.json")
        command = [sys.executable, "-m", "fasdemo.cli", "--video", source, "--headless", "--loop", "--json", lines]
        command += ["--model", model] if model is not None else []
        short = _run([*command, "--max-frames", str(_SHORT)])
        whole = _run([*command, "--max-frames", str(_SHORT + frames)])
    return {
        "kind": "headless",
        "frames": frames,
        "cpu_ms_per_frame": round((whole.cpu_s - short.cpu_s) * 1000.0 / frames, 3),
        "start_cpu_s": round(short.cpu_s, 3),
        "peak_memory_mb": round(whole.peak_memory_mb, 1),
    }


def window_cost(kind: str, source: str, model: str | None, seconds: float) -> dict[str, Any]:
    """Return the figures of `fasdemo.gui.window_cost` for one kind of window.

    Raises:
        UserError: the run failed; the text is the error message of that run.
    """
    command = [sys.executable, "-m", "fasdemo.gui.window_cost", f"--kind={kind}", f"--source={source}"]
    command += [f"--seconds={seconds}", *([f"--model={model}"] if model is not None else [])]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise UserError(_last_line(done.stderr))
    figures: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return figures | {"kind": f"window: {kind}"}


def app_costs(source: str, model: str | None, frames: int, seconds: float) -> list[dict[str, Any]]:
    """Return the figures of the headless run and of every kind of window that this machine can show.

    Raises:
        UserError: a run failed; the text is the error message of that run.
    """
    from fasdemo.shared_libraries import check_window_packages

    found = [headless_cost(source, model, frames)]
    check_window_packages()
    found += [window_cost(kind, source, model, seconds) for kind in ("camera", "minimised", "file")]
    return [figures for figures in found if figures is not None]


def _run(command: Sequence[str]) -> _Usage:
    with tempfile.TemporaryFile() as errors:
        starter = [sys.executable, "-I", "-c", _STARTER, *command]
        done = subprocess.run(starter, stdout=subprocess.PIPE, stderr=errors, text=True, check=False)
        if done.returncode:
            errors.seek(0)
            raise UserError(_last_line(errors.read().decode("utf-8", "replace")))
    unit = 1e-6 if sys.platform == "darwin" else 1.024e-3
    cpu_s, peak = done.stdout.split()
    return _Usage(float(cpu_s), int(peak) * unit)


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else "a measurement ended at once."
