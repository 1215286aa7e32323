"""Untrusted models and cards: refused with one sentence, or our reader and protobuf agree."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import onnx
import pytest
from google.protobuf.message import DecodeError
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from fasdemo.engine.policy import Policy, thresholds
from fasdemo.errors import UserError
from fasdemo.models import sandbox_check
from fasdemo.models.card import CARD_KEY, ModelCard, OutputSpec
from fasdemo.models.crop import FaceCrops
from fasdemo.models.model_file import parse_card, read_model
from fasdemo.models.onnx_file import BUILT_IN_DOMAINS, LOOPS, read_contents
from fasdemo.models.predictor import Predictor, read_outputs
from fasdemo.models.registry import select_model
from tests.support.bounded_child import run_bounded
from tests.support.onnx_fixtures import SIZE, make_card, make_graph, save
from tests.support.specimens import damaged, fuzz, mutations, refused_or_read


@lru_cache(maxsize=1)
def sound() -> bytes:
    """A model with a card and with a subgraph, so that every part of the walk has something to visit."""
    model = make_graph()
    inner = numpy_helper.from_array(np.zeros(2, np.float32), "inner")
    branch = helper.make_graph(
        [helper.make_node("Constant", [], ["y"], value=inner)],
        "branch",
        [],
        [helper.make_tensor_value_info("y", 1, [2])],
    )
    model.graph.initializer.append(numpy_helper.from_array(np.array(True), "yes"))
    model.graph.node.append(helper.make_node("If", ["yes"], ["unused"], then_branch=branch, else_branch=branch))
    helper.set_model_props(model, {CARD_KEY: make_card().model_dump_json()})
    return bytes(model.SerializeToString())


def nodes(graph: Any) -> Iterator[Any]:
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            for inner in [attribute.g, *attribute.graphs]:
                yield from nodes(inner)


def tensors(graph: Any) -> Iterator[Any]:
    yield from graph.initializer
    for sparse in graph.sparse_initializer:
        yield from (sparse.values, sparse.indices)
    for node in graph.node:
        for attribute in node.attribute:
            yield from [attribute.t, *attribute.tensors]
            for inner in [attribute.g, *attribute.graphs]:
                yield from tensors(inner)


def agrees_with_protobuf(content: bytes) -> bool:
    """False where the walk refuses the bytes; fails where it misses what protobuf sees."""
    try:
        found = read_contents(content)
    except ValueError:
        return False
    model = onnx.ModelProto()
    try:
        model.ParseFromString(content)
    except DecodeError:
        return True
    everything = list(nodes(model.graph))
    for function in model.functions:
        everything += function.node
    assert {node.op_type for node in everything} & LOOPS <= found.loops
    assert {node.domain for node in everything if node.domain} <= found.domains
    assert {entry.domain for entry in model.opset_import} <= found.domains
    outside = [t for t in tensors(model.graph) if t.external_data or t.data_location == TensorProto.EXTERNAL]
    assert not outside or found.external
    card = {entry.key: entry.value for entry in model.metadata_props}.get(CARD_KEY)
    assert found.card_json == card
    return True


@fuzz(500)
@given(steps=mutations)
def test_the_walk_sees_what_protobuf_sees(steps: list[Any]) -> None:
    agrees_with_protobuf(damaged(sound(), steps))


def varint(value: int) -> bytes:
    out = b""
    while value > 127:
        out, value = out + bytes([value & 127 | 128]), value >> 7
    return out + bytes([value])


def message(number: int, content: bytes, high: int = 0) -> bytes:
    return varint(high << 32 | number << 3 | 2) + varint(len(content)) + content


ENTRY = message(1, b"location") + message(2, b"secret.bin")
HIDDEN = {
    "as it should be written": message(13, ENTRY),
    "under a key of 33 bits": message(13, ENTRY, high=1),
    "under a key of 35 bits": message(13, ENTRY, high=7),
    "by its location alone": varint(14 << 3) + varint(1),
    "by a location of 33 bits": varint(14 << 3) + varint(1 << 32 | 1),
    "by a location given twice": varint(14 << 3) + varint(1) + varint(14 << 3) + varint(0) + message(13, ENTRY),
}


@pytest.mark.parametrize("how", sorted(HIDDEN))
def test_external_data_cannot_be_hidden_from_the_walk(tmp_path: Path, how: str) -> None:
    model = make_graph()
    tensor = model.graph.initializer[2].SerializeToString()
    helper.set_model_props(model, {CARD_KEY: make_card().model_dump_json()})
    graph = model.graph.SerializeToString()
    changed = graph.replace(message(5, tensor), message(5, tensor + HIDDEN[how]))
    assert changed != graph
    content = model.SerializeToString().replace(message(7, graph), message(7, changed))
    (tmp_path / "m.onnx").write_bytes(content)
    (tmp_path / "secret.bin").write_bytes(bytes(4))
    with pytest.raises(UserError):
        Predictor(tmp_path / "m.onnx", device="cpu")


@pytest.mark.parametrize("depth", [17, 3000])
def test_graphs_within_graphs_are_refused(depth: int) -> None:
    graph = b""
    for _ in range(depth):
        graph = message(1, message(5, message(6, graph)))
    with pytest.raises(ValueError, match="nested too deeply"):
        read_contents(message(7, graph))


@pytest.mark.timeout(60)
@pytest.mark.parametrize("part", [b"\x08\x01", b"\x0a\x00", b"\x3a\x00"])
def test_millions_of_tiny_parts_are_refused(part: bytes) -> None:
    with pytest.raises(ValueError, match=r"more than 1000000 parts|several graphs|no graph"):
        read_contents(part * 1_100_000)


def loop(kind: str) -> onnx.ModelProto:
    body = helper.make_graph(
        [helper.make_node("Identity", ["c"], ["d"]), helper.make_node("Add", ["x", "x"], ["y"])],
        "body",
        [
            helper.make_tensor_value_info("i", TensorProto.INT64, []),
            helper.make_tensor_value_info("c", TensorProto.BOOL, []),
            helper.make_tensor_value_info("x", TensorProto.FLOAT, None),
        ],
        [helper.make_tensor_value_info("d", TensorProto.BOOL, []), helper.make_tensor_value_info("y", 1, None)],
    )
    model = make_graph(("rgb",))
    model.graph.initializer.append(numpy_helper.from_array(np.array(2**62, np.int64), "trips"))
    model.graph.initializer.append(numpy_helper.from_array(np.array(True), "yes"))
    node = helper.make_node("Loop", ["trips", "yes", "logits"], ["rounds"], body=body)
    if kind == "in a branch":
        branch = helper.make_graph([node], "branch", [], [helper.make_tensor_value_info("rounds", 1, None)])
        node = helper.make_node("If", ["yes"], ["rounds"], then_branch=branch, else_branch=branch)
    elif kind == "in a function":
        imports = [helper.make_opsetid("", 18)]
        function = helper.make_function("ai.onnx", "Twice", ["trips", "yes", "logits"], ["rounds"], [node], imports)
        model.functions.append(function)
        return model
    model.graph.node.append(node)
    return model


@pytest.mark.parametrize("kind", ["plain", "in a branch", "in a function"])
def test_a_loop_without_end_is_refused(tmp_path: Path, kind: str) -> None:
    path = save(loop(kind), tmp_path / "m.onnx", make_card(("rgb",)))
    with pytest.raises(UserError, match="uses Loop, which may never end"):
        read_model(path)


def hungry(gigabytes: float) -> onnx.ModelProto:
    """A few hundred bytes that ask for a lot."""
    model = make_graph(("rgb",))
    model.graph.initializer.append(numpy_helper.from_array(np.array([int(gigabytes * 2**28)], np.int64), "shape"))
    model.graph.node.append(helper.make_node("ConstantOfShape", ["shape"], ["big"]))
    model.graph.node.append(helper.make_node("ReduceSum", ["big"], ["total"], keepdims=0))
    model.graph.node.append(helper.make_node("Mul", ["total", "zero"], ["nothing"]))
    model.graph.node.append(helper.make_node("Add", ["logits", "nothing"], ["heavy"]))
    model.graph.output[0].name = "heavy"
    return model


HUNGRY_CARD = make_card(("rgb",), outputs=(OutputSpec(name="heavy", classes=2, live_index=1),))


@pytest.mark.parametrize("gigabytes", [16, 4096])
def test_a_model_that_asks_for_all_memory_is_refused(tmp_path: Path, gigabytes: float) -> None:
    path = save(hungry(gigabytes), tmp_path / "m.onnx", HUNGRY_CARD)
    code = (
        "from pathlib import Path; from fasdemo.models.registry import select_model\n"
        "select_model(frozenset({'rgb'}), argument, folder=Path(argument).parent / 'none')"
    )
    assert re.search("UserError.*ConstantOfShape", run_bounded(code, str(path), 4096))


def test_a_model_that_asks_for_a_little_is_taken(tmp_path: Path) -> None:
    # The same graph: it is the amount that is refused.
    path = save(hungry(0.001), tmp_path / "m.onnx", HUNGRY_CARD)
    assert select_model(frozenset({"rgb"}), path, folder=tmp_path / "none").card.name == "mean-rgb"


def test_an_untrusted_model_within_the_limits_is_tested_once_and_accepted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = save(make_graph(("rgb",), gain=7.25), tmp_path / "m.onnx", make_card(("rgb",)))
    assert select_model(frozenset({"rgb"}), path, folder=tmp_path / "none").card.name == "mean-rgb"
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    assert select_model(frozenset({"rgb"}), path, folder=tmp_path / "none").card.name == "mean-rgb"
    other = save(make_graph(("rgb",), gain=7.5), tmp_path / "n.onnx", make_card(("rgb",)))
    with pytest.raises(UserError, match="cannot be checked"):
        select_model(frozenset({"rgb"}), other, folder=tmp_path / "none")


def test_an_untrusted_model_that_takes_too_long_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox_check, "MAX_TIME_S", 0.01)
    path = save(make_graph(("rgb",), gain=7.75), tmp_path / "m.onnx", make_card(("rgb",)))
    with pytest.raises(UserError, match="did not end within"):
        select_model(frozenset({"rgb"}), path, folder=tmp_path / "none")


@fuzz(25)
@given(steps=mutations)
def test_damaged_models_are_loaded_or_refused(steps: list[Any]) -> None:
    with TemporaryDirectory() as root:
        path = Path(root) / "m.onnx"
        path.write_bytes(damaged(sound(), steps))
        found = refused_or_read(lambda: read_model(path))
        if not isinstance(found, UserError):
            assert set(read_contents(found.content).domains) <= BUILT_IN_DOMAINS


@fuzz(250)
@given(steps=mutations)
def test_damaged_cards_are_valid_or_refused(steps: list[Any]) -> None:
    card = refused_or_read(lambda: parse_card(damaged(make_card().model_dump_json().encode(), steps), "card"))
    if isinstance(card, ModelCard):
        check_card(card)


def check_card(card: ModelCard) -> None:
    """No threshold of a valid card can be met by everything."""
    for threshold in card.thresholds.values():
        assert 0.0 < threshold.spoof_below <= threshold.live_above < 1.0
    assert card.default_policy in card.thresholds
    name, _ = thresholds(card, Policy())
    assert name == card.default_policy


numbers = st.one_of(st.floats(), st.integers(-(10**400), 10**400), st.text(max_size=5), st.none(), st.booleans())
FIELDS = [
    ("thresholds", "balanced", "live_above"),
    ("thresholds", "balanced", "spoof_below"),
    ("calibration", "scale"),
    ("calibration", "bias"),
    ("input_size",),
    ("crop", "scale"),
    ("default_policy",),
    ("inputs", 0, "mean", 0),
    ("inputs", 0, "std", 0),
    ("inputs", 1, "depth_range_mm"),
    ("outputs", 0, "live_index"),
    ("outputs", 0, "classes"),
]


@fuzz(400)
@given(place=st.sampled_from(FIELDS), value=numbers)
def test_any_number_in_a_card_is_harmless_or_refused(place: tuple[Any, ...], value: Any) -> None:
    content = json.loads(make_card().model_dump_json())
    part = content
    for key in place[:-1]:
        part = part[key]
    part[place[-1]] = value
    card = refused_or_read(lambda: parse_card(json.dumps(content), "card"))
    if isinstance(card, ModelCard):
        check_card(card)
        judged(card, [np.array([[0.3, -0.2]])] + [np.zeros((1, 2))] * 3)


def face() -> FaceCrops:
    return FaceCrops(
        rgb=np.full((SIZE, SIZE, 3), 200, np.uint8),
        depth_mm=np.full((SIZE, SIZE), 500.0, np.float32),
        ir=np.full((SIZE, SIZE), 200, np.uint8),
        distance_mm=500.0,
        to_crop=np.eye(2, 3),
    )


def judged(card: ModelCard, outputs: list[np.ndarray]) -> None:
    (result,) = read_outputs(outputs, card, [face()])
    assert result.score is None or 0.0 <= result.score <= 1.0
    assert (result.score is None) == (result.error is not None)


@fuzz(300)
@given(
    values=st.lists(st.floats(width=32), min_size=0, max_size=6),
    kind=st.sampled_from(["logits", "probabilities"]),
    classes=st.integers(1, 4),
)
def test_every_output_of_a_network_is_a_score_or_none(values: list[float], kind: Any, classes: int) -> None:
    output = OutputSpec(name="x", classes=classes, live_index=classes - 1, kind=kind)
    card = make_card(("rgb",), outputs=(output,))
    array = np.array([values], np.float32)
    judged(card, [array])
    (result,) = read_outputs([array], card, [face()])
    if len(values) != classes or not np.isfinite(array).all():
        assert result.score is None


def test_the_specimen_is_sound(tmp_path: Path) -> None:
    (tmp_path / "m.onnx").write_bytes(sound())
    assert agrees_with_protobuf(sound())
    with Predictor(tmp_path / "m.onnx", device="cpu") as predictor:
        assert predictor.predict([face()])[0].score is not None
