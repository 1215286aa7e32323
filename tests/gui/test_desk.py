"""The recording desk beyond single takes: the last seconds, distance and light, the coverage sheet, the export."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from fasdemo.capture.files.session_source import SessionSource
from fasdemo.faces.face import Face
from fasdemo.frames import Rgb, Truth
from fasdemo.gui.panes.timeline import Timeline
from fasdemo.gui.window.main_window import MainWindow
from fasdemo.sessions.loading import load_session
from fasdemo.sessions.repair import find_sessions, verify_session
from tests.support.qt_input import QTest
from tests.support.window_actions import play


@pytest.fixture(autouse=True)
def camera(window: MainWindow, qtbot: QtBot) -> None:
    """A camera is open and the record tab is shown."""
    play(qtbot, window, "webcam")
    QTest.keyClick(window, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)


def keep(window: MainWindow, qtbot: QtBot) -> None:
    desk = window.workspace.record.desk
    qtbot.waitUntil(desk.keep_box.isEnabled, timeout=30_000)
    desk.keep_box.setFocus()
    QTest.keyClick(desk.keep_box, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: kept_s(window) >= 1.0, timeout=30_000)


def kept_s(window: MainWindow) -> float:
    """Seconds that are kept; 0 while none are."""
    text = window.workspace.record.desk.kept.text()
    return float(text.split()[0]) if " s in " in text else 0.0


def has_takes(window: MainWindow, count: int) -> bool:
    return len(window.workspace.record.takes.takes) == count


def press(window: MainWindow, key: Qt.Key) -> None:
    window.setFocus()
    QTest.keyClick(window, key)


def test_the_last_seconds_are_saved_with_consent_only(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    record = window.workspace.record
    keep(window, qtbot)
    press(window, Qt.Key.Key_T)
    assert "pseudonym" in window.messages.words
    record.subject.setText("S01")
    press(window, Qt.Key.Key_T)
    assert "Tick consent" in window.messages.words
    assert not (tmp_path / "sessions").exists(), "nothing is written without consent"
    record.consent.setChecked(True)
    record.conditions.distance_box.setCurrentIndex(1)
    record.conditions.light_box.setCurrentIndex(3)
    press(window, Qt.Key.Key_T)
    qtbot.waitUntil(lambda: len(record.takes.takes) == 1, timeout=30_000)
    (folder,) = find_sessions(tmp_path / "sessions")
    assert verify_session(folder).problems == ()
    session = load_session(folder)
    assert session.frames > 3
    assert (session.subject, session.distance, session.light) == ("S01", "near", "dim")
    assert session.consent is not None
    assert not record.consent.isChecked(), "consent was given for this take"
    assert str(folder) in window.messages.words


def test_a_recording_takes_the_frames_alone_and_the_desk_goes_on_after_it(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    record = window.workspace.record
    keep(window, qtbot)
    record.subject.setText("S01")
    record.consent.setChecked(True)
    press(window, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: int("0" + record._figures["written"].text().strip("–")) > 8, timeout=30_000)
    assert kept_s(window) == 0.0
    press(window, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: len(record.takes.takes) == 1, timeout=30_000)
    (take,) = record.takes.takes
    assert take.session.lost == 0
    qtbot.waitUntil(lambda: kept_s(window) >= 0.3, timeout=30_000)
    record.consent.setChecked(True)
    press(window, Qt.Key.Key_T)
    qtbot.waitUntil(lambda: len(record.takes.takes) == 2, timeout=30_000)


def test_closing_the_camera_forgets_the_last_seconds(window: MainWindow, qtbot: QtBot) -> None:
    keep(window, qtbot)
    window.close_source()
    desk = window.workspace.record.desk
    window.desk.tick()
    assert window.desk._last is None
    assert not desk.save_button.isEnabled()


def test_disk_left_is_given_as_time_before_the_first_take(window: MainWindow, qtbot: QtBot) -> None:
    left = window.workspace.record._figures["disk"]
    qtbot.waitUntil(lambda: left.text().endswith(("min", "days")), timeout=30_000)


def test_coverage_sheet_shows_what_was_recorded(window: MainWindow, qtbot: QtBot) -> None:
    record = window.workspace.record
    keep(window, qtbot)
    for kind in (record.live, record.spoof):
        record.subject.setText("S01" if kind is record.live else "S02")
        kind.setChecked(True)
        record.consent.setChecked(True)
        taken = len(record.takes.takes)
        qtbot.waitUntil(lambda: window.desk._last is not None and window.desk._last.status.frames > 3, timeout=30_000)
        press(window, Qt.Key.Key_T)
        qtbot.waitUntil(partial(has_takes, window, taken + 1), timeout=30_000)
    QTest.mouseClick(record.desk.coverage_button, Qt.MouseButton.LeftButton)
    dialog = window.desk.dialog
    assert dialog is not None
    table = dialog.table

    def cell(row: int, column: int) -> str:
        item = table.item(row, column)
        assert item is not None
        return item.text()

    assert [[cell(row, column) for column in range(2)] for row in range(2)] == [["1", "–"], ["–", "1"]]
    assert dialog.words.text() == "2 takes of 2 subjects; 2 combinations are missing (–)."
    dialog.reject()


class Finder:
    """A detector that finds one face in every picture."""

    def detect(self, rgb: Rgb) -> list[Face]:
        keypoints = np.array([[140, 105], [180, 105], [160, 120], [160, 140], [125, 110], [195, 110]], np.float32)
        return [Face((120.0, 70.0, 80.0, 100.0), 0.9, keypoints)]

    def __enter__(self) -> Finder:
        return self

    def __exit__(self, *_: object) -> None: ...


def test_export_runs_in_the_background_and_says_where_the_crops_are(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "crops"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *given: (str(target), ""))
    monkeypatch.setattr(window.desk, "make_detector", Finder)
    record = window.workspace.record
    button = record.desk.export_button
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(button.isEnabled, timeout=30_000)
    assert window.messages.words.endswith("has no sessions yet; record some first.")
    assert not target.exists()
    keep(window, qtbot)
    record.subject.setText("S01")
    record.consent.setChecked(True)
    press(window, Qt.Key.Key_T)
    qtbot.waitUntil(lambda: len(record.takes.takes) == 1, timeout=30_000)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(button.isEnabled, timeout=30_000)
    assert window.messages.words.startswith(f"{target}: ")
    assert " crops." in window.messages.words
    assert (target / "list.txt").read_text().count("\n") > 0
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(button.isEnabled, timeout=30_000)
    assert "exists already; choose another folder" in window.messages.words


def test_a_key_marks_the_present_moment_of_a_take(window: MainWindow, qtbot: QtBot) -> None:
    record = window.workspace.record
    press(window, Qt.Key.Key_M)
    assert window.messages.words == "Nothing is recorded, so there is no marker."
    window.messages.clear()
    record.subject.setText("S01")
    record.consent.setChecked(True)
    press(window, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: int("0" + record._figures["written"].text().strip("–")) > 3, timeout=30_000)
    press(window, Qt.Key.Key_M)
    assert window.messages.words == "Marker 1 set."
    qtbot.wait(300)
    press(window, Qt.Key.Key_R)
    qtbot.waitUntil(partial(has_takes, window, 1), timeout=30_000)
    (marker,) = record.takes.takes[0].session.markers
    assert 3 < marker < record.takes.takes[0].session.frames


def test_another_species_during_a_take_is_recorded_listed_and_seen_on_the_time_line(
    window: MainWindow, qtbot: QtBot
) -> None:
    record = window.workspace.record
    record.subject.setText("S01")
    record.consent.setChecked(True)
    assert not record.now.isVisible()
    press(window, Qt.Key.Key_R)

    def written() -> int:
        return int("0" + record._figures["written"].text().strip("–"))

    qtbot.waitUntil(lambda: written() > 3 and record.now.isVisible(), timeout=30_000)
    assert record.now.box.currentText() == "live"
    line = record.now.box.lineEdit()
    assert line is not None
    for name, words in (("print-flat", "Shown from now on: print-flat."), ("two words", "attack 'two words'")):
        record.now.box.setFocus()
        line.selectAll()
        QTest.keyClicks(line, name)
        QTest.keyClick(line, Qt.Key.Key_Return)
        assert window.messages.words.startswith(words)
    assert record.now.box.currentText() == "print-flat", "a name that cannot be used changes nothing"
    before = written()
    qtbot.waitUntil(lambda: written() > before + 10, timeout=30_000)
    press(window, Qt.Key.Key_M)
    before = written()
    qtbot.waitUntil(lambda: written() > before + 10, timeout=30_000)
    press(window, Qt.Key.Key_R)
    qtbot.waitUntil(partial(has_takes, window, 1), timeout=30_000)
    (take,) = record.takes.takes
    assert take.kinds == ("live", "print-flat")
    assert "live, print-flat" in take.words()
    assert take.words().endswith("1 marker")
    assert take.folder.parent.name == "mixed"
    assert not record.now.isVisible()
    assert verify_session(take.folder).problems == ()
    # Played in another time line, as the window shows it.
    with SessionSource(take.folder) as source:
        info = source.info
    assert [truth for _, truth in info.changes] == [Truth("live"), Truth("spoof", "print-flat")]
    timeline = Timeline()
    qtbot.addWidget(timeline)
    timeline.resize(900, 200)
    timeline.start(info)
    timeline.show()
    qtbot.waitExposed(timeline)
    assert len(timeline.marks.times_s) == 3
    assert timeline.marks.times_s[1] == pytest.approx(info.changes[1][0] / info.fps)
    assert [words for _, words in timeline.marks.shown][-1] == "marker 1"
    timeline.clear()
    assert timeline.marks.times_s == []
