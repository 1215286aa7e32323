"""Common interface to single-stream networks, fusions and flexible networks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from fasdemo.errors import UserError
from fasdemo.frames import STREAMS, Stream
from fasdemo.models.card import InputSpec
from trainer import networks
from trainer.checkpoints import checkpoint
from trainer.config.schema import DEFAULT_MEAN, DEFAULT_STD, Config
from trainer.networks.example import modalities_of
from trainer.networks.featherlite import FeatherLite
from trainer.networks.fusion import Fusion


class StreamModel(nn.Module):
    """A network with its streams: images and presence masks in, logits out.

    Attributes:
        network: network of the registry.
        modalities: streams in the order in which the network takes them.
        flexible: whether the network has a presence input.
    """

    def __init__(self, network: nn.Module, modalities: tuple[Stream, ...], flexible: bool) -> None:
        super().__init__()
        self.network = network
        self.modalities = modalities
        self.flexible = flexible

    def forward(self, pictures: Sequence[Tensor], masks: Sequence[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
        """Compute logits.

        Args:
            pictures: one (N, C, S, S) tensor per stream.
            masks: presence masks (N, streams) of 0 and 1; ignored by networks that are not flexible.

        Returns:
            Fused logits (N, classes) for each mask, and own logits (N, classes) of each stream; the second list is
            empty for networks that are not flexible.
        """
        if not self.flexible:
            return [self.network(*pictures)], []
        network = self.network
        assert isinstance(network, networks.FlexFusion)
        levels, own = network.features(*pictures)
        return [network.fuse(levels, mask) for mask in masks], own


def model_of_checkpoint(saved: checkpoint.Checkpoint, where: str) -> StreamModel:
    """Return the model of a checkpoint, in eval mode.

    Args:
        saved: the checkpoint.
        where: name of the file, for errors.

    Raises:
        UserError: the architecture is unknown or the weights do not fit.
    """
    return _wrap(checkpoint.build_network(saved, where), _streams_of(saved))


def build_model(config: Config) -> tuple[StreamModel, dict[str, Any]]:
    """Return a new model, initialised from `network.init` where configured, and the options of its network.

    Raises:
        UserError: the network or an option is unknown, or a checkpoint of `network.init` does not fit.
    """
    options = network_options(config)
    network = networks.build(config.network.arch, **options)
    for part, path in config.network.init.items():
        _initialise_from(network, part, path, config.network.arch, options)
    return _wrap(network, config.network.modalities), options


def network_options(config: Config) -> dict[str, Any]:
    """Return the options for `networks.build`: those configured, with size, channels and streams filled in.

    Raises:
        UserError: the network is unknown, or takes one stream and several are configured.
    """
    known = networks.entry(config.network.arch)
    filled: dict[str, Any] = {}
    channels = {stream: config.input.channels.get(stream, 3) for stream in config.network.modalities}
    if "input_size" in known.options:
        filled["input_size"] = config.input.size
    if known.fusion:
        filled |= {"modalities": list(config.network.modalities), "in_channels": dict(channels)}
    else:
        if len(config.network.modalities) != 1:
            raise UserError(
                f"network.modalities: {config.network.arch} takes one stream, not "
                f"{'+'.join(config.network.modalities)}; give one, or choose a fusion."
            )
        if "in_channels" in known.options:
            filled["in_channels"] = channels[config.network.modalities[0]]
    return filled | config.network.options


def input_specs(config: Config, modalities: Sequence[Stream]) -> tuple[InputSpec, ...]:
    """Return the inputs for the model card, in the order of `modalities`."""
    specs = []
    for stream in modalities:
        channels = config.input.channels.get(stream, 3)
        specs.append(
            InputSpec(
                name=stream,
                modality=stream,
                channels=channels,
                channel_order=config.input.channel_order if stream == "rgb" and channels == 3 else "grey",
                mean=config.input.mean.get(stream, DEFAULT_MEAN),
                std=config.input.std.get(stream, DEFAULT_STD),
                depth_encoding=config.input.depth_encoding if stream == "depth" else None,
                depth_range_mm=config.input.depth_range_mm,
                ir_encoding=config.input.ir_encoding if stream == "ir" else "full-range-8bit",
                optional=config.network.flexible,
            )
        )
    return tuple(specs)


def initialised_parameters(config: Config, model: StreamModel) -> set[int]:
    """Return the ids of the parameters that were loaded by `network.init`; `optimiser.trunk_lr` applies to them."""
    network, found = model.network, set[int]()
    for part in config.network.init:
        if part == "all":
            modules: list[nn.Module] = [network]
        elif isinstance(network, networks.FlexFusion):
            modules = [network.stream(_stream(part))]
        elif isinstance(network, FeatherLite):
            modules = [network.get_submodule(part)]
        else:
            assert isinstance(network, Fusion)
            modules = [network.trunk(_stream(part))]
        found |= {id(parameter) for module in modules for parameter in module.parameters()}
    return found


def _stream(part: str) -> Stream:
    return STREAMS[STREAMS.index(part)]


def _wrap(network: nn.Module, modalities: Sequence[Stream]) -> StreamModel:
    return StreamModel(network, modalities_of(network) or tuple(modalities), isinstance(network, networks.FlexFusion))


def _streams_of(saved: checkpoint.Checkpoint) -> tuple[Stream, ...]:
    named = saved.config.get("network", {}).get("modalities") or [
        spec["modality"] for spec in (saved.card or {}).get("inputs", ())
    ]
    return tuple(stream for stream in named if stream in STREAMS) or ("depth",)


def _initialise_from(network: nn.Module, part: str, path: Path, arch: str, options: dict[str, Any]) -> None:
    if not path.is_file():
        raise UserError(f"network.init.{part}: {path}: no such file; train this stream first, or correct the path.")
    content = checkpoint.read_torch(path)
    if part == "all" and not (isinstance(content, dict) and "schema" in content):
        # A published file, such as ImageNet weights: everything but a classifier is taken.
        from trainer.checkpoints.published_weights import import_published

        prefixes = networks.entry(arch).classifier
        new_classifier = bool(prefixes) and any(key.startswith(prefixes) for key in network.state_dict())
        imported = import_published(path, arch, options, new_classifier=new_classifier)
        network.load_state_dict(imported.network.state_dict())
        return
    saved = checkpoint.load(path)
    state = saved.state_dict
    if part == "all":
        target = network.state_dict()
        known = networks.entry(saved.arch)
        # A classifier for another number of classes keeps its initial weights; everything else must fit.
        head = {k for k in {*target, *state} if known.classifier and k.startswith(known.classifier)}
        other = {k for k in head if k not in target or k not in state or state[k].shape != target[k].shape}
        kept = {k: v for k, v in state.items() if k not in other}
        checkpoint.load_weights(network, {**{k: target[k] for k in other & set(target)}, **kept}, str(path))
        return
    if isinstance(network, networks.FlexFusion):
        networks.load_stream(network, _stream(part), state)
    elif isinstance(network, FeatherLite):
        checkpoint.load_weights(network.get_submodule(part), state, str(path))
    elif isinstance(network, Fusion):
        trunk = {k.removeprefix("features."): v for k, v in state.items() if k.startswith("features.")}
        checkpoint.load_weights(network.trunk(_stream(part)), trunk, str(path))
    else:
        raise UserError(f"network.init.{part}: this network has no trunk per stream; use the key `all`.")


def channels_last(model: StreamModel) -> StreamModel:
    """Convert the weights to the channels-last memory format of the loader; faster on CPU and GPU."""
    converted: StreamModel = model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # not in torch's types
    return converted
