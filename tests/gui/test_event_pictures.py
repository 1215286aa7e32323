"""Pictures of events in the window: off by default, only with consent, and listed with a filter."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from PyQt6.QtWidgets import QCheckBox
from pytestqt.qtbot import QtBot

from fasdemo.cli import main as cli
from fasdemo.engine.reasons import Reason
from fasdemo.errors import UserError
from fasdemo.frames import Truth
from fasdemo.gui import app
from fasdemo.gui.dialogs.preferences import Preferences
from fasdemo.gui.library.events import EventsDialog
from fasdemo.gui.settings import Settings
from fasdemo.gui.window.main_window import MainWindow
from fasdemo.runtime.outputs.event_picture_store import read_index
from fasdemo.runtime.outputs.event_picture_writer import CONSENT, EventPictureSettings, EventPictureWriter
from fasdemo.runtime.requests import EngineRequest
from tests.support.window_scenes import ScriptedProcessor, make_frame


def tick(dialog: Preferences, name: str) -> None:
    field = dialog.fields[name]
    assert isinstance(field, QCheckBox)
    field.setChecked(True)


def test_preferences_switch_pictures_on_only_with_consent(qtbot: QtBot, tmp_path: Path) -> None:
    settings = Settings(event_pictures_folder=tmp_path / "events")
    assert not settings.event_pictures
    assert not settings.event_pictures_told
    dialog = Preferences(settings)
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.consent.text() == CONSENT
    assert dialog.consent.isVisible()
    tick(dialog, "event_pictures")
    dialog._accept()
    assert dialog.isVisible()
    assert "People are told" in dialog.problem.text()
    tick(dialog, "event_pictures_told")
    dialog._accept()
    assert not dialog.isVisible()
    dialog.apply_to(settings)
    assert settings.event_pictures


def test_preferences_refuse_a_folder_with_other_files(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "diary.txt").write_text("mine", encoding="utf-8")
    dialog = Preferences(
        Settings(event_pictures=True, event_pictures_told=True, event_pictures_folder=tmp_path, event_pictures_days=3)
    )
    qtbot.addWidget(dialog)
    dialog.show()
    dialog._accept()
    assert dialog.isVisible()
    assert "contains other files (diary.txt)" in dialog.problem.text()


def test_the_window_stores_events_when_switched_on_and_none_before(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    folder = tmp_path / "events"
    window.settings.event_pictures_folder = folder
    window.event_pictures.configure(None)
    window.open_spec("clip")
    qtbot.waitUntil(lambda: window.shown_result is not None, timeout=30_000)
    assert not window.event_pictures.writer.running
    # Without the consent, the other setting has no effect.
    window.settings.event_pictures = True
    window.event_pictures.use_settings()
    assert not window.event_pictures.writer.running
    window.settings.event_pictures_told = True
    window.event_pictures.use_settings()
    qtbot.waitUntil(lambda: window.event_pictures.writer.status.stored > 0, timeout=30_000)
    window.settings.event_pictures = False
    window.event_pictures.use_settings()
    assert not window.event_pictures.writer.running
    assert {event.source for event in read_index(folder)} == {"scripted"}


def store_events(folder: Path, sources: tuple[str, ...] = ("",)) -> None:
    writer = EventPictureWriter()
    writer.start(EventPictureSettings(folder, 3))
    engine = ScriptedProcessor(EngineRequest(), uncertain=0)
    for index, label in enumerate(("live", "spoof", "live")):
        truth = Truth("live") if label == "live" else Truth("spoof", "print-flat")
        frame = replace(make_frame(index, live=True), truth=truth)
        for number in sources:
            writer.on_frame(frame, number)
            writer.on_result(engine.process(frame, 1.0), engine.facts, number)
        # The queue is short.
        stored = (index + 1) * len(sources)
        end_s = time.monotonic() + 10.0
        while writer.status.stored < stored and time.monotonic() < end_s:
            time.sleep(0.005)
    writer.stop()


def shown_rows(dialog: EventsDialog) -> list[str]:
    items = [dialog.list.item(row) for row in range(dialog.list.count())]
    return [item.text() for item in items if item is not None and not item.isHidden()]


def test_the_menu_lists_events_newest_first_with_a_filter(window: MainWindow, tmp_path: Path) -> None:
    folder = tmp_path / "events"
    store_events(folder)
    window.settings.event_pictures_folder = folder
    window.header.more["events"].trigger()
    dialog = window.event_pictures.dialog
    assert dialog is not None
    assert dialog.isVisible()
    assert "are off" in dialog.words.text()
    assert "3 events" in dialog.words.text()
    assert ["LIVE" in row for row in shown_rows(dialog)] == [True, False, True]
    assert dialog.facts.text().startswith("LIVE  #1  0.07 s")
    assert not dialog.pictures["rgb"].pixmap().isNull()
    assert not dialog.pictures["ir"].pixmap().isNull()
    dialog.filter.setCurrentIndex(dialog.filter.findData("SPOOF"))
    assert len(shown_rows(dialog)) == 1
    assert Reason.FLAT_SURFACE.meaning in dialog.facts.text()
    dialog.filter.setCurrentIndex(dialog.filter.findData("LOCKED"))
    assert shown_rows(dialog) == []
    assert dialog.facts.text() == ""
    dialog.reject()


def test_the_list_reports_what_cannot_be_read(window: MainWindow, tmp_path: Path) -> None:
    folder = tmp_path / "events"
    window.settings.event_pictures_folder = folder
    window.do("events")
    assert window.event_pictures.dialog is not None
    assert "There are no events" in window.event_pictures.dialog.words.text()
    window.event_pictures.dialog.reject()
    store_events(folder)
    for path in folder.glob("*-rgb.jpg"):
        path.write_bytes(b"not a picture")
    window.do("events")
    assert window.event_pictures.dialog.pictures["rgb"].text() == "The picture cannot be read."
    window.event_pictures.dialog.reject()
    (folder / "index.jsonl").write_text("nonsense\n", encoding="utf-8")
    window.do("events")
    assert "line 1: is not an event" in window.event_pictures.dialog.words.text()
    window.event_pictures.dialog.reject()


def test_a_folder_that_cannot_be_used_is_reported(window: MainWindow, tmp_path: Path) -> None:
    (tmp_path / "diary.txt").write_text("mine", encoding="utf-8")
    window.settings.event_pictures = window.settings.event_pictures_told = True
    window.settings.event_pictures_folder = tmp_path
    window.event_pictures.use_settings()
    assert "contains other files" in window.messages.words
    with pytest.raises(UserError, match="contains other files"):
        window.event_pictures.configure(EventPictureSettings(tmp_path, 3))


def test_the_option_reaches_the_window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[app.Launch] = []

    def run(launch: app.Launch) -> int:
        seen.append(launch)
        return 0

    monkeypatch.setattr("fasdemo.cli.window.run", run)
    monkeypatch.setattr("fasdemo.cli.window.run_grid", run)
    folder = tmp_path / "events"
    given = ["--event-pictures", str(folder), "--keep-days", "7", "--people-are-told"]
    assert cli.main(["--demo", *given]) == 0
    assert seen[0].event_pictures == EventPictureSettings(folder, 7)
    assert cli.main(["--camera", "webcam:0", "--camera", "webcam:1", *given]) == 0
    assert seen[1].event_pictures == EventPictureSettings(folder, 7)
    assert cli.main(["--camera", "webcam:0", "--camera", "webcam:1", *given[:-1]]) == 2, "people must be told"


def test_the_list_is_filtered_by_camera_if_there_are_several(window: MainWindow, tmp_path: Path) -> None:
    folder = tmp_path / "events"
    store_events(folder, ("", "1", "2"))
    window.settings.event_pictures_folder = folder
    window.do("events")
    dialog = window.event_pictures.dialog
    assert dialog is not None
    assert dialog.cameras.isVisible()
    assert [dialog.cameras.itemText(row) for row in range(dialog.cameras.count())] == [
        "All cameras", "scripted", "1 · scripted", "2 · scripted",
    ]  # fmt: skip
    assert len(shown_rows(dialog)) == 9
    dialog.cameras.setCurrentIndex(2)
    assert len(shown_rows(dialog)) == 3
    assert all("1 · scripted" in row for row in shown_rows(dialog))
    dialog.filter.setCurrentIndex(dialog.filter.findData("SPOOF"))
    assert len(shown_rows(dialog)) == 1
    dialog.reject()
