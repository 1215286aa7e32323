"""Run the window in a separate process and print its state repeatedly, for tests on a real display."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from PyQt6.QtCore import QPoint, QTimer
from PyQt6.QtWidgets import QApplication, QWidget

from fasdemo.gui.app import Launch, run
from fasdemo.gui.window.main_window import MainWindow
from fasdemo.runtime.requests import SourceRequest
from tests.support.window_scenes import Scene


def report() -> None:
    window = next((one for one in QApplication.topLevelWidgets() if isinstance(one, MainWindow)), None)
    screen = QApplication.primaryScreen()
    if window is None or screen is None or not window.isVisible():
        return
    image = screen.grabWindow().scaled(80, 50).toImage()
    colours = {image.pixel(x, y) for x in range(image.width()) for y in range(image.height())}
    result, enlarged, transport = window.shown_result, window.workspace.enlarged, window.player.playback_clock
    dialogs = [one.windowTitle() for one in QApplication.topLevelWidgets() if one.isVisible() and one is not window]
    state = {
        "frame": -1 if result is None else result.frame,
        "word": window.workspace.card.headline.word,
        "kiosk": window.in_kiosk,
        "geometry": list(window.geometry().getRect()),
        "screen": list(screen.geometry().getRect()),
        "card": [*_origin(window.kiosk, window), window.kiosk.width(), window.kiosk.height()],
        "enlarged": None if enlarged is None else enlarged.name,
        "tab": window.workspace.tab,
        "paused": transport is not None and transport.paused,
        "dialogs": dialogs,
        "subject": window.workspace.record.subject.text(),
        "active": window.isActiveWindow(),
        "colours": len(colours),
        "footer": window.footer.items["log"].text() if window.footer.items["log"].isVisible() else "",
    }
    print(json.dumps(state), flush=True)


def _origin(widget: QWidget, window: QWidget) -> tuple[int, int]:
    place = widget.mapTo(window, QPoint())
    return place.x(), place.y()


def main() -> int:
    app = QApplication(["fasdemo"])
    timer = QTimer()
    timer.timeout.connect(report)
    timer.start(60)
    scene = Scene()
    words = sys.argv[2:]
    log = Path(words[0]) if words and words[0] != "--kiosk" else None
    launch = Launch(source=SourceRequest("clip"), loop=True, log=log, kiosk="--kiosk" in words)
    status = run(launch, scene.make_source, scene.make_processor, Path(sys.argv[1]))
    timer.stop()
    del app
    return status


if __name__ == "__main__":
    sys.exit(main())
