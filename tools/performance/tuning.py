"""Measure the tuning window on many sessions: time to score, to show again and to follow a threshold, and memory.

    python tools/performance/tuning.py [--sessions N] [--folder FOLDER]

The sessions are parts of the demo session with other brightness, infrared gain and depth noise. They measure speed, not
error rates. They are scored as in the window, with a real (offscreen) event loop, whose delays are measured.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import psutil

from fasdemo.assets_folder import demo_session
from fasdemo.frames import FrameSet, Truth
from fasdemo.progress import track
from fasdemo.sessions.reader import SessionReader
from fasdemo.sessions.schema import Session
from fasdemo.sessions.writer import SessionWriter
from fasdemo.tuning.scores.cache import cache_folder
from fasdemo.tuning.scores.scoring import Scoring

LENGTH = 45
"""Frames of a session."""
_PER_PERSON = 5


def make_sessions(root: Path, count: int, length: int = LENGTH) -> None:
    """Write `count` sessions below `root`: two live ones and three attacks for each pseudonym.

    Args:
        root: the folder.
        count: number of sessions.
        length: frames of each session.
    """
    with SessionReader(demo_session()) as reader:
        parts: dict[Truth, list[int]] = {}
        for index, row in enumerate(reader.rows):
            if row.truth is not None:
                parts.setdefault(row.truth, []).append(index)
        live = next(truth for truth in parts if truth.label == "live")
        kinds = [live, live, *(truth for truth in parts if truth != live)][:_PER_PERSON]
        start = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
        for number in track(range(count), "writing sessions", count):
            truth = kinds[number % len(kinds)]
            random = np.random.default_rng(number)
            first = int(random.integers(0, max(len(parts[truth]) - length, 1)))
            session = reader.session.model_copy(
                update={
                    "subject": f"S{number // len(kinds) + 1:03d}",
                    "label": truth.label,
                    "species": truth.species or None,
                    "state": "open",
                    "started": start + timedelta(minutes=number),
                    "checksums": {},
                    "frames": 0,
                    "container": "video",
                }
            )
            _write(root, session, [reader[index] for index in parts[truth][first : first + length]], random)


def _write(root: Path, session: Session, frames: list[FrameSet], random: np.random.Generator) -> None:
    gain, ir_gain, noise = random.uniform(0.6, 1.3), random.uniform(0.25, 1.3), random.uniform(0.0, 4.0)
    with SessionWriter.create(root, session) as writer:
        for frame in _changed(frames, gain, ir_gain, noise, random):
            writer.write(frame)
        writer.complete()


def _changed(
    frames: list[FrameSet], gain: float, ir_gain: float, noise: float, random: np.random.Generator
) -> Iterator[FrameSet]:
    for index, frame in enumerate(frames):
        assert frame.depth is not None
        assert frame.ir is not None
        depth = frame.depth + random.normal(0.0, noise, frame.depth.shape) * 0.001 / frame.depth_scale
        yield replace(
            frame,
            index=index,
            rgb=np.clip(frame.rgb * gain, 0, 255).astype(np.uint8),
            depth=np.where(frame.depth == 0, 0, np.clip(depth, 1, 65535)).astype(np.uint16),
            ir=np.clip(frame.ir * ir_gain, 0, 255).astype(np.uint8),
            truth=None,
            lost_before=0,
        )


class _Window:
    """A tuning window on the offscreen platform whose event loop is watched."""

    TICK_MS = 5
    LATE_MS = 50

    def __init__(self) -> None:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        from PyQt6.QtCore import QEventLoop, Qt, QTimer
        from PyQt6.QtWidgets import QApplication

        from fasdemo.gui.style.theme import apply_theme
        from fasdemo.gui.tuning.tuning_window import TuningWindow

        self._app = QApplication.instance() or QApplication([])
        assert isinstance(self._app, QApplication)
        apply_theme(self._app, dark=True)
        self._loop, self._timer = QEventLoop(), QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(lambda: self._ticks.append(time.perf_counter()))
        self._ticks: list[float] = []
        self._problem = ""
        self.window = TuningWindow()
        self.window.resize(1280, 720)
        self.window.show()
        self.window.scorer.done.connect(lambda _: self._loop.quit())
        self.window.scorer.failed.connect(self._fail)

    def _fail(self, sentence: str) -> None:
        self._problem = sentence
        self._loop.quit()

    def score(self, folder: Path) -> tuple[Scoring, str]:
        """Score a folder; return the scoring and a sentence about the delays of the event loop."""
        self.window.root = folder
        self._ticks = []
        self._timer.start(self.TICK_MS)
        self.window.start()
        self._loop.exec()
        self._timer.stop()
        scoring = self.window.panels[0].scoring
        if scoring is None:
            raise RuntimeError(self._problem)
        return scoring, self._delays()

    def idle(self, seconds: float) -> str:
        """Return the same sentence about a window that does nothing."""
        from PyQt6.QtCore import QTimer

        self._ticks = []
        self._timer.start(self.TICK_MS)
        QTimer.singleShot(round(1000 * seconds), self._loop.quit)
        self._loop.exec()
        self._timer.stop()
        return self._delays()

    def _delays(self) -> str:
        late = 1000 * np.diff(self._ticks) - self.TICK_MS
        return (
            f"delays of the event loop: p99 {np.percentile(late, 99):.0f} ms, longest {late.max():.0f} ms, "
            f"{np.mean(late > self.LATE_MS):.2%} above {self.LATE_MS} ms"
        )

    def close(self) -> None:
        """Close the window."""
        self.window.close()
        self.window.stop()


def _children_s() -> float:
    """Return the processor time of this process and its ended children, in seconds."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def measure(folder: Path) -> None:
    """Print the figures of a folder of sessions."""
    process, window = psutil.Process(), _Window()
    print(f"idle window: {window.idle(10.0)}")
    before, started = process.memory_info().rss, _children_s()
    first, delays = window.score(folder)
    spent = _children_s() - started
    faces = sum(len(one.scores.score) for one in first.presentations)
    print(
        f"{len(first.presentations)} presentations, {faces} faces: scored in {first.took_s:.1f} s, "
        f"{spent:.1f} s of processor time; {delays}"
    )
    started = _children_s()
    again, delays = window.score(folder)
    print(
        f"shown again from the stored results in {again.took_s:.2f} s, {_children_s() - started:.2f} s of processor "
        f"time ({again.from_cache} of them); {delays}"
    )
    times, panel = [], window.window.panels[0]
    for live_above in np.linspace(0.5, 0.95, 20).tolist():
        started = time.perf_counter()
        panel.set_thresholds(live_above, again.threshold.spoof_below)
        times.append(time.perf_counter() - started)
    print(f"a new threshold is shown in {1000 * float(np.median(times)):.1f} ms")
    stored = sum(file.stat().st_size for file in cache_folder().glob("*"))
    print(f"stored results: {stored / 1e6:.1f} MB; memory: {(process.memory_info().rss - before) / 1e6:.0f} MB more")
    window.close()


def main() -> int:
    """Make the sessions if the folder has none, measure, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", type=int, default=200)
    parser.add_argument("--folder", type=Path, help="folder to keep; default: a temporary one")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        folder = options.folder or Path(work) / "sessions"
        if not folder.exists():
            make_sessions(folder, options.sessions)
        # The user's own stored results are left alone.
        os.environ["XDG_CACHE_HOME"] = str(Path(work) / "cache")
        measure(folder)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
