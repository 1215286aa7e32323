"""Load of `fasdemo serve` on the loopback: requests a second, p99, and whether any answer belongs to another client.

    python benchmarks/bench_serve.py [--seconds 20] [--clients 8]

Half of the clients read the state, half send different pictures and compare the answer with the one that the same
picture gets alone. Two more clients follow all events by WebSocket and count gaps. `make load` runs it; the exit status
is 1 if an answer was another client's or an event is missing.
"""

from __future__ import annotations

import argparse
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import httpx
import numpy as np
import psutil
from websockets.sync.client import connect

import fasdemo

MAX_SECONDS = 120
MAX_CLIENTS = 32


@dataclass
class Figures:
    """What the clients of one kind measured."""

    times_ms: list[float] = field(default_factory=list)
    refused: int = 0
    wrong: int = 0

    def line(self, name: str, seconds: float) -> str:
        """Return one line of the report."""
        if not self.times_ms:
            return f"{name}: no answer, {self.refused} refused"
        p50, p99 = np.percentile(self.times_ms, [50, 99])
        rate = len(self.times_ms) / seconds
        text = f"{name}: {rate:.1f} a second, p50 {p50:.1f} ms, p99 {p99:.1f} ms"
        return f"{text}, {self.refused} refused (503), {self.wrong} mixed up"


@dataclass
class Load:
    """What all clients measured.

    Attributes:
        state: requests of the state.
        score: requests to score a picture.
        events: the WebSocket clients; `refused` counts events that the server reported as dropped, `wrong` gaps that it
            did not report.
        memory_mb: resident memory of the server at the end.
        grown_mb: its growth during the load.
        problems: requests that failed without an answer, by error.
    """

    state: Figures
    score: Figures
    events: list[Figures]
    memory_mb: float
    grown_mb: float
    problems: list[str]

    @property
    def failed(self) -> bool:
        """Whether an answer was wrong or missing."""
        return bool(self.problems) or any(one.wrong for one in (self.state, self.score, *self.events))


def main() -> int:
    """Run the load; 1 if an answer was wrong or an event missing."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--seconds", type=int, default=20, help=f"at most {MAX_SECONDS}")
    parser.add_argument("--clients", type=int, default=8, help=f"at most {MAX_CLIENTS}")
    args = parser.parse_args()
    seconds, clients = min(max(args.seconds, 1), MAX_SECONDS), min(max(args.clients, 2), MAX_CLIENTS)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "fasdemo.cli",
        "serve",
        "--demo",
        "--loop",
        "--rate",
        "100000",
        "--port",
        str(port),
    ]
    server = subprocess.Popen(command)
    try:
        found = measure(f"127.0.0.1:{port}", psutil.Process(server.pid), seconds, clients)
    finally:
        server.terminate()
        server.wait(20)
    print(found.state.line("state", seconds))
    print(found.score.line("score", seconds))
    for number, one in enumerate(found.events, 1):
        rate = len(one.times_ms) / seconds
        print(f"events, client {number}: {rate:.1f} a second, {one.refused} dropped and reported, {one.wrong} missing")
    print(f"memory of the server: {found.memory_mb:.0f} MB, {found.grown_mb:+.0f} MB during the load")
    for problem in found.problems:
        print(f"failed: {problem}", file=sys.stderr)
    return 1 if found.failed else 0


def measure(address: str, process: psutil.Process, seconds: float, clients: int) -> Load:
    """Run the clients and return what they measured.

    Args:
        address: host and port of the server.
        process: the server.
        seconds: duration of the load.
        clients: number of clients beside those of the events.
    """
    url = f"http://{address}"
    _wait(url)
    pictures = _pictures(clients)
    expected = [_score(httpx.Client(timeout=60), url, data)[1] for data in pictures]
    end = time.monotonic() + seconds
    state, score, events = Figures(), Figures(), [Figures(), Figures()]
    problems: list[str] = []

    def client(run: Callable[..., None], *arguments: object) -> threading.Thread:
        def guarded() -> None:
            try:
                run(*arguments)
            except Exception as error:
                problems.append(f"{run.__name__}: {type(error).__name__}: {error}")

        return threading.Thread(target=guarded)

    threads = [client(_read_states, url, end, state) for _ in range(clients // 2)]
    threads += [
        client(_send_pictures, url, end, score, pictures, expected, number) for number in range(clients - clients // 2)
    ]
    threads += [client(_follow, address, end, one) for one in events]
    before = process.memory_info().rss
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    grown = (process.memory_info().rss - before) / 2**20
    return Load(state, score, events, process.memory_info().rss / 2**20, grown, problems)


def _wait(url: str) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            if httpx.get(f"{url}/v1/sources/1", timeout=5).json()["event"] is not None:
                return
        except (httpx.HTTPError, ValueError):
            pass
        time.sleep(0.2)
    raise SystemExit("the server did not start within a minute")


def _pictures(count: int) -> list[bytes]:
    """Different frames of the demo session, JPEG."""
    found = []
    with fasdemo.open_source(fasdemo.demo_session()) as source:
        for frame in source:
            if frame.index % 20 == 0:
                bgr = np.ascontiguousarray(frame.rgb[..., ::-1])
                found.append(cv2.imencode(".jpg", bgr)[1].tobytes())
            if len(found) == count:
                return found
    return found


def _score(client: httpx.Client, url: str, data: bytes) -> tuple[int, list[object]]:
    answer = client.post(f"{url}/v1/score", content=data, headers={"Content-Type": "image/jpeg"})
    if answer.status_code != 200:
        return answer.status_code, []
    return 200, [(face["box"], face["score"]) for face in answer.json()["faces"]]


def _read_states(url: str, end: float, figures: Figures) -> None:
    with httpx.Client(timeout=60) as client:
        while (started := time.monotonic()) < end:
            answer = client.get(f"{url}/v1/sources/1")
            figures.times_ms.append((time.monotonic() - started) * 1000.0)
            if answer.status_code != 200 or answer.json()["source_id"] != "1":
                figures.wrong += 1


def _send_pictures(
    url: str, end: float, figures: Figures, pictures: list[bytes], expected: list[list[object]], number: int
) -> None:
    with httpx.Client(timeout=60) as client:
        while (started := time.monotonic()) < end:
            number = (number + 1) % len(pictures)
            status, faces = _score(client, url, pictures[number])
            if status == 503:
                figures.refused += 1
                time.sleep(0.05)
                continue
            figures.times_ms.append((time.monotonic() - started) * 1000.0)
            if status != 200 or faces != expected[number]:
                figures.wrong += 1


def _follow(address: str, end: float, figures: Figures) -> None:
    """Count events; `refused` are those that the server says were dropped, `wrong` those missing without a word."""
    last: dict[str, int] = {}
    with connect(f"ws://{address}/v1/events") as client:
        while time.monotonic() < end:
            event = json.loads(client.recv(30))
            figures.times_ms.append(event["age_s"] * 1000.0)
            figures.refused += event["dropped"]
            before = last.get(event["source_id"])
            if before is not None and event["frame"] > before + 1 + event["dropped"]:
                figures.wrong += 1
            last[event["source_id"]] = event["frame"]


if __name__ == "__main__":
    sys.exit(main())
