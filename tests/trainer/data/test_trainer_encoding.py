"""The batch encoder gives what the app's own preprocessing gives, value for value."""

from typing import Literal

import numpy as np
import pytest

from fasdemo.frames import Stream
from fasdemo.models.card import InputSpec
from fasdemo.models.crop import FaceCrops
from fasdemo.models.encode import encode
from trainer.data.loader import encoded
from trainer.data.transforms.encoding import CropBatch, encode_batch

RNG = np.random.default_rng(0)
SIZE = 48
RGB = RNG.integers(0, 256, (3, SIZE, SIZE, 3), dtype=np.uint8)
IR = RNG.integers(0, 256, (3, SIZE, SIZE), dtype=np.uint8)
DEPTH = RNG.uniform(400, 800, (3, SIZE, SIZE)).astype(np.float32)
DEPTH[RNG.random(DEPTH.shape) < 0.2] = 0
DEPTH[2] = 0  # a face without any reading


def spec(
    modality: Stream,
    channels: Literal[1, 3],
    order: Literal["RGB", "BGR", "grey"] = "grey",
    encoding: Literal["face-relative-mm", "casia-surf-8bit"] | None = None,
    several: bool = False,
) -> InputSpec:
    return InputSpec(
        name=modality,
        modality=modality,
        channels=channels,
        channel_order=order,
        mean=(0.4, 0.5, 0.6) if several else (0.143,),
        std=(0.2, 0.3, 0.25) if several else (0.1005,),
        depth_encoding=encoding,
        depth_range_mm=120.0,
    )


@pytest.mark.parametrize(
    "given",
    [
        spec("rgb", 3, "RGB"),
        spec("rgb", 3, "BGR", several=True),
        spec("rgb", 1),
        spec("ir", 1),
        spec("ir", 3, several=True),
        spec("depth", 1, encoding="face-relative-mm"),
        spec("depth", 3, encoding="face-relative-mm"),
        spec("depth", 3, encoding="face-relative-mm", several=True),
        spec("depth", 1, encoding="casia-surf-8bit"),
        spec("depth", 3, encoding="casia-surf-8bit"),
    ],
    ids=lambda s: f"{s.modality}-{s.channels}-{s.channel_order}-{s.depth_encoding}-{len(s.mean)}",
)
def test_encode_batch_equals_the_encoding_of_the_app(given: InputSpec) -> None:
    batch = encode_batch(CropBatch(RGB, DEPTH, IR), given)
    assert batch.shape == (3, SIZE, SIZE, given.channels)
    assert batch.dtype == np.float32
    for row in range(3):
        crops = FaceCrops(RGB[row], DEPTH[row], IR[row], 0.0, np.zeros((2, 3)))
        np.testing.assert_array_equal(batch[row].transpose(2, 0, 1), encode(crops, given))


@pytest.mark.parametrize(
    "given", [spec("rgb", 3, "RGB"), spec("rgb", 3, "BGR", several=True), spec("ir", 3, several=True), spec("ir", 1)],
    ids=lambda s: f"{s.modality}-{s.channels}-{s.channel_order}",
)  # fmt: skip
def test_encoded_adds_the_lighting_of_each_sample_to_its_channels(given: InputSpec) -> None:
    crops = CropBatch(RGB, DEPTH, IR)
    lighting = np.array([[0.1, -0.2, 0.3], [0.0, 0.0, 0.0], [-0.05, 0.02, 0.01]], np.float32)
    (tensor,) = encoded(crops, (given,), lighting)
    added = tensor.permute(0, 2, 3, 1).numpy() - encode_batch(crops, given)
    own = lighting[:, ::-1] if given.channel_order == "BGR" else lighting
    own = own if given.channels == 3 else own.mean(1, keepdims=True)
    expected = own / np.asarray(given.std, np.float32)
    np.testing.assert_allclose(added, np.broadcast_to(expected[:, None, None], added.shape), atol=1e-5)


def test_grey_depth_is_taken_as_it_is_and_never_as_millimetres() -> None:
    grey = spec("depth", 3, encoding="casia-surf-8bit")
    batch = encode_batch(CropBatch(None, IR, None), grey)
    np.testing.assert_allclose(batch[..., 0], (IR / 255 - 0.143) / 0.1005, rtol=1e-5, atol=1e-6)
    with pytest.raises(ValueError, match="millimetres"):
        encode_batch(CropBatch(None, IR, None), spec("depth", 1, encoding="face-relative-mm"))
