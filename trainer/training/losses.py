"""Loss functions of the training."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from trainer.config.schema import LossConfig


def per_sample(logits: Tensor, labels: Tensor, config: LossConfig, live: Tensor | None = None) -> Tensor:
    """Return the loss of each sample, float32 (N,).

    The focal loss (Lin et al., arXiv 1708.02002) is (1 - p)^gamma times the cross entropy, where p is the probability
    of the true class.

    Args:
        logits: (N, classes).
        labels: int64 (N,), 0 attack, 1 live.
        config: kind of loss, gamma and label smoothing.
        live: float32 (N,), target probability of "live" in place of the labels, if there is a teacher.
    """
    logits = logits.float()
    if config.smoothing or live is not None:
        # Smooth over the two classes in use, because a published head has up to 1024 logits.
        log_p = F.log_softmax(logits, 1)[:, :2]
        hard = F.one_hot(labels, 2) if live is None else torch.stack([1.0 - live, live], 1)
        target = hard * (1.0 - 2.0 * config.smoothing) + config.smoothing
        entropy = -(target * log_p).sum(1)
    else:
        entropy = F.cross_entropy(logits, labels, reduction="none")
    if config.kind == "cross-entropy" or config.gamma == 0:
        return entropy
    p = F.softmax(logits, 1).gather(1, labels[:, None])[:, 0]
    return (1.0 - p) ** config.gamma * entropy


def flexible_loss(
    fused: list[Tensor],
    own: list[Tensor],
    there: Tensor,
    labels: Tensor,
    config: LossConfig,
    live: Tensor | None = None,
) -> Tensor:
    """Return the loss of a flexible network.

    It is the mean over the masks, plus `auxiliary` times the mean loss of the streams' own logits.

    Args:
        fused: fused logits (N, classes), one tensor for each mask.
        own: own logits (N, classes) of each stream.
        there: (N, streams), 1 where the stream exists, independent of the masks.
        labels: int64 (N,), 0 attack, 1 live.
        config: kind and weights of the loss.
        live: float32 (N,), target probability of "live" in place of the labels, if there is a teacher.
    """
    loss = torch.stack([per_sample(logits, labels, config, live).mean() for logits in fused]).mean()
    if config.auxiliary and own:
        each = torch.stack([per_sample(logits, labels, config, live) for logits in own], 1)
        loss = loss + config.auxiliary * (each * there).sum() / there.sum().clamp(min=1.0)
    return loss
