"""The published networks written a second time, as plain functions of a state_dict, from their descriptions.

Nothing here uses the trainer. Convolutions take their groups from the shape of the kernel, as the descriptions say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor
from torch.nn import functional

State = Mapping[str, Tensor]
Reference = Callable[[State, list[Tensor]], Tensor]

FEATHER_STAGES = (1, 2, 6, 3)
LITE_STAGES = {
    "MobileLiteNet54": (4, 4, 6, 3),
    "MobileLiteNet54-SE": (4, 4, 6, 3),
    "MobileLiteNet102": (3, 4, 23, 3),
    "MobileLiteNet105-SE": (4, 4, 23, 3),
    "MobileLiteNet153": (3, 8, 36, 3),
    "MobileLiteNet156-SE": (4, 8, 36, 3),
}
MOBILE_STAGES = ((1, 1, 1), (6, 2, 2), (6, 3, 2), (6, 4, 2), (6, 3, 1), (6, 3, 2), (6, 1, 1))
"""Expansion, blocks and stride of each stage of MobileNetV2."""
FISH_BLOCKS = {"FishNet99": (2, 2, 6, 2, 1, 1, 1, 1, 2, 2), "FishNet150": (2, 4, 8, 4, 2, 2, 2, 2, 2, 4)}
FISH_TRANSFERS = {"FishNet99": (1, 1, 1, 1, 1, 4), "FishNet150": (2, 2, 2, 2, 2, 4)}
FISH_BRANCHES = (2, 1, 0, 6, 5, 4)
THETA = 0.7


def conv(state: State, name: str, x: Tensor, stride: int = 1, dilation: int = 1, padding: int | None = None) -> Tensor:
    """Convolve with the kernel `name`, by default with the padding that keeps the size."""
    kernel = state[f"{name}.weight"]
    if padding is None:
        padding = dilation * (kernel.shape[-1] // 2)
    groups = x.shape[1] // kernel.shape[1]
    return functional.conv2d(x, kernel, state.get(f"{name}.bias"), stride, padding, dilation, groups)


def norm(state: State, name: str, x: Tensor) -> Tensor:
    """Apply the batch norm `name` with its running statistics."""
    scale = state[f"{name}.weight"] / torch.sqrt(state[f"{name}.running_var"] + 1e-5)
    shift = state[f"{name}.bias"] - state[f"{name}.running_mean"] * scale
    return x * scale[:, None, None] + shift[:, None, None]


def relu6(x: Tensor) -> Tensor:
    """Clip to 0 to 6."""
    return x.clamp(0.0, 6.0)


def squeeze(state: State, name: str, x: Tensor) -> Tensor:
    """Weigh the channels by squeeze and excitation."""
    y = x.mean((2, 3))
    y = torch.relu(y @ state[f"{name}.fc.0.weight"].T + state[f"{name}.fc.0.bias"])
    y = torch.sigmoid(y @ state[f"{name}.fc.2.weight"].T + state[f"{name}.fc.2.bias"])
    return x * y[..., None, None]


def inverted(state: State, name: str, x: Tensor, stride: int) -> Tensor:
    """Expand (unless the factor is 1), filter each channel, and project."""
    y = x
    last = 3
    if f"{name}.6.weight" in state:
        y = relu6(norm(state, f"{name}.1", conv(state, f"{name}.0", y)))
        y = relu6(norm(state, f"{name}.4", conv(state, f"{name}.3", y, stride)))
        last = 6
    else:
        y = relu6(norm(state, f"{name}.1", conv(state, f"{name}.0", y, stride)))
    return norm(state, f"{name}.{last + 1}", conv(state, f"{name}.{last}", y))


def feather_trunk(state: State, prefix: str, x: Tensor) -> Tensor:
    """Map (N, 3, 224, 224) to (N, 64, 7, 7)."""
    x = relu6(norm(state, f"{prefix}.0.1", conv(state, f"{prefix}.0.0", x, 2)))
    index = 1
    for count in FEATHER_STAGES:
        for number in range(count):
            name, first = f"{prefix}.{index}", number == 0
            y = inverted(state, f"{name}.conv", x, 2 if first else 1)
            if not first:
                y = y + x
            elif f"{name}.downsample.2.weight" in state:
                pooled = norm(state, f"{name}.downsample.1", functional.avg_pool2d(x, 2))
                y = y + conv(state, f"{name}.downsample.2", pooled)
            x = y
            index += 1
        x = squeeze(state, f"{prefix}.{index}", x)
        index += 1
    return x


def feather(state: State, inputs: list[Tensor]) -> Tensor:
    """FeatherNetA and FeatherNetB: the trunk and the streaming head, whose flattened output are the logits."""
    return conv(state, "final_DW.0", feather_trunk(state, "features", inputs[0]), 2).flatten(1)


def three_trunks(state: State, inputs: list[Tensor]) -> Tensor:
    """Concatenate the trunks of colour, infrared and depth to 192 channels."""
    prefixes = ("RGB_features", "IR_features", "DW_features")
    trunks = [feather_trunk(state, prefix, x) for prefix, x in zip(prefixes, inputs, strict=True)]
    return torch.cat(trunks, 1)


def fused_concat(state: State, inputs: list[Tensor]) -> Tensor:
    """Three trunks and a grouped streaming head."""
    return conv(state, "final_DW2.0", three_trunks(state, inputs), 2).flatten(1)


def fused_pipenet(state: State, inputs: list[Tensor]) -> Tensor:
    """Three trunks, three residual stages of two basic blocks, and a global average pool."""
    x = three_trunks(state, inputs)
    for stage in range(3):
        for block in range(2):
            name, stride = f"res_{stage}.{block}", 2 if block == 0 else 1
            y = torch.relu(norm(state, f"{name}.bn1", conv(state, f"{name}.conv1", x, stride)))
            y = norm(state, f"{name}.bn2", conv(state, f"{name}.conv2", y))
            if block == 0:
                x = norm(state, f"{name}.downsample.1", conv(state, f"{name}.downsample.0", x, stride))
            x = torch.relu(x + y)
    return x.mean((2, 3))


def central(state: State, name: str, x: Tensor) -> Tensor:
    """Convolve with central differences: the kernel minus `THETA` times its sum at the centre."""
    kernel = state[f"{name}.weight"]
    changed = kernel.clone()
    changed[..., 1, 1] -= THETA * kernel.sum((2, 3))
    return functional.conv2d(x, changed, None, 1, 1)


def fused_cdc(state: State, inputs: list[Tensor]) -> Tensor:
    """Three trunks, two central-difference convolutions, and a global average pool."""
    x = torch.relu(norm(state, "lastconv2.1", central(state, "lastconv2.0.conv", three_trunks(state, inputs))))
    return torch.relu(central(state, "lastconv3.0.conv", x)).mean((2, 3))


def lite(stages: tuple[int, ...]) -> Reference:
    """Return MobileLiteNet with the given blocks per stage."""

    def network(state: State, inputs: list[Tensor]) -> Tensor:
        x = relu6(norm(state, "bn1", conv(state, "conv1", inputs[0], 2)))
        x = relu6(norm(state, "bn2", conv(state, "conv2", x)))
        for stage, count in enumerate(stages, 1):
            for number in range(count):
                name, stride = f"layer{stage}.{number}", 2 if number == 0 else 1
                y = relu6(norm(state, f"{name}.bn1", conv(state, f"{name}.conv1", x)))
                y = relu6(norm(state, f"{name}.bn2", conv(state, f"{name}.conv2", y, stride)))
                y = norm(state, f"{name}.bn3", conv(state, f"{name}.conv3", y))
                if number == 0:
                    x = norm(state, f"{name}.downsample.1", conv(state, f"{name}.downsample.0", x, 2))
                    x = conv(state, f"{name}.downsample.2", x)
                x = x + y
            gate = f"layer{stage}_se{stage}"
            if f"{gate}.fc.0.weight" in state:
                x = squeeze(state, gate, x)
        x = conv(state, "final_DW", x, padding=0).flatten(1)
        return x @ state["linear.weight"].T + state["linear.bias"]

    return network


def mobile(state: State, inputs: list[Tensor]) -> Tensor:
    """MobileNetV2 of width 1."""
    x = relu6(norm(state, "features.0.1", conv(state, "features.0.0", inputs[0], 2)))
    index = 1
    for _, count, stride in MOBILE_STAGES:
        for number in range(count):
            y = inverted(state, f"features.{index}.conv", x, stride if number == 0 else 1)
            x = y if number == 0 else x + y
            index += 1
    x = relu6(norm(state, "features.18.1", conv(state, "features.18.0", x)))
    return x.mean((2, 3)) @ state["classifier.1.weight"].T + state["classifier.1.bias"]


def fish_block(state: State, name: str, x: Tensor, dilation: int = 1) -> Tensor:
    """Pre-activation bottleneck; without weights of its own the shortcut adds up adjacent channels."""
    y = conv(state, f"{name}.conv1", torch.relu(norm(state, f"{name}.bn1", x)))
    y = conv(state, f"{name}.conv2", torch.relu(norm(state, f"{name}.bn2", y)), 1, dilation)
    y = conv(state, f"{name}.conv3", torch.relu(norm(state, f"{name}.bn3", y)))
    if f"{name}.shortcut.2.weight" in state:
        return y + conv(state, f"{name}.shortcut.2", torch.relu(norm(state, f"{name}.shortcut.0", x)))
    ratio = x.shape[1] // y.shape[1]
    return y + sum(x[:, k::ratio] for k in range(ratio))


def fish_blocks(state: State, name: str, x: Tensor, count: int, dilation: int = 1) -> Tensor:
    """Apply `count` blocks."""
    for number in range(count):
        x = fish_block(state, f"{name}.{number}", x, dilation)
    return x


def fish(name: str) -> Reference:
    """Return FishNet99 or FishNet150."""
    counts, transfers = FISH_BLOCKS[name], FISH_TRANSFERS[name]

    def network(state: State, inputs: list[Tensor]) -> Tensor:
        x = inputs[0]
        for number, stride in ((1, 2), (2, 1), (3, 1)):
            x = torch.relu(norm(state, f"conv{number}.1", conv(state, f"conv{number}.0", x, stride)))
        x = functional.max_pool2d(x, 3, 2, 1)
        taken = [x]
        for stage in range(3):
            x = functional.max_pool2d(fish_blocks(state, f"fish.fish.{stage}.0", x, counts[stage]), 2)
            taken.append(x)
        y = conv(state, "fish.fish.3.0.2", torch.relu(norm(state, "fish.fish.3.0.0", x)))
        y = conv(state, "fish.fish.3.1", torch.relu(norm(state, "fish.fish.3.0.3", y)))
        gate = torch.relu(norm(state, "fish.fish.3.3.0.0", y)).mean((2, 3), keepdim=True)
        gate = torch.sigmoid(conv(state, "fish.fish.3.3.0.5", torch.relu(conv(state, "fish.fish.3.3.0.3", gate))))
        x = fish_blocks(state, "fish.fish.3.2", y, counts[3]) * gate + gate
        taken.append(x)
        for stage in range(4, 10):
            up = stage < 7
            trunk = fish_blocks(state, f"fish.fish.{stage}.0", x, counts[stage], 2 ** (stage - 4) if up else 1)
            trunk = trunk.repeat_interleave(2, 2).repeat_interleave(2, 3) if up else functional.max_pool2d(trunk, 2)
            branch = taken[FISH_BRANCHES[stage - 4]]
            x = torch.cat([trunk, fish_blocks(state, f"fish.fish.{stage}.1", branch, transfers[stage - 4])], 1)
            taken.append(x)
        x = conv(state, "fish.fish.9.3.2", torch.relu(norm(state, "fish.fish.9.3.0", x)))
        x = torch.relu(norm(state, "fish.fish.9.3.3", x)).mean((2, 3), keepdim=True)
        return conv(state, "fish.fish.9.4.1", x).flatten(1)

    return network


REFERENCES: dict[str, Reference] = {
    "FeatherNetA": feather,
    "FeatherNetB": feather,
    **{name: lite(stages) for name, stages in LITE_STAGES.items()},
    "MobileNetV2": mobile,
    **{name: fish(name) for name in FISH_BLOCKS},
    "FeatherNetB-x3-concat": fused_concat,
    "FeatherNetB-x3-pipenet": fused_pipenet,
    "FeatherNetB-x3-cdc": fused_cdc,
}
