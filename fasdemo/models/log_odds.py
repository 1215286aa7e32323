"""Scores as log-odds, and back."""

from __future__ import annotations

import math


def sigmoid(value: float) -> float:
    """Return 1 / (1 + exp(-value)) without overflow."""
    return 0.5 * (1.0 + math.tanh(0.5 * value))


def log_odds(score: float) -> float:
    """Return log(score / (1 - score)), bounded to +-14."""
    bounded = min(max(score, 1e-6), 1.0 - 1e-6)
    return math.log(bounded / (1.0 - bounded))
