"""The tuning window as an engineer uses it, on presentations with known scores."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication, QFileDialog, QInputDialog
from pytestqt.qtbot import QtBot

from fasdemo.cli import window as cli_window
from fasdemo.cli.main import main
from fasdemo.errors import UserError
from fasdemo.gui.app import Launch
from fasdemo.gui.style.theme import apply_theme
from fasdemo.gui.tuning import dialogs
from fasdemo.gui.tuning.tuning_window import TuningWindow
from fasdemo.gui.window.main_window import MainWindow
from fasdemo.sessions.loading import load_session
from fasdemo.sessions.repair import verify_session
from fasdemo.sessions.rows import kinds_of
from fasdemo.sessions.writer import SessionWriter
from fasdemo.tuning.scores.scoring import Cancelled, Progress, Scoring
from tests.support.qt_input import QTest
from tests.support.tuning_fixtures import LIVE, MASK, PRINT, scoring, session
from tests.support.window_actions import shown_frame
from tests.support.window_scenes import Scene, make_frame

SHOWN = (
    (0.95, LIVE, ()), (0.9, LIVE, ()), (0.75, LIVE, ()), (0.2, LIVE, ()),
    (0.99, PRINT, ("flat_surface",)), (0.85, MASK, ()), (0.6, MASK, ()),
)  # fmt: skip


class Scorer:
    """Gives prepared results, and notes what was asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[Path, str | None, str | None]] = []
        self.result: Callable[[], Scoring] = lambda: scoring(*SHOWN)
        self.hold = threading.Event()
        self.hold.set()

    def __call__(
        self,
        root: Path,
        model: str | None,
        policy: str | None,
        device: str,
        tell: Any,
        stop: threading.Event,
        scorer: object,
    ) -> Scoring:
        self.asked.append((root, model, policy))
        tell(Progress(3, 7, "S01/live/take", 12, 125.0))
        while not self.hold.wait(0.01):
            if stop.is_set():
                raise Cancelled
        found = self.result()
        return found if policy is None else replace(found, policy=policy)


@pytest.fixture
def scorer() -> Scorer:
    return Scorer()


@pytest.fixture
def tuning(qtbot: QtBot, qapp: QApplication, scorer: Scorer) -> Iterator[TuningWindow]:
    apply_theme(qapp, dark=True)
    made = TuningWindow(("fasdemo-flex",), scorer)
    qtbot.addWidget(made)
    made.resize(1280, 720)
    made.show()
    yield made
    made.close()
    made.stop()


@pytest.fixture
def scored(tuning: TuningWindow, qtbot: QtBot) -> TuningWindow:
    tuning.open_folder(Path("sessions"))
    qtbot.waitUntil(lambda: len(tuning.gallery.cases) == 3, timeout=30_000)
    return tuning


def rates(window: TuningWindow, panel: int = 0) -> dict[str, str]:
    table = window.panels[panel].table
    cells = [[table.item(row, column) for column in (0, 2)] for row in range(table.rowCount())]
    return {name.text(): rate.text() for name, rate in cells if name is not None and rate is not None}


def test_folder_is_scored_with_progress_and_its_rates_are_shown(
    tuning: TuningWindow, scorer: Scorer, qtbot: QtBot
) -> None:
    scorer.hold.clear()
    tuning.open_folder(Path("sessions"))
    qtbot.waitUntil(lambda: tuning.progress.format() == "3 of 7 sessions, 2:05 left", timeout=30_000)
    assert tuning.cancel.isVisible()
    assert not tuning.header.isEnabled()
    scorer.hold.set()
    qtbot.waitUntil(lambda: not tuning.progress.isVisible(), timeout=30_000)
    assert rates(tuning) == {"bona fide": "BPCER 25.0%", "mask-resin": "APCER 50.0%", "print-flat": "APCER 0.0%"}
    assert tuning.panels[0].title.text() == "fasdemo-flex, mean"
    qtbot.waitUntil(lambda: tuning.gallery.heading.text() == "2 wrong and 1 uncertain verdicts", timeout=30_000)


def test_rates_follow_a_dragged_threshold_at_once(scored: TuningWindow) -> None:
    panel = scored.panels[0]
    panel.histogram.live.setValue(0.97)
    assert rates(scored)["mask-resin"] == "APCER 0.0%"
    assert rates(scored)["bona fide"] == "BPCER 100.0%"
    assert panel.live_above.value() == pytest.approx(0.97)
    panel.histogram.live.setValue(0.1)
    assert panel.live_above.value() == 0.5, "no policy accepts less"
    assert rates(scored)["mask-resin"] == "APCER 100.0%"
    panel.histogram.spoof.setValue(0.9)
    assert panel.spoof_below.value() == 0.5, "SPOOF does not reach above LIVE"
    QTest.mouseClick(panel.reset, Qt.MouseButton.LeftButton)
    assert scored.panels[0].scoring is not None
    assert panel.live_above.value() == pytest.approx(scored.panels[0].scoring.threshold.live_above, abs=1e-3)


def test_threshold_can_be_typed_and_the_gallery_follows(scored: TuningWindow, qtbot: QtBot) -> None:
    box = scored.panels[0].live_above
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, "0.55")
    QTest.keyClick(box, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: [case.kind for case in scored.gallery.cases].count("accepted") == 2, timeout=30_000)
    assert scored.panels[0].histogram.live.value() == pytest.approx(0.55)


def test_two_policies_are_shown_side_by_side(scored: TuningWindow, scorer: Scorer, qtbot: QtBot) -> None:
    assert scored.panels[1].isHidden()
    scored.header.second.policy.addItem("bpcer20", "bpcer20")
    scored.header.second.policy.setCurrentIndex(1)
    scored.header.compare.click()
    qtbot.waitUntil(lambda: scored.panels[1].scoring is not None, timeout=30_000)
    assert scored.panels[1].isVisible()
    assert scorer.asked[-2:] == [(Path("sessions"), None, None), (Path("sessions"), None, "bpcer20")]
    scored.panels[1].set_thresholds(0.97, 0.3)
    assert rates(scored, 1)["mask-resin"] == "APCER 0.0%"
    assert rates(scored, 0)["mask-resin"] == "APCER 50.0%", "each has thresholds of its own"
    assert len(scored.det._items) == 4
    scored.header.compare.click()
    qtbot.waitUntil(lambda: scored.panels[1].isHidden(), timeout=30_000)


def test_cancelled_scoring_keeps_the_shown_one_and_says_so(scored: TuningWindow, scorer: Scorer, qtbot: QtBot) -> None:
    scorer.hold.clear()
    scored.start()
    qtbot.waitUntil(lambda: scored.cancel.isVisible(), timeout=30_000)
    scored.cancel.click()
    qtbot.waitUntil(lambda: scored.messages.words.startswith("Cancelled"), timeout=30_000)
    assert scored.panels[0].scoring is not None
    assert scored.header.isEnabled()


@pytest.mark.parametrize("message", ["sessions: contains no recorded sessions; record some.", ""])
def test_folder_that_cannot_be_scored_gets_one_sentence(
    tuning: TuningWindow, scorer: Scorer, qtbot: QtBot, message: str
) -> None:
    def fail() -> Scoring:
        raise UserError(message) if message else RuntimeError("cannot reshape")

    scorer.result = fail
    tuning.open_folder(Path("sessions"))
    qtbot.waitUntil(lambda: bool(tuning.messages.words), timeout=30_000)
    unknown = "This failed because of an error in fasdemo; see the terminal or the log."
    assert tuning.messages.words == (message or unknown)
    assert tuning.header.isEnabled()
    assert not tuning.header.save.isEnabled()


def test_sessions_left_out_and_one_class_are_said(tuning: TuningWindow, scorer: Scorer, qtbot: QtBot) -> None:
    scorer.result = lambda: replace(
        scoring((0.9, LIVE, ())), notes=("There are no attacks in this folder.",), left_out=("S02: is damaged.",)
    )
    tuning.open_folder(Path("sessions"))
    qtbot.waitUntil(lambda: bool(tuning.messages.words), timeout=30_000)
    assert tuning.messages.words == "There are no attacks in this folder. 1 more are in the report."
    assert rates(tuning) == {"bona fide": "BPCER 0.0%"}


def test_selected_case_shows_reasons_and_measurements(scored: TuningWindow, qtbot: QtBot) -> None:
    gallery = scored.gallery
    assert not gallery.open_button.isEnabled()
    gallery.table.selectRow(0)
    assert gallery.open_button.isEnabled()
    assert "Frame " in gallery.details.text()
    assert "Distance 0.50 m" in gallery.details.text()
    qtbot.waitUntil(lambda: "no such folder" in gallery.details.text(), timeout=30_000)


def test_thresholds_are_saved_and_offered_for_use(
    scored: TuningWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, report = tmp_path / "own.onnx", tmp_path / "report.html"
    monkeypatch.setattr(dialogs, "ask_for_policy", lambda *_: ("door", model))
    monkeypatch.setattr(dialogs, "ask_for_report", lambda *_: report)
    scored.save_policy()
    qtbot.waitUntil(lambda: scored.messages.words == f"Saved: {model}", timeout=30_000)
    with qtbot.waitSignal(scored.model_wanted, timeout=30_000) as wanted:
        scored.messages.button.click()
    assert wanted.args == [model]
    scored.save_report()
    qtbot.waitUntil(lambda: report.exists() and scored.messages.words == f"Saved: {report}", timeout=30_000)
    scored.save_policy()
    qtbot.waitUntil(lambda: "already exists" in scored.messages.words, timeout=30_000)


@pytest.mark.parametrize(
    ("name", "message"), [("my door", "use up to 40 letters"), ("bpcer20", "already has it; choose another name")]
)
def test_bad_name_of_a_policy_is_refused_before_a_file_is_asked_for(
    scored: TuningWindow, monkeypatch: pytest.MonkeyPatch, name: str, message: str
) -> None:
    monkeypatch.setattr(QInputDialog, "getText", lambda *_, **__: (name, True))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: pytest.fail("the name is bad"))
    scored.save_policy()
    assert message in scored.messages.words
    assert not scored.saver.running


def test_site_file_that_is_not_possible_is_refused_in_one_sentence(
    scored: TuningWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(dialogs, "ask_for_site_file", lambda *_: tmp_path / "site.json")
    scored.panels[0].set_thresholds(0.99, 0.3)
    scored.save_site()
    qtbot.waitUntil(lambda: "or less, or save a policy" in scored.messages.words, timeout=30_000)
    assert not (tmp_path / "site.json").exists()


def test_report_that_cannot_be_written_is_one_sentence(
    scored: TuningWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialogs, "ask_for_report", lambda *_: Path("/dev/null/report.html"))
    scored.save_report()
    qtbot.waitUntil(lambda: "cannot be written" in scored.messages.words, timeout=30_000)


def test_save_does_nothing_if_the_user_cancels(scored: TuningWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ask_for_policy", "ask_for_site_file", "ask_for_report"):
        monkeypatch.setattr(dialogs, name, lambda *_: None)
    scored.save_policy()
    scored.save_site()
    scored.save_report()
    assert not scored.saver.running


def recorded(root: Path, frames: int = 30) -> Path:
    """A complete live session that is labelled as a mask."""
    with SessionWriter.create(root, session(MASK).model_copy(update={"width": 320, "height": 240})) as writer:
        for index in range(frames):
            writer.write(replace(make_frame(index), truth=None))
        writer.complete()
        return writer.folder


def test_corrected_label_moves_the_session_keeps_the_old_label_and_is_scored_again(
    scored: TuningWindow, scorer: Scorer, qtbot: QtBot, tmp_path: Path
) -> None:
    folder = recorded(tmp_path / "sessions")
    first = scoring(*SHOWN)
    shown = tuple(replace(one, folder=folder) if one.kind == "mask-resin" else one for one in first.presentations)
    scorer.result = lambda: replace(first, root=tmp_path / "sessions", presentations=shown)
    scored.start()
    qtbot.waitUntil(lambda: any(case.presentation.folder == folder for case in scored.gallery.cases), timeout=30_000)
    released: list[Path] = []
    scored._release = released.append
    scored.panels[0].set_thresholds(0.83, 0.4)
    row = next(n for n, case in enumerate(scored.gallery.cases) if case.presentation.folder == folder)
    scored.gallery.table.selectRow(row)
    asked = len(scorer.asked)
    QTest.mouseClick(scored.gallery.relabel_button, Qt.MouseButton.LeftButton)
    dialog = scored.dialog
    dialog.label.setCurrentIndex(dialog.label.findData("live"))
    dialog._check()
    qtbot.waitUntil(lambda: len(scorer.asked) == asked + 1 and not scored.scorer.running, timeout=30_000)
    moved = next((tmp_path / "sessions" / "S01" / "live").iterdir())
    assert released == [folder]
    assert load_session(moved).label == "live"
    assert load_session(moved).note.endswith("it was: spoof mask-resin.")
    assert verify_session(moved).problems == ()
    assert scored.panels[0].live_above.value() == pytest.approx(0.83), "the thresholds stay"


def test_label_of_a_part_is_corrected_and_a_session_that_is_gone_gets_one_sentence(
    scored: TuningWindow, scorer: Scorer, qtbot: QtBot, tmp_path: Path
) -> None:
    made = session(MASK).model_copy(update={"width": 320, "height": 240})
    with SessionWriter.create(tmp_path / "sessions", made) as writer:
        for index in range(30):
            if index == 10:
                writer.begin_labels()
            truth = None if index < 10 else LIVE if index < 20 else MASK
            writer.write(replace(make_frame(index), truth=truth))
    folder = writer.folder
    first = scoring(*SHOWN)
    shown = [one for one in first.presentations if one.kind == "mask-resin"]
    part = replace(shown[0], folder=folder, frames=slice(10, 20), truth=PRINT)
    gone = replace(shown[1], folder=tmp_path / "gone")
    case = next(one for one in scored.gallery.cases if one.presentation.kind == "mask-resin")
    scored.correct_label(replace(case, presentation=gone))
    assert scored.messages.words.endswith("no such folder.")
    scored.correct_label(replace(case, presentation=part))
    dialog = scored.dialog
    assert (dialog.label.currentData(), dialog.species.currentText()) == ("spoof", "print-flat")
    asked = len(scorer.asked)
    dialog.species.setCurrentText("mask-paper")
    dialog._check()
    qtbot.waitUntil(lambda: len(scorer.asked) == asked + 1 and not scored.scorer.running, timeout=30_000)
    assert kinds_of(folder, load_session(folder)) == ("mask-resin", "mask-paper")
    assert "Label of frames 10 to 19 corrected" in load_session(folder).note


def test_frame_of_a_case_is_played_to_and_paused_in_the_main_window(
    window: MainWindow, scene: Scene, qtbot: QtBot
) -> None:
    tuning = window.tuning.show()
    tuning.frame_wanted.emit(Path("clip"), 80)
    qtbot.waitUntil(lambda: 80 <= shown_frame(window) <= 110, timeout=30_000)
    qtbot.wait(150)
    clock = window.player.playback_clock
    assert clock is not None
    assert clock.paused
    assert 80 <= shown_frame(window) <= 110
    tuning.frame_wanted.emit(Path("clip"), 20)
    qtbot.waitUntil(lambda: clock.paused and 20 <= shown_frame(window) <= 50, timeout=30_000)
    assert [request.spec for request in scene.requests] == ["clip"], "the open session is not opened again"


def test_key_and_menu_open_one_tuning_window(window: MainWindow, qtbot: QtBot) -> None:
    QTest.keyClick(window, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.tuning.tuning is not None and window.tuning.tuning.isVisible(), timeout=30_000)
    first = window.tuning.tuning
    window.header.more["tune"].trigger()
    assert window.tuning.tuning is first


def test_tune_option_opens_the_folder_and_needs_a_window(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[Launch] = []

    def run(launch: Launch) -> int:
        seen.append(launch)
        return 0

    monkeypatch.setattr(cli_window, "run", run)
    assert main(["--tune", str(tmp_path)]) == 0
    assert seen[0].tune == tmp_path
    assert main(["--tune", str(tmp_path), "--headless"]) == 2
    assert "use `fasdemo tune`" in capsys.readouterr().err.replace("\n", " ")
