from __future__ import annotations

import json
from typing import Any

import pytest
import torch
from torch import nn

from trainer import networks
from trainer.cli.main import main
from trainer.networks import flops
from trainer.networks.blocks import CentralDifferenceConv2d

Rows = dict[str, dict[str, Any]]
PRINTED = {
    "FeatherNetA": (345_332, 79.99),
    "FeatherNetB": (351_220, 83.05),
    "MobileLiteNet54": (567_570, 270.91),
    "MobileLiteNet54-SE": (569_670, 270.91),
    "MobileNetV2": (2_226_434, 306.17),
    "FishNet150": (24_959_400, 6452.72),
    "FeatherNetB-x3-concat": (1_058_396, 296.87),
    "FeatherNetB-x3-pipenet": (45_278_620, 400.21),
    "FeatherNetB-x3-cdc": (3_858_844, 434.21),
}
NEARLY = {"FishNet150", "FeatherNetB-x3-pipenet"}
"""Their published figures come from a tool that counts some layers otherwise; 0.01 % is asked for."""


@pytest.fixture(scope="module")
def rows() -> Rows:
    import contextlib
    import io

    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert main(["summary", "--json"]) == 0
    return {row["name"]: row for row in json.loads(out.getvalue())}


def test_summary_has_a_row_for_every_network(rows: Rows) -> None:
    assert tuple(rows) == networks.names()


@pytest.mark.parametrize("name", PRINTED)
def test_parameters_and_flops_are_the_published_ones(name: str, rows: Rows) -> None:
    parameters, millions = PRINTED[name]
    row = rows[name]
    assert row["parameters"] == row["published"]["parameters"] == parameters
    assert row["published"]["flops"] == round(millions * 1e6)
    if name in NEARLY:
        assert row["flops_paper"] == pytest.approx(millions * 1e6, rel=1e-4)
    else:
        assert f"{row['flops_paper'] / 1e6:.2f}" == f"{millions:.2f}"


def test_unpublished_rows_say_so(rows: Rows) -> None:
    assert rows["FlexFusion"]["published"] == {"parameters": None, "flops": None}


def test_flagship_is_lighter_than_the_fusion_that_it_replaces(rows: Rows) -> None:
    assert rows["FlexFusion"]["multiply_adds"] < 330e6 < rows["FeatherNetB-x3-cdc"]["multiply_adds"]


def test_work_of_known_layers() -> None:
    network = nn.Sequential(
        nn.Conv2d(3, 8, 3, 2, 1, bias=True),
        nn.BatchNorm2d(8),
        nn.ReLU6(),
        nn.Conv2d(8, 8, 3, 1, 1, groups=8, bias=False),
        nn.AvgPool2d(2, 2),
        CentralDifferenceConv2d(8, 4),
        nn.Upsample(scale_factor=2),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(4, 2),
    )
    found = flops.work(network, (torch.zeros(1, 3, 16, 16),))
    convolutions = 64 * 8 * 27 + 64 * 8 * 9 + 16 * 4 * 72
    assert found.multiply_adds == convolutions + 8
    assert (found.conv_biases, found.norm_elements, found.relu_elements) == (512, 512, 512)
    assert (found.pool_elements, found.global_pool_elements, found.upsampled_elements) == (512, 256, 256)
    assert found.flops("paper") == convolutions + 8 + 512 + 512
    assert found.flops("extension") == convolutions + 8 + 512 + 2 * 512 + 512 + (512 + 256) + 256
    assert network.training


def test_counting_leaves_no_hooks_behind() -> None:
    network = networks.build("FeatherNetB", input_size=64)
    flops.work(network, networks.example_inputs(network))
    assert not any(module._forward_hooks for module in network.modules())


def test_summary_times_both_engines_per_thread_count(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["summary", "--json", "--time", "--threads", "1,2", "--input-size", "64", "FeatherNetA"]
    assert main(arguments) == 0
    (row,) = json.loads(capsys.readouterr().out)
    for engine in ("torch", "onnxruntime"):
        assert set(row["milliseconds"][engine]) == {"1", "2"}
        assert all(value > 0 for value in row["milliseconds"][engine].values())


def test_summary_prints_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["summary", "FeatherNetB"]) == 0
    text = capsys.readouterr().out
    assert "351,220" in text
    assert "83.05" in text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["FeatherNetC"], "unknown network 'FeatherNetC'"),
        (["--input-size", "100"], "multiple of 32"),
        (["--time", "--threads", "two"], "--threads two"),
        (["--time", "--threads", "0"], "--threads 0"),
    ],
)
def test_bad_input_ends_in_one_sentence(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["summary", *arguments]) == 2
    error = capsys.readouterr().err
    assert words in error
    assert len(error.strip().splitlines()) == 1
