"""Memory of finished work is returned to the system."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import weakref

import pytest

from fasdemo.runtime.memory import release_memory

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


HEAPS = """
import ctypes, re, threading
from fasdemo.runtime.memory import limit_heaps

limit_heaps()
waiting = threading.Barrier(9)

def work():
    kept = [bytes(100) for _ in range(1000)]
    waiting.wait()
    waiting.wait()

threads = [threading.Thread(target=work) for _ in range(8)]
for thread in threads:
    thread.start()
waiting.wait()
libc = ctypes.CDLL("libc.so.6")
libc.fopen.restype = ctypes.c_void_p
stream = libc.fopen(b"/dev/stdout", b"w")
libc.malloc_info(0, ctypes.c_void_p(stream))
libc.fclose(ctypes.c_void_p(stream))
waiting.wait()
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="mallopt is glibc's")
def test_limit_heaps_leaves_two_heaps_for_all_threads() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "MALLOC_ARENA_MAX"}
    done = subprocess.run([sys.executable, "-c", HEAPS], capture_output=True, text=True, check=True, env=environment)
    assert 1 <= done.stdout.count("<heap nr=") <= 2


class Node:
    """An object that refers to itself, as a closed source does."""

    def __init__(self) -> None:
        self.own = self


def test_release_memory_collects_what_refers_to_itself() -> None:
    gc.disable()
    try:
        node = Node()
        left = weakref.ref(node)
        del node
        assert left() is not None
        release_memory()
        assert left() is None
    finally:
        gc.enable()
