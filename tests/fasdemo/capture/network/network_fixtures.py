"""Servers of video streams, started and stopped by the tests."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self

import av
import cv2
import numpy as np

from fasdemo.capture.source import Source
from fasdemo.frames import FrameSet

SYSTEM_PYTHON = "/usr/bin/python3"
FPS = 15


def has_rtsp_server() -> bool:
    """Whether GStreamer's RTSP server can be started here."""
    script = 'import gi; gi.require_version("GstRtspServer", "1.0")'
    try:
        return subprocess.run([SYSTEM_PYTHON, "-c", script], capture_output=True, timeout=30).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def picture(index: int) -> np.ndarray:
    """A noisy picture with a bar that moves; its mean is about 76.6."""
    image = np.full((240, 320, 3), 60, np.uint8)
    image[:, (index * 4) % 300 : (index * 4) % 300 + 20] = 255
    image[:20] = np.random.default_rng(index).integers(0, 255, (20, 320, 3))
    return image


def write_clip(path: Path, seconds: int, slices: int) -> None:
    """Write an H.264 file with a key frame every second and `slices` slices a picture."""
    with av.open(str(path), "w") as container:
        options = {"preset": "ultrafast", "g": str(FPS), "bf": "0", "x264-params": f"slices={slices}:sliced-threads=0"}
        stream = container.add_stream("libx264", rate=FPS, options=options)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        for index in range(seconds * FPS):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture(index), "rgb24")))
        container.mux(stream.encode())


class RtspServer:
    """GStreamer's server in a process of its own."""

    def __init__(self, clip: Path, *login: str, port: int = 0, parameters_before_every_slice: bool = False) -> None:
        interval = "-1" if parameters_before_every_slice else "1"
        script = Path(__file__).with_name("rtsp_server.py")
        self._process = subprocess.Popen(
            [SYSTEM_PYTHON, str(script), str(clip), str(port), interval, *login], stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())

    def stop(self) -> None:
        """End the server at once."""
        self._process.kill()
        self._process.communicate()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class MjpegServer:
    """An HTTP server whose answers `serve` writes."""

    def __init__(self, serve: Callable[[BaseHTTPRequestHandler], None], port: int = 0) -> None:
        self.stopping = threading.Event()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                try:
                    serve(self)
                except OSError:
                    self.close_connection = True

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()


def begin_stream(handler: BaseHTTPRequestHandler) -> None:
    """Answer with the head of an MJPEG stream."""
    handler.send_response(200)
    handler.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
    handler.end_headers()


def part(index: int, taken_s: float | None, length: bool = True) -> bytes:
    """A part with one JPEG."""
    done, data = cv2.imencode(".jpg", picture(index))
    assert done
    return raw_part(data.tobytes(), taken_s, length)


def raw_part(data: bytes, taken_s: float | None = None, length: bool = True) -> bytes:
    """A part with these bytes."""
    head = "--frame\r\nContent-Type: image/jpeg\r\n"
    if length:
        head += f"Content-Length: {len(data)}\r\n"
    if taken_s is not None:
        head += f"X-Timestamp: {taken_s:.6f}\r\n"
    return head.encode() + b"\r\n" + data + b"\r\n"


class TlsRelay:
    """Ends TLS in front of a server on this machine."""

    def __init__(self, target: int, certificate: Path, key: Path) -> None:
        self._target = target
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._context = context
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                plain, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._relay, args=(plain,), daemon=True).start()

    def _relay(self, plain: socket.socket) -> None:
        try:
            with (
                self._context.wrap_socket(plain, server_side=True) as near,
                socket.create_connection(("127.0.0.1", self._target)) as far,
            ):
                near.settimeout(0.05)
                far.settimeout(0.05)
                while True:
                    for source, sink in ((near, far), (far, near)):
                        try:
                            data = source.recv(65536)
                        except TimeoutError:
                            continue
                        if not data:
                            return
                        sink.sendall(data)
        except OSError:
            return

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()


def make_certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """Write a self-signed certificate for a host name; return it and its key."""
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}"]
        + ["-addext", f"subjectAltName=DNS:{name}", "-keyout", str(key), "-out", str(certificate)],
        check=True,
        capture_output=True,
    )
    return certificate, key


def until(source: Source, wanted: Callable[[FrameSet], bool], seconds: float = 60.0) -> list[FrameSet]:
    """Frames up to the first that is wanted."""
    end_s = time.monotonic() + seconds
    found = []
    for one in source:
        found.append(one)
        if wanted(one):
            return found
        assert time.monotonic() < end_s, f"not seen in {seconds} s: {[frame.faults for frame in found]}"
    raise AssertionError("the camera ended")


def sound(source: Source, count: int, seconds: float = 60.0) -> list[FrameSet]:
    """The next frames without a fault; a busy machine may have others between them."""
    found = []
    end_s = time.monotonic() + seconds
    for one in source:
        if not one.faults:
            found.append(one)
        if len(found) == count:
            return found
        assert time.monotonic() < end_s, f"{len(found)} of {count} frames in {seconds} s"
    raise AssertionError("the camera ended")


def arrival(frame: FrameSet) -> float:
    """`received_s` of a camera's frame."""
    assert frame.received_s is not None
    return frame.received_s
