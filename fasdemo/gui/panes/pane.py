"""The base class of the picture panes.

A pane composes its picture only when Qt paints it, so hidden panes cost no time and no pictures queue up. The picture
is composed at the screen's pixel size, so that lines and text are sharp on every display.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import cv2
import numpy as np
from PyQt6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import (
    QColor,
    QEnterEvent,
    QFocusEvent,
    QFont,
    QFontMetricsF,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PyQt6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QWidget
from typing_extensions import override

from fasdemo.frames import FrameSet, Rgb
from fasdemo.gui.panes.zoom import Zoom
from fasdemo.gui.style.icons import icon
from fasdemo.gui.style.theme import ON_VIDEO, VIDEO, VIDEO_CHIP
from fasdemo.gui.translation import tr
from fasdemo.gui.widgets.pictures import as_qimage, fitted
from fasdemo.runtime.updates import View

_RADIUS = 8.0
_PANS = {
    Qt.Key.Key_Left: (1, 0),
    Qt.Key.Key_Right: (-1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}


class Pane(QWidget):
    """A picture with a title, which can be enlarged and saved as a snapshot.

    Signals:
        enlarge: the user enlarges or restores this pane by double click, button or Enter.
        snap: the user takes a snapshot of this pane.
        freeze: the user freezes the pictures of a camera, or lets them go on.
    """

    enlarge = pyqtSignal()
    snap = pyqtSignal()
    freeze = pyqtSignal()

    def __init__(self, name: str, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = name
        self._title = title
        self._view: View | None = None
        self._message = ""
        self._enlarged = False
        self._image: QImage | None = None
        self._image_key: tuple[object, ...] = ()
        self._shown = 0
        self._focus_seen = False
        self._picture: Rgb | None = None
        self._drawn_s: deque[float] = deque(maxlen=150)
        self.zoom = Zoom()
        self._frozen = False
        self._dragged_from: QPointF | None = None
        self.setAccessibleName(tr("Picture: {name}", name=tr(title)))
        self.setAccessibleDescription(tr("Enter enlarges the picture, S takes a snapshot."))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(110, 64)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._tools = QWidget(self)
        row = QHBoxLayout(self._tools)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        self._snap_button = self._tool("snap", tr("Take a snapshot: {name} (S)", name=tr(title)), self.snap.emit)
        self._enlarge_button = self._tool(
            "enlarge", tr("Enlarge: {name} (double click)", name=tr(title)), self.enlarge.emit
        )
        self._freeze_button = self._tool("pause", tr("Freeze the pictures (Space)"), self.freeze.emit)
        self._freeze_button.hide()
        row.addWidget(self._freeze_button)
        row.addWidget(self._snap_button)
        row.addWidget(self._enlarge_button)
        self._tools.hide()
        self.set_enlarged(False)

    def _tool(self, name: str, words: str, slot: Callable[[], None]) -> QToolButton:
        button = QToolButton(self._tools)
        button.setIcon(icon(name, ON_VIDEO))
        button.setIconSize(QSize(18, 18))
        button.setToolTip(words)
        button.setAccessibleName(words)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setStyleSheet(
            "QToolButton { background: rgba(12, 13, 16, 200); border: none; border-radius: 5px; padding: 4px; }"
            "QToolButton:hover { background: rgba(70, 76, 88, 230); }"
        )
        button.clicked.connect(slot)
        return button

    @property
    def title(self) -> str:
        """The pane's title in the window."""
        return self._title

    @property
    def has_picture(self) -> bool:
        """Whether a picture is shown, not a message."""
        return self._view is not None and self.available(self._view.frame)

    def drawn_fps(self) -> float:
        """Return the distinct frames that were painted per second, over the last two seconds."""
        now = time.monotonic()
        recent = [at for at in self._drawn_s if now - at <= 2.0]
        return (len(recent) - 1) / (recent[-1] - recent[0]) if len(recent) > 1 and now - recent[-1] < 1.0 else 0.0

    def available(self, frame: FrameSet) -> bool:
        """Return whether the frame has this pane's stream."""
        raise NotImplementedError

    def compose(self, view: View, width: int, height: int) -> Rgb:
        """Return the picture at exactly this size, uint8 (height, width, 3) RGB."""
        raise NotImplementedError

    def natural_size(self, frame: FrameSet) -> tuple[int, int]:
        """Return width and height of the stream's image in pixels."""
        raise NotImplementedError

    def caption(self) -> str:
        """Return a short text to show beside the title."""
        return ""

    def show_view(self, view: View | None) -> None:
        """Show a frame; None clears the pane."""
        self._view = view
        self._shown += 1
        self.update()

    def show_message(self, words: str) -> None:
        """Set the text that is shown if there is no picture."""
        if words != self._message:
            self._message = words
            self.update()

    def set_freezable(self, freezable: bool) -> None:
        """Set whether the pane has a button that freezes the pictures, as for a camera."""
        self._freeze_button.setVisible(freezable)
        self._place_tools()

    def set_frozen(self, frozen: bool) -> None:
        """Set whether the picture is frozen, and show this in the title."""
        self._frozen = frozen
        words = tr("Resume the pictures (Space)") if frozen else tr("Freeze the pictures (Space)")
        self._freeze_button.setIcon(icon("play" if frozen else "pause", ON_VIDEO))
        self._freeze_button.setToolTip(words)
        self._freeze_button.setAccessibleName(words)
        self.update()

    def set_enlarged(self, enlarged: bool) -> None:
        """Set whether this pane is shown alone."""
        self._enlarged = enlarged
        words = (
            tr("Show all pictures (Esc)") if enlarged else tr("Enlarge: {name} (double click)", name=tr(self._title))
        )
        self._enlarge_button.setIcon(icon("restore" if enlarged else "enlarge", ON_VIDEO))
        self._enlarge_button.setToolTip(words)
        self._enlarge_button.setAccessibleName(words)

    def snapshots(self) -> dict[str, np.ndarray]:
        """Return the pictures to save by file name ending: `.png` as shown at the frame's size, `-raw.png` raw data."""
        if self._view is None or not self.available(self._view.frame):
            return {}
        shown = self.compose(self._view, *self.natural_size(self._view.frame))
        return {".png": np.ascontiguousarray(shown[..., ::-1])}

    def write_snapshot(self, folder: Path, moment: datetime) -> Path | None:
        """Write the shown picture into `folder` and return its path; return None if there is no picture.

        Raises:
            OSError: the folder cannot be written, or the picture cannot be encoded.
        """
        pictures = self.snapshots()
        if not pictures:
            return None
        folder.mkdir(parents=True, exist_ok=True)
        stem = f"{moment:%Y%m%d-%H%M%S}-{moment.microsecond // 1000:03d}-{self.name}"
        for ending, picture in pictures.items():
            done, data = cv2.imencode(".png", picture)
            if not done:
                raise OSError(f"{stem}{ending} cannot be encoded")
            (folder / f"{stem}{ending}").write_bytes(data.tobytes())
        return folder / f"{stem}.png"

    def picture_rect(self) -> QRectF:
        """Return the rectangle of the whole picture; larger than the pane while zoomed, empty without a picture."""
        return self.zoom.rect(self._fitted_rect(), QRectF(self._room()))

    def _fitted_rect(self) -> QRectF:
        if self._view is None or not self.available(self._view.frame):
            return QRectF()
        room = self._room()
        width, height = fitted(*self.natural_size(self._view.frame), room.width(), room.height())
        return QRectF(
            room.left() + (room.width() - width) / 2, room.top() + (room.height() - height) / 2, width, height
        )

    def to_pixel(self, at: QPointF) -> tuple[int, int] | None:
        """Return the frame's pixel under a point of the pane; None outside the picture."""
        rect = self.picture_rect()
        if self._view is None or not (rect.contains(at) and self._room().contains(at.toPoint())):
            return None
        width, height = self.natural_size(self._view.frame)
        x, y = (at.x() - rect.left()) / rect.width() * width, (at.y() - rect.top()) / rect.height() * height
        return min(int(x), width - 1), min(int(y), height - 1)

    def from_pixel(self, x: int, y: int) -> QPointF:
        """Return the point of the pane at a pixel's centre."""
        assert self._view is not None
        rect, (width, height) = self.picture_rect(), self.natural_size(self._view.frame)
        return QPointF(rect.left() + (x + 0.5) / width * rect.width(), rect.top() + (y + 0.5) / height * rect.height())

    def _room(self) -> QRect:
        return self.rect()

    @override
    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), self.palette().window())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(VIDEO)
        painter.drawRoundedRect(QRectF(self.rect()), _RADIUS, _RADIUS)
        rect = self.picture_rect()
        if rect.isEmpty():
            self._paint_message(painter)
        else:
            painter.save()
            painter.setClipRect(self._room())
            self._paint_picture(painter, rect)
            painter.restore()
            self.paint_over(painter, rect)
        zoomed = "" if self.zoom.factor == 1.0 else f"{self.zoom.factor:.1f} x"
        parts = (tr(self._title), tr("frozen") if self._frozen else "", zoomed, self.caption())
        words = "  ".join(part for part in parts if part)
        self.paint_chip(painter, words, QPointF(8, 8), right=self._tools.x() if self._tools.isVisible() else None)
        if self._focus_seen:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self.palette().highlight().color(), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), _RADIUS, _RADIUS)
        painter.end()

    def paint_over(self, painter: QPainter, rect: QRectF) -> None:
        """Paint on top of the picture; does nothing by default."""

    def _paint_picture(self, painter: QPainter, rect: QRectF) -> None:
        assert self._view is not None
        ratio = self.devicePixelRatioF()
        size = max(1, round(rect.width() * ratio)), max(1, round(rect.height() * ratio))
        if self.zoom.factor > 1.0:
            # A picture of many times the pane's size would cost time and memory, and show no more than its pixels.
            natural, fit = self.natural_size(self._view.frame), self._fitted_rect()
            size = (
                min(size[0], max(2 * natural[0], round(fit.width() * ratio))),
                min(size[1], max(2 * natural[1], round(fit.height() * ratio))),
            )
        key = (self._shown, size, self.look())
        if key != self._image_key or self._image is None:
            self._picture = np.ascontiguousarray(self.compose(self._view, *size))
            self._image = as_qimage(self._picture)
            if key[:1] != self._image_key[:1]:
                self._drawn_s.append(time.monotonic())
            self._image_key = key
        painter.drawImage(rect, self._image)

    def look(self) -> object:
        """Return what the picture depends on besides the frame; a change composes it again."""
        return None

    def _paint_message(self, painter: QPainter) -> None:
        painter.setPen(QColor(150, 156, 166))
        font = QFont(self.font())
        painter.setFont(font)
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(QRectF(self.rect()).adjusted(16, 30, -16, -16), flags, self._message)

    def paint_chip(
        self, painter: QPainter, words: str, at: QPointF, bottom: bool = False, right: float | None = None
    ) -> None:
        """Paint small text on a dark background with its top left (or bottom left) corner at `at`.

        Args:
            painter: the painter of this pane.
            words: the text, shortened to its room.
            at: the corner, in pixels of the pane.
            bottom: whether `at` is the bottom left corner.
            right: end of the room on the right; None for that of the pane.
        """
        font = QFont(self.font())
        font.setPixelSize(max(9, round(QFontMetricsF(self.font()).lineSpacing() * 0.72)))
        font.setWeight(QFont.Weight.Medium)
        metrics = QFontMetricsF(font)
        most = (self.width() - 4.0 if right is None else right - at.x() - 2.0) - 14.0
        words = metrics.elidedText(words, Qt.TextElideMode.ElideRight, max(most, 0.0))
        width, height = metrics.horizontalAdvance(words) + 14, metrics.lineSpacing() + 6
        top = at.y() - height if bottom else at.y()
        left = min(max(at.x(), 2.0), max(2.0, self.width() - width - 2.0))
        chip = QRectF(left, top, width, height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(VIDEO_CHIP)
        painter.drawRoundedRect(chip, 4, 4)
        painter.setFont(font)
        painter.setPen(ON_VIDEO)
        painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, words)

    @override
    def resizeEvent(self, event: QResizeEvent | None) -> None:
        self._place_tools()

    def _place_tools(self) -> None:
        self._tools.adjustSize()
        self._tools.move(self._room().right() - self._tools.width() - 6, 6)

    def _show_tools(self) -> None:
        self._tools.setVisible(self.underMouse() or self._focus_seen)
        self._place_tools()

    @override
    def enterEvent(self, event: QEnterEvent | None) -> None:
        self._show_tools()

    @override
    def leaveEvent(self, event: QEvent | None) -> None:
        self._show_tools()

    @override
    def focusInEvent(self, event: QFocusEvent | None) -> None:
        # Show the focus ring only if the focus came by keyboard.
        keyboard = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        self._focus_seen = event is not None and event.reason() in keyboard
        self._show_tools()
        self.update()

    @override
    def focusOutEvent(self, event: QFocusEvent | None) -> None:
        self._focus_seen = False
        self._show_tools()
        self.update()

    def change_zoom(self, steps: float, at: QPointF | None = None) -> None:
        """Zoom in by steps, out if negative, or show the whole picture if 0.

        Args:
            steps: steps of a wheel.
            at: point that stays where it is; None for the middle.
        """
        fitted, room = self._fitted_rect(), QRectF(self._room())
        if fitted.isEmpty():
            return
        if steps:
            self.zoom.turn(steps, at or room.center(), fitted, room)
        else:
            self.zoom.reset()
        self.setCursor(Qt.CursorShape.OpenHandCursor if self.zoom.factor > 1.0 else Qt.CursorShape.ArrowCursor)
        self.update()

    @override
    def wheelEvent(self, event: QWheelEvent | None) -> None:
        assert event is not None
        self.change_zoom(event.angleDelta().y() / 120.0, event.position())
        event.accept()

    @override
    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        if event.button() == Qt.MouseButton.LeftButton and self.zoom.factor > 1.0:
            self._dragged_from = event.position()
        super().mousePressEvent(event)

    @override
    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        if self._dragged_from is not None:
            move, self._dragged_from = event.position() - self._dragged_from, event.position()
            self.pan(move.x(), move.y())
        super().mouseMoveEvent(event)

    def pan(self, dx: float, dy: float) -> None:
        """Move the enlarged picture by a distance in pixels of the pane."""
        self.zoom.pan(dx, dy, self._fitted_rect(), QRectF(self._room()))
        self.update()

    @override
    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        self._dragged_from = None
        super().mouseReleaseEvent(event)

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent | None) -> None:
        self.enlarge.emit()

    @override
    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        assert event is not None
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self.enlarge.emit()
        elif event.key() in _PANS and event.modifiers() & Qt.KeyboardModifier.AltModifier and self.zoom.factor > 1.0:
            x, y = _PANS[Qt.Key(event.key())]
            self.pan(x * self.width() / 8, y * self.height() / 8)
        else:
            super().keyPressEvent(event)
