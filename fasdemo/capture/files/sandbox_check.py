"""Open a RealSense recording once in a child process before the main process opens it.

The SDK reads these files in native code. With a single wrong number in the file's table of contents, version 2.59
hangs, and Python cannot interrupt it.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from fasdemo.child_process import limit_memory, run_child
from fasdemo.errors import UserError

MAX_TIME_S = 30.0
"""Time limit to import the SDK, open the file and play its beginning; a valid file takes less than 1 s."""
MAX_MEMORY_BYTES = 3 * 1024**3
"""Memory limit in addition to the memory of the loaded libraries."""
_PLAY_S = 2.0
"""Time that the child plays; later frames are not checked."""
_PLAY_FRAMES = 60

_tried: set[tuple[str, int, int]] = set()


def sandbox_check(path: Path) -> None:
    """Open a recording and play its beginning within the limits; a file is checked only once per process.

    Raises:
        UserError: the file cannot be read, or reading it crashes or does not end.
    """
    try:
        if not path.is_file():
            raise UserError(f"{path}: is not a regular file; give a recording.")
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
        raise UserError(
            f"{path}: cannot be checked, because no process can be started ({error.strerror}); close other programs."
        ) from None
    if done.returncode == 1:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        if said and said[-1].startswith(_SAYS):
            raise UserError(said[-1].removeprefix(_SAYS).replace(str(path.resolve()), str(path)))
    if done.returncode != 0:
        raise UserError(f"{path}: the SDK crashes on this file, so it is damaged; record it again.")
    _tried.add(key)


_SAYS = "recording: "


def main() -> int:
    """Play the beginning of a recording in the child process; its path is the argument."""
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
