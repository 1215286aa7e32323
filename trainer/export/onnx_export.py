"""Export of a trained network to an ONNX file with a model card, checked against the network.

The card is stored in the metadata of the file under `CARD_KEY`, and beside the file as JSON with its sha256. The graph
returns logits; fasdemo applies softmax because of the `kind` of the card's outputs.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime as ort
import torch
from torch import nn

from fasdemo.atomic_file import replacing
from fasdemo.errors import UserError
from fasdemo.models.card import CARD_KEY, ModelCard
from trainer.export.graph_network import GraphNetwork
from trainer.export.onnx_graph import graph_of, strip
from trainer.networks import FlexFusion, example_inputs
from trainer.networks.example import input_shapes, modalities_of

Feed = Mapping[str, npt.NDArray[np.float32]]
"""Input name to float32 (N, ...), as `fasdemo.models.encode.encode_batch` returns it."""

TOLERANCE = 1e-4
"""Largest accepted difference between ONNX Runtime and torch, relative to the largest logit if that exceeds 1."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Difference between the outputs of a file and its network.

    Attributes:
        logits: largest absolute difference of a logit, divided by the largest logit if that exceeds 1.
        live: largest absolute difference of the fused live probability.
        samples: number of compared samples.
    """

    logits: float
    live: float
    samples: int


def export_onnx(network: nn.Module, card: ModelCard, path: str | Path, samples: Sequence[Feed] | None = None) -> Path:
    """Write an ONNX file and its card beside it; existing files are only replaced after all checks.

    Args:
        network: a network of `trainer.networks.build`; it is not changed.
        card: model card with inputs and outputs in the order of the network; `sha256` is ignored.
        path: path of the ONNX file, ending in `.onnx`.
        samples: encoded crops on which the file is compared with the network; random ones if None.

    Returns:
        The path.

    Raises:
        UserError: the card does not fit the network, the outputs of the file differ from those of the network by more
            than `TOLERANCE`, or the file cannot be written.
    """
    path = _target(path)
    check_card(network, card)
    training = network.training
    network.eval()
    try:
        model = graph_of(network, input_names(card), [output.name for output in card.outputs])
        with _replacing_model(path) as (model_file, card_file):
            _save(model, card, model_file)
            found = compare_with_network(model_file, network, card, samples or example_feeds(network, card))
            if not found.logits <= TOLERANCE:
                raise UserError(
                    f"{path}: not written, because ONNX Runtime differs from torch by {found.logits:.1e}, more than "
                    f"{TOLERANCE:.0e}; replace the operation of the network that the exporter does not reproduce."
                )
            _write_card(card, model_file, card_file)
    finally:
        network.train(training)
    return path


def read_card(path: str | Path) -> ModelCard:
    """Return the card of an ONNX file.

    Raises:
        UserError: the file has no card.
    """
    metadata = {entry.key: entry.value for entry in onnx.load(str(path), load_external_data=False).metadata_props}
    if CARD_KEY not in metadata:
        raise UserError(f"{path}: has no model card; export it with `python -m trainer export`.")
    return ModelCard.model_validate_json(metadata[CARD_KEY])


def input_names(card: ModelCard) -> list[str]:
    """Return the names of the inputs: the streams in the order of the card, then presence if there is one."""
    return [spec.name for spec in card.inputs] + ([card.presence_input] if card.presence_input else [])


def check_card(network: nn.Module, card: ModelCard) -> None:
    """Check that a card fits a network.

    Raises:
        UserError: inputs, sizes, presence or outputs differ; the message names the difference.
    """
    names = input_names(card) + [output.name for output in card.outputs]
    if len(set(names)) != len(names):
        raise UserError(f"model card {card.name}: two inputs or outputs have the same name; give different names.")
    wanted = [(spec.channels, card.input_size, card.input_size) for spec in card.inputs]
    shapes = list(input_shapes(network))
    if wanted != shapes:
        raise UserError(
            f"model card {card.name}: its inputs are {wanted}, those of the network {shapes}; correct the card."
        )
    modalities = modalities_of(network)
    if modalities is not None and modalities != card.modalities:
        raise UserError(
            f"model card {card.name}: its inputs are {', '.join(card.modalities)}, those of the network "
            f"{', '.join(modalities)}; correct the card."
        )
    flexible = isinstance(network, FlexFusion)
    if flexible != (card.presence_input is not None):
        verb = "needs a" if flexible else "has no"
        raise UserError(f"model card {card.name}: the network {verb} presence input; correct the card.")
    training = network.training
    with torch.no_grad():
        given = GraphNetwork(network).eval()(*example_inputs(network))
    network.train(training)
    classes = [output.shape[1] for output in given]
    if classes != [output.classes for output in card.outputs]:
        raise UserError(
            f"model card {card.name}: its outputs have {[output.classes for output in card.outputs]} classes, those of "
            f"the network {classes}; correct the card."
        )
    heads = ("fused", *card.modalities, *(["fused_without_rgb"] if flexible and network.rates_without_rgb else []))
    if flexible and tuple(output.head for output in card.outputs) != heads:
        raise UserError(f"model card {card.name}: outputs must be {', '.join(heads)}; correct the card.")


def example_feeds(network: nn.Module, card: ModelCard) -> list[Feed]:
    """Return random feeds: one of batch size 1, and one in which every subset of streams occurs."""
    feeds: list[Feed] = []
    for seed, batch in enumerate((1, 2 ** len(card.inputs))):
        tensors = example_inputs(network, batch, seed)
        feeds.append({name: tensor.numpy() for name, tensor in zip(input_names(card), tensors, strict=True)})
    return feeds


def compare_with_network(path: str | Path, network: nn.Module, card: ModelCard, feeds: Sequence[Feed]) -> Difference:
    """Compare an ONNX file on the CPU with its network."""
    given = []
    with torch.no_grad():
        for feed in feeds:
            tensors = [torch.from_numpy(np.asarray(feed[name], np.float32)) for name in input_names(card)]
            given.append([output.numpy() for output in GraphNetwork(network)(*tensors)])
    return _difference(given, answers(path, card, feeds), card)


def answers(path: str | Path, card: ModelCard, feeds: Sequence[Feed]) -> list[list[npt.NDArray[np.float32]]]:
    """Run an ONNX file on the CPU; return, for each feed, the outputs in the order of the card."""
    names = [output.name for output in card.outputs]
    running = session(path)
    return [list(running.run(names, dict(feed))) for feed in feeds]


def session(path: str | Path, threads: int = 2) -> ort.InferenceSession:
    """Return an ONNX Runtime session on the CPU."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def live_probability(logits: npt.NDArray[np.float32], live_index: int) -> npt.NDArray[np.float64]:
    """Return softmax(logits)[live_index], float64 (N,), of logits (N, classes)."""
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
            # np.maximum propagates NaN, max() may drop it.
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


def _write_card(card: ModelCard, model_file: Path, card_file: Path) -> None:
    digest = hashlib.sha256(model_file.read_bytes()).hexdigest()
    text = card.model_copy(update={"sha256": digest}).model_dump_json(indent=2) + "\n"
    card_file.write_text(text, encoding="utf-8")


def _target(path: str | Path) -> Path:
    path = Path(path)
    if path.suffix != ".onnx":
        raise UserError(f"{path}: the name does not end in .onnx; give a name that does.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{path}: cannot be written ({error.strerror}); choose another place.") from error
    if path.is_dir() or not os.access(path.parent, os.W_OK):
        raise UserError(f"{path}: cannot be written; choose another place.")
    return path


@contextmanager
def _replacing_model(path: Path) -> Iterator[tuple[Path, Path]]:
    """Yield temporary files for a model and its card, which replace both if the block ends without an error."""
    old_card = path.with_suffix(".json")
    try:
        with replacing(old_card) as card_file, replacing(path) as model_file:
            yield model_file, card_file
            # Remove the old card before the model is replaced, so that it is never beside the new model.
            old_card.unlink(missing_ok=True)
    except OSError as error:
        raise UserError(f"{path}: cannot be written ({error}); free some space or choose another place.") from error
