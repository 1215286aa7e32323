"""The way from the command line to the window."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QApplication

from fasdemo.engine.result import Status
from fasdemo.errors import UserError
from fasdemo.gui.app import Launch, run
from fasdemo.gui.controllers.rules import GivenRules
from fasdemo.gui.settings import Settings, load, save
from fasdemo.gui.window.main_window import MainWindow
from fasdemo.runtime.requests import EngineRequest, SourceRequest
from tests.support.window_scenes import Scene


def main_window() -> MainWindow:
    return next(one for one in QApplication.topLevelWidgets() if isinstance(one, MainWindow) and one.isVisible())


def run_until_closed(
    launch: Launch, scene: Scene, settings: Path, ready: Callable[[MainWindow], bool] = lambda window: True
) -> int:
    """Closes the window as soon as it is `ready`, which is asked again and again for ten seconds."""
    end = time.monotonic() + 10.0

    def look() -> None:
        window = main_window()
        if ready(window) or time.monotonic() > end:
            window.close()
        else:
            QTimer.singleShot(20, look)

    QTimer.singleShot(100, look)
    return run(launch, scene.make_source, scene.make_processor, settings)


def test_a_launch_opens_its_source_with_its_engine(qapp: QApplication, tmp_path: Path) -> None:
    scene, seen = Scene(), set()

    def policy_is_shown(window: MainWindow) -> bool:
        if window.shown_result is not None:
            seen.add(window.shown_result.policy)
        return bool(seen)

    launch = Launch(SourceRequest("clip"), EngineRequest(policy="strict"), loop=True)
    assert run_until_closed(launch, scene, tmp_path / "w.json", policy_is_shown) == 0
    assert seen == {"strict"}
    assert load(tmp_path / "w.json")[0].loop


def test_colour_alone_allowed_on_the_command_line_is_not_remembered(qapp: QApplication, tmp_path: Path) -> None:
    allowed: list[bool] = []

    def note(window: MainWindow) -> bool:
        allowed.append(window.engine.request.allow_rgb_only)
        return True

    place = tmp_path / "w.json"
    assert (
        run_until_closed(Launch(SourceRequest("clip"), rules=GivenRules(allow_rgb_only=True)), Scene(), place, note)
        == 0
    )
    assert allowed == [True]
    assert not load(place)[0].allow_rgb_only


def test_a_file_that_cannot_be_opened_is_refused_before_a_window_appears(qapp: QApplication, tmp_path: Path) -> None:
    scene = Scene()
    with pytest.raises(UserError, match="no such file"):
        run(Launch(SourceRequest("missing.mp4")), scene.make_source, scene.make_processor, tmp_path / "w.json")
    assert not [one for one in QApplication.topLevelWidgets() if isinstance(one, MainWindow) and one.isVisible()]


def test_without_a_display_one_sentence_explains_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    with pytest.raises(UserError, match="--headless"):
        run(Launch())


def test_settings_are_reset_on_request(qapp: QApplication, tmp_path: Path) -> None:
    place = tmp_path / "w.json"
    save(Settings(theme="light", recent=["/old"]), place)
    themes: list[str] = []

    def note(window: MainWindow) -> bool:
        themes.append(window.settings.theme)
        return True

    run_until_closed(Launch(reset_settings=True), Scene(), place, note)
    assert themes == ["system"]
    assert load(place)[0].recent == []


def test_the_kiosk_starts_full_screen_with_the_verdict(qapp: QApplication, tmp_path: Path) -> None:
    launch = Launch(SourceRequest("webcam"), kiosk=True)
    seen: list[str] = []

    def verdict_is_shown(window: MainWindow) -> bool:
        if window.in_kiosk:
            seen.append(window.kiosk.headline.word)
        return bool(seen) and seen[-1] in set(Status)

    run_until_closed(launch, Scene(), tmp_path / "w.json", verdict_is_shown)
    assert seen
    assert seen[-1] in set(Status)
