"""Connect the camera's controls with their panel: show their state, and pass on what the user sets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PyQt6.QtCore import QObject, pyqtSignal

from fasdemo.capture.cameras.realsense.preset_file import PRESET_FILE, read_preset
from fasdemo.capture.controls import CameraControls
from fasdemo.capture.source import SourceInfo
from fasdemo.errors import UserError
from fasdemo.gui.camera.camera_panel import CameraPanel
from fasdemo.gui.dialogs import system as dialogs
from fasdemo.runtime.requests import SourceRequest


class CameraControl(QObject):
    """The link between the controls of the open camera and the camera panel.

    Args:
        panel: the panel.
        request: returns the request of the open source; None without one.
        recording: returns whether a recording is running, during which nothing is changed.
        parent: the window.

    Signals:
        reopen: SourceRequest: the camera has to be opened again with other options.
        message: str, bool: a sentence for the user, and whether it is an error.
    """

    reopen = pyqtSignal(object)
    message = pyqtSignal(str, bool)

    def __init__(
        self,
        panel: CameraPanel,
        request: Callable[[], SourceRequest | None],
        recording: Callable[[], bool],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._panel, self._request, self._recording = panel, request, recording
        self._controls: CameraControls | None = None
        self._live = False
        self._problem = ""
        panel.changed.connect(self._set)
        panel.reset.connect(self._reset)
        panel.preset_wanted.connect(self._load_preset)

    def show_source(self, info: SourceInfo | None) -> None:
        """Show the controls of this source; None if none is open."""
        self._controls = None if info is None else info.controls
        self._live = info is not None and info.live
        self._problem = "" if self._controls is None else self._controls.state.problem
        self._show()

    def tick(self) -> None:
        """Show the newest state if the panel is visible, and report a control that has failed."""
        controls = self._controls
        if controls is None:
            return
        problem = controls.state.problem
        if problem and problem != self._problem:
            self.message.emit(problem, True)
        self._problem = problem
        controls.watched = self._live and self._panel.isVisible()
        if self._panel.isVisible():
            self._show()

    def _show(self) -> None:
        self._panel.show_state(None if self._controls is None else self._controls.state, self._live, self._recording())

    def _set(self, name: str, text: str) -> None:
        controls = self._controls
        if controls is None or self._recording():
            return
        try:
            control = controls.state.find(name)
            control.parse(text)
            if control.restarts:
                self._open_with({**controls.wanted, name: text})
            else:
                controls.request(name, text)
        except UserError as error:
            self._panel.rows[name].show_refused()
            self.message.emit(str(error), True)

    def _reset(self) -> None:
        if not self._recording():
            self._open_with({})

    def _load_preset(self) -> None:
        if self._controls is None or self._recording():
            return
        path = dialogs.ask_for_preset(self._panel)
        if path is None:
            return
        try:
            read_preset(path)
        except UserError as error:
            self.message.emit(str(error), True)
            return
        # Options that were set one by one would override the preset.
        self._open_with({PRESET_FILE: str(path)})

    def _open_with(self, options: dict[str, str]) -> None:
        request = self._request()
        if request is not None:
            self.reopen.emit(replace(request, camera_options=tuple(options.items())))
