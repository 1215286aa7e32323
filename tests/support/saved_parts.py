"""Parts of a checkpoint that the file may lack."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from trainer.checkpoints import checkpoint


def saved_card(path: Path) -> dict[str, Any]:
    """Return the facts for the model card."""
    card = checkpoint.load(path).card
    assert card is not None
    return card


def saved_position(path: Path) -> dict[str, Any]:
    """Return the position in the training at which the file was written."""
    training = checkpoint.load(path).training
    assert training is not None
    position: dict[str, Any] = training["position"]
    return position
