"""Set a camera's auto-exposure region to the main face."""

from __future__ import annotations

import math
from collections.abc import Callable

from fasdemo.capture.source import Source
from fasdemo.engine.result import FaceVerdict, FrameResult
from fasdemo.faces.face import overlap

Region = tuple[float, float, float, float]

_EVERY_S = 1.0
"""Minimum time between changes of the region; a camera's exposure settles within half a second."""
_AGAIN_S = 5.0
"""Time after which the same region is set again, because a camera may refuse it while it starts."""
_SAME = 0.5
"""Minimum intersection over union of two boxes at the same place."""
_LARGER = 1.5
"""Another face becomes the main face if its box is larger by this factor."""
_AWAY_S = 2.0
"""Time after the last face until the region is set to the whole image again."""


class FaceExposure:
    """The control of a camera's exposure region.

    It does nothing for files and for cameras without `set_exposure_roi`, and never raises.

    Args:
        source: an open source.
    """

    def __init__(self, source: Source) -> None:
        ask: Callable[[Region], None] | None = getattr(source, "set_exposure_roi", None)
        self._ask = ask if source.info.live else None
        self._whole: Region = (0.0, 0.0, float(source.info.width), float(source.info.height))
        self._track: int | None = None
        self._region: Region | None = None
        self._asked_s = -math.inf
        self._seen_s = -math.inf

    def update(self, result: FrameResult) -> None:
        """Update the region with the next result; only its time stamp is used, not a clock."""
        if self._ask is None:
            return
        now = result.timestamp_s
        face = self._main(result.faces)
        if face is None:
            if self._region is not None and now - self._seen_s >= _AWAY_S:
                self._region, self._track = None, None
                self._ask(self._whole)
            return
        self._track, self._seen_s = face.track_id, now
        moved = self._region is None or overlap(self._region, face.face.box) < _SAME
        if now - self._asked_s >= (_EVERY_S if moved else _AGAIN_S):
            self._region = face.face.box if moved else self._region
            self._asked_s = now
            assert self._region is not None
            self._ask(self._region)

    def _main(self, faces: tuple[FaceVerdict, ...]) -> FaceVerdict | None:
        usable = [one for one in faces if all(map(math.isfinite, one.face.box)) and _area(one.face.box) > 0]
        largest = max(usable, key=lambda one: _area(one.face.box), default=None)
        known = next((one for one in usable if one.track_id == self._track), None)
        if largest is None or known is None:
            return largest
        return largest if _area(largest.face.box) > _LARGER * _area(known.face.box) else known


def _area(box: Region) -> float:
    return max(box[2], 0.0) * max(box[3], 0.0)
