"""Presets in files, as RealSense Viewer saves them: the values of a D400's advanced mode as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fasdemo.bounded_file import read_text
from fasdemo.errors import UserError

PRESET_FILE = "preset_file"
"""Name of the camera option whose value is the path of the file."""
PARAMETER = "camera_preset"
_MAX_BYTES = 1024 * 1024
_PREFIXES = ("param-", "aux-param-", "controls-", "ignoreSAD")
"""Beginnings of the keys of the advanced mode."""


def read_preset(path: Path) -> str:
    """Return the text of a preset after checking it.

    Raises:
        UserError: the file cannot be read or is not a preset; `parameter` names the option.
    """
    try:
        text = read_text(path, _MAX_BYTES)
    except FileNotFoundError:
        raise UserError(f"{path}: no such file; correct the path.", parameter=PARAMETER) from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it is not a text file of at most 1 MB"
        raise UserError(
            f"{path}: cannot be read ({why}); give a preset saved by RealSense Viewer.", parameter=PARAMETER
        ) from None
    if not _values(text):
        raise UserError(
            f"{path}: is not a preset of a RealSense camera; save one with RealSense Viewer (JSON).",
            parameter=PARAMETER,
        )
    return text


def _values(text: str) -> dict[str, str]:
    """Return the values of the advanced mode in a JSON text, by key; empty if there are none.

    Newer files have them in an object `parameters`, older ones at the top.
    """
    try:
        found = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return {}
    if isinstance(found, dict) and isinstance(found.get("parameters"), dict):
        found = found["parameters"]
    if not isinstance(found, dict):
        return {}
    return {
        str(key): str(value)
        for key, value in found.items()
        if str(key).startswith(_PREFIXES) and isinstance(value, str | int | float)
    }


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def load_preset(sdk: Any, device: Any, path: Path) -> tuple[tuple[str, str], ...]:
    """Load a preset into a device, and return its name and all values that the device then reports.

    Args:
        sdk: the module pyrealsense2.
        device: the device, which must not stream yet.
        path: the file.

    Raises:
        UserError: the file cannot be used, or the camera has no advanced mode, has it switched off or refuses it.
    """
    text = read_preset(path)
    try:
        advanced = sdk.rs400_advanced_mode(device)
        enabled = bool(advanced.is_enabled())
    except RuntimeError:
        raise UserError(
            f"{path}: this camera has no advanced mode, so no preset file can be loaded; leave it out.",
            parameter=PARAMETER,
        ) from None
    if not enabled:
        raise UserError(
            f"{path}: the camera's advanced mode is switched off; switch it on in RealSense Viewer.",
            parameter=PARAMETER,
        )
    try:
        advanced.load_json(text)
        values = _values(str(advanced.serialize_json()))
    except RuntimeError as error:
        why = str(error).strip().splitlines()[0][:120] if str(error).strip() else "no reason given"
        raise UserError(
            f"{path}: the camera refused this preset ({why}); use one saved for this model.", parameter=PARAMETER
        ) from None
    # The name is stored with recordings, in UTF-8.
    name = path.name.encode("utf-8", "backslashreplace").decode("utf-8")
    return ((PRESET_FILE, name), *((f"advanced.{key}", value) for key, value in sorted(values.items())))
