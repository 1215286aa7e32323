"""Check that the display for Qt answers, because Qt ends the process with a core dump otherwise."""

from __future__ import annotations

import os
import re
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

_TIMEOUT_S = 3.0
_X11_PORT = 6000


def display_problem(environment: Mapping[str, str] | None = None) -> str:
    """Return why no window can be opened; empty if a display answers or none is needed (`QT_QPA_PLATFORM`).

    Args:
        environment: environment variables; None for those of the process.
    """
    known = os.environ if environment is None else environment
    platform = known.get("QT_QPA_PLATFORM", "").split(";")[0].split(":")[0]
    if not sys.platform.startswith("linux") or platform not in ("", "xcb", "wayland", "wayland-egl"):
        return ""
    candidates = []
    if platform in ("", "wayland", "wayland-egl") and (platform or known.get("WAYLAND_DISPLAY")):
        candidates.append(_wayland(known))
    if platform in ("", "xcb") and (platform or known.get("DISPLAY")):
        candidates.append(_x11(known.get("DISPLAY", "")))
    if not candidates:
        return "There is no display for the window (DISPLAY and WAYLAND_DISPLAY are not set)"
    return "" if "" in candidates else candidates[-1]


def _wayland(known: Mapping[str, str]) -> str:
    name = known.get("WAYLAND_DISPLAY") or "wayland-0"
    path = Path(known.get("XDG_RUNTIME_DIR", ""), name)
    return "" if _answers(str(path)) else f"The display WAYLAND_DISPLAY={name} cannot be reached"


def _x11(name: str) -> str:
    match = re.fullmatch(r"(?:(?P<kind>unix|tcp)/)?(?P<host>[^:]*):(?P<number>\d+)(?:\.\d+)?", name)
    if match is None:
        # A path, as on macOS, cannot be checked here, but by Qt.
        return "" if name.startswith("/") else f"The display DISPLAY={name or '(not set)'} cannot be reached"
    number = int(match["number"])
    local = f"/tmp/.X11-unix/X{number}"
    host = match["host"]
    if host in ("", "unix"):
        reached = _answers("\0" + local) or _answers(local)
    else:
        reached = _answers_at(host.strip("[]"), _X11_PORT + number)
    return "" if reached else f"The display DISPLAY={name} cannot be reached"


def _answers(address: str) -> bool:
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as one:
            one.settimeout(_TIMEOUT_S)
            one.connect(address)
    except (OSError, ValueError):
        return False
    return True


def _answers_at(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), _TIMEOUT_S):
            return True
    except (OSError, ValueError, OverflowError):
        return False
