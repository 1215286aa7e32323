"""All keyboard shortcuts in one table, and the dialog that shows them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PyQt6.QtWidgets import QDialog, QDialogButtonBox, QFrame, QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget
from typing_extensions import override

from fasdemo.gui.translation import tr
from fasdemo.gui.widgets.heading import heading
from fasdemo.gui.widgets.window_state import fitted_size


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A shortcut: its keys, the action and the text for the list.

    Keys without Ctrl or Alt reach the window only if the focused control does not use them: letters can be typed into
    the record panel, and Space presses the focused button.
    """

    keys: tuple[str, ...]
    action: str
    words: str
    group: str


SHORTCUTS = (
    Shortcut(("Ctrl+O",), "open_file", "Open a video, recording or model", "Source"),
    Shortcut(("Ctrl+Shift+O",), "open_folder", "Open a session or a folder of pictures", "Source"),
    Shortcut(("Ctrl+B",), "open_library", "Show the library of recorded sessions", "Source"),
    Shortcut(("Ctrl+D",), "open_demo", "Open the demo session", "Source"),
    Shortcut(("Ctrl+R",), "open_realsense", "Open a RealSense camera", "Source"),
    Shortcut(("F5",), "try_again", "Search for the camera now", "Source"),
    Shortcut(("Ctrl+W",), "close_source", "Close the source", "Source"),
    Shortcut(("Space",), "play_pause", "Play or pause a file, freeze a camera", "Playing"),
    Shortcut(("Left",), "step_back", "Previous frame", "Playing"),
    Shortcut(("Right",), "step_forward", "Next frame", "Playing"),
    Shortcut(("Shift+Left",), "second_back", "Back 1 s", "Playing"),
    Shortcut(("Shift+Right",), "second_forward", "Forward 1 s", "Playing"),
    Shortcut(("Home",), "to_start", "Go to the beginning", "Playing"),
    Shortcut(("[",), "slower", "Slower", "Playing"),
    Shortcut(("]",), "faster", "Faster", "Playing"),
    Shortcut(("L",), "toggle_loop", "Loop on or off", "Playing"),
    Shortcut(("1",), "enlarge_colour", "Show only colour, or all pictures", "Pictures"),
    Shortcut(("2",), "enlarge_depth", "Show only depth, or all pictures", "Pictures"),
    Shortcut(("3",), "enlarge_infrared", "Show only infrared, or all pictures", "Pictures"),
    Shortcut(("+", "="), "zoom_in", "Zoom in, or the wheel; drag to move", "Pictures"),
    Shortcut(("-",), "zoom_out", "Zoom out", "Pictures"),
    Shortcut(("0",), "zoom_reset", "Show the whole picture", "Pictures"),
    Shortcut(("P",), "point_cloud", "Show the depth as a point cloud, and save it", "Pictures"),
    Shortcut(("S",), "snap", "Take a snapshot of the focused or enlarged picture", "Pictures"),
    Shortcut(("F",), "next_face", "Show the details of the next face", "Pictures"),
    Shortcut(("Esc",), "back", "Show all pictures, or leave kiosk mode", "Pictures"),
    Shortcut(("F11", "K"), "toggle_kiosk", "Kiosk mode: only the verdict, full screen", "Window"),
    Shortcut(("Ctrl+1",), "tab_reasons", "Show reasons and evidence", "Window"),
    Shortcut(("Ctrl+2",), "tab_timing", "Show timing and model", "Window"),
    Shortcut(("Ctrl+3",), "tab_record", "Show the record panel", "Window"),
    Shortcut(("Ctrl+4",), "tab_camera", "Show the controls of the camera", "Window"),
    Shortcut(("R",), "toggle_recording", "Start or stop recording", "Window"),
    Shortcut(("M",), "mark", "Mark this moment of the recording", "Window"),
    Shortcut(("T",), "save_last", "Save the last 10 s, if they are kept", "Window"),
    Shortcut(("N",), "next_person", "Record the next person of the list", "Window"),
    Shortcut(("Ctrl+L",), "toggle_log", "Start or stop the event log", "Window"),
    Shortcut(("Ctrl+T",), "tune", "Error rates and thresholds of a folder of sessions", "Window"),
    Shortcut(("Ctrl+,",), "preferences", "Preferences", "Window"),
    Shortcut(("?", "F1"), "show_shortcuts", "Show the keyboard shortcuts", "Window"),
    Shortcut(("Ctrl+Q",), "quit", "Quit", "Window"),
)


class Keys:
    """The binding of the shortcuts to a window.

    Args:
        window: Ctrl and function keys work anywhere in it; other keys work if it passes them to `pressed`.
        do: runs an action by its name.
    """

    def __init__(self, window: QWidget, do: Callable[[str], None]) -> None:
        self._do = do
        self._plain: dict[str, str] = {}
        for shortcut in SHORTCUTS:
            for key in shortcut.keys:
                if "Ctrl+" in key or (key.startswith("F") and key != "F"):
                    bound = QShortcut(QKeySequence(key), window)
                    bound.activated.connect(lambda name=shortcut.action: do(name))
                else:
                    self._plain[QKeySequence(key).toString()] = shortcut.action

    def pressed(self, event: QKeyEvent) -> bool:
        """Run the action of a key that no control has used; return False if the key has no action."""
        keys = QKeySequence(event.keyCombination()).toString()
        # The keys that produce "?" or "[" depend on the keyboard layout, so the typed character is compared.
        name = self._plain.get(keys) or self._plain.get(event.text().upper() or "\0")
        if name is not None:
            self._do(name)
        return name is not None


class ShortcutsDialog(QDialog):
    """The dialog that lists all shortcuts by group."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Keyboard shortcuts"))
        self.setAccessibleName(tr("Keyboard shortcuts"))
        names = list(dict.fromkeys(shortcut.group for shortcut in SHORTCUTS))
        groups = [self._group(name) for name in names]
        columns = QGridLayout()
        columns.setHorizontalSpacing(40)
        columns.setVerticalSpacing(18)
        widest = max(group.sizeHint().width() for group in groups)
        screen = self.screen()
        count = 1 if screen is not None and 2 * widest + 140 > screen.availableSize().width() else 2
        for number, group in enumerate(groups):
            columns.addWidget(group, number // count, number % count, Qt.AlignmentFlag.AlignTop)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 18)
        layout.setSpacing(18)
        self.page = QWidget()
        self.page.setLayout(columns)
        self._area = QScrollArea()
        self._area.setWidget(self.page)
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        layout.addWidget(self._area)
        layout.addWidget(buttons)
        # Without this, Qt opens dialogs at two thirds of a small screen.
        self.resize(self.sizeHint())

    @override
    def sizeHint(self) -> QSize:
        """Return the size at which nothing has to be scrolled, or what the screen has room for."""
        around = super().sizeHint() - self._area.sizeHint()
        return fitted_size(self, self.page.sizeHint() + around + QSize(16, 4))

    def _group(self, group: str) -> QWidget:
        widget = QWidget()
        grid = QGridLayout(widget)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(18)
        grid.setVerticalSpacing(5)
        grid.addWidget(heading(tr(group)), 0, 0, 1, 2)
        for row, shortcut in enumerate((one for one in SHORTCUTS if one.group == group), 1):
            native = QKeySequence.SequenceFormat.NativeText
            keys = QLabel(f"  {tr('or')}  ".join(QKeySequence(key).toString(native) for key in shortcut.keys))
            font = keys.font()
            font.setBold(True)
            keys.setFont(font)
            keys.setMinimumWidth(110)
            grid.addWidget(keys, row, 0)
            grid.addWidget(QLabel(tr(shortcut.words)), row, 1)
        grid.setColumnStretch(1, 1)
        return widget
