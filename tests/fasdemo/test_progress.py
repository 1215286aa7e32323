"""Progress without a terminal."""

from __future__ import annotations

import io
import sys

import pytest

from fasdemo import progress


def test_progress_without_a_terminal_writes_lines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "LINE_EVERY_S", 0.0)
    with progress.bar() as shown:
        task = shown.add_task("rendering", total=4)
        shown.advance(task)
        shown.update(task, description="rendering faces", advance=1)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("rendering: 1 of 4 (25 %)")
    assert lines[1].startswith("rendering faces: 2 of 4 (50 %), about ")


def test_progress_without_a_terminal_is_silent_for_half_a_minute(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(progress.track(range(5), "short work")) == [0, 1, 2, 3, 4]
    assert capsys.readouterr().err == ""


def test_progress_says_how_long_it_still_takes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "LINE_EVERY_S", 0.0)
    now_s = [100.0]
    with progress.bar() as shown:
        shown.get_time = lambda: now_s[0]
        task = shown.add_task("training", total=10)
        for _ in range(4):
            now_s[0] += 60.0
            shown.advance(task)
    assert capsys.readouterr().err.splitlines()[-1] == "training: 4 of 10 (40 %), about 6 min left"


def test_progress_on_a_terminal_is_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stderr", Terminal())
    assert not isinstance(progress.bar(), progress.LineProgress)


@pytest.mark.parametrize(("seconds", "words"), [(40.4, "40 s"), (720.0, "12 min"), (12600.0, "3.5 h")])
def test_duration_has_the_largest_unit(seconds: float, words: str) -> None:
    assert progress._duration(seconds) == words
