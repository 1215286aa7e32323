from __future__ import annotations

import itertools
from dataclasses import replace

import cv2
import numpy as np
import pytest

from fasdemo.draw.label_places import free_place, overlap, plate_places
from fasdemo.draw.overlay import COLOURS, FILE_NOTICE, INK, RGB_ONLY_NOTICE, draw, notice_lines, reason_words
from fasdemo.engine.result import FaceVerdict, FrameResult, Latency, Status
from fasdemo.faces.face import Face
from fasdemo.frames import Truth

# Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB.
BLINDNESS = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


def linear(colour: tuple[int, int, int]) -> np.ndarray:
    value = np.array(colour) / 255.0
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def luminance(colour: tuple[int, int, int]) -> float:
    return float(linear(colour) @ [0.2126, 0.7152, 0.0722])


def lab(rgb_linear: np.ndarray) -> np.ndarray:
    clipped = np.clip(rgb_linear, 0.0, 1.0)
    srgb = np.where(clipped <= 0.0031308, clipped * 12.92, 1.055 * clipped ** (1 / 2.4) - 0.055)
    return np.asarray(cv2.cvtColor(srgb.reshape(1, 1, 3).astype(np.float32), cv2.COLOR_RGB2LAB)[0, 0])


def result(*faces: FaceVerdict, live: bool = False, reasons: tuple[str, ...] = ()) -> FrameResult:
    return FrameResult(
        frame=7,
        timestamp_s=0.2,
        source="clip.mp4",
        live_source=live,
        model="m",
        policy="p",
        faces=faces,
        latency_ms=Latency(0, 0, 0, 0, 0),
        truth=Truth("spoof", "print-flat"),
        reasons=reasons,
    )


def verdict(status: Status, box: tuple[float, float, float, float], score: float | None = 0.5) -> FaceVerdict:
    face = Face(box, 0.9, np.zeros((6, 2), np.float32))
    return FaceVerdict(1, face, status, score, score, ("rgb_only", "too_far"))


@pytest.fixture
def picture() -> np.ndarray:
    return np.random.default_rng(3).integers(0, 256, (240, 320, 3), dtype=np.uint8)


@pytest.mark.parametrize("blindness", [None, *BLINDNESS])
def test_status_colours_stay_apart_under_every_colour_blindness(blindness: str | None) -> None:
    matrix = np.eye(3) if blindness is None else np.array(BLINDNESS[blindness])
    for a, b in itertools.combinations(COLOURS.values(), 2):
        assert np.linalg.norm(lab(matrix @ linear(a)) - lab(matrix @ linear(b))) > 25


@pytest.mark.parametrize("status", list(Status))
def test_text_on_a_status_colour_can_be_read(status: Status) -> None:
    ratio = (luminance(COLOURS[status]) + 0.05) / (luminance(INK) + 0.05)
    assert ratio >= 4.5


@pytest.mark.parametrize("status", list(Status))
def test_draw_frames_a_face_in_its_status_colour_on_a_copy(picture: np.ndarray, status: Status) -> None:
    before = picture.copy()
    drawn = draw(picture, result(verdict(status, (100, 80, 90, 100))))
    assert np.array_equal(picture, before)
    assert drawn.shape == picture.shape
    assert drawn.dtype == np.uint8
    corner = drawn[78:84, 98:104].reshape(-1, 3)
    assert (corner == COLOURS[status]).all(axis=1).any()


def test_draw_gives_each_status_its_own_shape(picture: np.ndarray) -> None:
    """Painted in one colour, the three pictures must still differ beyond their words."""
    masks = []
    for status in Status:
        drawn = draw(picture, result(verdict(status, (100, 80, 90, 100))), notices=False)
        masks.append((drawn == COLOURS[status]).all(axis=2)[84:180, 95:195])
    for a, b in itertools.combinations(masks, 2):
        assert (a != b).sum() > 40


@pytest.mark.parametrize("scale", [0.5, 1.0, 2.0])
def test_boxes_follow_the_scale_of_the_picture(scale: float) -> None:
    blank = np.zeros((round(240 * scale), round(320 * scale), 3), np.uint8)
    drawn = draw(blank, result(verdict(Status.LIVE, (100, 80, 90, 100))), scale, notices=False)
    columns = np.flatnonzero((drawn[round(130 * scale)] == COLOURS[Status.LIVE]).all(axis=1))
    assert abs(columns.min() - 100 * scale) <= 3
    assert abs(columns.max() - 190 * scale) <= 3


@pytest.mark.parametrize(
    "box", [(-50, -50, 80, 80), (300, 220, 80, 80), (-400, 0, 50, 50), (10, 0, 1, 1), (-9, -9, 999, 999)]
)
def test_boxes_beyond_the_border_are_drawn_as_far_as_they_are_visible(
    picture: np.ndarray, box: tuple[int, int, int, int]
) -> None:
    assert draw(picture, result(verdict(Status.SPOOF, box, None))).shape == picture.shape


def test_notice_lines_name_a_file_and_rgb_alone() -> None:
    face = verdict(Status.LIVE, (0, 0, 50, 50))
    assert notice_lines(result(face)) == (FILE_NOTICE, RGB_ONLY_NOTICE)
    assert notice_lines(result(face, live=True)) == (RGB_ONLY_NOTICE,)
    assert notice_lines(result(live=True)) == ()


def test_notices_appear_in_the_picture(picture: np.ndarray) -> None:
    with_notices = draw(picture, result(reasons=("no_face",)))
    without = draw(picture, result(reasons=("no_face",)), notices=False)
    assert np.array_equal(without, picture)
    assert (with_notices[-10:] != picture[-10:]).any()
    assert np.array_equal(with_notices[:200], picture[:200])


def test_reason_codes_read_as_words() -> None:
    assert reason_words("ir_dark_screen") == "IR dark screen"
    assert reason_words("rgb_only") == "RGB only"


def test_labels_of_neighbouring_faces_cover_no_face_and_no_label() -> None:
    boxes = [(200, 150, 330, 320), (180, 300, 300, 440), (340, 140, 460, 300), (20, 2, 120, 120)]
    taken: list[tuple[int, int, int, int]] = []
    for number, box in enumerate(boxes):
        others = [one for other, one in enumerate(boxes) if other != number]
        place = free_place(plate_places(box, (150, 26), 640), [*others, *taken], 640, 480)
        assert place is not None
        assert not any(overlap(place, one) for one in [*boxes, *taken])
        taken.append(place)


def test_free_place_is_none_for_a_label_without_room() -> None:
    assert free_place(plate_places((0, 0, 100, 100), (90, 20), 100), [], 100, 100) is None


def test_draw_marks_the_explained_face_only_among_several(picture: np.ndarray) -> None:
    one = replace(verdict(Status.LIVE, (100, 100, 80, 90)), track_id=1)
    two = replace(verdict(Status.LIVE, (300, 100, 80, 90)), track_id=2)
    alone, marked_alone = (draw(picture, result(one), explained=track) for track in (None, 1))
    assert np.array_equal(alone, marked_alone)
    both = [draw(picture, result(one, two), explained=track) for track in (None, 1, 2)]
    changed = [np.nonzero((both[0] != marked).any((0, 2)))[0] for marked in both[1:]]
    assert changed[0].max() < 240 < changed[1].min()
