from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from onnx import TensorProto, helper, numpy_helper

from fasdemo.errors import UserError
from fasdemo.frames import Stream
from fasdemo.models import providers
from fasdemo.models.card import Calibration, ModelCard, OutputSpec, Threshold
from fasdemo.models.crop import FaceCrops
from fasdemo.models.log_odds import sigmoid
from fasdemo.models.predictor import MAX_MARGIN, Predictor, margin, read_outputs
from tests.support.onnx_fixtures import SIZE, make_card, make_graph, make_model, save

ALL: tuple[Stream, ...] = ("rgb", "depth", "ir")


def crops(level: int = 200, streams: Sequence[Stream] = ALL, size: int = SIZE) -> FaceCrops:
    return FaceCrops(
        rgb=np.full((size, size, 3), level, np.uint8) if "rgb" in streams else None,
        depth_mm=np.full((size, size), 500.0, np.float32) if "depth" in streams else None,
        ir=np.full((size, size), level, np.uint8) if "ir" in streams else None,
        distance_mm=500.0,
        to_crop=np.eye(2, 3),
    )


def test_score_is_the_calibrated_softmax_of_the_graph(tmp_path: Path) -> None:
    path = make_model(tmp_path / "m.onnx", calibration=Calibration(scale=0.5, bias=0.25))
    with Predictor(path, device="cpu", threads=1) as predictor:
        result = predictor.predict([crops(200)])[0]
    logits = {name: 8 * value - 4 for name, value in (("rgb", 200 / 255), ("depth", 0.5), ("ir", 200 / 255))}
    fused = sum(logits.values()) / 3
    assert result.margin == pytest.approx(fused, abs=1e-4)
    assert result.score == pytest.approx(1 / (1 + np.exp(-(0.5 * fused + 0.25))), abs=1e-5)
    assert result.per_modality == pytest.approx({name: 1 / (1 + np.exp(-v)) for name, v in logits.items()}, abs=1e-5)


@pytest.mark.parametrize("batch", ["N", 1])
def test_faces_of_one_frame_do_not_influence_each_other(tmp_path: Path, batch: int | str) -> None:
    path = save(make_graph(batch=batch), tmp_path / "m.onnx", make_card())
    with Predictor(path, device="cpu") as predictor:
        alone = [predictor.predict([crops(level)])[0].score for level in (20, 128, 250)]
        together = [entry.score for entry in predictor.predict([crops(level) for level in (20, 128, 250)])]
    assert together == pytest.approx(alone)
    assert predictor.predict([]) == []


def test_absent_streams_of_a_flexible_model_carry_no_weight(tmp_path: Path) -> None:
    subset = {"rgb+ir": Calibration(scale=1.0, bias=-1.0)}
    path = make_model(tmp_path / "m.onnx", ALL, optional=True, subset_calibration=subset)
    with Predictor(path, device="cpu") as predictor:
        result = predictor.predict([crops(255, ("rgb", "ir"))])[0]
    assert result.margin == pytest.approx(4.0, abs=1e-4)
    assert result.score == pytest.approx(sigmoid(3.0), abs=1e-5)
    assert set(result.per_modality) == {"rgb", "ir"}


def test_predictor_gives_no_score_without_a_required_stream(tmp_path: Path) -> None:
    with Predictor(make_model(tmp_path / "m.onnx"), device="cpu") as predictor:
        result = predictor.predict([crops(255, ("rgb", "depth"))])[0]
    assert result.score is None
    assert "needs ir" in str(result.error)


def test_crops_of_another_size_give_no_score(tmp_path: Path) -> None:
    with Predictor(make_model(tmp_path / "m.onnx"), device="cpu") as predictor:
        assert predictor.predict([crops(size=SIZE + 1)])[0].score is None


@pytest.mark.parametrize(
    "outputs",
    [
        [np.full((1, 2), np.nan), *[np.zeros((1, 2))] * 3],
        [np.full((1, 2), np.inf), *[np.zeros((1, 2))] * 3],
        [np.zeros((1, 2)), np.full((1, 2), np.nan), *[np.zeros((1, 2))] * 2],
        [np.zeros((1, 3)), *[np.zeros((1, 2))] * 3],
        [np.zeros((2, 2)), *[np.zeros((1, 2))] * 3],
        [np.zeros(2), *[np.zeros((1, 2))] * 3],
        [np.zeros((1, 2))],
        [],
    ],
)
def test_read_outputs_takes_no_unreadable_answer_for_a_score(outputs: list[np.ndarray]) -> None:
    result = read_outputs(outputs, make_card(), [crops()])
    assert [entry.score for entry in result] == [None]
    assert result[0].error


@pytest.mark.parametrize("row", [[0.2, 0.9], [-0.5, 1.5], [np.nan, 1.0], [3.0, -2.0]])
def test_probabilities_that_are_none_are_never_a_score(row: list[float]) -> None:
    card = make_card(("rgb",), outputs=(OutputSpec(name="p", classes=2, live_index=0, kind="probabilities"),))
    assert read_outputs([np.array([row])], card, [crops()])[0].score is None


def test_softmax_happens_once() -> None:
    logits = OutputSpec(name="x", classes=4, live_index=2)
    values = np.array([0.3, -1.0, 2.0, 0.7])
    live = np.exp(2.0) / np.exp(values).sum()
    assert sigmoid(margin(values, logits)) == pytest.approx(live)
    given = OutputSpec(name="x", classes=2, live_index=0, kind="probabilities")
    assert sigmoid(margin(np.array([0.8, 0.2]), given)) == pytest.approx(0.8)
    single = OutputSpec(name="x", classes=1, live_index=0)
    assert margin(np.array([1.5]), single) == pytest.approx(1.5)
    assert margin(np.array([-1e30, 1e30]), OutputSpec(name="x", classes=2, live_index=1)) == MAX_MARGIN


def test_predictor_gives_no_score_when_the_network_fails(tmp_path: Path) -> None:
    with Predictor(make_model(tmp_path / "m.onnx"), device="cpu") as predictor:
        pass
    assert predictor.predict([crops()])[0].score is None
    assert "closed" in str(predictor.predict([crops()])[0].error)


class BreaksOnGpu:
    """Stands where a session was, on a provider that fails."""

    def get_providers(self) -> list[str]:
        return [providers.CUDA, providers.CPU]

    def run(self, names: object, feed: object) -> list[np.ndarray]:
        raise RuntimeError("CUDA error 700")


def test_predictor_replaces_a_failing_provider_by_the_cpu(tmp_path: Path) -> None:
    with Predictor(make_model(tmp_path / "m.onnx"), device="cpu") as predictor:
        good = predictor.predict([crops()])[0].score
        predictor._session = BreaksOnGpu()
        assert predictor.predict([crops()])[0].score == good
        assert predictor.provider == "CPU"
        assert any("now runs on the CPU" in sentence for sentence in predictor.warnings)


def test_cuda_that_cannot_be_had_falls_back_with_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ort, "get_available_providers", lambda: [providers.CPU])
    with Predictor(make_model(tmp_path / "m.onnx"), device="cuda") as predictor:
        assert predictor.provider == "CPU"
        assert any("CUDA is not available" in sentence for sentence in predictor.warnings)


@pytest.mark.parametrize(
    ("installed", "devices"),
    [((), ["cpu"]), (("OpenVINO",), ["cpu", "auto"]), (("Tensorrt", "CUDA"), ["cpu", "cuda"])],
)
def test_devices_here_names_every_installed_provider(
    installed: tuple[str, ...], devices: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"{name}ExecutionProvider" for name in installed]
    monkeypatch.setattr(ort, "get_available_providers", lambda: [*names, providers.CPU])
    assert providers.devices_here() == devices


def test_a_provider_that_fails_at_start_falls_back_with_a_sentence() -> None:
    asked = ["CoreMLExecutionProvider", providers.CPU]
    assert "CoreML" in str(providers.fallback_sentence("auto", asked, [providers.CPU]))
    assert providers.fallback_sentence("auto", asked, asked) is None


def test_predictor_refuses_an_unknown_device() -> None:
    with pytest.raises(UserError, match="device tpu: unknown device"):
        providers.wanted("tpu")


def refused(path: Path) -> str:
    with pytest.raises(UserError) as caught:
        Predictor(path, device="cpu")
    return str(caught.value)


def test_predictor_refuses_a_model_without_a_card(tmp_path: Path) -> None:
    assert "has no model card" in refused(save(make_graph(), tmp_path / "m.onnx", None))


def test_predictor_takes_a_card_beside_a_foreign_model(tmp_path: Path) -> None:
    path = save(make_graph(), tmp_path / "m.onnx", None)
    path.with_suffix(".json").write_text(make_card().model_dump_json())
    with Predictor(path, device="cpu") as predictor:
        assert predictor.predict([crops()])[0].score is not None


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda card: card.pop("thresholds"), "thresholds: Field required"),
        (lambda card: card["thresholds"].clear(), "thresholds"),
        (lambda card: card["thresholds"]["balanced"].update(live_above=0.0), "live_above"),
        (lambda card: card["thresholds"]["balanced"].update(live_above=0.2), "spoof_below must not exceed"),
        (lambda card: card.update(default_policy="none"), "default_policy"),
        (lambda card: card["inputs"][1].update(depth_encoding="metres"), "depth_encoding"),
        (lambda card: card.update(surprise=1), "surprise"),
        (lambda card: card["calibration"].update(scale=-1), "scale"),
    ],
)
def test_predictor_says_what_is_wrong_with_an_invalid_card(
    tmp_path: Path, change: Callable[[dict[str, Any]], object], says: str
) -> None:
    content = json.loads(make_card().model_dump_json())
    change(content)
    path = save(make_graph(), tmp_path / "m.onnx", None)
    path.with_suffix(".json").write_text(json.dumps(content))
    assert says in refused(path)


@pytest.mark.parametrize(
    ("card", "says"),
    [
        (make_card(("rgb", "depth")), "the graph's inputs are depth, ir, rgb, but the card has depth, rgb"),
        (make_card(input_size=64), "input rgb has shape"),
        (make_card(outputs=(OutputSpec(name="scores", classes=2, live_index=1),)), "no output scores"),
        (make_card(outputs=(OutputSpec(name="logits", classes=3, live_index=1),)), "output logits has shape"),
        (
            make_card(outputs=(OutputSpec(name="logits", classes=2, live_index=1, kind="probabilities"),)),
            "not a probability distribution",
        ),
    ],
)
def test_predictor_refuses_a_card_that_does_not_fit_its_graph(tmp_path: Path, card: ModelCard, says: str) -> None:
    assert says in refused(save(make_graph(), tmp_path / "m.onnx", card))


def test_predictor_refuses_a_softmax_that_the_card_calls_logits(tmp_path: Path) -> None:
    assert "is a softmax, but the card has logits" in refused(
        save(make_graph(softmax=True), tmp_path / "m.onnx", make_card())
    )


def test_predictor_refuses_a_graph_that_cannot_run_at_the_cards_size(tmp_path: Path) -> None:
    model = make_graph(("rgb",), size="S")
    model.graph.node.insert(0, helper.make_node("Add", ["rgb", "patch"], ["moved"]))
    model.graph.initializer.append(numpy_helper.from_array(np.zeros((1, 3, 7, 7), np.float32), "patch"))
    model.graph.node[1].input[0] = "moved"
    assert "test run fails" in refused(save(model, tmp_path / "m.onnx", make_card(("rgb",))))


@pytest.mark.parametrize("content", [b"", b"not a model", b"\x00" * 100, b"PK\x03\x04" + bytes(50)])
def test_predictor_refuses_what_is_no_onnx_model(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "m.onnx"
    path.write_bytes(content)
    assert "is not a valid ONNX model" in refused(path)


def test_predictor_refuses_a_truncated_model(tmp_path: Path) -> None:
    path = make_model(tmp_path / "m.onnx")
    whole = path.read_bytes()
    for length in range(1, len(whole), 97):
        path.write_bytes(whole[:length])
        assert refused(path)


def test_predictor_refuses_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    assert "does not exist" in refused(tmp_path / "none.onnx")
    assert "cannot be read" in refused(tmp_path)


def test_weights_in_other_files_are_refused(tmp_path: Path) -> None:
    model = make_graph()
    (tmp_path / "secret.bin").write_bytes(bytes(4))
    tensor = model.graph.initializer[2]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="secret.bin")
    assert "in other files" in refused(save(model, tmp_path / "m.onnx", make_card()))


def test_weights_in_other_files_are_found_inside_subgraphs(tmp_path: Path) -> None:
    inner = numpy_helper.from_array(np.zeros(1, np.float32), "inner")
    inner.ClearField("raw_data")
    inner.data_location = TensorProto.EXTERNAL
    inner.external_data.add(key="location", value="/etc/passwd")
    branch = helper.make_graph([helper.make_node("Constant", [], ["y"], value=inner)], "branch", [], [])
    model = make_graph()
    model.graph.node.append(helper.make_node("If", ["c"], ["z"], then_branch=branch, else_branch=branch))
    assert "in other files" in refused(save(model, tmp_path / "m.onnx", make_card()))


@pytest.mark.parametrize("how", ["node", "import"])
def test_operators_that_need_a_library_are_refused(tmp_path: Path, how: str) -> None:
    model = make_graph()
    if how == "node":
        model.graph.node.append(helper.make_node("Run", ["live"], ["x"], domain="com.evil"))
    else:
        model.opset_import.append(helper.make_opsetid("com.evil", 1))
    assert "'com.evil'" in refused(save(model, tmp_path / "m.onnx", make_card()))


def test_predictor_refuses_a_changed_model(tmp_path: Path) -> None:
    path = save(make_graph(), tmp_path / "m.onnx", make_card(), beside=True)
    Predictor(path, device="cpu").close()
    changed = make_graph(gain=80.0)
    path.write_bytes(onnx.ModelProto.SerializeToString(changed))
    assert "checksum mismatch" in refused(path)


def test_threshold_is_never_zero_or_one() -> None:
    for live_above in (0.0, 1.0, -1.0, float("nan")):
        with pytest.raises(ValueError, match="live_above"):
            Threshold(live_above=live_above, spoof_below=0.1, rule="", data="")


def test_predictor_runs_a_foreign_model_with_a_card(shared_dir: Path, tmp_path: Path) -> None:
    path = tmp_path / "minifas128.onnx"
    path.write_bytes((shared_dir / "peers" / "minifas128.onnx").read_bytes())
    text = (Path(__file__).resolve().parents[3] / "docs" / "models.md").read_text()
    path.with_suffix(".json").write_text(text.split("```json")[1].split("```")[0])
    with Predictor(path, device="cpu") as predictor:
        results = predictor.predict([crops(200, ("rgb",), 128), crops(90, ("rgb",), 128)])
    assert all(result.score is not None and 0.0 <= result.score <= 1.0 for result in results)
