"""Detect virtual cameras: devices that show what a program writes to them, so that a file can replace the live image.

They are recognised by driver, bus and name. A virtual camera whose driver imitates hardware is not detected.
"""

from __future__ import annotations

import re
from pathlib import Path

FAULT = "virtual_camera"
"""Fault of every frame of such a camera; `fasdemo.engine.reasons` defines its effect."""

_DRIVERS = re.compile(r"v4l2[ _-]?loopback|akvcam|vivid|vimc|vcam|droidcam|loopback", re.IGNORECASE)
"""Kernel modules: v4l2loopback (used by OBS, DroidCam and most others on Linux), akvcam (Webcamoid), and the kernel's
test drivers vivid and vimc."""
_NAMES = re.compile(
    r"\bvirtual\b|v4l2[ _-]?loopback|\bloopback\b|dummy video device|\bobs\b|obs-camera|akvcam|\bvivid\b|\bvimc\b"
    r"|\bv-?cam\b|virtualcam|manycam|xsplit|snap camera|e2esoft|droidcam|iriun|epoccam|\bivcam|\bcamo\b|camtwist|mmhmm"
    r"|webcamoid|sparkocam|splitcam|youcam|fakecam|fake camera|ndi (webcam|video)|newtek ndi|nvidia broadcast"
    r"|unity video capture|chromacam|prism live|logi(tech)? capture|altercam|webcammax",
    re.IGNORECASE,
)
_VIRTUAL_BUS = ("devices", "virtual")


def virtual_camera(name: str, driver: str = "", bus: str = "", sysfs: Path | None = None) -> str:
    """Return why a camera counts as a virtual one; an empty string if it does not.

    Args:
        name: the camera's name in the system.
        driver: name of its kernel driver; empty if unknown.
        bus: its connection according to the driver; empty if unknown.
        sysfs: the device's path below `/sys`, with links resolved.

    Returns:
        Part of a sentence, e.g. `driver v4l2 loopback`.
    """
    if _DRIVERS.search(driver):
        return f"driver {driver}"
    if _DRIVERS.search(bus):
        return f"bus {bus}"
    if sysfs is not None and any(pair == _VIRTUAL_BUS for pair in zip(sysfs.parts, sysfs.parts[1:], strict=False)):
        return "no hardware behind it"
    return f"name {name}" if _NAMES.search(name) else ""
