"""Movements of people over time: slow sways, blinks, speech, as smooth functions of the time in seconds."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, pi, radians, sin

import numpy as np

from trainer.synth.scene.subject import PoseSample

Rng = np.random.Generator


@dataclass(frozen=True)
class Performance:
    """A random performance of one person and of an instrument in front of it.

    Attributes:
        sways: amplitude (degrees), frequency (Hz) and phase of yaw, pitch and roll, two of each.
        drifts: the same for the position across and up, in metres, and for the distance, as a factor.
        blinks: times of closed eyes, seconds.
        speech: intervals in seconds in which the mouth moves; `smile`: peak of a slow smile.
    """

    sways: tuple[tuple[tuple[float, float, float], ...], ...]
    drifts: tuple[tuple[tuple[float, float, float], ...], ...]
    blinks: tuple[float, ...]
    speech: tuple[tuple[float, float], ...]
    smile: float
    gaze: float

    def turn(self, t: float) -> tuple[float, float, float]:
        """Return yaw, pitch and roll in radians at time `t`."""
        yaw, pitch, roll = (radians(_waves(parts, t)) for parts in self.sways)
        return yaw, pitch, roll

    def shift(self, t: float) -> tuple[float, float, float]:
        """Return the displacement across and down in metres and the factor of the distance at time `t`."""
        x, y, z = (_waves(parts, t) for parts in self.drifts)
        return x, y, 1.0 + z

    def expression(self, t: float) -> dict[str, float]:
        """Return the expression weights at time `t`."""
        closed = max((exp(-(((t - blink) / 0.07) ** 2)) for blink in self.blinks), default=0.0)
        lid = min(1.0, 1.15 * closed)
        result = {"eyeBlink_L": lid, "eyeBlink_R": lid}
        smile = self.smile * max(0.0, sin(2 * pi * t / 7.0 + self.gaze))
        result["mouthSmile_L"] = result["mouthSmile_R"] = smile
        result["browInnerUp_L"] = result["browInnerUp_R"] = 0.25 * max(0.0, sin(2 * pi * t / 5.0 + 1.0 + self.gaze))
        for start, end in self.speech:
            if start < t < end:
                swell = min(1.0, (t - start) / 0.2, (end - t) / 0.2)
                syllables = 0.5 + 0.5 * sin(2 * pi * 4.1 * t) * sin(2 * pi * 1.7 * t + 0.6)
                result["jawOpen"] = 0.30 * swell * syllables
                result["mouthFunnel"] = 0.25 * swell * max(0.0, sin(2 * pi * 2.3 * t + 1.1))
        return result

    def pose_sample(self, t: float) -> PoseSample:
        """Return turn and expression of all people at time `t`, for `setup.Setup.stage`."""
        return PoseSample(self.turn(t), self.expression(t), self.turn(t + 3.7), self.expression(t + 5.3))


def _waves(parts: tuple[tuple[float, float, float], ...], t: float) -> float:
    return sum(amplitude * sin(2 * pi * frequency * t + phase) for amplitude, frequency, phase in parts)


def draw_performance(rng: Rng, seconds: float, liveliness: float = 1.0) -> Performance:
    """Draw a random performance of some seconds."""

    def waves(size: float, slow: float) -> tuple[tuple[float, float, float], ...]:
        return tuple(
            (
                float(rng.uniform(0.4, 1.0)) * size * share,
                float(rng.uniform(0.5, 1.5)) * slow * speed,
                float(rng.uniform(0, 2 * pi)),
            )
            for share, speed in ((1.0, 1.0), (0.3, 3.1))
        )

    blinks, t = [], float(rng.uniform(0.6, 1.8))
    while t < seconds + 6:
        blinks.append(t)
        t += float(rng.uniform(1.6, 4.2))
    speech, t = [], float(rng.uniform(0.3, 1.5))
    while t < seconds + 6:
        end = t + float(rng.uniform(0.8, 2.2))
        speech.append((t, end))
        t = end + float(rng.uniform(0.6, 2.0))
    k = liveliness
    return Performance(
        (waves(14 * k, 0.18), waves(6 * k, 0.2), waves(4 * k, 0.15)),
        (waves(0.012 * k, 0.2), waves(0.008 * k, 0.2), waves(0.03 * k, 0.15)),
        tuple(blinks), tuple(speech), float(rng.uniform(0.0, 0.6)), float(rng.uniform(0, 6.0)),
    )  # fmt: skip
