"""Fixtures of the tests of the loop without Qt."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from tests.support.window_scenes import Scene


@pytest.fixture(autouse=True)
def no_thread_stays() -> Iterator[None]:
    """All threads that a test starts must end with the test."""
    yield
    left = [thread.name for thread in threading.enumerate() if thread.name.startswith(("fasdemo", "capture"))]
    assert not left, f"threads still run: {left}"


@pytest.fixture
def scene() -> Scene:
    """Scripted sources and a scripted engine."""
    return Scene()
