"""Measure the processor time of this process with all its threads, and the energy if the system measures it."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path

POWERCAP = Path("/sys/class/powercap")
"""Where Linux shows the energy counters of a processor (RAPL), on Intel and AMD alike."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What happened between two readings.

    Attributes:
        cpu_s: processor time of all threads, seconds.
        wall_s: seconds on the clock.
        energy_j: energy of the whole processor with all programs, joules; None if it is not measured.
    """

    cpu_s: float
    wall_s: float
    energy_j: float | None

    def cpu_ms_per(self, frames: int) -> float:
        """Return milliseconds of processor time per frame."""
        return round(self.cpu_s * 1000.0 / max(frames, 1), 3)

    def energy_mj_per(self, frames: int) -> float | None:
        """Return millijoules per frame; None where energy is not counted."""
        return None if self.energy_j is None else round(self.energy_j * 1000.0 / max(frames, 1), 2)


class CostMeter:
    """A meter that counts from its creation.

    Args:
        powercap: folder of the energy counters.
    """

    def __init__(self, powercap: Path = POWERCAP) -> None:
        self._powercap = powercap
        self._energy = _counters(powercap)
        self._cpu_s, self._wall_s = time.process_time(), time.perf_counter()

    def read(self) -> Cost:
        """Return what was used since the meter was created."""
        cpu_s, wall_s = time.process_time() - self._cpu_s, time.perf_counter() - self._wall_s
        return Cost(cpu_s, wall_s, _spent_j(self._energy, _counters(self._powercap)))


def energy_sentence(powercap: Path = POWERCAP) -> str:
    """Return the reason why there is no energy figure; empty if there is one."""
    if _counters(powercap):
        return ""
    if not sys.platform.startswith("linux"):
        return "Energy is read on Linux only."
    if powercap.is_dir() and any(powercap.glob("*/energy_uj")):
        return "Energy is not measured: only root may read the processor's counters on this machine."
    return "Energy is not measured: this machine shows no counters (virtual machines hide them)."


def _counters(powercap: Path) -> dict[str, tuple[int, int]]:
    """Return count and range of every package's counter, microjoules, by the name of its folder."""
    found = {}
    for folder in sorted(powercap.glob("*-rapl:*")):
        if folder.name.count(":") != 1:
            continue  # A part of a package, which is in the package's own count.
        try:
            found[folder.name] = tuple(
                int((folder / name).read_text(encoding="ascii")) for name in ("energy_uj", "max_energy_range_uj")
            )
        except (OSError, ValueError):
            continue
    return {name: (values[0], values[1]) for name, values in found.items()}


def _spent_j(before: dict[str, tuple[int, int]], after: dict[str, tuple[int, int]]) -> float | None:
    if not before or before.keys() != after.keys():
        return None
    # A counter starts again at 0 beyond its range.
    return sum((after[name][0] - before[name][0]) % (after[name][1] + 1) for name in after) / 1e6
