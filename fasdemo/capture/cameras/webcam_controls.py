"""The controls of a webcam that OpenCV offers: exposure, gain, white balance and others, as its driver has them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

import cv2

from fasdemo.capture.controls import PARAMETER, Control
from fasdemo.errors import UserError

RESOLUTION, RATE = "resolution", "rate"
_SIZES = ("320x240", "640x480", "800x600", "1280x720", "1920x1080")
_RATES = ("5", "10", "15", "20", "24", "25", "30", "60")
_PROPERTIES = {
    "exposure": (cv2.CAP_PROP_EXPOSURE, "Exposure time in the unit of the driver; on Linux 0.1 ms"),
    "auto_exposure": (cv2.CAP_PROP_AUTO_EXPOSURE, "Automatic exposure as the driver numbers it; on Linux 1 off, 3 on"),
    "gain": (cv2.CAP_PROP_GAIN, "Amplification of the sensor"),
    "white_balance": (cv2.CAP_PROP_WB_TEMPERATURE, "Colour temperature in kelvin"),
    "auto_white_balance": (cv2.CAP_PROP_AUTO_WB, "Automatic white balance: 1 on, 0 off"),
    "brightness": (cv2.CAP_PROP_BRIGHTNESS, "Offset of the brightness"),
    "contrast": (cv2.CAP_PROP_CONTRAST, "Contrast"),
    "saturation": (cv2.CAP_PROP_SATURATION, "Strength of the colours"),
    "hue": (cv2.CAP_PROP_HUE, "Shift of the colours"),
    "gamma": (cv2.CAP_PROP_GAMMA, "Curve of the brightness"),
    "sharpness": (cv2.CAP_PROP_SHARPNESS, "Sharpening by the camera"),
    "backlight": (cv2.CAP_PROP_BACKLIGHT, "Compensation for light from behind"),
    "focus": (cv2.CAP_PROP_FOCUS, "Distance of the focus in the unit of the driver"),
    "autofocus": (cv2.CAP_PROP_AUTOFOCUS, "Automatic focus: 1 on, 0 off"),
    "zoom": (cv2.CAP_PROP_ZOOM, "Zoom by the camera"),
}
_UNSUPPORTED = -1.0


class WebcamOptions:
    """The controls of an open `cv2.VideoCapture`; see `fasdemo.capture.controls.ControlDevice`.

    OpenCV does not report the ranges, so any number can be requested; the driver refuses those that it cannot use.
    """

    def __init__(self, camera: Any) -> None:
        self._camera = camera
        self._first = self._read()

    def _read(self) -> dict[str, float]:
        found = {}
        for name, (key, _) in _PROPERTIES.items():
            try:
                value = float(self._camera.get(key))
            except cv2.error:
                continue
            if math.isfinite(value) and value != _UNSUPPORTED:
                found[name] = value
        return found

    def controls(self) -> tuple[Control, ...]:
        """Return the controls that the driver can read; their default is the value at the start."""
        return tuple(
            Control(
                name, value, -math.inf, math.inf, 0.0, self._first.get(name, value), description=_PROPERTIES[name][1]
            )
            for name, value in self._read().items()
        )

    def set(self, name: str, value: float) -> None:
        """Set one control.

        Raises:
            UserError: the driver refuses the value, or does not keep it.
        """
        key = _PROPERTIES[name][0]
        try:
            taken = bool(self._camera.set(key, value))
            now = float(self._camera.get(key))
        except cv2.error:
            taken, now = False, math.nan
        if not taken or not math.isclose(now, value, rel_tol=0.01, abs_tol=1.0):
            kept = "" if math.isnan(now) else f" and stays at {now:.7g}"
            raise UserError(
                f"{name}: the webcam refused {value:.7g}{kept}; choose another value, or switch off automatic control.",
                parameter=PARAMETER,
            )


def wanted_mode(wanted: Mapping[str, str]) -> tuple[int, int, float | None]:
    """Return the wanted width, height and rate; the rate is None for that of the driver.

    Raises:
        UserError: the resolution is not WIDTHxHEIGHT, or the rate is not a number.
    """
    size = re.fullmatch(r"(\d{2,5})x(\d{2,5})", wanted.get(RESOLUTION, "640x480").strip())
    if size is None:
        raise UserError(
            f"{RESOLUTION}={wanted[RESOLUTION]}: write width and height in pixels, e.g. 1280x720.", parameter=PARAMETER
        )
    rate = wanted.get(RATE)
    if rate is not None and re.fullmatch(r"\d{1,3}(\.\d+)?", rate.strip()) is None:
        raise UserError(f"{RATE}={rate}: write frames per second, e.g. 30.", parameter=PARAMETER)
    return int(size[1]), int(size[2]), None if rate is None else float(rate)


def mode_controls(width: int, height: int, fps: float) -> tuple[Control, ...]:
    """Return the controls of resolution and rate; OpenCV does not list them, so usual ones are offered."""
    size = f"{width}x{height}"
    sizes = sorted({*_SIZES, size}, key=lambda text: [int(side) for side in text.split("x")])
    rates = sorted({*_RATES, f"{fps:g}"}, key=float)
    return (
        Control(
            RESOLUTION, float(sizes.index(size)), 0.0, len(sizes) - 1.0, 1.0, float(sizes.index("640x480")),
            tuple((float(place), text) for place, text in enumerate(sizes)),
            restarts=True, description="Width and height of the picture in pixels; the webcam takes the nearest",
        ),
        Control(
            RATE, fps, float(rates[0]), float(rates[-1]), 0.0, 30.0, tuple((float(text), text) for text in rates),
            restarts=True, description="Frames per second; the webcam takes the nearest",
        ),
    )  # fmt: skip
