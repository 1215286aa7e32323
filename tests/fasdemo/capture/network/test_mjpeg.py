"""MJPEG cameras against an HTTP server in the test."""

from __future__ import annotations

import base64
import io
import resource
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler

import pytest

from fasdemo.capture.cameras.network.camera import open_network_camera
from fasdemo.capture.cameras.network.mjpeg import MAX_PART_BYTES, parts
from fasdemo.capture.cameras.network.picture import StreamError
from fasdemo.capture.cameras.supervisor import WatchdogTimeouts
from fasdemo.capture.open import open_source
from fasdemo.errors import UserError
from tests.fasdemo.capture.network.network_fixtures import (
    MjpegServer,
    arrival,
    begin_stream,
    part,
    raw_part,
    sound,
    until,
)

EAGER = WatchdogTimeouts(first_back_off_s=0.1, max_back_off_s=0.2, dead_s=3.0, restarts_per_minute=100)
Serve = Callable[[BaseHTTPRequestHandler], None]


def steady(timed: bool = True, length: bool = True, fps: float = 20.0) -> Serve:
    def serve(handler: BaseHTTPRequestHandler) -> None:
        begin_stream(handler)
        for index in range(10_000):
            handler.wfile.write(part(index, time.time() if timed else None, length))
            time.sleep(1 / fps)

    return serve


@pytest.mark.parametrize("length", [True, False])
def test_mjpeg_camera_gives_the_pictures_in_time(length: bool) -> None:
    with MjpegServer(steady(length=length)) as server, open_source(f"http://127.0.0.1:{server.port}/video") as source:
        assert (source.info.width, source.info.height) == (320, 240)
        frames = sound(source, 20)
    assert frames[-1].timestamp_s - frames[0].timestamp_s == pytest.approx(
        arrival(frames[-1]) - arrival(frames[0]), abs=0.5
    )
    assert all(abs(float(frame.rgb.mean()) - 76.6) < 2.0 for frame in frames)


def test_mjpeg_camera_without_time_stamps_says_so_on_every_frame() -> None:
    with MjpegServer(steady(timed=False)) as server, open_source(f"http://127.0.0.1:{server.port}/video") as source:
        assert "no time stamps" in source.info.notes[0]
        frames = until(source, lambda frame: frame.faults == ("rgb_untimed",))
    assert all("rgb_untimed" in frame.faults for frame in frames if frame.faults != ("stream_stalled",))
    assert frames[-1].rgb.any()


def test_mjpeg_backlog_is_dropped_or_marked_late() -> None:
    """A server starts with 3 s of old pictures, and later stands still for 2 s and sends what it kept."""

    def serve(handler: BaseHTTPRequestHandler) -> None:
        begin_stream(handler)
        start_s = time.time() - 3.0
        for index in range(400):
            taken_s = start_s + index / 20
            now_s = time.time()
            # Old pictures are sent at four times their pace.
            time.sleep(max(taken_s - now_s, 0.0) or 1 / 80)
            if index == 160:
                time.sleep(2.0)
            handler.wfile.write(part(index, taken_s))

    ages = []
    with MjpegServer(serve) as server, open_source(f"http://127.0.0.1:{server.port}/video") as source:
        wall_s = time.time() - time.monotonic()
        end_s = time.monotonic() + 9.0
        late = 0
        dropped = 0
        for frame in source:
            dropped += frame.lost_before
            late += "frames_late" in frame.faults
            if not frame.faults:
                assert frame.received_s is not None
                ages.append((frame.timestamp_s, frame.received_s + wall_s))
            if time.monotonic() > end_s:
                break
    # Both clocks are this machine's, up to a constant.
    delays = [arrived - taken for taken, arrived in ages]
    assert len(ages) > 20
    assert max(delays) - min(delays) < 0.55
    assert late > 0
    assert dropped >= 60


def cut_after(count: int) -> Serve:
    def serve(handler: BaseHTTPRequestHandler) -> None:
        begin_stream(handler)
        for index in range(count):
            handler.wfile.write(part(index, time.time()))
            time.sleep(0.05)
        handler.close_connection = True

    return serve


def test_mjpeg_camera_that_ends_its_stream_is_connected_again() -> None:
    with (
        MjpegServer(cut_after(50)) as server,
        open_network_camera(f"http://127.0.0.1:{server.port}/video", EAGER) as source,
    ):
        until(source, lambda frame: not frame.faults)
        until(source, lambda frame: "device_lost" in frame.faults)
        until(source, lambda frame: not frame.faults)
        assert "the server ended the stream" in source.warnings[-1]


def test_mjpeg_password_is_used_and_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = "Basic " + base64.b64encode(b"door:tulip").decode()

    def serve(handler: BaseHTTPRequestHandler) -> None:
        if handler.headers.get("Authorization") != wanted:
            handler.send_response(401)
            handler.send_header("WWW-Authenticate", 'Basic realm="camera"')
            handler.end_headers()
            return
        steady()(handler)

    with MjpegServer(serve) as server:
        address = f"http://127.0.0.1:{server.port}/video"
        with pytest.raises(UserError, match="the camera requires a password; set FASDEMO_CAMERA_USER"):
            open_source(address).__enter__()
        monkeypatch.setenv("FASDEMO_CAMERA_USER", "door")
        monkeypatch.setenv("FASDEMO_CAMERA_PASSWORD", "wrong-password")
        with pytest.raises(UserError, match="rejects this user name and password; correct them") as refused:
            open_source(address).__enter__()
        assert "wrong-password" not in str(refused.value)
        monkeypatch.setenv("FASDEMO_CAMERA_PASSWORD", "tulip")
        with open_source(address) as source:
            assert "tulip" not in repr(source.info)


def answer(status: int, content_type: str, body: bytes, **headers: str) -> Serve:
    def serve(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", content_type)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return serve


MULTIPART = "multipart/x-mixed-replace; boundary=frame"


@pytest.mark.parametrize(
    ("serve", "sentence"),
    [
        (answer(404, "text/plain", b""), "has no stream of this name"),
        (answer(500, "text/plain", b""), "answers with HTTP status 500"),
        (answer(302, "text/plain", b"", Location="http://127.0.0.2/"), "redirects to another address"),
        (answer(200, "text/html", b"<html>"), "is not an MJPEG stream"),
        (answer(200, "image/jpeg", b"\xff\xd8\xff"), "is a single picture, not an MJPEG stream"),
        (answer(200, MULTIPART, b"\n" * 10_000), "sends data that is not an MJPEG stream"),
        (answer(200, MULTIPART, b"x" * 100_000), "sends data that is not an MJPEG stream"),
        (answer(200, MULTIPART, b"--frame\r\n" + b"A: b\r\n" * 10_000), "sends data that is not an MJPEG stream"),
        (answer(200, MULTIPART, b"--frame\r\nContent-Length: -5\r\n\r\n"), "sends data that is not an MJPEG stream"),
        (answer(200, MULTIPART, b"--frame\r\nContent-Length: 9999999999\r\n\r\n"), "a picture of more than 16 MB"),
        (answer(200, MULTIPART, b"--frame\r\n\r\n" + bytes(MAX_PART_BYTES + (1 << 20))), "picture of more than 16 MB"),
        (answer(200, MULTIPART, b""), "the server ended the stream"),
        (answer(200, MULTIPART, raw_part(b"\xff\xd8\xff" + bytes(500)) * 3), "the server ended the stream"),
        (lambda handler: handler.wfile.write(bytes(range(256)) * 64), "does not answer with HTTP"),
    ],
)
def test_mjpeg_bad_answers_are_one_sentence(serve: Serve, sentence: str) -> None:
    with MjpegServer(serve) as server, pytest.raises(UserError, match=sentence) as refused:
        open_source(f"http://127.0.0.1:{server.port}/video?key=secretquery").__enter__()
    text = str(refused.value)
    assert text.startswith(f"http://127.0.0.1:{server.port}/video: ")
    assert "secretquery" not in text
    assert text.endswith(".")


def test_parts_of_an_endless_picture_take_bounded_memory() -> None:
    class Endless(io.RawIOBase):
        given = 0

        def read1(self, n: int = 65536, /) -> bytes:
            self.given += n
            return (b"--frame\r\n\r\n" + bytes(n))[:n]

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    response = Endless()
    with pytest.raises(StreamError, match="more than 16 MB"):
        list(parts(response, "frame", lambda: False))
    assert response.given < 2 * MAX_PART_BYTES
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000


def test_mjpeg_damaged_pictures_are_left_out_and_counted() -> None:
    def serve(handler: BaseHTTPRequestHandler) -> None:
        begin_stream(handler)
        for index in range(2000):
            whole = part(index, time.time())
            if index % 3 == 1:
                _head, _, data = whole.partition(b"\r\n\r\n")
                whole = raw_part(data[: len(data) // 2], time.time())
            handler.wfile.write(whole)
            time.sleep(0.05)

    with MjpegServer(serve) as server, open_source(f"http://127.0.0.1:{server.port}/video") as source:
        frames = sound(source, 20)
    assert all(abs(float(frame.rgb.mean()) - 76.6) < 2.0 for frame in frames)
    assert sum(frame.lost_before for frame in frames[1:]) >= 8
