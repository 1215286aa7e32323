"""Every part of FlexFusion can be removed, and the table has the cost."""

from pathlib import Path

import pytest
import torch

from tests.support.tiny_set import write_tiny_set
from tools.figures.fusion_parts import SCORES_ADDED, VARIANTS, Setting, compare, table
from trainer.config.schema import DataConfig, load
from trainer.data.splits import open_splits
from trainer.networks import FlexFusion

pytestmark = pytest.mark.usefixtures("one_thread")


def fused(name: str, fine: float, coarse: float) -> torch.Tensor:
    """What a variant answers to features of these sizes, all streams there."""
    torch.manual_seed(0)
    options, change = VARIANTS[name]
    network = FlexFusion(input_size=64, **options)
    change(network)
    shapes = [network.stream(s).features.channels[2:] for s in network.modalities]
    levels = [(torch.full((1, f, 4, 4), fine), torch.full((1, c, 2, 2), coarse)) for f, c in shapes]
    return network.eval().fuse(levels, torch.ones(1, 3))


@pytest.mark.parametrize(
    ("name", "deaf_to"),
    [("S/32 alone", "fine"), ("S/16 alone", "coarse"), ("as it is", ""), ("no gates across the streams", "")],
)
def test_variant_depends_on_its_own_features_only(name: str, deaf_to: str) -> None:
    usual = fused(name, 1.0, 1.0)
    assert torch.equal(usual, fused(name, 2.0, 1.0)) == (deaf_to == "fine")
    assert torch.equal(usual, fused(name, 1.0, 2.0)) == (deaf_to == "coarse")


def test_variant_without_tokens_shows_zeros_for_an_absent_stream() -> None:
    _, change = VARIANTS["zeros instead of a learned token for an absent stream"]
    network = FlexFusion(input_size=64)
    torch.nn.init.normal_(network.token_fine)
    change(network)
    assert not network.token_fine.any()
    assert not network.token_fine.requires_grad


def test_compare_trains_and_measures_every_variant(tmp_path: Path) -> None:
    config = load("fasdemo-flex", {"input.size": 64, "run.batch": 16, "run.workers": 1})
    splits = open_splits(DataConfig(folder=write_tiny_set(tmp_path / "set")), config.network.modalities, flexible=True)
    setting = Setting(epochs=2, augmented_copies=1, seeds=2)
    found = compare(config, splits, setting)
    assert set(found) == {SCORES_ADDED, *VARIANTS}
    for name, figures in found.items():
        assert len(figures.acer) == (1 if name == SCORES_ADDED else 2)
        assert (figures.acer >= 0).all()
        assert (figures.acer <= 1).all()
    rows = table(found, setting)
    assert len(rows) == 4 + len(found)
    assert all(row.count("|") == 6 for row in rows[2:])
