"""The prompts of a challenge in the window and in the kiosk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fasdemo.challenge.processor import ChallengeProcessor
from fasdemo.challenge.prompts import TURNS
from fasdemo.engine.loop.frame_loop import FrameProcessor
from fasdemo.gui.controllers.rules import GivenRules
from fasdemo.gui.settings import Settings
from fasdemo.gui.style.theme import apply_theme
from fasdemo.gui.translation import tr
from fasdemo.gui.window.main_window import MainWindow
from fasdemo.gui.window.parts import WindowSetup
from fasdemo.runtime.requests import EngineRequest
from tests.support.obedient_person import StillLandmarks
from tests.support.window_scenes import Scene, ScriptedProcessor


def _processor(_source: object, request: EngineRequest) -> FrameProcessor:
    assert request.challenge == "turn"
    return ChallengeProcessor(ScriptedProcessor(request), StillLandmarks(), request.challenge)


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication, scene: Scene, tmp_path: Path) -> Iterator[MainWindow]:
    apply_theme(qapp, dark=True)
    made = MainWindow(
        WindowSetup(
            scene.make_source,
            _processor,
            Settings(kiosk_neutral=True),
            tmp_path / "window.json",
            ("fusion",),
            "demo",
            lambda: (),
            rules=GivenRules(challenge="turn"),
        )
    )
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.close()
    assert made.player.join(30.0)


@pytest.mark.parametrize("kiosk", [False, True])
def test_window_shows_the_prompt_and_never_live(window: MainWindow, qtbot: QtBot, kiosk: bool) -> None:
    words = []

    def prompted() -> bool:
        headline = (window.kiosk if kiosk else window.workspace.card).headline
        words.append(headline.word)
        return headline.sentence in {tr(prompt.text) for prompt in TURNS}

    window.set_kiosk(kiosk)
    window.open_spec("webcam")
    qtbot.waitUntil(prompted, timeout=30_000)
    assert words[-1] == "PLEASE FOLLOW"
    assert not {"LIVE", "ACCEPTED"} & set(words)
    # The kiosk is out of order only until the camera is open.
    assert "OUT OF ORDER" not in words[words.index("PLEASE FOLLOW") :]


def test_window_says_that_a_file_cannot_follow(window: MainWindow, qtbot: QtBot) -> None:
    window.open_spec("clip")
    words = tr("A file cannot follow prompts; use a camera.")
    qtbot.waitUntil(lambda: window.workspace.card.headline.sentence == words, timeout=30_000)
