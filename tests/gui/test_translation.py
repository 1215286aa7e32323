"""The window's languages: every text has a translation with the same placeholders, and nothing is cut."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from string import Formatter
from xml.etree import ElementTree

import pytest
from PyQt6.QtCore import QRect, QSize, QTranslator
from PyQt6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from fasdemo.engine.measurements.evidence import MEASURES
from fasdemo.engine.reasons import Reason
from fasdemo.engine.result import Status
from fasdemo.gui import translation
from fasdemo.gui.camera.camera_list import CameraList
from fasdemo.gui.dialogs.exit_pin import PinDialog, PinGuard, hash_pin
from fasdemo.gui.panes.verdict_card import VerdictCard
from fasdemo.gui.settings import Settings
from fasdemo.gui.style.theme import apply_theme
from fasdemo.gui.translation import FOLDER, LANGUAGES, install, language_of, read_catalogue, tr
from fasdemo.gui.widgets.transport_bar import MIN_SLIDER_PX
from fasdemo.gui.widgets.window_state import first_geometry
from fasdemo.gui.window.main_window import MainWindow
from fasdemo.gui.window.pages.header import Header
from fasdemo.gui.window.pages.workspace import Workspace
from fasdemo.gui.window.parts import MIN_SIZE, WindowSetup
from fasdemo.runtime.headline import Headline
from tests.support.window_actions import check_tabs_are_not_cut
from tests.support.window_scenes import Scene
from tools.translations import collect, main, write

Speak = Callable[[str], str]
OTHERS = [language for language in LANGUAGES if language != "en"]


@pytest.fixture
def speak(qapp: QApplication) -> Iterator[Speak]:
    """Install a language until the test ends."""
    yield lambda language: install(qapp, language)
    for translator in qapp.findChildren(QTranslator):
        qapp.removeTranslator(translator)
        translator.setParent(None)


def placeholders(text: str) -> list[tuple[str, str]]:
    return sorted((name, spec or "") for _, name, spec, _ in Formatter().parse(text) if name is not None)


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_has_a_translation(language: str) -> None:
    known = read_catalogue(FOLDER / f"{language}.ts")
    missing = [text for text in collect() if text not in known]
    assert not missing, f"run `python tools/translations.py` and translate these in {language}.ts"
    left_over = set(known) - set(collect())
    assert not left_over, "run `python tools/translations.py`"


@pytest.mark.parametrize("language", OTHERS)
def test_placeholders_match(language: str) -> None:
    for source, translated in read_catalogue(FOLDER / f"{language}.ts").items():
        assert placeholders(translated) == placeholders(source), source
        assert source.startswith(" ") == translated.startswith(" "), source


def test_a_new_text_is_marked_as_unfinished_and_an_old_one_dropped(tmp_path: Path) -> None:
    path = tmp_path / "de.ts"
    assert write(path, "de", ["One", "Two"], {"One": "Eins", "Gone": "Weg"}) == 1
    assert read_catalogue(path) == {"One": "Eins"}
    assert ElementTree.parse(path).getroot().get("language") == "de"


def test_the_catalogues_are_as_the_tool_writes_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {language: (FOLDER / f"{language}.ts").read_bytes() for language in OTHERS}
    for language, content in before.items():
        (tmp_path / f"{language}.ts").write_bytes(content)
    monkeypatch.setattr("tools.translations.FOLDER", tmp_path)
    monkeypatch.setattr("tools.translations.ROOT", tmp_path)
    assert main() == 0
    assert {language: (tmp_path / f"{language}.ts").read_bytes() for language in OTHERS} == before


def test_language_of_follows_the_system_unless_chosen() -> None:
    assert language_of("es", ["de-DE"]) == "es"
    assert language_of("system", ["fr-FR", "de-AT", "en-GB"]) == "de"
    assert language_of("system", ["zh-Hans-CN"]) == "zh"
    assert language_of("system", ["pt_BR"]) == "en"
    assert language_of("system", []) == "en"


def test_a_damaged_catalogue_leaves_english(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "de.ts").write_text("<TS>")
    monkeypatch.setattr(translation, "FOLDER", tmp_path)
    for language in ("de", "zh"):
        with caplog.at_level(logging.WARNING):
            assert install(qapp, language) == "en"
        assert "install fasdemo again" in caplog.text
    assert tr("Thank you.") == "Thank you."


@pytest.fixture(params=["de"])
def window(
    qtbot: QtBot, qapp: QApplication, speak: Speak, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[MainWindow]:
    assert speak(request.param) == request.param
    apply_theme(qapp, dark=True)
    scene = Scene()
    settings = Settings(kiosk_pin=hash_pin("2468"))
    made = MainWindow(
        WindowSetup(
            scene.make_source, scene.make_processor, settings, tmp_path / "window.json", ("fusion",), "demo", lambda: ()
        )
    )
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.close()
    assert made.player.join(30.0)


def test_the_kiosk_speaks_german_to_the_public(window: MainWindow, qtbot: QtBot) -> None:
    window.settings.kiosk_neutral = True
    window._apply_settings()
    window.set_kiosk(True)
    window.open_spec("webcam")
    qtbot.waitUntil(lambda: window.kiosk.headline.word == "ACCEPTED", timeout=30_000)
    assert window.kiosk.accessibleName().startswith("ANGENOMMEN. Danke")
    assert window.workspace.card.headline.sentence == "Lebende Person erkannt."
    window.do("back")
    dialog = window.dialog
    assert isinstance(dialog, PinDialog)
    assert dialog.windowTitle() == "Kioskmodus verlassen"
    dialog.reject()


def test_the_kiosk_counts_down_in_german(window: MainWindow, qtbot: QtBot) -> None:
    window.set_kiosk(True)
    window.open_spec("missing")
    window.sources.reconnect.failed()
    assert window.sources.reconnect.words().startswith("Neuer Versuch in ")
    assert PinGuard(lambda: 0.0).check("1", hash_pin("2")) == "Falsche PIN."


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", [QSize(800, 480), QSize(480, 800), QSize(240, 320)], ids=["wide", "tall", "tiny"])
def test_no_word_or_sentence_of_the_kiosk_is_cut(
    qtbot: QtBot, qapp: QApplication, speak: Speak, size: QSize, language: str
) -> None:
    speak(language)
    card = VerdictCard(large=True)
    qtbot.addWidget(card)
    card.resize(size)
    for reason in Reason:
        for text in {reason.guidance, reason.meaning} - {""}:
            assert card.sentence_fits(tr(text)), tr(text)
    card.show_headline(Headline(Status.UNCERTAIN, "UNCERTAIN", tr(Reason.IR_COPIES_COLOUR.meaning)))
    assert not card.grab().isNull()


@pytest.mark.parametrize("window", OTHERS, indirect=True)
def test_the_window_is_not_cut_at_800_x_480(window: MainWindow, qtbot: QtBot) -> None:
    size = first_geometry(QRect(0, 0, 800, 480)).size()
    window.resize(size)
    window.open_spec("clip")
    qtbot.waitUntil(lambda: window.shown_result is not None, timeout=30_000)
    window.workspace.fit(size.width() - 24, size.height() - 120)
    qtbot.wait(50)
    assert window.size() == size, "the window needs more room than the screen has"
    work = window.workspace
    for part in (work.card, work.transport, work.timeline, window.footer, *window.header.buttons.values()):
        place = QRect(part.mapTo(window, part.rect().topLeft()), part.size())
        assert window.rect().contains(place), part
    assert work.transport.slider.width() >= MIN_SLIDER_PX
    check_tabs_are_not_cut(work)


@pytest.mark.parametrize("window", OTHERS, indirect=True)
def test_no_english_text_is_left_in_the_window(window: MainWindow, qtbot: QtBot) -> None:
    """Names that are the same in all languages, and what the user or a file has named, are not texts."""
    kept = {"fasdemo", "fusion", "CUDA", "Webcam", "Name", "Total", "balanced", "strict", "scripted-net", "clip", "PIN"}
    window.open_spec("clip")
    qtbot.waitUntil(lambda: window.shown_result is not None, timeout=30_000)
    english = set(collect()) - kept - {text for text in collect() if tr(text) == text}
    shown: list[str] = []
    for label in window.findChildren(QLabel):
        shown += [label.text(), label.toolTip(), label.accessibleName()]
    for button in window.findChildren(QAbstractButton):
        shown += [button.text(), button.toolTip(), button.accessibleName()]
    for box in window.findChildren(QComboBox):
        shown += [box.toolTip(), *(box.itemText(number) for number in range(box.count()))]
    left = {text.strip() for text in shown} & english
    assert not left


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_header_and_tabs_fit_the_smallest_window(speak: Speak, qtbot: QtBot, qapp: QApplication, language: str) -> None:
    apply_theme(qapp, dark=True)
    speak(language)
    header, workspace = Header(("fasdemo-flex",), CameraList(lambda: ())), Workspace()
    for widget in (header, workspace):
        qtbot.addWidget(widget)
    assert header.minimumSizeHint().width() <= MIN_SIZE.width()
    tabs = [button for button in workspace.findChildren(QPushButton) if button.property("role") == "tab"]
    side_px = 280
    assert sum(button.minimumWidth() for button in tabs) <= side_px


def test_evidence_is_named_and_explained_in_german(window: MainWindow, qtbot: QtBot) -> None:
    window.open_spec("clip")
    qtbot.waitUntil(lambda: window.shown_result is not None, timeout=30_000)
    panel = window.workspace.reasons
    panel.show_result(window.shown_result, None)
    rows = {row.name: row for row in panel.evidence_rows}
    assert rows["Abstand zur Ebene"].hint.startswith("Standardabweichung der Tiefe des Gesichts")
    assert not {row.hint for row in panel.evidence_rows} & {measure.meaning for measure in MEASURES.values()}
