"""Make headings for panels and dialogs."""

from __future__ import annotations

from PyQt6.QtWidgets import QLabel


def heading(words: str) -> QLabel:
    """Return the heading of a section."""
    label = QLabel(words)
    label.setProperty("role", "heading")
    font = label.font()
    font.setPointSizeF(font.pointSizeF() * 0.86)
    label.setFont(font)
    return label
