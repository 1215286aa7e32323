"""The options of a RealSense camera's sensors, as the device itself describes them, and its resolutions and rates."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from fasdemo.capture.cameras.realsense.devices import RealSenseDevice, RealSenseSettings, StreamMode
from fasdemo.capture.controls import PARAMETER, CameraState, Control
from fasdemo.errors import UserError

RESOLUTION, RATE = "resolution", "rate"
_SENSORS = {"Stereo Module": "depth", "RGB Camera": "rgb", "Motion Module": "motion"}
_HIDDEN = frozenset({"frames_queue_size", "stream_filter", "stream_format_filter", "stream_index_filter"})
"""Options of the SDK's own queues, which do not change the pictures."""
_FIXED = frozenset({"emitter_on_off", "global_time_enabled", "inter_cam_sync_mode", "sequence_id", "hdr_enabled"})
"""Options on which the pairing of lit and dark frames or the time stamps depend; shown, but not changed."""
_RESTART = frozenset({"depth_units"})
"""Options that change the meaning of stored depth, so that they stay the same while the camera runs."""
_MAX_CHOICES = 64


def sensor_name(sdk: Any, sensor: Any) -> str:
    """Return a short name for a sensor: `depth`, `rgb`, `motion`, or its own name in lower case."""
    key = sdk.camera_info.name
    name = str(sensor.get_info(key)) if sensor.supports(key) else "sensor"
    return _SENSORS.get(name) or re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") or "sensor"


def read_options(holder: Any, prefix: str, restarts: bool = False) -> list[tuple[Control, Any]]:
    """Return the options of a sensor or a filter of the SDK, each with its key.

    Args:
        holder: the sensor or filter.
        prefix: first part of the names.
        restarts: whether none of them can be changed while the camera runs.
    """
    found = []
    for option in holder.get_supported_options():
        name = str(option.name)
        if name in _HIDDEN:
            continue
        # A single option that the firmware refuses to read must not hide the others.
        with contextlib.suppress(RuntimeError):
            limits = holder.get_option_range(option)
            fixed = bool(holder.is_option_read_only(option)) or name in _FIXED
            control = Control(
                name=f"{prefix}.{name}",
                value=float(holder.get_option(option)),
                minimum=float(limits.min),
                maximum=float(limits.max),
                step=float(limits.step),
                default=float(limits.default),
                choices=_choices(holder, option, limits),
                read_only=fixed,
                restarts=(restarts or name in _RESTART) and not fixed,
                description=str(holder.get_option_description(option) or ""),
            )
            found.append((control, option))
    return found


def _choices(holder: Any, option: Any, limits: Any) -> tuple[tuple[float, str], ...]:
    if limits.step < 1 or (limits.max - limits.min) / limits.step >= _MAX_CHOICES:
        return ()
    found: list[tuple[float, str]] = []
    value = float(limits.min)
    while value <= limits.max:
        with contextlib.suppress(RuntimeError):
            words = holder.get_option_value_description(option, value)
            if words:
                found.append((value, str(words)))
        value += float(limits.step)
    names = [words for _, words in found]
    # Switches and plain numbers have no names; two values with one name could not be told apart.
    return tuple(found) if len(set(names)) == len(names) > 1 else ()


class SensorOptions:
    """The options of all sensors of one device; see `fasdemo.capture.controls.ControlDevice`."""

    def __init__(self, sdk: Any, device: Any) -> None:
        self._sdk = sdk
        self._sensors: list[tuple[str, Any]] = []
        used: dict[str, int] = {}
        for sensor in device.query_sensors():
            name = sensor_name(sdk, sensor)
            used[name] = used.get(name, 0) + 1
            self._sensors.append((name if used[name] == 1 else f"{name}{used[name]}", sensor))

    def controls(self) -> tuple[Control, ...]:
        """Return the options of all sensors; those of a disconnected device are left out."""
        found: list[Control] = []
        for name, sensor in self._sensors:
            with contextlib.suppress(RuntimeError):
                found += [control for control, _ in read_options(sensor, name)]
        return tuple(found)

    def set(self, name: str, value: float) -> None:
        """Set one option.

        Raises:
            UserError: the device refuses the value, or is disconnected.
        """
        prefix, _, key = name.partition(".")
        for own, sensor in self._sensors:
            if own == prefix:
                try:
                    sensor.set_option(getattr(self._sdk.option, key), value)
                except (RuntimeError, AttributeError) as error:
                    why = str(error).strip().splitlines()[0][:120] if str(error).strip() else "no reason given"
                    raise UserError(
                        f"{name}: the camera refused {value:.7g} ({why}); choose another value.", parameter=PARAMETER
                    ) from None
                return
        raise UserError(f"{name}: the camera has no such option.", parameter=PARAMETER)


def mode_controls(modes: Iterable[StreamMode], settings: RealSenseSettings) -> tuple[Control, ...]:
    """Return the controls of resolution and rate: the sizes and rates that every stream of the device has.

    Args:
        modes: all modes of the device.
        settings: the current size and rate.
    """
    sizes: dict[str, set[tuple[int, int]]] = {}
    rates: dict[str, set[int]] = {}
    for mode in modes:
        sizes.setdefault(mode.stream, set()).add((mode.width, mode.height))
        rates.setdefault(mode.stream, set()).add(mode.fps)
    common = set.intersection(*sizes.values()) if sizes else set()
    shared = set.intersection(*rates.values()) if rates else set()
    common.add((settings.width, settings.height))
    shared.add(settings.fps)
    resolution = [(_size_value(*size), f"{size[0]}x{size[1]}") for size in sorted(common)]
    rate = [(float(fps), str(fps)) for fps in sorted(shared)]
    size_now = _size_value(settings.width, settings.height)
    return (
        Control(
            RESOLUTION, size_now, resolution[0][0], resolution[-1][0], 1.0, _size_value(640, 480), tuple(resolution),
            restarts=True, description="Width and height of the pictures in pixels",
        ),
        Control(
            RATE, float(settings.fps), rate[0][0], rate[-1][0], 1.0, 30.0, tuple(rate),
            restarts=True, description="Frames per second",
        ),
    )  # fmt: skip


def _size_value(width: int, height: int) -> float:
    return width * 100_000.0 + height


def with_modes(
    settings: RealSenseSettings, modes: Iterable[StreamMode], wanted: Mapping[str, str]
) -> RealSenseSettings:
    """Return the settings with the wanted resolution and rate.

    Raises:
        UserError: the device does not have one of them.
    """
    state = CameraState(mode_controls(modes, settings))
    if RESOLUTION in wanted:
        packed = int(state.find(RESOLUTION).parse(wanted[RESOLUTION]))
        settings = replace(settings, width=packed // 100_000, height=packed % 100_000)
    if RATE in wanted:
        settings = replace(settings, fps=int(state.find(RATE).parse(wanted[RATE])))
    return settings


def facts_of(about: RealSenseDevice) -> tuple[tuple[str, str], ...]:
    """Return what cannot change about a device: name, serial number, firmware and USB type."""
    pairs = (
        ("Name", about.name),
        ("Serial number", about.serial),
        ("Firmware", about.firmware),
        ("Recommended firmware", about.recommended_firmware),
        ("USB type", about.usb),
    )
    return tuple((name, value) for name, value in pairs if value)
