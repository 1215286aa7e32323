"""Show the aligned crops that are the input of the network."""

from __future__ import annotations

import cv2
import numpy as np
from PyQt6.QtCore import QRectF, QSize, Qt
from PyQt6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent, QPalette, QResizeEvent
from PyQt6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from fasdemo.frames import Rgb, Stream
from fasdemo.gui.style.theme import VIDEO
from fasdemo.gui.translation import tr
from fasdemo.gui.widgets.pictures import as_qimage, resized
from fasdemo.models.card import InputSpec, ModelCard
from fasdemo.models.crop import FaceCrops
from fasdemo.models.encode import encode

NAMES: dict[Stream, str] = {"rgb": "Colour", "depth": "Depth", "ir": "Infrared"}
_GAP = 8
_MAX_SIDE_LINES = 7.0


class CropsView(QWidget):
    """A view of the crops, one square per input of the model, after warping and encoding, before normalisation."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Aligned crops given to the network"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._crops: FaceCrops | None = None
        self._card: ModelCard | None = None

    def show_crops(self, crops: FaceCrops | None, card: ModelCard | None) -> None:
        """Show the crops of a face; None clears the view."""
        if crops is None and self._crops is None and card is self._card:
            return
        self._crops, self._card = crops, card
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(300, self._side(300) + self._caption())

    @override
    def resizeEvent(self, event: QResizeEvent | None) -> None:
        self.setFixedHeight(self._side(self.width()) + self._caption())

    def _side(self, width: int) -> int:
        return min((width - 2 * _GAP) // 3, round(QFontMetricsF(self.font()).lineSpacing() * _MAX_SIDE_LINES))

    def _caption(self) -> int:
        return round(QFontMetricsF(self.font()).lineSpacing() * 1.15)

    @override
    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = self._side(self.width())
        font = QFont(self.font())
        font.setPixelSize(max(9, round(QFontMetricsF(self.font()).lineSpacing() * 0.7)))
        painter.setFont(font)
        specs = {} if self._card is None else {spec.modality: spec for spec in self._card.inputs}
        for number, stream in enumerate(NAMES):
            square = QRectF(number * (side + _GAP), 0, side, side)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(VIDEO)
            painter.drawRoundedRect(square, 6, 6)
            spec = specs.get(stream)
            picture = None if self._crops is None or spec is None else picture_of(self._crops, spec)
            caption = tr(NAMES[stream])
            if picture is not None:
                pixels = max(1, round(side * self.devicePixelRatioF()))
                painter.drawImage(square, as_qimage(resized(picture, pixels, pixels)))
            elif self._card is not None and spec is None:
                caption += ", " + tr("not used")
            elif self._crops is not None:
                caption += ", " + tr("missing")
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            below = QRectF(square.left(), square.bottom(), side, self._caption())
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, caption)
        painter.end()


def picture_of(crops: FaceCrops, spec: InputSpec) -> Rgb | None:
    """Return one input of the network as a picture, uint8 (S, S, 3) RGB; None if the stream is missing."""
    tensor = encode(crops, spec)
    if tensor is None:
        return None
    mean = np.asarray(spec.mean, np.float32).reshape(-1, 1, 1)
    std = np.asarray(spec.std, np.float32).reshape(-1, 1, 1)
    unit = np.clip(tensor * std + mean, 0.0, 1.0)
    image = np.ascontiguousarray((unit * 255.0 + 0.5).astype(np.uint8).transpose(1, 2, 0))
    if image.shape[2] == 1:
        return np.asarray(cv2.cvtColor(image, cv2.COLOR_GRAY2RGB), np.uint8)
    return np.ascontiguousarray(image[..., ::-1]) if spec.channel_order == "BGR" else image
