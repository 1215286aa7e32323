from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from fasdemo.errors import UserError
from tests.support.tiny_set import write_tiny_set
from trainer.checkpoints import checkpoint
from trainer.checkpoints.stream_model import StreamModel, build_model
from trainer.cli.main import main
from trainer.config.schema import AdversarialConfig, Config, load
from trainer.data.loader import Batch, Loader
from trainer.data.network_loader import make_loader
from trainer.data.splits import open_splits
from trainer.networks.output import margin
from trainer.training.adversarial import patterned

pytestmark = pytest.mark.usefixtures("one_thread")

SETTINGS = AdversarialConfig(share=1.0, levels=8.0, steps=2)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_set(tmp_path_factory.mktemp("patterns") / "set", people=4, shots=4)


def parts(data: Path, **changes: Any) -> tuple[StreamModel, Loader, Batch]:
    """Return a new network, its loader and one augmented batch with its pictures."""
    config = load("fasdemo-flex", {"input.size": 64, "run.workers": 0, "data.folder": data, **changes})
    torch.manual_seed(3)
    model = build_model(config)[0].eval()
    splits = open_splits(config.data, model.modalities, False)
    loader = make_loader(config, model, splits.train)
    loader.keep_pictures = True
    return model, loader, next(loader.training(np.arange(len(splits.train)), 16, 1, 0))


def everything(batch: Batch) -> list[torch.Tensor]:
    return [torch.ones(len(batch.labels), len(batch.inputs))]


def live_margin(model: StreamModel, inputs: list[torch.Tensor], batch: Batch) -> torch.Tensor:
    with torch.no_grad():
        return margin(model(inputs, everything(batch))[0][0])


def test_patterned_raises_the_score_of_attacks_more_than_random_changes_of_the_same_size(data: Path) -> None:
    model, loader, batch = parts(data)
    found = patterned(model, batch, loader.inputs, everything(batch), SETTINGS, np.random.default_rng(0))
    attacks = batch.labels == 0
    before, after = live_margin(model, batch.inputs, batch), live_margin(model, found, batch)
    random = [one.clone() for one in batch.inputs]
    signs = np.random.default_rng(1).choice([-1.0, 1.0], random[0].shape).astype(np.float32)
    random[0] += torch.from_numpy(signs) * (8.0 / 255.0 / 0.25)
    assert bool((after[attacks] > before[attacks]).all())
    gained = (after - before)[attacks].mean()
    assert gained > 3.0 * (live_margin(model, random, batch) - before)[attacks].abs().mean()


def test_patterned_changes_colour_by_at_most_the_levels_and_never_depth(data: Path) -> None:
    model, loader, batch = parts(data)
    model.train()
    found = patterned(model, batch, loader.inputs, everything(batch), SETTINGS, np.random.default_rng(0))
    assert model.training
    colour, depth, infrared = (new - old for new, old in zip(found, batch.inputs, strict=True))
    levels = colour.abs() * 0.25 * 255.0
    assert 7.5 < float(levels.max()) < 8.01
    assert torch.equal(depth, torch.zeros_like(depth))
    assert bool((infrared.abs().amax((1, 2, 3)) > 0).all())
    for sample in (batch.labels == 0).nonzero()[:, 0]:
        assert float(levels[sample].mean()) > 4.0


def test_patterned_gives_live_crops_a_pattern_of_an_attack(data: Path) -> None:
    model, loader, batch = parts(data)
    found = patterned(model, batch, loader.inputs, everything(batch), SETTINGS, np.random.default_rng(0))
    changes = (found[0] - batch.inputs[0]).flatten(1)
    live, attack = (changes[batch.labels == label] for label in (1, 0))
    # Clipping at black and white changes a part of a pattern.
    likeness = [max(float(torch.corrcoef(torch.stack([mine, theirs]))[0, 1]) for theirs in attack) for mine in live]
    assert min(likeness) > 0.5


def test_patterned_leaves_the_other_crops_alone(data: Path) -> None:
    model, loader, batch = parts(data)
    none = patterned(model, batch, loader.inputs, everything(batch), AdversarialConfig(), np.random.default_rng(0))
    assert none is batch.inputs
    some = AdversarialConfig(share=0.4)
    found = patterned(model, batch, loader.inputs, everything(batch), some, np.random.default_rng(0))
    changed = (found[0] != batch.inputs[0]).flatten(1).any(1)
    assert 0 < int(changed[batch.labels == 0].sum()) < int((batch.labels == 0).sum())


def test_patterned_is_weaker_in_infrared_of_a_camera_that_uses_a_part_of_its_range(data: Path) -> None:
    dark = {f"augment.{key}": 0.0 for key in ("ir_noise", "ir_black", "ir_glare", "cutout", "blur")}
    changes = []
    for gain in (0.1, 1.0):
        model, loader, batch = parts(data, **{**dark, "augment.ir_gain": (gain, gain * 1.001)})
        found = patterned(model, batch, loader.inputs, everything(batch), SETTINGS, np.random.default_rng(0))
        changes.append(float((found[2] - batch.inputs[2])[batch.labels == 0].abs().mean()))
    # The encoding divides by the local contrast, so that an equal share of the light changes it equally.
    assert 0.5 < changes[0] / changes[1] < 2.0


def test_patterned_keeps_the_lighting_of_the_published_augmentation(data: Path) -> None:
    model, loader, batch = parts(data, **{"augment.kind": "published"})
    assert batch.lighting is not None
    tiny = AdversarialConfig(share=1.0, levels=0.4)
    found = patterned(model, batch, loader.inputs, everything(batch), tiny, np.random.default_rng(0))
    assert torch.allclose(found[0], batch.inputs[0], atol=1e-6)


def small(data: Path, output: Path, *more: str) -> list[str]:
    command = ["train", "--config", "fasdemo-flex", "--data", str(data), "--output", str(output), "-b", "8", *more]
    return [*command, "--set", "input.size=64", "run.precision=32-true", "run.workers=0", "adversarial.share=0.5"]


def test_training_with_patterns_is_repeatable(data: Path, tmp_path: Path) -> None:
    assert main(small(data, tmp_path / "whole", "--epochs", "2")) == 0
    assert main(small(data, tmp_path / "half", "--epochs", "2")) == 0
    first, second = (checkpoint.load(tmp_path / run / "last.pt") for run in ("whole", "half"))
    assert first.config["adversarial"] == {"share": 0.5, "levels": 8.0, "steps": 1}
    assert all(torch.equal(value, second.state_dict[key]) for key, value in first.state_dict.items())
    plain = small(data, tmp_path / "plain", "--epochs", "2")
    assert main([*plain[:-1], "adversarial.share=0"]) == 0
    other = checkpoint.load(tmp_path / "plain" / "last.pt").state_dict
    assert any(not torch.equal(value, other[key]) for key, value in first.state_dict.items())


def test_config_refuses_patterns_that_no_stream_can_have() -> None:
    with pytest.raises(UserError, match=r"adversarial\.share: patterns change colour and infrared"):
        load("fasdemo-featherb-depth", {"adversarial.share": 0.5})
    assert isinstance(load("fasdemo-featherb-ir", {"adversarial.share": 0.5}), Config)
    for key, value in (("share", 1.5), ("levels", 0), ("steps", 0)):
        with pytest.raises(UserError, match=rf"adversarial\.{key}"):
            load("fasdemo-flex", {f"adversarial.{key}": value})
