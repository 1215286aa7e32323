"""Icons of the window: line drawings from `assets/icons`, painted in the palette's colours at any size."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from PyQt6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QIcon, QIconEngine, QPainter, QPalette, QPixmap
from PyQt6.QtSvg import QSvgRenderer
from PyQt6.QtWidgets import QApplication
from typing_extensions import override

from fasdemo.assets_folder import assets_folder


@lru_cache(maxsize=64)
def _drawing(name: str) -> str:
    return icon_file(name).read_text(encoding="utf-8")


def icon_file(name: str) -> Path:
    """Return the path of an icon's SVG file."""
    return assets_folder() / "icons" / f"{name}.svg"


@lru_cache(maxsize=256)
def _renderer(name: str, colour: str) -> QSvgRenderer:
    return QSvgRenderer(QByteArray(_drawing(name).replace("#000000", colour).encode()))


def paint_icon(painter: QPainter, name: str, rect: QRectF, colour: QColor) -> None:
    """Paint an icon's drawing in one colour."""
    _renderer(name, colour.name()).render(painter, rect)


class _LineIcon(QIconEngine):
    """An icon engine that paints in the current palette's colours, so that icons follow a theme change."""

    def __init__(self, name: str, colour: QColor | None) -> None:
        super().__init__()
        self._name, self._colour = name, colour

    @override
    def paint(self, painter: QPainter | None, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        assert painter is not None
        palette = QApplication.palette()
        group = QPalette.ColorGroup.Disabled if mode == QIcon.Mode.Disabled else QPalette.ColorGroup.Active
        colour = self._colour or palette.color(group, QPalette.ColorRole.ButtonText)
        side = min(rect.width(), rect.height())
        square = QRectF(rect.x() + (rect.width() - side) / 2, rect.y() + (rect.height() - side) / 2, side, side)
        if mode == QIcon.Mode.Disabled:
            painter.setOpacity(0.45)
        paint_icon(painter, self._name, square, QColor(colour.rgb()))
        painter.setOpacity(1.0)

    @override
    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return pixmap

    @override
    def clone(self) -> QIconEngine:
        return _LineIcon(self._name, self._colour)


def icon(name: str, colour: QColor | None = None) -> QIcon:
    """Return a line icon in `colour`, or in the palette's button text colour."""
    return QIcon(_LineIcon(name, colour))


def app_icon() -> QIcon:
    """Return the application's icon."""
    return QIcon(str(icon_file("fasdemo")))
