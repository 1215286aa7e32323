"""Checks of the connected cameras."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

from fasdemo.cli.checks.finding import Finding
from fasdemo.errors import UserError
from fasdemo.frames import STREAMS

if TYPE_CHECKING:
    from fasdemo.capture.cameras.hello.system import HelloSystem
    from fasdemo.capture.cameras.realsense.devices import RealSenseDevice


def realsense() -> list[Finding]:
    """Report the RealSense cameras with serial number, firmware, USB type and streams."""
    from fasdemo.capture.cameras.realsense.devices import list_realsense

    try:
        cameras = list_realsense()
    except UserError as error:
        return [Finding("cameras", "note", "RealSense: the SDK cannot be used.", str(error))]
    if not cameras:
        advice = "Plug one into a USB 3 port."
        if platform.system() == "Linux":
            advice += " If it is plugged in, install the SDK's udev rules (99-realsense-libusb.rules)."
        return [Finding("cameras", "note", "RealSense: no camera is connected.", advice)]
    return [finding for camera in cameras for finding in _realsense(camera)]


def _realsense(camera: RealSenseDevice) -> list[Finding]:
    streams = {
        stream: sorted({f"{mode.width}x{mode.height}@{mode.fps}" for mode in camera.modes if mode.stream == stream})
        for stream in STREAMS
    }
    text = (
        f"RealSense {camera.name}, serial {camera.serial}, firmware {camera.firmware}, "
        f"USB {camera.usb or 'unknown'}, streams {' '.join(name for name in STREAMS if streams[name]) or 'none'}"
    )
    details = {
        "kind": "realsense",
        "name": camera.name,
        "serial": camera.serial,
        "firmware": camera.firmware,
        "recommended_firmware": camera.recommended_firmware,
        "usb": camera.usb,
        "streams": streams,
    }
    found = []
    if camera.usb2:
        advice = "It is connected over USB 2, which is too slow; use a USB 3 port and a short USB 3 cable."
        found.append(Finding("cameras", "wrong", text, advice, details))
    elif not streams["rgb"]:
        advice = "It has no colour stream, which is needed to find faces; use another camera."
        found.append(Finding("cameras", "wrong", text, advice, details))
    else:
        found.append(Finding("cameras", "good", text, details=details))
    if camera.recommended_firmware and _version(camera.firmware) < _version(camera.recommended_firmware):
        old = f"{camera.name}: firmware {camera.firmware} is older than the recommended {camera.recommended_firmware}."
        found.append(Finding("cameras", "note", old, "Update it with rs-fw-update or the RealSense Viewer."))
    return found


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdigit())


def webcams() -> list[Finding]:
    """Report webcams with their pixel formats; on Linux also the video devices that are not offered, and why."""
    from fasdemo.capture.cameras.v4l2 import list_nodes
    from fasdemo.capture.cameras.webcam import list_webcams

    cameras = list_webcams()
    found = []
    for one in cameras:
        text = f"webcam:{one.index} {one.name}" + (f", {' '.join(one.formats)}" if one.formats else "")
        details = {"kind": "webcam", "index": one.index, "name": one.name, "formats": list(one.formats)}
        details["virtual"] = one.virtual
        if one.virtual:
            text += f": a virtual camera ({one.virtual}), refused"
            advice = "Programs can feed any picture into it. --allow-virtual-camera opens it; it is never LIVE."
            found.append(Finding("cameras", "note", text, advice, details))
        elif not one.named:
            advice = "Without a name, it may be a virtual camera and is never LIVE; install cv2-enumerate-cameras."
            found.append(Finding("cameras", "note", f"{text}: the system does not report its name", advice, details))
        else:
            found.append(Finding("cameras", "good", text, details=details))
    if platform.system() == "Linux":
        for node in list_nodes():
            if node.problem:
                text = f"/dev/video{node.index} {node.name}: {node.problem}."
                advice = "Add yourself to the group video (usermod -aG video USER) and log in again."
                found.append(Finding("cameras", "wrong", text, advice))
            elif node.formats and not node.color:
                why = "no colour, not offered"
                if node.labelled_infrared and not node.infrared:
                    why = "named infrared, but has no infrared formats; used neither as colour nor as infrared"
                if node.virtual:
                    why = f"a virtual camera ({node.virtual}), not offered"
                text = f"/dev/video{node.index} {node.name}, {' '.join(node.formats)}: {why}"
                found.append(Finding("cameras", "good", text))
        found += hello_pairs()
    if not cameras:
        found.append(Finding("cameras", "note", "No webcam is connected.", "Files and sessions work without one."))
    return found


def hello_pairs(system: HelloSystem | None = None) -> list[Finding]:
    """Report colour and infrared cameras in one USB device and whether their lamp lights up (Linux only).

    Args:
        system: the computer's cameras; None for this computer.
    """
    from fasdemo.capture.cameras.hello.lamp_check import check_lamp
    from fasdemo.capture.cameras.hello.system import this_system

    cameras = this_system() if system is None else system
    found = []
    for pair in cameras.pairs(cameras.nodes()):
        color, infrared = pair.color, pair.infrared
        lamp = check_lamp(pair, cameras)
        text = (
            f"{pair.words}: colour /dev/video{color.index} and infrared /dev/video{infrared.index} are one device "
            f"(recognised by {pair.evidence}); {lamp.text}"
        )
        details = {
            "kind": "hello",
            "port": pair.port,
            "serial": pair.identity.serial,
            "color": color.index,
            "infrared": infrared.index,
            "evidence": pair.evidence,
            "lamp": lamp.works,
        }
        found.append(Finding("cameras", "good" if lamp.works else "wrong", text, lamp.advice, details))
    return found
