"""Measure how long the window takes to handle a key while scoring takes 500 ms, to draw a frame, and to close.

    python -m benchmarks.bench_window [--keys 200] [--judging 0.5]

The source is a generated camera: 30 frames per second of 640 x 480 colour, depth and infrared. The engine either waits,
as for a GPU, or computes in Python with the interpreter lock held, which is the worst case. Each key enlarges or
restores a pane; the time ends with the repaint that follows. It runs on the current display, e.g. under `xvfb-run`, or
offscreen. The output is in milliseconds: median, 95th and 99th percentile and maximum.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np

if not os.environ.get("DISPLAY"):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication

from fasdemo.capture.source import Source
from fasdemo.engine.result import FrameResult
from fasdemo.frames import FrameSet
from fasdemo.gui.app import answer_first
from fasdemo.gui.settings import Settings
from fasdemo.gui.style.theme import apply_theme
from fasdemo.gui.window.main_window import MainWindow
from fasdemo.gui.window.parts import WindowSetup
from fasdemo.runtime.requests import EngineRequest
from tests.support import window_scenes
from tests.support.qt_input import QTest
from tests.support.window_scenes import Scene, ScriptedProcessor


def line(name: str, seconds: list[float]) -> str:
    values = 1000.0 * np.array(seconds)
    shares = "".join(f"{np.percentile(values, share):8.1f}" for share in (50, 95, 99, 100))
    return f"{name:<44}{shares}"


def open_window(app: QApplication, scene: Scene, folder: Path) -> MainWindow:
    window = MainWindow(WindowSetup(scene.make_source, scene.make_processor, Settings(), folder / "window.json"))
    window.show()
    window.open_spec("webcam")
    end = time.monotonic() + 10.0
    while window.shown_result is None and time.monotonic() < end:
        QTest.qWait(20)
    return window


class ComputingJudge(ScriptedProcessor):
    """Scores frames for a given time in Python with the interpreter lock held."""

    def __init__(self, request: EngineRequest, seconds: float) -> None:
        super().__init__(request)
        self._seconds = seconds

    def process(self, frame: FrameSet, capture_ms: float) -> FrameResult:
        end, value = time.perf_counter() + self._seconds, 0
        while time.perf_counter() < end:
            value = (value * 31 + 7) % 1_000_003
        return super().process(frame, capture_ms)


class ComputingScene(Scene):
    def make_processor(self, source: Source, request: EngineRequest) -> ScriptedProcessor:
        return ComputingJudge(request, self.delay_s)


def key_answers(window: MainWindow, count: int) -> tuple[list[float], list[float]]:
    """Return the time of each key in seconds, and the CPU time of the window's thread in it."""
    seconds, working = [], []
    for number in range(count):
        # Vary the delay, so that keys are not synchronised with the frames.
        QTest.qWait(20 + 7 * number % 40)
        started, worked = time.perf_counter(), time.thread_time()
        QTest.keyClick(window, Qt.Key.Key_2)
        QApplication.processEvents()
        window.repaint()
        seconds.append(time.perf_counter() - started)
        working.append(time.thread_time() - worked)
    return seconds, working


def draw_times(window: MainWindow, count: int) -> list[float]:
    seconds = []
    for _ in range(count):
        view = window.presenter.view
        assert view is not None
        started = time.perf_counter()
        window.presenter.show_view(view)
        for pane in window.workspace.panes:
            pane.repaint()
        window.workspace.reasons.repaint()
        seconds.append(time.perf_counter() - started)
        QTest.qWait(5)
    return seconds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keys", type=int, default=200, help="number of keys (default: 200)")
    parser.add_argument("--judging", type=float, default=0.5, help="time to score a frame in seconds (default: 0.5)")
    options = parser.parse_args()
    window_scenes.WIDTH, window_scenes.HEIGHT = 640, 480
    app = QApplication(["bench"])
    answer_first()
    apply_theme(app, dark=True)
    with tempfile.TemporaryDirectory() as folder:
        print(f"{'':<44}{'median':>8}{'95 %':>8}{'99 %':>8}{'worst':>8}   ms, on {app.platformName()}")
        for words, scene in (("waits", Scene(options.judging)), ("computes", ComputingScene(options.judging))):
            slow = open_window(app, scene, Path(folder))
            answers, working = key_answers(slow, options.keys)
            print(line(f"key, judging {words} {options.judging * 1000:.0f} ms a frame", answers))
            print(line("  of which work, not waiting for a core", working))
            started = time.monotonic()
            slow.close()
            closed = time.monotonic() - started
            left = [thread.name for thread in threading.enumerate() if thread.name.startswith(("fasdemo", "capture"))]
            print(line("close, judging under way", [closed]) + f"   threads left: {len(left)}")
        quick = open_window(app, Scene(), Path(folder))
        print(line("draw all pictures and evidence", draw_times(quick, options.keys)))
        quick.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
