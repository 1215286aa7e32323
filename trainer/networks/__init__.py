"""Registry of the networks of both papers' code and of this project.

Example:
    from trainer import networks

    network = networks.build("FeatherNetB", in_channels=1, input_size=128, classes=2)
"""

# isort: off
from trainer.networks import (  # noqa: F401  (importing a module registers its networks, in this order)
    feathernet,
    mobilelitenet,
    mobilenetv2,
    fishnet,
    fusion,
    flexfusion,
    twoview,
    featherlite,
)

# isort: on
from trainer.networks.example import example_inputs
from trainer.networks.flexfusion import FlexFusion, load_stream
from trainer.networks.registry import Entry, Published, build, entry, names

__all__ = ["Entry", "FlexFusion", "Published", "build", "entry", "example_inputs", "load_stream", "names"]
