"""A camera of the window's scenes with controls of its own."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from fasdemo.capture.cameras.live import LiveSource
from fasdemo.capture.cameras.realsense.preset_file import PRESET_FILE
from fasdemo.capture.controls import CameraControls, CameraState, Control, apply_values
from fasdemo.capture.source import Source, SourceInfo
from fasdemo.errors import UserError
from fasdemo.frames import FrameSet
from fasdemo.runtime.requests import SourceRequest
from tests.support.window_scenes import Grab, Scene

PRESETS = ((0.0, "Custom"), (1.0, "Hand"))
MODES = ((1.0, "640x480"), (2.0, "1280x720"))


class Device:
    """Values by name; a device that keeps what it was told, or refuses it."""

    def __init__(self, refuses: Collection[str] = ()) -> None:
        self.refuses = refuses
        self.values = {"depth.exposure": 8500.0, "depth.preset": 0.0, "rgb.auto": 1.0, "depth.temperature": 38.5}
        self.resolution = "640x480"
        self.log: list[tuple[str, float]] = []

    def controls(self) -> tuple[Control, ...]:
        value = self.values
        size = next(number for number, words in MODES if words == self.resolution)
        return (
            Control("resolution", size, 1.0, 2.0, 1.0, 1.0, choices=MODES, restarts=True),
            Control("depth.exposure", value["depth.exposure"], 1.0, 165_000.0, 1.0, 8500.0, description="Exposure, us"),
            Control(
                "depth.preset", value["depth.preset"], 0.0, 1.0, 1.0, 0.0, choices=((0.0, "Custom"), (1.0, "Hand"))
            ),
            Control("depth.temperature", value["depth.temperature"], 0.0, 100.0, 0.0, 0.0, read_only=True),
            Control("rgb.auto", value["rgb.auto"], 0.0, 1.0, 1.0, 1.0),
        )

    def set(self, name: str, value: float) -> None:
        if name in self.refuses:
            raise UserError(f"{name}: the device said no.")
        self.log.append((name, value))
        self.values[name] = value


class ControlledGrab(Grab):
    """A camera with controls; each run of it sets the wanted values."""

    def __init__(self, device: Device, board: CameraControls) -> None:
        super().__init__()
        self._device, self._board = device, board

    def start(self) -> SourceInfo:
        info = super().start()
        wanted = dict(self._board.wanted)
        self._device.resolution = wanted.pop("resolution", "640x480")
        preset = wanted.pop(PRESET_FILE, "")
        stored = ((PRESET_FILE, Path(preset).name), ("advanced.param-x", "7")) if preset else ()
        facts = (("Firmware", "5.16.0.1"), ("USB type", "3.2"), *((("Preset", stored[0][1]),) if stored else ()))
        state = CameraState(self._device.controls(), facts, stored=stored)
        problem = apply_values(self._device, state, wanted)
        self._board.publish(replace(state, controls=self._device.controls(), problem=problem))
        return replace(info, controls=self._board)

    def wait(self, timeout_s: float) -> FrameSet | None:
        self._board.apply_waiting(self._device)
        if self._board.watched:
            self._board.show_metadata([("depth.actual_exposure", str(int(self._device.values["depth.exposure"])))])
        return super().wait(timeout_s)


class ControlledScene(Scene):
    """The window's scripted sources, with a webcam that has controls."""

    def __init__(self) -> None:
        super().__init__()
        self.device = Device()

    def make_source(self, request: SourceRequest) -> Source:
        if not request.spec.startswith("webcam"):
            return super().make_source(request)
        self.requests.append(request)
        board = CameraControls(dict(request.camera_options))
        made = LiveSource(lambda: ControlledGrab(self.device, board), lambda: True, "absent")
        self.sources.append(made)
        return made
