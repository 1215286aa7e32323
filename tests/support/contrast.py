"""Measure the contrast of what a window paints: text at least 4.5:1, outlines and marks at least 3:1 (WCAG 2.2, AA)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyqtgraph as pg
from PyQt6.QtCore import QPoint, QRect, Qt
from PyQt6.QtGui import QColor, QImage
from PyQt6.QtWidgets import (
    QAbstractScrollArea,
    QCheckBox,
    QComboBox,
    QDateEdit,
    QDoubleSpinBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QListWidget,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QTabBar,
    QTableWidget,
    QToolButton,
    QWidget,
)

TEXT, CONTROL = 4.5, 3.0


def pixels(image: QImage) -> np.ndarray:
    """Return the image as uint8 (H, W, 3)."""
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    data = image.constBits()
    assert data is not None
    rows = np.frombuffer(data.asstring(image.sizeInBytes()), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3)


def luminance(colours: np.ndarray) -> np.ndarray:
    value = colours.astype(np.float64) / 255.0
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ np.array([0.2126, 0.7152, 0.0722]))


def ratio(a: float, b: float) -> float:
    return (max(a, b) + 0.05) / (min(a, b) + 0.05)


def text_contrast(picture: np.ndarray) -> float:
    """Return the contrast of the commonest colour and the colour that differs most from it: ground and ink."""
    flat = picture.reshape(-1, 3)
    colours, counts = np.unique(flat, axis=0, return_counts=True)
    ground = luminance(colours[counts.argmax()][None])[0]
    return max(ratio(one, ground) for one in luminance(colours))


def part(shot: np.ndarray, widget: QWidget, window: QWidget) -> np.ndarray:
    """Return the visible part of a widget from a picture of its window, so with the background of its parents."""
    seen = widget.visibleRegion().boundingRect()
    at = widget.mapTo(window, seen.topLeft())
    return shot[at.y() : at.y() + seen.height(), at.x() : at.x() + seen.width()]


def outline_contrast(widget: QWidget, window: QWidget, rect: QRect | None = None) -> float:
    """Return the largest contrast of a control's left edge, at half its height, with what is outside of it."""
    rect = rect or widget.rect()
    at = widget.mapTo(window, rect.topLeft())
    shot = pixels(window.grab().toImage())
    y = at.y() + rect.height() // 2
    outside = luminance(shot[y, at.x() - 3][None])[0]
    edge = luminance(shot[y, at.x() - 1 : at.x() + 5])
    return max(ratio(one, outside) for one in edge)


def check_contrast(window: QWidget) -> int:
    """Fail if a text, an outline or a mark of a window cannot be seen; return the number of checked places."""
    shot = pixels(window.grab().toImage())
    shown = [one for one in window.findChildren(QWidget) if one.isVisible() and not one.visibleRegion().isEmpty()]
    places = [(words, picture) for widget in shown for words, picture in _texts(widget, shot, window)]
    for words, picture in places:
        # A widget at the edge of a scrolled page has no visible pixels.
        assert picture.size == 0 or text_contrast(picture) >= TEXT, words
    controls = [one for one in shown if one.isEnabled() and _is_control(one)]
    for control in controls:
        assert outline_contrast(control, window) >= CONTROL, control.accessibleName() or type(control).__name__
    marks = [mark for one in shown if isinstance(one, pg.PlotWidget) for mark in _marks(one)]
    for name, colour, ground in marks:
        values = luminance(np.array([colour.getRgb()[:3], ground.getRgb()[:3]]))
        assert ratio(float(values[0]), float(values[1])) >= CONTROL, (name, colour.name(), ground.name())
    return len(places) + len(controls) + len(marks)


def _texts(widget: QWidget, shot: np.ndarray, window: QWidget) -> Iterator[tuple[str, np.ndarray]]:
    """Yield the words of a widget with their pictures."""
    if isinstance(widget, QLabel | QPushButton | QCheckBox | QToolButton) and widget.text().strip():
        yield widget.text(), part(shot, widget, window)
    elif isinstance(widget, QTabBar):
        for tab in range(widget.count()):
            yield widget.tabText(tab), _crop(shot, widget, widget.tabRect(tab), window)
    elif isinstance(widget, QHeaderView):
        yield from _headings(widget, shot, window)
    elif isinstance(widget, QTableWidget):
        cells = widget.findItems("", Qt.MatchFlag.MatchContains)
        yield from _rows([(one.text(), widget.visualItemRect(one)) for one in cells], widget, shot, window)
    elif isinstance(widget, QListWidget):
        lines = widget.findItems("", Qt.MatchFlag.MatchContains)
        yield from _rows([(one.text(), widget.visualItemRect(one)) for one in lines], widget, shot, window)
    elif isinstance(widget, pg.PlotWidget):
        for side in ("left", "bottom"):
            axis = widget.getAxis(side)
            rect = widget.mapFromScene(axis.sceneBoundingRect()).boundingRect() & widget.rect()
            yield f"{side} axis", _crop(shot, widget, rect, window)


def _rows(
    items: list[tuple[str, QRect]], widget: QAbstractScrollArea, shot: np.ndarray, window: QWidget
) -> Iterator[tuple[str, np.ndarray]]:
    viewport = widget.viewport()
    assert viewport is not None
    for words, place in items:
        rect = place.adjusted(1, 1, -1, -1)
        if words.strip() and viewport.rect().contains(rect):
            yield words, _crop(shot, viewport, rect, window)


def _headings(header: QHeaderView, shot: np.ndarray, window: QWidget) -> Iterator[tuple[str, np.ndarray]]:
    model, viewport = header.model(), header.viewport()
    assert model is not None
    assert viewport is not None
    across = header.orientation() is Qt.Orientation.Horizontal
    for section in range(header.count()):
        words = str(model.headerData(section, header.orientation()) or "")
        at, size = header.sectionViewportPosition(section), header.sectionSize(section)
        rect = QRect(at, 0, size, viewport.height()) if across else QRect(0, at, viewport.width(), size)
        if words and viewport.rect().contains(rect):
            yield words, _crop(shot, viewport, rect, window)


def _crop(shot: np.ndarray, widget: QWidget, rect: QRect, window: QWidget) -> np.ndarray:
    at: QPoint = widget.mapTo(window, rect.topLeft())
    return shot[at.y() : at.y() + rect.height(), at.x() : at.x() + rect.width()]


def _is_control(widget: QWidget) -> bool:
    if isinstance(widget, QPushButton | QToolButton):
        return isinstance(widget, QPushButton) and widget.property("role") in (None, "primary")
    framed = isinstance(widget, QLineEdit | QComboBox | QPlainTextEdit | QDateEdit | QSpinBox | QDoubleSpinBox)
    return framed and not isinstance(widget.parent(), QComboBox | QDateEdit | QSpinBox | QDoubleSpinBox)


def _marks(plot: pg.PlotWidget) -> Iterator[tuple[str, QColor, QColor]]:
    """Yield the colours of visible lines, points and bars, each with the ground of the plot."""
    ground = plot.backgroundBrush().color()
    for item in plot.getPlotItem().items:
        if not item.isVisible():
            continue
        if isinstance(item, pg.InfiniteLine):
            yield "line", item.pen.color(), ground
        elif isinstance(item, pg.BarGraphItem):
            yield "outline of the bars", pg.mkPen(item.opts["pen"]).color(), ground
        elif isinstance(item, pg.PlotDataItem) and item.xData is not None and len(item.xData):
            yield "curve", pg.mkPen(item.opts["pen"] or item.opts["symbolBrush"]).color(), ground
