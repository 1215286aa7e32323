"""The networks of the face model, and that they find what MediaPipe 0.10.33 found with its own graphs."""

from __future__ import annotations

import math

import numpy as np
import pytest

from fasdemo.errors import UserError
from fasdemo.faces.detector import FaceDetector
from fasdemo.faces.face import Box
from fasdemo.faces.landmarks import FaceLandmarks
from fasdemo.faces.lite_network import LiteNetwork, Square, square_tensor
from fasdemo.faces.model_file import DETECTOR_MEMBER, network_bytes
from fasdemo.faces.short_range import detections
from tests.support.face_fixtures import model_or_skip, picture

Points = list[list[float]]

BY_MEDIAPIPE: dict[tuple[float, float, float], tuple[Box, float, Points, Points, dict[str, float]]] = {
    (150.0, 320.0, 240.0): (
        (242, 165, 160, 160),
        0.86726,
        [[289.44, 208.90], [355.57, 214.02], [319.78, 253.90], [317.80, 283.46], [253.26, 217.23], [390.72, 227.18]],
        [[318.24, 253.84, -36.74], [274.19, 205.96, 6.09], [369.14, 210.46, 4.77], [286.64, 206.64, 0.99]],
        {"eyeBlinkLeft": 0.040, "jawOpen": 0.016, "mouthSmileLeft": 0.903, "browInnerUp": 0.018},
    ),
    (220.0, 120.0, 100.0): (
        (5, 0, 237, 237),
        0.93071,
        [[70.49, 55.86], [169.27, 59.04], [115.29, 120.66], [116.27, 164.49], [23.72, 70.06], [224.57, 75.06]],
        [[118.45, 119.37, -53.45], [54.27, 50.54, 9.41], [193.05, 57.14, 6.96], [71.81, 51.72, 1.46]],
        {"eyeBlinkLeft": 0.025, "jawOpen": 0.015, "mouthSmileLeft": 0.910, "browInnerUp": 0.030},
    ),
    (90.0, 600.0, 400.0): (
        (553, 354, 95, 95),
        0.94134,
        [[580.39, 381.56], [620.36, 381.25], [601.02, 406.05], [601.10, 424.67], [559.09, 388.99], [641.32, 388.04]],
        [[598.45, 407.47, -21.36], [572.47, 379.41, 2.42], [629.22, 382.24, 3.15], [579.95, 379.66, -0.37]],
        {"eyeBlinkLeft": 0.040, "jawOpen": 0.012, "mouthSmileLeft": 0.900, "browInnerUp": 0.028},
    ),
}
"""By the arguments of `picture`: box, confidence, key points, landmarks 1, 33, 263 and 468, and blendshapes."""


@pytest.mark.parametrize("where", BY_MEDIAPIPE, ids=["middle", "left border", "right border"])
def test_faces_are_those_that_mediapipe_finds(where: tuple[float, float, float]) -> None:
    box, score, points, landmarks, blendshapes = BY_MEDIAPIPE[where]
    side, x, y = where
    image = picture(side, x, y)
    with FaceDetector(model_or_skip()) as detector, FaceLandmarks(model_or_skip()) as landmarker:
        (face,) = detector.detect(image, thorough=True)
        full = landmarker.add(image, face)
    assert face.box == box
    assert face.score == pytest.approx(score, abs=2e-5)
    assert np.abs(face.keypoints - points).max() < 0.02
    assert full.landmarks is not None
    assert full.blendshapes is not None
    assert len(full.blendshapes) == 52
    assert np.abs(full.landmarks[[1, 33, 263, 468]] - landmarks).max() < 0.15
    for name, weight in blendshapes.items():
        assert full.blendshapes[name] == pytest.approx(weight, abs=0.005)


def test_overlapping_detections_become_one() -> None:
    network = LiteNetwork(network_bytes(model_or_skip(), DETECTOR_MEMBER), "faces")
    both = picture(150, 170)
    both[:, 320:] = picture(150, 470)[:, 320:]
    found = detections(network, both, 0.5)
    middles = sorted(float(one.box[[0, 2]].mean()) for one in found)
    assert middles == pytest.approx([170.0, 470.0], abs=20.0)
    assert found[0].score >= found[1].score
    assert detections(network, both, 0.999) == []


def test_landmarker_finds_the_face_of_a_whole_picture() -> None:
    image = picture(150)
    with FaceLandmarks(model_or_skip()) as landmarker:
        found = landmarker.find(image)
        assert landmarker.find(np.zeros_like(image)) is None
    assert found is not None
    assert np.abs(found[[1, 33], :2] - [[318.24, 253.84], [274.19, 205.96]]).max() < 3.0


def test_network_refuses_a_damaged_file() -> None:
    with pytest.raises(UserError, match="cannot start the network for faces"):
        LiteNetwork(b"no network", "faces")


def test_network_says_that_it_is_closed() -> None:
    network = LiteNetwork(network_bytes(model_or_skip(), DETECTOR_MEMBER), "faces")
    network.close()
    network.close()
    with pytest.raises(RuntimeError, match="closed"):
        network.run(np.zeros((1, 128, 128, 3), np.float32))


def ramp(width: int, height: int) -> np.ndarray:
    """A picture whose red is x and whose green is y."""
    image = np.zeros((height, width, 3), np.uint8)
    image[..., 0], image[..., 1] = np.arange(width), np.arange(height)[:, None]
    return image


def test_square_is_reduced_and_scaled() -> None:
    tensor = square_tensor(ramp(128, 128), Square(64.0, 64.0, 128.0), 32, -1.0, repeat_border=False)
    assert tensor.shape == (1, 32, 32, 3)
    assert tensor.dtype == np.float32
    assert tensor[0, 5, :, 0] == pytest.approx(np.arange(32) * 4 / 127.5 - 1.0, abs=1e-6)
    assert tensor[0, :, 5, 1] == pytest.approx(np.arange(32) * 4 / 127.5 - 1.0, abs=1e-6)


@pytest.mark.parametrize(("repeat_border", "left"), [(False, 0.0), (True, 100.0 / 255.0)])
def test_square_beyond_the_picture_is_black_or_repeats_the_border(repeat_border: bool, left: float) -> None:
    image = np.full((64, 64, 3), 100, np.uint8)
    tensor = square_tensor(image, Square(0.0, 32.0, 64.0), 64, 0.0, repeat_border)
    assert tensor[0, 32, 10] == pytest.approx(left, abs=1e-6)
    assert tensor[0, 32, 50] == pytest.approx(100.0 / 255.0, abs=1e-6)


def test_square_is_turned_clockwise() -> None:
    tensor = square_tensor(ramp(101, 101), Square(50.0, 50.0, 64.0, math.pi / 6), 64, 0.0, repeat_border=True)
    step = tensor[0, 32, 40] - tensor[0, 32, 20]
    assert step[:2] * 255.0 / 20.0 == pytest.approx([math.cos(math.pi / 6), math.sin(math.pi / 6)], abs=0.06)
    assert tensor[0, 32, 32, :2] * 255.0 == pytest.approx([50.0, 50.0], abs=1.0)
