"""Create targets from the addresses that an operator specifies."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qsl, unquote, unquote_to_bytes, urlsplit

from fasdemo.errors import UserError
from fasdemo.publish.target import MAX_PULSE_S, Target

MIN_SECRET_CHARACTERS = 16
_FORMS = {
    "on_live": "http://HOST/PATH, https://HOST/PATH, mqtt://HOST/TOPIC, mqtts://HOST/TOPIC, serial:DEVICE "
    "or gpio:CHIP?line=N",
    "heartbeat": "a file, http://HOST/PATH, https://HOST/PATH, mqtt://HOST/TOPIC or mqtts://HOST/TOPIC",
}
_LINES: dict[str, Literal["dtr", "rts"]] = {"dtr": "dtr", "rts": "rts"}
Use = Literal["on_live", "heartbeat"]


def target_of(address: str, use: Use) -> Target:
    """Return the target at an address; `docs/door.md` describes the forms.

    Args:
        address: the address.
        use: the parameter with this address; files are allowed for a heartbeat, serial lines for an output.

    Raises:
        UserError: the address cannot be used, or a package for it is missing.
    """
    scheme = address.partition(":")[0].lower()
    try:
        if scheme in ("http", "https"):
            return _web(address, use)
        if scheme in ("mqtt", "mqtts"):
            return _mqtt(address, use)
        if scheme == "serial" and use == "on_live":
            return _serial(address, use)
        if scheme == "gpio" and use == "on_live":
            return _gpio(address, use)
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("fasdemo"):
            raise
        raise UserError(
            f"{use} {scheme}: {error.name} is not installed; install it with `pip install 'fasdemo[door]'`.",
            parameter=use,
        ) from None
    if use == "heartbeat" and "://" not in address and address:
        return _file(address, use)
    shown = address.rpartition("@")[2]
    raise UserError(f"{use} {shown!r}: unknown address; use {_FORMS[use]}.", parameter=use)


def _web(address: str, use: Use) -> Target:
    from fasdemo.publish.web import check_address
    from fasdemo.publish.web_target import WebTarget

    try:
        check_address(address, use)
    except UserError as error:
        raise UserError(str(error), parameter=use) from None
    secret = os.environ.get("FASDEMO_WEBHOOK_SECRET", "").strip()
    if secret and len(secret) < MIN_SECRET_CHARACTERS:
        raise UserError(
            f"FASDEMO_WEBHOOK_SECRET: use at least {MIN_SECRET_CHARACTERS} characters; receivers check the signature "
            "with it.",
        )
    return WebTarget(address, secret)


def _mqtt(address: str, use: Use) -> Target:
    from fasdemo.publish.broker import broker_of
    from fasdemo.publish.mqtt_target import MqttTarget

    try:
        parts = urlsplit(address)
        options = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
    except ValueError:
        raise UserError(f"{use}: is not an address such as mqtt://HOST:1883/TOPIC.", parameter=use) from None
    topic = parts.path.strip("/")
    if not topic or any(one in topic for one in "+\0") or len(topic) > 200 or "#" in address or set(options) - {"ca"}:
        raise UserError(
            f"{use}: give an MQTT address with a topic and no wildcards, e.g. mqtt://HOST/door/open, "
            "or mqtts://HOST/door/open?ca=FILE.",
            parameter=use,
        )
    ca = Path(options["ca"]) if "ca" in options else None
    username, password = (os.environ.get(f"FASDEMO_MQTT_{name}", "").strip() for name in ("USERNAME", "PASSWORD"))
    try:
        broker = broker_of(f"{parts.scheme}://{parts.netloc}", username, password, ca)
        return MqttTarget(broker, topic)
    except UserError as error:
        raise UserError(str(error).removeprefix("mqtt").removeprefix("_ca").strip(" :"), parameter=use) from None


def _serial(address: str, use: Use) -> Target:
    from fasdemo.publish.serial_target import SerialSignal, SerialTarget

    device, _, query = address.partition(":")[2].partition("?")
    wrong = UserError(
        f"{use} {address!r}: is not a serial line; use e.g. serial:/dev/ttyUSB0, with ?baud=9600, on=TEXT, off=TEXT, "
        f"line=dtr or rts, and pulse=SECONDS (at most {MAX_PULSE_S:.0f}), joined by &.",
        parameter=use,
    )
    options = _options(query)
    if options is None:
        raise wrong
    line = options.pop("line", None)
    # A device that is switched by a modem line gets a text only if one is specified.
    on = unquote_to_bytes(options.pop("on", "" if line else "LIVE%0A"))
    off = unquote_to_bytes(options.pop("off", ""))
    try:
        baud, pulse_s = int(options.pop("baud", "9600")), float(options.pop("pulse", "0.5"))
    except ValueError:
        raise wrong from None
    usable = bool(device) and "\0" not in device and not options and (line is None or line in _LINES)
    if not usable or not 50 <= baud <= 4_000_000 or not 0.0 < pulse_s <= MAX_PULSE_S or not (on or line):
        raise wrong
    return SerialTarget(SerialSignal(device, baud, on, off, None if line is None else _LINES[line], pulse_s))


def _gpio(address: str, use: Use) -> Target:
    chip, _, query = address.partition(":")[2].partition("?")
    options = _options(query)
    options = {} if options is None else options
    line, active = unquote(options.pop("line", "")), options.pop("active", "high")
    try:
        pulse_s = float(options.pop("pulse", "0.5"))
    except ValueError:
        pulse_s = 0.0
    usable = bool(chip and line) and not options and "\0" not in chip + line
    if not usable or active not in ("high", "low") or not 0.0 < pulse_s <= MAX_PULSE_S:
        raise UserError(
            f"{use} {address!r}: is not a GPIO line; use e.g. gpio:/dev/gpiochip0?line=17, with active=low and "
            f"pulse=SECONDS (at most {MAX_PULSE_S:.0f}), joined by &.",
            parameter=use,
        )
    from fasdemo.publish.gpio_target import GpioSignal, GpioTarget

    number = line.isascii() and line.isdigit()
    return GpioTarget(GpioSignal(chip, int(line) if number else line, active == "low", pulse_s))


def _options(query: str) -> dict[str, str] | None:
    """Return the options of an address, not decoded; None if one of them is not KEY=VALUE or comes twice."""
    options: dict[str, str] = {}
    for part in query.split("&") if query else ():
        key, equals, value = part.partition("=")
        if not equals or key in options:
            return None
        options[key] = value
    return options


def _file(address: str, use: Use) -> Target:
    from fasdemo.publish.file_target import FileTarget

    path = Path(address)
    if path.is_dir() or not path.parent.is_dir():
        raise UserError(f"{use} {address}: is not a file in an existing folder; choose another one.", parameter=use)
    return FileTarget(path)
