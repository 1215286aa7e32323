"""Learning rate as a function of progress alone, so that resuming needs no state."""

from __future__ import annotations

from math import cos, pi

from trainer.config.schema import OptimiserConfig


def learning_rate(config: OptimiserConfig, progress: float, epoch: float) -> float:
    """Learning rate of a step.

    Args:
        config: the schedule; `step` divides by ten every `every_decay` epochs as published, `cosine` warms up over
            its first share and falls to `final` at the end.
        progress: share of the whole training that is done, in [0, 1].
        epoch: epochs done, may be a fraction.
    """
    if config.schedule == "step":
        return config.lr * 0.1 ** (int(epoch) // config.every_decay)
    if progress < config.warmup:
        return config.lr * (progress / config.warmup + 1e-3) / (1.0 + 1e-3)
    done = min((progress - config.warmup) / max(1.0 - config.warmup, 1e-9), 1.0)
    return config.lr * (config.final + (1.0 - config.final) * 0.5 * (1.0 + cos(pi * done)))
