"""The exported form of FlexFusion: other operations, the same answers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
import torch

from tests.support.network_weights import settle
from trainer import networks
from trainer.export.folded import folded
from trainer.export.onnx_graph import export_graph
from trainer.export.stacked import StackedFlexFusion, _stack
from trainer.networks.flexfusion import FlexFusion


def settled(modalities: str) -> FlexFusion:
    network = settle(networks.build("FlexFusion", input_size=64, modalities=modalities))
    assert isinstance(network, FlexFusion)
    return network


def stacked(network: FlexFusion) -> StackedFlexFusion:
    plain = folded(network)
    assert isinstance(plain, FlexFusion)
    return StackedFlexFusion(plain)


def answers(network: FlexFusion, inputs: list[torch.Tensor]) -> tuple[torch.Tensor, ...]:
    """Return the network's outputs, and if it has colour and more, the fused one of a second run without colour."""
    *pictures, presence = inputs
    with torch.inference_mode():
        found = tuple(network(*inputs))
        if "rgb" not in network.modalities or len(network.modalities) == 1:
            return found
        absent = presence.clone()
        absent[:, network.modalities.index("rgb")] = 0.0
        return (*found, network(*pictures, absent)[0])


@pytest.mark.parametrize("modalities", ["rgb+depth+ir", "rgb+ir", "depth"])
def test_stacking_changes_no_answer_for_any_subset(modalities: str) -> None:
    network = settled(modalities)
    inputs = networks.example_inputs(network, 2 ** len(network.modalities), seed=5)
    expected = answers(network, list(inputs))
    with torch.inference_mode():
        given = stacked(network)(*inputs)
    assert len(expected) == len(given) == 1 + len(network.modalities) + (modalities != "depth")
    for one, other in zip(expected, given, strict=True):
        assert one.abs().max() > 0.01
        torch.testing.assert_close(other, one, rtol=1e-4, atol=1e-4)


def test_stacked_network_ignores_the_picture_of_an_absent_stream() -> None:
    network = settled("rgb+depth+ir")
    *pictures, presence = networks.example_inputs(network, 1, seed=2)
    presence = torch.tensor([[1.0, 0.0, 1.0]])
    other = [pictures[0], torch.full_like(pictures[1], torch.nan), pictures[2]]
    together = stacked(network)
    with torch.inference_mode():
        before, after = together(*pictures, presence), together(*other, presence)
    for one, two in zip(before, after, strict=True):
        assert torch.equal(one, two)
    assert not after[2].any()


def test_streams_that_are_there_do_not_meet_before_the_fusion() -> None:
    network = settled("rgb+depth+ir")
    *pictures, presence = networks.example_inputs(network, 1, seed=2)
    presence = torch.ones_like(presence)
    together = stacked(network)
    with torch.inference_mode():
        before = together(*pictures, presence)
        after = together(pictures[0], pictures[1] + 1.0, pictures[2], presence)
    assert torch.equal(before[1], after[1])
    assert torch.equal(before[3], after[3])
    assert not torch.equal(before[2], after[2])


def test_stacked_graph_has_far_fewer_operations_and_any_batch(tmp_path: Path) -> None:
    network = settled("rgb+depth+ir")
    path = tmp_path / "graph.onnx"
    export_graph(network, ["rgb", "depth", "ir", "presence"], path)
    convolutions = sum(node.op_type == "Conv" for node in onnx.load(str(path)).graph.node)
    apart = sum(isinstance(module, torch.nn.Conv2d) for module in folded(network).modules())
    assert convolutions < apart / 2
    session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    inputs = networks.example_inputs(network, 3, seed=9)
    feed = {item.name: value.numpy() for item, value in zip(session.get_inputs(), inputs, strict=True)}
    expected = answers(network, list(inputs))
    for given, wanted in zip(session.run(None, feed), expected, strict=True):
        np.testing.assert_allclose(given, wanted.numpy(), rtol=1e-4, atol=1e-4)


def test_stack_refuses_an_unknown_module_with_weights() -> None:
    with pytest.raises(TypeError, match="BatchNorm2d"):
        _stack([torch.nn.BatchNorm2d(4), torch.nn.BatchNorm2d(4)])
