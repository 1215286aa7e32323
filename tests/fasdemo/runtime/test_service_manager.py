"""Messages to systemd, received on a socket like its own."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest

from fasdemo.cli.main import main
from fasdemo.runtime.outputs.service_manager import ServiceManager

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="systemd runs on Linux")


class Manager:
    """A datagram socket as systemd offers one."""

    def __init__(self, address: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(f"\0{address[1:]}" if address.startswith("@") else address)
        self._socket.settimeout(0.2)

    def heard(self) -> list[str]:
        messages = []
        try:
            while True:
                messages.append(self._socket.recv(100).decode())
        except TimeoutError:
            return messages

    def close(self) -> None:
        self._socket.close()


@pytest.mark.parametrize("abstract", [False, True])
def test_service_manager_hears_start_life_and_end(tmp_path: Path, abstract: bool) -> None:
    address = f"@fasdemo-test-{tmp_path.name}-{tmp_path.parent.name}" if abstract else str(tmp_path / "notify")
    manager = Manager(address)
    with ServiceManager({"NOTIFY_SOCKET": address}) as told:
        for frame in range(61):
            told.alive(100.0 + frame / 30)
    assert manager.heard() == ["READY=1", *["WATCHDOG=1"] * 3, "STOPPING=1"]
    manager.close()


def test_service_manager_is_silent_without_a_socket_and_survives_a_lost_one(tmp_path: Path) -> None:
    for environment in ({}, {"NOTIFY_SOCKET": str(tmp_path / "gone")}):
        with ServiceManager(environment) as told:
            told.alive(0.0)


def test_headless_run_tells_the_service_manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manager = Manager(str(tmp_path / "notify"))
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    assert main(["--demo", "--headless", "--max-frames", "5"]) == 0
    heard = manager.heard()
    assert heard[0] == "READY=1"
    assert "WATCHDOG=1" in heard
    assert heard[-1] == "STOPPING=1"
    manager.close()


def test_headless_run_that_cannot_start_is_never_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manager = Manager(str(tmp_path / "notify"))
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    assert main(["--video", str(tmp_path / "absent.mp4"), "--headless"]) == 2
    assert manager.heard() == []
    manager.close()
