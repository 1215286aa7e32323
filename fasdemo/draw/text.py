"""Draw text on pictures without Qt."""

from __future__ import annotations

import cv2

from fasdemo.frames import Rgb

Colour = tuple[int, int, int]
"""Red, green, blue, 0 to 255."""
BOLD, REGULAR = 600, 400

# OpenCV 5 draws text with a TrueType font; OpenCV 4 has only stroked letters.
_FACE = cv2.FontFace("sans") if hasattr(cv2, "FontFace") else None


def put_text(canvas: Rgb, words: str, at: tuple[int, int], size_px: int, colour: Colour, weight: int = REGULAR) -> None:
    """Draw text on a picture in place.

    Args:
        canvas: uint8 (H, W, 3).
        words: the text.
        at: left end of the baseline, pixels.
        size_px: height of a line with capitals and descenders.
        colour: colour of the text.
        weight: `REGULAR` or `BOLD`.
    """
    if _FACE is not None:
        cv2.putText(canvas, words, at, colour, _FACE, size_px, weight)
        return
    factor = cv2.getFontScaleFromHeight(cv2.FONT_HERSHEY_SIMPLEX, round(size_px * 0.72))
    cv2.putText(canvas, words, at, cv2.FONT_HERSHEY_SIMPLEX, factor, colour, 1 + weight // BOLD, cv2.LINE_AA)


def text_width(words: str, size_px: int, weight: int = REGULAR) -> int:
    """Return the width of a text in pixels."""
    if not words:
        return 0
    if _FACE is not None:
        # The bounding box does not include the advance after the last letter.
        return int(cv2.getTextSize((1 << 14, 1 << 10), words, (0, 0), _FACE, size_px, weight)[2]) + 2
    factor = cv2.getFontScaleFromHeight(cv2.FONT_HERSHEY_SIMPLEX, round(size_px * 0.72))
    return int(cv2.getTextSize(words, cv2.FONT_HERSHEY_SIMPLEX, factor, 1 + weight // BOLD)[0][0])
