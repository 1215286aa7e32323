"""Fixtures of the window's tests. They run without a display."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.threads import check_no_thread_is_left

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# Imported where they are used, so that the tests without a window need no Qt.
if TYPE_CHECKING:
    from PyQt6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from fasdemo.gui.settings import Settings
    from fasdemo.gui.window.main_window import MainWindow
    from tests.support.window_scenes import Scene


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test touches the user's settings or pictures."""
    for name in ("CONFIG", "DATA", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))


@pytest.fixture(autouse=True)
def no_thread_stays() -> Iterator[None]:
    """All threads that a test starts must end with the test."""
    yield
    check_no_thread_is_left()


@pytest.fixture
def scene() -> Scene:
    """Scripted sources and a scripted engine."""
    from tests.support.window_scenes import Scene

    return Scene()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of the window; a test file with others has a fixture of this name."""
    from fasdemo.gui.settings import Settings

    return Settings(snap_folder=tmp_path / "snaps", record_folder=tmp_path / "sessions")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """File of the window's settings."""
    return tmp_path / "window.json"


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication, scene: Scene, settings: Settings, place: Path) -> Iterator[MainWindow]:
    """A shown window with one webcam and without a source; its threads have to end with it."""
    from fasdemo.gui.style.theme import apply_theme
    from fasdemo.gui.window.main_window import MainWindow
    from fasdemo.gui.window.parts import WindowSetup
    from tests.support.window_actions import cameras

    apply_theme(qapp, dark=True)
    made = MainWindow(
        WindowSetup(
            scene.make_source, scene.make_processor, settings, place, ("fusion", "colour-only"), "demo", cameras
        )
    )
    qtbot.addWidget(made)
    # The offscreen platform's screen is only 800 pixels wide.
    made.resize(1360, 860)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.close()
    if made.recording is not None:
        made.recording.join(5.0)
    assert made.player.join(30.0)
