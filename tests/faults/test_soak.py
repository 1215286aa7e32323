"""The soak tool itself, for seconds: what it would say in ten minutes has to be sound."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.face_fixtures import model_or_skip
from tests.support.fault_stage import record_person, trusting_model
from tools.performance import soak as tool


def test_soak_loses_no_verdict_in_a_few_rounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model_or_skip()
    monkeypatch.setattr(tool, "SAMPLE_S", 0.1)
    found = tool.soak(0.06, record_person(tmp_path, 24), str(trusting_model(tmp_path)))
    assert found.rounds >= 1
    assert found.lost == 0
    assert found.verdicts == found.frames
    assert found.files_end <= found.files_warm


@pytest.mark.parametrize(
    ("field", "values", "said"),
    [
        ("memory_mb", [300.0 + 2 * step for step in range(40)], "memory grew"),
        ("threads", [20 + step // 10 for step in range(40)], "threads grew"),
        ("files", [14 + step // 10 for step in range(40)], "files grew"),
    ],
)
def test_growth_is_found(field: str, values: list[float], said: str) -> None:
    steady = [tool.Sample(2.0 * step, 300.0, 20, 14, 60 * step) for step in range(40)]
    grown = {"memory_mb": _with_memory, "threads": _with_threads, "files": _with_files}[field]
    samples = [grown(sample, value) for sample, value in zip(steady, values, strict=True)]
    rounds = {0: (100, 40), 1: (100, 40), 2: (100, 41), 3: (50, 10)}
    found = tool._outcome(samples, 2400, 350, 0, 3, rounds)
    assert [said in problem for problem in found.problems] == [True]
    assert tool._outcome(steady, 2400, 350, 0, 3, rounds).problems == ()
    assert tool._outcome(steady, 2400, 350, 1, 3, rounds).problems
    assert tool._outcome(steady, 2400, 350, 0, 3, {**rounds, 2: (100, 90)}).problems


def _with_memory(sample: tool.Sample, value: float) -> tool.Sample:
    return replace(sample, memory_mb=value)


def _with_threads(sample: tool.Sample, value: float) -> tool.Sample:
    return replace(sample, threads=int(value))


def _with_files(sample: tool.Sample, value: float) -> tool.Sample:
    return replace(sample, files=int(value))
