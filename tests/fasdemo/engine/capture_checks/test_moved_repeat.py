"""Old colour images are found again after they were moved, or with noise; new captures of the same face are not."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from fasdemo.engine.capture_checks.moved_repeat import MovedRepeatCheck
from fasdemo.engine.capture_checks.repetition import RepeatCheck
from fasdemo.frames import Stream
from tests.support.scenes import frame

BOX = (90.0, 60.0, 140.0, 140.0)
RING = 20
Image = npt.NDArray[np.uint8]


def capture(index: int, noise: float = 2.0) -> Image:
    """Return a face that sways by a few pixels, with the noise of a sensor."""
    texture = cv2.GaussianBlur(np.random.default_rng(1).standard_normal((240, 320)).astype(np.float32), (0, 0), 2.5)
    sway = np.array([[1.0, 0.0, 4.0 * np.sin(index / 9.0)], [0.0, 1.0, 1.5 * np.cos(index / 7.0)]])
    moved = cv2.warpAffine(texture / texture.std(), sway, (320, 240), borderMode=cv2.BORDER_REFLECT)
    seen = 120.0 + 25.0 * moved + np.random.default_rng(100 + index).normal(0, noise, moved.shape)
    return np.asarray(np.clip(np.rint(seen), 0, 255), np.uint8)


def found(images: list[Image], fps: float = 30.0) -> list[bool]:
    check = MovedRepeatCheck()
    return [check.check(index / fps, image, BOX) for index, image in enumerate(images)]


def again(moved: int, noise: float, count: int = 60) -> list[Image]:
    rng, images = np.random.default_rng(9), []
    for index in range(count):
        old = np.roll(capture(index % RING), moved * (index // RING), axis=1)
        images.append(np.clip(np.rint(old + rng.normal(0, noise, old.shape)), 0, 255).astype(np.uint8))
    return images


@pytest.mark.parametrize("noise", [0.5, 2.0, 5.0])
def test_moved_repeat_check_accepts_new_captures(noise: float) -> None:
    assert not any(found([capture(index, noise) for index in range(90)]))


def test_moved_repeat_check_accepts_a_face_that_does_not_move() -> None:
    still = [
        np.clip(np.rint(capture(0, 0.0) + np.random.default_rng(index).normal(0, 1.5, (240, 320))), 0, 255)
        for index in range(60)
    ]
    assert not any(found([image.astype(np.uint8) for image in still]))


def test_moved_repeat_check_leaves_a_picture_that_stands_still_to_other_checks() -> None:
    before, after = [capture(index) for index in range(10)], [capture(index) for index in range(20, 60)]
    assert not any(found([*before, *[before[-1]] * 10, *after]))


@pytest.mark.parametrize("moved", [0, 1, 3])
def test_moved_repeat_check_finds_every_old_image_again(moved: int) -> None:
    results = found(again(moved, 0.0))
    assert not any(results[:RING])
    assert all(results[RING:])


def test_moved_repeat_check_finds_old_images_with_noise_after_some_frames() -> None:
    results = found(again(1, 1.0))
    assert not any(results[:RING])
    assert sum(results[RING + 6 :]) > 0.8 * len(results[RING + 6 :])


def test_moved_repeat_check_forgets_images_without_a_face_or_at_the_border() -> None:
    for box in (None, (0.0, 0.0, 20.0, 20.0), (float("nan"), 0.0, 90.0, 90.0)):
        check = MovedRepeatCheck()
        images = again(1, 0.0, RING + 1)
        for index, image in enumerate(images[:RING]):
            check.check(index / 30, image, BOX)
        assert not check.check(0.66, images[RING], box)
        assert not check.check(0.7, images[RING], BOX)


def test_moved_repeat_check_starts_again_when_the_clock_goes_back() -> None:
    check = MovedRepeatCheck()
    images = again(1, 0.0, RING + 2)
    for index, image in enumerate(images[: RING + 1]):
        found_last = check.check(index / 30, image, BOX)
    assert found_last
    assert not check.check(0.1, images[RING + 1], BOX)


def test_moved_repeat_check_compares_nothing_in_white_or_black_images() -> None:
    for level in (0, 255):
        assert not any(found([np.full((240, 320), level, np.uint8)] * 30))


def test_repeat_check_uses_it_for_sources_with_depth_or_infrared() -> None:
    box = (220.0, 140.0, 200.0, 200.0)
    cases: list[tuple[frozenset[Stream], bool]] = [(frozenset({"rgb", "ir"}), True), (frozenset({"rgb"}), False)]
    for declared, expected in cases:
        check, codes = RepeatCheck(), []
        for index in range(2 * RING):
            rgb = np.roll(frame(500 + index % RING).rgb, index // RING, axis=1)
            codes += check.check(replace(frame(index), rgb=rgb, depth=None, ir=None, declared=declared), box)
        assert ("rgb_repeated" in codes) == expected
