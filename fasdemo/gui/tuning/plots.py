"""The score histogram with two thresholds to drag, and the DET curve."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PyQt6.QtCore import QEvent, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QFontMetricsF, QPalette, QResizeEvent
from PyQt6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from fasdemo.engine.policy import MIN_LIVE_ABOVE
from fasdemo.engine.result import Status
from fasdemo.gui.style.theme import status_line
from fasdemo.gui.translation import tr
from fasdemo.tuning.charts import MIN_RATE, colour_of
from fasdemo.tuning.figures import BINS, DetCurve, checked_thresholds, histogram
from fasdemo.tuning.scores.scoring import Scoring

_MIN_HEIGHT_PX = 130
_MIN_LABELS_PX = 180


class _Plot(QWidget):
    """A plot without menus, in the colours of the theme."""

    def __init__(self, name: str, below: str, beside: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._below, self._beside = below, beside
        self.plot = pg.PlotWidget(self)
        self.plot.setMenuEnabled(False)
        self.plot.setMouseEnabled(False, False)
        self.plot.hideButtons()
        self.plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.plot.viewport().setFocusPolicy(Qt.FocusPolicy.NoFocus)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.plot)
        self.setMinimumHeight(_MIN_HEIGHT_PX)

    def recolour(self) -> None:
        """Apply the colours of the palette."""
        palette = self.palette()
        muted = palette.color(QPalette.ColorRole.PlaceholderText)
        self.plot.setBackground(palette.color(QPalette.ColorRole.Base))
        font = self.font()
        font.setPixelSize(max(11, round(QFontMetricsF(self.font()).lineSpacing() * 0.72)))
        for side, words in (("bottom", self._below), ("left", self._beside)):
            axis = self.plot.getAxis(side)
            axis.setPen(palette.color(QPalette.ColorRole.Mid))
            axis.setTextPen(muted)
            axis.setStyle(tickFont=font)
            axis.setLabel(words, **{"color": muted.name(), "font-size": f"{font.pixelSize()}px"})

    @override
    def changeEvent(self, event: QEvent | None) -> None:
        if event is not None and event.type() == QEvent.Type.PaletteChange:
            self.recolour()
        super().changeEvent(event)


class HistogramPlot(_Plot):
    """The scores of all presentations as stacked bars by kind, with both thresholds as lines to drag.

    Signals:
        thresholds_moved: float, float: thresholds for LIVE and SPOOF, within the limits of every policy.
    """

    thresholds_moved = pyqtSignal(float, float)

    def __init__(self) -> None:
        super().__init__(tr("Histogram of the scores"), tr("score of a presentation"), tr("presentations"))
        self._scoring: Scoring | None = None
        self._bars: list[pg.BarGraphItem] = []
        label = {"position": 0.93, "movable": False}
        self.live = pg.InfiniteLine(0.7, 90, movable=True, bounds=[MIN_LIVE_ABOVE, 0.9999], label="", labelOpts=label)
        self.spoof = pg.InfiniteLine(0.3, 90, movable=True, bounds=[0.0001, 0.9999], label="", labelOpts=label)
        for line in (self.live, self.spoof):
            line.setVisible(False)
            line.setZValue(10 if line is self.live else 9)
            line.sigPositionChanged.connect(self._moved)
            self.plot.addItem(line)
        self.plot.setXRange(0.0, 1.0, padding=0.01)
        self.recolour()

    @property
    def colours(self) -> dict[str, str]:
        """Colour of each kind."""
        scoring = self._scoring
        return {} if scoring is None else {kind: colour_of(kind, scoring.kinds) for kind in scoring.kinds}

    def show_scoring(self, scoring: Scoring | None) -> None:
        """Show the scores of a folder; None removes them."""
        self._scoring = scoring
        for bars in self._bars:
            self.plot.removeItem(bars)
        self._bars = []
        for line in (self.live, self.spoof):
            line.setVisible(scoring is not None)
        if scoring is None:
            return
        base = np.zeros(BINS)
        centres = (np.arange(BINS) + 0.5) / BINS
        for kind, values in histogram(scoring).items():
            colour = QColor(colour_of(kind, scoring.kinds))
            full = values > 0
            # The outline can be seen on every background; some of the fills cannot.
            edge = self.palette().color(QPalette.ColorRole.Mid)
            bars = pg.BarGraphItem(
                x=centres[full], y0=base[full], height=values[full], width=0.9 / BINS, brush=colour, pen=edge
            )
            self.plot.addItem(bars)
            self._bars.append(bars)
            base = base + values
        self.plot.setYRange(0.0, max(1.0, float(base.max()) * 1.18), padding=0)

    def set_thresholds(self, live_above: float, spoof_below: float) -> None:
        """Show thresholds without a signal."""
        for line, value in ((self.live, live_above), (self.spoof, spoof_below)):
            line.blockSignals(True)
            line.setValue(value)
            line.blockSignals(False)
        self.live.label.setFormat(tr("LIVE above {value:.3f}", value=live_above))
        self.spoof.label.setFormat(tr("SPOOF below {value:.3f}", value=spoof_below))
        # The words stand beside their lines, away from each other.
        self.live.label.setPosition(0.93)
        self.spoof.label.setPosition(0.83)

    @override
    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        for line in (self.live, self.spoof):
            # In a low plot they would overlap; the fields below show the values too.
            line.label.setVisible(self.height() >= _MIN_LABELS_PX)

    def _moved(self) -> None:
        live, spoof = checked_thresholds(float(self.live.value()), float(self.spoof.value()))
        self.set_thresholds(live, spoof)
        self.thresholds_moved.emit(live, spoof)

    @override
    def recolour(self) -> None:
        super().recolour()
        palette = self.palette()
        text, back = palette.color(QPalette.ColorRole.Text), palette.color(QPalette.ColorRole.Base)
        for line, status in ((self.live, Status.LIVE), (self.spoof, Status.SPOOF)):
            colour = status_line(status, palette)
            line.setPen(pg.mkPen(colour, width=2, style=Qt.PenStyle.DashLine))
            line.setHoverPen(pg.mkPen(colour, width=4))
            line.label.setColor(text)
            line.label.fill = pg.mkBrush(back)
            line.label.update()


class DetPlot(_Plot):
    """BPCER over the highest APCER, both logarithmic, with a mark at the chosen threshold of each curve."""

    def __init__(self) -> None:
        super().__init__(tr("DET curve"), tr("highest APCER of all species"), tr("BPCER"))
        self._items: list[pg.PlotDataItem] = []
        ticks = [(math.log10(value), f"{value:.1%}".replace(".0", "")) for value in (0.001, 0.01, 0.1, 1.0)]
        for side in ("bottom", "left"):
            self.plot.getAxis(side).setTicks([ticks])
        self.plot.setXRange(math.log10(MIN_RATE), 0.0, padding=0.05)
        self.plot.setYRange(math.log10(MIN_RATE), 0.0, padding=0.05)
        self.recolour()

    def show_curves(self, curves: Sequence[tuple[DetCurve, float]]) -> None:
        """Show curves with the thresholds for LIVE that are marked on them."""
        for item in self._items:
            self.plot.removeItem(item)
        self._items = []
        dark = self.palette().color(QPalette.ColorRole.Base).lightness() < 128
        colours = [self.palette().color(QPalette.ColorRole.Highlight), QColor("#e69f00" if dark else "#9a6a00")]
        for number, (curve, live_above) in enumerate(curves):
            x, y = (np.log10(np.maximum(rates, MIN_RATE)) for rates in (curve.apcer, curve.bpcer))
            style = Qt.PenStyle.SolidLine if number == 0 else Qt.PenStyle.DashLine
            pen = pg.mkPen(colours[number % 2], width=2, style=style)
            at = min(int(np.searchsorted(curve.thresholds, live_above)), len(x) - 1)
            mark = {"symbol": "o", "symbolSize": 9, "symbolBrush": colours[number % 2], "pen": None}
            self._items += [self.plot.plot(x, y, pen=pen), self.plot.plot([x[at]], [y[at]], **mark)]
