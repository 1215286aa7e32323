"""RTSP cameras against GStreamer's server."""

from __future__ import annotations

import logging
import shutil
import socket
import threading
from itertools import pairwise
from pathlib import Path

import pytest

from fasdemo.capture.cameras.network.camera import open_network_camera
from fasdemo.capture.cameras.supervisor import WatchdogTimeouts
from fasdemo.capture.open import open_source
from fasdemo.errors import UserError
from tests.fasdemo.capture.network.network_fixtures import (
    FPS,
    RtspServer,
    TlsRelay,
    arrival,
    has_rtsp_server,
    make_certificate,
    sound,
    until,
    write_clip,
)

needs_server = pytest.mark.skipif(
    not has_rtsp_server(), reason="GStreamer's RTSP server is not installed (gir1.2-gst-rtsp-server-1.0, python3-gi)"
)
PASSWORD = "tulip field 7:/@"


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clips") / "clip.mp4"
    write_clip(path, seconds=30, slices=1)
    return path


@needs_server
def test_rtsp_camera_gives_the_pictures_in_time(clip: Path) -> None:
    with RtspServer(clip) as server, open_source(f"rtsp://127.0.0.1:{server.port}/live") as source:
        assert source.info.live
        assert source.info.kind == "network"
        assert (source.info.width, source.info.height, source.info.fps) == (320, 240, FPS)
        assert source.info.declared == {"rgb"}
        assert "not encrypted" in source.info.notes[0]
        frames = sound(source, 2 * FPS)
    assert all(abs(float(frame.rgb.mean()) - 76.6) < 1.5 for frame in frames)
    assert all(frame.received_s is not None and frame.live_source for frame in frames)
    steps = [after.timestamp_s - before.timestamp_s for before, after in pairwise(frames)]
    assert min(steps) > 0
    assert sum(steps) == pytest.approx(arrival(frames[-1]) - arrival(frames[0]), abs=0.5)


@needs_server
def test_rtsp_camera_does_not_show_half_a_key_frame(tmp_path: Path) -> None:
    # This server repeats the parameters before the second slice, which FFmpeg takes for another picture.
    path = tmp_path / "slices.mp4"
    write_clip(path, seconds=8, slices=2)
    with (
        RtspServer(path, parameters_before_every_slice=True) as server,
        open_source(f"rtsp://127.0.0.1:{server.port}/live") as source,
    ):
        frames = sound(source, FPS)
    assert all(abs(float(frame.rgb.mean()) - 76.6) < 1.5 for frame in frames)


@needs_server
def test_rtsp_camera_comes_back_after_its_server_stopped(clip: Path) -> None:
    timeouts = WatchdogTimeouts(first_back_off_s=0.2, max_back_off_s=0.4, dead_s=3.0, restarts_per_minute=100)
    server = RtspServer(clip)
    try:
        with open_network_camera(f"rtsp://127.0.0.1:{server.port}/live", timeouts) as source:
            until(source, lambda frame: not frame.faults)
            server.stop()
            lost = until(source, lambda frame: frame.faults == ("device_lost",))[-1]
            assert not lost.rgb.any()
            server = RtspServer(clip, port=server.port)
            back = until(source, lambda frame: not frame.faults)
            assert back[-1].timestamp_s >= lost.timestamp_s
            times = [frame.timestamp_s for frame in back]
            assert times == sorted(times)
            assert any("restarted" in sentence for sentence in source.warnings)
    finally:
        server.stop()


@needs_server
def test_rtsp_password_is_used_and_never_shown(
    clip: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    said = []
    with RtspServer(clip, "door", PASSWORD) as server:
        address = f"rtsp://127.0.0.1:{server.port}/live?token=secretquery"
        for user, password, sentence in (
            ("", "", "the camera requires a password; set FASDEMO_CAMERA_USER"),
            ("door", "wrong-password", "the camera rejects this user name and password; correct them."),
        ):
            monkeypatch.setenv("FASDEMO_CAMERA_USER", user)
            monkeypatch.setenv("FASDEMO_CAMERA_PASSWORD", password)
            with pytest.raises(UserError, match=sentence) as refused, open_source(address):
                pass
            said.append(str(refused.value))
        monkeypatch.setenv("FASDEMO_CAMERA_PASSWORD", PASSWORD)
        with open_source(address.partition("?")[0]) as source:
            until(source, lambda frame: not frame.faults)
            said += [repr(source.info), *source.warnings]
    output = capfd.readouterr()
    everything = "\n".join([*said, caplog.text, output.out, output.err])
    for secret in ("wrong-password", PASSWORD, "secretquery", "tulip"):
        assert secret not in everything


@needs_server
def test_rtsp_camera_with_a_wrong_path_is_one_sentence(clip: Path) -> None:
    with (
        RtspServer(clip) as server,
        pytest.raises(UserError, match="has no stream of this name; correct the path"),
        open_source(f"rtsp://127.0.0.1:{server.port}/nothing"),
    ):
        pass


@needs_server
@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_rtsps_certificate_and_host_name_are_checked(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate, key = make_certificate(tmp_path, "localhost")
    with RtspServer(clip) as server, TlsRelay(server.port, certificate, key) as relay:
        monkeypatch.delenv("SSL_CERT_FILE", raising=False)
        with (
            pytest.raises(UserError, match="certificate is not trusted"),
            open_source(f"rtsps://localhost:{relay.port}/live"),
        ):
            pass
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        with (
            pytest.raises(UserError, match="certificate is not trusted"),
            open_source(f"rtsps://127.0.0.1:{relay.port}/live"),
        ):
            pass
        with open_source(f"rtsps://localhost:{relay.port}/live") as source:
            assert not any("not encrypted" in note for note in source.info.notes)
            until(source, lambda frame: not frame.faults)


def test_rtsp_camera_that_is_not_there_is_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    for address, sentence in (
        (f"rtsp://127.0.0.1:{port}/live", "connection refused"),
        ("rtsp://no-such-camera.invalid/live", "unknown host"),
        (f"rtsps://127.0.0.1:{port}/live", "connection refused"),
    ):
        with pytest.raises(UserError, match=sentence), open_source(address):
            pass


@pytest.mark.parametrize("scheme", ["rtsp", "rtsps"])
def test_rtsp_server_that_sends_garbage_is_one_sentence(scheme: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            for _ in range(4):
                try:
                    connection, _ = listener.accept()
                    connection.sendall(bytes(range(256)) * 64)
                    connection.close()
                except OSError:
                    return

        threading.Thread(target=answer, daemon=True).start()
        address = f"{scheme}://127.0.0.1:{listener.getsockname()[1]}/live"
        with pytest.raises(
            UserError, match=r"cannot be read as an RTSP stream|does not answer with TLS|closed the connection"
        ):
            open_source(address).__enter__()
