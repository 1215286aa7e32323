"""The model card of a checkpoint: what the checkpoint says, the published facts where it says nothing, and honesty."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, cast

import torch
from pydantic import ValidationError
from torch import nn

from fasdemo.errors import UserError
from fasdemo.frames import Stream
from fasdemo.models.card import CropSpec, InputSpec, ModelCard, OutputSpec, Threshold
from trainer import networks
from trainer.checkpoints.checkpoint import Checkpoint
from trainer.networks import FlexFusion

LIVE_INDEX = 1
"""Of every network's logits: the seeds' target is 1 for a live face."""

UNMEASURED = Threshold(
    live_above=0.99, spoof_below=0.5, rule="strict guess, chosen without any measurement", data="none"
)
UNMEASURED_LIMITS = "Nothing was measured: neither the threshold nor any error rate of this model is known."
ASSUMED_LIMITS = "How its pictures were encoded was not recorded; the training configuration's defaults are assumed."

_SINGLE_MEAN, _SINGLE_STD = 0.143, 0.1005
"""Grey depth of CASIA-SURF, as the published single-stream networks were trained (arXiv 1904.09290's code)."""
_FUSION_MEAN, _FUSION_STD = 127.5 / 255.0, 128.0 / 255.0
"""(x - 127.5) / 128 of OpenCV's BGR pictures, as the three-stream extension was trained."""


def published_inputs(network: nn.Module, modality: Stream = "depth") -> tuple[InputSpec, ...]:
    """How the published networks were fed: every stream as an 8-bit picture, replicated to three channels.

    Args:
        network: one whose inputs have three channels.
        modality: what a single-stream network looks at.

    Raises:
        UserError: the network's inputs have another number of channels, so it is not a published one.
    """
    shapes = cast("tuple[tuple[int, int, int], ...]", network.input_shapes)
    if any(shape[0] not in (1, 3) for shape in shapes):
        raise UserError(f"the network takes {[shape[0] for shape in shapes]} channels; fasdemo feeds 1 or 3.")
    streams = cast("tuple[Stream, ...] | None", getattr(network, "modalities", None))
    mean, std = (_SINGLE_MEAN, _SINGLE_STD) if streams is None else (_FUSION_MEAN, _FUSION_STD)
    return tuple(
        InputSpec(
            name=stream,
            modality=stream,
            channels=cast(Any, shape[0]),
            channel_order=("RGB" if streams is None else "BGR") if stream == "rgb" and shape[0] == 3 else "grey",
            mean=(mean,),
            std=(std,),
            depth_encoding="casia-surf-8bit" if stream == "depth" else None,
        )
        for stream, shape in zip(streams or (modality,), shapes, strict=True)
    )


def assumed_inputs(network: nn.Module) -> tuple[InputSpec, ...]:
    """What a network of this project was most likely trained on: the training configuration's defaults."""
    return tuple(
        spec.model_copy(
            update={
                "channel_order": "RGB" if spec.channels == 3 and spec.modality == "rgb" else "grey",
                "mean": (0.5,),
                "std": (0.25,),
                "depth_encoding": "face-relative-mm" if spec.modality == "depth" else None,
            }
        )
        for spec in published_inputs(network)
    )


def is_published_form(network: nn.Module) -> bool:
    """Whether a network takes what the published ones take: three channels of every stream."""
    shapes = cast("tuple[tuple[int, int, int], ...]", network.input_shapes)
    return not isinstance(network, FlexFusion) and all(shape[0] == 3 for shape in shapes)


def outputs_of(network: nn.Module) -> tuple[OutputSpec, ...]:
    """The card's outputs: one of logits, or of `FlexFusion` fused and one per stream."""
    training = network.training
    with torch.no_grad():
        given = network.eval()(*networks.example_inputs(network))
    network.train(training)
    if isinstance(network, FlexFusion):
        heads: tuple[Literal["fused", "rgb", "depth", "ir"], ...] = ("fused", *network.modalities)
        return tuple(OutputSpec(name=f"{head}_logits", head=head, classes=2, live_index=LIVE_INDEX) for head in heads)
    return (OutputSpec(name="logits", classes=given.shape[1], live_index=LIVE_INDEX),)


def card_of(checkpoint: Checkpoint, network: nn.Module, name: str, overrides: Mapping[str, Any]) -> ModelCard:
    """The card with which a checkpoint is exported.

    Each field comes from the first that has it: `overrides`, the checkpoint's `card`, its training configuration,
    and for the inputs `published_inputs` or `assumed_inputs`. Without thresholds the only policy is `default`, a
    strict guess, and `limits` says that nothing was measured.

    Raises:
        UserError: the facts do not make a valid card; says which field.
    """
    given = dict(checkpoint.card or {}) | dict(overrides)
    given.pop("sha256", None)
    facts: dict[str, Any] = {
        "name": name,
        "architecture": checkpoint.arch,
        "input_size": cast(Any, network.input_shapes)[0][1],
        "outputs": outputs_of(network),
        "training_data": "unknown",
    }
    if {"network", "input"} <= checkpoint.config.keys():
        from trainer.checkpoints import stream_model as judge
        from trainer.config import schema as config

        trained = config.check(checkpoint.config, "the checkpoint's config")
        streams = cast("tuple[Stream, ...]", getattr(network, "modalities", trained.network.modalities))
        facts["inputs"] = judge.input_specs(trained, streams)
        facts["crop"] = CropSpec(scale=trained.input.crop_scale)
        facts["recipe"] = f"configuration {trained.name}"
        if trained.data.folder is not None:
            facts["training_data"] = trained.data.folder.name
    elif "inputs" not in given and not is_published_form(network):
        facts["inputs"] = assumed_inputs(network)
        given["limits"] = " ".join(part for part in (given.get("limits", ""), ASSUMED_LIMITS) if part)
    elif "inputs" not in given:
        facts["inputs"] = published_inputs(network)
        # The published pictures are upright squares around the face.
        facts["crop"] = CropSpec(template="box-v1")
        facts["credits"] = (networks.entry(checkpoint.arch).paper,)
    if isinstance(network, FlexFusion):
        facts["presence_input"] = "presence"
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
            f"the checkpoint's card is not valid: {place}: {problem['msg']}; correct it and save again."
        ) from error
