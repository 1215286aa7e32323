"""Measure the pulse in the colour of a face's skin (remote photoplethysmography).

The method is POS: Wang, den Brinker, Stuijk and de Haan, Algorithmic Principles of Remote PPG, IEEE Transactions on
Biomedical Engineering 64 (7), 2017. Blood absorbs green light most, so the colour of skin varies with the heart beat by
less than a percent; compression and movements vary it more.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

WINDOW_S = 10.0
"""Time over which the skin's colour is kept."""
MIN_S = 5.0
"""Shortest time from which a pulse is computed."""
MIN_RATE_HZ = 12.0
"""Lowest frame rate at which the highest pulse and its harmonic can be distinguished from noise."""
BAND_HZ = (0.7, 3.0)
"""Heart rates of 42 to 180 beats per minute."""
_PROJECTION_S = 1.6
_PEAK_HZ = 0.15
"""Half-width of the peak and of its harmonic."""
_EVERY_S = 1.0

_SKIN = ((0.22, 0.32, 0.40, 0.60), (0.54, 0.66, 0.28, 0.41), (0.54, 0.66, 0.59, 0.72))
"""Forehead and cheeks in an aligned crop of scale 1: top, bottom, left and right as shares of its side."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """Heart rate in beats per minute, and the strength of its peak over the rest of the band in decibels."""

    bpm: float
    snr_db: float


class PulseMeasurement:
    """The colour of one tracked face's skin in the last `WINDOW_S` seconds."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, Floats]] = deque()
        self._pulse: Pulse | None = None
        self._computed_s = -np.inf

    def add(self, timestamp_s: float, crop: npt.NDArray[np.uint8]) -> None:
        """Add an aligned colour crop (S, S, 3) of scale 1; its time must be later than that of the previous one."""
        if self._samples and timestamp_s <= self._samples[-1][0]:
            self._samples.clear()
            self._pulse, self._computed_s = None, -np.inf
        while self._samples and timestamp_s - self._samples[0][0] > WINDOW_S:
            self._samples.popleft()
        self._samples.append((timestamp_s, skin_colour(crop)))
        if timestamp_s - self._computed_s >= _EVERY_S:
            self._computed_s = timestamp_s
            self._pulse = measure_pulse(
                np.array([one for one, _ in self._samples]), np.array([colour for _, colour in self._samples])
            )

    @property
    def pulse(self) -> Pulse | None:
        """The pulse, computed once a second; None without `MIN_S` of frames at `MIN_RATE_HZ`."""
        return self._pulse


def skin_colour(crop: npt.NDArray[np.uint8]) -> Floats:
    """Return the mean colour of forehead and cheeks, float64 (3,), of an aligned crop (S, S, 3) of scale 1."""
    size = crop.shape[0]
    parts = [
        crop[int(top * size) : int(bottom * size), int(left * size) : int(right * size)].reshape(-1, 3)
        for top, bottom, left, right in _SKIN
    ]
    return np.asarray(np.concatenate(parts).mean(0), np.float64)


def measure_pulse(times_s: Floats, colours: Floats) -> Pulse | None:
    """Return the strongest frequency in `BAND_HZ`.

    Args:
        times_s: (N,), increasing times in seconds.
        colours: (N, 3), mean red, green and blue of the skin, in any unit.

    Returns:
        The pulse, or None if the time is shorter than `MIN_S`, the frame rate lower than `MIN_RATE_HZ`, or the skin is
        black or does not change at all.
    """
    if len(times_s) < 2 or times_s[-1] - times_s[0] < MIN_S or not (colours > 0).all():
        return None
    rate = (len(times_s) - 1) / float(times_s[-1] - times_s[0])
    if rate < MIN_RATE_HZ:
        return None
    even = np.linspace(times_s[0], times_s[-1], len(times_s))
    signal = _pos(np.stack([np.interp(even, times_s, colours[:, k]) for k in range(3)]), rate)
    signal = signal * np.hanning(len(signal))
    # Padding interpolates the spectrum.
    power = np.abs(np.fft.rfft(signal, 4 * len(signal))) ** 2
    hertz = np.fft.rfftfreq(4 * len(signal), 1.0 / rate)
    band = (hertz >= BAND_HZ[0]) & (hertz <= BAND_HZ[1])
    if not power[band].any():
        return None
    peak = float(hertz[band][int(np.argmax(power[band]))])
    near = (np.abs(hertz - peak) <= _PEAK_HZ) | (np.abs(hertz - 2 * peak) <= _PEAK_HZ)
    measured = (hertz >= BAND_HZ[0]) & (hertz <= 2 * BAND_HZ[1])
    noise = float(power[measured & ~near].sum())
    return Pulse(60.0 * peak, float(10 * np.log10(float(power[measured & near].sum()) / max(noise, 1e-12))))


def _pos(colours: Floats, rate: float) -> Floats:
    """Return the pulse signal (N,) of colours (3, N): projections of overlapping windows, added up."""
    length = max(int(_PROJECTION_S * rate), 2)
    windows = np.lib.stride_tricks.sliding_window_view(colours, length, axis=1)
    red, green, blue = windows / windows.mean(-1, keepdims=True)
    first, second = green - blue, green + blue - 2 * red
    spread = second.std(-1, keepdims=True)
    weight = np.divide(first.std(-1, keepdims=True), spread, out=np.zeros_like(spread), where=spread > 0)
    parts = first + weight * second
    parts = parts - parts.mean(-1, keepdims=True)
    result = np.zeros(colours.shape[1])
    for offset in range(length):
        result[offset : offset + len(parts)] += parts[:, offset]
    return result
