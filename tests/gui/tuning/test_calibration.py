"""Site calibration in the window: live people in front of the open camera, prints, the site file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from fasdemo.capture.source import Source
from fasdemo.engine.result import FrameResult, Status
from fasdemo.engine.setup.site_calibration import read_site
from fasdemo.frames import FrameSet
from fasdemo.gui.tuning import calibration_control
from fasdemo.gui.tuning.calibration_dialog import CalibrationDialog
from fasdemo.gui.window.main_window import MainWindow
from fasdemo.runtime.requests import EngineRequest
from tests.support.window_actions import play, shown_frame
from tests.support.window_scenes import CARD, Scene, ScriptedProcessor


class Rated(ScriptedProcessor):
    """Gives live people 0.6 without a reason, and prints `flat_surface`."""

    prints = False

    def __init__(self, request: EngineRequest) -> None:
        super().__init__(request, uncertain=0)
        thresholds = CARD.thresholds | {"bpcer20": CARD.thresholds["balanced"].model_copy(update={"live_above": 0.55})}
        card = CARD.model_copy(update={"thresholds": thresholds})
        self.facts = replace(self.facts, card=card, model_sha256="a" * 64)

    def process(self, frame: FrameSet, capture_ms: float) -> FrameResult:
        result = super().process(frame, capture_ms)
        reasons = ("flat_surface",) if Rated.prints else ()
        faces = tuple(
            replace(face, frame_score=0.6, status=Status.UNCERTAIN, reasons=reasons, crops=None)
            for face in result.faces
        )
        return replace(result, faces=faces)


class RatedScene(Scene):
    """A scene whose processors are `Rated`."""

    def make_processor(self, source: Source, request: EngineRequest) -> ScriptedProcessor:
        judge = Rated(request)
        self.judges.append(judge)
        return judge


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    monkeypatch.setattr(Rated, "prints", False)
    return RatedScene()


@pytest.fixture
def dialog(window: MainWindow, qtbot: QtBot) -> CalibrationDialog:
    window.open_spec("webcam")
    qtbot.waitUntil(lambda: shown_frame(window) > 2, timeout=30_000)
    window.calibration.measure_s = 1e6
    window.header.more["calibrate"].trigger()
    assert window.calibration.dialog is not None
    return window.calibration.dialog


def measure(window: MainWindow, qtbot: QtBot, start: Callable[[], None], frames: int) -> None:
    start()
    dialog = window.calibration.dialog
    assert dialog is not None
    assert dialog.stop.isEnabled()
    qtbot.waitUntil(lambda: window.calibration.listener.progress()[1] >= frames, timeout=30000)
    dialog.stop.click()


def test_minute_of_live_people_gives_a_site_file_that_is_used_at_once(
    window: MainWindow, dialog: CalibrationDialog, scene: Scene, qtbot: QtBot, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    path = tmp_path / "door.json"
    monkeypatch.setattr(calibration_control, "ask_for_site_file", lambda _: path)
    assert not dialog.save.isEnabled()
    measure(window, qtbot, dialog.live.click, 110)
    assert "Live frames accepted: 0.0% before, 100.0% now" in dialog.state.text()
    monkeypatch.setattr(Rated, "prints", True)
    qtbot.wait(200)
    measure(window, qtbot, dialog.attacks.click, 12)
    assert "Attack frames accepted by score: 0.0% before, 0.0% now" in dialog.state.text()
    dialog.save.click()
    site = read_site(path)
    assert (site.camera, site.model, site.policy) == ("scripted camera", CARD.name, "balanced")
    assert 0 < site.bias <= site.limit
    qtbot.waitUntil(lambda: scene.judges[-1].request.site == path, timeout=30_000)
    assert window.settings.site == str(path)


def test_measurement_ends_by_itself_and_too_few_frames_are_said(
    window: MainWindow, dialog: CalibrationDialog, qtbot: QtBot
) -> None:
    window.calibration.measure_s = 0.5
    dialog.live.click()
    qtbot.waitUntil(lambda: dialog.live.isEnabled(), timeout=20000)
    assert "frames with one face can be used and 100 are needed" in dialog.state.text()
    assert not dialog.save.isEnabled()


def test_prints_instead_of_people_are_refused(
    window: MainWindow, dialog: CalibrationDialog, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Rated, "prints", True)
    qtbot.wait(200)
    measure(window, qtbot, dialog.live.click, 12)
    assert "show physical evidence of an attack" in dialog.state.text()


def test_model_that_is_changed_during_a_measurement_is_said(
    window: MainWindow, dialog: CalibrationDialog, qtbot: QtBot
) -> None:
    dialog.live.click()
    qtbot.waitUntil(lambda: window.calibration.listener.progress()[1] > 0, timeout=30_000)
    window.use_engine(EngineRequest(None, "strict"))
    qtbot.waitUntil(lambda: "Model or policy were changed" in dialog.state.text(), timeout=30_000)
    assert dialog.live.isEnabled()


def test_file_cannot_be_measured_and_a_closed_dialog_ends_the_measurement(
    window: MainWindow, dialog: CalibrationDialog, qtbot: QtBot
) -> None:
    dialog.live.click()
    dialog.close()
    assert window.calibration.listener.progress() == (0.0, 0, "")
    play(qtbot, window, "clip")
    window.calibration.show()
    assert dialog.state.text().startswith("Open the camera first")
    assert not dialog.live.isEnabled()


def test_site_file_that_exists_is_not_replaced(
    window: MainWindow, dialog: CalibrationDialog, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "door.json"
    path.write_text("mine", encoding="utf-8")
    monkeypatch.setattr(calibration_control, "ask_for_site_file", lambda _: path)
    measure(window, qtbot, dialog.live.click, 110)
    dialog.save.click()
    assert "already exists" in dialog.state.text()
    assert path.read_text(encoding="utf-8") == "mine"
