"""Load of `fasdemo serve` on the loopback: requests a second, p99, and whether any answer belongs to another client.

    python benchmarks/bench_serve.py [--seconds 20] [--clients 8]

Half of the clients read the state, half send pictures of different sizes and compare the answer with the one that the
same picture gets alone. Two more clients follow all events by WebSocket and count gaps.
"""

from __future__ import annotations

import argparse
import json
import socket
import subprocess
import sys
import threading
import time
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
        return _measure(f"127.0.0.1:{port}", psutil.Process(server.pid), seconds, clients)
    finally:
        server.terminate()
        server.wait(20)


def _measure(address: str, process: psutil.Process, seconds: int, clients: int) -> int:
    url = f"http://{address}"
    _wait(url)
    pictures = _pictures(clients)
    expected = [_score(httpx.Client(timeout=60), url, data)[1] for data in pictures]
    end = time.monotonic() + seconds
    state, score, events = Figures(), Figures(), [Figures(), Figures()]
    threads = [threading.Thread(target=_read_states, args=(url, end, state)) for _ in range(clients // 2)]
    threads += [
        threading.Thread(target=_send_pictures, args=(url, end, score, pictures, expected, number))
        for number in range(clients - clients // 2)
    ]
    threads += [threading.Thread(target=_follow, args=(address, end, one)) for one in events]
    before = process.memory_info().rss
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    grown = (process.memory_info().rss - before) / 2**20
    print(state.line("state", seconds))
    print(score.line("score", seconds))
    for number, one in enumerate(events, 1):
        rate = len(one.times_ms) / seconds
        print(f"events, client {number}: {rate:.1f} a second, {one.refused} dropped and reported, {one.wrong} missing")
    print(f"memory of the server: {process.memory_info().rss / 2**20:.0f} MB, {grown:+.0f} MB during the load")
    return 1 if state.wrong or score.wrong or any(one.wrong for one in events) else 0


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
    last = None
    with connect(f"ws://{address}/v1/events") as client:
        while time.monotonic() < end:
            event = json.loads(client.recv(30))
            figures.times_ms.append(event["age_s"] * 1000.0)
            figures.refused += event["dropped"]
            if last is not None and event["frame"] > last + 1 + event["dropped"]:
                figures.wrong += 1
            last = event["frame"]


if __name__ == "__main__":
    sys.exit(main())
