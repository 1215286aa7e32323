"""Opening of every kind of model that can be evaluated: checkpoints, published weights and exported ONNX files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from fasdemo.models.card import Calibration, ModelCard, Threshold
from fasdemo.models.model_file import read_model
from fasdemo.models.whole_picture import resize_side
from trainer.checkpoints import checkpoint
from trainer.checkpoints.published_weights import import_published
from trainer.checkpoints.stream_model import StreamModel, model_of_checkpoint, network_options
from trainer.config.schema import Config, check
from trainer.evaluation.evaluation import OperatingPoints

ARGMAX = Threshold(live_above=0.5, spoof_below=0.5, rule="the published argmax", data="none")


@dataclass(slots=True)
class Loaded:
    """A model that can be evaluated.

    Attributes:
        model: the network.
        config: its preprocessing; that of the card if the file contains no configuration.
        operating_points: calibration and thresholds of the file; None if it has none.
        saved: the checkpoint; None for an ONNX file.
    """

    model: StreamModel
    config: Config
    operating_points: OperatingPoints | None
    saved: checkpoint.Checkpoint | None


def open_model(path: Path, published: Config | None = None) -> Loaded:
    """Open a model file.

    Args:
        path: a checkpoint of this project, an exported `.onnx`, or, with `published`, any published checkpoint.
        published: the configuration that a published checkpoint belongs to.

    Raises:
        UserError: the file is missing, damaged or of another kind.
    """
    if path.suffix == ".onnx":
        file = read_model(path)
        return Loaded(
            OnnxStreamModel(file.content, file.card), config_of(file.card, path), operating_points_of(file.card), None
        )
    if published is not None and not _is_ours(path):
        imported = import_published(path, published.network.arch, network_options(published))
        model = StreamModel(imported.network, published.network.modalities, published.network.flexible)
        saved = checkpoint.Checkpoint(published.network.arch, {}, metrics=imported.facts)
        return Loaded(model, published, None, saved)
    saved = checkpoint.load(path)
    model = model_of_checkpoint(saved, str(path))
    card = _card(saved, model, path)
    config = check(saved.config, str(path)) if "network" in saved.config else config_of(card, path)
    measured = bool((saved.card or {}).get("thresholds"))
    return Loaded(model, config, operating_points_of(card) if measured else None, saved)


def uncalibrated() -> OperatingPoints:
    """Return the network's own probability with the published threshold 0.5."""
    return OperatingPoints(Calibration(), {}, {"argmax": ARGMAX}, "argmax")


def operating_points_of(card: ModelCard) -> OperatingPoints:
    """Return the calibration and the thresholds of a card."""
    return OperatingPoints(card.calibration, dict(card.subset_calibration), dict(card.thresholds), card.default_policy)


def config_of(card: ModelCard, path: Path) -> Config:
    """Return the configuration that preprocesses inputs as the card specifies."""
    depth = next((spec for spec in card.inputs if spec.modality == "depth"), None)
    inputs: dict[str, Any] = {
        "size": card.input_size,
        "crop_scale": card.crop.scale,
        "whole_picture": card.crop.whole_picture,
        "channels": {spec.modality: spec.channels for spec in card.inputs},
        "channel_order": "BGR" if any(spec.channel_order == "BGR" for spec in card.inputs) else "RGB",
        "mean": {spec.modality: spec.mean for spec in card.inputs},
        "std": {spec.modality: spec.std for spec in card.inputs},
        "resize": resize_side(card),
    }
    if depth is not None:
        inputs |= {"depth_encoding": depth.depth_encoding, "depth_range_mm": depth.depth_range_mm}
    infrared = next((spec for spec in card.inputs if spec.modality == "ir"), None)
    if infrared is not None:
        inputs["ir_encoding"] = infrared.ir_encoding
    flexible = card.presence_input is not None
    network = {"arch": card.architecture, "modalities": card.modalities, "flexible": flexible}
    return check({"name": card.name, "network": network, "input": inputs}, str(path))


class OnnxStreamModel(StreamModel):
    """An exported file with the interface of `StreamModel`, so that the shipped file itself is measured."""

    def __init__(self, content: bytes, card: ModelCard) -> None:
        import onnxruntime as ort

        options = ort.SessionOptions()
        options.intra_op_num_threads = torch.get_num_threads()
        super().__init__(nn.Identity(), card.modalities, card.presence_input is not None)
        self._session = ort.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        self._card = card

    def forward(self, pictures: Sequence[Tensor], masks: Sequence[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
        """Run the network once for each mask (see `StreamModel.forward`)."""
        card = self._card
        feed = {
            spec.name: np.ascontiguousarray(picture.float().cpu().numpy())
            for spec, picture in zip(card.inputs, pictures, strict=True)
        }
        fused: list[Tensor] = []
        own: list[Tensor] = []
        for mask in masks if self.flexible else masks[:1]:
            if card.presence_input is not None:
                feed[card.presence_input] = np.ascontiguousarray(mask.float().cpu().numpy())
            outputs = dict(
                zip(
                    [o.head for o in card.outputs], self._session.run([o.name for o in card.outputs], feed), strict=True
                )
            )
            fused.append(self._logits(outputs["fused"], "fused"))
            if not own:
                own = [self._logits(outputs[s], s) for s in self.modalities if s in outputs]
        return fused, own

    def _logits(self, values: np.ndarray[Any, np.dtype[np.float32]], head: str) -> Tensor:
        """Return logits with the live class at index 1, for every class order and output kind of the card."""
        output = next(o for o in self._card.outputs if o.head == head)
        tensor = torch.from_numpy(np.asarray(values, np.float32))
        if output.kind == "probabilities":
            tensor = tensor.clamp_min(1e-9).log()
        if output.classes == 1:
            return torch.cat([torch.zeros_like(tensor), tensor], 1)
        others = [k for k in range(output.classes) if k != output.live_index]
        return torch.cat([tensor[:, others[:1]], tensor[:, [output.live_index]], tensor[:, others[1:]]], 1)


def _card(saved: checkpoint.Checkpoint, model: StreamModel, path: Path) -> ModelCard:
    from trainer.checkpoints.card import card_of

    return card_of(saved, model.network, "model", {})


def _is_ours(path: Path) -> bool:
    content = checkpoint.read_torch(path)
    return isinstance(content, dict) and "schema" in content
