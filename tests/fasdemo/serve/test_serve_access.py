"""Access control of the server, and answers to invalid requests."""

from __future__ import annotations

import json
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import cv2
import httpx
import numpy as np
import psutil
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from fasdemo.cli.main import main
from fasdemo.engine.engine import Engine
from fasdemo.errors import UserError
from fasdemo.frames import Stream
from fasdemo.serve.guard import RateLimit
from fasdemo.serve.settings import ServeSettings, secret
from tests.support.engine_fixtures import make_engine
from tests.support.scenes import frame
from tests.support.serve_fixtures import TOKEN, Running, Script, running, wait_for

LABELS = {
    "subject": "S01",
    "label": "live",
    "consent": "I agree to this recording.",
    "retain_until": (date.today() + timedelta(days=30)).isoformat(),
}
OPEN = ServeSettings(requests_per_s=1000.0)


def png(image: np.ndarray) -> bytes:
    return cv2.imencode(".png", image)[1].tobytes()


def triple() -> dict[str, bytes]:
    shot = frame(0)
    assert shot.depth is not None
    assert shot.ir is not None
    return {"color": png(shot.rgb[..., ::-1]), "depth": png(shot.depth), "ir": png(shot.ir)}


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    with running(Script(), settings=OPEN) as found:
        yield found


def test_score_judges_a_picture_and_a_triple(server: Running) -> None:
    parts = triple()
    with server.client() as client:
        one = client.post("/v1/score", content=parts["color"], headers={"Content-Type": "image/png"})
        three = client.post("/v1/score", files={name: (f"{name}.png", data) for name, data in parts.items()})
    assert one.status_code == three.status_code == 200, (one.text, three.text)
    assert "depth_missing" not in three.json()["faces"][0]["reasons"]
    assert "single_frame" in three.json()["faces"][0]["reasons"]
    assert three.json()["live_source"] is False


def huge_png(side: int = 60_000) -> bytes:
    """A valid PNG of a few kilobytes that claims `side` x `side` pixels."""
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 10_000_000)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )


@pytest.mark.parametrize(
    ("content", "kind", "status", "said"),
    [
        (b"", "image/png", 422, "color: is not a JPEG or PNG"),
        (b"no picture", "image/jpeg", 422, "color: is not a JPEG or PNG"),
        (b"\x89PNG\r\n\x1a\n", "image/png", 422, "color: "),
        (huge_png(), "image/png", 422, "too many"),
        (b"{}", "application/json", 415, "multipart/form-data"),
        (b'{"url": "http://169.254.169.254/latest"}', "application/json", 415, "multipart/form-data"),
        (b"GIF89a" + b"\0" * 100, "image/png", 422, "color: is not a JPEG or PNG"),
        (b"x", "multipart/form-data", 400, "form cannot be read"),
        (b"x", "multipart/form-data; boundary=b", 400, "form cannot be read"),
        (b"--b--\r\n", "multipart/form-data; boundary=b", 422, "color: is missing"),
    ],
)
def test_score_refuses_what_is_not_a_picture(
    server: Running, content: bytes, kind: str, status: int, said: str
) -> None:
    with server.client() as client:
        answer = client.post("/v1/score", content=content, headers={"Content-Type": kind})
        assert answer.status_code == status, answer.text
        assert said in answer.json()["detail"]
        assert client.get("/v1/sources/1").json()["phase"] == "running"


@pytest.mark.parametrize(
    ("files", "fields", "status"),
    [
        ({"color": b"x", "extra": b"x"}, {}, 422),
        ({"depth": b"x"}, {}, 422),
        ({"color": b"x"}, {"url": "http://127.0.0.1:1/"}, 422),
        ({"color": b"x"}, {"depth_scale": "-1"}, 422),
        ({"color": b"x"}, {"depth_scale": "nan"}, 422),
        ({"color": b"x"}, {"depth_scale": "9" * 100}, 400),
        ({"color": b"x", "depth": b"x", "ir": b"x", "more": b"x"}, {}, 400),
    ],
)
def test_score_refuses_unknown_and_wrong_parts(
    server: Running, files: dict[str, bytes], fields: dict[str, str], status: int
) -> None:
    with server.client() as client:
        answer = client.post("/v1/score", files=files, data=fields)
    assert answer.status_code == status, answer.text


def test_score_refuses_depth_of_eight_bits(server: Running) -> None:
    parts = triple() | {"depth": png(np.zeros((480, 640), np.uint8))}
    with server.client() as client:
        answer = client.post("/v1/score", files=parts)
    assert (answer.status_code, "16-bit" in answer.json()["detail"]) == (422, True)


@pytest.mark.parametrize("declared", [True, False])
def test_server_refuses_a_body_of_a_gigabyte_in_bounded_memory(server: Running, declared: bool) -> None:
    before = psutil.Process().memory_info().rss
    host, port = server.url.removeprefix("http://").split(":")
    sent, answer = 0, b""
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        size = "Content-Length: 1073741824" if declared else "Transfer-Encoding: chunked"
        head = (
            f"POST /v1/sources/1/recording HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n{size}\r\n\r\n"
        )
        connection.sendall(head.encode())
        block = b"[" * 65536
        chunk = block if declared else b"10000\r\n" + block + b"\r\n"
        try:
            while sent < 2**30:
                connection.sendall(chunk)
                sent += len(block)
        except OSError:
            pass
        try:
            answer = connection.recv(4096)
        except OSError:
            # The answer may be lost when a connection is closed with unread data.
            answer = b""
    assert sent < 64 * 2**20
    assert answer.startswith(b"HTTP/1.1 413") or not answer
    assert psutil.Process().memory_info().rss - before < 150 * 2**20
    with server.client() as client:
        assert client.get("/healthz").status_code == 200


def test_server_answers_503_for_a_full_queue() -> None:
    entered, leave = threading.Event(), threading.Event()

    def slow(_: frozenset[Stream]) -> Engine:
        entered.set()
        leave.wait(20)
        return make_engine(0.97)

    color = triple()["color"]
    with running(Script(), settings=OPEN, make_engine=slow, places=2) as server:
        answers: list[int] = []

        def post() -> None:
            with server.client() as client:
                answers.append(
                    client.post("/v1/score", content=color, headers={"Content-Type": "image/png"}).status_code
                )

        threads = [threading.Thread(target=post) for _ in range(2)]
        for thread in threads:
            thread.start()
        assert entered.wait(10)
        wait_for(lambda: server.scorer._taken == 2)
        with server.client() as client:
            refused = client.post("/v1/score", content=color, headers={"Content-Type": "image/png"})
            assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
            wait_for(lambda: client.get("/v1/sources/1").json()["accept"])
        leave.set()
        for thread in threads:
            thread.join(20)
        assert answers == [200, 200]
        assert server.scorer._taken == 0


@pytest.mark.parametrize("header", [None, "Bearer wrong-token-of-sixteen", "Basic eDp5", "Bearer", "Bearer \xe9"])
@pytest.mark.parametrize(
    "path", ["/v1/state", "/v1/sources/1/snapshot", "/openapi.json", "/web/../v1/state", "/nothing"]
)
def test_without_the_token_nothing_is_answered(header: str | None, path: str) -> None:
    settings = ServeSettings(token=TOKEN, preview=True, requests_per_s=1000.0)
    with running(Script(), settings=settings) as server:
        host, port = server.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            line = "" if header is None else f"Authorization: {header}\r\n"
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n{line}\r\n".encode("latin-1"))
            answer = connection.recv(65536)
    assert answer.startswith(b"HTTP/1.1 401"), answer[:200]
    assert b"door" not in answer


def test_token_opens_rest_websocket_and_page() -> None:
    with running(Script(), settings=ServeSettings(token=TOKEN, requests_per_s=1000.0)) as server:
        address = f"{server.url.replace('http', 'ws')}/v1/events"
        with pytest.raises(InvalidStatus) as refused:
            connect(address)
        assert refused.value.response.status_code == 403
        with connect(address, additional_headers={"Authorization": f"Bearer {TOKEN}"}) as events:
            assert json.loads(events.recv(5))["source"] == "door"
        with server.client(TOKEN) as client:
            assert client.get("/v1/state").status_code == 200
        with server.client() as client:
            assert client.get("/").status_code == 200
            assert client.get("/healthz").json() == {"status": "ok"}
            assert client.post("/v1/login", json={"token": "wrong-token-of-sixteen"}).status_code == 401
            answer = client.post("/v1/login", json={"token": TOKEN})
            assert answer.status_code == 204
            cookie = answer.headers["set-cookie"]
            assert TOKEN not in cookie
            assert "HttpOnly" in cookie
            assert "SameSite=strict" in cookie
            assert client.get("/v1/state").status_code == 200


def test_wrong_tokens_are_limited() -> None:
    with running(settings=ServeSettings(token=TOKEN, requests_per_s=1000.0)) as server:
        with server.client("wrong-token-of-sixteen") as client:
            found = [client.get("/v1/state").status_code for _ in range(15)]
        assert found[:10] == [401] * 10
        assert set(found[10:]) == {429}
        with server.client() as client:
            assert client.post("/v1/login", json={"token": TOKEN}).status_code == 429


def test_server_answers_429_to_a_client_that_asks_too_often() -> None:
    with running(settings=ServeSettings(requests_per_s=2.0)) as server, server.client() as client:
        found = [client.get("/healthz").status_code for _ in range(10)]
    assert found[:6] == [200] * 6
    assert found[-1] == 429


def test_rate_limit_forgets_the_least_recent_clients() -> None:
    limit = RateLimit(1.0, 1.0, lambda: 0.0)
    for number in range(10_000):
        assert limit.take(str(number))
    assert len(limit._buckets) == 4096
    assert not limit.take("9999")


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "[", "a@b", ""])
def test_server_refuses_an_unknown_host_name(server: Running, host: str) -> None:
    with server.client() as client:
        assert client.get("/v1/state", headers={"Host": host}).status_code == 400


def test_server_refuses_a_page_of_another_site(server: Running) -> None:
    with server.client() as client:
        headers = {"Origin": "https://evil.example"}
        assert client.post("/v1/sources/1/recording", json=LABELS, headers=headers).status_code == 403
        assert client.get("/v1/state", headers={"Origin": server.url}).status_code == 200
    with pytest.raises(InvalidStatus):
        connect(f"{server.url.replace('http', 'ws')}/v1/events", additional_headers={"Origin": "https://evil.example"})


def test_server_sends_no_picture_by_default(server: Running) -> None:
    with server.client() as client:
        for path in ("snapshot", "preview"):
            assert client.get(f"/v1/sources/1/{path}").status_code == 403
            assert client.get(f"/v1/sources/7/{path}").status_code == 404


def test_snapshot_and_preview_with_the_option() -> None:
    script = Script()
    with (
        running(script, settings=ServeSettings(preview=True, requests_per_s=1000.0)) as server,
        server.client() as client,
    ):
        wait_for(lambda: client.get("/v1/sources/1/snapshot").status_code == 200)
        answer = client.get("/v1/sources/1/snapshot")
        picture = cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_COLOR)
        assert picture is not None
        assert picture.shape == (48, 64, 3)
        with client.stream("GET", "/v1/sources/1/preview") as stream:
            got = b""
            for block in stream.iter_raw():
                got += block
                if got.count(b"--fasdemo-frame") >= 3:
                    break
        script.stalled = True
        wait_for(lambda: client.get("/v1/sources/1/snapshot").status_code == 503)
        script.stalled = False


def test_recording_is_refused_unless_allowed(server: Running) -> None:
    with server.client() as client:
        assert client.post("/v1/sources/1/recording", json=LABELS).status_code == 403


@pytest.mark.parametrize(
    "change",
    [
        {"subject": "../../etc"},
        {"subject": "/root"},
        {"subject": "a\r\nX: y"},
        {"label": "spoof", "attack": "../x"},
        {"label": "nobody"},
        {"retain_until": "2001-01-01"},
        {"folder": "/tmp"},
        {"consent": "x\0"},
    ],
)
def test_recording_refuses_paths_and_wrong_labels(tmp_path: Path, change: dict[str, str]) -> None:
    settings = ServeSettings(record=tmp_path / "sessions", requests_per_s=1000.0)
    with running(Script(), settings=settings) as server, server.client() as client:
        wait_for(lambda: client.get("/v1/sources/1").json()["accept"])
        assert client.post("/v1/sources/1/recording", json=LABELS | change).status_code == 422
    assert not (tmp_path / "sessions").exists()


def test_recording_starts_stops_and_reports(tmp_path: Path) -> None:
    settings = ServeSettings(record=tmp_path, requests_per_s=1000.0)
    with (
        running(Script(supervised=True), Script("clip", live=False), settings=settings) as server,
        server.client() as client,
    ):
        wait_for(lambda: client.get("/v1/sources/1").json()["accept"])
        wait_for(lambda: client.get("/v1/sources/2").json()["phase"] == "running")
        assert client.post("/v1/sources/2/recording", json=LABELS).status_code == 409
        assert client.post("/v1/sources/1/recording", json=LABELS).status_code == 202
        assert client.post("/v1/sources/1/recording", json=LABELS).status_code == 409
        wait_for(lambda: client.get("/v1/sources/1/recording").json()["written"] >= 5)
        assert client.delete("/v1/sources/1/recording").status_code == 202
        wait_for(lambda: client.get("/v1/sources/1/recording").json()["stage"] == "done")
        assert str(tmp_path.parent) not in json.dumps(client.get("/v1/state").json())
    assert main(["sessions", "verify", str(tmp_path)]) == 0


@pytest.mark.parametrize("path", ["/web/..%2fguard.py", "/web/page.html", "/web/%2e%2e/api.py", "/v1/sources/..%2f1"])
def test_paths_lead_to_nothing_else(server: Running, path: str) -> None:
    with server.client() as client:
        assert client.get(path).status_code in (404, 422)


def test_answers_have_the_security_headers_and_no_injected_ones(server: Running) -> None:
    with server.client() as client:
        answer = client.get("/v1/sources/x%0d%0aInjected:%20yes")
        page = client.get("/")
    assert answer.status_code == 404
    assert "injected" not in answer.headers
    assert page.headers["x-frame-options"] == "DENY"
    assert "default-src 'none'" in page.headers["content-security-policy"]


def test_openapi_names_every_path(server: Running) -> None:
    with server.client() as client:
        paths = client.get("/openapi.json").json()["paths"]
    assert {"/v1/state", "/v1/score", "/v1/sources/{source_id}/recording", "/v1/sources/{source_id}/preview"} <= set(
        paths
    )


def test_tls_serves_with_the_certificate(tmp_path: Path) -> None:
    certificate, key = tmp_path / "c.pem", tmp_path / "k.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"]
    made += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)]
    try:
        subprocess.run(made, check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("openssl is not installed")
    settings = ServeSettings(token=TOKEN, certificate=certificate, key=key, requests_per_s=1000.0)
    settings.check()
    with running(settings=settings) as server:
        url = server.url.replace("http:", "https:")
        trusted = ssl.create_default_context(cafile=str(certificate))
        answer = httpx.post(f"{url}/v1/login", json={"token": TOKEN}, verify=trusted)
        assert answer.status_code == 204
        assert "Secure" in answer.headers["set-cookie"]
        with pytest.raises(httpx.TransportError):
            httpx.get(f"{server.url}/healthz")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (ServeSettings(host="0.0.0.0"), "host 0.0.0.0: other machines can connect"),
        (ServeSettings(host="192.168.1.5"), "a token is required"),
        (ServeSettings(token="short"), "at least 16"),
        (ServeSettings(certificate=Path("c.pem")), "give both"),
        (ServeSettings(certificate=Path("none.pem"), key=Path("none.key")), "cannot be used"),
    ],
)
def test_settings_refuse_what_is_unsafe(settings: ServeSettings, said: str) -> None:
    with pytest.raises(UserError, match=said):
        settings.check()


def test_secret_is_read_from_a_file_or_the_environment(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    assert secret("X", file, "--token-file", {"X": "other"}) == TOKEN
    assert secret("X", None, "--token-file", {"X": "other"}) == "other"
    file.write_text("\n")
    with pytest.raises(UserError, match="is empty"):
        secret("X", file, "--token-file")
    with pytest.raises(UserError, match="cannot be read"):
        secret("X", tmp_path / "none", "--token-file")


def test_serve_command_refuses_bad_input_in_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--host", "0.0.0.0"]) == 2
    refusal = capsys.readouterr().err
    assert "--host 0.0.0.0: " in refusal
    assert "FASDEMO_TOKEN" in refusal
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert main(["serve", "--port", str(taken.getsockname()[1])]) == 2
    assert "--host 127.0.0.1: the server cannot listen on port" in capsys.readouterr().err
    assert main(["serve", "--camera", "nonsense"]) == 2
    assert "unknown camera" in capsys.readouterr().err
    with pytest.raises(SystemExit) as wrong:
        main(["serve", "--port", "70000"])
    assert wrong.value.code == 2


def test_slow_headers_do_not_stop_the_others(server: Running) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    slow = [socket.create_connection((host, int(port))) for _ in range(20)]
    try:
        for connection in slow:
            connection.sendall(b"POST /v1/score HTTP/1.1\r\nHost: ")
        started = time.monotonic()
        with server.client() as client:
            assert client.get("/v1/state").status_code == 200
        assert time.monotonic() - started < 5
    finally:
        for connection in slow:
            connection.close()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--mqtt", "http://host"], "--mqtt http://host"),
        (["--webhook", "ftp://host/"], "FASDEMO_WEBHOOK_SECRET"),
        (["--webhook", "https://host/", "--webhook-secret-file", "/nonexistent"], "cannot be read"),
    ],
)
def test_serve_command_refuses_wrong_receivers(
    options: list[str], said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FASDEMO_WEBHOOK_SECRET", raising=False)
    assert main(["serve", *options]) == 2
    assert said in capsys.readouterr().err


def test_serve_command_names_the_missing_extra(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.startswith("fasdemo.serve")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    assert main(["serve"]) == 2
    assert "pip install 'fasdemo[serve]'" in capsys.readouterr().err
