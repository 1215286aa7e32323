"""Runs a piece of code in a process of its own, within a bound of memory and time."""

from __future__ import annotations

import sys

from tests.support.clean_process import run_clean

_CHILD = """
import resource, sys
import av, cv2, numpy, onnxruntime
import fasdemo.capture.open, fasdemo.models.predictor, fasdemo.engine.event_log.events
from fasdemo.errors import UserError
with open("/proc/self/statm") as file:
    used = int(file.read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + {extra}, used + {extra}))
argument = {argument!r}
try:
    exec({code!r})
except UserError as error:
    print("UserError:", error)
print("peak", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def run_bounded(code: str, argument: str, megabytes: int, seconds: float = 60.0) -> str:
    """Standard output of `code`, in which `argument` is a string; fails if it needs more or does not end.

    Args:
        megabytes: address space beyond what the imports took.
        seconds: until it counts as hanging.
    """
    child = _CHILD.format(extra=megabytes * 1024 * 1024, argument=argument, code=code)
    done = run_clean([sys.executable, "-c", child], seconds)
    assert done.returncode == 0, f"exit status {done.returncode}: {done.stderr[-2000:]}"
    return done.stdout


def peak_mb(output: str) -> int:
    """Most memory that the child ever held, MB."""
    return int(output.rsplit("peak", 1)[1])
