"""Contrast of what is painted in both themes: text at least 4.5:1, outlines of controls at least 3:1 (WCAG 2.2, AA)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import QRect
from PyQt6.QtGui import QFont, QFontDatabase, QImage
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
from fasdemo.gui.window.workspace import TABS
from tests.support.window_scenes import Scene

TEXT, CONTROL = 4.5, 3.0


def pixels(image: QImage) -> np.ndarray:
    """Return the image as uint8 (H, W, 3)."""
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    data = image.constBits()
    assert data is not None
    rows = np.frombuffer(data.asstring(image.sizeInBytes()), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3)


def luminance(colours: np.ndarray) -> np.ndarray:
    value = colours.astype(np.float64) / 255.0
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ np.array([0.2126, 0.7152, 0.0722]))


def ratio(a: float, b: float) -> float:
    return (max(a, b) + 0.05) / (min(a, b) + 0.05)


def text_contrast(picture: np.ndarray) -> float:
    """Return the contrast of the commonest colour and the colour that differs most from it: ground and ink."""
    flat = picture.reshape(-1, 3)
    colours, counts = np.unique(flat, axis=0, return_counts=True)
    ground = luminance(colours[counts.argmax()][None])[0]
    return max(ratio(one, ground) for one in luminance(colours))


def part(shot: np.ndarray, widget: QWidget, window: QWidget) -> np.ndarray:
    """Return the visible part of a widget from a picture of its window, so with the background of its parents."""
    seen = widget.visibleRegion().boundingRect()
    at = widget.mapTo(window, seen.topLeft())
    return shot[at.y() : at.y() + seen.height(), at.x() : at.x() + seen.width()]


def outline_contrast(widget: QWidget, window: QWidget, rect: QRect | None = None) -> float:
    """Return the largest contrast of a control's left edge, at half its height, with what is outside of it."""
    rect = rect or widget.rect()
    at = widget.mapTo(window, rect.topLeft())
    shot = pixels(window.grab().toImage())
    y = at.y() + rect.height() // 2
    outside = luminance(shot[y, at.x() - 3][None])[0]
    edge = luminance(shot[y, at.x() - 1 : at.x() + 5])
    return max(ratio(one, outside) for one in edge)


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
    made = MainWindow(
        scene.make_source, scene.make_processor, settings, tmp_path / "window.json",
        ("fusion",), "demo", lambda: (),
    )  # fmt: skip
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
