"""The verdict card: a shape, a word and a sentence, small in the side bar and large in kiosk mode."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PyQt6.QtCore import QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPalette, QPen, QPolygonF
from PyQt6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from fasdemo.draw.overlay import shape_mark, shape_outline
from fasdemo.engine.result import Status
from fasdemo.frames import Rgb
from fasdemo.gui.style.theme import ink, status_colour
from fasdemo.gui.translation import tr
from fasdemo.gui.widgets.pictures import as_qimage, resized
from fasdemo.runtime.headline import WAITING, Headline

SENTENCE_HEIGHT = 0.048
"""Font size of the large card's sentence as a share of the card's scale."""
_CENTRED = (Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop).value | Qt.TextFlag.TextWordWrap.value
_LEFT = (Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop).value | Qt.TextFlag.TextWordWrap.value


def _unit(rect: QRectF) -> float:
    """Return the scale of the large card: a length that fits a wide and a tall screen."""
    return min(rect.height(), rect.width() * 0.7)


def paint_shape(painter: QPainter, status: Status | None, rect: QRectF, fill: QColor, mark: QColor) -> None:
    """Paint the shape of a status as in the overlay, or a dashed ring if `status` is None."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    radius, centre = rect.width() / 2, rect.center()
    if status is None:
        pen = QPen(fill, radius / 7)
        pen.setDashPattern([2.2, 1.8])
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(centre, radius * 0.88, radius * 0.88)
        painter.restore()
        return
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(fill)
    if status is Status.LIVE:
        painter.drawEllipse(centre, radius, radius)
    else:
        painter.drawPolygon(_polygon(shape_outline(status), centre, radius))
    pen = QPen(mark, radius / 4.2)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    for stroke in shape_mark(status):
        painter.drawPolyline(_polygon(stroke, centre, radius))
    painter.restore()


def _polygon(points: npt.NDArray[np.float64], centre: QPointF, radius: float) -> QPolygonF:
    return QPolygonF([QPointF(centre.x() + x * radius, centre.y() + y * radius) for x, y in points.tolist()])


class VerdictCard(QWidget):
    """A card with the verdict; filled with the status colour for a camera, outlined and labelled for a file."""

    def __init__(self, parent: QWidget | None = None, large: bool = False) -> None:
        super().__init__(parent)
        self._headline = WAITING
        self._large = large
        self._mirror: Rgb | None = None
        self.setAccessibleName(WAITING.spoken(tr))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        if large:
            self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def headline(self) -> Headline:
        """The shown headline."""
        return self._headline

    def show_headline(self, headline: Headline) -> None:
        """Show a headline, and notify screen readers if its word or sentence has changed."""
        if headline == self._headline:
            return
        spoken = headline.spoken(tr) != self._headline.spoken(tr)
        self._headline = headline
        if spoken:
            self.setAccessibleName(headline.spoken(tr))
        self.update()

    def show_mirror(self, picture: Rgb | None) -> None:
        """Show the camera's picture as in a mirror beside the word, uint8 (H, W, 3) RGB; None shows the word alone."""
        if picture is not None or self._mirror is not None:
            self._mirror = picture
            self.update()

    def _paint_mirror(self, painter: QPainter, rect: QRectF) -> QRectF:
        """Paint the mirror picture into one half of the card, and return the other half."""
        if self._mirror is None:
            return rect
        height, width = self._mirror.shape[:2]
        wide = rect.width() > rect.height()
        room = QRectF(rect)
        if wide:
            room.setWidth(rect.width() * 0.5)
        else:
            room.setHeight(rect.height() * 0.5)
        margin = min(rect.width(), rect.height()) * 0.05
        room.adjust(margin, margin, -margin / 2 if wide else -margin, -margin if wide else -margin / 2)
        factor = min(room.width() / width, room.height() / height)
        place = QRectF(0, 0, width * factor, height * factor)
        place.moveCenter(room.center())
        ratio = self.devicePixelRatioF()
        shown = resized(self._mirror, max(1, round(place.width() * ratio)), max(1, round(place.height() * ratio)))
        painter.drawImage(place, as_qimage(np.ascontiguousarray(shown[:, ::-1])))
        rest = QRectF(rect)
        if wide:
            rest.setLeft(room.right())
        else:
            rest.setTop(room.bottom())
        return rest

    @override
    def sizeHint(self) -> QSize:
        """Return a size for the word, two lines of guidance and the notices."""
        line = QFontMetricsF(self.font()).lineSpacing()
        return QSize(320, round(line * 12.2))

    @override
    def minimumSizeHint(self) -> QSize:
        """Return the minimum size in the side bar; the kiosk's card scales down to any screen."""
        if self._large:
            return QSize(1, 1)
        return QSize(240, self.sizeHint().height())

    @override
    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._large:
            self._paint_large(painter)
        else:
            self._paint_small(painter)
        painter.end()

    def _filled(self) -> bool:
        return self._headline.status is not None and not self._headline.from_file

    def _colours(self) -> tuple[QColor, QColor, QColor]:
        """Return the colours of text, secondary text and shape."""
        palette = self.palette()
        if self._filled():
            return ink(), ink(), ink()
        shape = status_colour(self._headline.status, palette)
        return palette.color(QPalette.ColorRole.Text), palette.color(QPalette.ColorRole.PlaceholderText), shape

    def _paint_ground(self, painter: QPainter, rect: QRectF, radius: float, line: float) -> None:
        palette = self.palette()
        colour = status_colour(self._headline.status, palette)
        if self._filled():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
        else:
            pen = QPen(colour, line if self._headline.status is not None else 1.0)
            painter.setPen(pen)
            painter.setBrush(palette.color(QPalette.ColorRole.Base))
        inset = line / 2
        painter.drawRoundedRect(rect.adjusted(inset, inset, -inset, -inset), radius, radius)

    def _mark(self) -> QColor:
        return status_colour(self._headline.status, self.palette()) if self._filled() else ink()

    def _paint_small(self, painter: QPainter) -> None:
        headline, rect = self._headline, QRectF(self.rect())
        text, quiet, shape = self._colours()
        self._paint_ground(painter, rect, 10.0, 3.0)
        line = QFontMetricsF(self.font()).lineSpacing()
        margin = line * 0.9
        inner = rect.adjusted(margin, margin * 0.9, -margin, -margin * 0.8)

        icon = line * 3.2
        paint_shape(painter, headline.status, QRectF(inner.left(), inner.top(), icon, icon), shape, self._mark())
        left = inner.left() + icon + line * 0.75
        word = QRectF(left, inner.top(), inner.right() - left, icon)
        # The same font size for every status, so that the word does not jump when the status changes.
        size = self._fitting(tr(Status.UNCERTAIN), word.width(), line * 2.4)
        painter.setFont(self._fitting(tr(headline.word), word.width(), size.pixelSize()))
        painter.setPen(text)
        painter.drawText(word, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, tr(headline.word))

        sentence = QRectF(inner.left(), inner.top() + icon + line * 0.6, inner.width(), line * 2.6)
        painter.setFont(self._fitting_lines(headline.sentence, sentence, line * 0.9, _LEFT))
        painter.drawText(sentence, _LEFT, headline.sentence)

        painter.setFont(self._font(line * 0.74))
        painter.setPen(quiet)
        bottom = inner.bottom()
        for notice in reversed(headline.notices):
            chip = QRectF(inner.left(), bottom - line * 1.3, inner.width(), line * 1.3)
            self._paint_notice(painter, chip, notice, line)
            bottom -= line * 1.5
        if headline.detail:
            painter.setPen(quiet)
            painter.drawText(
                QRectF(inner.left(), bottom - line * 1.25, inner.width(), line * 1.2),
                Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft,
                headline.detail,
            )

    def _paint_notice(self, painter: QPainter, rect: QRectF, words: str, line: float) -> None:
        palette = self.palette()
        painter.save()
        font = self._fitting(words, rect.width() - line * 0.6, line * 0.74, QFont.Weight.DemiBold)
        painter.setFont(font)
        width = min(QFontMetricsF(font).horizontalAdvance(words) + line * 1.0, rect.width())
        chip = QRectF(rect.left(), rect.top(), width, rect.height())
        painter.setPen(Qt.PenStyle.NoPen)
        filled = self._filled()
        painter.setBrush(ink() if filled else palette.color(QPalette.ColorRole.AlternateBase))
        painter.drawRoundedRect(chip, 4.0, 4.0)
        painter.setPen(QColor(240, 242, 245) if filled else palette.color(QPalette.ColorRole.Text))
        painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, words)
        painter.restore()

    def _paint_large(self, painter: QPainter) -> None:
        headline, rect = self._headline, QRectF(self.rect())
        text, quiet, shape = self._colours()
        painter.fillRect(rect, self.palette().color(QPalette.ColorRole.Window))
        if self._filled():
            painter.fillRect(rect, status_colour(headline.status, self.palette()))
        elif headline.status is not None:
            frame = min(rect.width(), rect.height()) * 0.03
            pen = QPen(status_colour(headline.status, self.palette()), frame)
            pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(rect.adjusted(frame / 2, frame / 2, -frame / 2, -frame / 2))
        rect = self._paint_mirror(painter, rect)
        unit = _unit(rect)
        side = unit * 0.32
        top = rect.center().y() - unit * 0.36
        paint_shape(
            painter, headline.status, QRectF(rect.center().x() - side / 2, top, side, side), shape, self._mark()
        )
        painter.setPen(text)
        word = QRectF(rect.left(), top + side + unit * 0.03, rect.width(), unit * 0.2)
        painter.setFont(self._fitting(tr(headline.word), rect.width() * 0.9, unit * 0.16))
        painter.drawText(word, Qt.AlignmentFlag.AlignCenter, tr(headline.word))
        sentence = self.sentence_room(rect)
        painter.setFont(self._fitting_lines(headline.sentence, sentence, unit * SENTENCE_HEIGHT, _CENTRED))
        painter.drawText(sentence, _CENTRED, headline.sentence)
        if headline.notices:
            words = "   ·   ".join(headline.notices)
            painter.setFont(self._fitting(words, rect.width() * 0.96, unit * 0.03, QFont.Weight.DemiBold))
            painter.setPen(quiet)
            place = QRectF(rect.left(), rect.bottom() - unit * 0.12, rect.width(), unit * 0.06)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, words)

    def _font(self, size_px: float, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(max(8, round(size_px)))
        font.setWeight(weight)
        return font

    def _fitting(self, words: str, width: float, size_px: float, weight: QFont.Weight = QFont.Weight.Bold) -> QFont:
        font = self._font(size_px, weight)
        actual = QFontMetricsF(font).horizontalAdvance(words)
        return font if actual <= width else self._font(size_px * width / actual * 0.98, weight)

    def sentence_room(self, rect: QRectF) -> QRectF:
        """Return the place of the large card's sentence, between the word and the notices, in pixels.

        Args:
            rect: the part of the card beside the mirror picture.
        """
        unit = _unit(rect)
        top, bottom = rect.center().y() + unit * 0.19, rect.bottom() - unit * 0.13
        return QRectF(rect.left() + rect.width() * 0.08, top, rect.width() * 0.84, bottom - top)

    def sentence_fits(self, words: str) -> bool:
        """Return whether a sentence is shown whole on the large card without a mirror picture."""
        rect = QRectF(self.rect())
        room = self.sentence_room(rect)
        font = self._fitting_lines(words, room, _unit(rect) * SENTENCE_HEIGHT, _CENTRED)
        return room.contains(QFontMetricsF(font).boundingRect(room, _CENTRED, words))

    def _fitting_lines(self, words: str, room: QRectF, size_px: float, flags: int) -> QFont:
        """Return the largest font up to `size_px` in which wrapped words are not cut."""
        for factor in (1.0, 0.9, 0.8, 0.7, 0.6):
            font = self._font(size_px * factor, QFont.Weight.Medium)
            if room.contains(QFontMetricsF(font).boundingRect(room, flags, words)):
                break
        return font
