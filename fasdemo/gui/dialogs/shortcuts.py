"""Every key, in one table: it is bound from here, and `?` shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PyQt6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QLabel, QVBoxLayout, QWidget

from fasdemo.gui.widgets.heading import heading


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A key and what it does.

    Keys without Ctrl or Alt reach the window only when the focused control has no use for them: letters can be typed
    into the record panel, and Space presses the button that has the focus.
    """

    keys: tuple[str, ...]
    action: str
    words: str
    group: str


SHORTCUTS = (
    Shortcut(("Ctrl+O",), "open_file", "Open a video, recording or model", "Source"),
    Shortcut(("Ctrl+Shift+O",), "open_folder", "Open a session or a folder of pictures", "Source"),
    Shortcut(("Ctrl+D",), "open_demo", "Open the demo session", "Source"),
    Shortcut(("Ctrl+R",), "open_realsense", "Open a RealSense camera", "Source"),
    Shortcut(("Ctrl+W",), "close_source", "Close the source", "Source"),
    Shortcut(("Space",), "play_pause", "Play or pause a file", "Playing"),
    Shortcut(("Left",), "step_back", "One frame back", "Playing"),
    Shortcut(("Right",), "step_forward", "One frame on", "Playing"),
    Shortcut(("Shift+Left",), "second_back", "One second back", "Playing"),
    Shortcut(("Shift+Right",), "second_forward", "One second on", "Playing"),
    Shortcut(("Home",), "to_start", "To the beginning", "Playing"),
    Shortcut(("[",), "slower", "Slower", "Playing"),
    Shortcut(("]",), "faster", "Faster", "Playing"),
    Shortcut(("L",), "toggle_loop", "Loop on or off", "Playing"),
    Shortcut(("1",), "enlarge_colour", "Colour alone, or all pictures", "Pictures"),
    Shortcut(("2",), "enlarge_depth", "Depth alone, or all pictures", "Pictures"),
    Shortcut(("3",), "enlarge_infrared", "Infrared alone, or all pictures", "Pictures"),
    Shortcut(("S",), "snap", "Snap the focused or enlarged picture", "Pictures"),
    Shortcut(("Esc",), "back", "All pictures; leave the kiosk", "Pictures"),
    Shortcut(("F11", "K"), "toggle_kiosk", "Kiosk: the verdict alone, full screen", "Window"),
    Shortcut(("Ctrl+1",), "tab_reasons", "Show reasons and evidence", "Window"),
    Shortcut(("Ctrl+2",), "tab_timing", "Show timing and model", "Window"),
    Shortcut(("Ctrl+3",), "tab_record", "Show the record panel", "Window"),
    Shortcut(("R",), "toggle_recording", "Start or stop recording", "Window"),
    Shortcut(("Ctrl+L",), "toggle_log", "Start or end the event log", "Window"),
    Shortcut(("Ctrl+,",), "preferences", "Preferences", "Window"),
    Shortcut(("?", "F1"), "show_shortcuts", "This list", "Window"),
    Shortcut(("Ctrl+Q",), "quit", "Quit", "Window"),
)


class Keys:
    """Binds the table to a window.

    Args:
        window: Ctrl and function keys work in all of it; the others when it passes them to `pressed`.
        do: does an action by name.
    """

    def __init__(self, window: QWidget, do: Callable[[str], None]) -> None:
        self._do = do
        self._plain: dict[str, str] = {}
        for shortcut in SHORTCUTS:
            for key in shortcut.keys:
                if "Ctrl+" in key or key.startswith("F"):
                    bound = QShortcut(QKeySequence(key), window)
                    bound.activated.connect(lambda name=shortcut.action: do(name))
                else:
                    self._plain[QKeySequence(key).toString()] = shortcut.action

    def pressed(self, event: QKeyEvent) -> bool:
        """Do what a key means that no control wanted; False if it means nothing."""
        keys = QKeySequence(event.keyCombination()).toString()
        # Which keys give "?" or "[" depends on the keyboard's layout; the letter does not.
        name = self._plain.get(keys) or self._plain.get(event.text().upper() or "\0")
        if name is not None:
            self._do(name)
        return name is not None


class ShortcutsDialog(QDialog):
    """All keys by group."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard shortcuts")
        self.setAccessibleName("Keyboard shortcuts")
        columns = QGridLayout()
        columns.setHorizontalSpacing(40)
        columns.setVerticalSpacing(18)
        groups = list(dict.fromkeys(shortcut.group for shortcut in SHORTCUTS))
        for number, group in enumerate(groups):
            columns.addWidget(self._group(group), number // 2, number % 2, Qt.AlignmentFlag.AlignTop)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 18)
        layout.setSpacing(18)
        layout.addLayout(columns)
        layout.addWidget(buttons)

    def _group(self, group: str) -> QWidget:
        widget = QWidget()
        grid = QGridLayout(widget)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(18)
        grid.setVerticalSpacing(5)
        grid.addWidget(heading(group), 0, 0, 1, 2)
        for row, shortcut in enumerate((one for one in SHORTCUTS if one.group == group), 1):
            keys = QLabel("  or  ".join(shortcut.keys))
            font = keys.font()
            font.setBold(True)
            keys.setFont(font)
            keys.setMinimumWidth(110)
            grid.addWidget(keys, row, 0)
            grid.addWidget(QLabel(shortcut.words), row, 1)
        grid.setColumnStretch(1, 1)
        return widget
