"""A program that ends while landmarks are being found."""

from __future__ import annotations

import subprocess
import sys

_PROGRAM = """
import time
from fasdemo.engine.per_face.async_landmarker import AsyncLandmarker
from fasdemo.faces.exit_order import close_at_exit

class Slow:
    busy = False

    def __init__(self):
        close_at_exit(self)

    def add(self, image, face):
        self.busy = True
        time.sleep(0.5)
        self.busy = False
        return face

    def close(self):
        print("closed while busy" if self.busy else "closed", flush=True)

slow = Slow()
landmarker = AsyncLandmarker(slow)
landmarker._thread.submit(slow.add, None, None)
while not slow.busy:
    time.sleep(0.01)
"""


def test_landmarker_in_use_is_closed_after_its_thread_at_the_end_of_a_program() -> None:
    done = subprocess.run([sys.executable, "-c", _PROGRAM], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert set(done.stdout.splitlines()) == {"closed"}
