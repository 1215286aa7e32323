"""What training minimises."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from trainer.config.schema import LossConfig


def per_sample(logits: Tensor, labels: Tensor, config: LossConfig) -> Tensor:
    """Focal loss (Lin et al., arXiv 1708.02002) or cross entropy, (N, classes) and int64 (N,) to (N,).

    Focal: (1 - p)^gamma times cross entropy, p the probability of the true class.
    """
    logits = logits.float()
    if config.smoothing:
        # Over the two classes that exist, not over all logits of a 1024-wide published head.
        log_p = F.log_softmax(logits, 1)[:, :2]
        target = F.one_hot(labels, 2) * (1.0 - 2.0 * config.smoothing) + config.smoothing
        entropy = -(target * log_p).sum(1)
    else:
        entropy = F.cross_entropy(logits, labels, reduction="none")
    if config.kind == "cross-entropy" or config.gamma == 0:
        return entropy
    p = F.softmax(logits, 1).gather(1, labels[:, None])[:, 0]
    return (1.0 - p) ** config.gamma * entropy


def flexible_loss(fused: list[Tensor], own: list[Tensor], there: Tensor, labels: Tensor, config: LossConfig) -> Tensor:
    """Loss of a flexible network: mean over the masks shown, plus `auxiliary` times the streams' own mean loss.

    Args:
        fused: fused logits (N, classes), one for each mask that was shown.
        own: each stream's logits (N, classes).
        there: (N, streams), 1 where the picture exists, whatever the masks hid.
        labels: int64 (N,).
        config: weights and kind.
    """
    loss = torch.stack([per_sample(logits, labels, config).mean() for logits in fused]).mean()
    if config.auxiliary and own:
        each = torch.stack([per_sample(logits, labels, config) for logits in own], 1)
        loss = loss + config.auxiliary * (each * there).sum() / there.sum().clamp(min=1.0)
    return loss
