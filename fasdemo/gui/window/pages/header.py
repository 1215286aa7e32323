"""The bar at the top: source, model, policy and device, and the buttons of the window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PyQt6.QtCore import QSignalBlocker, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QMenu, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from fasdemo.capture.cameras.network.address import is_network_address, public_address
from fasdemo.engine.result import EngineFacts
from fasdemo.gui.camera.camera_list import CameraList
from fasdemo.gui.style.icons import icon
from fasdemo.gui.translation import tr
from fasdemo.gui.widgets.eliding_combo import ElidingCombo
from fasdemo.runtime.requests import EngineRequest

_CHOOSE = "\0choose"
DEVICES = (("Automatic", "auto"), ("CPU", "cpu"), ("CUDA", "cuda"))


class Header(QWidget):
    """The bar at the top.

    Args:
        models: names of the shipped models.
        cameras: the connected cameras.
        parent: the window.

    Signals:
        opened: str: the user opens this source.
        action: str: the user starts this action of `fasdemo.gui.dialogs.shortcuts`.
        engine_chosen: EngineRequest: the user changes model, policy or device.
    """

    opened = pyqtSignal(str)
    action = pyqtSignal(str)
    engine_chosen = pyqtSignal(object)

    def __init__(self, models: Sequence[str], cameras: CameraList, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("header")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._recent: list[str] = []
        self._model: str | None = None
        self.source = QToolButton()
        self.source.setText(tr("Open a source"))
        self.source.setProperty("role", "select")
        self.source.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.source.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.source.setAccessibleName(tr("Source"))
        self.source.setToolTip(tr("Choose a camera, a video or a recorded session"))
        self.source.setIcon(icon("chevron-down"))
        self.source.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self.source.setIconSize(QSize(14, 14))
        self.menu = QMenu(self.source)
        self.menu.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.menu.setToolTipsVisible(True)
        self.menu.aboutToShow.connect(self._open_menu)
        self.cameras = cameras
        cameras.changed.connect(self._fill_menu)
        self.source.setMenu(self.menu)
        self.model = self._combo(tr("Model"), tr("The network that rates each face"), 72)
        self.model.addItem(tr("Automatic"), None)
        for name in models:
            self.model.addItem(name, name)
        self.model.addItem(tr("Choose a file…"), _CHOOSE)
        self.policy = self._combo(tr("Policy"), tr("The thresholds that turn a score into a verdict"), 84)
        self.policy.addItem(tr("Model's default"), None)
        self.device = self._combo(tr("Runs on"), tr("The device that runs the network"), 84)
        for words, name in DEVICES:
            self.device.addItem(tr(words), name)
        self.source.setMinimumHeight(self.model.sizeHint().height())
        # In a narrow window the name of the model is shortened first.
        self.source.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self.device.setMinimumWidth(self.device.sizeHint().width())
        for combo in (self.model, self.policy, self.device):
            combo.activated.connect(self._choose)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 8, 10, 8)
        row.setSpacing(14)
        for words, control in (
            (tr("Source"), self.source),
            (tr("Model"), self.model),
            (tr("Policy"), self.policy),
            (tr("Runs on"), self.device),
        ):
            row.addLayout(_captioned(words, control))
        row.addStretch(1)
        self.buttons: dict[str, QToolButton] = {}
        tools = QHBoxLayout()
        tools.setSpacing(2)
        for name, action, words in (
            ("record", "tab_record", tr("Record a labelled session (Ctrl+3)")),
            ("kiosk", "toggle_kiosk", tr("Kiosk mode: only the verdict, full screen (F11)")),
            ("help", "show_shortcuts", tr("Keyboard shortcuts (?)")),
        ):
            tools.addWidget(self._tool(name, action, words))
        more = self._tool("more", "", tr("More"))
        more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(more)
        self.more: dict[str, QAction] = {}
        for words, action in (
            (tr("Event log…") + "\tCtrl+L", "toggle_log"),
            (tr("Events with pictures…"), "events"),
            (tr("Tune…") + "\tCtrl+T", "tune"),
            (tr("Calibrate…"), "calibrate"),
            ("", ""),
            (tr("Preferences…") + "\tCtrl+,", "preferences"),
            (tr("Keyboard shortcuts") + "\t?", "show_shortcuts"),
            (tr("About fasdemo"), "about"),
            ("", ""),
            (tr("Quit") + "\tCtrl+Q", "quit"),
        ):
            if words:
                self.more[action] = _add(menu, words, lambda checked=False, name=action: self.action.emit(name))
            else:
                menu.addSeparator()
        more.setMenu(menu)
        tools.addWidget(more)
        row.addLayout(tools)

    def _combo(self, name: str, words: str, width: int) -> QComboBox:
        combo = ElidingCombo()
        combo.setAccessibleName(name)
        combo.setToolTip(words)
        combo.setMinimumWidth(width)
        combo.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        combo.setMaximumWidth(round(combo.fontMetrics().averageCharWidth() * 44))
        return combo

    def _tool(self, name: str, action: str, words: str) -> QToolButton:
        button = QToolButton()
        button.setIcon(icon(name))
        button.setIconSize(QSize(1, 1) * max(22, round(button.fontMetrics().lineSpacing() * 1.35)))
        button.setToolTip(words)
        button.setAccessibleName(words)
        if action:
            button.clicked.connect(lambda: self.action.emit(action))
        self.buttons[name] = button
        return button

    def show_recent(self, recent: list[str]) -> None:
        """Set the recent sources in the menu."""
        self._recent = list(recent)

    def show_source(self, name: str) -> None:
        """Show the name of the open source; empty if there is none."""
        metrics = self.source.fontMetrics()
        words = metrics.elidedText(
            name or tr("Open a source"), Qt.TextElideMode.ElideMiddle, metrics.averageCharWidth() * 26
        )
        self.source.setText(words)
        self.source.setToolTip(name or tr("Choose a camera, a video or a recorded session"))

    def show_logging(self, running: bool) -> None:
        """Set whether the menu entry starts or stops the event log."""
        self.more["toggle_log"].setText((tr("Stop the event log") if running else tr("Event log…")) + "\tCtrl+L")

    def show_engine(self, request: EngineRequest, facts: EngineFacts | None) -> None:
        """Show the requested model, policy and device, and the policies of the model once it is loaded."""
        with QSignalBlocker(self.model), QSignalBlocker(self.policy), QSignalBlocker(self.device):
            self._model = request.model
            self._select_model(request.model)
            if facts is not None:
                default = facts.card.default_policy
                self.policy.clear()
                self.policy.addItem(tr("{policy} (default)", policy=default), None)
                for name in facts.card.thresholds:
                    if name != default:
                        self.policy.addItem(name, name)
                self.policy.setCurrentIndex(max(0, self.policy.findData(request.policy)))
            self.device.setCurrentIndex(max(0, self.device.findData(request.device)))

    def _select_model(self, model: str | None) -> None:
        number = self.model.findData(model)
        if number < 0 and model is not None:
            number = self.model.count() - 1
            self.model.insertItem(number, Path(model).name, model)
        self.model.setCurrentIndex(max(0, number))

    def _choose(self) -> None:
        if self.model.currentData() == _CHOOSE:
            self.action.emit("choose_model")
            return
        model = self.model.currentData()
        # Policies belong to a model, so another model starts with its default policy.
        policy = self.policy.currentData() if model == self._model else None
        self.engine_chosen.emit(EngineRequest(model, policy, self.device.currentData()))

    def _open_menu(self) -> None:
        self.cameras.refresh()
        self._fill_menu()

    def _fill_menu(self) -> None:
        menu = self.menu
        menu.clear()
        _add(menu, tr("RealSense camera"), lambda: self.opened.emit("realsense"), "depth-camera", "Ctrl+R")
        _add(menu, tr("Webcam"), lambda: self.opened.emit("webcam"), "camera")
        for spec, words in self.cameras.cameras:
            name = "camera" if spec.startswith("webcam") else "depth-camera"
            _add(menu, words, lambda checked=False, spec=spec: self.opened.emit(spec), name)
        menu.addSeparator()
        _add(menu, tr("Video or recording…"), lambda: self.action.emit("open_file"), "file", "Ctrl+O")
        _add(menu, tr("Session or picture folder…"), lambda: self.action.emit("open_folder"), "folder", "Ctrl+Shift+O")
        _add(menu, tr("Library of recordings"), lambda: self.action.emit("open_library"), "folder", "Ctrl+B")
        _add(menu, tr("Demo session"), lambda: self.action.emit("open_demo"), "demo", "Ctrl+D")
        if self._recent:
            menu.addSeparator()
            for spec in self._recent:
                action = _add(menu, source_words(spec), lambda checked=False, spec=spec: self.opened.emit(spec))
                action.setToolTip(spec)


def _add(menu: QMenu, words: str, slot: Callable[..., object], name: str = "", keys: str = "") -> QAction:
    action = menu.addAction(words)
    assert action is not None
    if name:
        action.setIcon(icon(name))
    if keys:
        # The text only shows the keys; the window binds them.
        action.setText(f"{words}\t{keys}")
    action.triggered.connect(slot)
    return action


def _captioned(words: str, control: QWidget) -> QVBoxLayout:
    caption = QLabel(words)
    caption.setProperty("role", "caption")
    font = caption.font()
    font.setPointSizeF(font.pointSizeF() * 0.82)
    caption.setFont(font)
    caption.setBuddy(control)
    column = QVBoxLayout()
    column.setSpacing(2)
    column.addWidget(caption)
    column.addWidget(control)
    return column


def source_words(spec: str) -> str:
    """Return the display name of a source: the camera's name, its address without keys, or the end of a path."""
    kind, _, which = spec.partition(":")
    if kind in ("realsense", "hello", "webcam"):
        return {"realsense": "RealSense", "hello": "Windows Hello", "webcam": tr("Webcam")}[kind] + (
            f" {which}" if which else ""
        )
    if is_network_address(spec):
        return public_address(spec)
    path = Path(spec)
    return f"{path.parent.name}/{path.name}" if path.parent.name else path.name
