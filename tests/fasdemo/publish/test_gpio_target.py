"""GPIO lines: the calls of the library in their order, and the library's own errors for what is not there."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import pytest

if not sys.platform.startswith("linux"):
    pytest.skip("GPIO lines are a device of Linux", allow_module_level=True)

import gpiod
from gpiod.line import Direction, Value

from fasdemo.publish.gpio_target import GpioSignal, GpioTarget
from fasdemo.publish.target import TargetError

CONTENT = {"event": "accepted", "number": "17"}


class Board:
    """Takes the place of a chip, which the machines of the tests lack: it keeps every call with its time."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.times: list[float] = []
        self.unplugged = False

    def request_lines(self, path: str, consumer: str, config: dict[int | str, gpiod.LineSettings]) -> Board:
        ((line, settings),) = config.items()
        self._note("request", path, line, settings.direction, settings.output_value, settings.active_low)
        return self

    def get_value(self, line: int | str) -> Value:
        if self.unplugged:
            raise OSError(19, "No such device")
        return Value.INACTIVE

    def set_value(self, line: int | str, value: Value) -> None:
        if self.unplugged:
            raise OSError(19, "No such device")
        self._note("set", line, value)

    def release(self) -> None:
        self._note("release")

    def _note(self, *call: Any) -> None:
        self.calls.append(call)
        self.times.append(time.monotonic())


@pytest.fixture
def board(monkeypatch: pytest.MonkeyPatch) -> Board:
    made = Board()
    monkeypatch.setattr(gpiod, "request_lines", made.request_lines)
    return made


def test_gpio_target_takes_the_line_inactive_and_pulses_it(board: Board) -> None:
    target = GpioTarget(GpioSignal("/dev/gpiochip0", 17, active_low=True, pulse_s=0.15))
    assert target.open()
    assert target.open()
    assert board.calls == [("request", "/dev/gpiochip0", 17, Direction.OUTPUT, Value.INACTIVE, True)]
    target.send(CONTENT, 1.0)
    assert board.calls[1:] == [("set", 17, Value.ACTIVE), ("set", 17, Value.INACTIVE)]
    assert board.times[2] - board.times[1] >= 0.15
    target.close()
    assert board.calls[3:] == [("set", 17, Value.INACTIVE), ("release",)]


def test_gpio_target_ends_the_pulse_if_it_is_interrupted(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    target = GpioTarget(GpioSignal("/dev/gpiochip0", 17))
    target.open()

    def interrupted(seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("fasdemo.publish.gpio_target.time.sleep", interrupted)
    with pytest.raises(KeyboardInterrupt):
        target.send(CONTENT, 1.0)
    assert board.calls[-1] == ("set", 17, Value.INACTIVE)


def test_gpio_target_finds_out_that_the_chip_was_unplugged(board: Board) -> None:
    target = GpioTarget(GpioSignal("/dev/gpiochip0", 17))
    target.open()
    board.unplugged = True
    with pytest.raises(TargetError, match="No such device"):
        target.open()
    with pytest.raises(TargetError, match="is not open"):
        target.send(CONTENT, 1.0)


def test_gpio_target_reports_a_line_that_breaks_during_a_pulse(board: Board) -> None:
    target = GpioTarget(GpioSignal("/dev/gpiochip0", 17))
    target.open()
    board.unplugged = True
    with pytest.raises(TargetError, match=r"failed \(No such device\)"):
        target.send(CONTENT, 1.0)


@pytest.mark.parametrize(("chip", "says"), [("none", "No such file"), ("file", "Inappropriate ioctl")])
def test_gpio_target_reports_what_is_missing_or_no_chip(tmp_path: Path, chip: str, says: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(TargetError, match=says):
        GpioTarget(GpioSignal(str(tmp_path / chip), 17)).open()
