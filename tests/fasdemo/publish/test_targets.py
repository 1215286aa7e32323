"""Targets against real receivers: an HTTP server, a pair of pseudo terminals, files; MQTT is in test_mqtt_target."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import serial

from fasdemo.publish.file_target import FileTarget
from fasdemo.publish.serial_target import SerialSignal, SerialTarget
from fasdemo.publish.target import TIMEOUT_S, TargetError
from fasdemo.publish.web_target import WebTarget
from tests.support.publish_fixtures import WebReceiver

CONTENT = {"event": "accepted", "number": "17"}
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="pseudo terminals are tried on Linux")


@pytest.fixture
def receiver() -> Iterator[WebReceiver]:
    with WebReceiver() as server:
        yield server


def test_web_target_posts_the_signal_signed(receiver: WebReceiver) -> None:
    target = WebTarget(receiver.url, "a secret of the tests")
    target.send(CONTENT, 1.0)
    ((headers, body, path),) = receiver.got
    assert json.loads(body) == CONTENT
    assert (path, headers["X-Fasdemo-Delivery"]) == ("/hook?x=1", "17")
    signed = headers["X-Fasdemo-Timestamp"].encode() + b"." + body
    expected = hmac.new(b"a secret of the tests", signed, hashlib.sha256).hexdigest()
    assert headers["X-Fasdemo-Signature"] == f"sha256={expected}"
    assert target.name == receiver.url.removesuffix("?x=1"), "a query may hold a key and is not shown"


@pytest.mark.parametrize("status", [302, 404, 500, 503])
def test_web_target_reports_another_answer_and_does_not_repeat(receiver: WebReceiver, status: int) -> None:
    receiver.answers = [status]
    with pytest.raises(TargetError, match=f"status {status}"):
        WebTarget(receiver.url).send(CONTENT, 1.0)
    assert len(receiver.got) == 1


def test_web_target_gives_up_on_a_silent_receiver(receiver: WebReceiver) -> None:
    receiver.answer.clear()
    started = time.monotonic()
    with pytest.raises(TargetError, match="does not answer"):
        WebTarget(receiver.url).send(CONTENT, 1.0)
    assert time.monotonic() - started < 3 * TIMEOUT_S


def test_web_target_reports_a_closed_port_and_an_unknown_name() -> None:
    for url in ("http://127.0.0.1:1/", "http://no-such-host.invalid/"):
        with pytest.raises(TargetError, match="does not answer"):
            WebTarget(url).send(CONTENT, 1.0)


def test_web_target_sends_nothing_after_a_slow_look_up(receiver: WebReceiver, monkeypatch: pytest.MonkeyPatch) -> None:
    known = socket.getaddrinfo

    def slow(host: str, port: int, *, type: int) -> object:
        time.sleep(0.3)
        return known(host, port, type=type)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    with pytest.raises(TargetError, match="took too long"):
        WebTarget(receiver.url).send(CONTENT, 0.2)
    assert receiver.got == []


class Line:
    """The far end of a serial line."""

    def __init__(self) -> None:
        self.far, self._near = os.openpty()
        self.device = os.ttyname(self._near)

    def read(self, count: int = 1, timeout_s: float = 2.0) -> bytes:
        """Bytes that have arrived, after at least `count` of them or the time-out."""
        os.set_blocking(self.far, False)
        got, end_s = b"", time.monotonic() + timeout_s
        while len(got) < count and time.monotonic() < end_s:
            with suppress(BlockingIOError):
                got += os.read(self.far, 1000)
            time.sleep(0.005)
        return got

    def unplug(self) -> None:
        for end in (self.far, self._near):
            os.close(end)


@pytest.fixture
def line() -> Iterator[Line]:
    made = Line()
    yield made
    for end in (made.far, made._near):
        with suppress(OSError):
            os.close(end)


@linux
def test_serial_target_sends_a_text(line: Line) -> None:
    target = SerialTarget(SerialSignal(line.device))
    assert target.open()
    assert line.read(timeout_s=0.1) == b"", "nothing is sent before somebody is accepted"
    target.send(CONTENT, 1.0)
    target.send(CONTENT, 1.0)
    assert line.read(10) == b"LIVE\nLIVE\n"
    target.close()


@linux
def test_serial_target_sends_the_end_of_a_pulse_after_its_length_at_start_and_at_the_end(line: Line) -> None:
    target = SerialTarget(SerialSignal(line.device, on=b"\xa0\x01\x01\xa2", off=b"\xa0\x01\x00\xa1", pulse_s=0.2))
    target.open()
    assert line.read(4) == b"\xa0\x01\x00\xa1", "a pulse that a killed program left is ended"
    started = time.monotonic()
    target.send(CONTENT, 1.0)
    assert time.monotonic() - started >= 0.2
    assert line.read(8) == b"\xa0\x01\x01\xa2\xa0\x01\x00\xa1"
    target.close()
    assert line.read(4) == b"\xa0\x01\x00\xa1"


@linux
def test_serial_target_pulses_a_modem_line(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    states: list[tuple[str, bool, float]] = []

    # A pseudo terminal has no modem lines; the last call before the kernel is recorded instead.
    def recorded(name: str) -> object:
        return lambda port: states.append((name, getattr(port, name), time.monotonic()))

    monkeypatch.setattr(serial.Serial, "_update_dtr_state", recorded("dtr"))
    monkeypatch.setattr(serial.Serial, "_update_rts_state", recorded("rts"))
    target = SerialTarget(SerialSignal(line.device, on=b"", line="rts", pulse_s=0.15))
    target.open()
    assert {state for _, state, _ in states} == {False}
    states.clear()
    target.send(CONTENT, 1.0)
    assert [(name, state) for name, state, _ in states] == [("rts", True), ("rts", False)]
    assert states[1][2] - states[0][2] >= 0.15
    assert line.read(timeout_s=0.1) == b""
    target.close()
    assert states[-1][:2] == ("rts", False)


@linux
def test_serial_target_reports_a_device_without_modem_lines(line: Line) -> None:
    target = SerialTarget(SerialSignal(line.device, on=b"", line="dtr"))
    with pytest.raises(TargetError, match="Inappropriate ioctl"):
        target.open()


@linux
def test_serial_target_reports_what_is_missing_in_use_or_no_line(line: Line, tmp_path: Path) -> None:
    with pytest.raises(TargetError, match="No such file"):
        SerialTarget(SerialSignal(str(tmp_path / "ttyUSB9"))).open()
    (tmp_path / "file").touch()
    with pytest.raises(TargetError, match="cannot be opened"):
        SerialTarget(SerialSignal(str(tmp_path / "file"))).open()
    first = SerialTarget(SerialSignal(line.device))
    first.open()
    with pytest.raises(TargetError, match="it is in use"):
        SerialTarget(SerialSignal(line.device)).open()
    first.close()
    with pytest.raises(TargetError, match="is not open"):
        first.send(CONTENT, 1.0)


@linux
def test_serial_target_finds_out_that_the_device_was_unplugged_before_it_is_needed(line: Line) -> None:
    target = SerialTarget(SerialSignal(line.device))
    target.open()
    line.unplug()
    with pytest.raises(TargetError):
        target.open()
    with pytest.raises(TargetError, match="is not open"):
        target.send(CONTENT, 1.0)


@linux
def test_serial_target_does_not_wait_for_a_line_that_takes_nothing(line: Line) -> None:
    target = SerialTarget(SerialSignal(line.device, on=b"x" * 200_000))
    target.open()
    started = time.monotonic()
    with pytest.raises(TargetError, match="failed"):
        target.send(CONTENT, 1.0)
    assert time.monotonic() - started < 3 * TIMEOUT_S


def test_file_target_touches_and_makes_the_file_again_without_changing_it(tmp_path: Path) -> None:
    path = tmp_path / "alive"
    target = FileTarget(path)
    target.send(CONTENT, 1.0)
    path.write_text("mine")
    os.utime(path, (1.0, 1.0))
    target.send(CONTENT, 1.0)
    assert path.read_text() == "mine"
    assert time.time() - path.stat().st_mtime < 60
    path.unlink()
    target.send(CONTENT, 1.0)
    assert path.exists()


def test_file_target_reports_a_folder_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match="cannot be written"):
        FileTarget(tmp_path / "gone" / "alive").send(CONTENT, 1.0)
