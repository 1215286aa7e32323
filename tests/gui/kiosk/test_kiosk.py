"""Kiosk mode as the public, an attacker and the staff see it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PyQt6.QtCore import QSize, Qt
from PyQt6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from fasdemo.engine.result import Status
from fasdemo.gui.dialogs.exit_pin import MAX_WRONG, PAUSE_S, PinDialog, PinGuard, hash_pin, pin_matches
from fasdemo.gui.dialogs.preferences import PinField, Preferences
from fasdemo.gui.settings import Settings
from fasdemo.gui.window.main_window import MainWindow
from fasdemo.runtime.headline import Headline, public_headline
from tests.support.contrast import pixels
from tests.support.qt_input import QTest
from tests.support.window_actions import drop
from tests.support.window_scenes import Scene


@pytest.fixture
def settings() -> Settings:
    return Settings(kiosk_neutral=True, kiosk_mirror=True, kiosk_pin=hash_pin("2468"))


def dialog(window: MainWindow) -> PinDialog:
    assert isinstance(window.dialog, PinDialog)
    return window.dialog


def enter(window: MainWindow, pin: str) -> None:
    QTest.keyClicks(dialog(window).pin, pin)
    QTest.keyClick(dialog(window).pin, Qt.Key.Key_Return)


@pytest.mark.parametrize("status", [Status.SPOOF, Status.UNCERTAIN])
def test_the_public_learns_nothing_about_an_attack(status: Status) -> None:
    shown = public_headline(Headline(status, status.value, "The face is flat, like a print or a screen.", "score 0.02"))
    assert shown == Headline(None, "ONE MOMENT", "Please look straight at the camera.")


def test_the_public_gets_guidance_and_thanks() -> None:
    said = Headline(Status.UNCERTAIN, "UNCERTAIN", "Please come closer.", guidance="Please come closer.")
    assert public_headline(said).sentence == "Please come closer."
    accepted = public_headline(Headline(Status.LIVE, "LIVE", "Live person detected.", "score 0.93"))
    assert (accepted.status, accepted.word, accepted.detail) == (Status.LIVE, "ACCEPTED", "")
    failed = public_headline(Headline(None, "NO SOURCE", "webcam:0: device busy. Trying again in 3 s."))
    assert (failed.status, failed.word) == (None, "OUT OF ORDER")


def test_the_kiosk_shows_neutral_words_and_the_person_as_in_a_mirror(
    window: MainWindow, qtbot: QtBot, scene: Scene
) -> None:
    window.set_kiosk(True)
    window.resize(QSize(800, 480))
    window.open_spec("webcam")
    qtbot.waitUntil(lambda: window.kiosk.headline.word == "ACCEPTED", timeout=30_000)
    shot = pixels(window.kiosk.grab().toImage())
    # The generated picture is red at its right and green at its bottom: in a mirror, red is at the left.
    top = shot[shot.shape[0] // 2 - 60, : shot.shape[1] // 2].astype(int)
    inside = top[(top[:, 2] > 80) & (top[:, 2] < 100)]
    assert len(inside) > 50
    assert inside[:20, 0].mean() > inside[-20:, 0].mean() + 50
    assert window.workspace.card.headline.word == "LIVE", "the staff's page keeps its words"


def test_the_kiosk_is_left_only_with_the_pin(window: MainWindow, qtbot: QtBot, scene: Scene, tmp_path: Path) -> None:
    window.set_kiosk(True)
    window.open_spec("webcam")
    for key in ("open_file", "preferences", "choose_model", "close_source", "open_library"):
        window.do(key)
    assert window.dialog is None
    qtbot.waitUntil(lambda: len(scene.requests) == 1, timeout=30_000)
    count = len(scene.requests)
    drop(window, str(tmp_path / "attack.mp4"))
    assert len(scene.requests) == count
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert window.in_kiosk
    enter(window, "1111")
    assert dialog(window).problem.text() == "Wrong PIN."
    assert window.in_kiosk
    enter(window, "2468")
    assert not window.in_kiosk


def test_quit_asks_for_the_pin_and_a_signal_does_not(window: MainWindow, qtbot: QtBot) -> None:
    window.set_kiosk(True)
    window.do("quit")
    assert window.isVisible()
    dialog(window).reject()
    window.close()
    assert not window.isVisible()


def test_wrong_pins_cost_time_also_in_a_new_dialog() -> None:
    now = [100.0]
    guard, hashed = PinGuard(lambda: now[0]), hash_pin("2468")
    for _ in range(MAX_WRONG - 1):
        assert guard.check("0000", hashed) == "Wrong PIN."
    assert "Too many wrong PINs" in guard.check("0000", hashed)
    assert "Too many wrong PINs" in guard.check("2468", hashed), "not even the right one is checked now"
    now[0] += PAUSE_S + 0.1
    assert guard.check("2468", hashed) == ""


def test_the_pin_is_stored_as_a_salted_hash() -> None:
    first, second = hash_pin("2468"), hash_pin("2468")
    assert first != second
    assert "2468" not in first
    assert pin_matches("2468", first)
    assert not pin_matches("2469", first)
    assert not pin_matches("2468", "broken")
    assert hash_pin("") == ""


def test_the_preferences_set_keep_and_remove_the_pin(qtbot: QtBot) -> None:
    settings = Settings()

    def change(type_pin: str = "", remove: bool = False) -> None:
        made = Preferences(settings)
        qtbot.addWidget(made)
        field: QWidget = made.fields["kiosk_pin"]
        assert isinstance(field, PinField)
        if remove:
            field.remove.click()
        QTest.keyClicks(field.line, type_pin)
        made.apply_to(settings)

    change("1234")
    assert pin_matches("1234", settings.kiosk_pin)
    before = settings.kiosk_pin
    change()
    assert settings.kiosk_pin == before
    change(remove=True)
    assert settings.kiosk_pin == ""
