"""Check whether the lamp of an infrared camera lights up."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from fasdemo.capture.cameras.hello.lamp import InfraredFrame, LampSeparator, as_ir
from fasdemo.capture.cameras.hello.pairs import HelloPair
from fasdemo.capture.cameras.hello.system import HelloSystem
from fasdemo.capture.cameras.supervisor import DeviceError

CHECK_S = 3.0
"""Duration of the check, which ends earlier if pulses are seen; some lamps light up only after a second."""
_WAIT_S = 0.2
_BLACK = 3.0
"""Mean level of a picture without any infrared light, in grey levels of 255."""


@dataclass(frozen=True, slots=True)
class LampFinding:
    """The result of the check.

    Attributes:
        works: whether pulses were seen.
        text: the result as the end of a sentence.
        advice: what to do; empty if the lamp works.
    """

    works: bool
    text: str
    advice: str = ""


def check_lamp(
    pair: HelloPair, system: HelloSystem, duration_s: float = CHECK_S, clock: Callable[[], float] = time.monotonic
) -> LampFinding:
    """Open the infrared node of a pair for up to `duration_s` seconds and look for lit frames."""
    try:
        node = system.open_node(pair.infrared, "infrared")
    except DeviceError as error:
        return LampFinding(False, "its lamp could not be checked", _capital(str(error)))
    separator = LampSeparator()
    levels = []
    end_s = clock() + duration_s
    try:
        while clock() < end_s:
            image = node.read(_WAIT_S)
            if image is None:
                continue
            frame = InfraredFrame(as_ir(image.decode()), image.timestamp_s)
            levels.append(float(np.mean(frame.image)) / (257.0 if frame.image.dtype == np.uint16 else 1.0))
            separator.push(frame)
            if separator.pulsing:
                return LampFinding(True, f"its lamp pulses, {0.5 / separator.interval_s:.0f} times per second")
    except DeviceError as error:
        return LampFinding(False, "its lamp could not be checked", _capital(str(error)))
    finally:
        node.close()
    if not levels:
        return LampFinding(
            False,
            "its infrared camera delivers no image",
            "Close other programs that use the camera, or unplug it and plug it in again.",
        )
    dark = float(np.median(levels)) < _BLACK
    return LampFinding(
        False,
        "its infrared picture is black" if dark else "its infrared lamp does not light up in every second picture",
        "Open the camera's shutter, sit in front of it and run this again. If nothing changes, the lamp does not light "
        "up: on some laptops it must be switched on by a tool such as linux-enable-ir-emitter. No verdict is LIVE "
        "without the lamp.",
    )


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
