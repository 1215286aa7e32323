"""Captures whose streams do not show the same surface, made from the bundled session's live person and attacks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeVar

import cv2
import numpy as np
import numpy.typing as npt

from fasdemo.assets_folder import demo_session
from fasdemo.faces.detector import FaceDetector
from fasdemo.faces.face import Points
from fasdemo.frames import STREAMS, FrameSet, StreamTime
from fasdemo.models.crop import TEMPLATE, similarity
from fasdemo.models.warp import Transform
from fasdemo.sessions.loading import load_session
from fasdemo.sessions.reader import SessionReader
from fasdemo.sessions.rows import load_rows

FRAMES = 18
_SETTLED = 15
"""Frames of a part before the first one that is used: parts begin without a face."""
_FPS = 30.0

Pixel = TypeVar("Pixel", np.uint8, np.uint16)
Case = Callable[["Streams"], FrameSet]


class Streams:
    """One moment of the live person and of two attacks with the same person's portrait.

    Attributes:
        live, printed, tablet: the frames.
        at_live, at_printed, at_tablet: eyes, nose and mouth in their colour images, (4, 2).
    """

    def __init__(self, live: FrameSet, printed: FrameSet, tablet: FrameSet, detector: FaceDetector) -> None:
        self.live, self.printed, self.tablet = live, printed, tablet
        self.at_live, self.at_printed, self.at_tablet = (
            _key_points(frame, detector) for frame in (live, printed, tablet)
        )


def moments(frames: int = FRAMES) -> Iterator[Streams]:
    """Yield the session's parts side by side."""
    with SessionReader(demo_session()) as reader, FaceDetector() as detector:
        rows = load_rows(demo_session(), load_session(demo_session())).rows
        first: dict[str, int] = {}
        for index, row in enumerate(rows):
            if row.truth is not None:
                first.setdefault(row.truth.species or "live", index + _SETTLED)
        # Part after part: going to and fro in a video file costs a seek for every frame.
        live_frames, printed, tablet = (
            [reader[first[name] + step] for step in range(frames)] for name in ("live", "print-flat", "replay-tablet")
        )
        for parts in zip(live_frames, printed, tablet, strict=True):
            yield Streams(*parts, detector)


def retimed(frames: list[FrameSet]) -> Iterator[FrameSet]:
    """Yield the frames as a camera would deliver them, at 30 a second."""
    for index, frame in enumerate(frames):
        at = index / _FPS
        times = {stream: StreamTime(at, index) for stream in STREAMS}
        yield replace(frame, index=index, timestamp_s=at, times=times, truth=None)


def live(at: Streams) -> FrameSet:
    """Return the person as captured."""
    return at.live


def print_over_live_depth(at: Streams) -> FrameSet:
    """Colour and infrared of a print, depth of a real face somewhere near."""
    return replace(at.live, rgb=at.printed.rgb, ir=at.printed.ir)


def print_on_relief(at: Streams) -> FrameSet:
    """A portrait print that is wrapped around a relief of the face, feature on feature."""
    return replace(at.printed, depth=_moved_depth(at, at.printed))


def tablet_over_live(at: Streams) -> FrameSet:
    """Colour of a tablet, depth and infrared of a real face."""
    return replace(at.live, rgb=at.tablet.rgb)


def tablet_on_live(at: Streams) -> FrameSet:
    """Colour of a tablet moved onto the real face, feature on feature."""
    return replace(at.live, rgb=_moved(at.tablet.rgb, similarity(at.at_tablet, at.at_live)))


def grey_as_infrared(at: Streams) -> FrameSet:
    """Grey colour in place of infrared."""
    return replace(at.live, ir=np.asarray(cv2.cvtColor(at.live.rgb, cv2.COLOR_RGB2GRAY), np.uint8))


def noisy_grey_as_infrared(at: Streams) -> FrameSet:
    """Grey colour with other contrast and noise in place of infrared."""
    grey = cv2.cvtColor(at.live.rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    noise = np.random.default_rng(at.live.index).normal(0.0, 2.0, grey.shape)
    return replace(at.live, ir=np.clip(0.9 * grey + 12.0 + noise, 0, 255).astype(np.uint8))


def flat_print_over_mouth(at: Streams) -> FrameSet:
    """A flat piece of the print before mouth and chin of the live person."""
    return _covered(at, 0.58, 1.0)


def flat_print_over_eyes(at: Streams) -> FrameSet:
    """A flat piece of the print before forehead and eyes of the live person."""
    return _covered(at, 0.1, 0.5)


def depth_shifted(pixels: int) -> Case:
    """Return depth that is shifted by a number of pixels of its image."""

    def case(at: Streams) -> FrameSet:
        assert at.live.depth is not None
        return replace(at.live, depth=np.roll(at.live.depth, pixels, axis=1))

    return case


def depth_shifted_down(at: Streams) -> FrameSet:
    """Depth 20 pixels lower."""
    assert at.live.depth is not None
    return replace(at.live, depth=np.roll(at.live.depth, 20, axis=0))


def depth_zoomed(at: Streams) -> FrameSet:
    """Depth that shows everything 1.2 times as large."""
    assert at.live.depth is not None
    height, width = at.live.depth.shape
    zoom = np.array([[1.2, 0.0, -0.1 * width], [0.0, 1.2, -0.1 * height]])
    return replace(at.live, depth=_moved(at.live.depth, zoom))


def depth_mirrored(at: Streams) -> FrameSet:
    """Depth with left and right exchanged."""
    assert at.live.depth is not None
    return replace(at.live, depth=np.ascontiguousarray(at.live.depth[:, ::-1]))


def infrared_mirrored(at: Streams) -> FrameSet:
    """Infrared with left and right exchanged."""
    assert at.live.ir is not None
    return replace(at.live, ir=at.live.ir[:, ::-1].copy())


def colour_mirrored(at: Streams) -> FrameSet:
    """Colour with left and right exchanged."""
    return replace(at.live, rgb=np.ascontiguousarray(at.live.rgb[:, ::-1]))


CASES: dict[str, Case] = {
    "live": live,
    "print over live depth": print_over_live_depth,
    "print on relief": print_on_relief,
    "tablet over live": tablet_over_live,
    "tablet on live": tablet_on_live,
    "grey as infrared": grey_as_infrared,
    "noisy grey as infrared": noisy_grey_as_infrared,
    "flat print over mouth": flat_print_over_mouth,
    "flat print over eyes": flat_print_over_eyes,
    "depth shifted 10": depth_shifted(10),
    "depth shifted 20": depth_shifted(20),
    "depth shifted -20": depth_shifted(-20),
    "depth shifted down": depth_shifted_down,
    "depth zoomed": depth_zoomed,
    "depth mirrored": depth_mirrored,
    "infrared mirrored": infrared_mirrored,
    "colour mirrored": colour_mirrored,
}


def _key_points(frame: FrameSet, detector: FaceDetector) -> Points:
    faces = detector.detect(frame.rgb)
    assert faces, "the part shows no face"
    return faces[0].keypoints[:4]


def _moved(image: npt.NDArray[Pixel], transform: Transform) -> npt.NDArray[Pixel]:
    size = image.shape[1], image.shape[0]
    flags = cv2.INTER_NEAREST if image.dtype == np.uint16 else cv2.INTER_LINEAR
    moved = cv2.warpAffine(image, transform, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, image.dtype)


def _moved_depth(at: Streams, target: FrameSet) -> npt.NDArray[np.uint16]:
    """Depth of the live person with its face where the target's is, at the target's distance."""
    assert at.live.depth is not None
    assert target.depth is not None
    half = at.live.depth.shape[1] / at.live.rgb.shape[1]
    transform = similarity(at.at_live, at.at_printed)
    transform[:, 2] *= half
    moved = _moved(at.live.depth, transform).astype(np.int64)
    x, y = (at.at_printed[2] * half).astype(int)
    here = np.s_[y - 4 : y + 5, x - 4 : x + 5]
    offset = np.median(target.depth[here]) - np.median(moved[here])
    return np.where(moved > 0, np.maximum(moved + offset, 0), 0).astype(np.uint16)


def _covered(at: Streams, top: float, bottom: float) -> FrameSet:
    """The live person with a flat piece of the print between two heights of the face's crop."""
    frame = at.live
    assert frame.depth is not None
    assert frame.ir is not None
    assert at.printed.ir is not None
    onto = similarity(at.at_printed, at.at_live)
    to_frame = similarity(TEMPLATE, at.at_live)
    piece = np.array([[0.22, top], [0.78, top], [0.78, bottom], [0.22, bottom]])
    outline = piece @ to_frame[:, :2].T + to_frame[:, 2]
    inside = np.zeros(frame.rgb.shape[:2], np.uint8)
    cv2.fillConvexPoly(inside, outline.round().astype(np.int32), 1)
    rgb = np.where(inside[..., None] > 0, _moved(at.printed.rgb, onto), frame.rgb)
    # The bundled session's infrared has 8 bits.
    ir = np.where(inside > 0, _moved(np.asarray(at.printed.ir, np.uint8), onto), np.asarray(frame.ir, np.uint8))
    size = frame.depth.shape[1], frame.depth.shape[0]
    small = cv2.resize(inside, size, interpolation=cv2.INTER_NEAREST) > 0
    seen = frame.depth[small & (frame.depth > 0)]
    # It touches what stands out most beneath it, and has the noise of the print that was captured.
    flat = np.percentile(seen, 3) + _print_noise(at, small)
    return replace(frame, rgb=rgb, ir=ir, depth=np.where(small, flat, frame.depth).astype(np.uint16))


def _print_noise(at: Streams, inside: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """The captured print's distance from its best plane in depth units, 0 outside."""
    assert at.printed.depth is not None
    assert at.live.depth is not None
    half = at.live.depth.shape[1] / at.live.rgb.shape[1]
    transform = similarity(at.at_printed, at.at_live)
    transform[:, 2] *= half
    moved = _moved(at.printed.depth, transform).astype(np.float64)
    use = inside & (moved > 0)
    y, x = np.nonzero(use)
    terms = np.column_stack([np.ones_like(x), x, y])
    result = np.zeros(moved.shape)
    off = moved[use] - terms @ np.linalg.lstsq(terms, moved[use], rcond=None)[0]
    result[use] = np.clip(off, -5.0, 5.0)
    return result
