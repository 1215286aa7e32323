"""A network for one stream: FeatherNetB on the face, and TwoViewLite0 on the face and its surroundings."""

from __future__ import annotations

from torch import Tensor, nn

from trainer.networks.feathernet import feathernet_b
from trainer.networks.registry import check_channels, check_classes, check_size, register
from trainer.networks.twoview import TwoViewLite0, middle

_FACE_SHARE = 0.8
"""Side of FeatherNetB's view as a share of the input's side."""


@register(
    "FeatherLite",
    paper="FeatherNetB (arXiv 1904.09290) and the first four stages of EfficientNet-Lite0 (arXiv 1905.11946), summed",
    convention="paper",
    classifier=("feather.linear.", "lite.classifier."),
)
class FeatherLite(nn.Module):
    """Network for one stream that adds the logits of a FeatherNetB and of a TwoViewLite0.

    The first learns from the training set alone, the second starts from ImageNet weights; their errors differ.

    Attributes:
        feather: FeatherNetB for the first channel of the middle of the crop.
        lite: TwoViewLite0 for the whole crop.
        input_shapes: (channels, height, width) of its one input.
        outputs: number of logits.
    """

    def __init__(self, in_channels: int = 3, input_size: int = 160, classes: int = 2, dropout: float = 0.2) -> None:
        name = "FeatherLite"
        check_channels(name, in_channels)
        check_size(name, input_size)
        check_classes(name, classes)
        super().__init__()
        self.input_shapes = ((in_channels, input_size, input_size),)
        self.outputs = classes
        self._inner = max(32, round(input_size * _FACE_SHARE / 32) * 32)
        self.feather = feathernet_b(1, self._inner, classes, dropout=dropout)
        self.lite = TwoViewLite0(in_channels, input_size, classes)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, in_channels, S, S) to logits (N, classes)."""
        logits: Tensor = self.feather(middle(x[:, :1], self._inner)) + self.lite(x)
        return logits
