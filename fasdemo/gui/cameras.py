"""Which cameras are connected, looked up beside the window: a driver may take its time."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable

from PyQt6.QtCore import QObject, pyqtSignal

from fasdemo.errors import UserError

_log = logging.getLogger(__name__)

Cameras = tuple[tuple[str, str], ...]
"""Pairs of what to open and what to call it."""


def connected_cameras() -> Cameras:
    """RealSense cameras by serial number, and webcams by number where the system can name them without opening them."""
    found: list[tuple[str, str]] = []
    try:
        from fasdemo.capture.cameras.realsense.devices import list_realsense

        found += [(f"realsense:{one.serial}", f"{one.name}, {one.serial}") for one in list_realsense()]
    except UserError as error:
        _log.info("no RealSense cameras: %s", error)
    if sys.platform.startswith("linux"):
        from fasdemo.capture.cameras.webcam import list_webcams

        # A virtual camera is refused, so it is not offered; `fasdemo doctor` lists it.
        found += [(f"webcam:{one.index}", f"{one.name} ({one.index})") for one in list_webcams() if not one.virtual]
    return tuple(found)


class CameraList(QObject):
    """Signals:
    changed: the list is another one now.
    """

    changed = pyqtSignal()

    def __init__(self, look: Callable[[], Cameras] = connected_cameras, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.cameras: Cameras = ()
        self._look = look
        self._thread: threading.Thread | None = None

    def refresh(self) -> None:
        """Look again, in the background."""
        if self._thread is not None and self._thread.is_alive():
            return
        self._thread = threading.Thread(target=self._run, name="fasdemo cameras", daemon=True)
        self._thread.start()

    def join(self, timeout_s: float) -> None:
        """Wait for a look that is under way."""
        if self._thread is not None:
            self._thread.join(timeout_s)

    def _run(self) -> None:
        try:
            found = self._look()
        except Exception:
            _log.exception("the cameras could not be listed")
            return
        if found != self.cameras:
            self.cameras = found
            self.changed.emit()
