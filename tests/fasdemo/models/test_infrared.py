"""Infrared of other exposures, lamps and bit depths becomes the same face; a dark screen does not become one."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from fasdemo.faces.face import Face
from fasdemo.frames import FrameSet
from fasdemo.models.card import CropSpec, InputSpec
from fasdemo.models.crop import FaceCrops, crop_face
from fasdemo.models.encode import encode
from fasdemo.models.infrared import encode_ir_local, ir_8bit, ir_view, working_range

SIZE = 128


def face(level: float = 0.5) -> npt.NDArray[np.float32]:
    """A bright oval with dark eyes and a mouth, on [0, 1]."""
    light = np.full((SIZE, SIZE), 0.2, np.float32)
    cv2.ellipse(light, (64, 66), (40, 54), 0, 0, 360, 1.0, -1)
    for x in (47, 81):
        cv2.circle(light, (x, 52), 6, 0.35, -1)
    cv2.ellipse(light, (64, 90), (14, 4), 0, 0, 360, 0.5, -1)
    return np.asarray(cv2.GaussianBlur(light, (0, 0), 1.5) * np.float32(level), np.float32)


def words(light: npt.NDArray[np.float32]) -> npt.NDArray[np.uint16]:
    return np.rint(np.clip(light, 0, 1) * 65535).astype(np.uint16)


def octets(light: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    return np.rint(np.clip(light, 0, 1) * 255).astype(np.uint8)


def test_local_encoding_is_the_same_for_eight_and_sixteen_bits() -> None:
    np.testing.assert_allclose(encode_ir_local(octets(face(0.8))), encode_ir_local(words(face(0.8))), atol=0.02)


@pytest.mark.parametrize("level", [0.1, 0.25, 0.9])
def test_local_encoding_divides_the_exposure_out(level: float) -> None:
    """A Kinect's face uses a tenth of 16 bits."""
    reference, other = encode_ir_local(words(face(0.5))), encode_ir_local(words(face(level)))
    assert np.corrcoef(reference.ravel(), other.ravel())[0, 1] > 0.98
    assert other.std() > 0.5 * reference.std()


def test_local_encoding_divides_a_lamp_from_the_side_out() -> None:
    ramp = np.linspace(0.4, 1.0, SIZE, dtype=np.float32)[None, :]
    reference, lit = encode_ir_local(words(face(0.5))), encode_ir_local(words(face(0.5) * ramp))
    assert np.corrcoef(reference.ravel(), lit.ravel())[0, 1] > 0.97


def test_encode_ir_local_keeps_a_dark_screen_dark() -> None:
    """What a screen leaves of a face in infrared: one level of 255 under the sensor's noise."""
    noise = np.random.default_rng(0).normal(0.0, 0.5 / 255, (SIZE, SIZE)).astype(np.float32)
    faint = face(1.5 / 255) + np.float32(2.0 / 255)
    lit = encode_ir_local(octets(face(0.5)))
    assert encode_ir_local(words(faint)).std() < 0.4 * lit.std()
    # With noise and the steps of eight bits, what is seen is noise, and less contrast than a lit face has.
    seen = encode_ir_local(octets(faint + noise))
    assert seen.std() < 0.7 * lit.std()
    assert np.corrcoef(seen.ravel(), lit.ravel())[0, 1] < 0.5


def test_encode_ir_local_is_flat_without_light_or_structure() -> None:
    for value in (0, 40, 255):
        np.testing.assert_allclose(encode_ir_local(np.full((SIZE, SIZE), value, np.uint8)), 0.5, atol=1e-3)


def test_ir_view_shows_a_dim_face_and_leaves_darkness_dark() -> None:
    assert np.percentile(ir_view(words(face(0.1))), 99) == pytest.approx(235, abs=3)
    assert ir_view(words(face(0.002))).max() < 40
    narrow = octets(face(0.1))
    np.testing.assert_array_equal(ir_view(narrow), narrow)


def test_working_range_is_what_sixteen_bit_cameras_use() -> None:
    assert working_range(words(face(0.2))) == pytest.approx(0.4, abs=0.01)
    assert working_range(words(face(0.7))) == 1.0
    assert working_range(words(face(0.002))) == 0.1
    assert working_range(octets(face(0.1))) == 1.0


def spec(encoding: str) -> InputSpec:
    return InputSpec.model_validate(
        {"name": "ir", "modality": "ir", "channels": 1, "mean": (0.0,), "std": (1.0,), "ir_encoding": encoding}
    )


def test_cards_without_an_infrared_encoding_keep_the_upper_eight_bits() -> None:
    old = InputSpec.model_validate({"name": "ir", "modality": "ir", "channels": 1, "mean": (0.0,), "std": (1.0,)})
    assert old.ir_encoding == "full-range-8bit"
    ir = words(face(0.4))
    crops = FaceCrops(None, None, ir, 0.0, np.eye(2, 3))
    encoded = encode(crops, old)
    assert encoded is not None
    np.testing.assert_array_equal(encoded[0], ir_8bit(ir).astype(np.float32) / np.float32(255))


def test_input_spec_has_an_infrared_encoding_for_infrared_only() -> None:
    with pytest.raises(ValueError, match="only for infrared inputs"):
        InputSpec.model_validate(
            {"name": "rgb", "modality": "rgb", "channels": 3, "mean": (0,), "std": (1,), "ir_encoding": "local-norm-v1"}
        )


def test_crop_face_keeps_sixteen_bits_of_infrared() -> None:
    ir = words(face(0.1))
    rgb = np.repeat(octets(face(0.9))[..., None], 3, 2)
    points = np.array([[47, 52], [81, 52], [64, 70], [64, 90], [24, 60], [104, 60]], np.float32)
    found = Face((20, 10, 88, 110), 0.9, points)
    crops = crop_face(FrameSet(0, 0.0, rgb, ir=ir, declared=frozenset({"rgb", "ir"})), found, CropSpec(), 64)
    assert crops.ir is not None
    assert crops.ir.dtype == np.uint16
    encoded = encode(crops, spec("local-norm-v1"))
    assert encoded is not None
    assert encoded.std() > 0.05
