"""Find places for the labels of several faces, so that no label covers a face or another label."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Rect = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels."""


def overlap(a: Rect, b: Rect) -> bool:
    """Return whether two rectangles share a pixel."""
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def free_place(candidates: Iterable[Rect], taken: Sequence[Rect], width: int, height: int) -> Rect | None:
    """Return the first candidate inside a `width` x `height` picture that covers no taken area, or None."""
    for rect in candidates:
        inside = rect[0] >= 0 and rect[1] >= 0 and rect[2] <= width and rect[3] <= height
        if inside and not any(overlap(rect, other) for other in taken):
            return rect
    return None


def plate_places(box: Rect, size: tuple[int, int], width: int) -> tuple[Rect, ...]:
    """Return the places for a label of `size` (width, height) around a face's box, the usual one first."""
    (left, top, right, bottom), (w, h) = box, size
    start, end = max(0, min(left, width - w)), max(0, min(right - w, width - w))
    corners = (
        (start, top - h), (end, top - h), (start, bottom), (end, bottom),
        (right, top), (left - w, top), (right, bottom - h), (left - w, bottom - h),
    )  # fmt: skip
    return tuple((x, y, x + w, y + h) for x, y in corners)
