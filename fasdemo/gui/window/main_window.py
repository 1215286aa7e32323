"""The main window: connects its parts, and handles its actions and events."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtCore import QEvent, QTimer
from PyQt6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent
from PyQt6.QtWidgets import QApplication
from typing_extensions import override

from fasdemo.engine.result import FrameResult
from fasdemo.gui.dialogs import system as dialogs
from fasdemo.gui.dialogs.preferences import Preferences
from fasdemo.gui.dialogs.shortcuts import Keys, ShortcutsDialog
from fasdemo.gui.style.theme import apply_theme, is_dark
from fasdemo.gui.window.actions import ALWAYS, window_actions
from fasdemo.gui.window.pages.workspace import TABS
from fasdemo.gui.window.parts import WindowParts, WindowSetup
from fasdemo.record.labels import Labels
from fasdemo.runtime.headline import Headline
from fasdemo.runtime.outputs.event_log_writer import LogStatus
from fasdemo.runtime.requests import EngineRequest, SourceRequest

_FIGURES_MS = 200
_CLOSE_S = 0.9


class MainWindow(WindowParts):
    """The main window; `docs/window.md` describes its actions.

    Args:
        setup: what it is made from.
    """

    def __init__(self, setup: WindowSetup) -> None:
        super().__init__(setup)
        self._actions = window_actions(self)
        self._connect()
        self._keys = Keys(self, self.do)
        self.saved_state.restore()
        self._apply_settings()
        self._show_engine()
        self.sources.show_nothing()
        self._clock = QTimer(self)
        self._clock.timeout.connect(self._tick)
        self._clock.start(_FIGURES_MS)

    def _connect(self) -> None:
        sources, engine, show_message = self.sources, self.engine, self.messages.show_message
        for spec_chosen in (self.header.opened, self.start.opened):
            spec_chosen.connect(sources.open_spec)
        for folder_chosen in (self.library.opened, self.takes.opened):
            folder_chosen.connect(lambda folder: sources.open_spec(str(folder)))
        for action_chosen in (self.header.action, self.start.action):
            action_chosen.connect(self.do)
        for message in (
            self.camera.message,
            self.recorder.ended,
            self.takes.message,
            self.event_log.message,
            self.door.message,
            self.event_pictures.message,
        ):
            message.connect(show_message)
        self.library.closed.connect(self._leave_library)
        sources.library_wanted.connect(self.open_library)
        self.header.engine_chosen.connect(engine.use)
        engine.changed.connect(self._show_engine)
        engine.chosen.connect(self.library_scoring.engine_changed)
        engine.chosen.connect(self.played.engine_changed)
        self.presenter.source_ready.connect(self.played.source_ready)
        self.played.stored.connect(self.library_scoring.show_stored)
        self.presenter.engine_in_force.connect(engine.take)
        self.presenter.source_ready.connect(self.tuning.source_ready)
        self.presenter.source_ready.connect(self.calibration.source_ready)
        self.presenter.source_changed.connect(self.camera.show_source)
        self.presenter.source_changed.connect(self.desk.show_source)
        self.presenter.headline_shown.connect(self._chime)
        self.calibration.saved.connect(self.use_site)
        self.tuning.site_wanted.connect(self.use_site)
        self.tuning.model_wanted.connect(lambda path: sources.open_files([path]))
        self.kiosk_mode.changed.connect(self._kiosk_changed)
        self.camera.reopen.connect(sources.open)
        self.desk.saved.connect(self.takes.add)
        self.recorder.taken.connect(self.takes.add)
        self.recorder.started_by_itself.connect(lambda: self.show_tab("Record"))
        self.workspace.record.people.open_wanted.connect(self._open_people)
        self.event_log.changed.connect(self._show_log)
        self.door.changed.connect(self._show_outputs)
        hints = QApplication.styleHints()
        if hints is not None:
            hints.colorSchemeChanged.connect(self.apply_theme)

    # Actions of the user.

    def do(self, action: str) -> None:
        """Run the action of a key, button or menu entry."""
        if self.kiosk_mode.locked and action not in ALWAYS:
            return
        self._actions[action]()

    @override
    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        assert event is not None
        if not self._keys.pressed(event):
            super().keyPressEvent(event)

    def open_spec(self, spec: str) -> None:
        """Open a camera by its name, or a file or folder by its path."""
        self.sources.open_spec(spec)

    def open(self, request: SourceRequest) -> None:
        """Open a source; the current one is closed when the new one is open, and continues if opening fails."""
        self.sources.open(request)

    def close_source(self) -> None:
        """Close the source and show the start page."""
        self.sources.close()

    def use_engine(self, engine: EngineRequest) -> None:
        """Change the model, policy or device while a source is open."""
        self.engine.use(engine)

    def use_site(self, path: Path | None) -> None:
        """Use a site file from now on; None uses none."""
        self.engine.use_site(path)
        self.saved_state.save()

    def choose_model(self) -> None:
        """Ask for a model file and use it."""
        found = dialogs.ask_for_model(self)
        if found is None:
            self._show_engine()
        else:
            self.engine.use_model(found)

    def open_library(self, root: Path) -> None:
        """Show the recorded sessions below a folder; the current source continues."""
        self.messages.clear()
        self.settings.remember_source(str(root))
        self.body.show_recent(self.settings.recent)
        self.pages.setCurrentWidget(self.library)
        self.library.show_root(root)

    def _leave_library(self) -> None:
        self.body.show_page(source_open=self.player.request is not None)
        self.setFocus()

    def back(self) -> None:
        """Leave kiosk mode or the library, show all pictures again, or remove the message."""
        if self.in_kiosk:
            self.kiosk_mode.toggle()
        elif self.body.in_library:
            self._leave_library()
        elif not self.workspace.restore():
            self.messages.clear()

    def show_tab(self, name: str) -> None:
        """Show the workspace with a tab of the side bar."""
        self.workspace.show_tab(TABS.index(name))
        if self.player.request is not None and not self.in_kiosk:
            self.pages.setCurrentWidget(self.workspace)
        if name == "Record":
            self.workspace.record.subject.setFocus()

    def set_kiosk(self, kiosk: bool) -> None:
        """Switch between kiosk mode (only the verdict, full screen) and the normal window."""
        self.kiosk_mode.switch(kiosk)

    def _kiosk_changed(self, kiosk: bool) -> None:
        self.engine.require()
        self.door.use_settings(kiosk)

    def show_shortcuts(self) -> None:
        """Show the keyboard shortcuts."""
        self.show_dialog(ShortcutsDialog(self))

    def show_preferences(self) -> None:
        """Show the preferences."""
        dialog = Preferences(self.settings, self)
        dialog.accepted.connect(lambda: self._take_preferences(dialog))
        self.show_dialog(dialog)

    def _take_preferences(self, dialog: Preferences) -> None:
        dialog.apply_to(self.settings)
        self.engine.require()
        self.door.use_settings(self.in_kiosk)
        self.event_pictures.use_settings()
        self.apply_theme()
        self._apply_settings()
        self.saved_state.save()

    # Recording.

    def record_when_ready(self, root: Path, labels: Labels) -> None:
        """Record into `root` when the first frame of the next camera arrives."""
        self.recorder.start_when_ready(root, labels)

    def toggle_recording(self) -> None:
        """Start a recording, or stop the running one."""
        if self.workspace.record.recording_now or self.recorder.counting:
            self.recorder.stop()
            return
        if self.player.request is None:
            self.messages.show_message(self.workspace.record.missing())
            return
        self.show_tab("Record")
        self.workspace.record.toggle()

    def _open_people(self) -> None:
        found = dialogs.ask_for_people(self)
        if found is not None:
            self.takes.open_people(self.workspace.record.people, found)

    # What is shown.

    @property
    def shown_result(self) -> FrameResult | None:
        """The result of the frame on the screen; None if there is none."""
        return None if self.presenter.view is None else self.presenter.view.result

    def _tick(self) -> None:
        recorded = self.recorder.tick()
        self.footer.show_recording(recorded)
        self.presenter.recording = self.recording is not None
        for part in (self.presenter, self.event_log, self.door, self.event_pictures, self.camera, self.desk):
            part.tick()

    def _show_log(self, status: LogStatus | None) -> None:
        self.footer.show_log(status)
        self.header.show_logging(status is not None and status.running)

    def _chime(self, headline: Headline) -> None:
        if self.in_kiosk and self.settings.kiosk_sound:
            self.chime.hear(headline, self.settings.kiosk_neutral)

    def _show_outputs(self) -> None:
        self.footer.show_outputs(self.door.outputs)
        self.presenter.output_problem = bool(self.door.problem)

    def _show_engine(self) -> None:
        model = self.engine.request.model
        self.presenter.model_name = "" if model is None else Path(model).name
        self.header.show_engine(self.engine.request, self.presenter.facts)
        self.presenter.show_engine()

    def apply_theme(self, *_: object) -> None:
        """Apply the light or dark colours of the settings or the desktop."""
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        apply_theme(app, is_dark(self.settings.theme, app))
        self.workspace.timeline.recolour()

    def _apply_settings(self) -> None:
        self.presenter.neutral, self.presenter.mirror = self.settings.kiosk_neutral, self.settings.kiosk_mirror
        self.workspace.apply_settings(self.settings)

    # Events of the window.

    @override
    def closeEvent(self, event: QCloseEvent | None) -> None:
        """Hide the window, wait briefly for the threads, and complete the recording and the event log."""
        if self.kiosk_mode.locked and event is not None and event.spontaneous():
            # The window manager's close button or key; a signal to the process still closes the window.
            event.ignore()
            self.kiosk_mode.leave(self.close)
            return
        self._clock.stop()
        self.sources.reconnect.cancel()
        self.saved_state.keep(with_geometry=not self.in_kiosk)
        self.recorder.stop()
        self.tuning.close()
        self.library.index.stop()
        self.desk.stop(_CLOSE_S)
        self.player.close(leaving=True)
        self.hide()
        self.player.join(_CLOSE_S)
        self.event_log.writer.stop()
        self.event_pictures.writer.stop()
        self.door.signals.stop()
        self.cameras.join(_CLOSE_S)
        self.library.index.join(_CLOSE_S)
        self.library_scoring.close(_CLOSE_S)
        self.played.close(_CLOSE_S)
        super().closeEvent(event)

    @override
    def dragEnterEvent(self, event: QDragEnterEvent | None) -> None:
        assert event is not None
        data = None if self.kiosk_mode.locked else event.mimeData()
        if data is not None and any(url.isLocalFile() for url in data.urls()):
            event.acceptProposedAction()

    @override
    def dropEvent(self, event: QDropEvent | None) -> None:
        assert event is not None
        data = None if self.kiosk_mode.locked else event.mimeData()
        if data is not None:
            event.acceptProposedAction()
            self.sources.open_files([Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()])

    def _show_minimised(self) -> None:
        """Draw nothing while minimised, and process fewer frames of a camera unless a log or a door needs all."""
        hidden, log, signals = self.isMinimized(), self.event_log.writer.status, self.door.signals
        used = (log is not None and log.running) or self.event_pictures.writer.running
        used = used or bool(signals.outputs or signals.heartbeats)
        self.player.set_hidden(hidden, rests=not used)
        self.presenter.set_drawing(not hidden)

    @override
    def changeEvent(self, event: QEvent | None) -> None:
        if event is not None and event.type() == QEvent.Type.PaletteChange and hasattr(self, "workspace"):
            self.workspace.timeline.recolour()
        if event is not None and event.type() == QEvent.Type.WindowStateChange and hasattr(self, "presenter"):
            self._show_minimised()
        super().changeEvent(event)
