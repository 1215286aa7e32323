"""Find the description with which a measurement is shown."""

from __future__ import annotations

from fasdemo.engine.measurements.evidence import MEASURES, Measure


def measure_of(name: str) -> Measure:
    """Return the description of a measurement; a name that is not in `MEASURES` gets one derived from the name."""
    if name in MEASURES:
        return MEASURES[name]
    words, _, unit = name.rpartition("_")
    if unit in ("mm", "m", "px", "deg"):
        return Measure(words.replace("_", " ").capitalize(), unit, 0.0, 1.0)
    return Measure(name.replace("_", " ").capitalize(), "", 0.0, 1.0, decimals=2)
