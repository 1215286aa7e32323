"""Draw a result onto a picture, for the window, the annotated video and the documentation.

Every status has a word, a shape and a colour, so that it can be recognised without colour. The colours are bluish
green, vermilion and yellow of Okabe and Ito, "Color Universal Design" (2008), which can be distinguished with every
form of colour blindness.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from fasdemo.draw.label_places import Rect, free_place, plate_places
from fasdemo.draw.text import BOLD, REGULAR, Colour, put_text, text_width
from fasdemo.engine.reasons import Effect, effect
from fasdemo.engine.result import FaceVerdict, FrameResult, Status
from fasdemo.frames import Rgb

COLOURS: dict[Status, Colour] = {
    Status.LIVE: (0, 158, 115),
    Status.SPOOF: (213, 94, 0),
    Status.UNCERTAIN: (240, 228, 66),
}
INK: Colour = (16, 18, 22)
"""Colour of text on a status colour; its contrast is at least 4.5:1 on all three (WCAG 2.2, AA)."""
PAPER: Colour = (245, 246, 248)

FILE_NOTICE = "FILE, not a live-camera decision"
RGB_ONLY_NOTICE = "RGB only: lower assurance"
VIRTUAL_NOTICE = "VIRTUAL CAMERA, not a live-camera decision"
NOTICED = frozenset({"rgb_only", "virtual_camera"})
"""Reasons that are shown by `notice_lines`, so the rest of the picture does not repeat them."""


def draw(
    image: Rgb, result: FrameResult, scale: float = 1.0, notices: bool = True, explained: int | None = None
) -> Rgb:
    """Draw boxes, status shapes, verdicts, scores and first reasons on a copy of `image`.

    Args:
        image: uint8 (H, W, 3) RGB; the frame's RGB image, resized by `scale`.
        result: the engine's result for this frame; its boxes are in pixels of the unscaled image.
        scale: pixels of `image` per pixel of the frame, so that lines are sharp on an enlarged picture.
        notices: add the strip at the bottom with the limits of the verdict (a file, RGB only), the ground truth and
            the reasons of the whole frame.
        explained: track of the face that is explained beside the picture; marked if there are several faces.

    Returns:
        uint8 (H, W, 3), C-contiguous.
    """
    canvas = np.array(image, np.uint8, order="C", copy=True)
    text_px = max(11, round(canvas.shape[0] / 30))
    # Draw uncertain faces first, so that they never cover a verdict.
    faces = sorted(result.faces, key=lambda face: face.status is not Status.UNCERTAIN)
    boxes = {face.track_id: _box(canvas, face, scale) for face in faces}
    for face in faces:
        _draw_frame(canvas, face, boxes[face.track_id], len(faces) > 1 and face.track_id == explained)
    labels: list[Rect] = []
    for face in faces:
        others = [box for track, box in boxes.items() if track != face.track_id]
        _draw_label(canvas, face, boxes[face.track_id], text_px, [*others, *labels], labels, len(faces) > 1)
    if notices:
        _draw_notices(canvas, result, text_px)
    return canvas


def notice_lines(result: FrameResult) -> tuple[str, ...]:
    """Return the notices that limit every verdict of this frame, most important first."""
    lines = []
    if not result.live_source:
        lines.append(FILE_NOTICE)
    codes = {*result.reasons, *(code for face in result.faces for code in face.reasons)}
    if "virtual_camera" in codes:
        lines.append(VIRTUAL_NOTICE)
    if "rgb_only" in codes:
        lines.append(RGB_ONLY_NOTICE)
    return tuple(lines)


def reason_words(code: str) -> str:
    """Return a reason code as words, e.g. `too far` for `too_far`; abbreviations keep their capitals."""
    capitals = {"rgb": "RGB", "ir": "IR"}
    return " ".join(capitals.get(word, word) for word in code.split("_"))


_AGAINST = frozenset(
    {
        "ir_face_missing", "ir_rgb_mismatch", "ir_copies_colour", "rough_surface", "modalities_disagree",
        "flat_motion", "still_eyes", "rigid_border", "score_spoof",
    }
)  # fmt: skip
"""Doubts that are signs of an attack, so they can explain SPOOF."""


def fitting_reasons(verdict: FaceVerdict) -> tuple[str, ...]:
    """Return those reasons of the frame that explain the verdict.

    The verdict depends on several frames, but a reason on one. Without this function, SPOOF could be shown with "one
    moment" or "too far" of the newest frame, which do not explain it.
    """
    codes = tuple(code for code in verdict.reasons if code not in NOTICED)
    if verdict.status is Status.SPOOF:
        return tuple(code for code in codes if code in _AGAINST or effect(code) is Effect.SPOOF)
    if verdict.status is Status.LIVE:
        return tuple(code for code in codes if effect(code) is Effect.NOTE)
    return codes


def main_reason(verdict: FaceVerdict) -> str:
    """Return the first reason that explains the verdict and is not shown elsewhere in the picture; empty if none."""
    return next((reason_words(code) for code in fitting_reasons(verdict)), "")


def draw_shape(canvas: Rgb, status: Status, centre: tuple[int, int], radius: int, fill: Colour, mark: Colour) -> None:
    """Draw the shape of a status in place: a disc for LIVE, an octagon for SPOOF, a triangle for UNCERTAIN."""
    points = shape_outline(status)
    cv2.fillPoly(canvas, [_pixels(points, centre, radius)], fill, cv2.LINE_AA)
    thickness = max(1, round(radius / 4))
    for stroke in shape_mark(status):
        cv2.polylines(canvas, [_pixels(stroke, centre, radius)], False, mark, thickness, cv2.LINE_AA)


def shape_outline(status: Status) -> npt.NDArray[np.float64]:
    """Return the closed outline of a status within the unit circle, float64 (N, 2), y down."""
    if status is Status.UNCERTAIN:
        return np.array([[0.0, -0.95], [1.0, 0.8], [-1.0, 0.8]])
    corners = 8 if status is Status.SPOOF else 48
    angle = (np.arange(corners) + 0.5) * 2 * np.pi / corners
    return np.column_stack([np.cos(angle), np.sin(angle)])


def shape_mark(status: Status) -> tuple[npt.NDArray[np.float64], ...]:
    """Return the strokes inside the outline, each float64 (N, 2) within the unit circle, y down."""
    if status is Status.LIVE:
        return (np.array([[-0.45, 0.05], [-0.12, 0.38], [0.48, -0.34]]),)
    if status is Status.SPOOF:
        return np.array([[-0.38, -0.38], [0.38, 0.38]]), np.array([[-0.38, 0.38], [0.38, -0.38]])
    return np.array([[0.0, -0.35], [0.0, 0.2]]), np.array([[0.0, 0.5], [0.0, 0.52]])


def _box(canvas: Rgb, verdict: FaceVerdict, scale: float) -> Rect:
    height, width = canvas.shape[:2]
    x, y, w, h = (value * scale for value in verdict.face.box)
    return max(1, round(x)), max(1, round(y)), min(width - 2, round(x + w)), min(height - 2, round(y + h))


def _visible(box: Rect) -> bool:
    return box[2] - box[0] >= 4 and box[3] - box[1] >= 4


def _draw_frame(canvas: Rgb, verdict: FaceVerdict, box: Rect, explained: bool) -> None:
    if not _visible(box):
        return
    line = max(2, round(canvas.shape[0] / 240))
    if explained:
        left, top, right, bottom = box
        gap = 2 * line + 1
        cv2.rectangle(canvas, (left - gap, top - gap), (right + gap, bottom + gap), INK, line + 2)
        cv2.rectangle(canvas, (left - gap, top - gap), (right + gap, bottom + gap), PAPER, line)
    _frame(canvas, box, verdict.status, INK, line + 2)
    _frame(canvas, box, verdict.status, COLOURS[verdict.status], line)


def _draw_label(
    canvas: Rgb, verdict: FaceVerdict, box: Rect, text_px: int, taken: list[Rect], labels: list[Rect], several: bool
) -> None:
    """Draw status, score and reason beside a face, and add the areas to `labels`; cover no area of `taken`."""
    if not _visible(box):
        return
    colour = COLOURS[verdict.status]
    height, width = canvas.shape[:2]
    line = max(2, round(height / 240))
    left, top, right, bottom = box
    score = "" if verdict.score is None else f" {verdict.score:.2f}"
    words = f"{verdict.track_id}  {verdict.status.value}{score}" if several else f"{verdict.status.value}{score}"
    plate, icon = round(text_px * 1.6), round(text_px * 0.62)
    plate_width = 2 * icon + text_px + text_width(words, text_px, BOLD) + text_px // 2
    places = plate_places((left - line // 2, top, right, bottom + line), (plate_width, plate), width)
    # If there is no other place, draw inside this face, but never over another face.
    inside_top = top if top - plate < 0 else top - plate
    usual = (places[0][0], inside_top, places[0][0] + plate_width, inside_top + plate)
    place = free_place(places, taken, width, height) or usual
    labels.append(place)
    cv2.rectangle(canvas, place[:2], place[2:], colour, cv2.FILLED)
    middle = place[1] + plate // 2
    draw_shape(canvas, verdict.status, (place[0] + text_px // 2 + icon, middle), icon, INK, colour)
    baseline = middle + round(text_px * 0.36)
    put_text(canvas, words, (place[0] + text_px + 2 * icon, baseline), text_px, INK, BOLD)

    reason = main_reason(verdict)
    if reason:
        small = max(10, round(text_px * 0.82))
        strip = round(small * 1.6)
        strip_width = min(text_width(reason, small, REGULAR) + small, width)
        strip_left = max(0, min(left - line // 2, width - strip_width))
        # Keep the notices at the bottom free.
        strip_top = min(bottom + line, height - strip - round(small * 1.8))
        below = (strip_left, strip_top, strip_left + strip_width, strip_top + strip)
        rest = plate_places((left, top, right, bottom + line), (strip_width, strip), width)
        under = (place[0], place[3], place[0] + strip_width, place[3] + strip)
        # At the border of the picture, the usual place can be inside this face. With several faces, cover none.
        at = free_place((below, under, *rest), [*taken, place], width, height)
        if at is None:
            return
        labels.append(at)
        _shade(canvas, at)
        put_text(canvas, reason, (at[0] + small // 2, at[1] + round(strip * 0.7)), small, PAPER, REGULAR)


def _frame(canvas: Rgb, box: tuple[int, int, int, int], status: Status, colour: Colour, line: int) -> None:
    """Draw the box of a face: complete for LIVE, with crossed corners for SPOOF, only corners for UNCERTAIN."""
    left, top, right, bottom = box
    arm = max(6, min(right - left, bottom - top) // 5)
    corners = ((left, top, 1, 1), (right, top, -1, 1), (right, bottom, -1, -1), (left, bottom, 1, -1))
    if status is Status.UNCERTAIN:
        for x, y, dx, dy in corners:
            cv2.line(canvas, (x, y), (x + dx * arm, y), colour, line)
            cv2.line(canvas, (x, y), (x, y + dy * arm), colour, line)
        return
    cv2.rectangle(canvas, (left, top), (right, bottom), colour, line)
    if status is Status.SPOOF:
        for x, y, dx, dy in corners:
            cv2.line(canvas, (x, y + dy * arm), (x + dx * arm, y), colour, line, cv2.LINE_AA)


def _draw_notices(canvas: Rgb, result: FrameResult, text_px: int) -> None:
    small = max(10, round(text_px * 0.82))
    said = list(notice_lines(result))
    said += [reason_words(code) for code in result.reasons if code not in NOTICED]
    left_words = "   |   ".join(said)
    right_words = ""
    if result.truth is not None:
        right_words = f"truth: {result.truth.label} {result.truth.species}".rstrip()
    if not left_words and not right_words:
        return
    height, width = canvas.shape[:2]
    strip = round(small * 1.8)
    _shade(canvas, (0, height - strip, width, height))
    baseline = height - round(strip * 0.32)
    right_width = text_width(right_words, small, REGULAR) if right_words else 0
    if right_words and text_width(left_words, small, REGULAR) > width - right_width - 3 * small:
        # The limits of the verdict are more important than the ground truth.
        right_words, right_width = "", 0
    left_words = _fitted(left_words, width - right_width - 3 * small, small)
    put_text(canvas, left_words, (small, baseline), small, PAPER, REGULAR)
    if right_words:
        put_text(canvas, right_words, (width - right_width - small, baseline), small, PAPER, REGULAR)


def _fitted(words: str, width: int, size_px: int) -> str:
    if text_width(words, size_px, REGULAR) <= width:
        return words
    while words and text_width(words + "...", size_px, REGULAR) > width:
        words = words[:-1]
    return words.rstrip(" |") + "..." if words else ""


def _shade(canvas: Rgb, box: tuple[int, int, int, int]) -> None:
    """Darken a rectangle in place, so that light text on it is readable."""
    left, top, right, bottom = (max(0, value) for value in box)
    part = canvas[top:bottom, left:right]
    canvas[top:bottom, left:right] = part // 5 + np.array(INK, np.uint8)


def _pixels(points: npt.NDArray[np.float64], centre: tuple[int, int], radius: int) -> npt.NDArray[np.int32]:
    return np.asarray(np.round(points * radius + np.array(centre)), np.int32)
