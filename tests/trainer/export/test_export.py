from __future__ import annotations

import hashlib
import json
from pathlib import Path

import cv2
import numpy as np
import onnx
import onnxruntime as ort
import pytest
import torch
from torch import Tensor, nn

from fasdemo.errors import UserError
from fasdemo.models.card import CARD_KEY, ModelCard, OutputSpec
from fasdemo.models.crop import FaceCrops
from fasdemo.models.encode import encode
from fasdemo.models.predictor import Predictor
from tests.support.network_weights import settle
from trainer import networks
from trainer.checkpoints.card import card_of, outputs_of, published_inputs
from trainer.checkpoints.checkpoint import Checkpoint, build_network, load, save
from trainer.cli.main import main
from trainer.config.schema import Config
from trainer.export import onnx_export
from trainer.export.folded import folded
from trainer.export.graph_network import GraphNetwork
from trainer.export.onnx_export import compare_with_network, example_feeds, export_onnx, read_card

QUICK = {"FeatherNetB"}


def card_for(arch: str, network: nn.Module, **facts: object) -> ModelCard:
    checkpoint = Checkpoint(arch, network.state_dict(), {})
    return card_of(checkpoint, network, f"test-{arch}", facts)


@pytest.mark.parametrize(
    "name", [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in networks.names()]
)
def test_export_equals_torch(name: str, tmp_path: Path) -> None:
    size = 64 if name in QUICK else 128
    network = settle(networks.build(name, input_size=size))
    card = card_for(name, network)
    path = export_onnx(network, card, tmp_path / "model.onnx")
    model = onnx.load(str(path))
    assert model.opset_import[0].version >= 18
    onnx.checker.check_model(model, full_check=True)
    assert_equal(path, network)


def assert_equal(path: Path, network: nn.Module) -> None:
    """On another seed and other batch sizes than the exporter compared itself."""
    session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    for batch in (1, 5):
        inputs = networks.example_inputs(network, batch, seed=77)
        with torch.inference_mode():
            expected = GraphNetwork(network)(*inputs)
        feed = {item.name: tensor.numpy() for item, tensor in zip(session.get_inputs(), inputs, strict=True)}
        for given, wanted in zip(session.run(None, feed), expected, strict=True):
            assert wanted.isfinite().all()
            assert wanted.abs().max() > 0.01 or not wanted.any()
            assert np.abs(given - wanted.numpy()).max() <= 1e-4 * max(1.0, wanted.abs().max().item())


@pytest.fixture(scope="module")
def flex(tmp_path_factory: pytest.TempPathFactory) -> tuple[nn.Module, ModelCard, Path]:
    network = settle(networks.build("FlexFusion", input_size=64, modalities="depth+ir"))
    card = card_for("FlexFusion", network)
    return network, card, export_onnx(network, card, tmp_path_factory.mktemp("flex") / "flex.onnx")


def test_flexible_export_equals_torch_for_every_subset(flex: tuple[nn.Module, ModelCard, Path]) -> None:
    assert_equal(flex[2], flex[0])


def test_export_writes_the_card_inside_and_beside_with_the_hash(flex: tuple[nn.Module, ModelCard, Path]) -> None:
    _, card, path = flex
    inside = {entry.key: entry.value for entry in onnx.load(str(path)).metadata_props}
    assert set(inside) == {CARD_KEY}
    assert "sha256" not in json.loads(inside[CARD_KEY])
    assert read_card(path) == card
    beside = ModelCard.model_validate_json(path.with_suffix(".json").read_text())
    assert beside.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert beside.model_copy(update={"sha256": None}) == card
    assert {entry.name for entry in path.parent.iterdir()} == {"flex.onnx", "flex.json"}


def test_export_writes_nothing_about_the_machine(flex: tuple[nn.Module, ModelCard, Path]) -> None:
    content = flex[2].read_bytes()
    assert str(Path(onnx_export.__file__).parent).encode() not in content
    assert b"site-packages" not in content


def test_flexible_model_runs_in_the_app(flex: tuple[nn.Module, ModelCard, Path]) -> None:
    network, card, path = flex
    rng = np.random.default_rng(4)
    depth = (600 + 60 * rng.random((64, 64))).astype(np.float32)
    ir = rng.integers(0, 255, (64, 64)).astype(np.uint8)
    crops = [
        FaceCrops(None, depth, ir, 600.0, np.eye(2, 3)),
        FaceCrops(None, depth, None, 600.0, np.eye(2, 3)),
        FaceCrops(None, None, ir, 0.0, np.eye(2, 3)),
    ]
    blank = torch.zeros(1, 1, 64, 64)
    with Predictor(path, device="cpu") as predictor:
        for crop, prediction in zip(crops, predictor.predict(crops), strict=True):
            pictures, presence = [], []
            for spec in card.inputs:
                encoded = encode(crop, spec)
                pictures.append(blank if encoded is None else torch.from_numpy(encoded)[None])
                presence.append(float(encoded is not None))
            with torch.inference_mode():
                fused, *own = network(*pictures, torch.tensor([presence]))
            assert prediction.error is None
            assert prediction.margin == pytest.approx(float(fused[0, 1] - fused[0, 0]), abs=1e-3)
            for column, spec in enumerate(card.inputs):
                if presence[column]:
                    expected = float(own[column].softmax(1)[0, 1])
                    assert prediction.per_modality[spec.modality] == pytest.approx(expected, abs=1e-4)


def test_graph_gives_the_logits_of_the_same_face_without_colour(tmp_path: Path) -> None:
    network = settle(networks.build("FlexFusion", input_size=64))
    card = card_for("FlexFusion", network)
    path = export_onnx(network, card, tmp_path / "flex.onnx")
    pictures = networks.example_inputs(network, 2, seed=5)[:3]
    both, no_colour = torch.ones(2, 3), torch.tensor([[0.0, 1.0, 1.0]] * 2)
    with torch.inference_mode():
        expected, other = network(*pictures, no_colour)[0].numpy(), network(*pictures, both)[0].numpy()
    feed = {n: t.numpy() for n, t in zip(onnx_export.input_names(card), (*pictures, both), strict=True)}
    session = onnx_export.session(path)
    given = session.run(["fused_without_rgb_logits"], feed)[0]
    assert np.abs(given - expected).max() < 1e-5 * max(1.0, float(np.abs(expected).max()))
    assert np.abs(given - other).max() > 1e-3
    # Colour itself, not even NaN, has no effect.
    feed["rgb"] = np.full_like(feed["rgb"], np.nan)
    feed["presence"] = no_colour.numpy()
    assert np.array_equal(session.run(["fused_without_rgb_logits"], feed)[0], given)


def test_checkpoint_with_an_earlier_card_is_exported_with_all_outputs(tmp_path: Path) -> None:
    network = settle(networks.build("FlexFusion", input_size=32, modalities="rgb+ir"))
    card = card_for("FlexFusion", network)
    earlier = card.model_copy(update={"outputs": card.outputs[:-1]}).model_dump(mode="json")
    made = card_of(Checkpoint("FlexFusion", network.state_dict(), {}, card=earlier), network, "again", {})
    assert made.outputs == card.outputs


def test_published_checkpoint_is_imported_exported_and_run_in_the_app(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = settle(networks.build("FeatherNetB"))
    with torch.no_grad():
        source.get_parameter("final_DW.0.weight").mul_(0.2)
    state = {f"module.{key}": tensor for key, tensor in source.state_dict().items()}
    torch.save({"epoch": 1, "arch": "FeatherNetB()", "state_dict": state}, tmp_path / "a.pth.tar")
    checkpoint, output = str(tmp_path / "a.pt"), tmp_path / "models" / "feathernetb.onnx"
    assert main(["import", str(tmp_path / "a.pth.tar"), "--arch", "FeatherNetB", "--output", checkpoint]) == 0
    assert main(["export", checkpoint, "--output", str(output)]) == 0
    printed = capsys.readouterr()
    assert "fasdemo applies the softmax" in printed.out
    assert "no thresholds were measured" in printed.err
    rng = np.random.default_rng(8)
    depth = (500 + 150 * rng.random((224, 224))).astype(np.float32)
    crop = FaceCrops(None, depth, None, 500.0, np.eye(2, 3))
    with Predictor(output, device="cpu") as predictor:
        card = predictor.card
        (prediction,) = predictor.predict([crop])
    assert card.inputs[0].mean == (0.14300402, 0.1434545, 0.14277956)
    assert card.inputs[0].std == (0.10050353, 0.100842826, 0.10034215)
    assert card.inputs[0].channels == 3
    assert card.crop.whole_picture == "pil-bilinear"
    assert card.inputs[0].depth_encoding == "casia-surf-8bit"
    assert (card.outputs[0].classes, card.outputs[0].live_index) == (1024, 1)
    assert "Nothing was measured" in card.limits
    assert card.thresholds[card.default_policy].live_above >= 0.99
    tensor = encode(crop, card.inputs[0])
    assert tensor is not None
    with torch.inference_mode():
        live = float(source(torch.from_numpy(tensor)[None]).double().softmax(1)[0, 1])
    assert prediction.margin == pytest.approx(np.log(live / (1 - live)), abs=1e-3)


def test_published_fusions_are_fed_as_they_were_trained() -> None:
    network = networks.build("FeatherNetB-x3-cdc", input_size=64)
    inputs = published_inputs(network)
    assert [spec.modality for spec in inputs] == ["rgb", "ir", "depth"]
    assert inputs[0].channel_order == "BGR"
    assert inputs[0].mean == pytest.approx((0.5,))
    assert inputs[0].std == pytest.approx((128 / 255,))


def test_card_of_says_when_the_inputs_are_assumed() -> None:
    network = networks.build("FlexFusion", input_size=32)
    card = card_for("FlexFusion", network)
    assert [(spec.channels, spec.channel_order) for spec in card.inputs] == [(3, "RGB"), (1, "grey"), (1, "grey")]
    assert card.inputs[1].depth_encoding == "face-relative-mm"
    assert "not recorded" in card.limits
    trained = Config.model_validate(
        {
            "name": "mine",
            "network": {"arch": "FlexFusion", "modalities": ["rgb", "depth", "ir"], "flexible": True},
            "input": {"size": 32, "channels": {"depth": 1, "ir": 1}, "depth_range_mm": 90, "crop_scale": 1.2},
        }
    ).model_dump(mode="json")
    card = card_of(Checkpoint("FlexFusion", network.state_dict(), {}, config=trained), network, "mine", {})
    assert card.inputs[1].depth_range_mm == 90
    assert card.crop.scale == 1.2
    assert all(spec.optional for spec in card.inputs)
    assert "not recorded" not in card.limits


def test_card_of_keeps_the_measured_figures() -> None:
    network = networks.build("FeatherNetB", in_channels=1, input_size=64, classes=2)
    threshold = {"live_above": 0.7, "spoof_below": 0.4, "rule": "BPCER 5 %", "data": "dev"}
    card = {
        "thresholds": {"bpcer20": threshold},
        "metrics": {"eer": {"value": 0.02, "data": "test"}},
        "sha256": "0" * 64,
    }
    checkpoint = Checkpoint("FeatherNetB", network.state_dict(), {}, card=card)
    made = card_of(checkpoint, network, "mine", {})
    assert made.default_policy == "bpcer20"
    assert made.thresholds["bpcer20"].live_above == 0.7
    assert made.metrics["eer"].value == 0.02
    assert "Nothing was measured" not in made.limits
    assert made.sha256 is None
    broken = Checkpoint("FeatherNetB", {}, {}, card={"thresholds": {"a": threshold | {"live_above": 7}}})
    with pytest.raises(UserError, match=r"thresholds\.a\.live_above"):
        card_of(broken, network, "mine", {})


def test_export_refuses_a_card_that_does_not_fit(tmp_path: Path) -> None:
    network = settle(networks.build("FlexFusion", input_size=32, modalities="rgb+ir"))
    good = card_for("FlexFusion", network)
    first, second = good.inputs
    plain = tuple(spec.model_copy(update={"optional": False}) for spec in good.inputs)
    wrong: list[tuple[dict[str, object], str]] = [
        ({"input_size": 64}, "inputs are"),
        ({"inputs": (second, first)}, "inputs are"),
        ({"inputs": plain, "presence_input": None}, "needs a presence input"),
        ({"outputs": good.outputs[:1]}, "outputs have"),
        ({"outputs": (good.outputs[0], *good.outputs[:0:-1])}, "outputs must be fused, rgb, ir, fused_without_rgb"),
        ({"outputs": tuple(o.model_copy(update={"name": "same"}) for o in good.outputs)}, "same name"),
        ({"presence_input": first.name}, "same name"),
    ]
    for change, words in wrong:
        with pytest.raises(UserError, match=words):
            export_onnx(network, good.model_copy(update=change), tmp_path / "x.onnx")
    assert list(tmp_path.iterdir()) == []
    heads = ("fused", "rgb", "ir", "fused_without_rgb")
    assert tuple(output.head for output in outputs_of(network)) == heads
    assert isinstance(good.outputs[0], OutputSpec)


class Wrong(nn.Module):
    """Answers otherwise while it is being exported."""

    def __init__(self) -> None:
        super().__init__()
        self.input_shapes = ((1, 32, 32),)
        self.conv = nn.Conv2d(1, 2, 32)

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.conv(x).flatten(1)
        return logits + 3e-4 if torch.compiler.is_exporting() else logits


def test_export_writes_no_file_that_differs_from_the_network(tmp_path: Path) -> None:
    network = Wrong().eval()
    card = card_for("FeatherNetB", networks.build("FeatherNetB", in_channels=1, input_size=32, classes=2))
    target = tmp_path / "x.onnx"
    target.write_bytes(b"the old one")
    with pytest.raises(UserError, match="differs from torch by"):
        export_onnx(network, card, target)
    assert target.read_bytes() == b"the old one"
    assert [entry.name for entry in tmp_path.iterdir()] == ["x.onnx"]


def test_export_counts_a_nan_as_a_difference(flex: tuple[nn.Module, ModelCard, Path]) -> None:
    network, card, path = flex
    feeds = [dict(feed) for feed in example_feeds(network, card)]
    feeds[0]["depth"] = np.full_like(feeds[0]["depth"], np.nan)
    assert not compare_with_network(path, network, card, feeds).logits <= 1e-4


@pytest.mark.parametrize("name", ["FeatherNetB-x3-cdc", "FlexFusion"])
def test_folding_changes_no_answer_and_leaves_the_network_alone(name: str) -> None:
    network = settle(networks.build(name, input_size=64, modalities="depth"))
    before = {key: tensor.clone() for key, tensor in network.state_dict().items()}
    inputs = networks.example_inputs(network, 3, seed=2)
    with torch.inference_mode():
        one, other = network(*inputs), folded(network)(*inputs)
    for a, b in zip(one, other, strict=True):
        torch.testing.assert_close(a, b, atol=2e-5, rtol=2e-5)
    assert all(torch.equal(tensor, before[key]) for key, tensor in network.state_dict().items())


def picture_list(folder: Path, count: int, labels: bool = True) -> Path:
    """A list `color depth ir label`: live faces have relief in their depth, attacks are one grey."""
    rng = np.random.default_rng(6)
    lines = []
    for number in range(count):
        live = number // 2 % 2
        grey = np.full((48, 48), 90, np.uint8)
        if live:
            grey = (255 * np.clip(1 - np.hypot(*np.mgrid[-1:1:48j, -1:1:48j]), 0, 1)).astype(np.uint8)
        names = [f"{kind}/{number:03}.png" for kind in ("color", "depth", "ir")]
        pictures: list[np.ndarray] = [rng.integers(0, 255, (48, 48, 3)), grey, grey]
        for name, picture in zip(names, pictures, strict=True):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            assert cv2.imwrite(str(folder / name), picture.astype(np.uint8))
        lines.append(" ".join(names) + f" {live}" * labels)
    path = folder / "faces.txt"
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.mark.parametrize("labels", [True, False])
def test_export_compares_on_real_pictures(labels: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = picture_list(tmp_path / "data", 24, labels)
    options = {"input_size": 32}
    network = settle(networks.build("FeatherNetB", **options))
    checkpoint = save(tmp_path / "a.pt", Checkpoint("FeatherNetB", network.state_dict(), options))
    output = tmp_path / "net.onnx"
    arguments = ["export", str(checkpoint), "--output", str(output), "--crops", str(place)]
    assert main([*arguments, "--threshold", "0.9,0.4", "--limits", "Only a test."]) == 0
    printed = capsys.readouterr()
    assert "against torch on 24 faces of" in printed.out
    assert printed.err == ""
    plain = read_card(output)
    assert plain.thresholds[plain.default_policy].live_above == 0.9
    assert plain.limits == "Only a test."
    assert str(tmp_path) not in plain.model_dump_json()


def test_export_ends_in_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    network = networks.build("FeatherNetB", in_channels=1, input_size=32, classes=2)
    options = {"in_channels": 1, "input_size": 32, "classes": 2}
    good = str(save(tmp_path / "a.pt", Checkpoint("FeatherNetB", network.state_dict(), options)))
    (tmp_path / "bad.pt").write_bytes(b"nothing")
    output = str(tmp_path / "out.onnx")
    cases = [
        ([str(tmp_path / "none.pt"), "--output", output], "no such file"),
        ([str(tmp_path / "bad.pt"), "--output", output], "damaged"),
        ([good, "--output", str(tmp_path / "out.pt")], "does not end in .onnx"),
        ([good, "--output", str(tmp_path / "a.pt" / "out.onnx")], "cannot be written"),
        ([good, "--output", output, "--threshold", "0.5,0.9"], "--threshold 0.5,0.9"),
        ([good, "--output", output, "--threshold", "high"], "--threshold high"),
        ([good, "--output", output, "--samples", "0"], "--samples 0"),
        ([good, "--output", output, "--name", "a b"], "name"),
        ([good, "--output", output, "--crops", str(tmp_path / "nowhere")], "nowhere"),
    ]
    for arguments, words in cases:
        assert main(["export", *arguments]) == 2, arguments
        error = capsys.readouterr().err
        assert words in error
        assert len(error.strip().splitlines()) == 1
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["a.pt", "bad.pt"]
    assert build_network(load(good)).training is False
