"""The depth pane: colours on a fixed scale, the scale beside the picture, and the distance under the cursor."""

from __future__ import annotations

import cv2
import numpy as np
from PyQt6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPen, QPixmap, QPolygonF
from PyQt6.QtWidgets import QWidget
from typing_extensions import override

from fasdemo.draw.depth_view import DEFAULT_SCALE, DepthScale, colour_depth, depth_at_mm, palette
from fasdemo.draw.point_cloud import point_at_mm
from fasdemo.frames import FrameSet, Rgb
from fasdemo.gui.panes.pane import Pane
from fasdemo.gui.style.theme import ON_VIDEO
from fasdemo.gui.translation import tr
from fasdemo.gui.widgets.pictures import as_qimage, resized
from fasdemo.runtime.updates import View


class DepthPane(Pane):
    """A pane that shows depth in colours on a fixed scale, with the distance under the cursor."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("depth", "Depth", parent)
        self.setAccessibleDescription(
            tr("Enter enlarges the picture, S takes a snapshot, arrow keys move the point whose distance is shown.")
        )
        self._scale = DEFAULT_SCALE
        self._probe: tuple[int, int] | None = None
        self._bar_key: tuple[object, ...] = ()
        self._bar_picture = QPixmap()

    def set_scale(self, scale: DepthScale) -> None:
        """Set the distances of the brightest and the darkest colour."""
        self._scale = scale
        self.update()

    def probe_text(self) -> str:
        """Return the distance under the cursor and the point in space, in millimetres; empty without a cursor.

        The point is in the coordinates of the depth camera: X right, Y down, Z forward. It is left out without a
        calibration.
        """
        if self._probe is None or self._view is None or self._view.frame.depth is None:
            return ""
        value = depth_at_mm(self._view.frame.depth, self._view.frame.depth_scale, *self._probe)
        if value is None:
            return tr("no depth")
        point = point_at_mm(self._view.frame, *self._probe, value)
        at = "" if point is None else f"   X {point[0]:+.0f}  Y {point[1]:+.0f}  Z {point[2]:+.0f}"
        return f"{value:.0f} mm{at}"

    @override
    def available(self, frame: FrameSet) -> bool:
        return frame.depth is not None

    @override
    def natural_size(self, frame: FrameSet) -> tuple[int, int]:
        assert frame.depth is not None
        return frame.depth.shape[1], frame.depth.shape[0]

    @override
    def compose(self, view: View, width: int, height: int) -> Rgb:
        assert view.frame.depth is not None
        depth = view.frame.depth
        if width < depth.shape[1]:
            return resized(colour_depth(depth, view.frame.depth_scale, self._scale), width, height)
        larger = np.asarray(cv2.resize(depth, (width, height), interpolation=cv2.INTER_NEAREST), np.uint16)
        return colour_depth(larger, view.frame.depth_scale, self._scale)

    @override
    def look(self) -> DepthScale:
        return self._scale

    @override
    def snapshots(self) -> dict[str, np.ndarray]:
        pictures = super().snapshots()
        if pictures and self._view is not None and self._view.frame.depth is not None:
            pictures["-raw.png"] = self._view.frame.depth
        return pictures

    @override
    def _room(self) -> QRect:
        if self._view is None or self._view.frame.depth is None:
            return self.rect()
        return self.rect().adjusted(0, 0, -round(self._bar_width()), 0)

    def _bar_font(self) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(max(9, round(QFontMetricsF(self.font()).lineSpacing() * 0.66)))
        return font

    def _bar_width(self) -> float:
        return 30.0 + QFontMetricsF(self._bar_font()).horizontalAdvance("0.00 m")

    @override
    def paint_over(self, painter: QPainter, rect: QRectF) -> None:
        self._paint_bar(painter)
        if self._probe is None or not self.probe_text():
            return
        at = self.from_pixel(*self._probe)
        for colour, width in ((QColor(0, 0, 0, 200), 3.0), (QColor(255, 255, 255), 1.2)):
            painter.setPen(QPen(colour, width))
            painter.drawLine(QPointF(at.x() - 7, at.y()), QPointF(at.x() + 7, at.y()))
            painter.drawLine(QPointF(at.x(), at.y() - 7), QPointF(at.x(), at.y() + 7))
        below = at.y() < rect.center().y()
        self.paint_chip(painter, self.probe_text(), QPointF(at.x() + 10, at.y() + (10 if below else -10)), not below)

    def _paint_bar(self, painter: QPainter) -> None:
        bar = QRectF(round(self.width() - self._bar_width() + 8), 14, 10, max(self.height() - 28, 1))
        key = (bar, self.width(), self.height(), self.devicePixelRatioF(), self._scale, self._bar_font())
        if key != self._bar_key:
            # It is painted once, because enlarging colours and drawing text take longer than the picture.
            self._bar_picture, self._bar_key = self._bar_of(bar), key
        painter.drawPixmap(QPointF(bar.left(), 0), self._bar_picture)
        self._paint_face_mark(painter, bar)

    def _bar_of(self, bar: QRectF) -> QPixmap:
        """Return the part of the pane from the left side of the bar on, with its colours and distances."""
        ratio = self.devicePixelRatioF()
        picture = QPixmap(round((self.width() - bar.left()) * ratio), round(self.height() * ratio))
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(-bar.left(), 0)
        colours = resized(palette()[::-1].reshape(-1, 1, 3), round(bar.width() * ratio), round(bar.height() * ratio))
        painter.drawImage(bar, as_qimage(colours))
        painter.setFont(self._bar_font())
        painter.setPen(ON_VIDEO)
        metrics = QFontMetricsF(painter.font())
        step = next(step for step in (0.25, 0.5, 1.0, 2.0, 5.0) if self._ticks_fit(step, bar, metrics) or step == 5.0)
        for distance_m in self._scale.ticks_m(step):
            y = bar.bottom() - self._scale.position(distance_m) * bar.height()
            painter.drawLine(QPointF(bar.right() + 1, y), QPointF(bar.right() + 4, y))
            box = QRectF(bar.right() + 6, y - metrics.height() / 2, self._bar_width(), metrics.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, f"{distance_m:.2f} m")
        painter.end()
        return picture

    def _ticks_fit(self, step: float, bar: QRectF, metrics: QFontMetricsF) -> bool:
        span = self._scale.far_m - self._scale.near_m
        return bar.height() * step / span >= metrics.height() * 1.15

    def _paint_face_mark(self, painter: QPainter, bar: QRectF) -> None:
        """Paint a mark at the distance of each face."""
        result = None if self._view is None else self._view.result
        for face in () if result is None else result.faces:
            distance_m = face.evidence.distance_m
            if distance_m is not None:
                y = bar.bottom() - self._scale.position(distance_m) * bar.height()
                painter.setPen(QPen(QColor(0, 0, 0), 1))
                painter.setBrush(ON_VIDEO)
                painter.drawPolygon(
                    QPolygonF(
                        [QPointF(bar.left() - 1, y), QPointF(bar.left() - 7, y - 4), QPointF(bar.left() - 7, y + 4)]
                    )
                )

    @override
    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        super().mouseMoveEvent(event)
        self._set_probe(self.to_pixel(event.position()))

    @override
    def leaveEvent(self, event: QEvent | None) -> None:
        self._set_probe(None)
        super().leaveEvent(event)

    @override
    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        assert event is not None
        moves = {
            Qt.Key.Key_Left: QPoint(-1, 0),
            Qt.Key.Key_Right: QPoint(1, 0),
            Qt.Key.Key_Up: QPoint(0, -1),
            Qt.Key.Key_Down: QPoint(0, 1),
        }
        move = moves.get(Qt.Key(event.key()))
        pans = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        if move is None or pans or self._view is None or self._view.frame.depth is None:
            super().keyPressEvent(event)
            return
        width, height = self.natural_size(self._view.frame)
        step = 1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 8
        x, y = self._probe or (width // 2, height // 2)
        x, y = min(max(x + step * move.x(), 0), width - 1), min(max(y + step * move.y(), 0), height - 1)
        self._set_probe((x, y))

    def _set_probe(self, probe: tuple[int, int] | None) -> None:
        if probe == self._probe:
            return
        self._probe = probe
        if self.hasFocus():
            self.setAccessibleName(f"{tr('Depth')}: {self.probe_text()}".strip())
        self.update()
