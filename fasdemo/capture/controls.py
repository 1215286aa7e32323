"""The controls of a camera: exposure, gain, filters and others, as the device itself describes them.

The capture thread owns the device. Other threads read a copy of its state from `CameraControls` and request changes
there; the capture thread applies them between two frames.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from fasdemo.errors import UserError

_TOLERANCE = 1e-6
_ON, _OFF = ("on", "true", "yes"), ("off", "false", "no")
PARAMETER = "camera_option"
"""Parameter of `fasdemo.capture.open.open_source` that sets controls."""


@dataclass(frozen=True, slots=True)
class Control:
    """One control of a camera, with its current value.

    Attributes:
        name: its name, e.g. `depth.exposure`.
        value: current value in the device's unit.
        minimum: smallest value.
        maximum: largest value.
        step: distance between two values; 0 if any value in the range is allowed.
        default: value to which it can be reset.
        choices: values with their names; empty if any value of the range can be set.
        read_only: whether it can only be read.
        restarts: whether the camera has to be opened again to change it.
        description: what it does, in the words of the device's maker.
    """

    name: str
    value: float
    minimum: float
    maximum: float
    step: float
    default: float
    choices: tuple[tuple[float, str], ...] = ()
    read_only: bool = False
    restarts: bool = False
    description: str = ""

    @property
    def is_switch(self) -> bool:
        """Whether it is either on or off."""
        return (self.minimum, self.maximum, self.step) == (0.0, 1.0, 1.0)

    @property
    def group(self) -> str:
        """The part of its name before the first dot, e.g. `depth`; empty without a dot."""
        return self.name.rpartition(".")[0].split(".", 1)[0]

    def text(self, value: float | None = None) -> str:
        """Return a value as text, by default the current one; `parse` reads it."""
        number = self.value if value is None else value
        for choice, words in self.choices:
            if math.isclose(choice, number, abs_tol=_TOLERANCE):
                return words
        if self.is_switch and number in (0.0, 1.0):
            return "on" if number else "off"
        return f"{number:.7g}"

    @property
    def allowed(self) -> str:
        """The allowed values in words."""
        if self.choices:
            return ", ".join(words for _, words in self.choices)
        if self.is_switch:
            return "on, off"
        if not (math.isfinite(self.minimum) and math.isfinite(self.maximum)):
            return "a number"
        return f"{self.minimum:.7g} to {self.maximum:.7g}" + (f" in steps of {self.step:.7g}" if self.step else "")

    def parse(self, text: str) -> float:
        """Return the value that a text names: a number, the name of a choice, or on or off.

        Raises:
            UserError: the control cannot be changed, or the value is not allowed.
        """
        if self.read_only:
            raise UserError(f"{self.name}: can only be read on this camera; leave it out.", parameter=PARAMETER)
        words = text.strip().lower()
        value = next((choice for choice, name in self.choices if name.lower() == words), None)
        if value is None and self.is_switch and words in (*_ON, *_OFF):
            value = float(words in _ON)
        if value is None:
            try:
                value = float(words)
            except ValueError:
                value = math.nan
            if not self._allows(value):
                raise UserError(f"{self.name}={text.strip()}: use {self.allowed}.", parameter=PARAMETER)
        return value

    def _allows(self, value: float) -> bool:
        if self.choices:
            return any(math.isclose(value, choice, abs_tol=_TOLERANCE) for choice, _ in self.choices)
        slack = _TOLERANCE * max(abs(self.minimum), abs(self.maximum), 1.0) if math.isfinite(self.maximum) else 0.0
        if not (math.isfinite(value) and self.minimum - slack <= value <= self.maximum + slack):
            return False
        if self.step < 1.0 or not math.isfinite(self.minimum):
            return True
        # Small steps are rounded by the device; whole steps, such as every tenth millisecond, are exact.
        steps = (value - self.minimum) / self.step
        return math.isclose(steps, round(steps), abs_tol=1e-4)


class ControlDevice(Protocol):
    """A device whose controls can be read and set; used by the capture thread alone."""

    def controls(self) -> tuple[Control, ...]:
        """Return all controls with their current values."""
        ...

    def set(self, name: str, value: float) -> None:
        """Set one control.

        Raises:
            UserError: the device refuses the value.
        """
        ...


@dataclass(frozen=True, slots=True)
class CameraState:
    """What a camera reports about itself.

    Attributes:
        controls: all controls with their values.
        facts: name and value of what cannot change, e.g. firmware and USB type.
        metadata: name and value of the newest frame's metadata.
        depth_filters: the filters through which depth has gone, with their parameters.
        problem: the last control that failed, as a sentence; empty without one.
        stored: name and value of what is only stored with recordings, e.g. the values of a preset.
    """

    controls: tuple[Control, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    metadata: tuple[tuple[str, str], ...] = ()
    depth_filters: tuple[str, ...] = ()
    problem: str = ""
    stored: tuple[tuple[str, str], ...] = ()

    def find(self, name: str) -> Control:
        """Return a control by its name.

        Raises:
            UserError: there is no such control.
        """
        for control in self.controls:
            if control.name == name:
                return control
        names = ", ".join(control.name for control in self.controls if not control.read_only) or "none"
        raise UserError(f"{name}: the camera has no such option; it has: {names}.", parameter=PARAMETER)

    def values(self) -> dict[str, str]:
        """Return the values of all controls, and what is stored beside them, as text by name."""
        return {**{control.name: control.text() for control in self.controls}, **dict(self.stored)}


class CameraControls:
    """The state of a camera's controls, and the changes that wait for the capture thread; thread-safe.

    Args:
        wanted: values to set whenever the camera is started, by name.
    """

    def __init__(self, wanted: Mapping[str, str] | None = None) -> None:
        self._lock = threading.Lock()
        self._wanted = dict(wanted or {})
        self._waiting: dict[str, str] = {}
        self._state = CameraState()
        self.watched = False
        """Whether the metadata of the frames is displayed; otherwise it is not read, which saves time."""

    @property
    def state(self) -> CameraState:
        """The last known state."""
        with self._lock:
            return self._state

    @property
    def wanted(self) -> dict[str, str]:
        """Values that are set when the camera starts, with the changes since."""
        with self._lock:
            return dict(self._wanted)

    def request(self, name: str, text: str) -> None:
        """Request a change, which the capture thread applies before the next frame.

        Raises:
            UserError: there is no such control, it cannot be changed while the camera runs, or the value is not
                allowed.
        """
        control = self.state.find(name)
        control.parse(text)
        if control.restarts:
            raise UserError(f"{name}: can be changed only when the camera is opened.", parameter=PARAMETER)
        with self._lock:
            self._waiting[name] = text

    def publish(self, state: CameraState) -> None:
        """Replace the state."""
        with self._lock:
            self._state = state

    def show_metadata(self, metadata: Iterable[tuple[str, str]]) -> None:
        """Replace the metadata of the newest frame."""
        with self._lock:
            self._state = replace(self._state, metadata=tuple(metadata))

    def apply_waiting(self, device: ControlDevice) -> bool:
        """Apply the requested changes in the capture thread; return whether there were any.

        A change that the device refuses becomes the `problem` of the state.
        """
        with self._lock:
            waiting, self._waiting = self._waiting, {}
        if not waiting:
            return False
        problem = apply_values(device, self.state, waiting)
        after = device.controls()
        with self._lock:
            self._state = replace(self._state, controls=_merged(self._state.controls, after), problem=problem)
            if not problem:
                self._wanted.update(waiting)
        return True


def apply_values(device: ControlDevice, state: CameraState, values: Mapping[str, str]) -> str:
    """Set values on a device; return the sentences about those that it refused, else an empty text.

    Raises:
        UserError: there is no such control, or the value is not allowed.
    """
    numbers = {name: state.find(name).parse(text) for name, text in values.items()}
    problems = []
    for name, number in numbers.items():
        try:
            device.set(name, number)
        except UserError as error:
            problems.append(str(error))
    return " ".join(problems)


def recorded_controls(
    values: Mapping[str, str], facts: Iterable[tuple[str, str]], filters: Iterable[str]
) -> CameraControls:
    """Return the controls of a recording, which can only be read."""
    board = CameraControls()
    shown = [
        Control(name, 0.0, 0.0, 0.0, 0.0, 0.0, choices=((0.0, text),), read_only=True) for name, text in values.items()
    ]
    board.publish(CameraState(tuple(shown), tuple(facts), (), tuple(filters)))
    return board


def parse_options(texts: Iterable[str]) -> dict[str, str]:
    """Return the values of options written as NAME=VALUE.

    Raises:
        UserError: a text has another form, or a name is given twice.
    """
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        name, value = name.strip(), value.strip()
        if not (equals and name and value):
            raise UserError(f"{text!r}: write it as NAME=VALUE, e.g. depth.exposure=8500.", parameter=PARAMETER)
        if name in found:
            raise UserError(f"{name}: is given twice; give it once.", parameter=PARAMETER)
        found[name] = value
    return found


def _merged(before: tuple[Control, ...], after: tuple[Control, ...]) -> tuple[Control, ...]:
    """Return all controls, with those that the device has read again."""
    found = {control.name: control for control in after}
    return tuple(found.get(control.name, control) for control in before)
