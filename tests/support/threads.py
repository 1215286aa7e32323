"""Look for threads that a test leaves behind."""

import threading
import time


def check_no_thread_is_left(grace_s: float = 30.0) -> None:
    """Fail if a thread of the app still runs after a time in which it can end."""
    end_s = time.monotonic() + grace_s
    while True:
        left = [thread.name for thread in threading.enumerate() if thread.name.startswith(("fasdemo", "capture"))]
        if not left or time.monotonic() > end_s:
            break
        time.sleep(0.02)
    assert not left, f"threads still run: {left}"
