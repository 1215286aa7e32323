"""The main window: its actions, its pages and their connections."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from PyQt6.QtCore import QEvent, QSize, Qt, QTimer
from PyQt6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent
from PyQt6.QtWidgets import QApplication, QMainWindow, QVBoxLayout, QWidget
from typing_extensions import override

from fasdemo.capture.open import CAMERAS
from fasdemo.capture.source import SourceInfo
from fasdemo.draw.depth_view import DepthScale
from fasdemo.engine.loop.frame_loop import ListenerGroup
from fasdemo.engine.result import FrameResult
from fasdemo.gui import window_state
from fasdemo.gui.cameras import CameraList, Cameras, connected_cameras
from fasdemo.gui.controllers.camera_control import CameraControl
from fasdemo.gui.controllers.challenge_control import ChallengeControl
from fasdemo.gui.controllers.chime import Chime, Speaker
from fasdemo.gui.controllers.desk_control import DeskControl
from fasdemo.gui.controllers.door_control import DoorControl
from fasdemo.gui.controllers.drop_target import dropped_files
from fasdemo.gui.controllers.event_picture_control import EventPictureControl
from fasdemo.gui.controllers.library_control import LibraryControl
from fasdemo.gui.controllers.log_control import LogControl
from fasdemo.gui.controllers.picture_control import PictureControl
from fasdemo.gui.controllers.playback_control import PlaybackControl
from fasdemo.gui.controllers.player import Player
from fasdemo.gui.controllers.presenter import Presenter
from fasdemo.gui.controllers.reconnect import Reconnect
from fasdemo.gui.controllers.recording_control import RecordingControl
from fasdemo.gui.controllers.rules import GivenRules, with_rules
from fasdemo.gui.controllers.take_control import TakeControl
from fasdemo.gui.controllers.tuning_control import TuningControl
from fasdemo.gui.dialogs import system as dialogs
from fasdemo.gui.dialogs.exit_pin import PinDialog, PinGuard
from fasdemo.gui.dialogs.preferences import Preferences
from fasdemo.gui.dialogs.shortcuts import Keys, ShortcutsDialog
from fasdemo.gui.full_screen import FullScreen, Pages
from fasdemo.gui.icons import app_icon
from fasdemo.gui.library_index import is_library
from fasdemo.gui.panels.library import Library
from fasdemo.gui.panels.start_page import StartPage
from fasdemo.gui.panels.verdict_card import VerdictCard
from fasdemo.gui.panels.workspace import TABS, Workspace
from fasdemo.gui.panes.pane import Pane
from fasdemo.gui.settings import Settings, save
from fasdemo.gui.theme import apply_theme, is_dark
from fasdemo.gui.translation import tr
from fasdemo.gui.tuning.calibration_control import CalibrationControl
from fasdemo.gui.widgets.footer import Footer
from fasdemo.gui.widgets.header import Header, source_words
from fasdemo.gui.widgets.message_bar import MessageBar
from fasdemo.models.model_inputs import model_files
from fasdemo.record.labels import Labels
from fasdemo.runtime.headline import Headline
from fasdemo.runtime.outputs.event_log_writer import LogStatus
from fasdemo.runtime.outputs.recording import Recording
from fasdemo.runtime.pipeline import MakeProcessor, MakeSource
from fasdemo.runtime.requests import EngineRequest, SourceRequest

MIN_SIZE = QSize(720, 420)
"""Smallest window; it fits a screen of 800 x 480 with a title bar."""
_FIGURES_MS = 200
_CLOSE_S = 0.9


class MainWindow(QMainWindow):
    """The main window; `docs/window.md` describes its actions.

    Args:
        make_source: opens a source.
        make_processor: makes a frame processor.
        settings: the user's settings; changed in place.
        settings_path: file to which the settings are written when the window closes.
        models: names of the shipped models.
        demo: path of the demo session; None if it is missing.
        look: returns the connected cameras.
        rules: requirements for LIVE that override the settings.
    """

    def __init__(
        self,
        make_source: MakeSource,
        make_processor: MakeProcessor,
        settings: Settings,
        settings_path: Path,
        models: Sequence[str] = (),
        demo: str | None = None,
        look: Callable[[], Cameras] = connected_cameras,
        rules: GivenRules = GivenRules(),  # noqa: B008 - it cannot be changed
    ) -> None:
        super().__init__()
        self.settings, self._settings_path, self._demo = settings, settings_path, demo
        self._saved = settings.model_copy(deep=True)
        self.event_log = LogControl(lambda proposal: dialogs.ask_for_log(self, proposal), settings, self)
        self.door = DoorControl(settings, self)
        self.door.signals.record = self.event_log.writer.on_signal
        self.calibration = CalibrationControl(self)
        self.event_pictures = EventPictureControl(settings, self)
        listeners = ListenerGroup(
            self.event_log.writer, self.door.signals, self.calibration.listener, self.event_pictures.writer
        )
        self.player = Player(make_source, make_processor, self, listeners)
        self._rules = rules
        self.challenge = ChallengeControl(self.player, self)
        wanted = EngineRequest(settings.model, settings.policy, settings.device)
        self._engine = with_rules(wanted, settings, rules, kiosk=False, display=self.challenge.display)
        self.event_log.inputs = self._inputs
        self._dialog: ShortcutsDialog | Preferences | PinDialog | None = None
        self._pin_guard = PinGuard()

        self.setWindowTitle("fasdemo")
        self.setWindowIcon(app_icon())
        self.setAcceptDrops(True)
        self._full_screen = FullScreen(self, MIN_SIZE)
        self.cameras = CameraList(look, self)
        self.header, self.footer, self.messages = Header(models, self.cameras), Footer(), MessageBar()
        self.start, self.workspace, self.kiosk = StartPage(), Workspace(), VerdictCard(large=True)
        self.library = Library()
        self.library_scoring = LibraryControl(self.library, lambda: self._engine, self)
        self.pages = Pages()
        self.pages.currentChanged.connect(lambda: self.footer.setVisible(self.pages.currentWidget() is self.workspace))
        for page in (self.start, self.workspace, self.kiosk, self.library):
            self.pages.addWidget(page)
        work = self.workspace
        self._recorder = RecordingControl(self.player, work.record, settings, self)
        self.takes = TakeControl(work.record.takes, lambda: settings.record_folder, self._release, self)
        self.camera = CameraControl(work.camera, lambda: self.player.request, lambda: self.recording is not None, self)
        self.desk = DeskControl(
            self.player, work.record, self.messages, settings, lambda: self.recording is not None, self
        )
        self.playback = PlaybackControl(self.player, work.transport, work.timeline, settings, self)
        self.presenter = Presenter(
            self.player, work, self.kiosk, self.footer, self.messages, self.playback, self._name_of, self
        )
        self.tuning = TuningControl(self.player, self.playback, models, self.open_spec, self._release, self)
        self.pictures = PictureControl(
            self.presenter, self.playback, work, self.messages, settings, lambda: self.in_kiosk, self
        )
        self._reconnect = Reconnect(self)
        self.chime = Chime(Speaker(self).play)
        self.presenter.retry_words = self._reconnect.words
        self._build()
        self._connect()
        self._keys = Keys(self, self.do)
        self._restore()
        self._show_engine()
        self._show_nothing()
        self._clock = QTimer(self)
        self._clock.timeout.connect(self._tick)
        self._clock.start(_FIGURES_MS)

    def _build(self) -> None:
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        self._message_room = QWidget()
        room = QVBoxLayout(self._message_room)
        room.setContentsMargins(12, 10, 12, 0)
        room.addWidget(self.messages)
        self._message_room.hide()
        self.messages.shown.connect(lambda shown: self._message_room.setVisible(shown and not self.in_kiosk))
        layout.addWidget(self._message_room)
        layout.addWidget(self.pages, 1)
        layout.addWidget(self.footer)
        self.setCentralWidget(body)

    def _connect(self) -> None:
        self.header.opened.connect(self.open_spec)
        self.header.action.connect(self.do)
        self.header.engine_chosen.connect(self.use_engine)
        self.start.opened.connect(self.open_spec)
        self.start.action.connect(self.do)
        self.library.opened.connect(lambda folder: self.open_spec(str(folder)))
        self.library.closed.connect(self._leave_library)
        work = self.workspace
        work.snap.connect(self._snap)
        self.presenter.source_ready.connect(self._show_source)
        self.presenter.source_ready.connect(self.tuning.source_ready)
        self.presenter.source_ready.connect(self.calibration.source_ready)
        self.calibration.saved.connect(self.use_site)
        self.tuning.model_wanted.connect(lambda path: self.open_files([path]))
        self.tuning.site_wanted.connect(self.use_site)
        self.presenter.engine_in_force.connect(self._take_engine)
        self.presenter.headline_shown.connect(self._chime)
        self.presenter.failed.connect(self._source_failed)
        self.player.switched.connect(self._show_opening)
        self.player.rejected.connect(self._show_rejected)
        self._reconnect.due.connect(self._open_again)
        self.camera.reopen.connect(self.open)
        self.camera.message.connect(self.messages.show_message)
        self.presenter.source_changed.connect(self.camera.show_source)
        self.presenter.source_changed.connect(self.desk.show_source)
        self.desk.saved.connect(self.takes.add)
        self._recorder.ended.connect(self.messages.show_message)
        self._recorder.taken.connect(self.takes.add)
        self.takes.opened.connect(lambda folder: self.open_spec(str(folder)))
        self.takes.message.connect(self.messages.show_message)
        work.record.people.open_wanted.connect(self._open_people)
        self.event_log.message.connect(self.messages.show_message)
        self.event_log.changed.connect(self._show_log)
        self.door.message.connect(self.messages.show_message)
        self.door.changed.connect(self._show_outputs)
        self.event_pictures.message.connect(self.messages.show_message)
        self._recorder.started_by_itself.connect(lambda: self._show_tab(TABS.index("Record")))
        hints = QApplication.styleHints()
        if hints is not None:
            hints.colorSchemeChanged.connect(self.apply_theme)

    # Actions of the user.

    def _actions(self) -> dict[str, Callable[[], object]]:
        work = self.workspace
        return {
            "open_file": self.choose_file,
            "open_folder": self.choose_folder,
            "open_demo": self.open_demo,
            "open_realsense": lambda: self.open_spec("realsense"),
            "open_webcam": lambda: self.open_spec("webcam"),
            "close_source": self.close_source,
            "try_again": self._reconnect.now,
            "choose_model": self.choose_model,
            **self.pictures.actions(),
            "step_back": lambda: self.playback.step(-1),
            "step_forward": lambda: self.playback.step(1),
            "second_back": lambda: self.playback.jump(-1.0),
            "second_forward": lambda: self.playback.jump(1.0),
            "to_start": lambda: self.playback.seek(0),
            "slower": lambda: work.transport.change_speed(-1),
            "faster": lambda: work.transport.change_speed(1),
            "toggle_loop": lambda: work.transport.loop.click(),
            "enlarge_colour": lambda: work.toggle_enlarged(work.colour_pane),
            "enlarge_depth": lambda: work.toggle_enlarged(work.depth_pane),
            "enlarge_infrared": lambda: work.toggle_enlarged(work.infrared_pane),
            "open_library": lambda: self.open_library(self.library.root or self.settings.record_folder),
            "tune": self.tuning.show,
            "calibrate": self.calibration.show,
            "snap": lambda: self._snap(work.snap_target()),
            "next_face": self.presenter.next_face,
            "back": self._back,
            "toggle_kiosk": self._toggle_kiosk,
            "tab_reasons": lambda: self._show_tab(0),
            "tab_timing": lambda: self._show_tab(1),
            "tab_record": lambda: self._show_tab(2),
            "tab_camera": lambda: self._show_tab(TABS.index("Camera")),
            "toggle_recording": self._toggle_recording,
            "save_last": self.desk.save,
            "mark": self._recorder.mark,
            "next_person": work.record.people.next_person,
            "toggle_log": self.event_log.toggle,
            "events": self.event_pictures.show,
            "preferences": self.show_preferences,
            "show_shortcuts": self.show_shortcuts,
            "about": lambda: dialogs.show_about(self),
            "quit": lambda: self._leave_kiosk(self.close),
        }

    def do(self, action: str) -> None:
        """Run the action of a key, button or menu entry."""
        if self._locked and action not in ("back", "toggle_kiosk", "quit"):
            return
        self._actions()[action]()

    @override
    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        assert event is not None
        if not self._keys.pressed(event):
            super().keyPressEvent(event)

    def open_spec(self, spec: str) -> None:
        """Open a camera by its name, or a file or folder by its path."""
        self.open(SourceRequest(spec))

    def _inputs(self) -> list[Path]:
        """Files in use, e.g. the video and the model."""
        request = self.player.request
        files = [] if request is None else request.files()
        return [*files, *model_files(self._engine.model)]

    def open(self, request: SourceRequest) -> None:
        """Open a source; the current one is closed when the new one is open, and continues if opening fails."""
        if self._refuse_while_recording(tr("A recording is running; stop it (R) before opening another source.")):
            return
        if not self.in_kiosk and is_library(Path(request.spec)):
            self.open_library(Path(request.spec))
            return
        self._reconnect.cancel()
        self.messages.clear()
        kinds = [_camera_kind(one.spec) for one in (request, self.player.request) if one is not None]
        # The same kind of camera may be the same device, which can be open only once.
        if self.presenter.running and (kinds[0] is None or kinds[0] != kinds[-1]):
            self.messages.show_message(tr("Opening {source} …", source=self._name_of(request.spec)))
            self.player.try_open(request, self._engine, self.settings.speed, self.settings.loop)
            return
        self._recorder.show_source(None)
        self.player.open(request, self._engine, self.settings.speed, self.settings.loop)
        self._show_opening()

    def open_library(self, root: Path) -> None:
        """Show the recorded sessions below a folder; the current source continues."""
        self.messages.clear()
        self.settings.remember_source(str(root))
        self._show_recent()
        self.pages.setCurrentWidget(self.library)
        self.library.show_root(root)

    def _leave_library(self) -> None:
        self.pages.setCurrentWidget(self.workspace if self.player.request is not None else self.start)
        self.setFocus()

    def _show_opening(self) -> None:
        """Show that the player's source has replaced the previous one."""
        request = self.player.request
        assert request is not None
        self.messages.clear()
        self.header.show_source(self._name_of(request.spec))
        self.setWindowTitle(f"{self._name_of(request.spec)} – fasdemo")
        if not self.in_kiosk:
            self.pages.setCurrentWidget(self.workspace)
            # A focused button would consume Space and the arrow keys, which control playback.
            self.workspace.colour_pane.setFocus()
        self._recorder.show_source(None)
        self.presenter.open()

    def _show_rejected(self, why: str) -> None:
        request = self.player.request
        kept = "" if request is None else " " + tr("{source} goes on.", source=self._name_of(request.spec))
        self.messages.show_message(f"{why}{kept}", error=True)

    def _refuse_while_recording(self, sentence: str) -> bool:
        """Return True and show `sentence` while a recording is running, so that a mistake does not end it."""
        if self.recording is None:
            return False
        self.messages.show_message(sentence, error=True)
        return True

    def _source_failed(self) -> None:
        """Complete a recording; look for a camera again after a pause."""
        self._recorder.stop()
        request = self.player.request
        if request is not None and _camera_kind(request.spec) is not None:
            self._reconnect.failed()
            self.messages.offer(tr("Try again"), self._reconnect.now)

    def _open_again(self) -> None:
        request = self.player.request
        if request is not None:
            self.player.open(request, self._engine, self.settings.speed, self.settings.loop)
            self.presenter.open()

    def _name_of(self, spec: str) -> str:
        return tr("Demo session") if spec == self._demo else source_words(spec)

    def open_demo(self) -> None:
        """Open the demo session."""
        if self._demo is None:
            self.messages.show_message(tr("The demo session is missing; install fasdemo again."), error=True)
        else:
            self.open_spec(self._demo)

    def choose_file(self) -> None:
        """Ask for a file and open it."""
        found = dialogs.ask_for_file(self, self.settings.recent)
        if found is not None:
            self.open_files([found])

    def choose_folder(self) -> None:
        """Ask for a folder and open it."""
        found = dialogs.ask_for_folder(self, self.settings.recent)
        if found is not None:
            self.open_spec(str(found))

    def choose_model(self) -> None:
        """Ask for a model file and use it."""
        found = dialogs.ask_for_model(self)
        if found is None:
            self._show_engine()
        else:
            self.use_engine(EngineRequest(str(found), None, self._engine.device))

    def open_files(self, paths: list[Path]) -> None:
        """Open dropped or chosen files: a model, a source, or a colour, a depth and an infrared video together."""
        found = dropped_files(paths)
        if found.model is not None:
            self.use_engine(EngineRequest(str(found.model), None, self._engine.device))
        if found.source is not None:
            self.open(found.source)
        if found.problem:
            self.messages.show_message(found.problem, error=True)

    def close_source(self) -> None:
        """Close the source and show the start page."""
        if self._refuse_while_recording(tr("A recording is running; stop it (R) before closing the source.")):
            return
        self._reconnect.cancel()
        self.player.close()
        self._recorder.show_source(None)
        self.header.show_source("")
        self.setWindowTitle("fasdemo")
        self._show_nothing()

    def _release(self, folder: Path) -> None:
        """Close the source if it plays this session, and wait for it briefly."""
        request = self.player.request
        if request is not None and Path(request.spec) == folder:
            self.close_source()
            self.player.join(_CLOSE_S)

    def use_engine(self, engine: EngineRequest) -> None:
        """Change the model, policy or device while a source is open; the window's requirements are always added."""
        engine = self._with_rules(engine)
        self._remember_engine(engine)
        self.player.use_engine(engine)
        self._show_engine()
        self.library_scoring.engine_changed()

    def use_site(self, path: Path | None) -> None:
        """Use a site file from now on; None uses none."""
        self.settings.site = "" if path is None else str(path)
        self.use_engine(self._engine)
        self._save()

    def _with_rules(self, engine: EngineRequest) -> EngineRequest:
        return with_rules(engine, self.settings, self._rules, self.in_kiosk, self.challenge.display)

    def _require(self) -> None:
        if self._engine != self._with_rules(self._engine):
            self.use_engine(self._engine)

    def _remember_engine(self, engine: EngineRequest) -> None:
        self._engine = engine
        self.settings.model, self.settings.policy = engine.model, engine.policy
        self.settings.device = engine.device

    def _snap(self, pane: Pane) -> None:
        try:
            path = pane.write_snapshot(self.settings.snap_folder, datetime.now())
        except OSError as error:
            where = self.settings.snap_folder
            self.messages.show_message(
                tr(
                    "The snapshot cannot be saved in {folder} ({why}); choose another folder in the preferences.",
                    folder=where,
                    why=error.strerror or error,
                ),
                error=True,
            )
            return
        if path is None:
            self.messages.show_message(tr("{picture}: there is no picture to save.", picture=tr(pane.title)))
        else:
            self.messages.show_message(tr("Saved: {path}", path=path))

    def _back(self) -> None:
        if self.in_kiosk:
            self._leave_kiosk(lambda: self.set_kiosk(False))
        elif self.pages.currentWidget() is self.library:
            self._leave_library()
        elif not self.workspace.restore():
            self.messages.clear()

    def _show_tab(self, number: int) -> None:
        self.workspace.show_tab(number)
        if self.player.request is not None and not self.in_kiosk:
            self.pages.setCurrentWidget(self.workspace)
        if number == 2:
            self.workspace.record.subject.setFocus()

    @property
    def in_kiosk(self) -> bool:
        """Whether the window shows only the verdict."""
        return self.pages.currentWidget() is self.kiosk

    @property
    def _locked(self) -> bool:
        """Whether kiosk mode can be left only with the PIN; then files, models and settings cannot be changed."""
        return self.in_kiosk and bool(self.settings.kiosk_pin)

    def _toggle_kiosk(self) -> None:
        if self.in_kiosk:
            self._leave_kiosk(lambda: self.set_kiosk(False))
        else:
            self.set_kiosk(True)

    def _leave_kiosk(self, leave: Callable[[], object]) -> None:
        """Run `leave` at once, or after the right PIN if kiosk mode is locked."""
        if not self._locked:
            leave()
            return
        dialog = PinDialog(self._pin_guard, self.settings.kiosk_pin, self)
        dialog.accepted.connect(leave)
        self._show_dialog(dialog)

    def set_kiosk(self, kiosk: bool) -> None:
        """Switch between kiosk mode (only the verdict, full screen) and the normal window."""
        if kiosk == self.in_kiosk:
            return
        self.header.setVisible(not kiosk)
        self._message_room.setVisible(not kiosk and bool(self.messages.words))
        if kiosk:
            self.presenter.freeze(False)
            self.pages.setCurrentWidget(self.kiosk)
            self._full_screen.enter()
            self.kiosk.setCursor(Qt.CursorShape.BlankCursor)
        else:
            self.pages.setCurrentWidget(self.workspace if self.player.request is not None else self.start)
            self._full_screen.leave()
        self._require()
        self.door.use_settings(kiosk)
        self.setFocus()
        self.presenter.show_headline()

    def show_shortcuts(self) -> None:
        """Show the keyboard shortcuts."""
        self._show_dialog(ShortcutsDialog(self))

    def show_preferences(self) -> None:
        """Show the preferences."""
        dialog = Preferences(self.settings, self)
        dialog.accepted.connect(lambda: self._take_preferences(dialog))
        self._show_dialog(dialog)

    def _show_dialog(self, dialog: ShortcutsDialog | Preferences | PinDialog) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._dialog = dialog
        dialog.open()

    def _take_preferences(self, dialog: Preferences) -> None:
        dialog.apply_to(self.settings)
        self._require()
        self.door.use_settings(self.in_kiosk)
        self.event_pictures.use_settings()
        self.apply_theme()
        self._apply_settings()
        self._save()

    # Recording.

    def record_when_ready(self, root: Path, labels: Labels) -> None:
        """Record into `root` when the first frame of the next camera arrives."""
        self._recorder.start_when_ready(root, labels)

    @property
    def recording(self) -> Recording | None:
        """The running recording; None if there is none."""
        return self._recorder.current

    def _open_people(self) -> None:
        found = dialogs.ask_for_people(self)
        if found is not None:
            self.takes.open_people(self.workspace.record.people, found)

    def _toggle_recording(self) -> None:
        if self.workspace.record.recording_now or self._recorder.counting:
            self._recorder.stop()
            return
        self._show_tab(2)
        self.workspace.record.toggle()

    # Updates from the presenter.

    def _show_source(self, info: SourceInfo) -> None:
        request = self.player.request
        assert request is not None
        self._reconnect.succeeded()
        if not info.live and request.spec != self._demo:
            self.settings.remember_source(request.spec)
        self._show_recent()
        self._recorder.show_source(info)

    def _take_engine(self, engine: EngineRequest | None) -> None:
        # A file that the site file does not fit must not remove it for the next camera.
        self._remember_engine(self._with_rules(engine or self._engine))
        self._show_engine()

    def _tick(self) -> None:
        recorded = self._recorder.tick()
        self.footer.show_recording(recorded)
        self.presenter.recording = self.recording is not None
        self.presenter.tick()
        self.event_log.tick()
        self.door.tick()
        self.event_pictures.tick()
        self.camera.tick()
        self.desk.tick()

    def _show_log(self, status: LogStatus | None) -> None:
        self.footer.show_log(status)
        self.header.show_logging(status is not None and status.running)

    def _chime(self, headline: Headline) -> None:
        if self.in_kiosk and self.settings.kiosk_sound:
            self.chime.hear(headline, self.settings.kiosk_neutral)

    def _show_outputs(self) -> None:
        self.footer.show_outputs(self.door.outputs)
        self.presenter.output_problem = bool(self.door.problem)

    @property
    def shown_result(self) -> FrameResult | None:
        """The result of the frame on the screen; None if there is none."""
        return None if self.presenter.view is None else self.presenter.view.result

    # State.

    def _show_nothing(self) -> None:
        self._show_recent()
        if not self.in_kiosk:
            self.pages.setCurrentWidget(self.start)
        self.presenter.close()

    def _show_recent(self) -> None:
        self.header.show_recent(self.settings.recent)
        self.start.show_recent(self.settings.recent)

    def _show_engine(self) -> None:
        self.presenter.model_name = "" if self._engine.model is None else Path(self._engine.model).name
        self.header.show_engine(self._engine, self.presenter.facts)
        self.presenter.show_engine()

    def apply_theme(self, *_: object) -> None:
        """Apply the light or dark colours of the settings or the desktop."""
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        apply_theme(app, is_dark(self.settings.theme, app))
        self.workspace.timeline.recolour()

    def _apply_settings(self) -> None:
        self.presenter.neutral, self.presenter.mirror = self.settings.kiosk_neutral, self.settings.kiosk_mirror
        near, far = self.settings.depth_near_m, self.settings.depth_far_m
        self.workspace.depth_pane.set_scale(DepthScale(near, far) if near < far else DepthScale())
        self.workspace.timeline.set_window(self.settings.timeline_s)

    def _restore(self) -> None:
        window_state.fit_screen(self)
        self.workspace.fit(self.width() - 24, self.height() - 120)
        window_state.restore(self, self.workspace.splitters(), self.settings)
        self.workspace.show_tab(self.settings.tab)
        self.workspace.transport.loop.setChecked(self.settings.loop)
        self.workspace.transport.show_speed(self.settings.speed)
        self.workspace.record.remember(
            self.settings.subject,
            self.settings.retain_days,
            self.settings.record_countdown_s,
            self.settings.record_length_s,
        )
        self._apply_settings()

    def _save(self) -> None:
        """Save what this window has changed; what another window has saved in the meantime is kept."""
        save(self.settings, self._settings_path, self._saved)
        self._saved = self.settings.model_copy(deep=True)

    def _keep(self) -> None:
        if not self.in_kiosk:
            window_state.keep(self, self.workspace.splitters(), self.settings)
        self.settings.tab = self.workspace.tab
        self._save()

    @override
    def closeEvent(self, event: QCloseEvent | None) -> None:
        """Hide the window, wait briefly for the threads, and complete the recording and the event log."""
        if self._locked and event is not None and event.spontaneous():
            # The window manager's close button or key; a signal to the process still closes the window.
            event.ignore()
            self._leave_kiosk(self.close)
            return
        self._clock.stop()
        self._reconnect.cancel()
        self._keep()
        self._recorder.stop()
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
        super().closeEvent(event)

    @override
    def dragEnterEvent(self, event: QDragEnterEvent | None) -> None:
        assert event is not None
        data = None if self._locked else event.mimeData()
        if data is not None and any(url.isLocalFile() for url in data.urls()):
            event.acceptProposedAction()

    @override
    def dropEvent(self, event: QDropEvent | None) -> None:
        assert event is not None
        data = None if self._locked else event.mimeData()
        if data is not None:
            event.acceptProposedAction()
            self.open_files([Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()])

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


def _camera_kind(spec: str) -> str | None:
    """Return the kind of camera that a source specification names; None for a file."""
    kind = spec.split(":", 1)[0]
    return kind if kind in CAMERAS else None
