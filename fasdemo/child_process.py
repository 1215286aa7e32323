"""Run a module of this package in a child process with a time and a memory limit.

On a malicious file, native libraries can hang, use all memory or crash. A child process turns this into an exit status.
"""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

_ENTRY = """
import signal, sys
# The alarm ends the child even in native code, in case its parent was killed.
if hasattr(signal, "alarm"):
    signal.alarm(int(sys.argv.pop(1)))
else:
    sys.argv.pop(1)
sys.path.append(sys.argv.pop(1))
from {module} import main
sys.exit(main())
"""
_GRACE_S = 5
"""Delay of the child's alarm after the parent's timeout."""


def run_child(
    module: str, arguments: Sequence[str] = (), *, seconds: float, content: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    """Run `main()` of a module of this package in a child process.

    Args:
        module: dotted name of the module.
        arguments: `sys.argv[1:]` of the child.
        seconds: time limit; the child is ended after it.
        content: standard input of the child.

    Returns:
        Exit status and output of the child; a negative status is the number of the signal that ended it.

    Raises:
        subprocess.TimeoutExpired: the child did not end in time.
        OSError: the child could not be started.
    """
    package = Path(__file__).resolve().parents[1]
    return subprocess.run(
        # With -P, Python does not import modules from the current folder.
        [
            sys.executable,
            "-P",
            "-c",
            _ENTRY.format(module=module),
            str(math.ceil(seconds) + _GRACE_S),
            str(package),
            *arguments,
        ],
        input=content,
        capture_output=True,
        timeout=seconds,
        check=False,
    )


def limit_memory(extra: int) -> None:
    """Limit the memory of this process to its current use plus `extra` bytes; do nothing on Windows."""
    try:
        import resource
    except ImportError:  # Windows
        return
    try:
        with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 - no path to work with
            used = int(file.read().split()[0]) * resource.getpagesize()
    except OSError:
        used = 1024**3
    # Keep a lower limit that the user has set.
    lower = [one for one in resource.getrlimit(resource.RLIMIT_AS) if one != resource.RLIM_INFINITY]
    limit = min([used + extra, *lower])
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
