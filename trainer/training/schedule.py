"""Learning rate as a function of the progress, so that resuming needs no state."""

from __future__ import annotations

from math import cos, pi

from trainer.config.schema import OptimiserConfig


def learning_rate(config: OptimiserConfig, progress: float, epoch: float) -> float:
    """Return the learning rate of a step.

    The schedule `step` divides the rate by ten every `every_decay` epochs, as published. `cosine` warms up linearly
    over the share `warmup` and decays to `final * lr`.

    Args:
        config: the schedule.
        progress: completed share of the training, in [0, 1].
        epoch: completed epochs, may be a fraction.
    """
    if config.schedule == "step":
        return config.lr * 0.1 ** (int(epoch) // config.every_decay)
    if progress < config.warmup:
        return config.lr * (progress / config.warmup + 1e-3) / (1.0 + 1e-3)
    done = min((progress - config.warmup) / max(1.0 - config.warmup, 1e-9), 1.0)
    return config.lr * (config.final + (1.0 - config.final) * 0.5 * (1.0 + cos(pi * done)))
