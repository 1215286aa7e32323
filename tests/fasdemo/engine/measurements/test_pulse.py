"""The pulse of a skin whose colour is known."""

from __future__ import annotations

import numpy as np
import pytest

from fasdemo.engine.measurements.pulse import MIN_S, Floats, PulseMeasurement, measure_pulse, skin_colour

SKIN = np.array([150.0, 110.0, 90.0])
ABSORBED = np.array([0.33, 0.77, 0.53])
"""Relative strength of the pulse in red, green and blue (de Haan and van Leest 2014)."""


def colours(
    bpm: float, strength: float, noise: float, seconds: float = 10.0, rate: float = 30.0
) -> tuple[Floats, Floats]:
    """Return times and colours of a skin with a pulse under light that changes slowly."""
    times = np.arange(int(seconds * rate)) / rate
    beat = strength * np.sin(2 * np.pi * bpm / 60 * times)
    light = 1 + 0.03 * np.sin(2 * np.pi * 0.25 * times)
    clean = SKIN * (1 + beat[:, None] * ABSORBED) * light[:, None]
    return times, clean + np.random.default_rng(1).normal(0, noise, clean.shape)


@pytest.mark.parametrize("bpm", [54.0, 72.0, 120.0])
def test_measure_pulse_finds_the_heart_rate(bpm: float) -> None:
    pulse = measure_pulse(*colours(bpm, 0.005, 0.1))
    assert pulse is not None
    assert pulse.bpm == pytest.approx(bpm, abs=3.0)
    assert pulse.snr_db > 3.0


def test_measure_pulse_of_noise_is_weak() -> None:
    pulse = measure_pulse(*colours(72.0, 0.0, 0.3))
    assert pulse is not None
    assert pulse.snr_db < 0.0


@pytest.mark.parametrize(
    ("seconds", "rate"), [(MIN_S - 0.2, 30.0), (10.0, 10.0)], ids=["too short", "too few frames per second"]
)
def test_measure_pulse_needs_time_and_frames(seconds: float, rate: float) -> None:
    assert measure_pulse(*colours(72.0, 0.005, 0.1, seconds, rate)) is None


def test_measure_pulse_of_a_black_or_constant_skin_is_unknown() -> None:
    times = np.arange(300) / 30
    assert measure_pulse(times, np.zeros((300, 3))) is None
    assert measure_pulse(times, np.full((300, 3), 80.0)) is None


def test_pulse_measurement_starts_again_when_time_goes_back() -> None:
    measurement = PulseMeasurement()
    times, skin = colours(72.0, 0.02, 0.0)
    for time, colour in zip(times, skin, strict=True):
        measurement.add(float(time), np.full((32, 32, 3), 1, np.uint8) * np.round(colour).astype(np.uint8))
    assert measurement.pulse is not None
    measurement.add(0.0, np.full((32, 32, 3), 90, np.uint8))
    assert measurement.pulse is None


def test_skin_colour_leaves_out_eyes_and_mouth() -> None:
    crop = np.full((100, 100, 3), (150, 110, 90), np.uint8)
    crop[36:46, 25:75] = 0
    crop[68:80, 35:65] = 0
    np.testing.assert_allclose(skin_colour(crop), SKIN)
