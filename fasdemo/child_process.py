"""Runs a part of this package in a process of its own, within a bound of time and of memory.

What native libraries make of a stranger's file cannot be told by looking at it: they may never come back, take all
memory or crash. In a child that is an exit status.
"""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

_ENTRY = """
import signal, sys
# Should we be killed while the child runs, it ends by itself, also within native code.
if hasattr(signal, "alarm"):
    signal.alarm(int(sys.argv.pop(1)))
else:
    sys.argv.pop(1)
sys.path.append(sys.argv.pop(1))
from {module} import main
sys.exit(main())
"""
_GRACE_S = 5
"""The child's own alarm comes so much later than its parent's."""


def run_child(
    module: str, arguments: Sequence[str] = (), *, seconds: float, content: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    """Run `main()` of a module of this package.

    Args:
        module: its dotted name.
        arguments: for `sys.argv[1:]`.
        seconds: the child is ended when they are over.
        content: its standard input.

    Returns:
        Exit status and what the child printed; a negative status is the number of the signal that ended it.

    Raises:
        subprocess.TimeoutExpired: it did not end in time.
        OSError: it could not be started.
    """
    package = Path(__file__).resolve().parents[1]
    return subprocess.run(
        # Without -P, Python would look for modules in the folder that the person happens to stand in.
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
    """In the child: refuse every request for memory beyond what is in use now and `extra` bytes, where that exists."""
    try:
        import resource
    except ImportError:  # Windows
        return
    try:
        with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 - no path to work with
            used = int(file.read().split()[0]) * resource.getpagesize()
    except OSError:
        used = 1024**3
    # A person's own, lower limit stays.
    lower = [one for one in resource.getrlimit(resource.RLIMIT_AS) if one != resource.RLIM_INFINITY]
    limit = min([used + extra, *lower])
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
