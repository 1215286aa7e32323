"""The streams of one frame of a session as pictures."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from fasdemo.draw.depth_view import colour_depth
from fasdemo.errors import UserError
from fasdemo.frames import Rgb
from fasdemo.models.infrared import ir_view
from fasdemo.sessions.reader import SessionReader
from fasdemo.tuning.gallery import Case

HEIGHT_PX = 180


def stream_pictures(folder: Path, position: int, height: int = HEIGHT_PX) -> dict[str, Rgb]:
    """Return the pictures of a frame, uint8 (height, w, 3) RGB, by stream: `rgb`, `depth` and `ir` if they exist.

    Args:
        folder: the session.
        position: row of the frame in the session.
        height: height of the pictures in pixels.

    Raises:
        UserError: the session or this frame cannot be read.
    """
    with SessionReader(folder) as reader:
        if not 0 <= position < len(reader):
            raise UserError(f"{folder}: has no frame {position} any more; score the folder again.")
        frame = reader[position]
    found: dict[str, Rgb] = {"rgb": frame.rgb}
    if frame.depth is not None:
        found["depth"] = colour_depth(frame.depth, frame.depth_scale)
    if frame.ir is not None:
        found["ir"] = cv2.cvtColor(ir_view(frame.ir), cv2.COLOR_GRAY2RGB).astype(np.uint8)
    return {name: _fitted(picture, height) for name, picture in found.items()}


def case_pictures(case: Case, height: int = HEIGHT_PX) -> dict[str, Rgb]:
    """Return the pictures of the frame that a case shows, see `stream_pictures`."""
    return stream_pictures(case.presentation.folder, case.frame, height)


def _fitted(picture: Rgb, height: int) -> Rgb:
    width = max(1, round(picture.shape[1] * height / picture.shape[0]))
    return np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
