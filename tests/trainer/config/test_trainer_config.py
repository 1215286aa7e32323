"""Configurations: shipped ones, published spellings, and errors that say what to write instead."""

from pathlib import Path

import pytest

from fasdemo.errors import UserError
from fasdemo.frames import Stream
from trainer.checkpoints import stream_model
from trainer.cli.main import main
from trainer.config import schema as config
from trainer.config.schema import presence_weights


@pytest.mark.parametrize("name", [n for n in config.shipped() if n != "fishnet150-32"])
def test_shipped_configurations_build_their_network(name: str) -> None:
    settings = config.load(name)
    assert settings.name == name
    network, _ = stream_model.build_model(settings)
    specs = stream_model.input_specs(settings, network.modalities)
    assert [spec.modality for spec in specs] == list(network.modalities)


@pytest.mark.parametrize(
    ("name", "arch", "gamma", "decay", "batch", "stream"),
    [
        ("fishnet150-32", "FishNet150", 2, 30, 32, "depth"),
        ("mobilenetv2", "MobileNetV2", 2, 40, 32, "depth"),
        ("MobileLiteNet54-32", "MobileLiteNet54", 3, 60, 32, "depth"),
        ("MobileLiteNet54-se-64", "MobileLiteNet54-SE", 3, 60, 64, "depth"),
        ("FeatherNetA-32", "FeatherNetA", 3, 60, 32, "depth"),
        ("FeatherNetB-32", "FeatherNetB", 3, 60, 32, "depth"),
        ("FeatherNetB-32-ir", "FeatherNetB", 3, 60, 32, "ir"),
    ],
)
def test_published_configurations_hold_the_published_values(
    name: str, arch: str, gamma: int, decay: int, batch: int, stream: Stream
) -> None:
    settings = config.load(f"cfgs/{name}.yaml")
    assert settings.network.arch == arch
    assert settings.network.modalities == (stream,)
    assert (settings.loss.kind, settings.loss.gamma) == ("focal", gamma)
    assert (settings.optimiser.kind, settings.optimiser.lr, settings.optimiser.every_decay) == ("sgd", 0.01, decay)
    assert (settings.optimiser.momentum, settings.optimiser.weight_decay) == (0.9, 1e-4)
    assert settings.run.batch == batch
    assert (settings.input.size, settings.input.resize) == (224, 256)
    assert settings.input.mean[stream] == (0.14300402, 0.1434545, 0.14277956)
    assert settings.input.std[stream] == (0.10050353, 0.100842826, 0.10034215)


def test_load_prefers_an_own_file_to_a_shipped_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "FeatherNetB-32.yaml").write_text("network: {arch: FeatherNetA}\nrun: {epochs: 3}\n")
    settings = config.load("FeatherNetB-32.yaml")
    assert (settings.network.arch, settings.run.epochs, settings.name) == ("FeatherNetA", 3, "FeatherNetB-32")


PUBLISHED = """common:
    arch: FeatherNetB
    workers: 1
    batch_size: 48
    epochs: 7
    policy: "step"
    base_lr: 0.02
    momentum: 0.9
    weight_decay: 0.0001
    print_freq: 10
    save_path: checkpoints/FeatherNetB_bs32-ir
"""


@pytest.mark.parametrize(("name", "stream"), [("FeatherNetB-32-ir", "ir"), ("mine-32", "depth")])
def test_load_reads_a_published_file_as_it_is(tmp_path: Path, name: str, stream: str) -> None:
    path = tmp_path / f"{name}.yaml"
    path.write_text(PUBLISHED)
    settings = config.load(str(path))
    assert (settings.network.arch, settings.network.modalities) == ("FeatherNetB", (stream,))
    assert (settings.run.batch, settings.run.epochs, settings.optimiser.lr) == (48, 7, 0.02)
    assert (settings.optimiser.kind, settings.augment.kind, settings.input.size) == ("sgd", "published", 224)
    path.write_text(PUBLISHED.replace("FeatherNetB\n", "FeatherNetC\n"))
    with pytest.raises(UserError, match="did you mean"):
        config.load(str(path))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("network: {arch: FeatherNetB}\nrun: {epoch: 3}\n", "unknown key run.epoch; did you mean epochs?"),
        ("run: {epohcs: 3}\n", "unknown key run.epohcs; did you mean epochs?"),
        ("network: {arch: FeatherNetB}\noptimizer: {lr: 1}\n", "did you mean optimiser?"),
        ("network: {arch: FeatherNetB}\nrun: {epochs: -1}\n", "run.epochs"),
        ("network: {arch: FeatherNetB, modalities: [depth, depth]}\n", "names a stream twice"),
        ("[1, 2]", "at the top"),
        ("a: [", "not YAML"),
    ],
)
def test_wrong_configurations_are_explained(tmp_path: Path, content: str, says: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(content)
    with pytest.raises(UserError, match=says.replace("?", r"\?").replace("[", r"\[")):
        config.load(str(path))


def test_load_suggests_the_nearest_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "--config", "FeathernetB32"]) == 2
    assert "did you mean FeatherNetB-32" in capsys.readouterr().err


def test_options_and_set_change_the_configuration(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "--config", "FeatherNetB-32", "--set", "run.epocs=3", "--data", "x"]) == 2
    assert "did you mean epochs?" in capsys.readouterr().err


def test_presence_is_shown_in_all_subsets_and_most_often_whole() -> None:
    weights = presence_weights(config.load("fasdemo-flex"))
    assert len(weights) == 7
    assert sum(weights.values()) == pytest.approx(1)
    assert max(weights, key=lambda subset: weights[subset]) == ("rgb", "depth", "ir")
    assert weights["depth",] == pytest.approx(weights["ir",])


@pytest.mark.parametrize("command", ["train", "evaluate", "submit", "ensemble", "metrics", "lists", "finetune"])
def test_help_shows_a_real_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main([command, "--help"])
    assert end.value.code == 0
    assert f"example: python -m trainer {command}" in capsys.readouterr().out
