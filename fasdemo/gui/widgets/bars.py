"""Rows with a name, a bar with marks, and a value, for scores, evidence and latencies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from PyQt6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QFont, QFontMetricsF, QHelpEvent, QPainter, QPaintEvent, QPalette, QPen
from PyQt6.QtWidgets import QSizePolicy, QToolTip, QWidget
from typing_extensions import override

from fasdemo.gui.translation import tr

_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
_ALERT = QColor(213, 94, 0)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of `Bars`.

    Attributes:
        name: text on the left.
        value: text on the right.
        fill: length of the bar in [0, 1]; None if there is no value.
        marks: positions of the limits on the bar, in [0, 1].
        alert: the value is beyond a limit; shown by a sign before the value and by colour.
        strong: show in bold.
        hint: tool tip.
    """

    name: str
    value: str
    fill: float | None = None
    marks: tuple[float, ...] = ()
    alert: bool = False
    strong: bool = False
    hint: str = ""


@dataclass(frozen=True, slots=True)
class _Look:
    """Colours, pens and words that all rows share."""

    text: QColor
    muted: QColor
    empty: QColor
    bar: QColor
    around_mark: QPen
    mark: QPen
    not_measured: str

    @classmethod
    def of(cls, palette: QPalette) -> Self:
        """Return the look with a palette, in the window's language."""
        role = QPalette.ColorRole
        text, muted, empty, bar = map(palette.color, (role.Text, role.PlaceholderText, role.Mid, role.Highlight))
        around = QPen(palette.color(role.Base), 4)
        return cls(text, muted, empty, bar, around, QPen(text, 1.6), tr("not measured"))


class Bars(QWidget):
    """A widget that paints all rows itself, because they change with every frame."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[Row, ...] = ()
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def rows(self) -> tuple[Row, ...]:
        """The shown rows."""
        return self._rows

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show these rows."""
        new = tuple(rows)
        if new == self._rows:
            return
        if len(new) != len(self._rows):
            self.updateGeometry()
        self._rows = new
        self.update()

    def describe(self) -> str:
        """Return all rows as text for screen readers."""
        return "; ".join(
            f"{row.name} {row.value}" + (", " + tr("beyond its limit") if row.alert else "") for row in self._rows
        )

    def _row_height(self) -> float:
        return round(QFontMetricsF(self.font()).lineSpacing() * 1.26)

    @override
    def sizeHint(self) -> QSize:
        return QSize(280, round(self._row_height() * max(1, len(self._rows))))

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(220, self.sizeHint().height())

    @override
    def event(self, event: QEvent | None) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            number = int(event.pos().y() / self._row_height())
            hint = self._rows[number].hint if 0 <= number < len(self._rows) else ""
            QToolTip.showText(event.globalPos(), hint, self)
            return True
        return super().event(event)

    @override
    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        height, look = self._row_height(), _Look.of(self.palette())
        fonts = {bold: self._font(bold) for bold in (False, True)}
        metrics, strong_metrics = QFontMetricsF(fonts[False]), QFontMetricsF(fonts[True])
        name_width = max((metrics.horizontalAdvance(row.name) for row in self._rows), default=0.0) + 14
        value_width = max((strong_metrics.horizontalAdvance(row.value) for row in self._rows), default=0.0)
        value_width += height * 0.9
        for number, row in enumerate(self._rows):
            rect = QRectF(0, number * height, self.width(), height)
            self._paint_row(painter, row, rect, name_width, value_width, look, fonts)
        painter.end()

    def _font(self, bold: bool) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(max(9, round(QFontMetricsF(self.font()).lineSpacing() * 0.78)))
        font.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
        return font

    def _paint_row(
        self,
        painter: QPainter,
        row: Row,
        rect: QRectF,
        name_width: float,
        value_width: float,
        look: _Look,
        fonts: Mapping[bool, QFont],
    ) -> None:
        painter.setFont(fonts[row.strong])
        painter.setPen(look.text if row.strong else look.muted)
        painter.drawText(rect, _LEFT, row.name)
        painter.setFont(fonts[row.strong or row.alert])
        painter.setPen(look.text if row.value != look.not_measured else look.muted)
        painter.drawText(rect, _RIGHT, row.value)
        if row.fill is None:
            return
        thick = max(5.0, rect.height() * 0.24)
        bar = QRectF(name_width, rect.center().y() - thick / 2, rect.width() - name_width - value_width, thick)
        if bar.width() < 20:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.empty)
        painter.drawRoundedRect(bar, thick / 2, thick / 2)
        painter.setBrush(look.bar if not row.alert else _ALERT)
        length = max(thick, bar.width() * row.fill)
        painter.drawRoundedRect(QRectF(bar.left(), bar.top(), length, thick), thick / 2, thick / 2)
        for mark in row.marks:
            x = bar.left() + mark * bar.width()
            painter.setPen(look.around_mark)
            painter.drawLine(QPointF(x, bar.top() - 2), QPointF(x, bar.bottom() + 2))
            painter.setPen(look.mark)
            painter.drawLine(QPointF(x, bar.top() - 3), QPointF(x, bar.bottom() + 3))
        if row.alert:
            sign = QRectF(bar.right(), rect.top(), value_width, rect.height())
            side = rect.height() * 0.42
            left = rect.right() - QFontMetricsF(fonts[True]).horizontalAdvance(row.value) - side - 5
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(_ALERT)
            centre = sign.center().y()
            painter.drawPolygon(
                QPointF(left + side / 2, centre - side / 2),
                QPointF(left + side, centre + side / 2),
                QPointF(left, centre + side / 2),
            )
