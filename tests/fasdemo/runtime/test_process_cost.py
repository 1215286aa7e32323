"""Processor time and energy of a frame."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from fasdemo.runtime.process_cost import Cost, CostMeter, energy_sentence


def counter(folder: Path, name: str, energy_uj: int, range_uj: int = 1_000_000) -> None:
    (folder / name).mkdir(exist_ok=True)
    (folder / name / "energy_uj").write_text(f"{energy_uj}\n", encoding="ascii")
    (folder / name / "max_energy_range_uj").write_text(f"{range_uj}\n", encoding="ascii")


def test_cost_meter_counts_the_work_of_all_packages(tmp_path: Path) -> None:
    counter(tmp_path, "intel-rapl:0", 100_000)
    counter(tmp_path, "intel-rapl:0:0", 0)
    counter(tmp_path, "intel-rapl:1", 900_000)
    meter = CostMeter(tmp_path)
    counter(tmp_path, "intel-rapl:0", 400_000)
    counter(tmp_path, "intel-rapl:0:0", 200_000)
    counter(tmp_path, "intel-rapl:1", 99_999)  # Beyond the range, the counter has started again at 0.
    cost = meter.read()
    assert cost.energy_j == pytest.approx(0.5)
    assert cost.energy_mj_per(10) == pytest.approx(50.0)


def test_cost_meter_without_counters_gives_no_energy(tmp_path: Path) -> None:
    cost = CostMeter(tmp_path).read()
    assert cost.energy_j is None
    assert cost.energy_mj_per(10) is None
    assert energy_sentence(tmp_path).startswith("Energy is")


def test_cost_meter_ignores_a_damaged_counter(tmp_path: Path) -> None:
    counter(tmp_path, "intel-rapl:0", 100)
    meter = CostMeter(tmp_path)
    (tmp_path / "intel-rapl:0" / "energy_uj").write_text("none", encoding="ascii")
    assert meter.read().energy_j is None


def test_energy_sentence_is_empty_where_energy_is_counted(tmp_path: Path) -> None:
    counter(tmp_path, "intel-rapl:0", 100)
    assert energy_sentence(tmp_path) == ""


def test_cost_meter_counts_processor_time_and_not_waiting(tmp_path: Path) -> None:
    meter = CostMeter(tmp_path)
    time.sleep(0.1)
    cost = meter.read()
    assert cost.wall_s >= 0.1
    assert cost.cpu_s < 0.09


def test_cost_is_divided_by_the_frames() -> None:
    cost = Cost(cpu_s=0.5, wall_s=1.0, energy_j=2.0)
    assert cost.cpu_ms_per(100) == 5.0
    assert cost.energy_mj_per(100) == 20.0
