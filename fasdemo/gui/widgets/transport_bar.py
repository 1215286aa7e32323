"""The transport bar of a file: play, pause, step, seek, speed and loop."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import QSignalBlocker, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QMouseEvent, QResizeEvent
from PyQt6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSlider, QStyle, QStyleOptionSlider, QToolButton, QWidget
from typing_extensions import override

from fasdemo.capture.source import SourceInfo
from fasdemo.gui.style.icons import icon
from fasdemo.gui.translation import tr

MIN_SLIDER_PX = 120
"""Minimum width of the seek bar; narrow bars show a shorter time text instead."""
SPEEDS = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 0.0)
"""Factors on the file's frame rate; 0 plays as fast as frames can be processed."""


def speed_words(speed: float) -> str:
    """Return the display text of a speed."""
    return tr("Fastest") if speed == 0 else f"{speed:g} x"


class JumpSlider(QSlider):
    """A slider that jumps to the clicked position."""

    @override
    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        if event.button() == Qt.MouseButton.LeftButton:
            option = QStyleOptionSlider()
            self.initStyleOption(option)
            style = self.style()
            assert style is not None
            handle = style.subControlRect(
                QStyle.ComplexControl.CC_Slider, option, QStyle.SubControl.SC_SliderHandle, self
            )
            room = self.width() - handle.width()
            at = round(event.position().x() - handle.width() / 2)
            self.setValue(QStyle.sliderValueFromPosition(self.minimum(), self.maximum(), at, max(1, room)))
        super().mousePressEvent(event)


class TransportBar(QWidget):
    """The bar of playback controls; its signals report the user's actions, and `show_...` methods update it.

    Signals:
        toggled: play or pause.
        stepped: int: frames to move, 1 or -1.
        sought: int: frame to show.
        speed_chosen: float: a value of `SPEEDS`.
        loop_chosen: bool: whether to play in a loop.
    """

    toggled = pyqtSignal()
    stepped = pyqtSignal(int)
    sought = pyqtSignal(int)
    speed_chosen = pyqtSignal(float)
    loop_chosen = pyqtSignal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fps, self._count, self._frame = 30.0, 0, 0
        self.back = self._button("step-back", tr("Previous frame (Left)"), lambda: self.stepped.emit(-1))
        self.play = self._button("pause", tr("Pause (Space)"), self.toggled.emit)
        self.forward = self._button("step-forward", tr("Next frame (Right)"), lambda: self.stepped.emit(1))
        self.slider = JumpSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName(tr("Position in the file"))
        self.slider.setMinimumWidth(MIN_SLIDER_PX)
        self.slider.valueChanged.connect(self.sought.emit)
        self.time = QLabel("")
        self.time.setAccessibleName(tr("Time and frame"))
        self.speed = QComboBox()
        self.speed.setAccessibleName(tr("Speed"))
        self.speed.setToolTip(tr("Speed ([ and ])"))
        for speed in SPEEDS:
            self.speed.addItem(speed_words(speed), speed)
        self.speed.setCurrentIndex(SPEEDS.index(1.0))
        self.speed.currentIndexChanged.connect(lambda number: self.speed_chosen.emit(SPEEDS[number]))
        self.loop = self._button("loop", tr("Loop (L)"), None)
        self.loop.setCheckable(True)
        self.loop.clicked.connect(self.loop_chosen.emit)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for widget in (self.back, self.play, self.forward):
            row.addWidget(widget)
        row.addSpacing(6)
        row.addWidget(self.slider, 1)
        row.addSpacing(6)
        row.addWidget(self.time)
        row.addSpacing(6)
        row.addWidget(self.speed)
        row.addWidget(self.loop)

    def _button(self, name: str, words: str, slot: Callable[[], object] | None) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(icon(name))
        button.setIconSize(QSize(20, 20))
        button.setToolTip(words)
        button.setAccessibleName(words)
        if slot is not None:
            button.clicked.connect(slot)
        return button

    def start(self, info: SourceInfo, seekable: bool) -> None:
        """Set up the bar for a file."""
        self._fps, self._count = max(info.fps, 1e-3), info.frame_count or 0
        known = seekable and self._count > 0
        self.slider.setEnabled(known)
        self.back.setEnabled(known)
        self.loop.setEnabled(seekable)
        with QSignalBlocker(self.slider):
            self.slider.setRange(0, max(0, self._count - 1))
            self.slider.setPageStep(max(1, round(self._fps)))
            self.slider.setValue(0)
        self.show_position(0)

    def show_position(self, frame: int) -> None:
        """Show the position of the frame on the screen."""
        if not self.slider.isSliderDown():
            with QSignalBlocker(self.slider):
                self.slider.setValue(frame)
        self._frame = frame
        self._show_time()

    def _show_time(self) -> None:
        at = full = _clock(self._frame / self._fps)
        if self._count:
            full += f" / {_clock(self._count / self._fps)}   "
            full += tr("frame {number} of {count}", number=self._frame + 1, count=self._count)
        else:
            full += "   " + tr("frame {number}", number=self._frame + 1)
        others = sum(
            widget.sizeHint().width() for widget in (self.back, self.play, self.forward, self.speed, self.loop)
        )
        room = self.width() - others - MIN_SLIDER_PX - 48
        fits = self.time.fontMetrics().horizontalAdvance(full) <= room
        self.time.setText(full if fits else at)
        self.time.setToolTip(full)

    @override
    def resizeEvent(self, event: QResizeEvent | None) -> None:
        self._show_time()
        super().resizeEvent(event)

    def show_playing(self, playing: bool) -> None:
        """Set whether the button shows pause or play."""
        words = tr("Pause (Space)") if playing else tr("Play (Space)")
        if self.play.toolTip() != words:
            self.play.setIcon(icon("pause" if playing else "play"))
            self.play.setToolTip(words)
            self.play.setAccessibleName(words)

    def show_speed(self, speed: float) -> None:
        """Show the current speed."""
        if speed in SPEEDS:
            with QSignalBlocker(self.speed):
                self.speed.setCurrentIndex(SPEEDS.index(speed))

    def change_speed(self, steps: int) -> None:
        """Choose a faster (positive) or slower speed by this many steps."""
        self.speed.setCurrentIndex(min(max(self.speed.currentIndex() + steps, 0), len(SPEEDS) - 1))


def _clock(seconds: float) -> str:
    minutes, rest = divmod(max(0.0, seconds), 60.0)
    return f"{int(minutes):02d}:{rest:04.1f}"
