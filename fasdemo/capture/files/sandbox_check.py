"""Opens a stranger's RealSense recording once in a process of its own before ours opens it.

The SDK reads these files in native code. With a single wrong number in the file's table of contents, version 2.59 never
comes back from opening it, and Python cannot interrupt it.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from fasdemo.child_process import limit_memory, run_child
from fasdemo.errors import UserError

MAX_TIME_S = 30.0
"""To import the SDK, open the file and play its beginning. A sound file takes less than one."""
MAX_MEMORY_BYTES = 3 * 1024**3
"""Bytes beyond what the libraries take."""
_PLAY_S = 2.0
"""So long the child plays; whatever comes after that is read for the first time by us."""
_PLAY_FRAMES = 60

_tried: set[tuple[str, int, int]] = set()


def sandbox_check(path: Path) -> None:
    """Open a recording and play its beginning, within bounds; one that was tried before is not tried again.

    Raises:
        UserError: it cannot be read, or reading it crashes or does not end.
    """
    try:
        if not path.is_file():
            raise UserError(f"{path}: is no regular file; give a recording.")
        facts = path.stat()
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror}).") from None
    key = (str(path.resolve()), facts.st_size, facts.st_mtime_ns)
    if key in _tried:
        return
    try:
        done = run_child(__name__, [str(path.resolve())], seconds=MAX_TIME_S)
    except subprocess.TimeoutExpired:
        raise UserError(
            f"{path}: the SDK did not open it within {MAX_TIME_S:.0f} s, so the file is damaged; record it again."
        ) from None
    except OSError as error:
        raise UserError(f"{path}: cannot be tried out in a process of its own ({error.strerror}).") from None
    if done.returncode == 1:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        if said and said[-1].startswith(_SAYS):
            raise UserError(said[-1].removeprefix(_SAYS).replace(str(path.resolve()), str(path)))
    if done.returncode != 0:
        raise UserError(f"{path}: the SDK breaks down while it reads this file, so it is damaged; record it again.")
    _tried.add(key)


_SAYS = "recording: "


def main() -> int:
    """The child: a recording's path as the argument."""
    from fasdemo.capture.files.realsense_recording import RealSenseRecording
    from fasdemo.capture.realsense_frames import load_sdk

    try:
        load_sdk()
        limit_memory(MAX_MEMORY_BYTES)
        until = time.monotonic() + _PLAY_S
        with RealSenseRecording(Path(sys.argv[1])) as source:
            for number, _ in enumerate(source, 1):
                if number >= _PLAY_FRAMES or time.monotonic() >= until:
                    break
    except UserError as error:
        print(_SAYS + " ".join(str(error).split()), file=sys.stderr)
        return 1
    return 0
