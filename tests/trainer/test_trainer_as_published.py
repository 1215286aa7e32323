"""The published code exactly: names, options, checkpoints, preprocessing, augmentation."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from tests.support.tiny_set import write_tiny_set
from trainer import networks
from trainer.checkpoints.checkpoint import read_published
from trainer.checkpoints.published_weights import import_published
from trainer.checkpoints.stream_model import build_model
from trainer.cli.commands.train import published_notes
from trainer.cli.main import command_parser, main
from trainer.config import options
from trainer.config.schema import AugmentConfig, InputConfig, load, shipped
from trainer.data.faces import Sample
from trainer.data.transforms.augment import Cropper
from trainer.data.transforms.encoding import CropBatch, encode_batch
from trainer.data.transforms.published import augment_fusion

MODAL3 = """common:
  arch: FeatherNetModal3
  workers: 4
  batch_size: 32
  epochs: 200
  base_lr: 0.01
  momentum: 0.9
  weight_decay: 0.0001
"""
EPOCHS = {
    "fishnet150-32": 100,
    "mobilenetv2": 200,
    "MobileLiteNet54-32": 200,
    "MobileLiteNet54-se-64": 200,
    "FeatherNetA-32": 200,
    "FeatherNetB-32": 150,
    "FeatherNetB-32-ir": 150,
    "FeatherNet-modal-fusion": 200,
}


def arguments(*words: str) -> argparse.Namespace:
    return command_parser("train")[0].parse_args(list(words))


def test_load_reads_the_published_fusion_file(tmp_path: Path) -> None:
    path = tmp_path / "FeatherNet-modal-fusion.yaml"
    path.write_text(MODAL3)
    config = load(str(path))
    assert config.network.arch == "FeatherNetB-x3-cdc"
    assert config.network.modalities == ("rgb", "ir", "depth")
    assert config.augment.kind == "published-fusion"
    assert config.run.epochs == 200


def test_epochs_are_the_published_ones() -> None:
    assert {name: load(name).run.epochs for name in EPOCHS} == EPOCHS
    assert set(EPOCHS) == {name for name in shipped() if not name.startswith("fasdemo-")}


@pytest.mark.parametrize(
    ("typed", "name", "arch"),
    [
        ("cfgs/FeatherNet54-32.yaml", "MobileLiteNet54-32", "MobileLiteNet54"),
        ("cfgs/MobileLiteNetA-32.yaml", "FeatherNetA-32", "FeatherNetA"),
        ("FeatherNet54-se-64", "MobileLiteNet54-se-64", "MobileLiteNet54-SE"),
    ],
)
def test_names_of_the_notebooks_are_known(typed: str, name: str, arch: str) -> None:
    config = options.configure(arguments("--config", typed))
    assert (config.name, config.network.arch) == (name, arch)


def test_published_options_work_or_are_answered(capsys: pytest.CaptureFixture[str]) -> None:
    args = arguments("--config", "FeatherNetB-32", "--phase-ir", "True", "--input_size", "128", "-p", "10")
    config = options.configure(args)
    assert config.network.modalities == ("ir",)
    assert config.input.size == 128
    assert len(config.input.mean["ir"]) == 3
    assert "line is printed after every epoch" in published_notes(args, config)[0]
    assert options.configure(arguments("--config", "FeatherNetB-32", "--model_name", "FeatherNet54")).network.arch == (
        "MobileLiteNet54"
    )
    parser, run = command_parser("train")
    assert run(parser.parse_args(["--config", "FeatherNetB-32", "--summary"])) == 0
    assert "351,220" in capsys.readouterr().out


def test_missing_imagenet_weights_are_named() -> None:
    args = arguments("--config", "mobilenetv2")
    assert "--init all=FILE" in published_notes(args, options.configure(args))[0]
    args = arguments("--config", "FeatherNetB-32")
    assert published_notes(args, options.configure(args)) == []


def test_restarts_of_torchrun_that_would_fail_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    args = arguments("--config", "FeatherNetB-32")
    config = options.configure(args)
    monkeypatch.setenv("TORCHELASTIC_USE_AGENT_STORE", "True")
    monkeypatch.setenv("TORCHELASTIC_MAX_RESTARTS", "3")
    assert "set TORCH_DISABLE_SHARE_RDZV_TCP_STORE=1 before torchrun" in published_notes(args, config)[0]
    monkeypatch.setenv("TORCHELASTIC_USE_AGENT_STORE", "False")
    assert published_notes(args, config) == []
    monkeypatch.setenv("TORCHELASTIC_USE_AGENT_STORE", "True")
    monkeypatch.setenv("TORCHELASTIC_MAX_RESTARTS", "0")
    assert published_notes(args, config) == []


def test_build_model_takes_a_published_file_without_its_classifier(tmp_path: Path) -> None:
    state = networks.build("MobileNetV2", classes=1000).state_dict()
    torch.save(state, tmp_path / "imagenet.pth")
    model, _ = build_model(load("mobilenetv2", {"network.init.all": str(tmp_path / "imagenet.pth")}))
    assert torch.equal(model.network.state_dict()["features.0.0.weight"], state["features.0.0.weight"])
    assert model.network.outputs == 2


def test_build_model_starts_from_a_published_checkpoint_without_a_classifier(tmp_path: Path) -> None:
    state = networks.build("FeatherNetB").state_dict()
    torch.save({"state_dict": {f"module.{key}": value for key, value in state.items()}}, tmp_path / "_47_best.pth.tar")
    model, _ = build_model(load("FeatherNetB-32-ir", {"network.init.all": str(tmp_path / "_47_best.pth.tar")}))
    assert all(torch.equal(value, state[key]) for key, value in model.network.state_dict().items())


@pytest.mark.parametrize("prefix", ["module.", "module.module.", "_orig_mod.", "model.", "model._orig_mod.module."])
def test_checkpoints_of_wrapped_networks_are_imported(tmp_path: Path, prefix: str) -> None:
    network = networks.build("FeatherNetB")
    torch.save({"state_dict": {prefix + key: value for key, value in network.state_dict().items()}}, tmp_path / "w.pt")
    imported = import_published(tmp_path / "w.pt", "FeatherNetB").network
    assert all(
        torch.equal(a, b) for a, b in zip(imported.state_dict().values(), network.state_dict().values(), strict=True)
    )


def test_import_and_summary_take_the_published_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    torch.save({"state_dict": networks.build("FeatherNetA").state_dict()}, tmp_path / "w.pth.tar")
    words = [str(tmp_path / "w.pth.tar"), "--arch", "MobileLiteNetA", "--output", str(tmp_path / "out.pt")]
    assert main(["import", *words]) == 0
    assert "out.pt: FeatherNetA, 345,332 parameters" in capsys.readouterr().out
    assert main(["summary", "mobilelitenetA", "--json"]) == 0
    assert '"name": "FeatherNetA"' in capsys.readouterr().out


def test_resume_of_published_weights_names_the_option_that_starts_from_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = write_tiny_set(tmp_path / "set", people=4, shots=2)
    weights = tmp_path / "_47_best.pth.tar"
    torch.save({"state_dict": networks.build("FeatherNetB").state_dict(), "epoch": 47}, weights)
    options = ["train", "--config", "FeatherNetB-32", "--data", str(data), "--output", str(tmp_path / "run")]
    options += ["--set", "input.depth_encoding=face-relative-mm"]
    assert main([*options, "--resume", str(weights)]) == 2
    assert f"start a run from these weights: --init all={weights}." in capsys.readouterr().err
    assert main(["import", str(weights), "--arch", "FeatherNetB", "--output", str(tmp_path / "w.pt")]) == 0
    assert main([*options, "--resume", str(tmp_path / "w.pt")]) == 2
    assert "contains no training state; give the file last.pt of a run" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_checkpoints_of_timm_are_imported(tmp_path: Path) -> None:
    state = networks.build("FeatherNetA").state_dict()
    torch.save({"arch": "x", "model": dict(state), "epoch": 3}, tmp_path / "timm.pt")
    read, rest = read_published(tmp_path / "timm.pt")
    assert read.keys() == state.keys()
    assert rest["epoch"] == 3


@pytest.mark.parametrize("shape", [(256, 256), (480, 640), (301, 199), (120, 90)])
def test_evaluation_input_is_that_of_the_published_code(shape: tuple[int, int]) -> None:
    grey = np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)
    config = load("FeatherNetB-32")
    cropper = Cropper(("depth",), config.input, config.augment, None)
    crop = cropper.exact(Sample(None, grey, None)).streams["depth"]
    model, _ = build_model(config)
    from trainer.checkpoints.stream_model import input_specs

    ours = encode_batch(CropBatch(None, crop[None], None), input_specs(config, model.modalities)[0])[0]
    picture = Image.fromarray(grey).convert("RGB")
    width, height = picture.size
    target = (256, int(256 * height / width)) if width < height else (int(256 * width / height), 256)
    resized = np.asarray(picture.resize(target, Image.Resampling.BILINEAR) if min(shape) != 256 else picture)
    top, left = round((resized.shape[0] - 224) / 2.0), round((resized.shape[1] - 224) / 2.0)
    unit = resized[top : top + 224, left : left + 224].astype(np.float32) / 255.0
    mean = np.array([0.14300402, 0.1434545, 0.14277956], np.float32)
    std = np.array([0.10050353, 0.100842826, 0.10034215], np.float32)
    assert np.abs(ours - (unit - mean) / std).max() < 1e-5
    network = model.network.eval()
    with torch.inference_mode():
        given, expected = (
            network(torch.from_numpy(np.ascontiguousarray(x.transpose(2, 0, 1)))[None])
            for x in (ours, (unit - mean) / std)
        )
    assert float((given - expected).norm() / expected.norm()) < 1e-4


def test_fusion_augmentation_keeps_geometry_and_stays_within_its_limits() -> None:
    picture = np.full((256, 256), 100, np.uint8)
    values, blank = [], []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        made = augment_fusion({"rgb": np.dstack([picture] * 3), "depth": picture, "ir": picture}, 0.5, 0.5, rng)
        holes = [np.asarray(one if one.ndim == 2 else one[..., 0]) == 0 for one in made.values()]
        assert (holes[0] == holes[1]).all()
        assert (holes[1] == holes[2]).all()
        blank.append(float(holes[0].mean()))
        values.append(np.unique(made["depth"][~holes[1]]))
    assert all(len(one) == 1 for one in values)
    levels = np.concatenate(values)
    low, high = 255 * (60 / 255) ** 1.5, 255 * (140 / 255) ** 0.5
    assert low - 1 <= levels.min() < 60
    assert 140 < levels.max() <= high + 1
    assert max(blank) < 0.05 + (50 / 256) ** 2 + 0.01
    assert 0.1 < np.mean(np.array(blank) == 0) < 0.5


def test_fusion_evaluation_stretches_the_whole_picture() -> None:
    import cv2

    rgb = np.random.default_rng(0).integers(0, 256, (300, 200, 3), dtype=np.uint8)
    cropper = Cropper(("rgb",), InputConfig(size=256, whole_picture="cv2-stretch"), AugmentConfig(), None)
    assert (cropper.exact(Sample(rgb, None, None)).streams["rgb"] == cv2.resize(rgb, (256, 256))).all()
