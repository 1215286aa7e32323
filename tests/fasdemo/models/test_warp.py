"""The warp against a NumPy reference, so that another OpenCV that rounds differently is noticed."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from fasdemo.models.warp import sample, warp, warp_all, warp_all_halved, warp_halved

Floats = npt.NDArray[np.float64]

NOT_SURE_PX = 1e-4
"""This near to a rounding step, float32 and float64 may fall on different sides."""
HALFWAY_PX = 2.0**-12


def coordinates(transform: Floats, size: int) -> tuple[Floats, Floats]:
    linear = np.linalg.inv(transform[:, :2])
    v, u = np.mgrid[:size, :size]
    x, y = np.tensordot(linear, np.stack([u - transform[0, 2], v - transform[1, 2]]), 1)
    return x, y


def steps_of(values_px: Floats, per_px: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """The nearest multiples of 1 / per_px, halfway rounded down, and where that is sure."""
    scaled = (values_px - HALFWAY_PX) * per_px
    sure = np.abs(scaled - np.floor(scaled) - 0.5) > NOT_SURE_PX * per_px
    return np.rint(scaled).astype(np.int64), sure


def look_up(
    image: npt.NDArray[np.generic], x: npt.NDArray[np.int64], y: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    inside = (x >= 0) & (y >= 0) & (x < image.shape[1]) & (y < image.shape[0])
    values = image[np.clip(y, 0, image.shape[0] - 1), np.clip(x, 0, image.shape[1] - 1)].astype(np.int64)
    return np.asarray(values * inside.reshape(inside.shape + (1,) * (image.ndim - 2)))


def reference(
    image: npt.NDArray[np.generic], transform: Floats, size: int, nearest: bool
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Each crop pixel, and where the reference is sure of it."""
    (x, sure_x), (y, sure_y) = (steps_of(values, 1 if nearest else 32) for values in coordinates(transform, size))
    if nearest:
        return look_up(image, x, y), sure_x & sure_y
    total = np.zeros((size, size, *image.shape[2:]), np.int64)
    for right in (0, 1):
        for below in (0, 1):
            weight = np.where(right, x & 31, 32 - (x & 31)) * np.where(below, y & 31, 32 - (y & 31))
            value = look_up(image, (x >> 5) + right, (y >> 5) + below)
            total += value * weight.reshape(weight.shape + (1,) * (image.ndim - 2))
    return (total + 512) >> 10, sure_x & sure_y


def transform_of(scale: float, angle: float, size: int, x: float = 160.3, y: float = 120.7) -> Floats:
    """Put (x, y) of the image into the crop's middle."""
    linear = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return np.column_stack([linear, (size - 1) / 2 - linear @ [x, y]])


CASES = [(1.0, 0.0), (0.97, 0.3), (1.9, -0.4), (0.8, 3.0), (0.3, 0.1)]


@pytest.mark.parametrize(("scale", "angle"), CASES)
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_sample_nearest_equals_the_reference(scale: float, angle: float, dtype: type[np.generic]) -> None:
    image = np.random.default_rng(0).integers(0, 255, (240, 320)).astype(dtype)
    transform = transform_of(scale, angle, 200)
    wanted, sure = reference(image, transform, 200, nearest=True)
    assert sure.mean() > 0.99
    np.testing.assert_array_equal(sample(image, transform, 200, nearest=True)[sure], wanted[sure])


@pytest.mark.parametrize(("scale", "angle"), CASES)
@pytest.mark.parametrize("channels", [(), (3,)])
def test_sample_bilinear_equals_the_reference_to_one_grey_level(
    scale: float, angle: float, channels: tuple[int, ...]
) -> None:
    image = np.random.default_rng(1).integers(0, 255, (240, 320, *channels), np.uint8)
    transform = transform_of(scale, angle, 200)
    wanted, sure = reference(image, transform, 200, nearest=False)
    assert sure.mean() > 0.97
    difference = np.abs(sample(image, transform, 200).astype(int) - wanted)[sure]
    assert difference.max() <= 1
    assert (difference == 0).mean() > 0.999


@pytest.mark.parametrize(("scale", "factor"), [(0.5, 2), (0.36, 3), (0.2, 4)])
def test_warp_averages_an_area_where_it_reduces(scale: float, factor: int) -> None:
    image = np.random.default_rng(2).integers(0, 255, (700, 900, 3), np.uint8)
    transform = transform_of(scale, 0.2, 100, 451.3, 348.2)
    larger = transform * factor
    larger[:, 2] += (factor - 1) / 2
    fine, sure = reference(image, larger, 100 * factor, nearest=False)
    wanted = fine.reshape(100, factor, 100, factor, 3).mean((1, 3))
    whole = np.asarray(sure.reshape(100, factor, 100, factor).all((1, 3)))
    assert whole.mean() > 0.5
    assert np.abs(warp(image, transform, 100).astype(int) - wanted)[whole].max() <= 1.0


def test_sample_nearest_takes_the_lower_pixel_halfway() -> None:
    columns = np.tile(np.arange(256, dtype=np.uint16), (256, 1))
    half = np.array([[0.5, 0.0, -16.25], [0.0, 0.5, -16.25]])
    np.testing.assert_array_equal(sample(columns, half, 64, nearest=True)[0], 2 * np.arange(64) + 32)
    np.testing.assert_array_equal(sample(columns.T, half, 64, nearest=True)[:, 0], 2 * np.arange(64) + 32)


@pytest.mark.parametrize("far", [400.0, 1e5, 1e12, -1e12])
@pytest.mark.parametrize("nearest", [True, False])
def test_warp_is_zero_outside_the_image(far: float, nearest: bool) -> None:
    image = np.full((240, 320), 200, np.uint8)
    assert not warp(image, transform_of(0.9, 0.1, 64, far, far), 64, nearest).any()


def test_warp_of_whole_pixel_shifts_copies_the_image() -> None:
    image = np.random.default_rng(3).integers(0, 255, (240, 320, 3), np.uint8)
    shift = np.array([[1.0, 0.0, -40.0], [0.0, 1.0, -30.0]])
    for nearest in (True, False):
        np.testing.assert_array_equal(warp(image, shift, 128, nearest), image[30:158, 40:168])


def test_warp_takes_images_that_are_not_contiguous() -> None:
    image = np.random.default_rng(4).integers(0, 255, (240, 320, 3), np.uint8)
    transform = transform_of(0.5, 0.2, 64)
    np.testing.assert_array_equal(warp(image[..., ::-1], transform, 64), warp(image, transform, 64)[..., ::-1])


@pytest.mark.parametrize("angle", [0.0, 0.3, 2.0])
@pytest.mark.parametrize("shift", [(0.0, 0.0), (-30.0, 12.5)])
@pytest.mark.parametrize("channels", [(), (3,)])
def test_warp_halved_is_close_to_warp(angle: float, shift: tuple[float, float], channels: tuple[int, ...]) -> None:
    """Also at the border of the picture, where half of the crop is outside."""
    rng = np.random.default_rng(0)
    smooth = rng.integers(0, 256, (9, 13, *channels), np.uint8)
    image = np.asarray(np.kron(smooth, np.ones((51, 49, *(1,) * len(channels)), np.uint8)), np.uint8)
    scale = 1 / 4.1
    linear = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    middle = linear @ np.array([image.shape[1] / 2, image.shape[0] / 2])
    transform = np.column_stack([linear, np.array([48.0, 48.0]) - middle + shift])
    difference = warp_halved(image, transform, 96).astype(np.float64) - warp(image, transform, 96)
    assert np.abs(difference).mean() < 1.5
    # The last row and column of a picture with odd sides are left out.
    assert abs(difference.mean()) < 0.4


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
@pytest.mark.parametrize("scale", [1.5, 0.5, 0.2])
@pytest.mark.parametrize("shift", [3.3, -60.0, 140.0, 9000.0])
def test_warp_all_gives_the_pixels_of_warp(scale: float, shift: float, depth: type[np.unsignedinteger]) -> None:
    """Also where a part of the crop or all of it is outside."""
    rng = np.random.default_rng(0)
    images = [rng.integers(0, 256, (120, 160, 3), np.uint8), rng.integers(0, np.iinfo(depth).max, (120, 160), depth)]
    transform = np.array([[scale, 0.1, shift], [-0.1, scale, 2.1]])
    for image, found, half in zip(
        images, warp_all(images, transform, 150), warp_all_halved(images, transform, 150), strict=True
    ):
        assert found.dtype == image.dtype
        assert (found == warp(image, transform, 150)).all()
        assert (half == warp_halved(image, transform, 150)).all()


def test_warp_all_takes_images_that_are_not_contiguous() -> None:
    colour = np.random.default_rng(4).integers(0, 255, (240, 320, 3), np.uint8)
    transform = transform_of(0.5, 0.2, 64)
    seen, grey = warp_all([colour[::-1, :, ::-1], colour[::-1, :, 0]], transform, 64)
    np.testing.assert_array_equal(seen, warp(colour[::-1, :, ::-1], transform, 64))
    np.testing.assert_array_equal(grey, seen[..., 2])


def test_warp_halved_equals_warp_for_weak_reductions_and_tiny_pictures() -> None:
    rng = np.random.default_rng(0)
    image = rng.integers(0, 256, (120, 160), np.uint8)
    for scale in (1.0, 0.5):
        transform = np.array([[scale, 0.0, 1.0], [0.0, scale, 2.0]])
        assert (warp_halved(image, transform, 64) == warp(image, transform, 64)).all()
    far = np.array([[0.2, 0.0, 500.0], [0.0, 0.2, 0.0]])
    assert (warp_halved(image, far, 64) == 0).all()
