"""The preferences dialog, generated from the titles, descriptions and limits of `Settings`."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

from annotated_types import Ge, Le
from pydantic.fields import FieldInfo
from PyQt6.QtCore import QSize, Qt
from PyQt6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from fasdemo.errors import UserError
from fasdemo.gui.dialogs.exit_pin import hash_pin
from fasdemo.gui.settings import Settings
from fasdemo.gui.translation import LANGUAGES, tr
from fasdemo.gui.widgets.window_state import fitted_size
from fasdemo.publish.addresses import Use, target_of
from fasdemo.runtime.outputs.event_picture_store import check_folder
from fasdemo.runtime.outputs.event_picture_writer import CONSENT

TAB_NAMES = ("Window", "Kiosk")


class Preferences(QDialog):
    """The preferences dialog; it edits a copy, and `apply_to` writes the values into the settings."""

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Preferences"))
        self.fields: dict[str, QWidget] = {}
        self.tabs = QTabWidget()
        forms = {name: self._add_tab(name) for name in TAB_NAMES}
        for name, info in Settings.model_fields.items():
            if info.title is None:
                continue
            value = getattr(settings, name)
            field = PinField(value) if name == "kiosk_pin" else _editor(info, value)
            field.setToolTip(tr(info.description or ""))
            field.setAccessibleName(tr(info.title))
            field.setAccessibleDescription(tr(info.description or ""))
            self.fields[name] = field
            if name == "event_pictures_told":
                self.consent = QLabel(tr(CONSENT))
                self.consent.setWordWrap(True)
                forms["Window"].addRow(self.consent)
            forms["Kiosk" if name.startswith("kiosk_") else "Window"].addRow(tr(info.title), field)
        self.problem = QLabel("")
        self.problem.setWordWrap(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self._accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 18)
        layout.setSpacing(14)
        layout.addWidget(self.tabs)
        layout.addWidget(self.problem)
        layout.addWidget(buttons)
        self.problem.hide()
        self.setMinimumWidth(500)
        # Without this, Qt opens dialogs at two thirds of a small screen.
        self.resize(self.sizeHint())

    def _add_tab(self, name: str) -> QFormLayout:
        form = QFormLayout()
        form.setHorizontalSpacing(18)
        form.setVerticalSpacing(10)
        page = QWidget()
        page.setLayout(form)
        room = QScrollArea()
        room.setWidget(page)
        room.setWidgetResizable(True)
        room.setFrameShape(QFrame.Shape.NoFrame)
        room.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.tabs.addTab(room, tr(name))
        return form

    @override
    def sizeHint(self) -> QSize:
        """Return the size at which nothing has to be scrolled, or what the screen has room for."""
        pages = [self.tabs.widget(index) for index in range(self.tabs.count())]
        rooms = [page.widget() for page in pages if isinstance(page, QScrollArea)]
        wanted = super().sizeHint()
        most = max(room.sizeHint().height() for room in rooms if room is not None)
        shown = self.tabs.sizeHint().height()
        wanted.setHeight(wanted.height() - shown + most + 70)
        return fitted_size(self, wanted)

    def values(self) -> dict[str, Any]:
        """Return the values of all fields by setting name."""
        return {name: _value(field) for name, field in self.fields.items()}

    def apply_to(self, settings: Settings) -> None:
        """Write the values into the settings."""
        for name, value in self.values().items():
            setattr(settings, name, value)

    def _show_problem(self, words: str) -> None:
        self.problem.setText(words)
        self.problem.show()

    def _accept(self) -> None:
        values = self.values()
        if values["depth_near_m"] >= values["depth_far_m"]:
            self.tabs.setCurrentIndex(0)
            self._show_problem(
                tr("The distance of “Depth colours to” must be larger than that of “Depth colours from”.")
            )
            return
        if values["event_pictures"]:
            self.tabs.setCurrentIndex(0)
            if not values["event_pictures_told"]:
                self._show_problem(
                    tr("“Pictures of events” needs “People are told”: tick it, or switch the pictures off.")
                )
                return
            try:
                check_folder(values["event_pictures_folder"])
            except UserError as error:
                self._show_problem(str(error))
                return
        uses: dict[str, Use] = {"kiosk_on_live": "on_live", "kiosk_heartbeat": "heartbeat"}
        for name, use in uses.items():
            try:
                if values[name]:
                    target_of(values[name], use)
            except UserError as error:
                self.tabs.setCurrentIndex(1)
                title = tr(Settings.model_fields[name].title or "")
                self._show_problem(f"“{title}”: {str(error).removeprefix(use).lstrip(' :')}")
                return
        self.accept()


class FolderField(QWidget):
    """A text field for a folder, with a button that opens a folder dialog."""

    def __init__(self, folder: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.line = QLineEdit(str(folder))
        choose = QPushButton(tr("Choose…"))
        choose.clicked.connect(self._choose)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.line, 1)
        row.addWidget(choose)
        self.setFocusProxy(self.line)

    def _choose(self) -> None:
        found = QFileDialog.getExistingDirectory(self, tr("Folder"), self.line.text())
        if found:
            self.line.setText(found)


class PinField(QWidget):
    """A field for a new PIN, which is never shown; a button removes the old one."""

    def __init__(self, hashed: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._hashed = hashed
        self.line = QLineEdit()
        self.line.setEchoMode(QLineEdit.EchoMode.Password)
        self.remove = QPushButton(tr("Remove"))
        self.remove.clicked.connect(self._remove)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.line, 1)
        row.addWidget(self.remove)
        self.setFocusProxy(self.line)
        self._show()

    def value(self) -> str:
        """Return the hash of the new PIN, or the old hash if none was typed."""
        return hash_pin(self.line.text()) if self.line.text() else self._hashed

    def _remove(self) -> None:
        self._hashed = ""
        self.line.clear()
        self._show()

    def _show(self) -> None:
        self.line.setPlaceholderText(tr("unchanged") if self._hashed else tr("none"))
        self.remove.setEnabled(bool(self._hashed))


def _editor(info: FieldInfo, value: Any) -> QWidget:
    low = next((one.ge for one in info.metadata if isinstance(one, Ge) and isinstance(one.ge, int | float)), 0)
    high = next((one.le for one in info.metadata if isinstance(one, Le) and isinstance(one.le, int | float)), 1000)
    if isinstance(value, Path):
        return FolderField(value)
    if isinstance(value, str) and not get_args(info.annotation):
        return QLineEdit(value)
    if isinstance(value, str):
        box = QComboBox()
        for choice in get_args(info.annotation):
            box.addItem(LANGUAGES.get(choice) or tr(str(choice).capitalize()), choice)
        box.setCurrentIndex(box.findData(value))
        return box
    if isinstance(value, bool):
        tick = QCheckBox()
        tick.setChecked(value)
        return tick
    if isinstance(value, int):
        whole = QSpinBox()
        whole.setRange(int(low), int(high))
        whole.setValue(value)
        whole.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        return whole
    spin = QDoubleSpinBox()
    spin.setDecimals(2)
    spin.setSingleStep(0.05)
    spin.setRange(float(low), float(high))
    spin.setValue(float(value))
    spin.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
    return spin


def _value(field: QWidget) -> Any:
    if isinstance(field, FolderField):
        return Path(field.line.text())
    if isinstance(field, PinField):
        return field.value()
    if isinstance(field, QLineEdit):
        return field.text().strip()
    if isinstance(field, QCheckBox):
        return field.isChecked()
    if isinstance(field, QComboBox):
        return field.currentData()
    assert isinstance(field, QSpinBox | QDoubleSpinBox)
    return field.value()
