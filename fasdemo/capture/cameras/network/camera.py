"""A network camera as a source."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from fasdemo.capture.cameras.live import LiveSource
from fasdemo.capture.cameras.network.address import CameraAddress, parse_address
from fasdemo.capture.cameras.network.credentials import Credentials, credentials_for
from fasdemo.capture.cameras.network.mjpeg import MjpegStream
from fasdemo.capture.cameras.network.picture import Picture, PictureStream, Settling, StreamError, UndecodableError
from fasdemo.capture.cameras.network.rtsp import RtspStream
from fasdemo.capture.cameras.supervisor import Box, DeviceError, WatchdogTimeouts
from fasdemo.capture.source import SourceInfo
from fasdemo.errors import UserError
from fasdemo.frames import FrameSet, StreamTime

UNTIMED = "rgb_untimed"
"""Fault of every frame of a stream without time stamps; `fasdemo.engine.reasons` defines its effect."""
TIMEOUTS = WatchdogTimeouts(dead_s=5.0, late_restart_s=10.0)
"""A network can be silent for longer than a cable. A lasting delay is a backlog; a new connection discards it."""
_START_S = 9.0
"""Time limit for connecting and receiving the first picture."""
_MAX_UNDECODABLE = 50


class StreamReader:
    """A thread that reads a stream and keeps only the newest picture, so that no queue can grow."""

    def __init__(self, stream: PictureStream, name: str) -> None:
        self._stream = stream
        self._name = name
        self._arrived = threading.Condition()
        self._stopping = threading.Event()
        self._newest: Picture | None = None
        self._dropped = 0
        self._error = ""
        self._settling = Settling()
        self.untimed = False
        """Whether the stream has delivered a picture without a time stamp."""
        self._thread = threading.Thread(target=self._run, name=f"network {name}", daemon=True)

    def start(self) -> None:
        """Begin reading."""
        self._thread.start()

    def stop(self) -> None:
        """Request the end of the thread; it ends after the read in progress."""
        self._stopping.set()
        with self._arrived:
            self._newest = None
            self._arrived.notify_all()

    def take(self, timeout_s: float) -> tuple[Picture, int] | None:
        """Return the newest picture and the number of pictures dropped before it; None after the timeout.

        Raises:
            DeviceError: the stream has failed and the last picture was taken.
        """
        with self._arrived:
            if self._newest is None and not self._error:
                self._arrived.wait(timeout_s)
            if self._newest is None:
                if self._error:
                    raise DeviceError(self._error)
                return None
            picture, dropped = self._newest, self._dropped
            self._newest, self._dropped = None, 0
            return picture, dropped

    def _run(self) -> None:
        message = ""
        first = True
        try:
            for picture in self._stream.pictures(self._stopping.is_set):
                settled = self._is_settled(picture)
                with self._arrived:
                    if self._newest is not None:
                        self._dropped += 1
                    if first or settled:
                        self._newest = picture
                        self._arrived.notify()
                    else:
                        self._dropped += 1
                first = False
        except StreamError as error:
            message = str(error)
        except Exception as error:
            # Errors of libraries quote the address and so the password.
            message = f"the stream could not be read ({type(error).__name__})."
        message = message or "the stream ended."
        with self._arrived:
            self._error = message if message.startswith(self._name) else f"{self._name}: {message}"
            self._arrived.notify()

    def _is_settled(self, picture: Picture) -> bool:
        if picture.device_s is None:
            self.untimed = True
        return self.untimed or self._settling.update(picture.device_s or 0.0, picture.arrived_s)


class NetworkGrabber:
    """One connection; see `fasdemo.capture.cameras.supervisor.Grabber`."""

    def __init__(self, address: CameraAddress, connect: Callable[[], PictureStream]) -> None:
        self._label = address.label
        self._encrypted = address.encrypted
        self._connect = connect
        self._reader: StreamReader | None = None
        self._count = 0
        self._lost = 0
        self._undecodable = 0

    @property
    def standing_faults(self) -> tuple[str, ...]:
        """`rgb_untimed` if the stream has no time stamps."""
        return (UNTIMED,) if self._reader is not None and self._reader.untimed else ()

    def start(self) -> SourceInfo:
        """Connect and wait for the first picture; it is not used, because it can be old."""
        try:
            stream = self._connect()
        except UserError as error:
            raise DeviceError(str(error)) from None
        self._reader = reader = StreamReader(stream, self._label)
        reader.start()
        end_s = time.monotonic() + _START_S
        while (left_s := end_s - time.monotonic()) > 0:
            taken = reader.take(left_s)
            if taken is None:
                break
            try:
                image = taken[0].decode()
            except UndecodableError:
                continue
            return self._info(image.shape[1], image.shape[0], stream.fps, reader.untimed)
        raise DeviceError(f"{self._label}: no picture could be decoded; check the address and the camera.")

    def _info(self, width: int, height: int, fps: float, untimed: bool) -> SourceInfo:
        notes = []
        if untimed:
            notes.append(
                f"{self._label}: the camera sends no time stamps, so old pictures cannot be detected and no verdict "
                f"is LIVE."
            )
        if not self._encrypted:
            notes.append(
                f"{self._label}: the connection is not encrypted; others in this network can see and replace the "
                f"pictures."
            )
        return SourceInfo(
            name=self._label,
            kind="network",
            live=True,
            declared=frozenset({"rgb"}),
            width=width,
            height=height,
            fps=fps,
            frame_count=None,
            notes=tuple(notes),
        )

    def wait(self, timeout_s: float) -> FrameSet | None:
        """Return the newest picture; the older ones that it replaced are counted in `lost_before`."""
        if self._reader is None:
            raise DeviceError(f"{self._label}: the connection was not started.")
        taken = self._reader.take(timeout_s)
        if taken is None:
            return None
        picture, dropped = taken
        self._lost += dropped
        try:
            image = picture.decode()
        except UndecodableError:
            self._lost += 1
            self._undecodable += 1
            if self._undecodable >= _MAX_UNDECODABLE:
                raise DeviceError(f"{self._label}: the camera sends pictures that cannot be decoded.") from None
            return None
        self._undecodable = 0
        self._count += 1
        taken_s = picture.arrived_s if picture.device_s is None or self._reader.untimed else picture.device_s
        lost, self._lost = self._lost, 0
        return FrameSet(
            index=self._count,
            timestamp_s=taken_s,
            rgb=image,
            declared=frozenset({"rgb"}),
            times={"rgb": StreamTime(taken_s, self._count)},
            live_source=True,
            received_s=picture.arrived_s,
            lost_before=lost,
        )

    def stop(self) -> None:
        """Close the connection."""
        if self._reader is not None:
            self._reader.stop()

    def set_exposure_roi(self, box: Box) -> None:
        """Do nothing: network cameras control their exposure themselves."""


def open_stream(address: CameraAddress, credentials: Credentials | None) -> PictureStream:
    """Return the stream for the address's scheme, not yet connected."""
    if address.scheme in ("rtsp", "rtsps"):
        return RtspStream(address, credentials)
    return MjpegStream(address, credentials)


def open_network_camera(
    spec: str,
    timeouts: WatchdogTimeouts | None = None,
    connect: Callable[[CameraAddress, Credentials | None], PictureStream] = open_stream,
) -> LiveSource:
    """Return a source for the camera at a URL (rtsp, rtsps, http or https).

    Args:
        spec: the URL, without credentials.
        timeouts: time limits of the supervisor; None for those of network cameras.
        connect: returns a new connection for every start.

    Raises:
        UserError: the URL is not valid. On entering: the camera cannot be reached, or the credentials cannot be read.
    """
    address = parse_address(spec)

    def connection() -> PictureStream:
        # The credentials are read for every connection, so that a new password needs no restart.
        return connect(address, credentials_for(address.host))

    return LiveSource(
        lambda: NetworkGrabber(address, connection),
        # Whether the camera is reachable is known only after connecting.
        lambda: True,
        f"{address.label}: cannot be reached.",
        timeouts=timeouts or TIMEOUTS,
    )
