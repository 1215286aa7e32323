from __future__ import annotations

import os
import pickle
import shutil
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from fasdemo.errors import UserError
from tests.support.network_weights import OWN, oracle_keys, oracle_state, settle
from trainer import networks
from trainer.checkpoints.checkpoint import Checkpoint, build_network, load, load_weights, read_published, save
from trainer.checkpoints.published_weights import import_published
from trainer.cli.main import main

SMALL = {"in_channels": 1, "input_size": 64, "classes": 2}


@pytest.fixture(scope="module")
def small() -> torch.nn.Module:
    return settle(networks.build("FeatherNetB", **SMALL))


def saved(folder: Path, network: torch.nn.Module, **more: Any) -> Path:
    return save(folder / "small.pt", Checkpoint("FeatherNetB", network.state_dict(), dict(SMALL), **more))


def test_round_trip_keeps_everything(tmp_path: Path, small: torch.nn.Module) -> None:
    path = saved(
        tmp_path,
        small,
        config={"run": {"seed": 3, "names": ["a"]}},
        metrics={"eer": 0.1, "bpcer20": None},
        card={"name": "x"},
        training={"epoch": 4, "optimiser": {"state": {0: torch.ones(2)}}},
    )
    back = load(path)
    assert (back.arch, back.options, back.metrics) == ("FeatherNetB", SMALL, {"eer": 0.1, "bpcer20": None})
    assert back.config == {"run": {"seed": 3, "names": ["a"]}}
    assert back.card == {"name": "x"}
    assert back.training is not None
    assert back.training["epoch"] == 4
    network = build_network(back, str(path))
    assert not network.training
    x = torch.randn(2, 1, 64, 64)
    with torch.inference_mode():
        torch.testing.assert_close(network(x), small(x), atol=0, rtol=0)
    assert [entry.name for entry in tmp_path.iterdir()] == ["small.pt"]


def test_modalities_survive(tmp_path: Path) -> None:
    options = {"modalities": ("rgb", "ir"), "input_size": 32, "in_channels": {"rgb": 3, "ir": 1}}
    network = networks.build("FlexFusion", **options)
    path = save(tmp_path / "a.pt", Checkpoint("FlexFusion", network.state_dict(), options))
    assert build_network(load(path)).modalities == ("rgb", "ir")


def test_save_leaves_the_old_file_when_writing_fails(
    tmp_path: Path, small: torch.nn.Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = saved(tmp_path, small)
    before = path.read_bytes()

    def full(content: object, target: Path) -> None:
        target.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(torch, "save", full)
    with pytest.raises(UserError, match="No space left"):
        saved(tmp_path, small)
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["small.pt"]


def test_save_names_a_full_disk(tmp_path: Path, small: torch.nn.Module, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(content: object, target: Path) -> None:
        raise RuntimeError("[enforce fail at inline_container.cc:672] . unexpected pos 1590464 vs 1590360")

    monkeypatch.setattr(torch, "save", fails)
    with pytest.raises(UserError, match="inline_container"):
        saved(tmp_path, small)
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage._replace(free=4096))
    with pytest.raises(UserError, match=r"cannot be written \(No space left"):
        saved(tmp_path, small)


class Payload:
    """The content of a hostile file: unpickling it runs a command."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return os.system, (f"touch {self.marker}",)


@pytest.mark.parametrize("form", ["zip", "legacy", "pickle"])
def test_code_in_a_file_is_refused_and_not_run(tmp_path: Path, form: str) -> None:
    path, marker = tmp_path / "evil.pth.tar", tmp_path / "ran"
    content = {"state_dict": {"a": torch.zeros(1)}, "extra": Payload(marker)}
    if form == "pickle":
        path.write_bytes(pickle.dumps({"state_dict": {}, "extra": Payload(marker)}))
    else:
        torch.save(content, path, _use_new_zipfile_serialization=form == "zip")
    for read in (load, read_published):
        with pytest.raises(UserError, match=r"evil\.pth\.tar: (refused|not a torch)"):
            read(path)
    assert not marker.exists()


def test_code_is_named_as_the_reason(tmp_path: Path) -> None:
    path = tmp_path / "evil.pt"
    torch.save({"state_dict": {"a": torch.zeros(1)}, "extra": Payload(tmp_path / "ran")}, path)
    with pytest.raises(UserError, match="code or objects besides the weights; nothing was executed"):
        load(path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "damaged"),
        (b"not a checkpoint", "damaged"),
        (os.urandom(3000), "damaged"),
        (b"PK\x03\x04" + bytes(200), "damaged"),
    ],
)
def test_load_refuses_what_is_no_checkpoint(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "x.pt"
    path.write_bytes(content)
    with pytest.raises(UserError, match=words):
        load(path)


def test_load_refuses_a_truncated_checkpoint(tmp_path: Path, small: torch.nn.Module) -> None:
    path = saved(tmp_path, small)
    content = path.read_bytes()
    for length in (100, len(content) // 2, len(content) - 50):
        path.write_bytes(content[:length])
        with pytest.raises(UserError, match="damaged"):
            load(path)


def test_missing_files_folders_and_foreign_dicts(tmp_path: Path) -> None:
    for place in (tmp_path / "none.pt", tmp_path):
        with pytest.raises(UserError, match="no such file"):
            load(place)
    torch.save({"state_dict": {"a": torch.zeros(1)}}, tmp_path / "published.pt")
    with pytest.raises(UserError, match="python -m trainer import"):
        load(tmp_path / "published.pt")
    torch.save([1, 2], tmp_path / "list.pt")
    with pytest.raises(UserError, match="not a checkpoint of this project"):
        load(tmp_path / "list.pt")
    with pytest.raises(UserError, match="contains no state_dict"):
        read_published(tmp_path / "list.pt")
    torch.save({"schema": 99}, tmp_path / "new.pt")
    with pytest.raises(UserError, match="schema 99"):
        load(tmp_path / "new.pt")
    torch.save({"schema": 1, "arch": "FeatherNetB"}, tmp_path / "part.pt")
    with pytest.raises(UserError, match="state_dict is missing"):
        load(tmp_path / "part.pt")


def test_unknown_architecture_lists_the_names(tmp_path: Path, small: torch.nn.Module) -> None:
    path = save(tmp_path / "a.pt", Checkpoint("FeatherNetZ", small.state_dict()))
    with pytest.raises(UserError, match="choose from FeatherNetA, FeatherNetB"):
        build_network(load(path))


def test_load_weights_refuses_a_diverged_training(small: torch.nn.Module) -> None:
    state = dict(small.state_dict())
    state["final_DW.0.weight"] = torch.full_like(state["final_DW.0.weight"], float("nan"))
    with pytest.raises(UserError, match=r"final_DW\.0\.weight contain NaN"):
        load_weights(networks.build("FeatherNetB", **SMALL), state, "x.pt")


# Published checkpoints


def published(folder: Path, state: dict[str, torch.Tensor], prefix: str = "", legacy: bool = True) -> Path:
    path = folder / "published.pth.tar"
    content = {
        "epoch": 77,
        "arch": "FeatherNetB()",
        "state_dict": OrderedDict((prefix + key, tensor) for key, tensor in state.items()),
        "best_prec1": np.float64(99.8),
        "optimizer": {"state": {}, "param_groups": [{"lr": 0.01, "momentum": 0.9}]},
    }
    torch.save(content, path, _use_new_zipfile_serialization=not legacy)
    return path


@pytest.mark.parametrize("legacy", [True, False])
@pytest.mark.parametrize("prefix", ["", "module."])
def test_published_checkpoint_is_imported(
    tmp_path: Path, prefix: str, legacy: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    source = settle(networks.build("FeatherNetB"))
    path = published(tmp_path, source.state_dict(), prefix, legacy)
    output = tmp_path / "new" / "feathernetb.pt"
    assert main(["import", str(path), "--arch", "FeatherNetB", "--output", str(output)]) == 0
    assert "351,220 parameters" in capsys.readouterr().out
    back = load(output)
    assert back.metrics == {"epoch": 77, "best_prec1": 99.8}
    assert back.card is not None
    assert back.card["inputs"][0]["depth_encoding"] == "casia-surf-8bit"
    x = torch.randn(1, 3, 224, 224)
    with torch.inference_mode():
        torch.testing.assert_close(build_network(back)(x), source(x), atol=0, rtol=0)


@pytest.mark.parametrize("name", [name for name in networks.names() if name not in OWN])
def test_keys_are_identical_after_import(tmp_path: Path, name: str, shared_dir: Path) -> None:
    keys = oracle_keys(shared_dir)[name]
    path = published(tmp_path, oracle_state(keys), "module.", legacy=False)
    given = import_published(path, name).network.state_dict()
    assert [(key, tuple(tensor.shape)) for key, tensor in given.items()] == keys


def test_import_published_reads_a_bare_state_dict_without_counters(tmp_path: Path) -> None:
    state = {
        key: tensor
        for key, tensor in networks.build("FeatherNetA").state_dict().items()
        if not key.endswith("num_batches_tracked")
    }
    torch.save(state, tmp_path / "bare.pth")
    imported = import_published(tmp_path / "bare.pth", "FeatherNetA")
    assert imported.facts == {}
    torch.testing.assert_close(imported.network.state_dict()["features.0.0.weight"], state["features.0.0.weight"])


def test_numbers_of_an_older_numpy_are_read(tmp_path: Path) -> None:
    path = published(tmp_path, networks.build("FeatherNetA").state_dict())
    content = path.read_bytes()
    assert b"numpy._core.multiarray" in content
    path.write_bytes(content.replace(b"numpy._core.multiarray", b"numpy.core.multiarray"))
    assert import_published(path, "FeatherNetA").facts["best_prec1"] == 99.8


def test_wrong_keys_are_listed_by_kind(tmp_path: Path) -> None:
    state = dict(networks.build("FeatherNetB").state_dict())
    state["extra.weight"] = torch.zeros(1)
    del state["features.3.conv.0.weight"]
    state["features.0.0.weight"] = torch.zeros(32, 1, 3, 3)
    with pytest.raises(UserError) as caught:
        import_published(published(tmp_path, state), "FeatherNetB")
    message = str(caught.value)
    assert "1 missing: features.3.conv.0.weight" in message
    assert "1 unexpected: extra.weight" in message
    assert "1 wrong shape: features.0.0.weight (32, 1, 3, 3) instead of (32, 3, 3, 3)" in message


def nested_spelling(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The registry's MobileNetV2 keys as torchvision writes them."""
    places = {1: ("0.0", "0.1", None, "1", "2"), 0: ("0.0", "0.1", None, "1.0", "1.1", None, "2", "3")}
    renamed = {}
    for key, tensor in state.items():
        parts = key.split(".")
        if parts[0] == "features" and parts[2] == "conv":
            parts[3] = str(places[1 if parts[1] == "1" else 0][int(parts[3])])
        renamed[".".join(parts)] = tensor
    return renamed


def flat_spelling(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """As in the weights that came with the first PyTorch re-implementations."""
    return {
        key.replace("features.18.", "conv.").replace("classifier.1.", "classifier."): tensor
        for key, tensor in state.items()
    }


def features(network: torch.nn.Module, x: torch.Tensor) -> torch.Tensor:
    found: torch.Tensor = network.get_submodule("features")(x)
    return found


@pytest.mark.parametrize("spelling", [dict, nested_spelling, flat_spelling])
def test_imagenet_mobilenetv2_gets_a_new_classifier(tmp_path: Path, spelling: Any) -> None:
    source = settle(networks.build("MobileNetV2", classes=1000))
    path = tmp_path / "mobilenet_v2.pth"
    torch.save(spelling(source.state_dict()), path)
    with pytest.raises(UserError, match="`new_classifier`"):
        import_published(path, "MobileNetV2")
    imported = import_published(path, "MobileNetV2", new_classifier=True)
    assert imported.fresh == ("classifier.1.weight", "classifier.1.bias")
    x = torch.randn(1, 3, 224, 224)
    with torch.inference_mode():
        torch.testing.assert_close(features(imported.network, x), features(source, x), atol=0, rtol=0)
        assert imported.network(x).shape == (1, 2)


def test_imagenet_fishnet_gets_a_new_classifier(tmp_path: Path) -> None:
    source = networks.build("FishNet150")
    path = published(tmp_path, source.state_dict(), "module.", legacy=False)
    imported = import_published(path, "FishNet150", {"classes": 2}, new_classifier=True)
    assert imported.fresh == ("fish.fish.9.4.1.weight", "fish.fish.9.4.1.bias")
    given = imported.network.state_dict()
    assert given["fish.fish.9.4.1.weight"].shape == (2, 1056, 1, 1)
    torch.testing.assert_close(given["conv1.0.weight"], source.state_dict()["conv1.0.weight"])
    same = import_published(path, "FishNet150").network.state_dict()
    torch.testing.assert_close(same["fish.fish.9.4.1.weight"], source.state_dict()["fish.fish.9.4.1.weight"])


def lite_spelling(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The keys of TwoViewLite0 as EfficientNet-Lite0's weights name them, with layers that it does not have."""
    layers = ("expand_conv", "bn0", "", "depthwise_conv", "bn1", "", "project_conv", "bn2")
    renamed = {}
    for key, tensor in state.items():
        _, block, *rest = key.split(".")
        if block == "0":
            renamed[f"{('_conv_stem', '_bn0')[int(rest[0])]}.{rest[1]}"] = tensor
        elif key.startswith("features"):
            layer = layers[int(rest[1]) + (3 if block == "1" else 0)]
            renamed[f"_blocks.{int(block) - 1}._{layer}.{rest[2]}"] = tensor
    more: dict[str, tuple[int, ...]] = {
        "_blocks.8._expand_conv.weight": (480, 80, 1, 1),
        "_conv_head.weight": (1280, 320, 1, 1),
    }
    more |= {"_bn1.weight": (1280,), "_fc.weight": (1000, 1280), "_fc.bias": (1000,)}
    return renamed | {key: torch.zeros(shape) for key, shape in more.items()}


def test_imagenet_efficientnet_lite_is_the_trunk_of_the_two_views(tmp_path: Path) -> None:
    source = settle(networks.build("TwoViewLite0"))
    path = tmp_path / "efficientnet-lite0.pth"
    torch.save(lite_spelling(source.state_dict()), path)
    imported = import_published(path, "TwoViewLite0", new_classifier=True)
    assert imported.fresh == ("classifier.1.weight", "classifier.1.bias")
    x = torch.randn(1, 3, 128, 128)
    with torch.inference_mode():
        torch.testing.assert_close(features(imported.network, x), features(source, x), atol=0, rtol=0)


def test_import_ends_in_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = published(tmp_path, networks.build("FeatherNetA").state_dict())
    output = tmp_path / "out.pt"
    cases = [
        ([str(path), "--arch", "FeatherNet"], "choose from"),
        ([str(path), "--arch", "FeatherNetB"], "missing"),
        ([str(path), "--arch", "FeatherNetA", "--input-size", "100"], "multiple of 32"),
        ([str(path), "--arch", "FeatherNetA", "--new-classifier"], "no classifier"),
        ([str(tmp_path / "none"), "--arch", "FeatherNetA"], "no such file"),
        ([str(path), "--arch", "FlexFusion", "--classes", "2"], "always has two"),
    ]
    for arguments, words in cases:
        assert main(["import", *arguments, "--output", str(output)]) == 2
        error = capsys.readouterr().err
        assert words in error
        assert len(error.strip().splitlines()) == 1
    assert main(["import", str(path), "--arch", "FeatherNetA", "--output", str(path)]) == 2
    assert "is a file that this command reads" in capsys.readouterr().err
    assert not output.exists()
