"""Hide the log messages of MediaPipe's C++ libraries from standard error."""

from __future__ import annotations

import os
import re
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_CHATTER = re.compile(
    rb"^(?:[IW]\d{4} |INFO: |WARNING: All log messages before absl|WARNING: Logging before|"
    rb"VERBOSE: |\d{4}-\d\d-\d\d .*: I )"
)
_LOCK = threading.Lock()


@contextmanager
def without_native_chatter() -> Iterator[None]:
    """Capture standard error (file descriptor 2) and then write it out, without information and warnings of C++ logs.

    MediaPipe logs while a task is created and while it runs for the first time.
    """
    with _LOCK:
        try:
            sys.stderr.flush()
            original = os.dup(2)
        except (AttributeError, OSError):
            # Programs without a console can have no standard error.
            yield
            return
        with tempfile.TemporaryFile() as held:
            os.dup2(held.fileno(), 2)
            try:
                yield
            finally:
                sys.stderr.flush()
                os.dup2(original, 2)
                os.close(original)
                held.seek(0)
                kept = [line for line in held if not _CHATTER.match(line)]
                if kept:
                    os.write(2, b"".join(kept))
