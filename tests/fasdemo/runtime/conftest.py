"""Fixtures of the tests of the loop without Qt."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.threads import check_no_thread_is_left
from tests.support.window_scenes import Scene


@pytest.fixture(autouse=True)
def no_thread_stays() -> Iterator[None]:
    """All threads that a test starts must end with the test."""
    yield
    check_no_thread_is_left()


@pytest.fixture
def scene() -> Scene:
    """Scripted sources and a scripted engine."""
    return Scene()
