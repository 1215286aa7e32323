from __future__ import annotations

from pathlib import Path

import pytest
import torch

from fasdemo.errors import UserError
from tests.support.network_weights import settle
from trainer import networks
from trainer.checkpoints import checkpoint
from trainer.checkpoints.stream_model import build_model
from trainer.config.schema import load


def test_featherlite_adds_both_networks_of_their_checkpoints(tmp_path: Path) -> None:
    parts = {"feather": tmp_path / "feather.pt", "lite": tmp_path / "lite.pt"}
    feather = settle(networks.build("FeatherNetB", in_channels=1, input_size=128, classes=2, dropout=0.2))
    lite = settle(networks.build("TwoViewLite0", input_size=160))
    checkpoint.save(parts["feather"], checkpoint.Checkpoint("FeatherNetB", feather.state_dict()))
    checkpoint.save(parts["lite"], checkpoint.Checkpoint("TwoViewLite0", lite.state_dict()))
    config = load("fasdemo-featherlite-ir", {f"network.init.{name}": str(path) for name, path in parts.items()})
    model, _ = build_model(config)
    x = torch.randn(2, 1, 160, 160).repeat(1, 3, 1, 1)
    with torch.inference_mode():
        given = model.network.eval()(x)
        expected = feather(x[:, :1, 16:144, 16:144]) + lite(x)
    torch.testing.assert_close(given, expected, atol=1e-5, rtol=1e-5)


def test_featherlite_refuses_the_part_of_another_network(tmp_path: Path) -> None:
    path = tmp_path / "lite.pt"
    checkpoint.save(path, checkpoint.Checkpoint("TwoViewLite0", networks.build("TwoViewLite0").state_dict()))
    with pytest.raises(UserError, match=r"lite\.pt"):
        build_model(load("fasdemo-featherlite-ir", {"network.init.feather": str(path)}))
    with pytest.raises(UserError, match="feather, lite"):
        load("fasdemo-featherlite-ir", {"network.init.ir": str(path)})
