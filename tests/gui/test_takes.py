"""Takes at the recording desk: one key, a count-down, a length; play, note, relabel, discard; an evening of people."""

from __future__ import annotations

from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from fasdemo.gui.recording.take_dialogs import NoteDialog, RelabelDialog
from fasdemo.gui.recording.takes import Take
from fasdemo.gui.settings import Settings, load
from fasdemo.gui.window.main_window import MainWindow
from fasdemo.sessions.loading import load_session
from fasdemo.sessions.reader import SessionReader
from fasdemo.sessions.repair import find_sessions, verify_session
from fasdemo.sessions.session_lock import SessionLock
from tests.support.qt_input import QTest


class Clock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(record_folder=tmp_path / "recordings", subject="S01", record_countdown_s=3)


@pytest.fixture(autouse=True)
def camera(window: MainWindow, qtbot: QtBot, clock: Clock) -> None:
    """A camera is open, and the count-down has the clock of the test."""
    window.recorder._clock = clock
    window.open_spec("webcam")
    qtbot.waitUntil(lambda: window.shown_result is not None, timeout=30_000)


def press(window: MainWindow, key: Qt.Key) -> None:
    widget: QWidget = window
    widget.setFocus()
    QTest.keyClick(widget, key)


def counting(window: MainWindow) -> bool:
    return window.recorder.counting


def recording(window: MainWindow) -> bool:
    return window.recording is not None


def wait_for_takes(qtbot: QtBot, window: MainWindow, count: int) -> None:
    qtbot.waitUntil(lambda: len(window.workspace.record.takes.takes) == count, timeout=30_000)


def test_one_key_counts_down_records_and_ends_by_itself(
    window: MainWindow, qtbot: QtBot, clock: Clock, tmp_path: Path
) -> None:
    record = window.workspace.record
    assert record.countdown.value() == 3
    record.length.setValue(1)
    record.consent.setChecked(True)
    press(window, Qt.Key.Key_R)
    assert record.button.text() == "Cancel: starts in 3 s"
    assert not recording(window)
    clock.now_s += 1.5
    qtbot.waitUntil(lambda: window.footer.items["recording"].text() == "REC in 2 s", timeout=30_000)
    assert not record.subject.isEnabled()
    assert not list((tmp_path).glob("recordings/*/*")), "nothing is recorded during the count-down"
    clock.now_s += 1.6
    qtbot.waitUntil(lambda: recording(window), timeout=30_000)
    qtbot.waitUntil(lambda: not recording(window), timeout=30_000)
    (folder,) = find_sessions(tmp_path / "recordings")
    with SessionReader(folder) as reader:
        assert 1.0 <= len(reader) / reader.session.fps < 2.5
    assert "Saved" in window.messages.words
    assert not record.consent.isChecked(), "the next take asks again"
    window.saved_state.save()
    assert (load(tmp_path / "window.json")[0].record_length_s, record.button.text()) == (1, "Start recording")


@pytest.mark.parametrize("end", ["key", "source"])
def test_a_count_down_can_be_cancelled_and_records_nothing(
    window: MainWindow, qtbot: QtBot, clock: Clock, tmp_path: Path, end: str
) -> None:
    record = window.workspace.record
    record.consent.setChecked(True)
    press(window, Qt.Key.Key_R)
    assert counting(window)
    if end == "key":
        press(window, Qt.Key.Key_R)
        assert record.consent.isChecked(), "no take was made"
        assert record.button.text() == "Start recording"
        assert record.subject.isEnabled()
    else:
        window.close_source()
    clock.now_s += 10.0
    qtbot.wait(500)
    assert not counting(window)
    assert not recording(window)
    assert not (tmp_path / "recordings").exists()


def test_without_a_count_down_the_take_starts_at_once_and_lasts_until_it_is_stopped(
    window: MainWindow, qtbot: QtBot
) -> None:
    record = window.workspace.record
    record.countdown.setValue(0)
    assert (record.countdown.text(), record.length.text()) == ("none", "no limit")
    record.consent.setChecked(True)
    press(window, Qt.Key.Key_R)
    assert recording(window)
    qtbot.wait(1500)
    assert recording(window)
    press(window, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: not recording(window), timeout=30_000)


@pytest.fixture
def taken(window: MainWindow, qtbot: QtBot) -> Take:
    """A take that was just recorded."""
    record = window.workspace.record
    record.countdown.setValue(0)
    record.length.setValue(1)
    record.consent.setChecked(True)
    press(window, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: bool(record.takes.takes), timeout=30_000)
    (take,) = record.takes.takes
    return take


def test_a_take_is_listed_with_subject_label_and_length(window: MainWindow, taken: Take) -> None:
    takes = window.workspace.record.takes
    assert takes.list.isVisibleTo(takes)
    item = takes.list.currentItem()
    assert item is not None
    assert "S01  ·  live  ·  1 s" in item.text()
    assert all(button.isEnabled() for button in takes.buttons.values())


def test_a_take_is_played_with_the_keyboard(window: MainWindow, qtbot: QtBot, taken: Take) -> None:
    takes = window.workspace.record.takes
    takes.list.setFocus()
    QTest.keyClick(takes.list, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.player.request is not None and window.player.request.spec == str(taken.folder))
    window.recorder._player.close()


def test_a_note_is_written_and_shown(window: MainWindow, taken: Take) -> None:
    takes = window.workspace.record.takes
    takes.buttons["note"].click()
    dialog = window.takes.dialog
    assert isinstance(dialog, NoteDialog)
    dialog.text.setPlainText("\x1b[2J")
    dialog._check()
    assert "no control characters" in dialog.problem.text()
    dialog.text.setPlainText("glasses")
    dialog._check()
    assert load_session(taken.folder).note == "glasses"
    assert takes.takes[0].words().endswith("  ·  glasses")


def test_a_take_is_relabelled_and_moved(window: MainWindow, taken: Take, tmp_path: Path) -> None:
    takes = window.workspace.record.takes
    takes.buttons["relabel"].click()
    dialog = window.takes.dialog
    assert isinstance(dialog, RelabelDialog)
    assert not dialog.species.isEnabled()
    dialog.label.setCurrentIndex(1)
    dialog.species.setCurrentText("not a name!")
    dialog._check()
    assert "use letters, digits" in dialog.problem.text()
    assert taken.folder.exists()
    dialog.species.setCurrentText("replay-phone")
    dialog._check()
    (take,) = takes.takes
    assert take.folder == tmp_path / "recordings" / "S01" / "spoof-replay-phone" / taken.folder.name
    assert not taken.folder.exists()
    assert verify_session(take.folder).problems == ()


@pytest.mark.parametrize("sure", [True, False])
def test_a_take_is_discarded_only_after_a_question(
    window: MainWindow, qtbot: QtBot, taken: Take, tmp_path: Path, sure: bool
) -> None:
    takes = window.workspace.record.takes
    takes.buttons["discard"].click()
    box = window.takes.dialog
    assert isinstance(box, QMessageBox)
    kind = QMessageBox.StandardButton.Discard if sure else QMessageBox.StandardButton.Cancel
    button = box.button(kind)
    assert button is not None
    button.click()
    assert taken.folder.exists() is not sure
    assert len(takes.takes) == (0 if sure else 1)
    if sure:
        assert find_sessions(tmp_path / "recordings") == []
        assert "Deleted: " in window.messages.words or not window.messages.isHidden()


def test_a_take_that_somebody_else_uses_is_not_discarded(window: MainWindow, taken: Take) -> None:
    takes = window.workspace.record.takes
    with SessionLock(taken.folder, "repaired"):
        takes.buttons["discard"].click()
        box = window.takes.dialog
        assert isinstance(box, QMessageBox)
        button = box.button(QMessageBox.StandardButton.Discard)
        assert button is not None
        button.click()
    assert taken.folder.exists()
    assert "repaired" in window.messages.words
    assert len(takes.takes) == 1


def test_a_take_that_is_played_can_be_discarded(window: MainWindow, qtbot: QtBot, taken: Take) -> None:
    window.takes.opened.emit(taken.folder)
    qtbot.waitUntil(lambda: window.player.request is not None and window.player.request.spec == str(taken.folder))
    window.workspace.record.takes.buttons["discard"].click()
    box = window.takes.dialog
    assert isinstance(box, QMessageBox)
    button = box.button(QMessageBox.StandardButton.Discard)
    assert button is not None
    button.click()
    assert not taken.folder.exists()
    assert window.player.request is None


def evening(tmp_path: Path, people: int, takes: str) -> Path:
    path = tmp_path / "people.csv"
    rows = [f"S{number:02d},form {number},2999-12-31,{takes}" for number in range(1, people + 1)]
    path.write_text("\n".join(["subject,form,retain_until,takes", *rows]))
    return path


@pytest.mark.parametrize(
    ("count", "takes"),
    [
        (2, "live print-flat"),
        pytest.param(10, "live print-flat replay-phone mask-paper", marks=pytest.mark.slow),
    ],
    ids=["two people", "ten people, four species"],
)
def test_an_evening_is_recorded_with_one_key(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int, takes: str
) -> None:
    path = evening(tmp_path, count, takes)
    monkeypatch.setattr("fasdemo.gui.dialogs.system.ask_for_people", lambda parent: path)
    record = window.workspace.record
    record.countdown.setValue(0)
    record.length.setValue(1)
    record.people.button.setFocus()
    QTest.keyClick(record.people.button, Qt.Key.Key_Space)
    planned = takes.split()
    for number in range(1, count + 1):
        for index, take in enumerate(planned):
            assert record.subject.text() == f"S{number:02d}"
            assert record.people.box.currentText() == f"S{number:02d}: {index} of {len(planned)} takes"
            made = len(record.takes.takes)
            press(window, Qt.Key.Key_R)
            wait_for_takes(qtbot, window, made + 1)
            session = record.takes.takes[0].session
            assert (session.subject, session.species or session.label) == (f"S{number:02d}", take)
            assert session.consent is not None
            assert session.consent.statement.endswith(f"Signed form: form {number}.")
            assert session.consent.retain_until.year == 2999
    folders = find_sessions(tmp_path / "recordings")
    assert len(folders) == count * len(planned)
    assert all(verify_session(folder).problems == () for folder in folders)


def test_the_next_person_comes_with_a_key_and_a_wrong_list_changes_nothing(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    record = window.workspace.record
    window.takes.open_people(record.people, evening(tmp_path, 2, "live"))
    assert record.subject.text() == "S01"
    press(window, Qt.Key.Key_N)
    press(window, Qt.Key.Key_N)
    assert record.subject.text() == "S02"
    assert record.consent.isChecked()
    record.subject.setText("S09")
    assert not record.consent.isChecked(), "nobody has signed for S09"
    (tmp_path / "wrong.csv").write_text("subject,form,retain_until,takes\nS03,,2999-12-31,live")
    window.takes.open_people(record.people, tmp_path / "wrong.csv")
    assert "line 2: form: is missing" in window.messages.words
    assert record.people.box.count() == 2
