"""Take the pictures of `docs/window.md` on a virtual display.

    xvfb-run -a -s "-screen 0 1440x900x24" python tools/window_pictures.py [--demo FOLDER] [--out FOLDER]

The session is the demo's; the camera is a made-up one that gives the session's frames.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from PyQt6.QtCore import QBuffer, QEventLoop, QIODevice, QTimer
from PyQt6.QtGui import QCursor
from PyQt6.QtWidgets import QApplication, QWidget

from fasdemo.assets_folder import demo_session
from fasdemo.capture.cameras.live import LiveSource
from fasdemo.capture.controls import CameraControls, CameraState, Control
from fasdemo.capture.files.session_source import SessionSource
from fasdemo.capture.source import Source, SourceInfo
from fasdemo.challenge.prompts import TURNS, Prompt
from fasdemo.engine.challenge_report import Kind
from fasdemo.frames import FrameSet, StreamTime
from fasdemo.gui.controllers.rules import GivenRules
from fasdemo.gui.settings import Settings
from fasdemo.gui.style.theme import apply_theme
from fasdemo.gui.tuning.tuning_window import TuningWindow
from fasdemo.gui.window.main_window import MainWindow
from fasdemo.gui.window.parts import WindowSetup
from fasdemo.runtime import frame_processor as engine_processor
from fasdemo.runtime.requests import SourceRequest
from tools.performance.tuning import make_sessions

CHALLENGES: dict[Kind, Prompt] = {"turn": Prompt.TURN_LEFT, "blink": Prompt.BLINK, "light": Prompt.LIGHT}
"""The challenges of which pictures are taken, and their prompts."""

OPTIONS = (
    Control("resolution", 1, 1, 2, 1, 1, choices=((1, "640x480"), (2, "1280x720")), restarts=True),
    Control("rate", 30, 15, 60, 15, 30, choices=((15, "15"), (30, "30"), (60, "60")), restarts=True),
    Control("rgb.enable_auto_exposure", 1, 0, 1, 1, 1),
    Control("rgb.exposure", 166, 1, 10_000, 1, 166),
    Control("depth.visual_preset", 1, 0, 1, 1, 1, choices=((0, "Custom"), (1, "Default"))),
    Control("depth.enable_auto_exposure", 1, 0, 1, 1, 1),
    Control("depth.exposure", 8500, 1, 165_000, 1, 8500),
    Control("depth.gain", 16, 16, 248, 1, 16),
    Control("depth.laser_power", 150, 0, 360, 30, 150),
)
"""Some of the options that a RealSense D435 offers, for the picture of the tab with them."""


def wait(ms: int) -> None:
    """Process events for `ms` milliseconds."""
    loop = QEventLoop()
    QTimer.singleShot(ms, loop.quit)
    loop.exec()


class SessionGrabber:
    """A camera that shows a session again and again."""

    standing_faults: tuple[str, ...] = ()

    def __init__(self, folder: Path, frames: range) -> None:
        with SessionSource(folder) as source:
            self._info = source.info
            self._frames = [frame for frame in source if frame.index in frames]
        self._next_s, self._count = time.monotonic(), 0

    def start(self) -> SourceInfo:
        """Return the session's description as a live camera's."""
        self._next_s = time.monotonic()
        controls = CameraControls()
        controls.publish(CameraState(OPTIONS, (("Name", "RealSense D435"), ("USB type", "3.2"))))
        return replace(
            self._info, name="RealSense D435", kind="realsense", live=True, frame_count=None, controls=controls
        )

    def wait(self, timeout_s: float) -> FrameSet | None:
        """Return the next frame at the session's rate."""
        time.sleep(max(0.0, min(timeout_s, self._next_s - time.monotonic())))
        self._next_s += 1.0 / self._info.fps
        # Always forwards: a picture that comes back within two seconds is a sign of a repeated buffer.
        frame = self._frames[self._count % len(self._frames)]
        self._count += 1
        stamp = self._count / self._info.fps
        return replace(
            frame,
            index=self._count,
            timestamp_s=stamp,
            times={stream: StreamTime(stamp, self._count) for stream in frame.declared},
            truth=None,
            live_source=True,
            received_s=time.monotonic(),
        )

    def stop(self) -> None:
        """Do nothing: the session is closed by its owner."""

    def set_exposure_roi(self, box: tuple[float, float, float, float]) -> None:
        """Do nothing: a recording has no exposure to set."""


class Pictures:
    """The window of a demo session, and a folder for pictures of it."""

    def __init__(
        self,
        app: QApplication,
        demo: Path,
        out: Path,
        work: Path,
        model: str | None,
        rules: GivenRules = GivenRules(),  # noqa: B008 - it cannot be changed
    ) -> None:
        self._app, self._demo, self._out = app, demo, out
        settings = Settings(theme="dark", model=model, record_folder=Path("recordings"), snap_folder=Path("snapshots"))
        apply_theme(app, dark=True)
        self._live = range(0)
        self.window = MainWindow(WindowSetup(
            self._make_source, engine_processor.make_processor, settings, work / "window.json",
            engine_processor.shipped_model_names(), str(demo), lambda: (), rules=rules,))  # fmt: skip
        self.window.show()
        screen = app.primaryScreen()
        assert screen is not None
        QCursor.setPos(screen.geometry().bottomRight())

    def _make_source(self, request: SourceRequest) -> Source:
        if request.spec.startswith("realsense"):
            return LiveSource(lambda: SessionGrabber(self._demo, self._live), lambda: True, "")
        return engine_processor.make_source(request)

    def until(self, condition: Callable[[], bool], timeout_s: float = 40.0) -> None:
        """Process events until `condition` holds, at most `timeout_s` seconds."""
        end = time.monotonic() + timeout_s
        while not condition():
            if time.monotonic() > end:
                print("not reached", self.window.workspace.card.headline, file=sys.stderr)
                return
            wait(30)

    def play_to(self, frame: int) -> None:
        """Play from one second before, so that the verdict has its evidence, and pause."""
        window = self.window
        transport = window.player.playback_clock
        assert transport is not None
        window.playback.seek(max(0, frame - 45))
        transport.play()
        self.until(lambda: window.shown_result is not None and frame - 45 <= window.shown_result.frame < frame)
        self.until(lambda: window.shown_result is not None and frame <= window.shown_result.frame < frame + 30)
        transport.pause()
        window.workspace.transport.show_playing(False)
        wait(500)

    def shot(self, name: str, widget: QWidget | None = None) -> None:
        """Write a picture of `widget`, or of the window, as NAME.png."""
        write_picture(widget or self.window, self._out / f"window-{name}.png")
        print(self.window.workspace.card.headline.word)


def parts(demo: Path) -> dict[int, str]:
    """Frame to `live` or the species."""
    with SessionSource(demo) as source:
        return {
            frame.index: "live" if frame.truth is None or frame.truth.label == "live" else frame.truth.species
            for frame in source
        }


def main() -> int:
    """Take all pictures; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--demo", type=Path, default=None)
    parser.add_argument("--model", default=None)
    parser.add_argument("--challenges-only", action="store_true", help="only the pictures of docs/challenges.md")
    parser.add_argument("--out", type=Path, default=Path("docs/images"))
    parser.add_argument("--tuning", type=Path, help="take only the pictures of the tuning window, of these sessions")
    options = parser.parse_args()
    demo, out = (options.demo or demo_session()).resolve(), options.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    app = QApplication(["pictures"])
    if options.tuning is not None:
        take_tuning(app, options.tuning, out)
        return 0
    with tempfile.TemporaryDirectory() as work:
        # Recordings go to a relative folder, so that no place of this machine is in the picture.
        os.chdir(work)
        if not options.challenges_only:
            take(Pictures(app, demo, out, Path(work), options.model), demo)
        for kind, prompt in CHALLENGES.items():
            # A folder of its own: failed challenges of one picture would lock the camera for the next one.
            os.environ["XDG_STATE_HOME"] = str(Path(work) / f"state-{kind}")
            pictures = Pictures(app, demo, out, Path(work), options.model, GivenRules(challenge=kind))
            take_challenge(pictures, demo, prompt)
        if not options.challenges_only:
            make_sessions(Path(work) / "sessions", 20)
            take_tuning(app, Path(work) / "sessions", out)
        os.chdir(out)
    return 0


def take_tuning(app: QApplication, sessions: Path, out: Path) -> None:
    """Take pictures of the tuning window: one model in dark at 1366 x 768, two policies in light at 1920 x 1080."""
    for name, dark, width, height, other in (
        ("tuning", True, 1366, 728, None),
        ("tuning-compare", False, 1920, 1040, "bpcer20"),
    ):
        apply_theme(app, dark)
        window = TuningWindow(engine_processor.shipped_model_names())
        window.resize(width, height)
        window.show()
        if other is not None:
            window.header.second.policy.addItem(other, other)
            window.header.second.policy.setCurrentIndex(1)
            window.header.compare.setChecked(True)
        window.open_folder(sessions)
        end = time.monotonic() + 1200
        while window.panels[0].scoring is None and time.monotonic() < end:
            wait(100)
        # A threshold that is too high, so that the gallery has something to show.
        window.panels[0].set_thresholds(0.989, 0.46)
        end = time.monotonic() + 20
        while not window.gallery.cases and time.monotonic() < end:
            wait(100)
        window.messages.clear()
        window.gallery.table.selectRow(0)
        while window.gallery.loader.running and time.monotonic() < end:
            wait(100)
        write_picture(window, out / f"window-{name}.png")
        window.close()
        window.stop()


def write_picture(widget: QWidget, path: Path) -> None:
    """Write a picture of a widget as PNG."""
    wait(350)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.ReadWrite)
    widget.grab().save(buffer, "PNG")
    image = cv2.imdecode(np.frombuffer(buffer.data().data(), np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    cv2.imwrite(str(path), image, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    print(path.name)


def take_challenge(pictures: Pictures, demo: Path, prompt: Prompt) -> None:
    """Take a picture of the kiosk while it shows a prompt of a challenge; the session's person follows none."""
    window, live = pictures.window, [frame for frame, what in parts(demo).items() if what == "live"]
    # In this part the person moves least; more would be a response without a prompt.
    pictures._live = range(live[31], live[101])
    window.set_kiosk(True)
    window.open_spec("realsense")
    if prompt is Prompt.LIGHT:
        pictures.until(lambda: window.challenge.panel.isVisible() and window.challenge.panel.colour.name() != "#7c7c7c")
    else:
        texts = {one.text for one in (TURNS if prompt in TURNS else (prompt,))}
        pictures.until(lambda: window.kiosk.headline.sentence in texts)
    pictures.shot("challenge" if prompt is Prompt.TURN_LEFT else f"challenge-{prompt.value}")
    window.set_kiosk(False)
    window.close()


def take(pictures: Pictures, demo: Path) -> None:
    """Bring the window into each state and take its picture."""
    window, known = pictures.window, parts(demo)
    species = list(dict.fromkeys(known.values()))
    live = [frame for frame, what in known.items() if what == "live"]
    frames = {what: [frame for frame, this in known.items() if this == what] for what in species}
    middle = {what: part[len(part) * 2 // 3] for what, part in frames.items()}
    wait(500)
    pictures.shot("start")
    window.open_spec(str(demo))
    # Once through, so that the time line is whole.
    last = max(known)
    pictures.until(lambda: window.shown_result is not None and window.shown_result.frame >= last, 90.0)
    for what in species[1:]:
        pictures.play_to(middle[what])
        pictures.shot(what)
    window.playback.seek(middle["live"])
    pictures.until(lambda: window.workspace.card.headline.word == "UNCERTAIN")
    pictures.shot("uncertain")
    pictures.play_to(middle["live"])
    pictures.shot("main")
    window.workspace.toggle_enlarged(window.workspace.depth_pane)
    pictures.shot("depth")
    window.workspace.restore()
    window.workspace.show_tab(1)
    pictures.shot("timing")
    window.workspace.show_tab(0)
    window.show_shortcuts()
    wait(400)
    assert window.dialog is not None
    pictures.shot("shortcuts", window.dialog)
    window.dialog.close()
    window.show_preferences()
    wait(400)
    pictures.shot("preferences", window.dialog)
    window.dialog.close()

    pictures._live = range(live[0], live[-1] + 1)
    window.open_spec("realsense")
    # Until the camera has opened, the window still shows the session.
    pictures.until(lambda: window.shown_result is not None and window.shown_result.live_source)
    pictures.until(lambda: window.workspace.card.headline.word == "LIVE")
    wait(6000)
    pictures.until(lambda: window.workspace.card.headline.word == "LIVE")
    pictures.shot("camera")
    window.workspace.show_tab(3)
    wait(500)
    pictures.shot("camera-options", window.workspace.camera)
    window.workspace.show_tab(2)
    record = window.workspace.record
    record.subject.setText("S01")
    record.consent.setChecked(True)
    record.toggle()
    pictures.until(lambda: window.recording is not None and "written" in repr(window.recording.status), 5.0)
    wait(4000)
    pictures.until(lambda: window.workspace.card.headline.word == "LIVE")
    pictures.shot("recording")
    window.workspace.record.toggle()
    wait(1500)
    window.set_kiosk(True)
    wait(500)
    pictures.until(lambda: window.kiosk.headline.word == "LIVE")
    pictures.shot("kiosk")
    window.set_kiosk(False)
    window.workspace.show_tab(0)

    window.settings.theme = "light"
    window.apply_theme()
    window.open_spec(str(demo / "color") if (demo / "color").is_dir() else str(demo / "color.mp4"))
    # Colour alone is never LIVE unless the preferences allow it.
    pictures.until(lambda: window.workspace.card.headline.word == "UNCERTAIN")
    wait(3000)
    pictures.shot("light")
    window.open_spec("no-such-clip.mp4")
    wait(800)
    pictures.shot("error")
    window.close()


if __name__ == "__main__":
    sys.exit(main())
