"""MJPEG over HTTP: pictures as parts of one endless multipart response."""

from __future__ import annotations

import http.client
import math
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from email.message import Message
from typing import IO, Any, Protocol

from fasdemo.capture.cameras.network.address import CameraAddress
from fasdemo.capture.cameras.network.connection import IO_TIMEOUT_S, connection_error
from fasdemo.capture.cameras.network.credentials import Credentials
from fasdemo.capture.cameras.network.picture import Picture, StreamError, UndecodableError
from fasdemo.frames import Rgb
from fasdemo.sessions.image_codec import decode_image

MAX_PART_BYTES = 16 << 20
_MAX_LINE_BYTES = 4096
_MAX_LINES = 64
_CHUNK_BYTES = 64 << 10
_JPEG_START, _JPEG_END = b"\xff\xd8\xff", b"\xff\xd9"
_TIME_HEADERS = ("x-timestamp", "x-time-stamp")
"""Headers with the capture time in seconds, as sent by mjpg-streamer, ESP32 cameras and others."""


class Reader(Protocol):
    """A stream of bytes that `parts` reads."""

    def read1(self, n: int = ..., /) -> bytes:
        """Return the available bytes, at most `n`; empty at the end."""
        ...


class MjpegStream:
    """One connection to an MJPEG server; see `fasdemo.capture.cameras.network.picture.PictureStream`."""

    def __init__(self, address: CameraAddress, credentials: Credentials | None) -> None:
        self._address = address
        self._credentials = credentials
        self.fps = 25.0

    def pictures(self, stopping: Callable[[], bool]) -> Iterator[Picture]:
        """Connect and yield pictures until `stopping` returns True; see `PictureStream`."""
        label = self._address.label
        opened = False
        try:
            with self._open() as response:
                opened = True
                content = response.headers.get_content_type()
                boundary = response.headers.get_boundary()
                if not content.startswith("multipart/"):
                    single = content == "image/jpeg"
                    raise StreamError(
                        f"{label}: {'is a single picture, not' if single else 'is not'} an MJPEG stream; "
                        f"give the address of the camera's MJPEG stream."
                    )
                for headers, data, arrived_s in parts(response, boundary or "", stopping):
                    yield Picture(_decoder(data), _time_of(headers), arrived_s)
        except (http.client.HTTPException, ValueError):
            lost = "the connection was lost" if opened else "does not answer with HTTP; check the address"
            raise StreamError(f"{label}: {lost}.") from None
        except OSError as error:
            raise StreamError(connection_error(label, error)) from None
        if not stopping():
            raise StreamError(f"{label}: the server ended the stream.")

    def _open(self) -> Any:
        label = self._address.label
        passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
        url = self._address.url
        if self._credentials is not None:
            passwords.add_password(None, url, self._credentials.user, self._credentials.password)
        opener = urllib.request.build_opener(
            # A proxy set in the environment would see the password and the pictures.
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPDigestAuthHandler(passwords),
            urllib.request.HTTPBasicAuthHandler(passwords),
            _NoRedirects(),
        )
        try:
            return opener.open(urllib.request.Request(url, headers={"User-Agent": "fasdemo"}), timeout=IO_TIMEOUT_S)
        except urllib.error.HTTPError as error:
            error.close()
            raise StreamError(_status_error(label, error.code, self._credentials is not None)) from None
        except urllib.error.URLError as error:
            reason = error.reason if isinstance(error.reason, Exception) else OSError(str(error.reason))
            raise StreamError(connection_error(label, reason)) from None


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A handler that refuses redirects, because the user trusts only the given address."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
    ) -> None:
        return None


def parts(
    response: Reader, boundary: str, stopping: Callable[[], bool]
) -> Iterator[tuple[dict[str, str], bytes, float]]:
    """Yield the parts of a multipart response; memory is bounded by `MAX_PART_BYTES`.

    Yields:
        Headers (names in lower case), data, and the `time.monotonic()` at which the part's headers arrived.

    Raises:
        StreamError: a part is too large, or the data is not multipart.
    """
    mark = b"--" + boundary.removeprefix("--").encode("latin-1", "replace")
    buffer = _Buffer(response)
    while not stopping():
        # Skip what is between two parts, up to _MAX_LINES lines.
        for _ in range(_MAX_LINES):
            line = buffer.line()
            if line is None or line.strip() == mark + b"--":
                return
            if line.startswith(mark) and (boundary or len(line.strip()) > 2):
                break
        else:
            raise StreamError("sends data that is not an MJPEG stream.")
        arrived_s = time.monotonic()
        headers: dict[str, str] = {}
        for _ in range(_MAX_LINES):
            line = buffer.line()
            if line is None:
                return
            if not line.strip():
                break
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.strip().lower()] = value.strip()
        else:
            raise StreamError("sends data that is not an MJPEG stream.")
        length = headers.get("content-length", "")
        if length and not (length.isascii() and length.isdigit()):
            raise StreamError("sends data that is not an MJPEG stream.")
        # A length of more than 12 digits exceeds every limit anyway.
        data = buffer.exactly(int(length[:12])) if length else buffer.until(b"\r\n" + mark)
        if data is None:
            return
        yield headers, data, arrived_s


class _Buffer:
    """A buffer that reads lines and parts of limited size."""

    def __init__(self, response: Reader) -> None:
        self._response = response
        self._data = bytearray()

    def _more(self) -> bool:
        chunk = self._response.read1(_CHUNK_BYTES)
        self._data += chunk
        return bool(chunk)

    def _take(self, count: int) -> bytes:
        data = bytes(self._data[:count])
        del self._data[:count]
        return data

    def line(self) -> bytes | None:
        """Return the next line with its line break; None at the end of the response."""
        while (end := self._data.find(b"\n", 0, _MAX_LINE_BYTES)) < 0:
            if len(self._data) >= _MAX_LINE_BYTES:
                raise StreamError("sends data that is not an MJPEG stream.")
            if not self._more():
                return None
        return self._take(end + 1)

    def exactly(self, count: int) -> bytes | None:
        """Return the next `count` bytes; None if the response ends earlier."""
        if count > MAX_PART_BYTES:
            raise StreamError(f"sends a picture of more than {MAX_PART_BYTES >> 20} MB.")
        while len(self._data) < count:
            if not self._more():
                return None
        return self._take(count)

    def until(self, mark: bytes) -> bytes | None:
        """Return the bytes before the mark; None if the response ends first."""
        looked = 0
        while (found := self._data.find(mark, looked)) < 0:
            if len(self._data) > MAX_PART_BYTES:
                raise StreamError(f"sends a picture of more than {MAX_PART_BYTES >> 20} MB.")
            looked = max(len(self._data) - len(mark), 0)
            if not self._more():
                return None
        return self._take(found)


def _decoder(data: bytes) -> Callable[[], Rgb]:
    def decode() -> Rgb:
        # OpenCV would fill the missing part of a truncated JPEG with grey.
        if not data.startswith(_JPEG_START) or _JPEG_END not in data[-64:]:
            raise UndecodableError("the JPEG is incomplete")
        try:
            return decode_image(data, "rgb")
        except ValueError as error:
            raise UndecodableError(str(error)) from None

    return decode


def _time_of(headers: dict[str, str]) -> float | None:
    for name in _TIME_HEADERS:
        if name in headers:
            try:
                value = float(headers[name])
            except ValueError:
                return None
            return value if math.isfinite(value) else None
    return None


def _status_error(label: str, status: int, given: bool) -> str:
    if status in (401, 403):
        if given:
            return f"{label}: the camera rejects this user name and password; correct them."
        return (
            f"{label}: the camera requires a password; set FASDEMO_CAMERA_USER and FASDEMO_CAMERA_PASSWORD, "
            f"or FASDEMO_NETRC."
        )
    if status == 404:
        return f"{label}: the camera has no stream of this name; correct the path in the address."
    if 300 <= status < 400:
        return f"{label}: redirects to another address, and redirects are not followed; give that address."
    return f"{label}: the camera answers with HTTP status {status}; check the address and the camera."
