"""Start the window."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from fasdemo.display import display_problem
from fasdemo.errors import UserError
from fasdemo.gui.controllers.rules import GivenRules
from fasdemo.publish.signals import Signals, SignalSettings
from fasdemo.record.labels import Labels
from fasdemo.runtime.memory import limit_heaps
from fasdemo.runtime.outputs.event_picture_writer import EventPictureSettings
from fasdemo.runtime.outputs.service_manager import ServiceManager
from fasdemo.runtime.pipeline import MakeProcessor, MakeSource
from fasdemo.runtime.requests import EngineRequest, SourceRequest
from fasdemo.shared_libraries import check_window_packages
from fasdemo.stop_signals import handle_stop_signals
from fasdemo.terminal import say

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QApplication

    from fasdemo.gui.settings import Settings

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Launch:
    """The command line's settings for the window.

    Attributes:
        source: the source to open at start; None shows the start page.
        event_pictures: folder and days of pictures of events; None uses the settings.
        cameras: several cameras, which are shown in a grid; then there is no `source`.
        engine: the model, policy and device to use; None uses those of the last run.
        kiosk: show only the verdict, in full screen.
        rules: requirements for LIVE that override the settings.
        loop: play files in a loop; None uses the setting of the last run.
        language: language of the texts; None uses the setting.
        reset_settings: delete the saved settings first.
        signals: outputs on LIVE and heartbeats of the command line, used in addition to those of the settings.
        log: path of the event log to write.
        tune: folder of sessions to score in the tuning window.
        record: folder and labels of a recording that starts with the camera's first frames.
    """

    source: SourceRequest | None = None
    engine: EngineRequest | None = None
    kiosk: bool = False
    loop: bool | None = None
    rules: GivenRules = field(default_factory=GivenRules)
    language: str | None = None
    reset_settings: bool = False
    signals: SignalSettings = field(default_factory=SignalSettings)
    log: Path | None = None
    tune: Path | None = None
    record: tuple[Path, Labels] | None = None
    event_pictures: EventPictureSettings | None = None
    cameras: tuple[SourceRequest, ...] = ()


def run(
    launch: Launch | None = None,
    make_source: MakeSource | None = None,
    make_processor: MakeProcessor | None = None,
    settings_file: Path | None = None,
    arguments: Sequence[str] = (),
) -> int:
    """Show the window until it is closed and return the exit status.

    Args:
        launch: the command line's settings.
        make_source: opens a source; replaces `fasdemo.capture.open` in tests.
        make_processor: makes a frame processor; replaces the engine in tests.
        settings_file: path of the settings; None uses the user's own file.
        arguments: command-line arguments for Qt.

    Raises:
        UserError: a package of the window is not installed, no display was found, the requested file cannot be
            opened, or the event log cannot be written.
    """
    wanted = launch or Launch()
    from fasdemo.runtime import frame_processor

    make_source = make_source or frame_processor.make_source
    make_processor = make_processor or frame_processor.make_processor
    limit_heaps()
    check_window_packages()
    _check_display()
    if wanted.source is not None:
        _check_source(wanted.source, wanted.engine, make_source)
    app = _application(arguments)

    from fasdemo.gui import settings as remembered
    from fasdemo.gui.window.main_window import MainWindow
    from fasdemo.gui.window.parts import WindowSetup
    from fasdemo.gui.window.uncaught import UncaughtErrors

    place = settings_file or remembered.settings_path()
    settings, problem = _settings(wanted, place)
    _apply(settings, wanted, app)
    window = MainWindow(
        WindowSetup(
            make_source,
            make_processor,
            settings,
            place,
            frame_processor.shipped_model_names(),
            frame_processor.demo_path(),
            rules=wanted.rules,
        )
    )
    try:
        window.door.configure(wanted.signals)
        if wanted.log is not None:
            window.event_log.writer.start(wanted.log)
        window.event_pictures.configure(wanted.event_pictures)
    except UserError:
        window.event_log.writer.stop()
        window.door.signals.stop()
        window.deleteLater()
        raise
    window.show()
    if problem:
        window.messages.show_message(problem, error=True)
    if wanted.kiosk:
        window.set_kiosk(True)
    if wanted.record is not None:
        window.record_when_ready(*wanted.record)
    if wanted.source is not None:
        window.open(wanted.source)
    if wanted.tune is not None:
        window.tuning.show(wanted.tune)
    with UncaughtErrors(lambda words: window.messages.show_message(words, error=True), window.close) as errors:
        interrupted = _run_until_closed(app, window.close, window.door.signals)
    if window.recording is not None:
        # A recording must be complete before the process exits.
        window.recording.join(30.0)
    return _leave(130 if interrupted else int(errors.failed))


def run_grid(
    launch: Launch,
    make_source: MakeSource | None = None,
    make_processor: MakeProcessor | None = None,
    settings_file: Path | None = None,
    arguments: Sequence[str] = (),
) -> int:
    """Show several cameras in a grid until the window is closed and return the exit status; see `run`.

    The settings of theme, text size, language, model, rules and pictures of events are used, and none are changed.

    Raises:
        UserError: a package of the window is not installed, no display was found, or the event log cannot be written.
    """
    from functools import partial

    from fasdemo.engine.setup.shared_models import SharedModels
    from fasdemo.runtime import frame_processor
    from fasdemo.runtime.feeds.feed_group import FeedGroup
    from fasdemo.runtime.feeds.listener import FrameListenerFollower, ListenerFollower
    from fasdemo.runtime.outputs.event_log_writer import EventLogWriter
    from fasdemo.runtime.outputs.event_picture_writer import EventPictureWriter

    limit_heaps()
    check_window_packages()
    _check_display()
    app = _application(arguments)

    from fasdemo.gui import settings as remembered
    from fasdemo.gui.controllers.rules import with_rules
    from fasdemo.gui.grid.grid_window import GridWindow
    from fasdemo.gui.library.event_picture_control import pictures_of_settings
    from fasdemo.gui.window.uncaught import UncaughtErrors

    settings, _ = _settings(launch, settings_file or remembered.settings_path())
    _apply(settings, launch, app)
    wanted = EngineRequest(settings.model, settings.policy, settings.device)
    engine = with_rules(wanted, settings, launch.rules, kiosk=False)
    if engine.site is not None:
        say(f"{engine.site}: a site file belongs to one camera and is not used with several.")
        engine = replace(engine, site=None)
    if engine.challenge is not None:
        raise UserError(
            "The preferences require a challenge, which is possible with one camera only; choose none there, or start "
            "fasdemo once for each camera."
        )
    signals = Signals(sources=tuple(str(number) for number in range(1, len(launch.cameras) + 1)))
    log, pictures = EventLogWriter(), EventPictureWriter()
    signals.record = log.on_signal
    try:
        signals.configure(launch.signals)
        wanted_pictures = launch.event_pictures or pictures_of_settings(settings)
        if wanted_pictures is not None:
            pictures.start(wanted_pictures)
        if launch.log is not None:
            log.start(launch.log)
    except UserError:
        signals.stop()
        pictures.stop()
        raise
    feeds = FeedGroup(
        launch.cameras,
        engine,
        make_source or frame_processor.make_source,
        make_processor or partial(frame_processor.make_processor, models=SharedModels()),
        (ListenerFollower(log), ListenerFollower(signals), FrameListenerFollower(pictures)),
    )
    window = GridWindow(feeds, log, signals, pictures)
    window.show()
    with UncaughtErrors(say, window.close) as errors:
        interrupted = _run_until_closed(app, window.close, signals)
    return _leave(130 if interrupted else int(errors.failed))


def _application(arguments: Sequence[str]) -> QApplication:
    """Return Qt's application; a new one if there is none."""
    # OpenCV's wheel sets these to the plugins of its own Qt, which do not fit PyQt6's.
    for name in ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR"):
        os.environ.pop(name, None)

    from PyQt6.QtWidgets import QApplication

    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(["fasdemo", *arguments])
    app.setApplicationName("fasdemo")
    app.setApplicationDisplayName("fasdemo")
    app.setDesktopFileName("fasdemo")
    return app


def _settings(wanted: Launch, place: Path) -> tuple[Settings, str]:
    """Return the saved settings with those of the command line, and why the saved ones cannot be used."""
    from fasdemo.gui import settings as remembered

    if wanted.reset_settings:
        remembered.reset(place)
    settings, problem = remembered.load(place)
    if wanted.loop is not None:
        settings.loop = wanted.loop
    if wanted.engine is not None:
        settings.model, settings.policy = wanted.engine.model, wanted.engine.policy
        settings.device = wanted.engine.device
        settings.site = "" if wanted.engine.site is None else str(wanted.engine.site)
    return settings, problem


def _apply(settings: Settings, wanted: Launch, app: QApplication) -> None:
    """Apply language, text size and theme."""
    from fasdemo.gui import translation
    from fasdemo.gui.style.theme import apply_theme, is_dark, scale_text

    translation.install(app, wanted.language or settings.language)
    scale_text(app, settings.text_size)
    apply_theme(app, is_dark(settings.theme, app))
    answer_first()


def _run_until_closed(app: QApplication, close: Callable[[], object], signals: Signals) -> bool:
    """Run Qt's event loop until the window is closed; return whether Ctrl-C or a signal has closed it."""
    from PyQt6.QtCore import QTimer

    interrupted = _close_on_interrupt(close)
    # Python handles Ctrl-C only while its code runs, so run an empty call a few times a second.
    ticker = QTimer()
    ticker.timeout.connect(lambda: None)
    ticker.start(200)
    with ServiceManager() as manager:
        signals.alive = manager.alive
        app.exec()
    ticker.stop()
    return interrupted.is_set()


def answer_first() -> None:
    """Set Python's thread switch interval to 0.5 ms, so that the window's thread gets the interpreter quickly.

    Painting releases the interpreter many times; with Python's default of 5 ms a computing thread would delay each one.
    """
    sys.setswitchinterval(0.0005)


def _check_display() -> None:
    problem = display_problem()
    if problem:
        raise UserError(f"{problem}; log in at a screen, correct the variable, or add --headless to run without one.")


def _check_source(request: SourceRequest, engine: EngineRequest | None, make_source: MakeSource) -> None:
    """Raise UserError before the window appears if the requested file cannot be opened; do not check cameras."""
    from fasdemo.capture.open import is_camera

    if is_camera(request.spec):
        return
    with make_source(request) as source:
        if engine is not None and engine.model is not None:
            from fasdemo.models.registry import select_model

            select_model(source.info.declared, engine.model)


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
    """Return the exit status, or exit at once if a thread still hangs in a driver."""
    stuck = [thread.name for thread in threading.enumerate() if thread.name.startswith("fasdemo")]
    if stuck:
        _log.warning("exiting while these threads still run: %s", ", ".join(stuck))
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
    return status
