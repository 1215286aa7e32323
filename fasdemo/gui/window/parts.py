"""The parts of the main window: its pages and its controllers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtWidgets import QDialog, QMainWindow

from fasdemo.engine.loop.frame_loop import ListenerGroup
from fasdemo.gui.camera.camera_control import CameraControl
from fasdemo.gui.camera.camera_list import CameraList, Cameras, connected_cameras
from fasdemo.gui.controllers.challenge_control import ChallengeControl
from fasdemo.gui.controllers.chime import Chime, Speaker
from fasdemo.gui.controllers.door_control import DoorControl
from fasdemo.gui.controllers.log_control import LogControl
from fasdemo.gui.controllers.playback_control import PlaybackControl
from fasdemo.gui.controllers.player import Player
from fasdemo.gui.controllers.rules import GivenRules
from fasdemo.gui.dialogs import system as dialogs
from fasdemo.gui.library.event_picture_control import EventPictureControl
from fasdemo.gui.library.library_control import LibraryControl
from fasdemo.gui.library.played_verdicts import PlayedVerdicts
from fasdemo.gui.recording.desk_control import DeskControl
from fasdemo.gui.recording.recording_control import RecordingControl
from fasdemo.gui.recording.take_control import TakeControl
from fasdemo.gui.settings import Settings
from fasdemo.gui.style.icons import app_icon
from fasdemo.gui.tuning.calibration_control import CalibrationControl
from fasdemo.gui.tuning.tuning_control import TuningControl
from fasdemo.gui.window.engine_control import EngineControl
from fasdemo.gui.window.kiosk_control import KioskControl
from fasdemo.gui.window.pages.body import Body
from fasdemo.gui.window.picture_control import PictureControl
from fasdemo.gui.window.presenter import Presenter
from fasdemo.gui.window.saved_state import SavedState
from fasdemo.gui.window.source_control import SourceControl, source_name
from fasdemo.models.model_inputs import model_files
from fasdemo.runtime.outputs.recording import Recording
from fasdemo.runtime.pipeline import MakeProcessor, MakeSource

MIN_SIZE = QSize(720, 420)
"""Smallest window; it fits a screen of 800 x 480 with a title bar."""


@dataclass(frozen=True, eq=False)
class WindowSetup:
    """What a main window is made from.

    Attributes:
        make_source: opens a source.
        make_processor: makes a frame processor.
        settings: the user's settings; changed in place.
        settings_path: file to which the settings are written when the window closes.
        models: names of the shipped models.
        demo: path of the demo session; None if it is missing.
        look: returns the connected cameras.
        rules: requirements for LIVE that override the settings.
    """

    make_source: MakeSource
    make_processor: MakeProcessor
    settings: Settings
    settings_path: Path
    models: Sequence[str] = ()
    demo: str | None = None
    look: Callable[[], Cameras] = connected_cameras
    rules: GivenRules = GivenRules()  # noqa: RUF009 - it cannot be changed


class WindowParts(QMainWindow):
    """The window with its pages and controllers, which `MainWindow` connects.

    Args:
        setup: what it is made from.
    """

    def __init__(self, setup: WindowSetup) -> None:
        super().__init__()
        settings, models, demo = setup.settings, setup.models, setup.demo
        self.settings = settings
        self.dialog: QDialog | None = None
        """The dialog that was shown last."""
        self.setWindowTitle("fasdemo")
        self.setWindowIcon(app_icon())
        self.setAcceptDrops(True)
        self.cameras = CameraList(setup.look, self)
        self.body = body = Body(models, self.cameras)
        self.header, self.footer, self.messages, self.pages = body.header, body.footer, body.messages, body.pages
        self.start, self.workspace, self.kiosk, self.library = body.start, body.workspace, body.kiosk, body.library
        work = self.workspace

        self.event_log = LogControl(lambda proposal: dialogs.ask_for_log(self, proposal), settings, self)
        self.door = DoorControl(settings, self)
        self.door.signals.record = self.event_log.writer.on_signal
        self.calibration = CalibrationControl(self)
        self.event_pictures = EventPictureControl(settings, self)
        self.played = PlayedVerdicts(lambda: self.player.request, lambda: self.engine.request, self)
        listeners = ListenerGroup(
            self.event_log.writer,
            self.door.signals,
            self.calibration.listener,
            self.event_pictures.writer,
            self.played.listener,
        )
        self.player = Player(setup.make_source, setup.make_processor, self, listeners)
        self.challenge = ChallengeControl(self.player, self)
        self.engine = EngineControl(
            self.player, settings, setup.rules, self.challenge.display, lambda: self.in_kiosk, parent=self
        )
        self.event_log.inputs = self._inputs
        self.library_scoring = LibraryControl(self.library, lambda: self.engine.request, self)
        self.recorder = RecordingControl(self.player, work.record, settings, self)
        self.playback = PlaybackControl(self.player, work.transport, work.timeline, settings, self)
        self.presenter = Presenter(
            self.player,
            work,
            self.kiosk,
            self.footer,
            self.messages,
            self.playback,
            partial(source_name, demo=demo),
            self,
        )
        self.sources = SourceControl(
            self.player, self.presenter, self.recorder, self.engine, body, settings, demo, self
        )
        self.kiosk_mode = KioskControl(body, self.presenter, self.player, settings, MIN_SIZE, self.show_dialog, self)
        self.takes = TakeControl(work.record.takes, lambda: settings.record_folder, self.sources.release, self)
        self.camera = CameraControl(work.camera, lambda: self.player.request, lambda: self.recording is not None, self)
        self.desk = DeskControl(
            self.player, work.record, self.messages, settings, lambda: self.recording is not None, self
        )
        self.tuning = TuningControl(
            self.player, self.playback, models, self.sources.open_spec, self.sources.release, self
        )
        self.pictures = PictureControl(
            self.presenter, self.playback, work, self.messages, settings, lambda: self.in_kiosk, self
        )
        self.chime = Chime(Speaker(self).play)
        self.setCentralWidget(body)
        self.saved_state = SavedState(self, work, settings, setup.settings_path)

    @property
    def in_kiosk(self) -> bool:
        """Whether the window shows only the verdict."""
        return self.body.in_kiosk

    @property
    def recording(self) -> Recording | None:
        """The running recording; None if there is none."""
        return self.recorder.current

    def show_dialog(self, dialog: QDialog) -> None:
        """Show a dialog above the window without waiting for its end."""
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.dialog = dialog
        dialog.open()

    def _inputs(self) -> list[Path]:
        """Files in use, e.g. the video and the model."""
        request = self.player.request
        files = [] if request is None else request.files()
        return [*files, *model_files(self.engine.request.model)]
