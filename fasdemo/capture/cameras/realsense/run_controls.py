"""Apply the wanted options of a RealSense camera when it starts, and the requested ones while it runs."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from fasdemo.capture.cameras.realsense.devices import RealSenseDevice, RealSenseSettings
from fasdemo.capture.cameras.realsense.filters import PREFIX, DepthFilters
from fasdemo.capture.cameras.realsense.metadata import metadata_of
from fasdemo.capture.cameras.realsense.options import (
    RATE,
    RESOLUTION,
    SensorOptions,
    facts_of,
    mode_controls,
    with_modes,
)
from fasdemo.capture.cameras.realsense.preset_file import PRESET_FILE, load_preset
from fasdemo.capture.cameras.supervisor import DeviceError
from fasdemo.capture.controls import CameraControls, CameraState, apply_values
from fasdemo.errors import UserError

_METADATA_EVERY_S = 0.5


class RunControls:
    """The controls of one run of a camera.

    Args:
        sdk: the module pyrealsense2.
        board: the controls that other threads see.
        clock: returns a time in seconds that never decreases.
    """

    def __init__(self, sdk: Any, board: CameraControls, clock: Callable[[], float] = time.monotonic) -> None:
        self._sdk, self._board, self._clock = sdk, board, clock
        self._options: SensorOptions | None = None
        self._metadata_s = 0.0
        self.filters: DepthFilters | None = None
        """The chosen depth filters; None without any."""

    def choose(self, about: RealSenseDevice, settings: RealSenseSettings) -> RealSenseSettings:
        """Return the settings with the wanted resolution and rate.

        Raises:
            DeviceError: the camera does not have one of them.
        """
        try:
            return with_modes(settings, about.modes, self._board.wanted)
        except UserError as error:
            raise DeviceError(str(error)) from None

    def apply(self, device: Any, about: RealSenseDevice, settings: RealSenseSettings) -> None:
        """Load the wanted preset, set the wanted options of the sensors, create the filters, and publish the state.

        Must be called before the streams start, because the unit of depth is read then. An option that the device
        refuses is reported in the state; the camera starts without it.

        Raises:
            DeviceError: the preset cannot be loaded, there is no such option, a value is not allowed, or filters were
                chosen for interleaved frames.
        """
        self._options = SensorOptions(self._sdk, device)
        wanted = self._board.wanted
        preset: tuple[tuple[str, str], ...] = ()
        if PRESET_FILE in wanted:
            try:
                # First, because it sets many options, which the user may have overridden one by one.
                preset = load_preset(self._sdk, device, Path(wanted.pop(PRESET_FILE)))
            except UserError as error:
                raise DeviceError(str(error)) from None
        chosen = {name: text for name, text in wanted.items() if name.startswith(f"{PREFIX}.")}
        values = {name: text for name, text in wanted.items() if name not in (RESOLUTION, RATE, *chosen)}
        stereo = any(
            sensor.is_depth_sensor() and sensor.supports(self._sdk.option.stereo_baseline)
            for sensor in device.query_sensors()
        )
        try:
            filters = DepthFilters(self._sdk, chosen, stereo)
            fixed = (*mode_controls(about.modes, settings), *filters.controls)
            before = CameraState((*fixed, *self._options.controls()))
            problem = apply_values(self._options, before, values)
        except UserError as error:
            raise DeviceError(str(error)) from None
        if filters and settings.emitter == "interleaved":
            raise DeviceError(
                "Depth filters mix several images, so they cannot be used with an interleaved emitter; choose one."
            )
        self.filters = filters if filters else None
        names = filters.names if filters else ()
        facts = (*facts_of(about), *(("Preset", text) for name, text in preset if name == PRESET_FILE))
        state = CameraState((*fixed, *self._options.controls()), facts, (), names, problem, preset)
        self._board.publish(state)

    def set_running(self, settings: RealSenseSettings, about: RealSenseDevice) -> None:
        """Publish the resolution and rate that the camera really runs at, with a sentence if they are others."""
        state = self._board.state
        actual = {control.name: control for control in mode_controls(about.modes, settings)}
        problem = " ".join(
            f"{name}={text}: the camera cannot run its streams together with this; {name} is {actual[name].text()}."
            for name, text in self._board.wanted.items()
            if name in actual and actual[name].text() != text.strip()
        )
        controls = tuple(actual.get(control.name, control) for control in state.controls)
        self._board.publish(
            replace(state, controls=controls, problem=" ".join(part for part in (state.problem, problem) if part))
        )

    @property
    def problem(self) -> str:
        """The sentences about options that could not be set; empty without any."""
        return self._board.state.problem

    def step(self, frames: Any) -> None:
        """Apply the requested changes; read the metadata of a frame set if it is displayed."""
        if self._options is not None:
            self._board.apply_waiting(self._options)
        if self._board.watched and self._clock() - self._metadata_s >= _METADATA_EVERY_S:
            self._metadata_s = self._clock()
            self._board.show_metadata(metadata_of(self._sdk, frames))
