"""The engine that is made for a request has the request's rules."""

from __future__ import annotations

from typing import Any

import pytest

from fasdemo.capture.source import SourceInfo
from fasdemo.engine.policy import Policy
from fasdemo.frames import Stream
from fasdemo.runtime.frame_processor import make_processor
from fasdemo.runtime.requests import EngineRequest

DEPTH: frozenset[Stream] = frozenset({"rgb", "depth", "ir"})
HELLO: frozenset[Stream] = frozenset({"rgb", "ir"})


class Described:
    """A source of which only the description is used."""

    def __init__(self, live: bool, declared: frozenset[Stream]) -> None:
        self.info = SourceInfo("x", "", live, declared, 640, 480, 30.0, None)


class Limited:
    """An engine that takes an attempt memory and nothing else."""

    def keep_attempts(self, memory: object) -> None:
        pass


@pytest.mark.parametrize(
    ("requested", "live", "declared", "expected"),
    [
        (None, True, DEPTH, True),
        (None, True, HELLO, False),
        (None, False, DEPTH, False),
        (True, True, HELLO, True),
        (True, False, DEPTH, True),
        (False, True, DEPTH, False),
    ],
)
def test_make_processor_requires_motion_of_cameras_with_depth_by_default(
    monkeypatch: pytest.MonkeyPatch,
    requested: bool | None,
    live: bool,
    declared: frozenset[Stream],
    expected: bool,
) -> None:
    policies: list[Policy] = []

    def for_source(source: object, *, policy: Policy, **_: object) -> Limited:
        policies.append(policy)
        return Limited()

    monkeypatch.setattr("fasdemo.engine.engine.Engine.for_source", for_source)
    source: Any = Described(live, declared)
    make_processor(source, EngineRequest(require_motion=requested))
    assert policies[0].require_motion is expected
