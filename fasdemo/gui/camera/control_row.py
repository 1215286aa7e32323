"""One control of a camera as a widget: a switch, a list of choices or a number."""

from __future__ import annotations

import math

from PyQt6.QtCore import QSignalBlocker, Qt, pyqtSignal
from PyQt6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QHBoxLayout, QLabel, QSizePolicy, QWidget

from fasdemo.capture.controls import Control
from fasdemo.gui.translation import tr
from fasdemo.gui.widgets.eliding_combo import ElidingCombo

_MAX_NUMBER = 1e9


class ControlRow(QWidget):
    """The field of one control; a control that can only be read is a text.

    Signals:
        changed: str, str: name of the control and its new value as text.
    """

    changed = pyqtSignal(str, str)

    def __init__(self, control: Control, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.control = control
        self.field: QWidget = self._make()
        self.field.setToolTip(_help(control))
        self.field.setAccessibleName(title(control))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.field, 1)
        self.show_control(control)

    def _make(self) -> QWidget:
        control = self.control
        if control.read_only:
            label = QLabel()
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            return label
        if control.is_switch and not control.choices:
            box = QCheckBox()
            box.toggled.connect(lambda on: self.changed.emit(control.name, "on" if on else "off"))
            return box
        if control.choices:
            combo = ElidingCombo()
            combo.addItems([words for _, words in control.choices])
            combo.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            combo.setMinimumWidth(60)
            combo.textActivated.connect(lambda words: self.changed.emit(control.name, words))
            return combo
        number = QDoubleSpinBox()
        number.setDecimals(_decimals(control.step, control.minimum))
        number.setRange(max(control.minimum, -_MAX_NUMBER), min(control.maximum, _MAX_NUMBER))
        number.setSingleStep(control.step or 1.0)
        number.setKeyboardTracking(False)
        # A wheel that scrolls the panel must not change the camera.
        number.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        number.valueChanged.connect(lambda value: self.changed.emit(control.name, f"{value:.9g}"))
        return number

    def show_control(self, control: Control) -> None:
        """Show the current value, unless the user is typing another one."""
        self.control = control
        field = self.field
        with QSignalBlocker(field):
            if isinstance(field, QLabel):
                field.setText(control.text())
            elif isinstance(field, QCheckBox):
                field.setChecked(bool(control.value))
                field.setText(tr("on") if control.value else tr("off"))
            elif isinstance(field, QComboBox):
                field.setCurrentText(control.text())
            elif isinstance(field, QDoubleSpinBox) and not field.hasFocus():
                field.setValue(control.value)

    def show_refused(self) -> None:
        """Show the value of the device again, because the user's was refused."""
        field = self.field
        if isinstance(field, QDoubleSpinBox):
            with QSignalBlocker(field):
                field.setValue(self.control.value)
        self.show_control(self.control)


def title(control: Control) -> str:
    """Return the name of a control for its row: that of the device, without the sensor."""
    own = control.name.partition(".")[2] or control.name
    return own.replace("filter_", "").replace(".", ": ").replace("_", " ").capitalize()


def _help(control: Control) -> str:
    return "\n".join(part for part in (control.description, f"{control.name}: {control.allowed}") if part)


def _decimals(step: float, minimum: float) -> int:
    """Return the number of decimals that shows a step, at most 6."""
    if step <= 0:
        return 0 if not math.isfinite(minimum) else 6
    return min(max(math.ceil(-math.log10(step) - 1e-6), 0), 6)
