"""Find 478 face landmarks and 52 blendshapes with MediaPipe's face landmarker.

It takes about 10 ms per face, five times as long as the detector. It is therefore run only from time to time, for
properties that change slowly (open eyes, head pose), and never to align a crop.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fasdemo.faces.detector import as_rgb
from fasdemo.faces.face import Face
from fasdemo.faces.mediapipe_task import MediaPipeTask
from fasdemo.faces.model_file import face_model_path
from fasdemo.faces.slim_import import without_plots_and_sound

with without_plots_and_sound():
    import mediapipe as mp
    from mediapipe.tasks.python import BaseOptions
    from mediapipe.tasks.python.vision import FaceLandmarker, FaceLandmarkerOptions

_REGION_SIDE = 2.0
"""Side of the searched square, as a factor on the longer side of the face's box."""


class FaceLandmarks(MediaPipeTask[FaceLandmarker]):
    """A landmarker for detected faces; a context manager that is not thread-safe.

    Raises:
        UserError: the model cannot be downloaded or loaded.
    """

    def __init__(self, model: Path | None = None) -> None:
        path = model or face_model_path()
        options = FaceLandmarkerOptions(
            base_options=BaseOptions(model_asset_buffer=path.read_bytes()), output_face_blendshapes=True, num_faces=1
        )
        blank = np.zeros((128, 128, 3), np.uint8)
        super().__init__(
            "face landmarker",
            lambda: FaceLandmarker.create_from_options(options),
            lambda: self._open_task.detect(mp.Image(image_format=mp.ImageFormat.SRGB, data=blank)),
        )

    def add(self, image: npt.NDArray[np.uint8], face: Face) -> Face:
        """Return the face with `landmarks` and `blendshapes`, or unchanged if none were found.

        Args:
            image: uint8 (H, W, 3) in RGB order or (H, W) grey.
            face: a face of this image.
        """
        task = self._open_task
        rgb = as_rgb(image)
        x, y, width, height = face.box
        side = _REGION_SIDE * max(width, height)
        left, top = max(int(x + width / 2 - side / 2), 0), max(int(y + height / 2 - side / 2), 0)
        part = rgb[top : max(int(y + height / 2 + side / 2), 0), left : max(int(x + width / 2 + side / 2), 0)]
        if min(part.shape[:2]) < 16:
            return face
        result = task.detect(mp.Image(image_format=mp.ImageFormat.SRGB, data=np.ascontiguousarray(part)))
        if not result.face_landmarks:
            return face
        rows, columns = part.shape[:2]
        points = np.array([(point.x, point.y, point.z) for point in result.face_landmarks[0]])
        points = points * (columns, rows, columns) + (left - 0.5, top - 0.5, 0.0)
        weights = {str(item.category_name): float(item.score) for item in result.face_blendshapes[0]}
        return replace(face, landmarks=points.astype(np.float32), blendshapes=weights)
