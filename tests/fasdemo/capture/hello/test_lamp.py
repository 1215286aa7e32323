"""The pulsed lamp: lit and dark frames are distinguished by their level."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from fasdemo.capture.cameras.hello.lamp import InfraredFrame, LampExposure, LampSeparator

SHAPE = (240, 320)
RANDOM = np.random.default_rng(5)
Y, X = np.mgrid[: SHAPE[0], : SHAPE[1]]


def face(x: float = 160.0, level: float = 90.0) -> np.ndarray:
    """Light of the lamp on a head at a column, float64."""
    return np.asarray(level * np.exp(-((((X - x) / 40) ** 2 + ((Y - 120) / 55) ** 2) ** 2)))


def room(level: float = 30.0) -> np.ndarray:
    """Light of a room with structure, float64."""
    return np.asarray(level * (1 + 0.5 * np.sin(X / 17) * np.cos(Y / 23)))


def shot(light: np.ndarray, kind: type = np.uint8) -> np.ndarray:
    scale = 257 if kind is np.uint16 else 1
    noisy = (light + RANDOM.normal(0, 1.5, SHAPE)) * scale
    return np.clip(np.round(noisy), 0, np.iinfo(kind).max).astype(kind)


def run(
    light: Callable[[int], np.ndarray], count: int = 60, lost: tuple[int, ...] = (), kind: type = np.uint8
) -> tuple[LampSeparator, list[tuple[int, LampExposure]]]:
    """Push frames and return the exposures with the number of their lit frame."""
    separator = LampSeparator()
    made = []
    for number in range(count):
        if number in lost:
            continue
        exposure = separator.push(InfraredFrame(shot(light(number), kind), number / 30))
        if exposure is not None:
            made.append((round(exposure.timestamp_s * 30), exposure))
    return separator, made


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
@pytest.mark.parametrize("first", [0, 1])
def test_lamp_separates_its_light_whichever_frame_is_lit(first: int, kind: type) -> None:
    separator, made = run(lambda n: room() + face() * (n % 2 == first), kind=kind)
    assert separator.pulsing
    assert [number for number, _ in made] == list(range(made[0][0], 59, 2))
    assert made[0][0] % 2 == first
    assert made[0][0] <= 8
    scale = 257 if kind is np.uint16 else 1
    for _, exposure in made:
        assert exposure.lamp.dtype == exposure.ambient.dtype == kind
        assert np.abs(exposure.lamp / scale - face()).mean() < 2.0
        assert np.abs(exposure.ambient / scale - room()).mean() < 2.0


def test_lamp_follows_the_level_and_not_the_number_after_a_lost_frame() -> None:
    separator, made = run(lambda n: room() + face() * (n % 2 == 0), lost=(20, 33, 34, 35))
    assert separator.pulsing
    assert all(number % 2 == 0 for number, _ in made)
    # The lit frames beside a gap have no dark neighbour on one side.
    assert not {20, 32, 34, 36} & {number for number, _ in made}
    assert {18, 22, 30, 40, 58} <= {number for number, _ in made}


def test_lamp_is_recognised_on_a_moving_head() -> None:
    _, made = run(lambda n: room() + face(100 + 2.5 * n) * (n % 2 == 0))
    assert len(made) >= 25


@pytest.mark.parametrize(
    ("name", "light"),
    [
        ("no lamp", lambda n: room()),
        ("a lamp that is always on", lambda n: room() + face()),
        ("a moving head in the light of the room", lambda n: room() + face(60 + 3.5 * n)),
        ("a head that shakes", lambda n: room() + face(160 + 12 * np.sin(n * 1.3))),
        ("a light that is switched on", lambda n: room() + face() * (n >= 30)),
        (
            "mains flicker of 100 Hz at 30 frames per second",
            lambda n: room(60 * (1 + 0.3 * np.sin(200 * np.pi * n / 30))),
        ),
        ("mains flicker of 100 Hz, other phase", lambda n: room(60 * (1 + 0.3 * np.sin(200 * np.pi * n / 30 + 1)))),
        ("a lamp that lights every third frame", lambda n: room() + face() * (n % 3 == 0)),
        ("a lamp that is lit for two frames", lambda n: room() + face() * (n % 4 < 2)),
        ("exposure control", lambda n: room(30 + n)),
        ("darkness", lambda n: room(0)),
    ],
)
def test_lamp_is_not_seen_without_alternating_frames(name: str, light: Callable[[int], np.ndarray]) -> None:
    separator, made = run(light, 120)
    assert made == [], name
    assert not separator.pulsing


def test_lamp_that_stops_is_noticed_within_eight_frames() -> None:
    separator, made = run(lambda n: room() + face() * (n % 2 == 0 and n < 30), 39)
    assert made[-1][0] == 28
    assert not separator.pulsing


def test_lamp_starts_again_after_another_image_size() -> None:
    separator, _ = run(lambda n: room() + face() * (n % 2 == 0))
    small = np.asarray(cv2.resize(shot(room() + face()), (160, 120)), np.uint8)
    assert separator.push(InfraredFrame(small, 2.0)) is None
    assert not separator.pulsing


def test_lamp_difference_hides_what_emits_infrared_itself() -> None:
    """A picture that glows by itself, like a backlit transparency, is dark in the light of the lamp."""
    _, made = run(lambda n: face(100, 120) + face(220, 90) * (n % 2 == 0))
    for _, exposure in made:
        assert exposure.lamp[100:140, 80:120].mean() < 3
        assert exposure.lamp[100:140, 200:240].mean() > 60
        assert exposure.ambient[100:140, 80:120].mean() > 90
