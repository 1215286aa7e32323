"""Draw the verdicts on a session over time, and the operator's markers, as a small bar in a table's cell."""

from __future__ import annotations

from PyQt6.QtCore import QModelIndex, QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QPainter, QPalette, QPolygonF
from PyQt6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem
from typing_extensions import override

from fasdemo.engine.result import Status
from fasdemo.gui.style.theme import status_colour
from fasdemo.gui.translation import tr
from fasdemo.tuning.session_verdicts import SessionVerdicts

VERDICTS_ROLE = Qt.ItemDataRole.UserRole + 1
"""Role of the `SessionVerdicts` of a cell."""
MARKERS_ROLE = Qt.ItemDataRole.UserRole + 3
"""Role of the markers of a cell: a tuple of shares of the session's length, 0 to 1."""
_MARK_PX = 4.0
_ORDER = (None, Status.UNCERTAIN, Status.SPOOF, Status.LIVE)
_SIZE_PX = QSize(150, 22)


def shares(verdicts: SessionVerdicts) -> str:
    """Return the share of each verdict as words, e.g. `LIVE 80 %, UNCERTAIN 20 %`."""
    parts = []
    for status in reversed(_ORDER):
        share = verdicts.share(status)
        if share > 0.0:
            percent = "< 1 %" if share < 0.01 else f"{100.0 * share:.0f} %"
            parts.append(f"{tr('no face') if status is None else tr(status.value)} {percent}")
    return ", ".join(parts)


def marker_words(count: int) -> str:
    """Return the number of markers as words; empty without one."""
    if count == 0:
        return ""
    return tr("1 marker") if count == 1 else tr("{count} markers", count=count)


class VerdictBar(QStyledItemDelegate):
    """Draws the bar of each cell that has verdicts, and the text of the others; markers are triangles below."""

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        """Return the size of a bar, or of the text if it is larger."""
        return super().sizeHint(option, index).expandedTo(_SIZE_PX)

    @override
    def paint(self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        super().paint(painter, option, index)
        if painter is None:
            return
        cell = QRectF(option.rect)
        bar = QRectF(cell.left() + 4.0, cell.center().y() - 7.0, cell.width() - 8.0, 14.0)
        painter.save()
        verdicts = index.data(VERDICTS_ROLE)
        if isinstance(verdicts, SessionVerdicts) and verdicts.frames:
            self._paint_verdicts(painter, option, bar, verdicts)
        self._paint_markers(painter, option, bar, index.data(MARKERS_ROLE) or ())
        painter.restore()

    def _paint_verdicts(
        self, painter: QPainter, option: QStyleOptionViewItem, bar: QRectF, verdicts: SessionVerdicts
    ) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        per_frame = bar.width() / verdicts.frames
        # LIVE is drawn last, so that a single accepted frame of a long session is seen.
        for drawn in _ORDER:
            left = bar.left()
            for status, count in verdicts.runs:
                if status == drawn:
                    part = QRectF(left, bar.top(), max(count * per_frame, 1.0), bar.height())
                    painter.fillRect(part, status_colour(status, option.palette))
                left += count * per_frame
        painter.setPen(option.palette.color(QPalette.ColorRole.Mid))
        painter.drawRect(bar)

    def _paint_markers(
        self, painter: QPainter, option: QStyleOptionViewItem, bar: QRectF, markers: tuple[float, ...]
    ) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(option.palette.color(QPalette.ColorRole.Text))
        tip_y = bar.bottom() + 1.0
        for share in markers:
            tip = QPointF(bar.left() + share * bar.width(), tip_y)
            corners = (tip, tip + QPointF(-_MARK_PX, _MARK_PX + 1.0), tip + QPointF(_MARK_PX, _MARK_PX + 1.0))
            painter.drawPolygon(QPolygonF(corners))
