"""List the connected cameras in a background thread, because drivers can be slow."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable

from PyQt6.QtCore import QObject, pyqtSignal

from fasdemo.errors import UserError

_log = logging.getLogger(__name__)

Cameras = tuple[tuple[str, str], ...]
"""Pairs of a source specification, e.g. `webcam:0`, and the name to show."""


def connected_cameras() -> Cameras:
    """Return the RealSense cameras by serial number and, on Linux, pairs of colour and infrared and the webcams.

    No camera is opened.
    """
    found: list[tuple[str, str]] = []
    try:
        from fasdemo.capture.cameras.realsense.devices import list_realsense

        found += [(f"realsense:{one.serial}", f"{one.name}, {one.serial}") for one in list_realsense()]
    except UserError as error:
        _log.info("no RealSense cameras: %s", error)
    if sys.platform.startswith("linux"):
        from fasdemo.capture.cameras.hello.system import this_system
        from fasdemo.capture.cameras.webcam import list_webcams

        system = this_system()
        found += [(f"hello:{pair.port}", f"{pair.color.name} (Windows Hello)") for pair in system.pairs(system.nodes())]

        # A virtual camera is refused, so it is not offered; `fasdemo doctor` lists it.
        found += [(f"webcam:{one.index}", f"{one.name} ({one.index})") for one in list_webcams() if not one.virtual]
    return tuple(found)


class CameraList(QObject):
    """The connected cameras, updated in the background.

    Args:
        look: returns the connected cameras; called in a background thread.
        parent: the window.

    Signals:
        changed: emitted after the list has changed.
    """

    changed = pyqtSignal()

    def __init__(self, look: Callable[[], Cameras] = connected_cameras, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.cameras: Cameras = ()
        self._look = look
        self._thread: threading.Thread | None = None

    def refresh(self) -> None:
        """Update the list in the background."""
        if self._thread is not None and self._thread.is_alive():
            return
        self._thread = threading.Thread(target=self._run, name="fasdemo cameras", daemon=True)
        self._thread.start()

    def join(self, timeout_s: float) -> None:
        """Wait up to `timeout_s` seconds for a running update."""
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
