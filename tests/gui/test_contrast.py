"""Contrast of what is painted in both themes: text at least 4.5:1, outlines of controls at least 3:1 (WCAG 2.2, AA)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtGui import QFont, QFontDatabase
from PyQt6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QDateEdit,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from fasdemo.gui.settings import Settings
from fasdemo.gui.style.theme import DARK, LIGHT, apply_theme
from fasdemo.gui.window.main_window import MainWindow
from fasdemo.gui.window.pages.workspace import TABS
from fasdemo.gui.window.parts import WindowSetup
from tests.support.contrast import CONTROL, TEXT, luminance, outline_contrast, part, pixels, ratio, text_contrast
from tests.support.window_scenes import Scene


@pytest.fixture(params=[True, False], ids=["dark", "light"])
def dark(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture(params=["DejaVu Sans", "Noto Sans"])
def font(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[str]:
    if request.param not in QFontDatabase.families():
        pytest.skip(f"the font {request.param} is not installed")
    before = QFont(qapp.font())
    changed = QFont(before)
    changed.setFamily(request.param)
    qapp.setFont(changed)
    yield str(request.param)
    qapp.setFont(before)


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication, scene: Scene, dark: bool, font: str, tmp_path: Path) -> MainWindow:
    apply_theme(qapp, dark=dark)
    settings = Settings(theme="dark" if dark else "light")
    made = MainWindow(WindowSetup(
        scene.make_source, scene.make_processor, settings, tmp_path / "window.json",
        ("fusion",), "demo", lambda: (),
    ))  # fmt: skip
    qtbot.addWidget(made)
    made.resize(1500, 1100)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=["dark", "light"])
def test_tokens_of_text_and_outlines_have_contrast_on_every_background(tokens: object) -> None:
    def value(name: str) -> float:
        text = getattr(tokens, name)
        return float(luminance(np.array([[int(text[i : i + 2], 16) for i in (1, 3, 5)]]))[0])

    for ground in ("window", "surface", "raised"):
        for ink in ("text", "muted"):
            assert ratio(value(ink), value(ground)) >= TEXT, (ink, ground)
        for line in ("outline", "accent"):
            assert ratio(value(line), value(ground)) >= CONTROL, (line, ground)
    assert ratio(value("on_accent"), value("accent")) >= TEXT


def test_texts_and_controls_of_the_window_have_contrast(window: MainWindow, qtbot: QtBot) -> None:
    window.pages.setCurrentWidget(window.workspace)
    for tab in range(len(TABS)):
        window.workspace.show_tab(tab)
        qtbot.wait(30)
        shown = [one for one in window.findChildren(QWidget) if one.isVisible() and not one.visibleRegion().isEmpty()]
        labels = [one for one in shown if isinstance(one, QLabel | QPushButton | QCheckBox) and one.text().strip()]
        assert len(labels) > 5
        shot = pixels(window.grab().toImage())
        for label in labels:
            assert text_contrast(part(shot, label, window)) >= TEXT, label.text()
        kinds = QLineEdit | QComboBox | QPlainTextEdit | QDateEdit
        for control in shown:
            is_select = isinstance(control, QToolButton) and control.property("role") == "select"
            framed = isinstance(control, kinds) and not isinstance(control.parent(), QComboBox | QDateEdit)
            if control.isEnabled() and (is_select or framed):
                assert outline_contrast(control, window) >= CONTROL, control.accessibleName()


def test_the_empty_consent_box_can_be_seen(window: MainWindow, qtbot: QtBot) -> None:
    window.pages.setCurrentWidget(window.workspace)
    window.workspace.show_tab(2)
    qtbot.wait(30)
    box = window.workspace.record.consent
    assert not box.isChecked()
    shot = part(pixels(window.grab().toImage()), box, window)
    assert text_contrast(shot[:, :24]) >= CONTROL


def test_the_whole_consent_text_is_visible(window: MainWindow, qtbot: QtBot) -> None:
    window.pages.setCurrentWidget(window.workspace)
    window.workspace.show_tab(2)
    qtbot.wait(30)
    bar = window.workspace.record.statement.verticalScrollBar()
    assert bar is not None
    assert bar.maximum() == 0


def test_rows_of_a_drop_down_have_contrast(window: MainWindow, qtbot: QtBot) -> None:
    combo = window.header.model
    combo.showPopup()
    view, model = combo.view(), combo.model()
    assert view is not None
    assert model is not None
    viewport = view.viewport()
    assert viewport is not None
    qtbot.waitUntil(view.isVisible)
    for row in range(combo.count()):
        index = model.index(row, 0)
        view.setCurrentIndex(index)
        qtbot.wait(10)
        shot = pixels(viewport.grab(view.visualRect(index).adjusted(2, 2, -2, -2)).toImage())
        assert text_contrast(shot) >= TEXT, combo.itemText(row)
    combo.hidePopup()
