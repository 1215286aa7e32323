"""Detect faces and their six key points with MediaPipe's short-range BlazeFace.

The network's input is 128 x 128 pixels for any image size. On a whole 640 x 480 image it therefore misses faces below
about 14 % of the longer side, and the error of its key points is 5 % of the eye distance for a face of 180 px and 15 %
for 90 px. Run again on a square of 2.5 times the face's box, the error is 4 % at any size (measured on 120 views at
each of 7 sizes). Every face is therefore refined by a second pass, which takes about a millisecond.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from fasdemo.faces.face import SAME_FACE_IOU, Box, Face, distinct, overlap
from fasdemo.faces.mediapipe_task import MediaPipeTask
from fasdemo.faces.model_file import detector_bytes, face_model_path
from fasdemo.faces.slim_import import without_plots_and_sound

with without_plots_and_sound():
    import mediapipe as mp
    from mediapipe.tasks.python import BaseOptions
    from mediapipe.tasks.python.vision import FaceDetector as MediaPipeDetector
    from mediapipe.tasks.python.vision import FaceDetectorOptions

REFINE_SIDE = 2.5
"""Side of the square of the second pass, as a factor on the longer side of the face's box."""
MIN_CONFIDENCE = 0.5
MIN_REFINED_CONFIDENCE = 0.65
"""Minimum confidence of a new face in the second pass. 60 real faces, tilted by up to 25 degrees, of 60 to 240 px and
down to 15 % of their brightness, had 0.77 or more (apart from 2 % misses); false faces in blurred noise had at most
0.69."""
_TILE_SIDE = 0.7
"""Side of a search tile, as a share of the image's shorter side; tiles overlap, so that every small face is complete
in one of them."""
_TILE_STEP = 0.5
_MIN_IMAGE_PX = 16


class FaceDetector(MediaPipeTask[MediaPipeDetector]):
    """A face detector for RGB images; a context manager that is not thread-safe.

    Args:
        model: path of the .task file; None uses `face_model_path()`.

    Raises:
        UserError: the model cannot be downloaded or loaded.
    """

    def __init__(self, model: Path | None = None) -> None:
        content = detector_bytes(model or face_model_path())
        options = FaceDetectorOptions(
            base_options=BaseOptions(model_asset_buffer=content), min_detection_confidence=MIN_CONFIDENCE
        )
        super().__init__(
            "face detector",
            lambda: MediaPipeDetector.create_from_options(options),
            lambda: self._pass(np.zeros((128, 128, 3), np.uint8)),
        )

    def detect(self, image: npt.NDArray[np.uint8], thorough: bool = False, known: Sequence[Face] = ()) -> list[Face]:
        """Return all faces except the known ones, largest first.

        Args:
            image: uint8 (H, W, 3) in RGB order or (H, W) grey, any size.
            thorough: also search tiles for faces that are too small for a pass over the whole image, which takes about
                10 ms more at 640 x 480; for still pictures, which have no later frame.
            known: faces in this image that are known already.

        Returns:
            Faces with refined boxes and key points in pixels of `image`.
        """
        rgb = as_rgb(image)
        found = list(self._pass(rgb))
        if thorough:
            for tile in tiles(rgb.shape[1], rgb.shape[0]):
                found += self._pass(rgb, tile)
        return self._refined(rgb, found, known)

    def detect_rough(self, image: npt.NDArray[np.uint8]) -> list[Face]:
        """Return all faces found by a single pass, largest first; sufficient if a face fills the picture."""
        return distinct(self._pass(as_rgb(image)))

    def detect_tile(self, image: npt.NDArray[np.uint8], number: int, known: Sequence[Face] = ()) -> list[Face]:
        """Return the faces in the search tile with this number, modulo the number of tiles."""
        rgb = as_rgb(image)
        every = tiles(rgb.shape[1], rgb.shape[0])
        if not every:
            return []
        return self._refined(rgb, self._pass(rgb, every[number % len(every)]), known)

    def refine(self, image: npt.NDArray[np.uint8], rough: Face) -> Face | None:
        """Return the face as found by a second pass around it; None if that pass does not confirm it."""
        found = self.detect_near(image, rough.box)
        if found is None or found.score < MIN_REFINED_CONFIDENCE or overlap(found.box, rough.box) < SAME_FACE_IOU / 2:
            return None
        return found

    def detect_near(self, image: npt.NDArray[np.uint8], box: Box) -> Face | None:
        """Return the face in and around a box, e.g. its position in the previous frame; None if there is none."""
        rgb = as_rgb(image)
        x, y, width, height = box
        side = REFINE_SIDE * max(width, height)
        found = self._pass(rgb, (x + width / 2 - side / 2, y + height / 2 - side / 2, side, side))
        if not found:
            return None
        centre = np.array([x + width / 2, y + height / 2])
        return min(found, key=lambda face: float(np.hypot(*(_centre(face.box) - centre))) / face.score)

    def _refined(self, rgb: npt.NDArray[np.uint8], found: Sequence[Face], known: Sequence[Face]) -> list[Face]:
        new = [rough for rough in distinct(found) if not _among(rough, known)]
        refined = [face for rough in new if (face := self.refine(rgb, rough)) is not None]
        return distinct([face for face in refined if not _among(face, known)])

    def _pass(self, rgb: npt.NDArray[np.uint8], region: Box | None = None) -> list[Face]:
        """Run the network once on the image, or on the part of a region that is inside the image."""
        task = self._open_task
        left, top = 0, 0
        if region is not None:
            left, top = max(int(region[0]), 0), max(int(region[1]), 0)
            rgb = rgb[top : max(int(region[1] + region[3]), 0), left : max(int(region[0] + region[2]), 0)]
        height, width = rgb.shape[:2]
        if min(height, width) < _MIN_IMAGE_PX:
            return []
        picture = mp.Image(image_format=mp.ImageFormat.SRGB, data=np.ascontiguousarray(rgb))
        faces = []
        for detection in task.detect(picture).detections:
            box = detection.bounding_box
            points = np.array([(point.x * width + left, point.y * height + top) for point in detection.keypoints])
            # The network's range 0 to 1 spans the image's borders; here, pixel centres have integer coordinates.
            faces.append(
                Face(
                    box=(float(box.origin_x + left), float(box.origin_y + top), float(box.width), float(box.height)),
                    score=float(detection.categories[0].score),
                    keypoints=(points - 0.5).astype(np.float32),
                )
            )
        return faces


def as_rgb(image: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Return the image with three channels, because MediaPipe's graph crashes on grey images.

    Raises:
        ValueError: the image is neither uint8 (H, W, 3) nor uint8 (H, W).
    """
    if image.dtype != np.uint8 or not (image.ndim == 2 or (image.ndim == 3 and image.shape[2] == 3)):
        raise ValueError(f"expected uint8 (H, W, 3) or (H, W), not {image.dtype} {image.shape}")
    if image.ndim == 2:
        if not image.size:
            return np.zeros((*image.shape, 3), np.uint8)
        return np.asarray(cv2.cvtColor(image, cv2.COLOR_GRAY2RGB), np.uint8)
    return image


def tiles(width: int, height: int) -> list[Box]:
    """Return overlapping squares that cover an image; empty for a tiny image."""
    side = _TILE_SIDE * min(width, height)
    if side < 2 * _MIN_IMAGE_PX:
        return []
    columns = 1 + max(0, int(np.ceil((width - side) / (side * _TILE_STEP))))
    rows = 1 + max(0, int(np.ceil((height - side) / (side * _TILE_STEP))))
    return [
        (float(x), float(y), side, side)
        for y in np.linspace(0, height - side, rows)
        for x in np.linspace(0, width - side, columns)
    ]


def _among(face: Face, known: Sequence[Face]) -> bool:
    return any(overlap(face.box, other.box) >= SAME_FACE_IOU for other in known)


def _centre(box: Box) -> npt.NDArray[np.float64]:
    return np.array([box[0] + box[2] / 2, box[1] + box[3] / 2])
