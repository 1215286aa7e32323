"""Conversion of a torch network to an ONNX graph without a card."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import onnx
import torch
from torch import Tensor, nn

from trainer.export.folded import folded
from trainer.export.graph_network import GraphNetwork
from trainer.export.stacked import StackedFlexFusion
from trainer.networks import FlexFusion, example_inputs

OPSET = 20
"""ONNX operator set of exported files."""


class _Fixed(nn.Module):
    """Wrapper with one parameter, a tuple of tensors, whose elements the exporter can name."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        outputs: Tensor | tuple[Tensor, ...] = self.network(*inputs)
        return (outputs,) if isinstance(outputs, Tensor) else tuple(outputs)


def graph_of(network: nn.Module, inputs: Sequence[str], outputs: Sequence[str]) -> onnx.ModelProto:
    """Return the graph of a network for any batch size, with these names of inputs and outputs."""
    plain = folded(network)
    if isinstance(plain, FlexFusion):
        plain = StackedFlexFusion(plain)
    dimension = torch.export.Dim("batch", min=1, max=4096)
    example = example_inputs(network, batch=2)
    with quiet():
        program = torch.onnx.export(
            _Fixed(plain),
            (example,),
            input_names=list(inputs),
            output_names=list(outputs),
            dynamic_shapes=(tuple({0: dimension} for _ in example),),
            opset_version=OPSET,
            dynamo=True,
            external_data=False,
            verbose=False,
        )
    assert program is not None
    return program.model_proto


def export_graph(network: nn.Module, inputs: Sequence[str], path: str | Path) -> None:
    """Write the graph without a card, for timing; its outputs are named `output_0`, `output_1`, ..."""
    with torch.no_grad():
        count = len(GraphNetwork(network)(*example_inputs(network)))
    onnx.save_model(graph_of(network, inputs, [f"output_{index}" for index in range(count)]), str(path))


def strip(model: onnx.ModelProto) -> None:
    """Remove debugging data of the exporter: stack traces with local paths, and unused operator sets."""
    used = {node.domain for node in model.graph.node}
    kept = [(entry.domain, entry.version) for entry in model.opset_import if entry.domain in used]
    del model.opset_import[:]
    model.opset_import.extend(onnx.helper.make_opsetid(domain, version) for domain, version in kept)
    del model.metadata_props[:]
    graph = model.graph
    graph.name, graph.doc_string = "network", ""
    for part in (graph, *graph.node, *graph.input, *graph.output, *graph.value_info, *graph.initializer):
        part.doc_string = ""
        del part.metadata_props[:]


@contextmanager
def quiet() -> Iterator[None]:
    """Suppress warnings of the exporter and ONNX Runtime, which a user cannot act on."""
    previous = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(previous)
