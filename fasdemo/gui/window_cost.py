"""Measure the processor time of the window; `python -m fasdemo.gui.window_cost` prints one JSON object.

The complete window with the engine is measured. With `camera`, it gets decoded frames at 30 frames per second, forward
and backward, so that the figures do not include decoding or a driver; `file` plays the source; `minimised` is `camera`
with the window minimised.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from fasdemo.capture.cameras.live import LiveSource
from fasdemo.capture.open import open_source
from fasdemo.capture.source import Source, SourceInfo
from fasdemo.errors import UserError
from fasdemo.frames import FrameSet, StreamTime
from fasdemo.runtime.benchmark import peak_memory_mb
from fasdemo.runtime.memory import limit_heaps
from fasdemo.runtime.process_cost import CostMeter

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QApplication

KINDS = ("camera", "file", "minimised")
_FPS = 30.0
_FRAMES = 60
_MAX_START_S = 60.0
_SETTLE_S = 1.5


class RecordedCamera:
    """A camera for `LiveSource` that returns stored frames, forward and backward, with new time stamps."""

    standing_faults: tuple[str, ...] = ()

    def __init__(self, frames: Sequence[FrameSet], info: SourceInfo) -> None:
        self._frames = [*frames, *frames[-2:0:-1]]
        self._info = replace(info, kind="webcam", live=True, fps=_FPS, frame_count=None)
        self._count = 0
        self._start_s = 0.0

    def start(self) -> SourceInfo:
        """Begin with the first frame."""
        self._start_s = time.monotonic()
        return self._info

    def wait(self, timeout_s: float) -> FrameSet | None:
        """Return the next frame when it is due; None if it is not due within the time limit."""
        left_s = self._start_s + self._count / _FPS - time.monotonic()
        if left_s > timeout_s:
            time.sleep(timeout_s)
            return None
        time.sleep(max(left_s, 0.0))
        frame, now = self._frames[self._count % len(self._frames)], time.monotonic()
        self._count += 1
        times = {stream: StreamTime(now, self._count) for stream in frame.declared}
        return replace(
            frame, index=self._count, timestamp_s=now, times=times, truth=None, live_source=True, received_s=now
        )

    def stop(self) -> None:
        """Do nothing: there is no device."""

    def set_exposure_roi(self, box: tuple[float, float, float, float]) -> None:
        """Do nothing: there is no exposure."""


@dataclass(frozen=True, slots=True)
class WindowRequest:
    """The parameters of a measurement: one of `KINDS`, source, model (None: automatic choice) and duration."""

    kind: str
    source: str
    model: str | None
    seconds: float


def measured_application() -> QApplication:
    """Return the application of a measured window with the app's own set-up; without a display it draws off screen."""
    if not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY") and sys.platform.startswith("linux"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PyQt6.QtWidgets import QApplication

    from fasdemo.gui.app import answer_first
    from fasdemo.gui.style.theme import apply_theme

    limit_heaps()
    application = QApplication.instance()
    app = application if isinstance(application, QApplication) else QApplication(["fasdemo"])
    apply_theme(app, dark=True)
    answer_first()
    return app


def wait_with_events(seconds: float) -> None:
    """Wait while the window's events are handled."""
    from PyQt6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()


def measure(request: WindowRequest) -> dict[str, Any]:
    """Show the window for a while and return its figures, see docs/performance.md.

    Raises:
        UserError: the source cannot be opened, or no result came within a minute.
    """
    app = measured_application()

    from fasdemo.gui.settings import Settings
    from fasdemo.gui.window.main_window import MainWindow
    from fasdemo.gui.window.parts import WindowSetup
    from fasdemo.runtime.frame_processor import make_processor, make_source
    from fasdemo.runtime.requests import SourceRequest

    frames, info = _stored(request.source, 2 if request.kind == "file" else _FRAMES)

    def opened(wanted: SourceRequest) -> Source:
        if request.kind == "file":
            return make_source(wanted)
        return LiveSource(lambda: RecordedCamera(frames, info), lambda: True, "absent")

    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(model=request.model, loop=True)
        window = MainWindow(WindowSetup(opened, make_processor, settings, Path(folder) / "window.json"))
        try:
            window.show()
            window.open(SourceRequest(request.source))
            end = time.monotonic() + _MAX_START_S
            while window.shown_result is None:
                if time.monotonic() > end:
                    raise UserError(f"{request.source}: the window showed no result within {_MAX_START_S:.0f} s.")
                wait_with_events(0.1)
            if request.kind == "minimised":
                window.showMinimized()
            wait_with_events(_SETTLE_S)
            judged = _Counter(window)
            meter = CostMeter()
            wait_with_events(request.seconds)
            cost = meter.read()
            drawn_fps = max(pane.drawn_fps() for pane in window.workspace.panes)
        finally:
            window.close()
            window.player.join(5.0)
    return {
        "kind": request.kind,
        "platform": app.platformName(),
        "seconds": round(cost.wall_s, 2),
        "frames": judged.frames,
        "judged_fps": round(judged.frames / cost.wall_s, 2),
        "drawn_fps": round(drawn_fps, 2),
        "cpu_share": round(cost.cpu_s / cost.wall_s, 3),
        "cpu_ms_per_frame": cost.cpu_ms_per(judged.frames),
        "energy_mj_per_frame": cost.energy_mj_per(judged.frames),
        "peak_memory_mb": round(peak_memory_mb(psutil.Process()), 1),
    }


class _Counter:
    """Counts the frames that reach the window."""

    def __init__(self, window: Any) -> None:
        self.frames = 0
        window.player.updated.connect(self._add)

    def _add(self, update: Any) -> None:
        self.frames += len(update.samples)


def _stored(source: str, count: int) -> tuple[list[FrameSet], SourceInfo]:
    with open_source(source) as stored:
        frames = list(islice(stored, count))
        info = stored.info
    if len(frames) < 2:
        raise UserError(f"{source}: has fewer than two frames; choose a longer recording.")
    return frames, info


def main() -> int:
    """Measure with the command line's settings and print the figures as JSON."""
    parser = argparse.ArgumentParser(prog="python -m fasdemo.gui.window_cost")
    parser.add_argument("--kind", choices=KINDS, required=True)
    parser.add_argument("--source", required=True)
    parser.add_argument("--model")
    parser.add_argument("--seconds", type=float, default=8.0)
    try:
        print(json.dumps(measure(WindowRequest(**vars(parser.parse_args())))))
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
