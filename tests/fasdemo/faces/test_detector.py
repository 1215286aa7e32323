from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pytest

from fasdemo.faces.detector import FaceDetector, tiles
from fasdemo.faces.face import Face, distinct, overlap
from fasdemo.faces.finder import FaceFinder
from fasdemo.faces.landmarks import FaceLandmarks
from fasdemo.faces.quality import assess
from tests.support.face_fixtures import model_or_skip, picture
from tests.support.scenes import frame, true_face


@pytest.fixture(scope="module")
def detector() -> Iterator[FaceDetector]:
    with FaceDetector(model_or_skip()) as opened:
        yield opened


def centre(face: Face) -> np.ndarray:
    return np.array([face.box[0] + face.box[2] / 2, face.box[1] + face.box[3] / 2])


@pytest.mark.parametrize("side", [300, 180, 100, 70, 50])
def test_faces_are_found_at_any_distance(detector: FaceDetector, side: int) -> None:
    found = detector.detect(picture(side), thorough=True)
    assert len(found) == 1
    assert found[0].score > 0.6
    assert np.linalg.norm(centre(found[0]) - (320, 240)) < 0.2 * side
    assert found[0].box[2] == pytest.approx(side, rel=0.25)


def test_key_points_lie_where_the_person_has_them(detector: FaceDetector) -> None:
    found = detector.detect(frame(0, noise=False).rgb)[0]
    expected = true_face().keypoints
    eyes = np.linalg.norm(expected[0] - expected[1])
    assert found.keypoints.shape == (6, 2)
    assert found.keypoints.dtype == np.float32
    assert np.linalg.norm(found.keypoints[:4] - expected[:4], axis=1).max() < 0.12 * eyes
    assert found.keypoints[0, 0] < found.keypoints[1, 0], "the person's right eye is on the left of the picture"


def test_several_faces_are_found_largest_first(detector: FaceDetector) -> None:
    both = picture(110, 170)
    both[:, 320:] = picture(170, 470)[:, 320:]
    found = detector.detect(both)
    assert [round(centre(face)[0] / 50) * 50 for face in found] == [450, 150]


def test_detector_finds_nothing_without_a_face(detector: FaceDetector) -> None:
    for image in (np.zeros((480, 640, 3), np.uint8), np.full((480, 640, 3), 128, np.uint8)):
        assert detector.detect(image, thorough=True) == []


@pytest.mark.parametrize("shape", [(1, 1, 3), (0, 5, 3), (5, 0), (17, 333, 3), (479, 641, 3), (33, 35), (2000, 20, 3)])
def test_any_size_is_taken(detector: FaceDetector, shape: tuple[int, ...]) -> None:
    assert detector.detect(np.zeros(shape, np.uint8), thorough=True) == []


@pytest.mark.parametrize("width", [637, 638, 639])
def test_odd_widths_are_not_sheared(detector: FaceDetector, width: int) -> None:
    assert len(detector.detect(np.ascontiguousarray(picture(150)[:-1, :width]))) == 1


def test_parts_of_larger_arrays_and_grey_are_taken(detector: FaceDetector) -> None:
    large = np.zeros((600, 800, 3), np.uint8)
    large[60:540, 80:720] = picture(150)
    assert len(detector.detect(large[60:540, 80:720])) == 1
    grey = picture(150).mean(axis=2).astype(np.uint8)
    assert len(detector.detect(grey)) == 1


@pytest.mark.parametrize("image", [np.zeros((9, 9, 4), np.uint8), np.zeros((9, 9, 3)), np.zeros(9, np.uint8)])
def test_detector_refuses_what_is_no_picture(detector: FaceDetector, image: np.ndarray) -> None:
    with pytest.raises(ValueError, match="expected uint8"):
        detector.detect(image)


def test_detector_says_that_it_is_closed() -> None:
    opened = FaceDetector(model_or_skip())
    opened.close()
    opened.close()
    with pytest.raises(RuntimeError, match="closed"):
        opened.detect(picture(150))


def test_finder_follows_faces_under_one_number_small_ones_too(detector: FaceDetector) -> None:
    for side in (150, 55):
        finder = FaceFinder(detector)
        numbers: list[list[int]] = []
        for index in range(40):
            x = 320 + 60 * np.sin(index / 10)
            numbers.append([track.id for track in finder.find(picture(side, x), index / 30)])
        found = [entry for entry in numbers if entry]
        assert len(found) >= 32
        assert len({number for entry in found for number in entry}) == 1


def test_finder_finds_a_newcomer_while_following_another(detector: FaceDetector) -> None:
    finder = FaceFinder(detector)
    for index in range(10):
        finder.find(picture(150, 170), index / 30)
    both = picture(150, 170)
    both[:, 320:] = picture(120, 480)[:, 320:]
    seen = [len(finder.find(both, (10 + index) / 30)) for index in range(10)]
    assert seen[-1] == 2


def test_finder_searches_a_still_picture_thoroughly(detector: FaceDetector) -> None:
    assert len(FaceFinder(detector).find(picture(50, 150), 0.0, still=True)) == 1


def test_landmarks_say_whether_the_eyes_are_open(detector: FaceDetector) -> None:
    image = picture(180)
    face = detector.detect(image)[0]
    with FaceLandmarks(model_or_skip()) as landmarks:
        full = landmarks.add(image, face)
        nothing = landmarks.add(np.zeros_like(image), face)
    assert full.landmarks is not None
    assert full.landmarks.shape == (478, 3)
    # 468 and 473 are the irises' centres.
    irises = full.landmarks[[468, 473], :2]
    assert np.linalg.norm(irises - face.keypoints[:2], axis=1).max() < 12
    assert full.blendshapes is not None
    assert {"eyeBlinkLeft", "eyeBlinkRight"} <= set(full.blendshapes)
    crop = np.full((64, 64, 3), 100, np.uint8)
    assert assess(full, crop).eyes_closed is False
    assert assess(face, crop).eyes_closed is None
    assert nothing.landmarks is None


def test_standard_error_stays_clean() -> None:
    model_or_skip()
    code = (
        "import sys, numpy as np\n"
        "from fasdemo.faces.detector import FaceDetector\n"
        "from fasdemo.faces.landmarks import FaceLandmarks\n"
        "with FaceDetector() as d, FaceLandmarks() as l:\n"
        "    d.detect(np.zeros((480, 640, 3), np.uint8))\n"
        "print('our own error', file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert done.stderr == "our own error\n"


def test_overlap_is_intersection_over_union() -> None:
    assert overlap((0, 0, 10, 10), (0, 0, 10, 10)) == 1.0
    assert overlap((0, 0, 10, 10), (5, 0, 10, 10)) == pytest.approx(1 / 3)
    assert overlap((0, 0, 10, 10), (10, 0, 10, 10)) == 0.0


def test_of_overlapping_faces_the_surest_is_kept() -> None:
    points = np.zeros((6, 2), np.float32)
    faces = [Face((0, 0, 10, 10), 0.7, points), Face((1, 1, 10, 10), 0.9, points), Face((50, 0, 20, 20), 0.6, points)]
    assert [face.score for face in distinct(faces)] == [0.6, 0.9]


@pytest.mark.parametrize("size", [(640, 480), (480, 640), (1920, 1080), (333, 777)])
def test_tiles_cover_the_picture(size: tuple[int, int]) -> None:
    width, height = size
    covered = np.zeros((height, width), bool)
    for x, y, w, h in tiles(width, height):
        assert min(x, y) >= -1e-6
        assert x + w <= width + 1e-6
        assert y + h <= height + 1e-6
        covered[round(y) : round(y + h), round(x) : round(x + w)] = True
    assert covered.all()
