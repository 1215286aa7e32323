"""The measurement of the window's memory over many sources, for three of them."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("PyQt6.QtWidgets", reason="the window is not installed (no PyQt6)", exc_type=ImportError)

from tools.performance import many_sources as tool


def test_mixed_sources_are_of_several_kinds_and_sizes(tmp_path: Path) -> None:
    found = [Path(name) for name in tool.mixed_sources(tmp_path)]
    assert len({path.suffix for path in found}) == 3
    assert sum(path.is_dir() for path in found) == 2
    assert all(path.exists() for path in found)


def test_memory_is_measured_after_every_source() -> None:
    used = tool.memory_over(2, 0.1)
    assert len(used) == 2
    assert min(used) > 50.0
