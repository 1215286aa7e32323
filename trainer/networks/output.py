"""How a network's logits are read: which one is live, and the margin between live and attack."""

from __future__ import annotations

import torch
from torch import Tensor

LIVE_INDEX = 1
"""Logit of a live face, as published; attacks are index 0."""


def margin(logits: Tensor) -> Tensor:
    """log(p_live / (1 - p_live)) of softmax probabilities, (N, classes) to (N,); exact where a softmax saturates."""
    logits = logits.float()
    others = torch.cat([logits[:, :LIVE_INDEX], logits[:, LIVE_INDEX + 1 :]], 1)
    return logits[:, LIVE_INDEX] - torch.logsumexp(others, 1)
