"""The light and the dark colour theme of the window."""

from __future__ import annotations

from dataclasses import dataclass

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor, QPalette
from PyQt6.QtWidgets import QApplication

from fasdemo.draw.overlay import COLOURS, INK
from fasdemo.engine.result import Status
from fasdemo.gui.style.icons import icon_file

VIDEO = QColor(12, 13, 16)
"""Background of every picture; the same in both themes, so that pictures look the same."""
ON_VIDEO = QColor(236, 238, 242)
VIDEO_CHIP = QColor(12, 13, 16, 200)


@dataclass(frozen=True, slots=True)
class Tokens:
    """The colours of a theme by their use.

    Text and muted text have a contrast of at least 4.5:1 on all backgrounds, and outlines of controls at least 3:1.
    `border` only separates areas and carries no information.
    """

    window: str
    surface: str
    raised: str
    border: str
    outline: str
    text: str
    muted: str
    accent: str
    on_accent: str


DARK = Tokens("#14161a", "#1b1e24", "#262a32", "#343a45", "#7a8494", "#eceef2", "#a3abb8", "#56b4e9", "#0b0d10")
LIGHT = Tokens("#f1f3f6", "#ffffff", "#e9ecf1", "#cfd5de", "#7b8594", "#171a1f", "#555d6a", "#0068a8", "#ffffff")


def status_colour(status: Status | None, palette: QPalette) -> QColor:
    """Return the fill colour of a status; grey if `status` is None."""
    if status is None:
        return palette.color(QPalette.ColorRole.Mid)
    return QColor(*COLOURS[status])


def status_line(status: Status, palette: QPalette) -> QColor:
    """Return the colour of thin lines of a status, darkened on a light background for contrast."""
    colour = QColor(*COLOURS[status])
    if palette.color(QPalette.ColorRole.Window).lightness() < 128:
        return colour
    return colour.darker(150 if status is Status.UNCERTAIN else 115)


def ink() -> QColor:
    """Return the colour of text on a status colour."""
    return QColor(*INK)


def is_dark(theme: str, app: QApplication) -> bool:
    """Return whether the theme `system`, `light` or `dark` is dark at the moment."""
    if theme != "system":
        return theme == "dark"
    hints = app.styleHints()
    if hints is None or hints.colorScheme() == Qt.ColorScheme.Unknown:
        return True
    return hints.colorScheme() == Qt.ColorScheme.Dark


def text_scale(choice: str, screen_height: int) -> float:
    """Return the factor on the desktop's text size for a setting such as `150 %`.

    Args:
        choice: a value of `Settings.text_size`; `automatic` enlarges the text on a high screen without scaling.
        screen_height: height of the screen in logical pixels.
    """
    if choice != "automatic":
        return int(choice.removesuffix(" %")) / 100.0
    return 1.5 if screen_height >= 1900 else 1.2 if screen_height >= 1300 else 1.0


def scale_text(app: QApplication, choice: str) -> None:
    """Enlarge the application's font; call this before widgets are created, because their sizes depend on it."""
    screen = app.primaryScreen()
    factor = text_scale(choice, 0 if screen is None else screen.availableGeometry().height())
    if factor != 1.0:
        font = app.font()
        font.setPointSizeF(font.pointSizeF() * factor)
        app.setFont(font)


def apply_theme(app: QApplication, dark: bool) -> None:
    """Set style, palette and style sheet of the application, unless they are set already, because this is slow."""
    tokens = DARK if dark else LIGHT
    if app.palette().color(QPalette.ColorRole.Window) == QColor(tokens.window) and app.styleSheet():
        return
    app.setStyle("Fusion")
    app.setPalette(_palette(tokens))
    app.setStyleSheet(_sheet(tokens))


def _palette(tokens: Tokens) -> QPalette:
    palette = QPalette()
    role, group = QPalette.ColorRole, QPalette.ColorGroup
    for where, colour in (
        (role.Window, tokens.window),
        (role.Base, tokens.surface),
        (role.AlternateBase, tokens.raised),
        (role.Button, tokens.raised),
        (role.Mid, tokens.outline),
        (role.WindowText, tokens.text),
        (role.Text, tokens.text),
        (role.ButtonText, tokens.text),
        (role.PlaceholderText, tokens.muted),
        (role.Highlight, tokens.accent),
        (role.HighlightedText, tokens.on_accent),
        (role.Link, tokens.accent),
        (role.ToolTipBase, tokens.raised),
        (role.ToolTipText, tokens.text),
    ):
        palette.setColor(where, QColor(colour))
    for where in (role.WindowText, role.Text, role.ButtonText, role.PlaceholderText):
        palette.setColor(group.Disabled, where, QColor(tokens.muted))
    return palette


def _sheet(t: Tokens) -> str:
    arrow = icon_file("chevron-muted").as_posix()
    tick = icon_file("check-dark" if t is DARK else "check-light").as_posix()
    return f"""
    QToolTip {{ background: {t.raised}; color: {t.text}; border: 1px solid {t.border}; padding: 4px 6px; }}
    QWidget#header, QWidget#footer {{ background: {t.surface}; }}
    QWidget#header {{ border-bottom: 1px solid {t.border}; }}
    QWidget#footer {{ border-top: 1px solid {t.border}; }}
    QLabel[role="caption"] {{ color: {t.muted}; }}
    QLabel[role="heading"] {{ color: {t.muted}; font-weight: 600; }}
    QFrame[role="card"] {{ background: {t.surface}; border: 1px solid {t.border}; border-radius: 8px; }}
    QFrame[role="rule"] {{ background: {t.border}; border: none; max-height: 1px; min-height: 1px; }}
    QToolButton {{ border: 1px solid transparent; border-radius: 6px; padding: 5px; background: transparent; }}
    QToolButton:hover {{ background: {t.raised}; }}
    QToolButton:pressed {{ background: {t.border}; }}
    QToolButton:checked {{ background: {t.raised}; border-color: {t.border}; }}
    QToolButton:focus {{ border-color: {t.accent}; }}
    QToolButton::menu-indicator {{ image: none; }}
    QToolButton[role="select"] {{ background: {t.raised}; border: 1px solid {t.outline}; padding: 4px 10px;
        text-align: left; }}
    QToolButton[role="select"]:hover {{ border-color: {t.text}; }}
    QToolButton[role="select"]:focus {{ border-color: {t.accent}; }}
    QPushButton {{ background: {t.raised}; border: 1px solid {t.outline}; border-radius: 6px; padding: 6px 14px;
        color: {t.text}; }}
    QPushButton:hover {{ border-color: {t.text}; }}
    QPushButton:pressed {{ background: {t.border}; }}
    QPushButton:focus {{ border-color: {t.accent}; }}
    QPushButton:disabled {{ color: {t.muted}; background: {t.surface}; }}
    QPushButton[role="primary"] {{ background: {t.accent}; color: {t.on_accent}; border-color: {t.accent};
        font-weight: 600; }}
    QPushButton[role="primary"]:disabled {{ background: {t.surface}; color: {t.muted}; border-color: {t.border}; }}
    QPushButton[role="choice"] {{ padding: 6px 8px; }}
    QPushButton[role="choice"]:checked {{ background: {t.accent}; color: {t.on_accent}; border-color: {t.accent}; }}
    QPushButton[role="tab"] {{ background: transparent; border: none; border-bottom: 2px solid transparent;
        border-radius: 0; padding: 7px 6px; color: {t.muted}; }}
    QPushButton[role="tab"]:hover {{ color: {t.text}; }}
    QPushButton[role="tab"]:checked {{ color: {t.text}; border-bottom-color: {t.accent}; font-weight: 600; }}
    QPushButton[role="tab"]:focus {{ background: {t.raised}; }}
    QComboBox {{ combobox-popup: 0; background: {t.raised}; border: 1px solid {t.outline}; border-radius: 6px;
        padding: 4px 10px; min-height: 20px; }}
    QComboBox:hover {{ border-color: {t.text}; }}
    QComboBox:focus {{ border-color: {t.accent}; }}
    QComboBox::drop-down {{ border: none; width: 24px; }}
    QComboBox::down-arrow {{ image: url("{arrow}"); width: 12px; height: 12px; }}
    QComboBox QAbstractItemView {{ background: {t.surface}; border: 1px solid {t.border}; outline: none;
        selection-background-color: {t.accent}; selection-color: {t.on_accent}; }}
    QComboBox QAbstractItemView::item {{ color: {t.text}; padding: 4px 6px; }}
    QComboBox QAbstractItemView::item:selected, QComboBox QAbstractItemView::item:hover {{
        background: {t.accent}; color: {t.on_accent}; }}
    QCheckBox::indicator {{ width: 18px; height: 18px; border: 1px solid {t.outline}; border-radius: 4px;
        background: {t.window}; }}
    QCheckBox::indicator:checked {{ background: {t.accent}; border-color: {t.accent}; image: url("{tick}"); }}
    QCheckBox::indicator:focus {{ border: 2px solid {t.accent}; }}
    QCheckBox::indicator:checked:focus {{ border: 2px solid {t.text}; }}
    QCheckBox::indicator:disabled {{ border-color: {t.border}; }}
    QLineEdit, QSpinBox, QDoubleSpinBox, QDateEdit, QPlainTextEdit {{ background: {t.window};
        border: 1px solid {t.outline}; border-radius: 6px; padding: 5px 8px; selection-background-color: {t.accent};
        selection-color: {t.on_accent}; }}
    QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QDateEdit:focus, QPlainTextEdit:focus {{
        border-color: {t.accent}; }}
    QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
    QSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::up-button, QDoubleSpinBox::down-button {{
        width: 0; border: none; }}
    QDateEdit::drop-down {{ border: none; width: 24px; }}
    QDateEdit::down-arrow {{ image: url("{arrow}"); width: 12px; height: 12px; }}
    QTableWidget {{ background: {t.surface}; border: 1px solid {t.border}; selection-background-color: {t.accent};
        selection-color: {t.on_accent}; }}
    QTableWidget::item:selected {{ background: {t.accent}; color: {t.on_accent}; }}
    QHeaderView::section {{ background: {t.raised}; color: {t.text}; border: none; padding: 5px 8px; }}
    QMenu {{ background: {t.surface}; border: 1px solid {t.border}; padding: 5px; }}
    QMenu::item {{ padding: 6px 26px 6px 10px; border-radius: 4px; }}
    QMenu::item:selected {{ background: {t.accent}; color: {t.on_accent}; }}
    QMenu::item:disabled {{ color: {t.muted}; }}
    QMenu::separator {{ height: 1px; background: {t.border}; margin: 5px 6px; }}
    QMenu::icon {{ padding-left: 8px; }}
    QSlider::groove:horizontal {{ height: 4px; background: {t.outline}; border-radius: 2px; }}
    QSlider::sub-page:horizontal {{ background: {t.accent}; border-radius: 2px; }}
    QSlider::handle:horizontal {{ width: 14px; height: 14px; margin: -5px 0; border-radius: 7px;
        background: {t.text}; }}
    QSlider::handle:horizontal:focus {{ background: {t.accent}; }}
    QSlider::handle:horizontal:disabled {{ background: {t.border}; }}
    QSplitter::handle {{ background: transparent; }}
    QSplitter::handle:hover {{ background: {t.border}; }}
    QScrollArea {{ border: none; background: transparent; }}
    QScrollBar:vertical {{ width: 10px; background: transparent; margin: 0; }}
    QScrollBar::handle:vertical {{ background: {t.outline}; border-radius: 4px; min-height: 28px; margin: 1px; }}
    QScrollBar:horizontal {{ height: 10px; background: transparent; margin: 0; }}
    QScrollBar::handle:horizontal {{ background: {t.outline}; border-radius: 4px; min-width: 28px; margin: 1px; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
    """
