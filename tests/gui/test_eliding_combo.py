"""The drop-down list that shortens its text."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fasdemo.gui.style.theme import apply_theme
from fasdemo.gui.widgets.eliding_combo import ElidingCombo


@pytest.mark.parametrize("words", ["Automatic", "mean (default)", "nicht notiert"])
def test_text_is_whole_at_its_own_width_and_ends_with_an_ellipsis_below(
    qtbot: QtBot, qapp: QApplication, words: str
) -> None:
    apply_theme(qapp, dark=True)
    combo = ElidingCombo()
    qtbot.addWidget(combo)
    combo.addItem(words)
    combo.setSizeAdjustPolicy(ElidingCombo.SizeAdjustPolicy.AdjustToContents)
    combo.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    combo.show()
    combo.resize(combo.sizeHint())
    assert combo.shown_text() == words
    combo.resize(combo.width() - 30, combo.height())
    assert combo.shown_text().endswith("…")
    assert combo.currentText() == words
    combo.grab()
