from __future__ import annotations

import numpy as np
import pytest

from fasdemo.draw.depth_view import NO_READING, DepthScale, colour_depth, depth_at_mm, palette


@pytest.mark.parametrize("depth_scale", [0.001, 0.0001, 0.00025])
@pytest.mark.parametrize("distance_m", [0.25, 0.6, 1.0, 1.5])
def test_colour_depth_gives_one_colour_for_one_distance_in_every_unit(depth_scale: float, distance_m: float) -> None:
    scale = DepthScale(0.25, 1.5)
    depth = np.full((4, 6), round(distance_m / depth_scale), np.uint16)
    colour = colour_depth(depth, depth_scale, scale)
    assert colour.shape == (4, 6, 3)
    expected = palette()[round(scale.position(distance_m) * 255)]
    assert np.abs(colour.astype(int) - expected).max() <= 6


def test_beyond_the_scale_takes_the_end_colours_and_no_reading_its_own() -> None:
    depth = np.array([[0, 1, 100, 65535]], np.uint16)
    colour = colour_depth(depth, 0.001)
    assert tuple(colour[0, 0]) == NO_READING
    assert np.array_equal(colour[0, 1], palette()[0])
    assert np.array_equal(colour[0, 2], palette()[0])
    assert np.array_equal(colour[0, 3], palette()[-1])
    assert not (palette() == NO_READING).all(axis=1).any()


def test_lightness_falls_with_distance() -> None:
    grey = palette().astype(float) @ [0.2126, 0.7152, 0.0722]
    assert (np.diff(grey) <= 1.0).all()
    assert grey[0] - grey[-1] > 150


def test_value_under_a_pixel_is_in_millimetres() -> None:
    depth = np.array([[0, 4321]], np.uint16)
    assert depth_at_mm(depth, 0.0001, 1, 0) == pytest.approx(432.1)
    assert depth_at_mm(depth, 0.0001, 0, 0) is None
    assert depth_at_mm(depth, 0.0001, 2, 0) is None
    assert depth_at_mm(depth, 0.0001, -1, 0) is None


def test_depth_scale_refuses_an_empty_range() -> None:
    with pytest.raises(ValueError, match="near_m"):
        DepthScale(1.0, 1.0)
