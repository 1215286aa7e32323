"""List the connected RealSense cameras, and choose the modes of their streams."""

from __future__ import annotations

import contextlib
import itertools
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from fasdemo.capture.cameras.supervisor import DeviceError
from fasdemo.capture.realsense_frames import COLOR_FORMATS, IR_FORMATS, load_sdk
from fasdemo.frames import Stream

Emitter = Literal["on", "off", "interleaved"]
_STREAM_NAMES: dict[str, Stream] = {"color": "rgb", "depth": "depth", "infrared": "ir"}


@dataclass(frozen=True, slots=True)
class RealSenseSettings:
    """The requested settings of a device; a setting that it does not support is not changed."""

    width: int = 640
    height: int = 480
    fps: int = 30
    emitter: Emitter = "on"
    """`interleaved`: the projector lights every other frame; depth is taken from the lit and IR from the dark frames.
    If the frames do not report which of the two they are, the projector stays on for all of them."""


@dataclass(frozen=True, slots=True)
class StreamMode:
    """A mode of one stream: format, size in pixels and frames per second."""

    stream: Stream
    index: int
    format: str
    width: int
    height: int
    fps: int


@dataclass(frozen=True, slots=True)
class RealSenseDevice:
    """A connected RealSense camera."""

    name: str
    serial: str
    firmware: str
    recommended_firmware: str
    usb: str
    """USB type, e.g. `3.2` or `2.1`."""
    modes: tuple[StreamMode, ...]

    @property
    def usb2(self) -> bool:
        """Whether it is connected over USB 2, which is too slow for all streams."""
        return self.usb.startswith("2")


def list_realsense() -> list[RealSenseDevice]:
    """Return the connected RealSense cameras.

    Raises:
        UserError: the SDK is not installed.
    """
    sdk = load_sdk()
    found = []
    # The list is evaluated lazily, so a device can be disconnected while it is read.
    with contextlib.suppress(RuntimeError):
        for device in sdk.context().query_devices():
            with contextlib.suppress(RuntimeError):
                found.append(describe(sdk, device))
    return found


def find_device(sdk: Any, context: Any, serial: str | None) -> Any:
    """Return the camera with a serial number, or the first one; None if there is none."""
    key = sdk.camera_info.serial_number
    with contextlib.suppress(RuntimeError):
        for device in context.query_devices():
            with contextlib.suppress(RuntimeError):
                if serial is None or (device.supports(key) and device.get_info(key) == serial):
                    return device
    return None


def describe(sdk: Any, device: Any) -> RealSenseDevice:
    """Return the description of a device."""
    info = sdk.camera_info

    def say(key: Any) -> str:
        return str(device.get_info(key)) if device.supports(key) else ""

    return RealSenseDevice(
        name=say(info.name),
        serial=say(info.serial_number),
        firmware=say(info.firmware_version),
        recommended_firmware=say(info.recommended_firmware_version),
        usb=say(info.usb_type_descriptor),
        modes=tuple(_modes(device)),
    )


def _modes(device: Any) -> Iterator[StreamMode]:
    for sensor in device.query_sensors():
        for profile in sensor.get_stream_profiles():
            stream = _STREAM_NAMES.get(profile.stream_type().name)
            if stream is None or not profile.is_video_stream_profile():
                continue
            video = profile.as_video_stream_profile()
            yield StreamMode(
                stream, profile.stream_index(), profile.format().name, video.width(), video.height(), profile.fps()
            )


def choose_modes(modes: Iterable[StreamMode], settings: RealSenseSettings) -> dict[Stream, StreamMode]:
    """Choose one mode for each stream of a device.

    The streams run at a common frame rate if there is one. Candidates are compared by the number of streams, then by
    whether their sizes are usable, then by the distance from the wanted rate and size. Depth and infrared come from one
    sensor and need equal sizes. If the streams have no rate in common, no stream is left out: each runs at its own
    rate, and the rates differ as little as possible.

    Raises:
        DeviceError: the device has no colour stream.
    """
    usable = [mode for mode in modes if _usable(mode)]
    color = [mode for mode in usable if mode.stream == "rgb"]
    if not color:
        raise DeviceError("The camera has no colour stream, which is needed to find faces; use one that has it.")
    streams = {mode.stream for mode in usable}
    best: tuple[tuple[float, ...], dict[Stream, StreamMode]] | None = None
    for fps in sorted({mode.fps for mode in color}, reverse=True):
        chosen = _at_rate([mode for mode in usable if mode.fps == fps], settings)
        if "rgb" not in chosen:
            continue
        off = sum(_size_cost(mode, settings) for mode in chosen.values())
        # Sorted by missing streams, then unusable sizes, then the distance from the wanted rate and size.
        rank = (len(streams) - len(chosen), float(off > 3.0), abs(fps - settings.fps) / settings.fps + off)
        if best is None or rank < best[0]:
            best = (rank, chosen)
    assert best is not None
    chosen = best[1]
    return chosen if len(chosen) == len(streams) else _at_own_rates(usable, settings)


def _at_own_rates(usable: list[StreamMode], settings: RealSenseSettings) -> dict[Stream, StreamMode]:
    """Choose a mode for every stream, at rates that differ as little as possible and are near the wanted one."""
    rates: dict[Stream, list[int]] = {}
    for mode in usable:
        rates.setdefault(mode.stream, [])
        if mode.fps not in rates[mode.stream]:
            rates[mode.stream].append(mode.fps)

    def cost(combination: dict[Stream, StreamMode]) -> tuple[float, ...]:
        speeds = [mode.fps for mode in combination.values()]
        off = sum(_size_cost(mode, settings) for mode in combination.values())
        spread = math.log(max(speeds) / min(speeds))
        return (
            len(rates) - len(combination),
            float(off > 3.0),
            spread,
            sum(abs(one - settings.fps) for one in speeds) + off,
        )

    found = []
    for speeds in itertools.product(*rates.values()):
        wanted = dict(zip(rates, speeds, strict=True))
        found.append(_at_rate([mode for mode in usable if mode.fps == wanted[mode.stream]], settings))
    return min(found, key=cost)


def _usable(mode: StreamMode) -> bool:
    formats: dict[Stream, tuple[str, ...]] = {"rgb": COLOR_FORMATS, "depth": ("z16",), "ir": IR_FORMATS}
    return mode.format in formats[mode.stream]


def _at_rate(modes: list[StreamMode], settings: RealSenseSettings) -> dict[Stream, StreamMode]:
    def best(stream: Stream, size: tuple[int, int] | None = None) -> StreamMode | None:
        found = [one for one in modes if one.stream == stream and size in (None, (one.width, one.height))]
        order = COLOR_FORMATS if stream == "rgb" else ("z16", *IR_FORMATS)
        return min(found, key=lambda one: (_size_cost(one, settings), order.index(one.format), one.index), default=None)

    depth = best("depth")
    # If no infrared mode has the size of depth, both sizes are requested; the device reports an error if it cannot.
    ir = best("ir", None if depth is None else (depth.width, depth.height)) or best("ir")
    chosen: dict[Stream, StreamMode] = {}
    for mode in (best("rgb"), depth, ir):
        if mode is not None:
            chosen[mode.stream] = mode
    return chosen


def _size_cost(mode: StreamMode, settings: RealSenseSettings) -> float:
    return abs(math.log(mode.width / settings.width)) + abs(math.log(mode.height / settings.height))
