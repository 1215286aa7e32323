"""The policy's fields, under their present and their former names."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from fasdemo.engine.policy import FORMER_NAMES, Policy
from tests.support.engine_fixtures import make_engine
from tests.support.scenes import frame


@pytest.mark.parametrize(("former", "new"), FORMER_NAMES.items())
def test_policy_accepts_a_former_name_with_a_warning(former: str, new: str) -> None:
    given: dict[str, Any] = {former: 0.123}
    with pytest.warns(DeprecationWarning, match=f"{former} is now called {new}"):
        policy = Policy(**given)
    expected: dict[str, Any] = {new: 0.123}
    assert policy == Policy(**expected)
    with pytest.warns(DeprecationWarning, match=new):
        assert getattr(policy, former) == 0.123
    with pytest.warns(DeprecationWarning, match=new):
        assert replace(Policy(), **given) == policy


def test_policy_rejects_an_unknown_name() -> None:
    unknown: dict[str, Any] = {"closest_m": 0.1}
    with pytest.raises(TypeError, match="closest_m"):
        Policy(**unknown)


def test_policy_limit_under_its_former_name_is_in_force() -> None:
    given: dict[str, Any] = {"farthest_m": 0.3}
    with pytest.warns(DeprecationWarning, match="max_distance_m"):
        policy = Policy(**given)
    assert "too_far" in make_engine(policy=policy).process(frame(0)).faces[0].reasons
    assert "too_far" not in make_engine().process(frame(0)).faces[0].reasons
