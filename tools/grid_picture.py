"""Take the picture of several cameras for `docs/window.md` on a virtual display.

    xvfb-run -a -s "-screen 0 1440x900x24" python tools/grid_picture.py [--demo FOLDER] [--out FOLDER]

The cameras are made-up ones that give frames of the demo session: a live person, a print, a replay, and one that is not
connected.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

from PyQt6.QtWidgets import QApplication

from fasdemo.assets_folder import demo_session
from fasdemo.capture.cameras.live import LiveSource
from fasdemo.capture.source import Source, SourceInfo
from fasdemo.engine.setup.shared_models import SharedModels
from fasdemo.errors import UserError
from fasdemo.gui.app import answer_first
from fasdemo.gui.grid.grid_window import GridWindow
from fasdemo.gui.style.theme import apply_theme
from fasdemo.publish.signals import Signals
from fasdemo.runtime.feeds.feed_group import FeedGroup
from fasdemo.runtime.frame_processor import make_processor
from fasdemo.runtime.outputs.event_log_writer import EventLogWriter
from fasdemo.runtime.requests import EngineRequest, SourceRequest
from tools.window_pictures import SessionGrabber, wait

FRAMES = {
    "Main entrance": range(60, 135),
    "Car park": range(150, 210),
    "Goods in": range(330, 385),
    "Server room": range(0),
}


class NamedGrabber(SessionGrabber):
    """A camera with a name of its own."""

    def __init__(self, folder: Path, name: str) -> None:
        super().__init__(folder, FRAMES[name])
        self._name = name

    def start(self) -> SourceInfo:
        """Return the session's description with the camera's name."""
        return replace(super().start(), name=self._name)


def open_camera(demo: Path, request: SourceRequest) -> Source:
    """Return a made-up camera.

    Raises:
        UserError: it is the one that is not connected.
    """
    if not FRAMES[request.spec]:
        raise UserError("webcam:3 is not connected; connect it.")
    return LiveSource(lambda: NamedGrabber(demo, request.spec), lambda: True, "")


def main() -> int:
    """Take the picture; return 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--demo", type=Path, help="a demo session; the bundled one otherwise")
    parser.add_argument("--out", type=Path, default=Path("docs/images"), help="folder of the pictures")
    options = parser.parse_args()
    demo = options.demo or demo_session()
    app = QApplication(["fasdemo"])
    apply_theme(app, dark=True)
    answer_first()
    feeds = FeedGroup(
        [SourceRequest(name) for name in FRAMES],
        EngineRequest(),
        partial(open_camera, demo),
        partial(make_processor, models=SharedModels()),
    )
    window = GridWindow(feeds, EventLogWriter(), Signals())
    window.resize(1280, 860)
    window.show()
    end = time.monotonic() + 60.0
    expected = ["LIVE", "SPOOF", "SPOOF", "NO SOURCE"]
    while [cell.strip.headline.word for cell in window.cells.values()] != expected and time.monotonic() < end:
        wait(100)
    for cell in window.cells.values():
        cell.draw()
        cell.tell()
    window.grab().save(str(options.out / "window-grid.png"))
    window.enlarge("2")
    wait(1500)
    window.grab().save(str(options.out / "window-grid-enlarged.png"))
    window.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
