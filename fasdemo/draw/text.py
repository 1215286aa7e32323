"""Words on a picture, for whatever draws without Qt: the overlay and a log's time line."""

from __future__ import annotations

import cv2

from fasdemo.frames import Rgb

Colour = tuple[int, int, int]
"""Red, green, blue, 0 to 255."""
BOLD, REGULAR = 600, 400

# OpenCV 5 sets type in a TrueType face with weights; OpenCV 4 has stroked letters only.
_FACE = cv2.FontFace("sans") if hasattr(cv2, "FontFace") else None


def put_text(canvas: Rgb, words: str, at: tuple[int, int], size_px: int, colour: Colour, weight: int = REGULAR) -> None:
    """Write on a picture in place; `at` is the left end of the baseline, `size_px` the height of a line of capitals and
    descenders, `weight` REGULAR or BOLD.
    """
    if _FACE is not None:
        cv2.putText(canvas, words, at, colour, _FACE, size_px, weight)
        return
    factor = cv2.getFontScaleFromHeight(cv2.FONT_HERSHEY_SIMPLEX, round(size_px * 0.72))
    cv2.putText(canvas, words, at, cv2.FONT_HERSHEY_SIMPLEX, factor, colour, 1 + weight // BOLD, cv2.LINE_AA)


def text_width(words: str, size_px: int, weight: int = REGULAR) -> int:
    """Pixels that the words take."""
    if not words:
        return 0
    if _FACE is not None:
        # The bounding box leaves out the advance behind the last letter.
        return int(cv2.getTextSize((1 << 14, 1 << 10), words, (0, 0), _FACE, size_px, weight)[2]) + 2
    factor = cv2.getFontScaleFromHeight(cv2.FONT_HERSHEY_SIMPLEX, round(size_px * 0.72))
    return int(cv2.getTextSize(words, cv2.FONT_HERSHEY_SIMPLEX, factor, 1 + weight // BOLD)[0][0])
