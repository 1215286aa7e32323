"""From a trained network to an ONNX file that fasdemo runs: exported, checked, compared, with its card inside.

The card goes into the file's metadata under `CARD_KEY`, and beside the file as JSON with the file's sha256. The
graph gives logits; softmax is taken once, in fasdemo, as the card's `kind` says.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime as ort
import torch
from onnxruntime import quantization
from onnxruntime.quantization.shape_inference import quant_pre_process
from torch import nn

from fasdemo.errors import UserError
from fasdemo.models.card import CARD_KEY, ModelCard
from trainer.export.onnx_graph import as_tuple, graph_of, quiet, strip
from trainer.networks import FlexFusion, example_inputs

Feed = Mapping[str, npt.NDArray[np.float32]]
"""Input name to float32 (N, ...), as `fasdemo.models.encode.encode_batch` makes it."""

TOLERANCE = 1e-4
"""Largest difference between ONNX Runtime and torch, relative to the largest logit where that exceeds 1."""


@dataclass(frozen=True, slots=True)
class Difference:
    """How far two files' (or a file's and a network's) answers lie apart.

    Attributes:
        logits: largest absolute difference of a logit, divided by the largest logit where that exceeds 1.
        live: largest absolute difference of the fused live probability.
        samples: number of samples compared.
    """

    logits: float
    live: float
    samples: int


def export_onnx(network: nn.Module, card: ModelCard, path: str | Path, samples: Sequence[Feed] | None = None) -> Path:
    """Write `path` and the card beside it; neither is touched unless everything is right.

    Args:
        network: of `trainer.networks.build`; the same after the call as before.
        card: its inputs stand in the order in which the network takes them, its outputs in the order in which the
            network gives them. `sha256` is ignored.
        path: of the ONNX file, ending in `.onnx`.
        samples: real encoded crops, on which the file is compared with the network; random ones if None.

    Raises:
        UserError: the card does not fit the network, the file differs from the network by more than `TOLERANCE`,
            or the place cannot be written.
    """
    path = _target(path)
    check_card(network, card)
    training = network.training
    network.eval()
    try:
        model = graph_of(network, input_names(card), [output.name for output in card.outputs])
        with _beside(path) as temporary:
            _save(model, card, temporary)
            found = compare_with_network(temporary, network, card, samples or example_feeds(network, card))
            if not found.logits <= TOLERANCE:
                raise UserError(
                    f"{path}: not written, because ONNX Runtime differs from torch by {found.logits:.1e}, more than "
                    f"{TOLERANCE:.0e}; the network uses an operation that the exporter does not carry over exactly."
                )
            _publish(temporary, card, path)
    finally:
        network.train(training)
    return path


def quantise(source: str | Path, path: str | Path, calibration: Sequence[Feed], name: str | None = None) -> Path:
    """Write an INT8 version of an exported file: QDQ, per channel, QUInt8 activations and QInt8 weights.

    Args:
        source: a file of `export_onnx`.
        path: of the new file.
        calibration: encoded real crops; activations' ranges are measured on them.
        name: the card's new name; the old one with `-int8` if None.

    Raises:
        UserError: no calibration samples, or the place cannot be written.
    """
    source, path = Path(source), _target(path)
    if not calibration:
        raise UserError("--int8: no calibration crops; give a folder with at least a few dozen real faces.")
    card = read_card(source)
    card = card.model_copy(update={"name": name or f"{card.name[:75]}-int8"})
    with _beside(path) as temporary, _beside(path, "prepared") as prepared, quiet():
        quant_pre_process(str(source), str(prepared), skip_symbolic_shape=True)
        quantization.quantize_static(
            str(prepared),
            str(temporary),
            _Reader(calibration),
            quant_format=quantization.QuantFormat.QDQ,
            activation_type=quantization.QuantType.QUInt8,
            weight_type=quantization.QuantType.QInt8,
            per_channel=True,
            # Where and the gates carry presence, which is 0 or 1 and gains nothing from 8 bits.
            op_types_to_quantize=["Conv", "Add", "AveragePool", "MaxPool", "Clip", "Relu", "Concat", "Resize"],
        )
        _save(onnx.load(str(temporary)), card, temporary)
        _publish(temporary, card, path)
    return path


def replace_card(path: str | Path, card: ModelCard) -> None:
    """Give an exported file another card, inside and beside it; the graph stays as it is.

    Raises:
        UserError: the place cannot be written.
    """
    path = Path(path)
    with _beside(path) as temporary:
        _save(onnx.load(str(path)), card, temporary)
        _publish(temporary, card, path)


class _Reader(quantization.CalibrationDataReader):  # type: ignore[misc]
    def __init__(self, feeds: Sequence[Feed]) -> None:
        self._feeds = iter(feeds)

    def get_next(self) -> dict[str, Any] | None:
        """The next feed; None at the end."""
        feed = next(self._feeds, None)
        return None if feed is None else dict(feed)


def read_card(path: str | Path) -> ModelCard:
    """The card inside an ONNX file.

    Raises:
        UserError: it has none.
    """
    metadata = {entry.key: entry.value for entry in onnx.load(str(path), load_external_data=False).metadata_props}
    if CARD_KEY not in metadata:
        raise UserError(f"{path}: has no model card; export it with `python -m trainer export`.")
    return ModelCard.model_validate_json(metadata[CARD_KEY])


def input_names(card: ModelCard) -> list[str]:
    """The graph's inputs: the pictures in the card's order, then presence where there is one."""
    return [spec.name for spec in card.inputs] + ([card.presence_input] if card.presence_input else [])


def check_card(network: nn.Module, card: ModelCard) -> None:
    """Compare what the card says with what the network takes and gives.

    Raises:
        UserError: says which of inputs, sizes, presence and outputs do not agree.
    """
    names = input_names(card) + [output.name for output in card.outputs]
    if len(set(names)) != len(names):
        raise UserError(f"model card {card.name}: inputs and outputs need different names; correct the card.")
    wanted = [(spec.channels, card.input_size, card.input_size) for spec in card.inputs]
    shapes = list(cast("tuple[tuple[int, int, int], ...]", network.input_shapes))
    if wanted != shapes:
        raise UserError(
            f"model card {card.name}: its inputs are {wanted}, the network takes {shapes}; correct the card."
        )
    modalities = getattr(network, "modalities", None)
    if modalities is not None and tuple(modalities) != card.modalities:
        raise UserError(
            f"model card {card.name}: its inputs are {', '.join(card.modalities)}, the network takes "
            f"{', '.join(modalities)} in this order; correct the card."
        )
    flexible = isinstance(network, FlexFusion)
    if flexible != (card.presence_input is not None):
        word = "needs" if flexible else "has no"
        raise UserError(f"model card {card.name}: the network {word} a presence input; correct the card.")
    training = network.training
    with torch.no_grad():
        given = as_tuple(network.eval()(*example_inputs(network)))
    network.train(training)
    classes = [output.shape[1] for output in given]
    if classes != [output.classes for output in card.outputs]:
        raise UserError(
            f"model card {card.name}: its outputs have {[output.classes for output in card.outputs]} classes, the "
            f"network gives {classes}; correct the card."
        )
    if flexible and tuple(output.head for output in card.outputs) != ("fused", *card.modalities):
        raise UserError(
            f"model card {card.name}: outputs must be fused, {', '.join(card.modalities)}; correct the card."
        )


def example_feeds(network: nn.Module, card: ModelCard) -> list[Feed]:
    """Random feeds of batch 1 and of a batch in which each subset of streams occurs."""
    feeds: list[Feed] = []
    for seed, batch in enumerate((1, 2 ** len(card.inputs))):
        tensors = example_inputs(network, batch, seed)
        feeds.append({name: tensor.numpy() for name, tensor in zip(input_names(card), tensors, strict=True)})
    return feeds


def compare_with_network(path: str | Path, network: nn.Module, card: ModelCard, feeds: Sequence[Feed]) -> Difference:
    """An ONNX file on the CPU against the network it came from."""
    given = []
    with torch.no_grad():
        for feed in feeds:
            tensors = [torch.from_numpy(np.asarray(feed[name], np.float32)) for name in input_names(card)]
            given.append([output.numpy() for output in as_tuple(network(*tensors))])
    return _difference(given, answers(path, card, feeds), card)


def compare_files(first: str | Path, second: str | Path, feeds: Sequence[Feed]) -> Difference:
    """Two ONNX files with the same inputs and outputs, on the CPU."""
    card = read_card(first)
    return _difference(answers(first, card, feeds), answers(second, card, feeds), card)


def answers(path: str | Path, card: ModelCard, feeds: Sequence[Feed]) -> list[list[npt.NDArray[np.float32]]]:
    """Run an ONNX file on the CPU; per feed the card's outputs in their order."""
    names = [output.name for output in card.outputs]
    running = session(path)
    return [list(running.run(names, dict(feed))) for feed in feeds]


def session(path: str | Path, threads: int = 2) -> ort.InferenceSession:
    """A CPU session."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def live_probability(logits: npt.NDArray[np.float32], live_index: int) -> npt.NDArray[np.float64]:
    """softmax(.)[live_index] of logits (N, classes), float64 (N,)."""
    wide = logits.astype(np.float64)
    powers = np.exp(wide - wide.max(1, keepdims=True))
    return np.asarray(powers[:, live_index] / powers.sum(1))


def _difference(
    first: list[list[npt.NDArray[np.float32]]], second: list[list[npt.NDArray[np.float32]]], card: ModelCard
) -> Difference:
    fused = next(index for index, output in enumerate(card.outputs) if output.head == "fused")
    live_index = card.outputs[fused].live_index
    logits = live = 0.0
    for a, b in zip(first, second, strict=True):
        for one, other in zip(a, b, strict=True):
            distance = float(np.abs(one - other).max()) / max(1.0, float(np.abs(one).max()))
            # NumPy's maximum keeps a NaN, Python's may lose it.
            logits = float(np.maximum(logits, distance))
        change = np.abs(live_probability(a[fused], live_index) - live_probability(b[fused], live_index))
        live = float(np.maximum(live, change.max()))
    return Difference(logits, live, sum(len(a[fused]) for a in first))


def _save(model: onnx.ModelProto, card: ModelCard, path: Path) -> None:
    strip(model)
    onnx.helper.set_model_props(model, {CARD_KEY: card.model_dump_json(exclude={"sha256"})})
    model.producer_name, model.producer_version, model.doc_string = "fasdemo trainer", "", ""
    onnx.checker.check_model(model, full_check=True)
    onnx.save_model(model, str(path))


def _publish(temporary: Path, card: ModelCard, path: Path) -> None:
    digest = hashlib.sha256(temporary.read_bytes()).hexdigest()
    text = card.model_copy(update={"sha256": digest}).model_dump_json(indent=2) + "\n"
    with _beside(path.with_suffix(".json")) as beside:
        beside.write_text(text, encoding="utf-8")
        # The old card must not vouch for the new file, not even for a moment.
        path.with_suffix(".json").unlink(missing_ok=True)
        temporary.replace(path)
        beside.replace(path.with_suffix(".json"))


def _target(path: str | Path) -> Path:
    path = Path(path)
    if path.suffix != ".onnx":
        raise UserError(f"--output {path}: has to end in .onnx.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"--output {path}: cannot be written ({error.strerror}); choose another place.") from error
    if path.is_dir() or not os.access(path.parent, os.W_OK):
        raise UserError(f"--output {path}: cannot be written; choose another place.")
    return path


@contextmanager
def _beside(path: Path, kind: str = "part") -> Iterator[Path]:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{kind}")
    try:
        yield temporary
    except OSError as error:
        raise UserError(f"{path}: cannot be written ({error}); free some space or choose another place.") from error
    finally:
        temporary.unlink(missing_ok=True)
