"""Run the pipeline of the open source, and pass its newest update to the window at the display's rate."""

from __future__ import annotations

import time

from PyQt6.QtCore import QObject, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QGuiApplication

from fasdemo.capture.cameras.live import Tap
from fasdemo.engine.loop.frame_loop import ResultListener
from fasdemo.gui.translation import tr
from fasdemo.runtime.pipeline import MakeProcessor, MakeSource, Pipeline
from fasdemo.runtime.playback_clock import PlaybackClock
from fasdemo.runtime.requests import EngineRequest, SourceRequest
from fasdemo.runtime.updates import Phase, UpdateQueue

_MIN_RATE_HZ, _MAX_RATE_HZ = 60.0, 75.0
"""Virtual and remote displays report rates near 0; at 24 Hz, some frames of a 30 Hz camera would not be shown."""
_HIDDEN_PERIOD_S = 0.5
"""Interval of the updates while nothing is shown."""


class Player(QObject):
    """The player of one source; another one can be opened at any time, and the old one ends in the background.

    Args:
        make_source: opens a source.
        make_processor: makes a frame processor.
        parent: the window.
        listener: receives every result, in the processing thread.

    Signals:
        updated: UiUpdate, emitted in the window's thread.
        changed: emitted after a source was opened or closed.
        switched: the source of `try_open` is open and has replaced the previous one.
        rejected: str: the source of `try_open` cannot be opened, and the previous one continues; a sentence with the
            reason.
    """

    updated = pyqtSignal(object)
    changed = pyqtSignal()
    switched = pyqtSignal()
    rejected = pyqtSignal(str)
    _notified = pyqtSignal(object)

    def __init__(
        self,
        make_source: MakeSource,
        make_processor: MakeProcessor,
        parent: QObject | None = None,
        listener: ResultListener | None = None,
    ) -> None:
        super().__init__(parent)
        self._make_source, self._make_processor, self._listener = make_source, make_processor, listener
        self._pipeline: Pipeline | None = None
        self._updates: UpdateQueue | None = None
        self._candidate: tuple[Pipeline, UpdateQueue] | None = None
        self._retiring: list[Pipeline] = []
        self._period_s = 1.0 / _display_rate()
        self._hidden = self._rests = False
        self._last_s = 0.0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._take)
        self._notified.connect(self._schedule)

    @property
    def request(self) -> SourceRequest | None:
        """The request of the open source; None without a source."""
        return None if self._pipeline is None else self._pipeline.request

    @property
    def playback_clock(self) -> PlaybackClock | None:
        """The playback clock of the open source; None without a source."""
        return None if self._pipeline is None else self._pipeline.playback_clock

    def open(self, request: SourceRequest, engine: EngineRequest, speed: float, loop: bool) -> None:
        """Open another source without waiting for it."""
        self._retire()
        self._pipeline, self._updates = self._started(request, engine, speed, loop)
        self.changed.emit()

    def try_open(self, request: SourceRequest, engine: EngineRequest, speed: float, loop: bool) -> None:
        """Open another source, and replace the current one only if the new one can be opened."""
        self._drop_candidate()
        self._candidate = self._started(request, engine, speed, loop)

    def _started(
        self, request: SourceRequest, engine: EngineRequest, speed: float, loop: bool
    ) -> tuple[Pipeline, UpdateQueue]:
        # The queue is passed to the slot, so that it can recognise and ignore late signals of a closed source.
        updates = UpdateQueue(lambda: self._notified.emit(updates))
        playback_clock = PlaybackClock(speed=speed, loop=loop)
        pipeline = Pipeline(
            request, engine, self._make_source, self._make_processor, updates, playback_clock, self._listener
        )
        pipeline.rest(self._rests)
        pipeline.start()
        return pipeline, updates

    def close(self, leaving: bool = False) -> None:
        """Close the source without waiting for it.

        Args:
            leaving: whether the window closes too, so that no memory has to be returned to the system.
        """
        if leaving:
            for pipeline in (self._pipeline, None if self._candidate is None else self._candidate[0]):
                if pipeline is not None:
                    pipeline.releases_memory = False
        self._retire()
        self.changed.emit()

    def use_engine(self, engine: EngineRequest) -> None:
        """Change the model, policy or device."""
        if self._pipeline is not None:
            self._pipeline.use_engine(engine)

    def set_hidden(self, hidden: bool, rests: bool) -> None:
        """Reduce the rate of updates while nothing is shown.

        Args:
            hidden: nothing is shown.
            rests: only one frame of a camera per second has to be processed, because the verdicts are not used.
        """
        self._hidden, self._rests = hidden, hidden and rests
        if self._pipeline is not None:
            self._pipeline.rest(self._rests)

    def tap(self, tap: Tap | None) -> None:
        """Also pass every captured frame to `tap`; None ends this."""
        if self._pipeline is not None:
            self._pipeline.tap(tap)

    def join(self, timeout_s: float) -> bool:
        """Wait up to `timeout_s` seconds for closed sources; return True if no thread is left."""
        end = time.monotonic() + timeout_s
        for pipeline in self._retiring:
            pipeline.join(max(0.0, end - time.monotonic()))
        self._retiring = [pipeline for pipeline in self._retiring if pipeline.alive]
        return not self._retiring

    def _retire(self) -> None:
        self._timer.stop()
        self._drop_candidate()
        if self._pipeline is not None:
            self._let_end(self._pipeline)
        self._pipeline = self._updates = None

    def _drop_candidate(self) -> None:
        if self._candidate is not None:
            self._let_end(self._candidate[0])
        self._candidate = None

    def _let_end(self, pipeline: Pipeline) -> None:
        pipeline.stop()
        self._retiring = [old for old in self._retiring if old.alive]
        self._retiring.append(pipeline)

    def _judge_candidate(self, updates: UpdateQueue) -> None:
        """Process the candidate's first updates: replace the current source, or reject the candidate."""
        update = updates.take()
        if update.phase is Phase.FAILED:
            self._drop_candidate()
            self.rejected.emit(update.messages[-1] if update.messages else tr("The source cannot be opened."))
        elif update.info is not None:
            candidate, self._candidate = self._candidate, None
            self._retire()
            assert candidate is not None
            self._pipeline, self._updates = candidate
            self.changed.emit()
            self.switched.emit()
            self.updated.emit(update)

    def _schedule(self, updates: UpdateQueue) -> None:
        if self._candidate is not None and updates is self._candidate[1]:
            self._judge_candidate(updates)
            return
        if updates is not self._updates or self._timer.isActive():
            return
        period_s = _HIDDEN_PERIOD_S if self._hidden else self._period_s
        wait_s = max(0.0, self._last_s + period_s - time.monotonic())
        self._timer.start(round(wait_s * 1000.0))

    def _take(self) -> None:
        if self._updates is None:
            return
        self._last_s = time.monotonic()
        self.updated.emit(self._updates.take())


def _display_rate() -> float:
    screen = QGuiApplication.primaryScreen()
    rate = 60.0 if screen is None else float(screen.refreshRate())
    return min(max(rate, _MIN_RATE_HZ), _MAX_RATE_HZ)
