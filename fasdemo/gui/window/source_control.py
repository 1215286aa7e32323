"""Open, change and close the source of the main window."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtWidgets import QWidget

from fasdemo.capture.open import CAMERAS
from fasdemo.capture.source import SourceInfo
from fasdemo.gui.controllers.drop_target import dropped_files
from fasdemo.gui.controllers.player import Player
from fasdemo.gui.controllers.reconnect import Reconnect
from fasdemo.gui.dialogs import system as dialogs
from fasdemo.gui.library.library_index import is_library
from fasdemo.gui.recording.recording_control import RecordingControl
from fasdemo.gui.settings import Settings
from fasdemo.gui.translation import tr
from fasdemo.gui.window.engine_control import EngineControl
from fasdemo.gui.window.pages.body import Body
from fasdemo.gui.window.pages.header import source_words
from fasdemo.gui.window.presenter import Presenter
from fasdemo.runtime.requests import SourceRequest

_CLOSE_S = 0.9


class SourceControl(QObject):
    """The source of the main window: files and cameras, attempts to open a camera again, and dropped files.

    Args:
        player: the player.
        presenter: shows the source.
        recorder: the running recording, which a mistake must not end.
        engine: the requested engine.
        body: the pages and the message bar.
        settings: the user's settings.
        demo: path of the demo session; None if it is missing.
        window: the main window.
    """

    library_wanted = pyqtSignal(object)
    """Path: the user opens a folder of sessions."""

    def __init__(
        self,
        player: Player,
        presenter: Presenter,
        recorder: RecordingControl,
        engine: EngineControl,
        body: Body,
        settings: Settings,
        demo: str | None,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._player, self._presenter, self._recorder, self._engine = player, presenter, recorder, engine
        self._body, self._settings, self._demo, self._window = body, settings, demo, window
        self._messages = body.messages
        self._refusal = ""
        self.reconnect = Reconnect(self)
        self.reconnect.due.connect(self._open_again)
        presenter.retry_words = self.reconnect.words
        presenter.source_ready.connect(self._show_source)
        presenter.failed.connect(self._source_failed)
        recorder.ended.connect(self._recording_ended)
        player.switched.connect(self._show_opening)
        player.rejected.connect(self._show_rejected)

    def open_spec(self, spec: str) -> None:
        """Open a camera by its name, or a file or folder by its path."""
        self.open(SourceRequest(spec))

    def open(self, request: SourceRequest) -> None:
        """Open a source; the current one is closed when the new one is open, and continues if opening fails."""
        if self._refuse_while_recording(tr("A recording is running; stop it (R) before opening another source.")):
            return
        if not self._body.in_kiosk and is_library(Path(request.spec)):
            self.library_wanted.emit(Path(request.spec))
            return
        self.reconnect.cancel()
        self._messages.clear()
        kinds = [_camera_kind(one.spec) for one in (request, self._player.request) if one is not None]
        # The same kind of camera may be the same device, which can be open only once.
        if self._presenter.running and (kinds[0] is None or kinds[0] != kinds[-1]):
            name = source_name(request.spec, self._demo)
            self._messages.show_message(tr("Opening {source} …", source=name), stays=True)
            self._player.try_open(request, self._engine.request, self._settings.speed, self._settings.loop)
            return
        self._recorder.show_source(None)
        self._player.open(request, self._engine.request, self._settings.speed, self._settings.loop)
        self._show_opening()

    def open_demo(self) -> None:
        """Open the demo session."""
        if self._demo is None:
            self._messages.show_message(tr("The demo session is missing; install fasdemo again."), error=True)
        else:
            self.open_spec(self._demo)

    def choose_file(self) -> None:
        """Ask for a file and open it."""
        found = dialogs.ask_for_file(self._window, self._settings.recent)
        if found is not None:
            self.open_files([found])

    def choose_folder(self) -> None:
        """Ask for a folder and open it."""
        found = dialogs.ask_for_folder(self._window, self._settings.recent)
        if found is not None:
            self.open_spec(str(found))

    def open_files(self, paths: list[Path]) -> None:
        """Open dropped or chosen files: a model, a source, or a colour, a depth and an infrared video together."""
        found = dropped_files(paths)
        if found.model is not None:
            self._engine.use_model(found.model)
        if found.source is not None:
            self.open(found.source)
        if found.problem:
            self._messages.show_message(found.problem, error=True)

    def close(self) -> None:
        """Close the source and show the start page."""
        if self._refuse_while_recording(tr("A recording is running; stop it (R) before closing the source.")):
            return
        self.reconnect.cancel()
        self._player.close()
        self._recorder.show_source(None)
        self._body.header.show_source("")
        self._window.setWindowTitle("fasdemo")
        self.show_nothing()

    def release(self, folder: Path) -> None:
        """Close the source if it plays this session, and wait for it briefly."""
        request = self._player.request
        if request is not None and Path(request.spec) == folder:
            self.close()
            self._player.join(_CLOSE_S)

    def show_nothing(self) -> None:
        """Show that no source is open."""
        self._body.show_recent(self._settings.recent)
        if not self._body.in_kiosk:
            self._body.show_page(source_open=False)
        self._presenter.close()

    def _show_opening(self) -> None:
        """Show that the player's source has replaced the previous one."""
        request = self._player.request
        assert request is not None
        name = source_name(request.spec, self._demo)
        self._messages.clear()
        self._body.header.show_source(name)
        self._window.setWindowTitle(f"{name} – fasdemo")
        if not self._body.in_kiosk:
            self._body.show_page(source_open=True)
            # A focused button would consume Space and the arrow keys, which control playback.
            self._body.workspace.colour_pane.setFocus()
        self._recorder.show_source(None)
        self._presenter.open()

    def _show_source(self, info: SourceInfo) -> None:
        request = self._player.request
        if request is None:
            # The source was closed after it had been opened, before the window was told.
            return
        self.reconnect.succeeded()
        if not info.live and request.spec != self._demo:
            self._settings.remember_source(request.spec)
        self._body.show_recent(self._settings.recent)
        self._recorder.show_source(info)

    def _show_rejected(self, why: str) -> None:
        request = self._player.request
        name = "" if request is None else source_name(request.spec, self._demo)
        kept = "" if request is None else " " + tr("{source} continues.", source=name)
        self._messages.show_message(f"{why}{kept}", error=True)

    def _refuse_while_recording(self, sentence: str) -> bool:
        """Return True and show `sentence` while a recording is running, so that a mistake does not end it."""
        if self._recorder.current is None:
            return False
        self._refusal = sentence
        self._messages.show_message(sentence, error=True)
        return True

    def _recording_ended(self) -> None:
        """Remove the sentence that nothing else can be opened, when it is no longer true."""
        if self._recorder.current is None and self._messages.words == self._refusal:
            self._messages.clear()

    def _source_failed(self) -> None:
        """Complete a recording; look for a camera again after a pause."""
        self._recorder.stop()
        request = self._player.request
        if request is not None and _camera_kind(request.spec) is not None:
            self.reconnect.failed()
            self._messages.offer(tr("Try again"), self.reconnect.now)

    def _open_again(self) -> None:
        request = self._player.request
        if request is not None:
            self._player.open(request, self._engine.request, self._settings.speed, self._settings.loop)
            self._presenter.open()


def source_name(spec: str, demo: str | None) -> str:
    """Return the display name of a source; `demo` is the path of the demo session."""
    return tr("Demo session") if spec == demo else source_words(spec)


def _camera_kind(spec: str) -> str | None:
    """Return the kind of camera that a source specification names; None for a file."""
    kind = spec.split(":", 1)[0]
    return kind if kind in CAMERAS else None
