"""A second model that decides how clearly a picture of a live face counts as live, one-sided distillation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime as ort
import torch
import torch.nn.functional as F
from torch import Tensor

from fasdemo.errors import UserError
from fasdemo.models.model_file import read_model
from trainer.config.schema import DEFAULT_MEAN, DEFAULT_STD, Config

_TEMPERATURE = 2.0
"""The teacher's log-odds are divided by this, because its scores are close to 0 or 1."""
_MARGIN = 2.0
"""Added to the teacher's log-odds: teachers that were trained on other cameras reject many live faces by a little."""
_BOX_FIELD = 0.65
"""Side of a `box-v1` crop of scale 1, relative to the field of a `keypoints-v1` crop (median of 58 faces)."""


class Teacher:
    """An ONNX model on colour that rates the pictures of each batch.

    Real cameras show blurred, hazy and tinted live faces, and so do recaptured photographs. Where the teacher, which
    was trained on real attacks, rates a live face as an attack, the network need not learn to accept it. Attacks keep
    their label, so the network does not learn the attacks that the teacher accepts.

    Args:
        path: ONNX model with a card, from this or another project.
        weight: share of the teacher in the label of a live face, 0 to 1.
        config: configuration of the training, whose colour input is converted to that of the teacher.

    Raises:
        UserError: the model cannot be read, needs more than colour, or sees more than the network.
    """

    def __init__(self, path: Path, weight: float, config: Config) -> None:
        model = read_model(path)
        card = model.card
        if card.modalities != ("rgb",) or "rgb" not in config.network.modalities:
            raise UserError(
                f"loss.teacher {path}: a teacher rates colour alone, but the model needs {'+'.join(card.modalities)} "
                f"and the network {'+'.join(config.network.modalities)}; choose another model or network."
            )
        field = card.crop.scale * (_BOX_FIELD if card.crop.template == "box-v1" else 1.0)
        if field > config.input.crop_scale:
            raise UserError(
                f"loss.teacher {path}: sees {field:.2f} times the face, more than the network "
                f"({config.input.crop_scale:.2f}); choose a network with a wider crop."
            )
        self._weight, self._place = weight, config.network.modalities.index("rgb")
        self._side = round(config.input.size * field / config.input.crop_scale)
        self._size, self._spec = card.input_size, card.inputs[0]
        self._output = next(output for output in card.outputs if output.head == "fused")
        self._mean, self._std = (
            torch.tensor(values, dtype=torch.float32).reshape(-1, 1, 1)
            for values in (config.input.mean.get("rgb", DEFAULT_MEAN), config.input.std.get("rgb", DEFAULT_STD))
        )
        self._reversed = config.input.channel_order != self._spec.channel_order
        options = ort.SessionOptions()
        options.intra_op_num_threads = torch.get_num_threads()
        self._session = ort.InferenceSession(model.content, options, providers=["CPUExecutionProvider"])

    def live_targets(self, pictures: list[Tensor], labels: Tensor) -> Tensor:
        """Return the target probability of "live" of each sample, float32 (N,): 0 for attacks, up to 1 for live faces.

        Args:
            pictures: the network's inputs, normalised, as in a batch.
            labels: int64 (N,), 0 attack, 1 live.
        """
        targets = labels.float()
        live = torch.nonzero(labels == 1)[:, 0]
        if len(live):
            opinion = torch.sigmoid((self._log_odds(pictures[self._place][live]) + _MARGIN) / _TEMPERATURE)
            targets[live] = 1 - self._weight + self._weight * opinion.to(targets)
        return targets

    def _log_odds(self, pictures: Tensor) -> Tensor:
        values = pictures.detach().float().cpu() * self._std + self._mean
        first = (values.shape[-1] - self._side) // 2
        view = values[..., first : first + self._side, first : first + self._side]
        view = F.interpolate(view, (self._size, self._size), mode="bilinear", antialias=True, align_corners=False)
        if self._reversed:
            view = view.flip(1)
        mean, std = (torch.tensor(v, dtype=torch.float32).reshape(-1, 1, 1) for v in (self._spec.mean, self._spec.std))
        feeds = {self._spec.name: ((view.clamp(0, 1) - mean) / std).contiguous().numpy().astype(np.float32)}
        found = torch.from_numpy(np.asarray(self._session.run([self._output.name], feeds)[0], np.float32))
        if self._output.kind == "logits":
            found = torch.softmax(found, 1)
        p = found[:, self._output.live_index].double().clamp(1e-7, 1 - 1e-7)
        return torch.log(p / (1 - p)).float()
