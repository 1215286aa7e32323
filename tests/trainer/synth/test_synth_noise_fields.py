"""Noise that is cut out of large fields has the statistics of new noise."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from trainer.synth.sensors.noise import neighbour_correlation
from trainer.synth.sensors.noise_fields import colour_window, noise_window, share_window, smooth_noise

SHAPE = (480, 640)


def correlation(first: npt.NDArray[np.floating], second: npt.NDArray[np.floating]) -> float:
    return float(np.corrcoef(first.ravel(), second.ravel())[0, 1])


@pytest.mark.parametrize("sigma", [0.0, 0.62, 0.8, 1.6, 4.0])
def test_noise_window_has_the_variance_and_correlation_of_new_noise(sigma: float) -> None:
    rng = np.random.default_rng(1)
    window, new = noise_window(SHAPE, sigma, rng), smooth_noise(SHAPE, sigma, rng)
    assert abs(float(window.mean())) < 0.15
    assert float(window.std()) == pytest.approx(float(new.std()), rel=0.1)
    pair = [neighbour_correlation(field.astype(np.float64)) for field in (window, new)]
    assert pair[0] == pytest.approx(pair[1], abs=0.05)


def test_windows_of_two_pictures_are_independent_and_follow_the_seed() -> None:
    first, second = (noise_window(SHAPE, 0.0, np.random.default_rng(seed)) for seed in (1, 2))
    assert abs(correlation(first, second)) < 0.02
    np.testing.assert_array_equal(first, noise_window(SHAPE, 0.0, np.random.default_rng(1)))


def test_share_window_is_uniform() -> None:
    shares = share_window(SHAPE, 4.0, np.random.default_rng(3))
    for limit in (0.1, 0.5, 0.97):
        assert float((shares < limit).mean()) == pytest.approx(limit, abs=0.05)


def test_channels_of_colour_noise_are_independent() -> None:
    noise = colour_window(SHAPE, 0.7, np.random.default_rng(4))
    assert noise.shape == (*SHAPE, 3)
    assert abs(correlation(noise[..., 0], noise[..., 1])) < 0.02
    assert abs(correlation(noise[..., 1], noise[..., 2])) < 0.02


def test_noise_window_draws_pictures_that_the_fields_are_too_small_for() -> None:
    rng = np.random.default_rng(5)
    assert noise_window((1200, 1600), 1.0, rng).shape == (1200, 1600)
    assert share_window((900, 100), 1.0, rng).shape == (900, 100)
    assert colour_window((800, 900), 0.7, rng).shape == (800, 900, 3)


def test_noise_windows_cannot_be_changed() -> None:
    window = noise_window(SHAPE, 0.0, np.random.default_rng(6))
    with pytest.raises(ValueError, match="read-only"):
        window[0, 0] = 1.0
