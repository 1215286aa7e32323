"""Output on LIVE and heartbeat of the kiosk, as its operator sets and sees them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PyQt6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from fasdemo.gui.dialogs.preferences import Preferences
from fasdemo.gui.settings import Settings
from fasdemo.gui.style.theme import apply_theme
from fasdemo.gui.window.main_window import MainWindow
from fasdemo.gui.window.parts import WindowSetup
from fasdemo.publish.signals import SignalSettings
from tests.support.publish_fixtures import WebReceiver
from tests.support.qt_input import QTest
from tests.support.window_scenes import Scene

Open = Callable[[Settings], MainWindow]


@pytest.fixture
def open_window(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Open]:
    apply_theme(qapp, dark=True)
    opened: list[MainWindow] = []

    def made(settings: Settings) -> MainWindow:
        scene = Scene()
        window = MainWindow(
            WindowSetup(
                scene.make_source,
                scene.make_processor,
                settings,
                tmp_path / "window.json",
                ("fusion",),
                "demo",
                lambda: (),
            )
        )
        qtbot.addWidget(window)
        window.show()
        qtbot.waitExposed(window)
        opened.append(window)
        return window

    yield made
    for window in opened:
        window.close()
        assert window.player.join(30.0)


@pytest.fixture
def receiver() -> Iterator[WebReceiver]:
    with WebReceiver() as server:
        yield server


def test_the_kiosk_signals_an_accepted_person_once_and_the_normal_window_does_not(
    open_window: Open, qtbot: QtBot, receiver: WebReceiver
) -> None:
    window = open_window(Settings(kiosk_on_live=receiver.url))
    window.open_spec("webcam")
    qtbot.waitUntil(lambda: window.workspace.card.headline.word == "LIVE", timeout=30_000)
    assert receiver.got == []
    assert not window.footer.items["output"].isVisible()
    window.set_kiosk(True)
    qtbot.waitUntil(lambda: len(receiver.got) == 1, timeout=30_000)
    qtbot.wait(500)
    assert [json.loads(body)["event"] for _, body, _ in receiver.got] == ["accepted"]
    window.set_kiosk(False)
    assert window.door.outputs == ()


def test_the_command_line_signals_in_the_normal_window_and_the_status_line_counts(
    open_window: Open, qtbot: QtBot, receiver: WebReceiver
) -> None:
    window = open_window(Settings())
    window.door.configure(SignalSettings(on_live=(receiver.url,)))
    window.open_spec("webcam")
    qtbot.waitUntil(lambda: window.footer.items["output"].text() == "Output: 1 sent", timeout=30_000)
    assert window.footer.items["output"].isVisible()
    assert window.door.outputs[0].name in window.footer.items["output"].toolTip()


def test_a_file_opens_no_door(open_window: Open, qtbot: QtBot, receiver: WebReceiver) -> None:
    window = open_window(Settings())
    window.door.configure(SignalSettings(on_live=(receiver.url,)))
    window.open_spec("clip")
    qtbot.waitUntil(lambda: window.workspace.card.headline.word == "LIVE", timeout=30_000)
    qtbot.wait(300)
    assert receiver.got == []


def test_a_broken_door_is_shown_to_staff_and_public_and_frames_go_on(
    open_window: Open, qtbot: QtBot, receiver: WebReceiver
) -> None:
    receiver.answers = [500]
    window = open_window(Settings(kiosk_on_live=receiver.url))
    window.set_kiosk(True)
    window.open_spec("webcam")
    qtbot.waitUntil(lambda: bool(window.door.problem), timeout=30_000)
    qtbot.waitUntil(lambda: any("door does not answer" in one for one in window.kiosk.headline.notices), timeout=30_000)
    assert window.footer.items["output"].text() == "OUTPUT FAILED"
    assert "answered with status 500" in window.messages.words
    shown = window.shown_result
    assert shown is not None
    qtbot.waitUntil(
        lambda: window.shown_result is not None and window.shown_result.frame > shown.frame + 5, timeout=30_000
    )


def test_the_heartbeat_follows_the_camera(open_window: Open, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "alive"
    window = open_window(Settings(kiosk_heartbeat=str(path)))
    window.set_kiosk(True)
    window.open_spec("clip")
    qtbot.wait(600)
    assert not path.exists(), "a file is not a camera"
    window.open_spec("webcam")
    qtbot.waitUntil(path.exists, timeout=30_000)
    assert time.time() - path.stat().st_mtime < 60


@pytest.mark.parametrize(
    ("name", "words", "says"),
    [
        ("kiosk_on_live", "open sesame", "“Output on LIVE”: 'open sesame': unknown address"),
        ("kiosk_on_live", "serial:COM3?line=x", "is not a serial line"),
        ("kiosk_heartbeat", "/no/such/folder/alive", "“Heartbeat”: /no/such/folder/alive: is not a file"),
    ],
)
def test_the_preferences_refuse_an_address_in_one_sentence(qtbot: QtBot, name: str, words: str, says: str) -> None:
    dialog = Preferences(Settings())
    qtbot.addWidget(dialog)
    field = dialog.fields[name]
    assert isinstance(field, QLineEdit)
    QTest.keyClicks(field, words)
    dialog._accept()
    assert says in dialog.problem.text()
    assert dialog.result() == 0


def test_the_preferences_set_and_remove_the_output(qtbot: QtBot) -> None:
    settings = Settings()
    for words in ("mqtt://broker/door", ""):
        dialog = Preferences(settings)
        qtbot.addWidget(dialog)
        field = dialog.fields["kiosk_on_live"]
        assert isinstance(field, QLineEdit)
        field.selectAll()
        field.del_()
        QTest.keyClicks(field, f" {words} ")
        dialog._accept()
        assert dialog.result() == 1
        dialog.apply_to(settings)
        assert settings.kiosk_on_live == words


def test_an_address_that_was_spoilt_in_the_settings_file_is_shown_to_staff_and_public(
    open_window: Open, qtbot: QtBot
) -> None:
    window = open_window(Settings(kiosk_on_live="nonsense"))
    window.set_kiosk(True)
    assert "unknown address" in window.messages.words
    assert window.in_kiosk
    window.open_spec("webcam")
    qtbot.waitUntil(lambda: any("door does not answer" in one for one in window.kiosk.headline.notices), timeout=30_000)
    window.set_kiosk(False)
    assert window.door.problem == ""
