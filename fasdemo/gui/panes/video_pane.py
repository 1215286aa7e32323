"""Picture panes: colour with the drawn verdicts, and infrared."""

from __future__ import annotations

import cv2
import numpy as np
from PyQt6.QtCore import pyqtSignal
from PyQt6.QtGui import (
    QMouseEvent,
)
from PyQt6.QtWidgets import QWidget
from typing_extensions import override

from fasdemo.draw.overlay import draw
from fasdemo.frames import FrameSet, Rgb
from fasdemo.gui.panes.pane import Pane
from fasdemo.gui.translation import tr
from fasdemo.gui.widgets.pictures import resized
from fasdemo.models.infrared import ir_view
from fasdemo.runtime.updates import View


class ColourPane(Pane):
    """A pane that shows the RGB image with boxes, shapes, verdicts, scores and reasons."""

    face_chosen = pyqtSignal(int)
    """Track of the face that the user has clicked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("colour", "Colour", parent)
        self._marked: int | None = None

    @override
    def available(self, frame: FrameSet) -> bool:
        return True

    @override
    def natural_size(self, frame: FrameSet) -> tuple[int, int]:
        return frame.rgb.shape[1], frame.rgb.shape[0]

    @override
    def compose(self, view: View, width: int, height: int) -> Rgb:
        picture = resized(view.frame.rgb, width, height)
        if view.result is None:
            return picture
        return draw(picture, view.result, width / view.frame.rgb.shape[1], explained=self._marked)

    def mark(self, track: int | None) -> None:
        """Set the face that is explained beside the picture; it is marked if there are several."""
        self._marked = track

    @override
    def look(self) -> object:
        return self._marked

    @override
    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Choose the face under the cursor, the smallest one if several overlap."""
        assert event is not None
        at = self.to_pixel(event.position())
        result = None if self._view is None else self._view.result
        if at is not None and result is not None:
            under = [face for face in result.faces if _contains(face.face.box, at)]
            if under:
                self.face_chosen.emit(min(under, key=lambda face: face.face.box[2] * face.face.box[3]).track_id)
        super().mousePressEvent(event)

    @override
    def snapshots(self) -> dict[str, np.ndarray]:
        pictures = super().snapshots()
        if pictures and self._view is not None:
            pictures["-raw.png"] = np.ascontiguousarray(self._view.frame.rgb[..., ::-1])
        return pictures


class InfraredPane(Pane):
    """A pane that shows the infrared image in grey."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("infrared", "Infrared", parent)

    @override
    def available(self, frame: FrameSet) -> bool:
        return frame.ir is not None

    @override
    def natural_size(self, frame: FrameSet) -> tuple[int, int]:
        assert frame.ir is not None
        return frame.ir.shape[1], frame.ir.shape[0]

    @override
    def compose(self, view: View, width: int, height: int) -> Rgb:
        assert view.frame.ir is not None
        grey = resized(ir_view(view.frame.ir), width, height)
        return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), np.uint8)

    @override
    def caption(self) -> str:
        emitter = None if self._view is None else self._view.frame.emitter_on
        return "" if emitter is None else (tr("projector on") if emitter else tr("projector off"))

    @override
    def snapshots(self) -> dict[str, np.ndarray]:
        pictures = super().snapshots()
        if pictures and self._view is not None and self._view.frame.ir is not None:
            pictures["-raw.png"] = self._view.frame.ir
        return pictures


def _contains(box: tuple[float, float, float, float], at: tuple[int, int]) -> bool:
    x, y, width, height = box
    return x <= at[0] <= x + width and y <= at[1] <= y + height
