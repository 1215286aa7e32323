"""The score over time with the thresholds, and below it the verdict and the ground truth."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QColor, QFontMetricsF, QPalette, QResizeEvent, QShowEvent
from PyQt6.QtWidgets import QVBoxLayout, QWidget
from pyqtgraph.GraphicsScene.mouseEvents import MouseClickEvent
from typing_extensions import override

from fasdemo.capture.source import SourceInfo
from fasdemo.engine.result import Status
from fasdemo.gui.panes.timeline_marks import TimelineMarks
from fasdemo.gui.style.theme import status_line
from fasdemo.gui.translation import tr
from fasdemo.models.card import Threshold
from fasdemo.runtime.updates import Sample

_KEPT = 36_000
"""Maximum number of stored samples: twenty minutes at 30 frames per second."""
_WHOLE_S = 60.0
"""Files up to this duration are shown completely."""
MIN_ROW, MAX_ROW = 0.17, 1.0
"""Least and greatest height of a row below the plot, in units of the score."""
MAX_OTHER_FACES = 4
"""Maximum number of faces with a line, in addition to the explained face."""
_NAN = float("nan")

Floats = npt.NDArray[np.float64]


def face_words(track: int) -> str:
    """Return the name of a face in the window."""
    return tr("face {track}", track=track)


class Timeline(QWidget):
    """A plot of the score over time.

    Samples of a file are stored by frame number, so that they are shown again after a seek. For a camera the plot
    scrolls.

    Signals:
        sought: float: the user clicked at this time of the file, seconds.
    """

    sought = pyqtSignal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Score over time"))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._window_s = 20.0
        self._length_s: float | None = None
        self._fps = 30.0
        self._samples: deque[Sample] = deque(maxlen=_KEPT)
        self._by_frame: dict[int, Sample] = {}
        self._changed = False
        self._threshold: Threshold | None = None
        self._now_s = 0.0
        self._plot = pg.PlotWidget(self, axisItems={"bottom": _Seconds("bottom")})
        self._plot.setMenuEnabled(False)
        self._plot.setMouseEnabled(False, False)
        self._plot.hideButtons()
        self._plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._plot.viewport().setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._plot.showAxis("right")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._plot)
        self._followed: int | None = None
        self._used_lines: set[int] = set()
        self._other_lines = [self._plot.plot(connect="finite") for _ in range(MAX_OTHER_FACES)]
        self._other_verdicts = [
            {status: self._plot.plot(connect="finite") for status in Status} for _ in range(MAX_OTHER_FACES)
        ]
        self._frame_line = self._plot.plot(connect="finite")
        self._score_line = self._plot.plot(connect="finite")
        self._verdicts = {status: self._plot.plot(connect="finite") for status in Status}
        self._truths = {label: self._plot.plot(connect="finite") for label in ("live", "spoof")}
        self._live_above, self._spoof_below = pg.InfiniteLine(angle=0), pg.InfiniteLine(angle=0)
        self._cursor = pg.InfiniteLine(angle=90)
        for line in (self._live_above, self._spoof_below):
            line.setVisible(False)
            self._plot.addItem(line)
        self._plot.addItem(self._cursor)
        self.marks = TimelineMarks(self._plot)
        self._plot.scene().sigMouseClicked.connect(self._clicked)
        self.recolour()

    def set_window(self, seconds: float) -> None:
        """Set the duration that the plot shows for a camera or a long file."""
        self._window_s = seconds
        self._changed = True

    def start(self, info: SourceInfo) -> None:
        """Set up the plot for a source."""
        self.clear()
        if not info.live and info.frame_count and info.fps > 0:
            self._length_s, self._fps = info.frame_count / info.fps, info.fps
            self.marks.start(info)
            self.recolour()
        self.refresh()

    def clear(self) -> None:
        """Remove all samples."""
        self._samples.clear()
        self._by_frame.clear()
        self._length_s, self._now_s = None, 0.0
        self.marks.clear()
        self._changed = True

    def follow(self, track: int | None) -> None:
        """Show the line of this face as the main one; None shows the frame's main face."""
        self._followed = track
        self._changed = True

    def set_threshold(self, threshold: Threshold | None) -> None:
        """Show the two thresholds as lines; None hides them."""
        for line in (self._live_above, self._spoof_below):
            line.setVisible(threshold is not None)
        self._threshold, self._changed = threshold, True
        if threshold is not None:
            self._live_above.setValue(threshold.live_above)
            self._spoof_below.setValue(threshold.spoof_below)

    def add(self, samples: Iterable[Sample]) -> None:
        """Store new samples; `refresh` draws them."""
        for sample in samples:
            self._changed = True
            self._now_s = self._time(sample)
            if self._length_s is None:
                self._samples.append(sample)
            elif len(self._by_frame) < _KEPT or sample.frame in self._by_frame:
                self._by_frame[sample.frame] = sample

    def refresh(self) -> None:
        """Draw the plot if anything has changed."""
        if not self._changed or not self.isVisible():
            return
        self._changed = False
        left, right = self._range()
        shown = self._between(left - 1.0, right + 1.0)
        # For a camera, the time axis shows seconds before now.
        zero_s = self._now_s if self._length_s is None else 0.0
        # Break the line where frames are missing.
        x, gaps = _times(shown, [self._time(sample) - zero_s for sample in shown])
        main = self._main(shown)
        others = [] if main is None else _other_tracks(shown, main)
        known = any(sample.truth is not None for sample in shown)
        row = self._row_height(1 + known + len(others))
        verdict_y, truth_y = -row, -2 * row
        self._score_line.setData(x, _column([_score_of(one, main) for one in shown], gaps))
        self._frame_line.setData(x, _column([one.frame_score for one in shown], gaps))
        for status, line in self._verdicts.items():
            line.setData(x, _column([verdict_y if _status_of(one, main) is status else None for one in shown], gaps))
        for label, line in self._truths.items():
            has_label = [one.truth is not None and one.truth.label == label for one in shown]
            line.setData(x, _column([truth_y if holds else None for holds in has_label], gaps))
        rows = [tr("verdict") if main is None else face_words(main), *([tr("truth")] if known else [])]
        self._show_others(shown, x, gaps, others, len(rows), row)
        self._label_axis([*rows, *map(face_words, others)], row)
        self._cursor.setValue(self._now_s)
        self._cursor.setVisible(self._length_s is not None)
        self._plot.setXRange(left - zero_s, right - zero_s, padding=0)
        self.marks.place(left - zero_s, right - zero_s)

    def _main(self, shown: list[Sample]) -> int | None:
        """Return the track of the main line if several faces are shown; None shows the main face of each frame."""
        tracks = list(dict.fromkeys(track for sample in shown for track, _, _ in sample.faces))
        if not any(len(sample.faces) > 1 for sample in shown):
            return None
        return self._followed if self._followed in tracks else shown[-1].track_id or tracks[-1]

    def _show_others(
        self, shown: list[Sample], x: Floats, gaps: list[int], others: list[int], above: int, row: float
    ) -> None:
        for number, line in enumerate(self._other_lines):
            track = others[number] if number < len(others) else -1
            if track < 0 and number not in self._used_lines:
                # Setting no data again takes as long as setting some.
                continue
            if track >= 0:
                self._used_lines.add(number)
            else:
                self._used_lines.discard(number)
            used = shown if track >= 0 else []
            at, y = (x, -(above + number + 1) * row) if used else (np.zeros(0), 0.0)
            used_gaps = gaps if used else []
            line.setData(at, _column([_score_of(one, track) for one in used], used_gaps))
            for status, strip in self._other_verdicts[number].items():
                values = [y if _status_of(one, track) is status else None for one in used]
                strip.setData(at, _column(values, used_gaps))

    def _row_height(self, rows: int) -> float:
        """Return the height of a row below the plot, in units of the score, so that its labels do not overlap."""
        left_px = self._height_px() - rows * self._line_px
        return MIN_ROW if left_px <= 0 else min(max(MIN_ROW, 1.14 * self._line_px / left_px), MAX_ROW)

    def _height_px(self) -> float:
        """Return the height of the plot without the labels of the time."""
        return float(max(self._plot.height() - 1.6 * self._line_px, 1.0))

    def _label_axis(self, rows: list[str], row: float) -> None:
        bottom = -(len(rows) + 0.6) * row
        # Half a line above 1, so that its label is not cut.
        top = 1.0 + (1.0 - bottom) * 0.5 * self._line_px / self._height_px()
        line = (top - bottom) * self._line_px / self._height_px()
        # Without room for three numbers, the ends are enough.
        numbers = [(0.0, "0"), (0.5, "0.5"), (1.0, "1")] if line < 0.5 else [(0.0, "0"), (1.0, "1")]
        self._plot.getAxis("left").setTicks([[*numbers, *((-(n + 1) * row, name) for n, name in enumerate(rows))]])
        ticks = [] if self._threshold is None else _threshold_ticks(self._threshold, line)
        self._plot.getAxis("right").setTicks([ticks])
        self._plot.setYRange(bottom, top, padding=0)

    def _range(self) -> tuple[float, float]:
        if self._length_s is not None and self._length_s <= _WHOLE_S:
            return 0.0, self._length_s
        if self._length_s is not None:
            left = min(max(0.0, self._now_s - self._window_s * 0.8), self._length_s - self._window_s)
            return left, left + self._window_s
        return self._now_s - self._window_s, self._now_s

    def _time(self, sample: Sample) -> float:
        """Return the sample's time: the position in a file, or the camera's time stamp."""
        return sample.timestamp_s if self._length_s is None else sample.frame / self._fps

    def _between(self, left_s: float, right_s: float) -> list[Sample]:
        if self._length_s is None:
            return [sample for sample in self._samples if left_s <= sample.timestamp_s <= right_s]
        frames = range(max(0, math.floor(left_s * self._fps)), math.ceil(right_s * self._fps) + 1)
        return [self._by_frame[frame] for frame in frames if frame in self._by_frame]

    def _clicked(self, event: MouseClickEvent) -> None:
        if self._length_s is None or event.button() != Qt.MouseButton.LeftButton:
            return
        at = self._plot.getPlotItem().vb.mapSceneToView(event.scenePos())
        self.sought.emit(min(max(at.x(), 0.0), self._length_s))

    def recolour(self) -> None:
        """Apply the colours of the palette."""
        palette = self.palette()
        muted = palette.color(QPalette.ColorRole.PlaceholderText)
        border = palette.color(QPalette.ColorRole.Mid)
        accent = palette.color(QPalette.ColorRole.Highlight)
        self._plot.setBackground(palette.color(QPalette.ColorRole.Base))
        for name in ("left", "bottom", "right"):
            axis = self._plot.getAxis(name)
            axis.setPen(border)
            axis.setTextPen(muted)
            font = self.font()
            font.setPixelSize(max(11, round(QFontMetricsF(self.font()).lineSpacing() * 0.72)))
            self._line_px = QFontMetricsF(font).height()
            axis.setStyle(tickFont=font, tickLength=-4 if name == "bottom" else 0)
        # Keep both threshold labels, which pyqtgraph would drop where they are close.
        self._plot.getAxis("right").setStyle(textFillLimits=[(0, 1.5)])
        metrics = QFontMetricsF(font)
        self._plot.getAxis("left").setWidth(round(metrics.horizontalAdvance(tr("verdict"))) + 12)
        self._plot.getAxis("right").setWidth(
            round(metrics.horizontalAdvance(tr("SPOOF below {value:.2f}", value=0.0))) + 10
        )
        self._frame_line.setPen(pg.mkPen(muted, width=1))
        self._score_line.setPen(pg.mkPen(accent, width=2))
        for number, line in enumerate(self._other_lines):
            style = (Qt.PenStyle.DashLine, Qt.PenStyle.DotLine, Qt.PenStyle.DashDotLine, Qt.PenStyle.DashDotDotLine)
            line.setPen(pg.mkPen(muted, width=1.5, style=style[number % len(style)]))
            for status, strip in self._other_verdicts[number].items():
                strip.setPen(_strip(status_line(status, palette)))
        for status, line in self._verdicts.items():
            line.setPen(_strip(status_line(status, palette)))
        self._truths["live"].setPen(_strip(status_line(Status.LIVE, palette)))
        self._truths["spoof"].setPen(_strip(status_line(Status.SPOOF, palette)))
        for threshold, status in ((self._live_above, Status.LIVE), (self._spoof_below, Status.SPOOF)):
            colour = status_line(status, palette)
            threshold.setPen(pg.mkPen(colour, width=1, style=Qt.PenStyle.DashLine))
        self.marks.recolour(palette, font)
        self._cursor.setPen(pg.mkPen(palette.color(QPalette.ColorRole.Text), width=1))
        self._changed = True

    @override
    def resizeEvent(self, event: QResizeEvent | None) -> None:
        self._changed = True

    @override
    def showEvent(self, event: QShowEvent | None) -> None:
        self._changed = True
        self.refresh()


class _Seconds(pg.AxisItem):  # type: ignore[misc]  # pyqtgraph has no types
    """A time axis whose labels show the unit."""

    @override
    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        return [f"{value:g} s" for value in values]


def _score_of(sample: Sample, track: int | None) -> float | None:
    if track is None:
        return sample.score
    return next((score for number, _, score in sample.faces if number == track), None)


def _status_of(sample: Sample, track: int | None) -> Status | None:
    if track is None:
        return sample.status
    return next((status for number, status, _ in sample.faces if number == track), None)


def _other_tracks(shown: list[Sample], main: int) -> list[int]:
    """Return the newest tracks besides the main one, in ascending order."""
    newest = list(dict.fromkeys(track for sample in reversed(shown) for track, _, _ in sample.faces if track != main))
    return sorted(newest[:MAX_OTHER_FACES])


def _threshold_ticks(threshold: Threshold, line: float) -> list[tuple[float, str]]:
    """Return the labels of the thresholds, one for both if they are closer than the height of a line."""
    if threshold.live_above - threshold.spoof_below < line:
        middle = (threshold.live_above + threshold.spoof_below) / 2
        return [(middle, f"{threshold.spoof_below:.2f} to {threshold.live_above:.2f}")]
    return [
        (threshold.live_above, tr("LIVE above {value:.2f}", value=threshold.live_above)),
        (threshold.spoof_below, tr("SPOOF below {value:.2f}", value=threshold.spoof_below)),
    ]


def _strip(colour: QColor) -> object:
    pen = pg.mkPen(colour, width=6)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    return pen


def _times(samples: list[Sample], at_s: list[float]) -> tuple[Floats, list[int]]:
    """Return the times with one more point for each gap, and the indices of the gaps."""
    times: list[float] = []
    gaps = []
    for number, sample in enumerate(samples):
        if number and (sample.fresh or at_s[number] - at_s[number - 1] > 0.5):
            gaps.append(number)
            times.append(at_s[number])
        times.append(at_s[number])
    return np.array(times, np.float64), gaps


def _column(values: Sequence[float | None], gaps: list[int]) -> Floats:
    column: list[float] = []
    breaks = set(gaps)
    for number, value in enumerate(values):
        if number in breaks:
            column.append(_NAN)
        column.append(_NAN if value is None or not math.isfinite(value) else value)
    return np.array(column, np.float64)
