"""Model cards of checkpoints, completed with published facts and defaults if a checkpoint does not state them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from pydantic import ValidationError
from torch import nn

from fasdemo.errors import UserError
from fasdemo.frames import Stream
from fasdemo.models.card import CropSpec, Head, InputSpec, ModelCard, OutputSpec, Threshold, WholePicture
from trainer import networks
from trainer.checkpoints.checkpoint import Checkpoint
from trainer.checkpoints.stream_model import input_specs
from trainer.config.schema import DEFAULT_MEAN, DEFAULT_STD, check
from trainer.networks import FlexFusion
from trainer.networks.example import input_shapes, modalities_of
from trainer.networks.output import LIVE_INDEX

UNMEASURED = Threshold(
    live_above=0.99, spoof_below=0.5, rule="strict guess, chosen without any measurement", data="none"
)
UNMEASURED_LIMITS = "Nothing was measured: neither the threshold nor any error rate of this model is known."
ASSUMED_LIMITS = (
    "The encoding of its pictures was not recorded; the defaults of the training configuration are assumed."
)

_SINGLE_MEAN = (0.14300402, 0.1434545, 0.14277956)
_SINGLE_STD = (0.10050353, 0.100842826, 0.10034215)
"""Mean and standard deviation of the published single-stream networks (code of arXiv 1904.09290), for [0, 1]."""
_FUSION_MEAN, _FUSION_STD = (127.5 / 255.0,), (128.0 / 255.0,)
"""(x - 127.5) / 128 of 8-bit BGR images, as the published three-stream extension was trained."""


def published_inputs(network: nn.Module, modality: Stream = "depth") -> tuple[InputSpec, ...]:
    """Return the inputs of a published network: 8-bit images, grey ones replicated to three channels.

    Args:
        network: a network whose inputs have one or three channels.
        modality: stream of a single-stream network.

    Raises:
        UserError: an input of the network has another number of channels.
    """
    shapes = input_shapes(network)
    if any(shape[0] not in (1, 3) for shape in shapes):
        raise UserError(f"in_channels: the network takes {[shape[0] for shape in shapes]} channels; give 1 or 3.")
    streams = modalities_of(network)
    mean, std = (_SINGLE_MEAN, _SINGLE_STD) if streams is None else (_FUSION_MEAN, _FUSION_STD)
    return tuple(
        InputSpec(
            name=stream,
            modality=stream,
            channels=3 if shape[0] == 3 else 1,
            channel_order=("RGB" if streams is None else "BGR") if stream == "rgb" and shape[0] == 3 else "grey",
            mean=mean if shape[0] == 3 else mean[:1],
            std=std if shape[0] == 3 else std[:1],
            depth_encoding="casia-surf-8bit" if stream == "depth" else None,
        )
        for stream, shape in zip(streams or (modality,), shapes, strict=True)
    )


def assumed_inputs(network: nn.Module) -> tuple[InputSpec, ...]:
    """Return the inputs of a network of this project by the defaults of the training configuration."""
    return tuple(
        spec.model_copy(
            update={
                "channel_order": "RGB" if spec.channels == 3 and spec.modality == "rgb" else "grey",
                "mean": DEFAULT_MEAN,
                "std": DEFAULT_STD,
                "depth_encoding": "face-relative-mm" if spec.modality == "depth" else None,
            }
        )
        for spec in published_inputs(network)
    )


def is_published_form(network: nn.Module) -> bool:
    """Return whether a network has the inputs of the published ones: three channels of every stream."""
    return not isinstance(network, FlexFusion) and all(shape[0] == 3 for shape in input_shapes(network))


def outputs_of(network: nn.Module) -> tuple[OutputSpec, ...]:
    """Return the outputs for the card: one vector of logits, or for `FlexFusion` those of its exported graph."""
    training = network.training
    with torch.no_grad():
        given = network.eval()(*networks.example_inputs(network))
    network.train(training)
    if isinstance(network, FlexFusion):
        heads: list[Head] = ["fused", *network.modalities]
        heads += ["fused_without_rgb"] if network.rates_without_rgb else []
        return tuple(OutputSpec(name=f"{head}_logits", head=head, classes=2, live_index=LIVE_INDEX) for head in heads)
    return (OutputSpec(name="logits", classes=given.shape[1], live_index=LIVE_INDEX),)


def card_of(checkpoint: Checkpoint, network: nn.Module, name: str, overrides: Mapping[str, Any]) -> ModelCard:
    """Return the card with which a checkpoint is exported.

    Each field is taken from the first source that has it: `overrides`, the checkpoint's `card`, its training
    configuration, and for the inputs `published_inputs` or `assumed_inputs`. Without thresholds the card has only the
    policy `default`, a strict guess, and `limits` states that nothing was measured.

    Args:
        checkpoint: the checkpoint.
        network: its network.
        name: name of the model.
        overrides: fields of `ModelCard` that take precedence.

    Raises:
        UserError: a field of the card is not valid; the message names it.
    """
    given = dict(checkpoint.card or {}) | dict(overrides)
    given.pop("sha256", None)
    facts: dict[str, Any] = {
        "name": name,
        "architecture": checkpoint.arch,
        "input_size": input_shapes(network)[0][1],
        "outputs": outputs_of(network),
        "training_data": "unknown",
    }
    if {"network", "input"} <= checkpoint.config.keys():
        trained = check(checkpoint.config, "the checkpoint's config")
        facts["inputs"] = input_specs(trained, modalities_of(network) or trained.network.modalities)
        facts["crop"] = CropSpec(scale=trained.input.crop_scale, whole_picture=trained.input.whole_picture)
        facts["recipe"] = f"configuration {trained.name}"
        if trained.data.folder is not None:
            facts["training_data"] = trained.data.folder.name
    elif "inputs" not in given and not is_published_form(network):
        facts["inputs"] = assumed_inputs(network)
        given["limits"] = " ".join(part for part in (given.get("limits", ""), ASSUMED_LIMITS) if part)
    elif "inputs" not in given:
        facts["inputs"] = published_inputs(network)
        # The published training images are upright squares around the face.
        whole: WholePicture = "cv2-stretch" if networks.entry(checkpoint.arch).fusion else "pil-bilinear"
        facts["crop"] = CropSpec(template="box-v1", whole_picture=whole)
        facts["credits"] = (networks.entry(checkpoint.arch).paper,)
    if isinstance(network, FlexFusion):
        facts["presence_input"] = "presence"
        # Checkpoints of earlier versions have a card without the fused logits without RGB.
        given.pop("outputs", None)
        if "inputs" in facts:
            facts["inputs"] = tuple(spec.model_copy(update={"optional": True}) for spec in facts["inputs"])
    if not given.get("thresholds"):
        facts |= {"thresholds": {"default": UNMEASURED}, "default_policy": "default"}
        given = {key: value for key, value in given.items() if key not in ("thresholds", "default_policy")}
        given["limits"] = " ".join(part for part in (UNMEASURED_LIMITS, given.get("limits", "")) if part)
    elif "default_policy" not in given:
        facts["default_policy"] = next(iter(given["thresholds"]))
    try:
        return ModelCard.model_validate(facts | given)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, problem["loc"])) or "card"
        raise UserError(
            f"the checkpoint's card is not valid: {place}: {problem['msg']}; correct the field and save again."
        ) from error
