"""One model and policy: its histogram, thresholds and error rates."""

from __future__ import annotations

from PyQt6.QtCore import QSignalBlocker, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QIcon, QPixmap
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from fasdemo.engine.policy import MIN_LIVE_ABOVE
from fasdemo.error_rates import Rate
from fasdemo.gui.translation import tr
from fasdemo.gui.tuning.plots import HistogramPlot
from fasdemo.gui.tuning.tables import make_table
from fasdemo.tuning.figures import DetCurve, Figures, checked_thresholds, counts, det_curve, figures_at
from fasdemo.tuning.report import interval_words, rate_words, variant_name
from fasdemo.tuning.scores.scoring import Scoring

COLUMNS = ("Shown", "Wrong", "Rate", "95 % interval", "No response")


class VariantPanel(QWidget):
    """Histogram, thresholds and error rates of one scoring; the rates follow the thresholds at once.

    Signals:
        changed: the thresholds or the scoring have changed.
    """

    changed = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.scoring: Scoring | None = None
        self.figures: Figures | None = None
        self.curve: DetCurve | None = None
        self.title = QLabel("")
        font = self.title.font()
        font.setBold(True)
        self.title.setFont(font)
        self.histogram = HistogramPlot()
        self.histogram.thresholds_moved.connect(self.set_thresholds)
        self.live_above = _spin(tr("LIVE above"), MIN_LIVE_ABOVE)
        self.spoof_below = _spin(tr("SPOOF below"), 0.001)
        self.reset = QPushButton(tr("Reset to the policy"))
        self.reset.setToolTip(tr("Set the thresholds of the policy"))
        self.reset.clicked.connect(self.use_policy)
        for box in (self.live_above, self.spoof_below):
            box.valueChanged.connect(lambda: self.set_thresholds(self.live_above.value(), self.spoof_below.value()))
        row = QHBoxLayout()
        for words, box in ((tr("LIVE above"), self.live_above), (tr("SPOOF below"), self.spoof_below)):
            label = QLabel(words)
            label.setBuddy(box)
            row.addWidget(label)
            row.addWidget(box)
        row.addWidget(self.reset)
        row.addStretch(1)
        self.table = make_table(COLUMNS, tr("Error rates"))
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.title)
        layout.addWidget(self.histogram, 4)
        layout.addLayout(row)
        layout.addWidget(self.table, 2)
        self.show_scoring(None)

    def show_scoring(self, scoring: Scoring | None, keep_thresholds: bool = False) -> None:
        """Show a scoring; None removes the present one.

        Args:
            scoring: the scored sessions.
            keep_thresholds: keep the chosen thresholds, e.g. after a label was corrected.
        """
        before = self.figures if keep_thresholds else None
        self.scoring = scoring
        self.curve = None if scoring is None else det_curve(scoring)
        self.title.setText("" if scoring is None else variant_name(scoring))
        self.histogram.show_scoring(scoring)
        for control in (self.live_above, self.spoof_below, self.reset):
            control.setEnabled(scoring is not None)
        if scoring is None:
            self.figures = None
            self.table.setRowCount(0)
            self.changed.emit()
        elif before is None:
            self.use_policy()
        else:
            self.set_thresholds(before.live_above, before.spoof_below)

    def use_policy(self) -> None:
        """Set the thresholds of the policy."""
        if self.scoring is not None:
            self.set_thresholds(self.scoring.threshold.live_above, self.scoring.threshold.spoof_below)

    def set_thresholds(self, live_above: float, spoof_below: float) -> None:
        """Set both thresholds, within the limits of every policy, and show their error rates."""
        if self.scoring is None:
            return
        live, spoof = checked_thresholds(live_above, spoof_below)
        with QSignalBlocker(self.live_above), QSignalBlocker(self.spoof_below):
            self.live_above.setValue(live)
            self.spoof_below.setValue(spoof)
        self.histogram.set_thresholds(live, spoof)
        self.figures = figures_at(self.scoring, live, spoof)
        self._fill(self.scoring, self.figures)
        self.changed.emit()

    def _fill(self, scoring: Scoring, figures: Figures) -> None:
        numbers, colours = counts(scoring), self.histogram.colours
        rows: list[tuple[str, str, str, Rate]] = [("live", tr("bona fide"), "BPCER", figures.bpcer)]
        rows += [(name, name, "APCER", rate) for name, rate in figures.apcer.items()]
        self.table.setRowCount(len(rows))
        for row, (kind, words, name, rate) in enumerate(rows):
            count = numbers.get(kind, 0)
            wrong = tr("{errors} of {total}", errors=rate.errors, total=rate.total)
            cells = (words, wrong, f"{name} {rate_words(rate)}", interval_words(rate), str(count - rate.total))
            for column, text in enumerate(cells):
                item = QTableWidgetItem(text)
                if column:
                    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                elif kind in colours:
                    item.setIcon(_square(colours[kind]))
                self.table.setItem(row, column, item)


def _spin(name: str, low: float) -> QDoubleSpinBox:
    box = QDoubleSpinBox()
    box.setAccessibleName(name)
    box.setDecimals(3)
    box.setRange(low, 0.999)
    box.setSingleStep(0.01)
    box.setKeyboardTracking(False)
    return box


def _square(colour: str) -> QIcon:
    picture = QPixmap(12, 12)
    picture.fill(QColor(colour))
    return QIcon(picture)
