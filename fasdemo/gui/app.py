"""Starts the window."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from fasdemo.display import display_problem
from fasdemo.errors import UserError
from fasdemo.frames import Stream
from fasdemo.record.labels import Labels
from fasdemo.runtime.pipeline import MakeJudge, MakeSource
from fasdemo.runtime.requests import EngineRequest, SourceRequest
from fasdemo.stop_signals import handle_stop_signals

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Launch:
    """What the command line asks of the window.

    Attributes:
        source: what to open at once; None = the start page.
        engine: what to judge with; None = as the last time.
        allow_rgb_only: colour alone may be LIVE while this window is open, whatever the preferences say.
        kiosk: full screen, the verdict alone.
        require: streams without which nothing is LIVE; None = as the settings say, and depth in a kiosk.
        loop: play files again and again; None = as the last time.
        reset_settings: forget what the window remembers.
        log: where to write the event log.
        record: a folder and what to record there as soon as the camera delivers.
    """

    source: SourceRequest | None = None
    engine: EngineRequest | None = None
    allow_rgb_only: bool = False
    kiosk: bool = False
    loop: bool | None = None
    require: frozenset[Stream] | None = None
    reset_settings: bool = False
    log: Path | None = None
    record: tuple[Path, Labels] | None = None


def run(
    launch: Launch | None = None,
    make_source: MakeSource | None = None,
    make_judge: MakeJudge | None = None,
    settings_file: Path | None = None,
    arguments: Sequence[str] = (),
) -> int:
    """Show the window until it is closed; returns the exit status.

    Args:
        launch: see `Launch`.
        make_source: instead of the real sources.
        make_judge: instead of the real engine.
        settings_file: instead of the user's.
        arguments: for Qt.

    Raises:
        UserError: there is no display, the source that was asked for is a file that cannot be opened, or the event log
            cannot be written.
    """
    wanted = launch or Launch()
    from fasdemo.runtime import frame_processor as engine_judge

    make_source = make_source or engine_judge.make_source
    make_judge = make_judge or engine_judge.make_judge
    _check_display()
    if wanted.source is not None:
        _check_source(wanted.source, wanted.engine, make_source)
    # OpenCV's wheel points Qt at its own plugins, which are those of another Qt.
    for name in ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR"):
        os.environ.pop(name, None)

    from PyQt6.QtCore import QTimer
    from PyQt6.QtWidgets import QApplication

    from fasdemo.gui import settings as remembered
    from fasdemo.gui.main_window import MainWindow
    from fasdemo.gui.theme import apply_theme, is_dark

    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(["fasdemo", *arguments])
    app.setApplicationName("fasdemo")
    app.setApplicationDisplayName("fasdemo")
    app.setDesktopFileName("fasdemo")
    place = settings_file or remembered.settings_path()
    if wanted.reset_settings:
        remembered.reset(place)
    settings, problem = remembered.load(place)
    if wanted.loop is not None:
        settings.loop = wanted.loop
    if wanted.engine is not None:
        settings.model, settings.policy = wanted.engine.model, wanted.engine.policy
        settings.device = wanted.engine.device  # type: ignore[assignment]
    apply_theme(app, is_dark(settings.theme, app))
    answer_first()
    window = MainWindow(
        make_source,
        make_judge,
        settings,
        place,
        engine_judge.shipped_model_names(),
        engine_judge.demo_path(),
        allow_rgb_only=wanted.allow_rgb_only,
    )
    if wanted.require is not None:
        window.set_required(wanted.require)
    if wanted.log is not None:
        try:
            window.event_log.keeper.start(wanted.log)
        except UserError:
            window.deleteLater()
            raise
    window.show()
    if problem:
        window.messages.say(problem, error=True)
    if wanted.kiosk:
        window.set_kiosk(True)
    if wanted.record is not None:
        window.record_when_ready(*wanted.record)
    if wanted.source is not None:
        window.open(wanted.source)
    interrupted = _close_on_interrupt(window.close)
    # Python sees Ctrl-C only when it runs: let it, a few times a second.
    ticker = QTimer()
    ticker.timeout.connect(lambda: None)
    ticker.start(200)
    app.exec()
    ticker.stop()
    if window.recording is not None:
        # Whatever else hurries, a recording is completed.
        window.recording.join(30.0)
    return _leave(130 if interrupted.is_set() else 0)


def answer_first() -> None:
    """Let the window's thread have the interpreter within half a millisecond of asking, instead of Python's five.

    Painting gives it back many times, and each time a thread that computes in Python would keep it for as long.
    """
    sys.setswitchinterval(0.0005)


def _check_display() -> None:
    problem = display_problem()
    if problem:
        raise UserError(f"{problem}; log in at a screen, correct the variable, or add --headless to run without one.")


def _check_source(request: SourceRequest, engine: EngineRequest | None, make_source: MakeSource) -> None:
    """Refuse a file on the command line that cannot be opened before a window appears; cameras are left alone."""
    from fasdemo.capture.open import CAMERAS

    if request.spec.split(":", 1)[0] in CAMERAS:
        return
    with make_source(request) as source:
        if engine is not None and engine.model is not None:
            from fasdemo.models.registry import choose

            choose(source.info.declared, engine.model)


def _close_on_interrupt(close: Callable[[], object]) -> threading.Event:
    interrupted = threading.Event()

    def stop(*_: object) -> None:
        interrupted.set()
        close()

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, stop)
        handle_stop_signals(stop)
    return interrupted


def _leave(status: int) -> int:
    """The exit status; a thread that is stuck in a driver is not waited for."""
    stuck = [thread.name for thread in threading.enumerate() if thread.name.startswith("fasdemo")]
    if stuck:
        _log.warning("left while these still ran: %s", ", ".join(stuck))
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
    return status
