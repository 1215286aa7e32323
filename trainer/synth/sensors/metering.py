"""Automatic exposure and white balance of a simulated camera over time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

_LUMINANCE = np.array([0.3, 0.6, 0.1], np.float32)


@dataclass
class Metering:
    """Gain and white balance, fixed at the first picture or following the scene with a delay.

    Attributes:
        target: mean luminance of the metered part.
        exposure_s: time constant of the automatic exposure, seconds; None: fixed.
        white_s: time constant of the automatic white balance, which makes the mean grey; None: fixed.
    """

    target: float
    exposure_s: float | None = None
    white_s: float | None = None
    _gain: npt.NDArray[np.float64] | None = None
    _last_s: float = 0.0

    def exposed(self, linear: Floats, weight: Floats, now_s: float) -> Floats:
        """Return a picture (h, w, 3) with the gains of this moment.

        Args:
            linear: radiance.
            weight: float32 (h, w): weights of the metering.
            now_s: time of the picture, seconds; not before that of the last one.
        """
        mean = np.asarray((linear * weight[..., None]).sum((0, 1)) / weight.sum(), np.float64)
        bright = float(np.percentile(linear[weight > 0.6].max(axis=-1), 97))
        level = min(self.target / max(float(mean @ _LUMINANCE), 1e-6), 0.85 / max(bright, 1e-6))
        grey = np.sqrt(mean.mean() / np.maximum(mean, 1e-6))
        if self._gain is None:
            self._gain = np.array([level, *grey])
        else:
            passed_s = now_s - self._last_s
            for index, constant_s in ((0, self.exposure_s), *((k, self.white_s) for k in (1, 2, 3))):
                if constant_s is not None:
                    wanted = level if index == 0 else grey[index - 1]
                    self._gain[index] += (wanted - self._gain[index]) * (1.0 - np.exp(-passed_s / constant_s))
        self._last_s = now_s
        return np.asarray(linear * (self._gain[0] * self._gain[1:]), np.float32)
