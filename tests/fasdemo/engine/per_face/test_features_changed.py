from __future__ import annotations

import cv2
import numpy as np
import pytest

from fasdemo.engine.per_face.features_changed import features_changed
from fasdemo.models.crop import keypoint_transform
from fasdemo.models.warp import warp
from tests.support.scenes import frame, true_face

SIZE = 128


def crop(shift: tuple[float, float] = (0.0, 0.0), noise: float = 0.0, seed: int = 0) -> np.ndarray:
    transform = keypoint_transform(true_face().keypoints, 1.0, SIZE)
    transform[:, 2] += shift
    picture = warp(frame(0).rgb, transform, SIZE).astype(np.float32)
    picture += noise * np.random.default_rng(seed).standard_normal(picture.shape).astype(np.float32)
    return np.clip(picture, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("shift", [(0.0, 0.0), (2.0, -1.0)])
def test_features_have_not_changed_with_noise_and_less_accurate_key_points(shift: tuple[float, float]) -> None:
    assert not features_changed(crop(), crop(shift, noise=3.0))


@pytest.mark.parametrize("place", [(0.36, 0.40), (0.64, 0.40), (0.50, 0.69)])
def test_features_have_changed_if_one_is_covered(place: tuple[float, float]) -> None:
    now = crop()
    x, y = (round(share * SIZE) for share in place)
    cv2.ellipse(now, (x, y), (12, 5), 0, 0, 360, (150, 110, 100), -1)
    assert features_changed(crop(), now)


def test_features_have_changed_if_they_cannot_be_compared() -> None:
    assert features_changed(crop(), crop()[:64, :64])
    assert features_changed(crop(), np.full((SIZE, SIZE, 3), 20, np.uint8))
    assert features_changed(np.full((SIZE, SIZE, 3), 20, np.uint8), crop())
