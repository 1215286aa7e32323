"""The site file that the window uses: from the settings, from the command line, from the tuning window."""

from __future__ import annotations

from pathlib import Path

import pytest
from PyQt6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from fasdemo.capture.source import Source
from fasdemo.errors import UserError
from fasdemo.gui.dialogs.preferences import Preferences
from fasdemo.gui.settings import Settings
from fasdemo.gui.window.main_window import MainWindow
from fasdemo.runtime.requests import EngineRequest
from tests.support.window_actions import play, shown_frame
from tests.support.window_scenes import Scene, ScriptedProcessor


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(record_folder=tmp_path / "sessions", site="door.json")


class OneCamera(Scene):
    """Site files are for the webcam alone."""

    def make_processor(self, source: Source, request: EngineRequest) -> ScriptedProcessor:
        if request.site is not None and not source.info.live:
            raise UserError("site: was made for the camera webcam; run `fasdemo calibrate` for it.")
        return super().make_processor(source, request)


@pytest.fixture
def scene() -> Scene:
    return OneCamera()


def test_site_file_of_the_settings_is_used_for_the_camera_and_left_out_for_a_file_with_a_message(
    window: MainWindow, scene: Scene, qtbot: QtBot
) -> None:
    play(qtbot, window, "clip")
    assert scene.judges[-1].request.site is None
    assert "was made for the camera webcam" in window.messages.words
    window.open_spec("webcam")
    qtbot.waitUntil(lambda: scene.judges[-1].request.site == Path("door.json"), timeout=30_000)
    assert window.settings.site == "door.json"


def test_site_file_is_shown_in_the_preferences_and_can_be_removed(window: MainWindow, qtbot: QtBot) -> None:
    window.show_preferences()
    dialog = window.dialog
    assert isinstance(dialog, Preferences)
    field = dialog.fields["site"]
    assert isinstance(field, QLineEdit)
    assert field.text() == "door.json"
    field.clear()
    dialog._accept()
    qtbot.waitUntil(lambda: window.settings.site == "", timeout=30_000)
    assert window.engine.request.site is None


def test_saved_site_file_is_used_at_once_and_kept(
    window: MainWindow, scene: Scene, qtbot: QtBot, place: Path, tmp_path: Path
) -> None:
    window.open_spec("webcam")
    qtbot.waitUntil(lambda: shown_frame(window) > 3, timeout=30_000)
    tuning = window.tuning.show()
    tuning.site_wanted.emit(tmp_path / "own.json")
    qtbot.waitUntil(lambda: scene.judges[-1].request.site == tmp_path / "own.json", timeout=30_000)
    assert Settings.model_validate_json(place.read_text(encoding="utf-8")).site == str(tmp_path / "own.json")
