"""A Windows Hello camera as a source: colour and infrared of one device, with the light of the lamp separated."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from fasdemo.capture.cameras.hello.calibrator import PairCalibrator
from fasdemo.capture.cameras.hello.lamp import InfraredFrame, LampExposure, LampSeparator
from fasdemo.capture.cameras.hello.node import Node, NodeImage
from fasdemo.capture.cameras.hello.pairs import HelloPair, choose_pair
from fasdemo.capture.cameras.hello.reader import PairReader
from fasdemo.capture.cameras.hello.system import HelloSystem, this_system
from fasdemo.capture.cameras.live import LiveSource
from fasdemo.capture.cameras.supervisor import Box, DeviceError, WatchdogTimeouts
from fasdemo.capture.source import SourceInfo
from fasdemo.frames import FrameSet, Rgb, Stream, StreamTime

LAMP_NOT_SEEN = "ir_lamp_not_seen"
"""Fault of a frame whose infrared image is not separated; `fasdemo.engine.reasons` defines its effect."""
UNCALIBRATED = "ir_uncalibrated"
"""Fault of every frame until the geometry of the two cameras is known."""
MAX_SKEW_S = 0.035
"""Largest time between the colour and the infrared image of a frame. At 30 frames per second in both, the nearest
images are at most 17 ms apart."""
_COLOR_WAIT_S = 0.06
_START_S = 4.0
"""Time limit for the first image of each camera; some need two seconds."""
_NAME_LIMIT = 60
_STREAMS: frozenset[Stream] = frozenset({"rgb", "ir"})


class HelloGrabber:
    """One run of a pair; see `fasdemo.capture.cameras.supervisor.Grabber`.

    Args:
        pair: the pair of nodes.
        system: opens the nodes.
        calibrator: the pair's calibration.
        clock: `time.monotonic`.
        make_reader: returns a reader of two open nodes.
    """

    standing_faults: tuple[str, ...] = ()

    def __init__(
        self,
        pair: HelloPair,
        system: HelloSystem,
        calibrator: PairCalibrator,
        clock: Callable[[], float] = time.monotonic,
        make_reader: Callable[[Node, Node, str], PairReader] = PairReader,
    ) -> None:
        self._pair = pair
        self._system = system
        self._calibrator = calibrator
        self._clock = clock
        self._make_reader = make_reader
        self._reader: PairReader | None = None
        self._separator = LampSeparator()
        self._sizes = ((0, 0), (0, 0))
        self._count = 0
        self._unseparated = 0
        self._last_lit_s: float | None = None

    def start(self) -> SourceInfo:
        """Open both nodes and wait for the first infrared image; see `Grabber`."""
        color = self._system.open_node(self._pair.color, "color")
        try:
            infrared = self._system.open_node(self._pair.infrared, "infrared")
        except DeviceError:
            color.close()
            raise
        self._sizes = (color.size, infrared.size)
        fps = _pairs_per_second(color, infrared)
        self._reader = reader = self._make_reader(color, infrared, self._pair.port)
        reader.start()
        self._calibrator.begin(*self._sizes)
        first = reader.next_infrared(_START_S)
        if first is None or reader.color_near(first.timestamp_s, _START_S, _START_S) is None:
            node = self._pair.infrared if first is None else self._pair.color
            raise DeviceError(
                f"/dev/video{node.index} ({node.name}): delivers no image; close other programs that use the camera, "
                f"or unplug it and plug it in again."
            )
        return SourceInfo(
            name=f"{self._pair.color.name[:_NAME_LIMIT]} {self._pair.identity.serial}".strip(),
            kind="hello",
            live=True,
            declared=_STREAMS,
            width=color.size[0],
            height=color.size[1],
            fps=fps,
            frame_count=None,
            calibration=self._calibrator.calibration,
            capable=_STREAMS,
        )

    def wait(self, timeout_s: float) -> FrameSet | None:
        """Return the next frame set; None after the timeout; see `Grabber`."""
        if self._reader is None:
            raise DeviceError("the camera was not started")
        end_s = self._clock() + timeout_s
        while True:
            frame = self._reader.next_infrared(max(end_s - self._clock(), 0.0))
            if frame is None:
                return None
            exposure = self._separator.push(frame)
            if exposure is not None:
                self._unseparated = 0
                result = self._frame_set(exposure)
            elif not self._separator.pulsing:
                result = self._unseparated_frame(frame)
            else:
                result = None
            if result is not None:
                return result
            if self._clock() >= end_s:
                return None

    def _frame_set(self, exposure: LampExposure) -> FrameSet | None:
        """Return the frame set of a lit infrared frame; None if there is no colour image of the same time."""
        assert self._reader is not None
        color = self._reader.color_near(exposure.timestamp_s, MAX_SKEW_S, _COLOR_WAIT_S)
        if color is None:
            return None
        lost = self._lost_since(exposure.timestamp_s)
        rgb = _rgb(color)
        calibrated = self._calibrator.calibration is not None
        if not calibrated:
            self._calibrator.observe(rgb, exposure.lamp, self._clock())
        self._count += 1
        return FrameSet(
            index=self._count,
            timestamp_s=color.timestamp_s,
            rgb=rgb,
            ir=exposure.lamp,
            ir_ambient=exposure.ambient,
            calibration=self._calibrator.current(*self._sizes),
            declared=_STREAMS,
            times={
                "rgb": StreamTime(color.timestamp_s, self._count),
                "ir": StreamTime(exposure.timestamp_s, self._count),
            },
            live_source=True,
            received_s=self._clock(),
            lost_before=lost,
            faults=() if calibrated else (UNCALIBRATED,),
        )

    def _lost_since(self, timestamp_s: float) -> int:
        """Return the number of lit frames without a frame set between the previous one and this one."""
        last_s, self._last_lit_s = self._last_lit_s, timestamp_s
        period_s = 2.0 * self._separator.interval_s
        if last_s is None or period_s <= 0:
            return 0
        return max(round((timestamp_s - last_s) / period_s) - 1, 0)

    def _unseparated_frame(self, frame: InfraredFrame) -> FrameSet | None:
        """Return every second infrared image as it is, with the fault that says so."""
        assert self._reader is not None
        self._unseparated += 1
        if self._unseparated % 2:
            return None
        color = self._reader.color_near(frame.timestamp_s, MAX_SKEW_S, _COLOR_WAIT_S)
        if color is None:
            return None
        self._count += 1
        self._last_lit_s = None
        return FrameSet(
            index=self._count,
            timestamp_s=color.timestamp_s,
            rgb=_rgb(color),
            ir=frame.image,
            calibration=self._calibrator.current(*self._sizes),
            declared=_STREAMS,
            times={"rgb": StreamTime(color.timestamp_s, self._count), "ir": StreamTime(frame.timestamp_s, self._count)},
            live_source=True,
            received_s=self._clock(),
            faults=(LAMP_NOT_SEEN,),
        )

    def stop(self) -> None:
        """Release both nodes."""
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.stop()
        self._calibrator.close()

    def set_exposure_roi(self, box: Box) -> None:
        """Do nothing: these cameras control their exposure themselves."""


class HelloSource(LiveSource):
    """A Windows Hello camera as a `Source`; its calibration can become known while it runs."""

    def __init__(
        self,
        make: Callable[[], HelloGrabber],
        present: Callable[[], bool],
        absent: str,
        calibrator: PairCalibrator,
        timeouts: WatchdogTimeouts | None = None,
    ) -> None:
        super().__init__(make, present, absent, timeouts=timeouts)
        self._calibrator = calibrator

    @property
    def info(self) -> SourceInfo:
        """Facts about the device, with the calibration if it is known by now."""
        return replace(super().info, calibration=self._calibrator.calibration)

    @property
    def warnings(self) -> tuple[str, ...]:
        """As for every camera, and the state of the calibration."""
        return (*super().warnings, *self._calibrator.notes)


def open_hello(
    which: str | None = None,
    system: HelloSystem | None = None,
    calibrator: Callable[[HelloPair], PairCalibrator] | None = None,
    timeouts: WatchdogTimeouts | None = None,
) -> HelloSource:
    """Return a source for the pair with a serial number or USB port, or for the only pair.

    Args:
        which: serial number or port, e.g. `1-6`; None for the only pair.
        system: the operating system's cameras; None for this system.
        calibrator: returns the calibration of a pair; None for the stored one.
        timeouts: time limits of the supervisor; None for those of webcams.

    Raises:
        UserError: there is no such pair, or Windows Hello cameras cannot be used on this system. On entering: a node
            cannot be opened, is in use, or does not deliver the images that it should.
    """
    cameras = this_system() if system is None else system
    nodes = cameras.nodes()
    pair = choose_pair(cameras.pairs(nodes), nodes, which)
    calibration = PairCalibrator(pair.identity, pair.color.name) if calibrator is None else calibrator(pair)

    def present() -> bool:
        # The port alone is not enough: another device can get it while this one is disconnected.
        return any(
            (one.device, one.identity, one.color.index, one.infrared.index)
            == (pair.device, pair.identity, pair.color.index, pair.infrared.index)
            for one in cameras.pairs(cameras.nodes())
        )

    return HelloSource(
        lambda: HelloGrabber(pair, cameras, calibration),
        present,
        f"hello:{pair.port}: is not connected; plug it in again.",
        calibration,
        timeouts or WatchdogTimeouts(dead_s=4.0),
    )


def _rgb(image: NodeImage) -> Rgb:
    return np.asarray(image.decode(), np.uint8)


def _pairs_per_second(color: Node, infrared: Node) -> float:
    rates = [rate for rate in (color.fps, infrared.fps / 2) if 1.0 <= rate <= 120.0]
    return min(rates, default=15.0)
