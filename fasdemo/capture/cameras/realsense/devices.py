"""Which RealSense cameras are connected, and in which modes their streams are run."""

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
    """What is asked of the device; each is left alone where the device cannot do it."""

    width: int = 640
    height: int = 480
    fps: int = 30
    emitter: Emitter = "on"
    """`interleaved`: every other frame lit; depth is taken from the lit ones and IR from the dark ones. Where the
    frames do not tell which they are, the projector stays on: nothing is guessed."""


@dataclass(frozen=True, slots=True)
class StreamMode:
    """One way to run one stream of a device."""

    stream: Stream
    index: int
    format: str
    width: int
    height: int
    fps: int


@dataclass(frozen=True, slots=True)
class RealSenseDevice:
    """A connected camera."""

    name: str
    serial: str
    firmware: str
    recommended_firmware: str
    usb: str
    """USB type, e.g. `3.2` or `2.1`."""
    modes: tuple[StreamMode, ...]

    @property
    def usb2(self) -> bool:
        """Whether the cable or port is too slow for all streams."""
        return self.usb.startswith("2")


def list_realsense() -> list[RealSenseDevice]:
    """Connected cameras.

    Raises:
        UserError: the SDK is not installed.
    """
    sdk = load_sdk()
    found = []
    # The list is lazy and a device may go while it is read.
    with contextlib.suppress(RuntimeError):
        for device in sdk.context().query_devices():
            with contextlib.suppress(RuntimeError):
                found.append(describe(sdk, device))
    return found


def find_device(sdk: Any, context: Any, serial: str | None) -> Any:
    """The camera with that serial, or the first; None where there is none."""
    key = sdk.camera_info.serial_number
    with contextlib.suppress(RuntimeError):
        for device in context.query_devices():
            with contextlib.suppress(RuntimeError):
                if serial is None or (device.supports(key) and device.get_info(key) == serial):
                    return device
    return None


def describe(sdk: Any, device: Any) -> RealSenseDevice:
    """What a device says of itself."""
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
    """One mode per stream: the highest common rate up to the wanted one at which sizes come near the wanted size.

    Depth and infrared come from one sensor and need one size. Where the streams have no rate in common, each runs at
    its own, as near to the others' as can be: no stream that the device has is left out.

    Raises:
        DeviceError: the device has no colour.
    """
    usable = [mode for mode in modes if _usable(mode)]
    color = [mode for mode in usable if mode.stream == "rgb"]
    if not color:
        raise DeviceError("The camera has no colour stream, and faces are found in colour; use one that has.")
    streams = {mode.stream for mode in usable}
    best: tuple[tuple[float, ...], dict[Stream, StreamMode]] | None = None
    for fps in sorted({mode.fps for mode in color}, reverse=True):
        chosen = _at_rate([mode for mode in usable if mode.fps == fps], settings)
        if "rgb" not in chosen:
            continue
        off = sum(_size_cost(mode, settings) for mode in chosen.values())
        # More streams first, then a usable size, then the rate nearest to the wanted one.
        rank = (len(streams) - len(chosen), float(off > 3.0), abs(fps - settings.fps) / settings.fps + off)
        if best is None or rank < best[0]:
            best = (rank, chosen)
    assert best is not None
    chosen = best[1]
    return chosen if len(chosen) == len(streams) else _at_own_rates(usable, settings)


def _at_own_rates(usable: list[StreamMode], settings: RealSenseSettings) -> dict[Stream, StreamMode]:
    """Every stream, at rates that differ as little as possible; of those the nearest to the wanted one."""
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
    # A device whose infrared has other sizes than its depth is asked for both, and says so itself if it cannot.
    ir = best("ir", None if depth is None else (depth.width, depth.height)) or best("ir")
    chosen: dict[Stream, StreamMode] = {}
    for mode in (best("rgb"), depth, ir):
        if mode is not None:
            chosen[mode.stream] = mode
    return chosen


def _size_cost(mode: StreamMode, settings: RealSenseSettings) -> float:
    return abs(math.log(mode.width / settings.width)) + abs(math.log(mode.height / settings.height))
