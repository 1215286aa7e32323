"""The network whose outputs an exported graph has: for `FlexFusion` also the fused logits without colour."""

from __future__ import annotations

from torch import Tensor, nn

from trainer.networks import FlexFusion


class GraphNetwork(nn.Module):
    """A network with the outputs of its exported graph as a tuple, see `FlexFusion.forward_twice`."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network
        self.train(network.training)

    def forward(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        """Return the outputs of the network, and then the fused logits without RGB if the graph has them."""
        network = self.network
        if isinstance(network, FlexFusion) and network.rates_without_rgb:
            return network.forward_twice(*inputs)
        outputs: Tensor | tuple[Tensor, ...] = network(*inputs)
        return (outputs,) if isinstance(outputs, Tensor) else tuple(outputs)
