"""RTSP streams, read with FFmpeg over TCP."""

from __future__ import annotations

import socket
import ssl
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import av

from fasdemo.capture.cameras.network.address import CameraAddress
from fasdemo.capture.cameras.network.connection import IO_TIMEOUT_S, check_host, connection_error
from fasdemo.capture.cameras.network.credentials import Credentials
from fasdemo.capture.cameras.network.picture import Picture, StreamError, UndecodableError
from fasdemo.frames import Rgb
from fasdemo.sessions.schema import MAX_IMAGE_PX

_MAX_USUAL_FPS = 120.0
MAX_PICTURE_BYTES = 16 << 20
_MAX_PENDING = 64
"""Maximum number of packets whose arrival time is stored until their picture is decoded."""


class RtspStream:
    """One connection to an RTSP server; see `fasdemo.capture.cameras.network.picture.PictureStream`.

    Only TCP is used: over UDP, the decoder would conceal lost packets with parts of older pictures.
    """

    def __init__(self, address: CameraAddress, credentials: Credentials | None) -> None:
        self._address = address
        self._credentials = credentials
        self.fps = 25.0

    def pictures(self, stopping: Callable[[], bool]) -> Iterator[Picture]:
        """Connect and yield pictures until `stopping` returns True; see `PictureStream`."""
        container = self._open()
        try:
            yield from self._decoded(container, stopping)
        finally:
            container.close()

    def _open(self) -> Any:
        label = self._address.label
        # FFmpeg reports an unknown host, a refused connection and a bad certificate as one error.
        check_host(self._address)
        try:
            return av.open(
                self._url(), format="rtsp", options=_options(self._address), timeout=(IO_TIMEOUT_S, IO_TIMEOUT_S)
            )
        except (av.error.FFmpegError, OSError, ValueError) as error:
            # The error's own text contains the URL with the password.
            raise StreamError(_open_error(label, error, self._credentials is not None)) from None

    def _url(self) -> str:
        if self._credentials is None:
            return self._address.url
        login = f"{quote(self._credentials.user, safe='')}:{quote(self._credentials.password, safe='')}"
        return f"{self._address.scheme}://{login}@{self._address.authority}{self._address.path}"

    def _decoded(self, container: Any, stopping: Callable[[], bool]) -> Iterator[Picture]:
        label = self._address.label
        video = next((one for one in container.streams.video if one.codec_context is not None), None)
        if video is None:
            raise StreamError(f"{label}: has no video that can be decoded; choose another stream of the camera.")
        video.codec_context.options = {"max_pixels": str(MAX_IMAGE_PX), "flags": "low_delay"}
        # Decoding frames in parallel would delay them.
        video.thread_type = "SLICE"
        rate = float(video.average_rate or video.guessed_rate or 0)
        if 1.0 <= rate <= _MAX_USUAL_FPS:
            self.fps = rate
        arrivals: OrderedDict[int, float] = OrderedDict()
        broken = False
        for packet, arrived_s in _whole_pictures(_received(container, video, label, stopping)):
            if packet is not None and packet.is_keyframe and not packet.is_corrupt:
                broken = False
            if packet is None or broken or packet.is_corrupt:
                # Pictures that depend on a lost one show parts of older pictures.
                broken = True
                continue
            if packet.pts is not None:
                arrivals[packet.pts] = arrived_s
                if len(arrivals) > _MAX_PENDING:
                    arrivals.popitem(last=False)
            try:
                frames = video.codec_context.decode(packet)
            except (av.error.FFmpegError, OSError, ValueError):
                broken = True
                continue
            for frame in frames:
                if frame.is_corrupt:
                    broken = True
                    continue
                device_s = None if frame.pts is None else float(frame.pts * video.time_base)
                yield Picture(_decoder(frame), device_s, arrivals.pop(frame.pts, arrived_s))


def _received(container: Any, video: Any, label: str, stopping: Callable[[], bool]) -> Iterator[tuple[Any, float]]:
    """Yield packets and the `time.monotonic()` at which each arrived."""
    packets = container.demux(video)
    while not stopping():
        try:
            packet = next(packets)
        except StopIteration:
            raise StreamError(f"{label}: the server ended the stream.") from None
        except (av.error.FFmpegError, OSError, ValueError) as error:
            raise StreamError(_read_error(label, error)) from None
        if not packet.size:
            raise StreamError(f"{label}: the server ended the stream.")
        yield packet, time.monotonic()


def _whole_pictures(packets: Iterator[tuple[Any, float]]) -> Iterator[tuple[Any | None, float]]:
    """Yield packets with one whole picture each, and the arrival time of their first part; None for a loss.

    Some servers repeat the stream's parameters before every slice of a key frame. FFmpeg then treats each slice as a
    picture and conceals the missing rest of it. After a time stamp has occurred twice, packets with equal time stamps
    are joined, which delays every picture until the next one begins.
    """
    joining = False
    last_pts: int | None = None
    waiting: tuple[Any, float] | None = None
    for packet, arrived_s in packets:
        again = packet.pts is not None and packet.pts == last_pts
        last_pts = packet.pts
        if not joining:
            joining = again
            yield (None if again else packet), arrived_s
        elif again and waiting is not None:
            waiting = (_joined(waiting[0], packet), waiting[1])
        elif not again:
            if waiting is not None:
                yield waiting
            waiting = (packet, arrived_s)


def _joined(first: Any, second: Any) -> Any:
    if first.size + second.size > MAX_PICTURE_BYTES:
        raise StreamError(f"sends a picture of more than {MAX_PICTURE_BYTES >> 20} MB.")
    packet = av.Packet(bytes(first) + bytes(second))
    packet.pts, packet.dts, packet.time_base = first.pts, first.dts, first.time_base
    packet.is_keyframe = first.is_keyframe
    packet.is_corrupt = first.is_corrupt or second.is_corrupt
    return packet


def _decoder(frame: Any) -> Callable[[], Rgb]:
    def decode() -> Rgb:
        try:
            rgb: Rgb = frame.to_ndarray(format="rgb24", threads=1)
            return rgb
        except (av.error.FFmpegError, OSError, ValueError) as error:
            raise UndecodableError(str(error)) from None

    return decode


def _options(address: CameraAddress) -> dict[str, str]:
    options = {
        "rtsp_transport": "tcp",
        "allowed_media_types": "video",
        "fflags": "nobuffer",
        "max_delay": "0",
        "analyzeduration": "2000000",
        "probesize": "2000000",
        "timeout": str(int(IO_TIMEOUT_S * 1e6)),
        "protocol_whitelist": "rtsp,rtp,tcp",
    }
    if address.encrypted:
        options |= {"protocol_whitelist": "rtsps,rtsp,rtp,tls,tcp", "tls_verify": "1"}
        authorities = ssl.get_default_verify_paths().cafile
        if authorities:
            options["ca_file"] = authorities
    return options


def _open_error(label: str, error: Exception, given: bool) -> str:
    if isinstance(error, (av.error.HTTPUnauthorizedError, av.error.HTTPForbiddenError)):
        if given:
            return f"{label}: the camera rejects this user name and password; correct them."
        return (
            f"{label}: the camera requires a password; set FASDEMO_CAMERA_USER and FASDEMO_CAMERA_PASSWORD, "
            f"or FASDEMO_NETRC."
        )
    if isinstance(error, av.error.HTTPNotFoundError):
        return f"{label}: the camera has no stream of this name; correct the path in the address."
    if isinstance(error, (TimeoutError, av.error.TimeoutError, av.error.ExitError)):
        return f"{label}: does not answer within {IO_TIMEOUT_S:.0f} s; check the address and the network."
    if isinstance(error, OSError) and error.errno and isinstance(error, (ConnectionError, socket.gaierror)):
        return connection_error(label, error)
    return f"{label}: cannot be read as an RTSP stream; check the address."


def _read_error(label: str, error: Exception) -> str:
    if isinstance(error, (TimeoutError, av.error.TimeoutError, av.error.ExitError)):
        return f"{label}: no data arrived for {IO_TIMEOUT_S:.0f} s."
    if isinstance(error, av.error.InvalidDataError):
        return f"{label}: the camera sends data that is not a video stream."
    return f"{label}: the connection was lost."
