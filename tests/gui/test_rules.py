"""Requirements for LIVE in the window: settings, kiosk mode and command line together."""

from __future__ import annotations

from pathlib import Path

import pytest
from PyQt6.QtCore import QSize
from PyQt6.QtWidgets import QCheckBox, QComboBox, QScrollArea, QSpinBox
from pytestqt.qtbot import QtBot

from fasdemo.challenge.light.display import ChallengeDisplay
from fasdemo.engine.policy import Policy
from fasdemo.gui.controllers.rules import GivenRules, with_rules
from fasdemo.gui.dialogs.preferences import Preferences
from fasdemo.gui.settings import CHALLENGES, Settings, load
from fasdemo.gui.window.main_window import MainWindow
from fasdemo.runtime.frame_processor import make_processor
from fasdemo.runtime.requests import EngineRequest
from tests.support.qt_input import QTest
from tests.support.window_scenes import Clip, Scene

WANTED = EngineRequest("fusion", "strict", "cpu")


def test_with_rules_takes_the_settings_and_locks_out_in_a_kiosk_only() -> None:
    settings = Settings(
        require="infrared", single_face=True, require_gaze=True, kiosk_lockout_after=3, kiosk_lockout_s=90
    )
    normal = with_rules(WANTED, settings, GivenRules(), kiosk=False)
    assert (normal.model, normal.policy, normal.device) == ("fusion", "strict", "cpu")
    assert normal.require == {"ir"}
    assert (normal.single_face, normal.require_gaze, normal.max_refused_attempts) == (True, True, 0)
    kiosk = with_rules(WANTED, settings, GivenRules(), kiosk=True)
    assert kiosk.require == {"ir", "depth"}
    assert (kiosk.max_refused_attempts, kiosk.lockout_s) == (3, 90.0)


def test_with_rules_keeps_the_challenge_in_every_mode() -> None:
    for kiosk in (False, True):
        assert with_rules(WANTED, Settings(), GivenRules(), kiosk).challenge is None
        assert with_rules(WANTED, Settings(), GivenRules(challenge="turn"), kiosk).challenge == "turn"


def test_with_rules_takes_the_challenge_of_the_settings_and_its_display() -> None:
    display = ChallengeDisplay()
    for name, kind in CHALLENGES.items():
        settings = Settings.model_validate({"challenge": name})
        rules = with_rules(WANTED, settings, GivenRules(), kiosk=False, display=display)
        assert rules.challenge == kind
        assert (rules.display is display) == (kind in ("light", "random"))
        assert with_rules(WANTED, settings, GivenRules(challenge="blink"), False, display).challenge == "blink"


def test_with_rules_lets_the_command_line_override_the_settings() -> None:
    given = GivenRules(frozenset(), True, True, True, 0, 30.0)
    rules = with_rules(WANTED, Settings(require="depth"), given, kiosk=True)
    assert rules.require == frozenset()
    assert (rules.require_gaze, rules.single_face, rules.allow_rgb_only) == (True, True, True)
    assert rules.require_motion is None
    assert with_rules(WANTED, Settings(), GivenRules(require_motion=False), kiosk=True).require_motion is False
    assert with_rules(WANTED, Settings(), GivenRules(), kiosk=False).require_motion is False
    assert with_rules(WANTED, Settings(), GivenRules(on_live=True), kiosk=False).require_motion is None
    assert with_rules(WANTED, Settings(), GivenRules(require_motion=True), kiosk=False).require_motion
    assert with_rules(WANTED, Settings(require_motion=True), GivenRules(), kiosk=False).require_motion
    assert (rules.max_refused_attempts, rules.lockout_s) == (0, 30.0)


def test_with_rules_leaves_out_a_rule_that_was_switched_off_again() -> None:
    strict = with_rules(WANTED, Settings(single_face=True, require_gaze=True), GivenRules(), kiosk=False)
    assert with_rules(strict, Settings(), GivenRules(), kiosk=False) == WANTED


def test_every_rule_reaches_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    policies: list[Policy] = []

    def for_source(source: object, *, policy: Policy, **_: object) -> None:
        policies.append(policy)

    monkeypatch.setattr("fasdemo.engine.engine.Engine.for_source", for_source)
    settings = Settings(require="depth", single_face=True, require_gaze=True, kiosk_lockout_after=2, kiosk_lockout_s=7)
    make_processor(Clip(), with_rules(WANTED, settings, GivenRules(), kiosk=True))
    (policy,) = policies
    assert policy.require == {"depth"}
    assert (policy.single_face, policy.require_gaze) == (True, True)
    assert (policy.max_refused_attempts, policy.lockout_s) == (2, 7.0)


def test_the_preferences_change_the_rules_of_the_running_engine_and_are_saved(
    window: MainWindow, qtbot: QtBot, scene: Scene, tmp_path: Path
) -> None:
    window.open_spec("webcam")
    qtbot.waitUntil(lambda: window.shown_result is not None, timeout=30_000)
    window.show_preferences()
    dialog = window.dialog
    assert isinstance(dialog, Preferences)
    for name in ("single_face", "require_gaze", "require_motion"):
        box = dialog.fields[name]
        assert isinstance(box, QCheckBox)
        box.click()
    streams, attempts = dialog.fields["require"], dialog.fields["kiosk_lockout_after"]
    assert isinstance(streams, QComboBox)
    assert isinstance(attempts, QSpinBox)
    streams.setCurrentIndex(streams.findData("depth"))
    attempts.selectAll()
    QTest.keyClicks(attempts, "2")
    dialog._accept()
    qtbot.waitUntil(lambda: scene.judges[-1].request.single_face, timeout=30_000)
    running = scene.judges[-1].request
    assert (running.require, running.require_gaze, running.max_refused_attempts) == (frozenset({"depth"}), True, 0)
    window.set_kiosk(True)
    qtbot.waitUntil(lambda: scene.judges[-1].request.max_refused_attempts == 2, timeout=30_000)
    window.set_kiosk(False)
    saved = load(tmp_path / "window.json")[0]
    assert (saved.single_face, saved.require_gaze, saved.kiosk_lockout_after) == (True, True, 2)


def test_the_preferences_fit_a_small_screen_and_scroll(qtbot: QtBot) -> None:
    dialog = Preferences(Settings())
    qtbot.addWidget(dialog)
    dialog.resize(QSize(500, 420))
    dialog.show()
    qtbot.waitExposed(dialog)
    assert dialog.size() == QSize(500, 420), "it needs more room than a screen of 800 x 480 has"
    for index in range(dialog.tabs.count()):
        dialog.tabs.setCurrentIndex(index)
        area = dialog.tabs.widget(index)
        assert isinstance(area, QScrollArea)
        page, viewport = area.widget(), area.viewport()
        assert page is not None
        assert viewport is not None
        assert page.minimumSizeHint().width() <= viewport.width(), f"tab {index} is cut on the right"


def test_the_preferences_show_the_tab_of_a_wrong_field(qtbot: QtBot) -> None:
    dialog = Preferences(Settings(kiosk_on_live="nonsense"))
    qtbot.addWidget(dialog)
    dialog.show()
    dialog._accept()
    assert dialog.tabs.tabText(dialog.tabs.currentIndex()) == "Kiosk"
    assert dialog.fields["kiosk_on_live"].isVisible()
