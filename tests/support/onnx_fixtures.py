"""Small real ONNX models for tests: the mean of each input channel, weighted, is the live logit."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from fasdemo.frames import Stream
from fasdemo.models.card import CARD_KEY, InputSpec, ModelCard, OutputSpec, Threshold

SIZE = 48


def make_card(streams: Sequence[Stream] = ("rgb", "depth", "ir"), optional: bool = False, **changes: Any) -> ModelCard:
    """A card that fits `make_model` of the same streams."""
    inputs = tuple(
        InputSpec(
            name=stream,
            modality=stream,
            channels=3 if stream == "rgb" else 1,
            channel_order="RGB" if stream == "rgb" else "grey",
            mean=(0.0,),
            std=(1.0,),
            depth_encoding="face-relative-mm" if stream == "depth" else None,
            optional=optional,
        )
        for stream in streams
    )
    fields: dict[str, Any] = {
        "name": "mean-" + "-".join(streams),
        "architecture": "test",
        "input_size": SIZE,
        "inputs": inputs,
        "presence_input": "presence" if optional else None,
        "outputs": (
            OutputSpec(name="logits", head="fused", classes=2, live_index=1),
            *(OutputSpec(name=f"{stream}_logits", head=stream, classes=2, live_index=1) for stream in streams),
        ),
        "thresholds": {
            "balanced": Threshold(live_above=0.7, spoof_below=0.3, rule="chosen by hand", data="none"),
            "strict": Threshold(live_above=0.9, spoof_below=0.5, rule="chosen by hand", data="none"),
        },
        "default_policy": "balanced",
        "training_data": "none",
    }
    return ModelCard(**{**fields, **changes})


def make_graph(
    streams: Sequence[Stream] = ("rgb", "depth", "ir"),
    optional: bool = False,
    gain: float = 8.0,
    bias: float = -4.0,
    batch: int | str = "N",
    softmax: bool = False,
    size: int | str = SIZE,
) -> onnx.ModelProto:
    """Per stream the logit is `gain * mean + bias`, for present streams; fused is their mean. Class 0 has logit 0."""
    nodes, inputs, outputs, initial = [], [], [], []
    initial.append(numpy_helper.from_array(np.array([1], np.int64), "axis1"))
    initial.append(numpy_helper.from_array(np.array([1, 2, 3], np.int64), "axes"))
    initial.append(numpy_helper.from_array(np.array(gain, np.float32), "gain"))
    initial.append(numpy_helper.from_array(np.array(bias, np.float32), "bias"))
    initial.append(numpy_helper.from_array(np.array(1.0 / len(streams), np.float32), "share"))
    initial.append(numpy_helper.from_array(np.array(0.0, np.float32), "zero"))
    for stream in streams:
        channels = 3 if stream == "rgb" else 1
        inputs.append(helper.make_tensor_value_info(stream, TensorProto.FLOAT, [batch, channels, size, size]))
        nodes.append(helper.make_node("ReduceMean", [stream, "axes"], [f"{stream}_mean4"], keepdims=0))
        nodes.append(helper.make_node("Unsqueeze", [f"{stream}_mean4", "axis1"], [f"{stream}_mean"]))
        nodes.append(helper.make_node("Mul", [f"{stream}_mean", "gain"], [f"{stream}_scaled"]))
        nodes.append(helper.make_node("Add", [f"{stream}_scaled", "bias"], [f"{stream}_live"]))
        nodes.append(helper.make_node("Mul", [f"{stream}_live", "zero"], [f"{stream}_spoof"]))
        nodes.append(helper.make_node("Concat", [f"{stream}_spoof", f"{stream}_live"], [f"{stream}_logits"], axis=1))
        outputs.append(helper.make_tensor_value_info(f"{stream}_logits", TensorProto.FLOAT, [batch, 2]))
    nodes.append(helper.make_node("Concat", [f"{stream}_live" for stream in streams], ["all"], axis=1))
    if optional:
        inputs.append(helper.make_tensor_value_info("presence", TensorProto.FLOAT, [batch, len(streams)]))
        nodes.append(helper.make_node("Mul", ["all", "presence"], ["weighted"]))
        nodes.append(helper.make_node("ReduceSum", ["weighted", "axis1"], ["sum"], keepdims=1))
        nodes.append(helper.make_node("ReduceSum", ["presence", "axis1"], ["count"], keepdims=1))
        nodes.append(helper.make_node("Div", ["sum", "count"], ["live"]))
    else:
        nodes.append(helper.make_node("ReduceSum", ["all", "axis1"], ["sum"], keepdims=1))
        nodes.append(helper.make_node("Mul", ["sum", "share"], ["live"]))
    nodes.append(helper.make_node("Mul", ["live", "zero"], ["spoof"]))
    nodes.append(helper.make_node("Concat", ["spoof", "live"], ["raw" if softmax else "logits"], axis=1))
    if softmax:
        nodes.append(helper.make_node("Softmax", ["raw"], ["logits"], axis=1))
    outputs.insert(0, helper.make_tensor_value_info("logits", TensorProto.FLOAT, [batch, 2]))
    graph = helper.make_graph(nodes, "mean", inputs, outputs, initial)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)])
    model.ir_version = 9
    onnx.checker.check_model(model)
    return model


def save(model: onnx.ModelProto, path: Path, card: ModelCard | None, beside: bool = False) -> Path:
    """Write the model with its card inside, and beside it with the hash where asked."""
    if card is not None:
        helper.set_model_props(model, {CARD_KEY: card.model_dump_json()})
    path.write_bytes(model.SerializeToString())
    if card is not None and beside:
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        path.with_suffix(".json").write_text(card.model_copy(update={"sha256": sha256}).model_dump_json())
    return path


def make_model(
    path: Path, streams: Sequence[Stream] = ("rgb", "depth", "ir"), optional: bool = False, **card_changes: Any
) -> Path:
    """A complete model file."""
    return save(make_graph(streams, optional), path, make_card(streams, optional, **card_changes))
