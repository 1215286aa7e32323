"""The enlarged part of a picture in its pane."""

from __future__ import annotations

from PyQt6.QtCore import QPointF, QRectF

MAX_ZOOM = 16.0
_STEP = 1.25


class Zoom:
    """The zoom of one pane: a factor, and the point of the picture in the middle of the pane."""

    def __init__(self) -> None:
        self.factor = 1.0
        self._x = self._y = 0.5

    def rect(self, fitted: QRectF, room: QRectF) -> QRectF:
        """Return where the whole picture lies, which is larger than the room while it is enlarged.

        Args:
            fitted: the picture without zoom, in the middle of the room.
            room: the part of the pane for the picture.
        """
        if self.factor == 1.0:
            return fitted
        width, height = fitted.width() * self.factor, fitted.height() * self.factor
        left = _held(room.center().x() - self._x * width, width, room.left(), room.width())
        top = _held(room.center().y() - self._y * height, height, room.top(), room.height())
        return QRectF(left, top, width, height)

    def turn(self, steps: float, at: QPointF, fitted: QRectF, room: QRectF) -> None:
        """Zoom in by steps of a wheel, or out if negative; the point under the cursor stays where it is."""
        before = self.rect(fitted, room)
        x, y = (at.x() - before.left()) / before.width(), (at.y() - before.top()) / before.height()
        self.factor = min(max(self.factor * _STEP**steps, 1.0), MAX_ZOOM)
        width, height = fitted.width() * self.factor, fitted.height() * self.factor
        self._move_to(x - (at.x() - room.center().x()) / width, y - (at.y() - room.center().y()) / height)

    def pan(self, dx: float, dy: float, fitted: QRectF, room: QRectF) -> None:
        """Move the picture by a distance in pixels of the pane."""
        now = self.rect(fitted, room)
        middle = room.center()
        self._move_to((middle.x() - now.left() - dx) / now.width(), (middle.y() - now.top() - dy) / now.height())

    def _move_to(self, x: float, y: float) -> None:
        self._x, self._y = min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)

    def reset(self) -> None:
        """Show the whole picture."""
        self.factor, self._x, self._y = 1.0, 0.5, 0.5


def _held(start: float, size: float, room_start: float, room_size: float) -> float:
    """Return the start of a picture so that it leaves no gap in its room, or lies in the middle if it is smaller."""
    if size <= room_size:
        return room_start + (room_size - size) / 2
    return min(max(start, room_start + room_size - size), room_start)
