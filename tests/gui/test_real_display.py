"""Once on a real (virtual) display, with real key presses: Xvfb and xdotool, else skipped."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(
    not all(shutil.which(tool) for tool in ("Xvfb", "xdotool")), reason="Xvfb and xdotool are not installed"
)


@contextmanager
def x_server(size: str, manager: str | None) -> Iterator[str]:
    """A virtual screen of its own, with the window manager that is named, or with none."""
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{size}x24", "-nolisten", "tcp", "-noreset"],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    with os.fdopen(read) as pipe:
        name = f":{pipe.readline().strip()}"
    running = [server]
    try:
        if manager is not None:
            env = {**os.environ, "DISPLAY": name}
            running.append(subprocess.Popen([manager], env=env, stderr=subprocess.DEVNULL))
            _wait_for_manager(env)
        yield name
    finally:
        for process in reversed(running):
            process.terminate()
            process.wait(5)


def _wait_for_manager(env: dict[str, str]) -> None:
    # xdotool can name the active window only once a window manager keeps that property on the root window.
    for _ in range(200):
        if not subprocess.run(["xdotool", "get_desktop"], env=env, capture_output=True).returncode:
            return
        time.sleep(0.05)
    raise AssertionError("the window manager does not start")


@pytest.fixture(params=[None, "openbox"], ids=["bare", "openbox"])
def manager(request: pytest.FixtureRequest) -> str | None:
    name: str | None = request.param
    if name is not None and shutil.which(name) is None:
        pytest.skip(f"{name} is not installed (Debian package {name})")
    return name


class Seen:
    """The window's process: what it says, and keys that are pressed as a person would."""

    def __init__(self, display: str, settings: Path, folder: Path, options: Sequence[str] = ()) -> None:
        self._env = {
            **{name: value for name, value in os.environ.items() if name != "QT_QPA_PLATFORM"},
            "DISPLAY": display,
            "PYTHONPATH": str(ROOT),
            "HOME": str(folder),
        }
        self.process = subprocess.Popen(
            [sys.executable, str(ROOT / "tests" / "support" / "window_process.py"), str(settings), *options],
            env=self._env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.state: dict[str, Any] = {}
        self.wrong: list[str] = []
        self._readers = [threading.Thread(target=self._read), threading.Thread(target=self._read_errors)]
        for reader in self._readers:
            reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("{"):
                self.state = json.loads(line)

    def _read_errors(self) -> None:
        assert self.process.stderr is not None
        self.wrong.extend(self.process.stderr)

    def until(self, condition: Callable[[dict[str, Any]], bool], timeout_s: float = 60.0) -> dict[str, Any]:
        end = time.monotonic() + timeout_s
        while time.monotonic() < end:
            if self.state and condition(self.state):
                return self.state
            assert self.process.poll() is None, "".join(self.wrong)
            time.sleep(0.03)
        raise AssertionError(f"not seen: {self.state} {''.join(self.wrong)}")

    def key(self, *keys: str) -> None:
        subprocess.run(["xdotool", "key", "--clearmodifiers", *keys], env=self._env, check=True)

    def key_until(self, key: str, condition: Callable[[dict[str, Any]], bool], timeout_s: float = 60.0) -> None:
        """Press a key until a condition holds; a dialog that has just appeared may not have the keyboard yet."""
        end = time.monotonic() + timeout_s
        while True:
            self.key(key)
            try:
                self.until(condition, min(4.0, max(end - time.monotonic(), 0.1)))
                return
            except AssertionError:
                if time.monotonic() >= end or self.process.poll() is not None:
                    raise

    def type(self, words: str) -> None:
        subprocess.run(["xdotool", "type", words], env=self._env, check=True)

    def focus(self) -> None:
        found = ["xdotool", "search", "--sync", "--onlyvisible", "--name", "fasdemo", "windowfocus", "--sync"]
        subprocess.run(found, env=self._env, check=True, timeout=20, capture_output=True)

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(5)
        for reader in self._readers:
            reader.join()


@contextmanager
def window(size: str, manager: str | None, folder: Path, *options: str) -> Iterator[Seen]:
    """The window on a virtual screen of `size`."""
    with x_server(size, manager) as display:
        made = Seen(display, folder / "window.json", folder, options)
        try:
            yield made
        finally:
            made.end()


def test_the_window_on_a_display_obeys_the_keyboard(manager: str | None, tmp_path: Path) -> None:
    with window("1440x900", manager, tmp_path) as seen:
        _press_every_key(seen, tmp_path)


def _press_every_key(seen: Seen, tmp_path: Path) -> None:
    seen.until(lambda now: now["frame"] > 5 and now["word"] == "LIVE", 40.0)
    seen.focus()
    seen.until(lambda now: now["active"])
    assert seen.state["colours"] > 100, "the screen is empty"

    seen.key("space")
    stood = seen.until(lambda now: now["paused"])["frame"]
    time.sleep(0.3)
    stood = seen.state["frame"]
    seen.key("Right")
    seen.until(lambda now: now["frame"] == stood + 1)
    seen.key("Left")
    seen.until(lambda now: now["frame"] == stood)
    seen.key("space")
    seen.until(lambda now: not now["paused"])

    seen.key("2")
    seen.until(lambda now: now["enlarged"] == "depth")
    seen.key("Escape")
    seen.until(lambda now: now["enlarged"] is None)

    before = seen.state["geometry"]
    seen.key("F11")
    seen.until(lambda now: now["kiosk"] and now["geometry"] == now["screen"])
    seen.key("Escape")
    seen.until(lambda now: not now["kiosk"] and now["geometry"] == before)

    seen.key("ctrl+3")
    seen.until(lambda now: now["tab"] == 2)
    seen.type("k1s")
    seen.until(lambda now: now["subject"] == "k1s")
    assert not seen.state["kiosk"]
    assert seen.state["enlarged"] is None

    seen.key("F1")
    seen.until(lambda now: any("shortcuts" in title for title in now["dialogs"]))
    seen.key_until("Escape", lambda now: not now["dialogs"])

    # Without a window manager, nothing gives the keyboard back to the window.
    seen.focus()
    seen.until(lambda now: now["active"])
    seen.key("ctrl+l")
    seen.until(lambda now: any("event log" in title for title in now["dialogs"]))
    seen.key("ctrl+a")
    seen.type(str(tmp_path / "door.jsonl"))
    seen.key("Return")
    seen.until(lambda now: now["footer"].startswith("LOG door.jsonl"))
    seen.focus()
    seen.until(lambda now: now["active"] and not now["dialogs"])

    seen.key("ctrl+q")
    # How long it takes is the benchmark's business; this machine may be busy.
    assert seen.process.wait(30) == 0
    remembered = json.loads((tmp_path / "window.json").read_text())
    assert remembered["tab"] == 2
    assert remembered["recent"] == ["clip"]
    assert json.loads((tmp_path / "door.jsonl").read_text().splitlines()[-1])["event"] == "end"
    assert not [line for line in seen.wrong if "Traceback" in line or "QThread" in line or "QObject" in line]


@pytest.mark.parametrize("size", ["240x320", "480x800", "1080x1920"])
def test_kiosk_option_fills_the_screen(size: str, manager: str | None, tmp_path: Path) -> None:
    width, height = map(int, size.split("x"))
    with window(size, manager, tmp_path, "--kiosk") as seen:
        filled = seen.until(lambda now: now["kiosk"] and now["geometry"] == [0, 0, width, height], 40.0)
        assert filled["screen"] == [0, 0, width, height]
        # The words are scaled to this card, so what it covers is what can be read.
        assert filled["card"] == [0, 0, width, height]
        if manager is None:
            seen.focus()
        seen.until(lambda now: now["active"])
        seen.key("Escape")
        seen.until(lambda now: not now["kiosk"] and now["geometry"][2:] != [width, height])
