"""Look for threads that a test leaves behind."""

import threading


def check_no_thread_is_left() -> None:
    """Fail if a thread of the app still runs."""
    left = [thread.name for thread in threading.enumerate() if thread.name.startswith(("fasdemo", "capture"))]
    assert not left, f"threads still run: {left}"
