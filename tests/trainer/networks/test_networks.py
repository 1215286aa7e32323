from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from fasdemo.errors import UserError
from tests.support.network_weights import OWN, oracle_input, oracle_keys, oracle_state, settle
from trainer import networks
from trainer.networks import FlexFusion
from trainer.networks.blocks import CentralDifferenceConv2d

PUBLISHED = [name for name in networks.names() if name not in OWN]
STREAMING = {"FeatherNetA", "FeatherNetB", "FeatherNetB-x3-concat"}


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_network_has_the_published_keys_and_outputs(name: str, shared_dir: Path) -> None:
    network = networks.build(name).eval()
    keys = oracle_keys(shared_dir)[name]
    assert [(key, tuple(tensor.shape)) for key, tensor in network.state_dict().items()] == keys
    network.load_state_dict(oracle_state(keys))
    inputs = [oracle_input(index) for index in range(3 if networks.entry(name).fusion else 1)]
    with torch.inference_mode():
        given = network(*inputs).numpy()
    expected = np.load(shared_dir / "reference/outputs.npz")[name]
    assert given.shape == expected.shape
    assert np.linalg.norm(given - expected) / np.linalg.norm(expected) < 1e-4


def test_names_hold_every_published_network(shared_dir: Path) -> None:
    assert set(oracle_keys(shared_dir)) == set(PUBLISHED)


@pytest.mark.parametrize("name", networks.names())
def test_shapes_numbers_and_gradients(name: str) -> None:
    torch.manual_seed(1)
    network = networks.build(name, input_size=128).train()
    outputs = network(*networks.example_inputs(network, batch=4))
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    for output in outputs:
        assert output.ndim == 2
        assert output.shape[0] == 4
        assert torch.isfinite(output).all()
    # Unlike weights, so that no gradient cancels out in a sum over a softmax or a batch norm.
    total = sum((output * torch.randn_like(output)).sum() for output in outputs)
    assert isinstance(total, torch.Tensor)
    total.backward()
    gradients = {key: tensor.grad for key, tensor in network.named_parameters()}
    assert [key for key, gradient in gradients.items() if gradient is None] == []
    found = {key: gradient for key, gradient in gradients.items() if gradient is not None}
    assert [key for key, gradient in found.items() if not torch.isfinite(gradient).all()] == []
    dead = [key for key, gradient in found.items() if not gradient.abs().max() > 0]
    # Hidden units of a squeeze can all be off for four pictures; a whole layer without gradient cannot.
    assert [key for key in dead if ".fc." not in key] == []


@pytest.mark.parametrize("name", networks.names())
@pytest.mark.parametrize("size", [128, 160])
def test_number_of_logits_follows_the_input_size(name: str, size: int) -> None:
    network = networks.build(name, input_size=size).eval()
    with torch.inference_mode():
        outputs = network(*networks.example_inputs(network, batch=1))
    if name == "FlexFusion":
        assert [tuple(output.shape) for output in outputs] == [(1, 2)] * 4
        return
    expected = {128: 64 * 4, 160: 64 * 9}[size] if name in STREAMING else network.outputs
    assert tuple(outputs.shape) == (1, expected)


@pytest.mark.parametrize(
    ("name", "options", "inputs", "outputs"),
    [
        ("FeatherNetB", {"in_channels": 1, "input_size": 128, "classes": 2}, [(1, 128)], 2),
        ("FeatherNetA", {"width": 0.5, "input_size": 96, "classes": 3}, [(3, 96)], 3),
        ("MobileNetV2", {"width": 1.4, "in_channels": 1, "input_size": 64}, [(1, 64)], 2),
        ("FishNet99", {"in_channels": 1, "input_size": 64, "classes": 2}, [(1, 64)], 2),
        ("MobileLiteNet54-SE", {"in_channels": 1, "input_size": 192, "classes": 4}, [(1, 192)], 4),
        ("FeatherNetB-x3-cdc", {"modalities": "depth", "input_size": 96}, [(3, 96)], 1024),
        (
            "FeatherNetB-x3-concat",
            {"modalities": ("depth", "rgb"), "in_channels": {"rgb": 3, "depth": 1}, "input_size": 128},
            [(3, 128), (1, 128)],
            256,
        ),
        ("FeatherNetB-x3-pipenet", {"modalities": "ir+depth", "input_size": 64, "classes": 2}, [(3, 64)] * 2, 2),
    ],
)
def test_options(name: str, options: dict[str, Any], inputs: list[tuple[int, int]], outputs: int) -> None:
    network = networks.build(name, **options).eval()
    with torch.inference_mode():
        given = network(*[torch.randn(2, channels, size, size) for channels, size in inputs])
    assert tuple(given.shape) == (2, outputs)


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("FeatherNet", {}, "FeatherNetA, FeatherNetB, MobileLiteNet54"),
        ("feathernetb", {}, "did you mean FeatherNetB?"),
        ("FeatherNetB", {"input_size": 100}, "multiple of 32"),
        ("FeatherNetB", {"input_size": 0}, "multiple of 32"),
        ("MobileLiteNet54", {"input_size": 96}, "at least 128"),
        ("FishNet150", {"input_size": 112}, "multiple of 32"),
        ("FeatherNetB", {"classes": 1}, "2 or more"),
        ("FeatherNetB", {"in_channels": 0}, "in_channels 0 is not possible"),
        ("FeatherNetB", {"modalities": "rgb"}, "unknown option 'modalities'; the options are in_channels"),
        ("FeatherNetB-x3-cdc", {"modalities": "rgb+thermal"}, "has no stream thermal; choose any subset of rgb, ir"),
        ("FeatherNetB-x3-cdc", {"modalities": ()}, "at least one stream"),
        ("FeatherNetB-x3-cdc", {"modalities": ("rgb", "rgb")}, "only once"),
        ("FlexFusion", {"modalities": "uv"}, "has no stream uv; choose any subset of rgb, depth, ir"),
        ("FlexFusion", {"in_channels": {"rgb": 3}}, "stream depth"),
    ],
)
def test_unusable_options_are_refused_in_one_sentence(name: str, options: dict[str, Any], words: str) -> None:
    with pytest.raises(UserError) as caught:
        networks.build(name, **options)
    assert words in str(caught.value)


def test_central_difference_equals_its_definition() -> None:
    torch.manual_seed(3)
    layer = CentralDifferenceConv2d(6, 8, stride=2, groups=2, theta=0.7)
    x = torch.randn(2, 6, 9, 9)
    summed = layer.conv.weight.sum((2, 3), keepdim=True)
    plain = nn.functional.conv2d(x, layer.conv.weight, None, 2, 1, groups=2)
    centres = nn.functional.conv2d(x, summed, None, 2, 0, groups=2)
    torch.testing.assert_close(layer(x), plain - 0.7 * centres, atol=1e-5, rtol=1e-5)


@pytest.fixture(scope="module")
def flex() -> FlexFusion:
    network = settle(networks.build("FlexFusion", input_size=64))
    assert isinstance(network, FlexFusion)
    return network


def pictures(network: FlexFusion, batch: int = 1, seed: int = 9) -> list[torch.Tensor]:
    return list(networks.example_inputs(network, batch, seed)[:-1])


@pytest.mark.parametrize("absent", [0, 1, 2])
def test_flex_fusion_ignores_the_picture_of_an_absent_stream(flex: FlexFusion, absent: int) -> None:
    presence = torch.ones(1, 3)
    presence[0, absent] = 0.0
    shown = pictures(flex)
    with torch.inference_mode():
        first = flex(*shown, presence)
        for other in (torch.zeros_like(shown[absent]), torch.full_like(shown[absent], float("nan"))):
            shown[absent] = other
            again = flex(*shown, presence)
            for one, two in zip(first, again, strict=True):
                torch.testing.assert_close(one, two, atol=0, rtol=0)
    assert first[1 + absent].abs().max() == 0


def test_presence_of_a_black_picture_and_absence_differ(flex: FlexFusion) -> None:
    shown = pictures(flex)
    shown[1] = torch.zeros_like(shown[1])
    with torch.inference_mode():
        black = flex(*shown, torch.tensor([[1.0, 1.0, 1.0]]))[0]
        absent = flex(*shown, torch.tensor([[1.0, 0.0, 1.0]]))[0]
    assert (black - absent).abs().max() > 1e-3


def test_faces_of_one_batch_do_not_see_each_other(flex: FlexFusion) -> None:
    shown = pictures(flex, batch=7)
    presence = networks.example_inputs(flex, 7)[-1]
    assert {tuple(row) for row in presence.tolist()} == {
        tuple(float(bits >> k & 1) for k in range(3)) for bits in range(1, 8)
    }
    with torch.inference_mode():
        together = flex(*shown, presence)
        for row in range(7):
            alone = flex(*[x[row : row + 1] for x in shown], presence[row : row + 1])
            for one, all_of_them in zip(alone, together, strict=True):
                torch.testing.assert_close(one[0], all_of_them[row], atol=1e-5, rtol=1e-4)


def test_flex_fusion_serves_several_masks_with_one_pass(flex: FlexFusion) -> None:
    shown = pictures(flex, batch=2)
    with torch.inference_mode():
        levels, own = flex.features(*shown)
        for row in ([1.0, 1.0, 1.0], [0.0, 1.0, 1.0], [1.0, 0.0, 0.0]):
            presence = torch.tensor([row, row])
            fused, *streams = flex(*shown, presence)
            torch.testing.assert_close(flex.fuse(levels, presence), fused, atol=0, rtol=0)
            for column, logits in enumerate(streams):
                torch.testing.assert_close(logits, own[column] * row[column], atol=0, rtol=0)


@pytest.mark.parametrize("subset", ["rgb", "depth", "ir", "rgb+depth", "rgb+ir", "depth+ir"])
def test_flexible_fusion_of_any_subset(subset: str) -> None:
    network = networks.build("FlexFusion", input_size=64, modalities=subset).eval()
    assert network.modalities == tuple(subset.split("+"))
    with torch.inference_mode():
        outputs = network(*networks.example_inputs(network, 3))
    assert [tuple(output.shape) for output in outputs] == [(3, 2)] * (1 + len(subset.split("+")))


def test_load_stream_takes_a_single_stream_checkpoint() -> None:
    network = networks.build("FlexFusion", input_size=64)
    assert isinstance(network, FlexFusion)
    single = settle(networks.build("FeatherNetB", in_channels=1, input_size=64, classes=2))
    assert networks.load_stream(network, "depth", single.state_dict()) == []
    network.eval()
    shown = pictures(network)
    with torch.inference_mode():
        *_, depth, _ = network(*shown, torch.ones(1, 3))
        torch.testing.assert_close(depth, single(shown[1]), atol=0, rtol=0)
    published = networks.build("FeatherNetB", in_channels=1, input_size=64)
    assert networks.load_stream(network, "ir", published.state_dict()) == ["linear.weight", "linear.bias"]
    with pytest.raises(UserError, match=r"stream rgb.*wrong shape: features\.0\.0\.weight"):
        networks.load_stream(network, "rgb", single.state_dict())
