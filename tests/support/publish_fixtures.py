"""Targets and receivers for tests of signals: a recording target, a web receiver, a Mosquitto and its listener."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from fasdemo.publish.target import Content, TargetError
from tests.support.serve_fixtures import wait_for

MOSQUITTO = shutil.which("mosquitto") or shutil.which("/usr/sbin/mosquitto")


class RecordingTarget:
    """A target that keeps what it gets and fails as a test wants."""

    def __init__(self, name: str = "the target") -> None:
        self.name = name
        self.got: list[Content] = []
        self.opened = 0
        self.closed = threading.Event()
        self.open_problem = self.send_problem = ""
        self.free = threading.Event()
        self.free.set()
        self.busy = threading.Event()

    def open(self) -> bool:
        self.opened += 1
        if self.open_problem:
            raise TargetError(self.open_problem)
        return True

    def send(self, content: Content, left_s: float) -> None:
        self.busy.set()
        assert self.free.wait(10)
        if self.send_problem:
            raise TargetError(self.send_problem)
        self.got.append(content)

    def close(self) -> None:
        self.closed.set()


class WebReceiver(ThreadingHTTPServer):
    """A receiver on the loopback that answers what a test wants and keeps what it got; it runs as a context."""

    def __init__(self) -> None:
        self.answers: list[int] = []
        self.got: list[tuple[dict[str, str], bytes, str]] = []
        self.answer = threading.Event()
        self.answer.set()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(handler) -> None:  # noqa: N805
                body = handler.rfile.read(int(handler.headers["Content-Length"]))
                self.got.append((dict(handler.headers), body, handler.path))
                self.answer.wait(10)
                handler.send_response(self.answers.pop(0) if self.answers else 204)
                handler.send_header("Location", "http://127.0.0.1:1/elsewhere")
                handler.send_header("Content-Length", "0")
                handler.end_headers()

            do_GET = do_POST  # noqa: N815

            def log_message(handler, *_: object) -> None:  # noqa: N805
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}/hook?x=1"

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self.answer.set()
        self.shutdown()
        self.server_close()


class Mosquitto:
    """A broker of the test on a free port of the loopback."""

    def __init__(self, folder: Path, password: str = "") -> None:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        lines = [f"listener {self.port} 127.0.0.1", "persistence false"]
        if password:
            file = folder / "passwords"
            made = ["mosquitto_passwd", "-b", "-c", str(file), "door", password]
            subprocess.run(made, check=True, capture_output=True)
            file.chmod(0o644)
            folder.chmod(0o755)
            lines += ["allow_anonymous false", f"password_file {file}", "user root"]
        else:
            lines.append("allow_anonymous true")
        self.config = folder / "mosquitto.conf"
        self.config.write_text("\n".join(lines) + "\n")
        self.start()

    def start(self) -> None:
        assert MOSQUITTO is not None
        self.process = subprocess.Popen(
            [MOSQUITTO, "-c", str(self.config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_for(self._answers)

    def _answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)


class Listener:
    """Everything that is published, by topic."""

    def __init__(self, port: int, password: str = "") -> None:
        self.messages: dict[str, list[tuple[str, bool]]] = {}
        self._lock = threading.Lock()
        ready = threading.Event()
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2)
        if password:
            self.client.username_pw_set("door", password)
        self.client.on_connect = lambda client, *_: client.subscribe("#", qos=1)
        self.client.on_subscribe = lambda *_: ready.set()
        self.client.on_message = self._on_message
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        assert ready.wait(10)

    def _on_message(self, client: object, data: object, message: mqtt.MQTTMessage) -> None:
        with self._lock:
            self.messages.setdefault(message.topic, []).append((message.payload.decode(), message.retain))

    def last(self, topic: str) -> str:
        with self._lock:
            return self.messages.get(topic, [("", False)])[-1][0]

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()
