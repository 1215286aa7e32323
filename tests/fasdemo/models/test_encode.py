"""The one preprocessing: ranges, invalid pixels, channel order, absent streams."""

from __future__ import annotations

import numpy as np
import pytest

from fasdemo.frames import Stream
from fasdemo.models.card import InputSpec, ModelCard, OutputSpec, Threshold
from fasdemo.models.crop import FaceCrops
from fasdemo.models.encode import (
    INVALID_DEPTH,
    encode,
    encode_batch,
    encode_depth_casia,
    encode_depth_relative,
    encode_pictures,
)

IDENTITY = np.eye(2, 3)


def crops(**streams: np.ndarray | None) -> FaceCrops:
    return FaceCrops(streams.get("rgb"), streams.get("depth_mm"), streams.get("ir"), 0.0, IDENTITY)


def test_depth_is_relative_to_the_face_so_distance_does_not_matter() -> None:
    relief = np.zeros((64, 64), np.float32)
    relief[20:44, 20:44] = np.linspace(-40, 40, 24, dtype=np.float32)
    near, far = (encode_depth_relative(relief + z, 150.0) for z in (400, 900))
    np.testing.assert_allclose(near, far, atol=1e-6)
    assert near[32, 32] == pytest.approx(0.5, abs=0.01)


def test_depth_without_reading_is_the_fixed_value() -> None:
    depth = np.full((64, 64), 500, np.float32)
    depth[:5] = 0
    encoded = encode_depth_relative(depth, 150.0)
    assert (encoded[:5] == INVALID_DEPTH).all()
    assert (encoded[5:] == 0.5).all()
    assert (encode_depth_relative(np.zeros((64, 64), np.float32), 150.0) == INVALID_DEPTH).all()


def test_casia_depth_is_brighter_when_nearer() -> None:
    depth = np.full((64, 64), 600, np.float32)
    depth[26:38, 26:38] = 560
    depth[0, 0] = 0
    encoded = encode_depth_casia(depth)
    assert encoded[32, 32] > encoded[10, 10] > encoded[0, 0] == 0.0


@pytest.mark.parametrize("order", ["RGB", "BGR"])
@pytest.mark.parametrize(
    ("modality", "channels", "encoding"),
    [("rgb", 3, {}), ("rgb", 1, {}), ("depth", 3, {"depth_encoding": "face-relative-mm"}),
     ("depth", 3, {"depth_encoding": "casia-surf-8bit"}), ("ir", 3, {"ir_encoding": "local-norm-v1"}), ("ir", 1, {})],
)  # fmt: skip
def test_encode_gives_the_values_of_encode_pictures(
    modality: Stream, channels: int, encoding: dict[str, str], order: str
) -> None:
    rng = np.random.default_rng(3)
    pictures = {
        "rgb": rng.integers(0, 256, (32, 32, 3), np.uint8),
        "depth": rng.uniform(350.0, 650.0, (32, 32)).astype(np.float32),
        "ir": rng.integers(0, 256, (32, 32), np.uint8),
    }
    for mean, std in (((0.4,), (0.2,)), ((0.4, 0.5, 0.6)[:channels], (0.2, 0.3, 0.4)[:channels])):
        spec = InputSpec.model_validate(
            {"name": "x", "modality": modality, "channels": channels, "mean": mean, "std": std, **encoding}
            | ({"channel_order": order} if modality == "rgb" else {})
        )
        found = encode(FaceCrops(pictures["rgb"], pictures["depth"], pictures["ir"], 0.0, IDENTITY), spec)
        assert found is not None
        assert (found == encode_pictures(pictures[modality][None], spec)[0].transpose(2, 0, 1)).all()


def test_channel_order_and_normalisation() -> None:
    rgb = np.zeros((8, 8, 3), np.uint8)
    rgb[..., 0] = 255
    spec = InputSpec(name="x", modality="rgb", channels=3, mean=(0.5,), std=(0.25,))
    found = encode(crops(rgb=rgb), spec)
    assert found is not None
    assert found[0].max() == 2.0
    flipped = encode(crops(rgb=rgb), spec.model_copy(update={"channel_order": "BGR"}))
    assert flipped is not None
    assert flipped[2].max() == 2.0
    assert flipped[0].max() == -2.0


def card(optional: bool) -> ModelCard:
    inputs = (
        InputSpec(name="rgb", modality="rgb", channels=3, mean=(0.0,), std=(1.0,), optional=optional),
        InputSpec(
            name="depth",
            modality="depth",
            channels=1,
            mean=(0.0,),
            std=(1.0,),
            depth_encoding="face-relative-mm",
            optional=optional,
        ),
    )
    return ModelCard(
        name="t",
        architecture="t",
        input_size=32,
        inputs=inputs,
        presence_input="presence" if optional else None,
        outputs=(OutputSpec(name="out", classes=2, live_index=1),),
        thresholds={"p": Threshold(live_above=0.5, spoof_below=0.5, rule="", data="")},
        default_policy="p",
        training_data="",
    )


def test_encode_batch_marks_an_absent_stream() -> None:
    face = crops(rgb=np.zeros((32, 32, 3), np.uint8))
    feed = encode_batch([face], card(optional=True))
    assert feed["presence"].tolist() == [[1.0, 0.0]]
    with pytest.raises(ValueError, match="needs depth"):
        encode_batch([face], card(optional=False))


@pytest.mark.parametrize(
    "change",
    [
        {"default_policy": "other"},
        {"presence_input": "presence"},
        {"thresholds": {}},
        {"thresholds": {"p": {"live_above": 0.0, "spoof_below": 0.0, "rule": "", "data": ""}}},
        {"thresholds": {"p": {"live_above": 0.4, "spoof_below": 0.5, "rule": "", "data": ""}}},
        {"thresholds": {"p": {"live_above": float("nan"), "spoof_below": 0.1, "rule": "", "data": ""}}},
        {"outputs": ({"name": "o", "classes": 2, "live_index": 2},)},
        {"unknown": 1},
    ],
)
def test_model_card_refuses_contradictions(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        ModelCard.model_validate(card(optional=False).model_dump() | change)


def test_depth_without_any_reading_encodes_as_background() -> None:
    assert (encode_depth_casia(np.zeros((8, 8), np.float32)) == 0.0).all()
    assert encode_depth_casia(np.zeros((8, 8), np.float32)).dtype == np.float32
