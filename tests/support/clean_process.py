"""Runs a command whose peak memory is its own."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path


def run_clean(command: Sequence[str], seconds: float, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command through a shell, and return its outcome with its output as text.

    `getrusage` counts what the parent process held when it started a child as the child's own. A test process can hold
    more than the limit of the command, a shell does not.

    Raises:
        subprocess.TimeoutExpired: the command did not end in time; it is killed.
    """
    through = ["sh", "-c", '"$@"; exit "$?"', "sh", *command]
    started = subprocess.Popen(
        through,
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    try:
        output, errors = started.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(started.pid, signal.SIGKILL)
        started.communicate()
        raise
    return subprocess.CompletedProcess(command, started.returncode, output, errors)
