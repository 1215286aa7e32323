"""Qt's key and mouse input with the types of its calls."""

from __future__ import annotations

from typing import Protocol, cast

from PyQt6 import QtTest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtWidgets import QWidget

_NO_MODIFIER = Qt.KeyboardModifier.NoModifier
_CENTRE = QPoint()


class _Input(Protocol):
    def qWait(self, ms: int) -> None: ...

    def keyClick(
        self, widget: QWidget | None, key: Qt.Key, modifier: Qt.KeyboardModifier = _NO_MODIFIER, delay: int = -1
    ) -> None: ...

    def keyClicks(self, widget: QWidget | None, text: str) -> None: ...

    def mouseClick(
        self, widget: QWidget | None, button: Qt.MouseButton,
        modifier: Qt.KeyboardModifier = _NO_MODIFIER, pos: QPoint = _CENTRE,
    ) -> None: ...  # fmt: skip

    def mouseDClick(
        self, widget: QWidget | None, button: Qt.MouseButton,
        modifier: Qt.KeyboardModifier = _NO_MODIFIER, pos: QPoint = _CENTRE,
    ) -> None: ...  # fmt: skip

    def mousePress(
        self, widget: QWidget | None, button: Qt.MouseButton,
        modifier: Qt.KeyboardModifier = _NO_MODIFIER, pos: QPoint = _CENTRE,
    ) -> None: ...  # fmt: skip

    def mouseRelease(
        self, widget: QWidget | None, button: Qt.MouseButton,
        modifier: Qt.KeyboardModifier = _NO_MODIFIER, pos: QPoint = _CENTRE,
    ) -> None: ...  # fmt: skip

    def mouseMove(self, widget: QWidget | None, pos: QPoint = _CENTRE) -> None: ...


QTest = cast(_Input, QtTest.QTest)  # PyQt6's types declare its static functions as methods of an instance
