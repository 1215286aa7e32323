"""The panel with the controls of the camera, what it reports about itself, and the metadata of its frames."""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QFormLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from fasdemo.capture.controls import CameraState, Control
from fasdemo.gui.camera.control_row import ControlRow, title
from fasdemo.gui.translation import tr
from fasdemo.gui.widgets.heading import heading

GROUPS = {
    "": "Pictures",
    "rgb": "Colour",
    "depth": "Depth",
    "filter": "Depth filters",
    "motion": "Motion",
}
FACTS = ("Name", "Serial number", "Firmware", "Recommended firmware", "USB type", "Preset")


class CameraPanel(QWidget):
    """The controls of the open camera, as the device offers them; for a session, those at its recording.

    Signals:
        changed: str, str: the user sets a control, by its name, to a value as text.
        reset: the user sets all controls back.
        preset_wanted: the user loads a preset of RealSense Viewer.
    """

    changed = pyqtSignal(str, str)
    reset = pyqtSignal()
    preset_wanted = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: dict[str, ControlRow] = {}
        self._shape: object = None
        self.hint = QLabel("")
        self.hint.setWordWrap(True)
        self.hint.setProperty("role", "caption")
        self.problem = QLabel("")
        self.problem.setWordWrap(True)
        self.problem.setAccessibleName(tr("Problem of the camera's controls"))
        self.problem.hide()
        self.back = QPushButton(tr("Reset all"))
        self.back.setToolTip(tr("Open the camera again with its own settings"))
        self.back.clicked.connect(self.reset.emit)
        self.preset = QPushButton(tr("Load a preset…"))
        self.preset.setToolTip(tr("Values of the advanced mode, as RealSense Viewer saves them"))
        self.preset.clicked.connect(self.preset_wanted.emit)
        self._controls = QWidget()
        self._facts = QLabel("")
        self._metadata = QLabel("")
        for label in (self._facts, self._metadata):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._metadata_heading = heading(tr("Metadata of the frames"))
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 4, 6, 8)
        self._layout.setSpacing(8)
        self._layout.addWidget(heading(tr("Camera")))
        for widget in (self._facts, self.hint, self.problem, self._controls, self.preset, self.back):
            self._layout.addWidget(widget)
        self._layout.addWidget(self._metadata_heading)
        self._layout.addWidget(self._metadata)
        self._layout.addStretch(1)
        self.show_state(None, live=False)

    @property
    def facts(self) -> str:
        """The shown facts about the camera."""
        return self._facts.text()

    @property
    def metadata(self) -> str:
        """The shown metadata of the newest frame."""
        return self._metadata.text()

    def show_state(self, state: CameraState | None, live: bool, recording: bool = False) -> None:
        """Show the controls of a source.

        Args:
            state: what the camera reports; None if it has no controls, or if no source is open.
            live: whether it is a camera and not a recording.
            recording: whether a recording is running, so that nothing may change.
        """
        controls = () if state is None else state.controls
        shape = tuple((one.name, one.read_only, one.choices, one.minimum, one.maximum, one.step) for one in controls)
        if shape != self._shape:
            self._shape = shape
            self._build(controls)
        for control in controls:
            self.rows[control.name].show_control(control)
        self._controls.setEnabled(live and not recording)
        can_change = any(not control.read_only for control in controls)
        self.back.setVisible(live and can_change)
        self.back.setEnabled(not recording)
        # Only a RealSense has a depth sensor with options.
        self.preset.setVisible(live and any(control.group == "depth" for control in controls))
        self.preset.setEnabled(not recording)
        self.hint.setText(_hint(state, live, recording))
        self.hint.setVisible(bool(self.hint.text()))
        self.problem.setText("" if state is None else state.problem)
        self.problem.setVisible(bool(self.problem.text()))
        facts = () if state is None else state.facts
        lines = [f"{tr(name)}: {value}" for name, value in facts]
        if state is not None and state.depth_filters:
            lines.append(tr("Depth filters: {filters}", filters=", ".join(state.depth_filters)))
        self._facts.setText("\n".join(lines))
        self._facts.setVisible(bool(lines))
        self._metadata.setText("" if state is None else "\n".join(f"{name}: {value}" for name, value in state.metadata))
        for widget in (self._metadata_heading, self._metadata):
            widget.setVisible(bool(self._metadata.text()))

    def _build(self, controls: tuple[Control, ...]) -> None:
        old, self._controls = self._controls, QWidget()
        self._layout.replaceWidget(old, self._controls)
        old.deleteLater()
        self.rows = {}
        column = QVBoxLayout(self._controls)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for group in dict.fromkeys(control.group for control in controls):
            column.addWidget(heading(tr(GROUPS[group]) if group in GROUPS else group.capitalize()))
            form = QFormLayout()
            form.setContentsMargins(0, 0, 0, 0)
            form.setHorizontalSpacing(10)
            form.setVerticalSpacing(5)
            form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
            form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
            for control in controls:
                if control.group == group:
                    form.addRow(self._caption(control), self.rows[control.name])
            column.addLayout(form)

    def _caption(self, control: Control) -> QLabel:
        row = ControlRow(control)
        row.changed.connect(self.changed)
        self.rows[control.name] = row
        caption = QLabel(title(control))
        caption.setProperty("role", "caption")
        caption.setToolTip(row.field.toolTip())
        caption.setWordWrap(True)
        caption.setBuddy(row.field)
        return caption


def _hint(state: CameraState | None, live: bool, recording: bool) -> str:
    if recording:
        return tr("A recording is running; stop it (R) to change the camera.")
    if state is None or not (state.controls or state.facts):
        return tr("This camera offers no controls.") if live else tr("Open a camera to see its controls.")
    if not live:
        return tr("These were the settings of the camera when the recording started.")
    if state.depth_filters:
        return tr("Depth is filtered, and this is not LIVE unless the model was trained on it.")
    return ""
