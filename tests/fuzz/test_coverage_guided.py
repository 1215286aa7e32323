"""A short coverage-guided run of every target; `make fuzz` runs them for long."""

from __future__ import annotations

import pytest

pytest.importorskip("atheris", reason="atheris has no wheel for this Python or system")

from tests.fuzz.coverage_guided import TARGETS, fuzz


@pytest.mark.parametrize("target", sorted(TARGETS))
def test_fuzz_finds_nothing_in_a_short_run(target: str) -> None:
    tried, finding = fuzz(target, seconds=20, runs=400)
    assert not finding, finding
    assert tried >= 100
