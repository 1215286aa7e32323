"""Addresses of signals, as an operator types them."""

from __future__ import annotations

import sys

import pytest

from fasdemo.cli.main import main
from fasdemo.errors import UserError
from fasdemo.publish.addresses import Use, target_of
from fasdemo.publish.serial_target import SerialSignal, SerialTarget

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="GPIO lines are a device of Linux")


def signal_of(address: str) -> SerialSignal:
    target = target_of(address, "on_live")
    assert isinstance(target, SerialTarget)
    return target._signal


def test_target_of_names_targets_without_their_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FASDEMO_MQTT_PASSWORD", "the password")
    names = [target_of(one, "on_live").name for one in ("https://door/open?key=1", "mqtt://h/a/b", "serial:COM3?on=x")]
    assert names == ["https://door/open", "mqtt://h:1883/a/b", "serial:COM3"]


def test_target_of_reads_serial_options() -> None:
    assert signal_of("serial:/dev/ttyUSB0") == SerialSignal("/dev/ttyUSB0")
    assert signal_of("serial:COM3?baud=115200&on=%A0%01%01%A2&off=%A0%01%00%A1&pulse=2") == SerialSignal(
        "COM3", 115200, b"\xa0\x01\x01\xa2", b"\xa0\x01\x00\xa1", None, 2.0
    )
    assert signal_of("serial:/dev/ttyS0?line=rts") == SerialSignal("/dev/ttyS0", on=b"", line="rts")
    assert signal_of("serial:/dev/ttyS0?on=A+B%0D").on == b"A+B\r"


@pytest.mark.parametrize(
    ("address", "use", "says"),
    [
        ("", "on_live", "unknown address"),
        ("door", "on_live", "unknown address"),
        ("ftp://h/a", "heartbeat", "unknown address"),
        ("serial:/dev/ttyS0", "heartbeat", "not a file in an existing folder"),
        ("ssh://user:secret@h/", "on_live", "unknown address"),
        ("http://user:secret@h/", "on_live", "must not contain a password"),
        ("http://", "on_live", "is not an http or https address"),
        ("mqtt://h", "on_live", "with a topic"),
        ("mqtt://h/a/#", "on_live", "with a topic"),
        ("mqtt://h/a?x=1", "on_live", "with a topic"),
        ("mqtt://h/a?x", "on_live", "is not an address such as"),
        ("mqtt://h:99999/a", "on_live", "is not a valid address"),
        ("mqtt://user:secret@h/a", "on_live", "FASDEMO_MQTT_PASSWORD"),
        ("mqtts://h/a?ca=/no/such.pem", "on_live", "no such file"),
        ("serial:", "on_live", "is not a serial line"),
        ("serial:COM3?baud=fast", "on_live", "is not a serial line"),
        ("serial:COM3?baud=1", "on_live", "is not a serial line"),
        ("serial:COM3?pulse=0", "on_live", "is not a serial line"),
        ("serial:COM3?pulse=nan", "on_live", "is not a serial line"),
        ("serial:COM3?pulse=11", "on_live", "is not a serial line"),
        ("serial:COM3?line=cts", "on_live", "is not a serial line"),
        ("serial:COM3?on=", "on_live", "is not a serial line"),
        ("serial:COM3?on=a&on=b", "on_live", "is not a serial line"),
        ("serial:COM3?parity=even", "on_live", "is not a serial line"),
        ("gpio:/dev/gpiochip0", "on_live", "is not a GPIO line"),
        ("gpio:?line=17", "on_live", "is not a GPIO line"),
        ("gpio:/dev/gpiochip0?line=17&active=up", "on_live", "is not a GPIO line"),
        ("gpio:/dev/gpiochip0?line=17&pulse=60", "on_live", "is not a GPIO line"),
        ("gpio:/dev/gpiochip0?line=17&baud=9600", "on_live", "is not a GPIO line"),
        ("gpio:/dev/gpiochip0?line", "on_live", "is not a GPIO line"),
        ("gpio:/dev/gpiochip0?line=17", "heartbeat", "not a file in an existing folder"),
        ("/no/such/folder/alive", "heartbeat", "not a file in an existing folder"),
        ("/", "heartbeat", "not a file in an existing folder"),
    ],
)
def test_target_of_refuses_what_cannot_be_used(address: str, use: Use, says: str) -> None:
    with pytest.raises(UserError, match=says) as error:
        target_of(address, use)
    shown = error.value.for_command_line()
    assert f"--{use.replace('_', '-')}" in shown
    assert "secret" not in shown


def test_target_of_refuses_a_short_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FASDEMO_WEBHOOK_SECRET", "short")
    with pytest.raises(UserError, match="at least 16 characters"):
        target_of("http://door/open", "on_live")


def test_target_of_says_which_package_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "serial", None)
    monkeypatch.delitem(sys.modules, "fasdemo.publish.serial_target")
    with pytest.raises(UserError, match=r"install it with `pip install 'fasdemo\[door\]'`"):
        target_of("serial:COM3", "on_live")


def test_command_line_refuses_a_wrong_address_in_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--demo", "--headless", "--max-frames", "1", "--on-live", "nonsense"]) == 2
    assert "--on-live 'nonsense': unknown address" in capsys.readouterr().err


def test_target_of_refuses_a_heartbeat_in_a_missing_folder() -> None:
    with pytest.raises(UserError, match="is not a file"):
        target_of("/no/such/folder/alive", "heartbeat")


@pytest.mark.parametrize("option", ["--on-live-pause", "--heartbeat-seconds"])
@pytest.mark.parametrize("value", ["0", "-1", "nan", "3601", "soon"])
def test_command_line_refuses_a_wrong_time(option: str, value: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([option, value])
    assert ended.value.code == 2
    assert "is not a number of seconds above 0 and at most 3600" in capsys.readouterr().err


def test_signals_send_nothing_for_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--demo", "--headless", "--max-frames", "40", "--on-live", "http://127.0.0.1:1/"]) == 0
    assert "On LIVE, http://127.0.0.1:1/: 0 signals sent, 0 failed" in capsys.readouterr().out


@linux
def test_target_of_reads_gpio_options() -> None:
    from fasdemo.publish.gpio_target import GpioSignal, GpioTarget

    found = [
        target_of(f"gpio:/dev/gpiochip0?{options}", "on_live")
        for options in ("line=17", "line=DOOR%201&active=low&pulse=1")
    ]
    assert [one._signal for one in found if isinstance(one, GpioTarget)] == [
        GpioSignal("/dev/gpiochip0", 17),
        GpioSignal("/dev/gpiochip0", "DOOR 1", True, 1.0),
    ]
