"""Memory of finished work goes back to the system."""

from __future__ import annotations

import subprocess
import sys

import pytest

FREED = """
import threading
import psutil
from fasdemo.runtime.memory import release_memory

def work():
    # Small blocks with survivors between them: the heap of the thread cannot shrink by itself.
    blocks = [bytes(3000) for _ in range(40_000)]
    kept.extend(blocks[::400])

kept = []
threads = [threading.Thread(target=work) for _ in range(3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
before = psutil.Process().memory_info().rss
release_memory()
print(before - psutil.Process().memory_info().rss)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="malloc_trim is glibc's")
def test_release_memory_returns_free_heaps_to_the_system() -> None:
    done = subprocess.run([sys.executable, "-c", FREED], capture_output=True, text=True, check=True)
    assert int(done.stdout) > 20e6
