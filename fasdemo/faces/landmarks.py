"""Find 478 face landmarks and 52 blendshapes with MediaPipe's face landmarker.

It takes about 10 ms per face, five times as long as the detector. It is therefore run only from time to time, for
properties that change slowly (open eyes, head pose), and never to align a crop.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt

from fasdemo.errors import UserError
from fasdemo.faces.detector import as_rgb
from fasdemo.faces.exit_order import close_at_exit
from fasdemo.faces.face import Face
from fasdemo.faces.model_file import face_model_path
from fasdemo.faces.native_stderr import without_native_chatter
from fasdemo.faces.slim_import import without_plots_and_sound
from fasdemo.shared_libraries import missing_library

with without_plots_and_sound():
    import mediapipe as mp
    from mediapipe.tasks.python import BaseOptions
    from mediapipe.tasks.python.vision import FaceLandmarker, FaceLandmarkerOptions

_REGION_SIDE = 2.0
"""Side of the searched square, as a factor on the longer side of the face's box."""


class FaceLandmarks:
    """A landmarker for detected faces; a context manager that is not thread-safe.

    Raises:
        UserError: the model cannot be downloaded or loaded.
    """

    def __init__(self, model: Path | None = None) -> None:
        path = model or face_model_path()
        options = FaceLandmarkerOptions(
            base_options=BaseOptions(model_asset_buffer=path.read_bytes()), output_face_blendshapes=True, num_faces=1
        )
        with without_native_chatter():
            try:
                self._task: FaceLandmarker | None = FaceLandmarker.create_from_options(options)
            except (RuntimeError, ValueError, OSError) as error:
                unknown = UserError(
                    f"MediaPipe's face landmarker cannot be started ({error}); run `fasdemo doctor` to check the "
                    "installation."
                )
                raise missing_library(error) or unknown from error
            self._task.detect(mp.Image(image_format=mp.ImageFormat.SRGB, data=np.zeros((128, 128, 3), np.uint8)))
        # Otherwise MediaPipe prints an exception if Python ends before this object is closed.
        close_at_exit(self)

    def add(self, image: npt.NDArray[np.uint8], face: Face) -> Face:
        """Return the face with `landmarks` and `blendshapes`, or unchanged if none were found.

        Args:
            image: uint8 (H, W, 3) in RGB order or (H, W) grey.
            face: a face of this image.
        """
        if self._task is None:
            raise RuntimeError("the landmarker is closed")
        rgb = as_rgb(image)
        x, y, width, height = face.box
        side = _REGION_SIDE * max(width, height)
        left, top = max(int(x + width / 2 - side / 2), 0), max(int(y + height / 2 - side / 2), 0)
        part = rgb[top : max(int(y + height / 2 + side / 2), 0), left : max(int(x + width / 2 + side / 2), 0)]
        if min(part.shape[:2]) < 16:
            return face
        result = self._task.detect(mp.Image(image_format=mp.ImageFormat.SRGB, data=np.ascontiguousarray(part)))
        if not result.face_landmarks:
            return face
        rows, columns = part.shape[:2]
        points = np.array([(point.x, point.y, point.z) for point in result.face_landmarks[0]])
        points = points * (columns, rows, columns) + (left - 0.5, top - 0.5, 0.0)
        weights = {str(item.category_name): float(item.score) for item in result.face_blendshapes[0]}
        return replace(face, landmarks=points.astype(np.float32), blendshapes=weights)

    def close(self) -> None:
        """Release MediaPipe's graph; further calls do nothing."""
        if self._task is not None:
            self._task.close()
            self._task = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
