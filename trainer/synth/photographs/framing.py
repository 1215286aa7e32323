"""Size of the face and position of the frame's edges, drawn in the same way for both classes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fasdemo.faces.face import Box

Rng = np.random.Generator

_FACE_PX = (50.0, 150.0)
"""Smallest and largest side of the face's box in pixels, drawn log-uniformly."""
_CLOSE_SHARE = 0.25
"""Share of shown pictures whose edges are close to the face, as in cropped stills."""
_FIELD_IN_BOXES = 1.52
"""Side of a face crop at a scale of 1, in sides of the detected box (median of the portraits)."""
_FULL_SHARE = 0.9
"""Share of pictures whose frame is drawn larger than the stored field. The others are cropped close to the face, like
stills and webcams. Originals as they were taken are not extended, so fewer pictures fill the field in the end."""
_SPARE = (0.2, 1.2)
"""Range of the distance between the stored field and the frame's edges of these pictures, in sides of the box."""


@dataclass(frozen=True, slots=True)
class Framing:
    """Face size and margins of a picture.

    Attributes:
        face_px: longer side of the face's box in pixels.
        left, top, right, bottom: distances from a square of this side around the face to the edges of the picture, in
            units of `face_px`.
    """

    face_px: float
    left: float
    top: float
    right: float
    bottom: float

    @property
    def size(self) -> tuple[int, int]:
        """Return height and width of the picture in pixels."""
        height, width = 1 + self.top + self.bottom, 1 + self.left + self.right
        return int(height * self.face_px), int(width * self.face_px)

    @property
    def centre(self) -> tuple[float, float]:
        """Return the position of the face's centre in pixels (x, y)."""
        return (0.5 + self.left) * self.face_px, (0.5 + self.top) * self.face_px


def draw_framing(rng: Rng, field: float) -> Framing:
    """Draw a random framing of a picture from which a square of `field` times a face crop will be stored."""
    face_px = float(np.exp(rng.uniform(*np.log(_FACE_PX))))
    if rng.random() < _FULL_SHARE:
        left, top, right, bottom = field * _FIELD_IN_BOXES / 2 - 0.5 + rng.uniform(*_SPARE, 4)
    else:
        left, top, right, bottom = rng.uniform(0.05, 0.6, 4)
    return Framing(face_px, float(left), float(top), float(right), float(bottom))


def draw_shown_framing(rng: Rng, face_px: float) -> Framing:
    """Draw the framing of a picture that is printed or displayed, with a face of `face_px` pixels."""
    if rng.random() < _CLOSE_SHARE:
        left, top, right, bottom = rng.uniform(0.05, 0.6, 4)
    else:
        left, top, right, bottom = rng.uniform(0.3, (2.2, 1.4, 2.2, 1.4))
    return Framing(face_px, float(left), float(top), float(right), float(bottom))


def centre_and_side(box: Box) -> tuple[float, float, float]:
    """Return the centre of a face's box (x, y) and its longer side, in pixels."""
    x, y, width, height = box
    return x + width / 2, y + height / 2, max(width, height)
