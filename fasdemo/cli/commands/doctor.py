"""`fasdemo doctor`: report what is installed and connected, what is wrong, and what to do about it."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import platformdirs
import psutil
from rich.console import Console
from rich.markup import escape

from fasdemo import __version__
from fasdemo.display import display_problem
from fasdemo.errors import UserError, printable
from fasdemo.frames import STREAMS
from fasdemo.shared_libraries import (
    HEADLESS_OPENCV,
    INSTALL_WINDOW,
    QT_PACKAGES,
    MissingLibraryError,
    check_mediapipe,
    check_opencv,
    check_window_packages,
    missing_library,
)

if TYPE_CHECKING:
    from fasdemo.capture.cameras.realsense.devices import RealSenseDevice
    from fasdemo.capture.cameras.v4l2 import VideoNode

EXAMPLE = "fasdemo doctor --json > doctor.json"

State = Literal["good", "note", "wrong"]
_WORDS: dict[State, str] = {
    "good": "[green]good [/green]",
    "note": "[yellow]note [/yellow]",
    "wrong": "[red]WRONG[/red]",
}
_MIN_DISK_GB = 2.0
_RECORDING_GB_PER_MINUTE = 1.0
"""For 640 x 480 colour, depth and infrared at 30 frames per second, see benchmarks/bench_record.py."""
_QT_TRIAL = """
import os, sys
from PyQt6.QtWidgets import QApplication
QApplication(sys.argv[:1])
print(QApplication.platformName())
"""
_TRIAL_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check.

    Attributes:
        area: `system`, `cameras`, `inference`, `models`, `display` or `disk`.
        state: `wrong` if something has to be corrected, `note` for information, `good` otherwise.
        text: what was found.
        advice: what to do; empty if nothing has to be done.
        details: the facts as values for programs.
    """

    area: str
    state: State
    text: str
    advice: str = ""
    details: dict[str, Any] = field(default_factory=dict)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `fasdemo doctor`."""
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    """Run all checks and print the findings; return 1 if something is wrong, else 0."""
    findings = examine()
    if args.json:
        print(json.dumps({"version": __version__, "findings": [asdict(one) for one in findings]}, indent=1))
    else:
        _print(findings)
    return 1 if any(one.state == "wrong" for one in findings) else 0


def examine() -> list[Finding]:
    """Return the findings of all checks, sorted by area; a check that fails is a finding too."""
    looks: tuple[tuple[str, Callable[[], list[Finding]]], ...] = (
        ("system", system),
        ("system", libraries),
        ("cameras", realsense),
        ("cameras", webcams),
        ("inference", inference),
        ("models", models),
        ("models", face_model),
        ("display", display),
        ("disk", disk),
    )
    found = []
    for area, look in looks:
        try:
            found += look()
        except Exception as error:
            missing = missing_library(error) if isinstance(error, ImportError) else None
            if missing is not None:
                found.append(_without_library(area, missing, found))
                continue
            # Report any error, because the doctor is used on machines with problems.
            found.append(Finding(area, "wrong", f"The check failed: {error!r}", "Please report this."))
    return found


def _without_library(area: str, error: MissingLibraryError, before: list[Finding]) -> Finding:
    text, advice = f"{error.problem}.", f"{error.advice[0].upper()}{error.advice[1:]}."
    if any(one.text == text for one in before):
        return Finding(area, "wrong", f"The check failed: {text}", "See above.")
    return Finding(area, "wrong", text, advice)


def _print(findings: list[Finding]) -> None:
    console = Console(highlight=False, soft_wrap=True)
    area = ""
    for one in findings:
        if one.area != area:
            area = one.area
            console.print(f"[bold]{area}[/bold]")
        console.print(f"  {_WORDS[one.state]} {escape(printable(one.text))}")
        if one.advice:
            console.print(f"        {escape(printable(one.advice))}")
    wrong = sum(one.state == "wrong" for one in findings)
    console.print({0: "Nothing is wrong.", 1: "1 thing is wrong."}.get(wrong, f"{wrong} things are wrong."))


def system() -> list[Finding]:
    """Report versions and facts about the machine."""
    memory_gb = psutil.virtual_memory().total / 1e9
    details = {
        "fasdemo": __version__,
        "python": platform.python_version(),
        "system": platform.platform(),
        "cores": psutil.cpu_count(logical=True),
        "memory_gb": round(memory_gb, 1),
    }
    text = (
        f"fasdemo {__version__}, Python {platform.python_version()}, {platform.platform()}, "
        f"{details['cores']} cores, {memory_gb:.0f} GB memory"
    )
    found = [Finding("system", "good", text, details=details)]
    opencvs = _installed("opencv-")
    if opencvs == [HEADLESS_OPENCV]:
        opencvs = []
    opencvs = [name for name in opencvs if name != "opencv-contrib-python"]
    if opencvs:
        found.append(
            Finding(
                "system",
                "wrong",
                f"{', '.join(opencvs)} overwrites parts of opencv-contrib-python.",
                f"pip uninstall {' '.join(opencvs)}, then pip install --force-reinstall opencv-contrib-python",
            )
        )
    return found


def libraries() -> list[Finding]:
    """Check the system libraries that OpenCV and MediaPipe need; return nothing if all are installed."""
    for check in (check_opencv, check_mediapipe):
        try:
            check()
        except MissingLibraryError as error:
            # One finding is enough, because OpenCV's advice also names MediaPipe's packages.
            return [_without_library("system", error, [])]
    return []


def _installed(prefix: str) -> list[str]:
    names = {(one.metadata["Name"] or "").lower() for one in metadata.distributions()}
    return sorted(name for name in names if name.startswith(prefix))


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
        found += hello_pairs(list_nodes())
    if not cameras:
        found.append(Finding("cameras", "note", "No webcam is connected.", "Files and sessions work without one."))
    return found


def hello_pairs(nodes: Sequence[VideoNode], sysfs: Path = Path("/sys/class/video4linux")) -> list[Finding]:
    """Report colour and infrared cameras in one USB device, as in laptops with Windows Hello (Linux only)."""
    from fasdemo.capture.cameras.hello_pairs import list_pairs

    found = []
    for pair in list_pairs(nodes, sysfs):
        color, infrared = pair.color, pair.infrared
        text = (
            f"{color.name}: colour /dev/video{color.index} and infrared /dev/video{infrared.index} are one device "
            f"(recognised by {pair.evidence})"
        )
        details = {"kind": "hello", "color": color.index, "infrared": infrared.index, "evidence": pair.evidence}
        advice = f"The infrared camera cannot be used yet; use the colour camera with webcam:{color.index}."
        found.append(Finding("cameras", "note", text, advice, details))
    return found


def inference() -> list[Finding]:
    """Report the providers of ONNX Runtime."""
    import onnxruntime

    from fasdemo.models.providers import CPU, short, wanted

    available = onnxruntime.get_available_providers()
    best = wanted("auto")[0]
    # The Azure provider calls a network service and is never used.
    names = ", ".join(short(name) for name in available if name != "AzureExecutionProvider")
    details = {"onnxruntime": onnxruntime.__version__, "providers": available, "auto": best}
    text = f"ONNX Runtime {onnxruntime.__version__} offers {names}; --device auto uses {short(best)}"
    found = [Finding("inference", "good", text, details=details)]
    builds = _installed("onnxruntime")
    if len(builds) > 1:
        remedy = f"pip uninstall {' '.join(builds)}, then install one of them."
        found.append(Finding("inference", "wrong", f"{' and '.join(builds)} are both installed and conflict.", remedy))
    if best == CPU and shutil.which("nvidia-smi"):
        advice = "Install onnxruntime-gpu instead of onnxruntime, see docs/install.md."
        found.append(
            Finding("inference", "note", "An NVIDIA driver is installed, but ONNX Runtime has no CUDA.", advice)
        )
    return found


def models() -> list[Finding]:
    """Check checksum, card and graph of the shipped models, and report the device that runs each."""
    from fasdemo.models.predictor import Predictor
    from fasdemo.models.registry import shipped_models

    try:
        files = shipped_models()
    except UserError as error:
        return [Finding("models", "wrong", "The shipped models cannot be used.", str(error))]
    found = []
    for one in files:
        name = f"{one.card.name} ({'+'.join(one.card.modalities)})"
        try:
            with Predictor(one) as predictor:
                text = f"{name}: sha256 {one.sha256[:12]}... is correct, runs on {predictor.provider}"
                details = {"name": one.card.name, "sha256": one.sha256, "provider": predictor.provider}
                found.append(Finding("models", "good", text, details=details))
                found += [Finding("models", "note", f"{name}: {sentence}") for sentence in predictor.warnings]
        except UserError as error:
            found.append(Finding("models", "wrong", f"{name}: cannot be used.", str(error)))
    return found


def face_model() -> list[Finding]:
    """Check the file of the face model; it is not downloaded here."""
    from fasdemo.faces.model_file import ENVIRONMENT, FILE_NAME, SHA256

    given = os.environ.get(ENVIRONMENT)
    path = Path(given) if given else platformdirs.user_data_path("fasdemo", appauthor=False) / FILE_NAME
    fetch = "`python -m fasdemo.faces.model_file` downloads it; otherwise it is downloaded at the first use."
    if not path.is_file():
        if given:
            return [
                Finding("models", "wrong", f"{path}: no such file.", f"Correct or unset the variable {ENVIRONMENT}.")
            ]
        return [Finding("models", "note", f"The face model {FILE_NAME} is not downloaded yet.", fetch)]
    if hashlib.sha256(path.read_bytes()).hexdigest() != SHA256:
        return [Finding("models", "wrong", f"{path}: checksum mismatch.", f"Delete it; {fetch}")]
    return [Finding("models", "good", f"face model {path}: sha256 is correct", details={"path": str(path)})]


def display() -> list[Finding]:
    """Check whether a window can be opened; a child process tries it, because Qt ends its process on failure."""
    try:
        check_window_packages()
    except MissingLibraryError:
        advice = f"Use --headless, or run {INSTALL_WINDOW}."
        return [Finding("display", "note", "The window's Python packages are not installed.", advice)]
    if platform.system() == "Linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        problem = _try_qt("offscreen")
        if problem:
            return [Finding("display", "wrong", f"Qt cannot start: {problem}", _qt_advice())]
        advice = "Use --headless, or log in at a screen (DISPLAY and WAYLAND_DISPLAY are not set)."
        return [Finding("display", "note", "Qt works, but there is no display.", advice)]
    unreachable = display_problem()
    if unreachable:
        advice = "Log in at a screen, correct the variable, or use --headless."
        return [Finding("display", "wrong", f"{unreachable}.", advice)]
    problem = _try_qt(None)
    if problem:
        return [Finding("display", "wrong", f"Qt cannot open a window: {problem}", _qt_advice())]
    return [Finding("display", "good", "Qt opens windows")]


def _qt_advice() -> str:
    if platform.system() == "Linux":
        return f"Install its system libraries (Debian, Ubuntu: apt-get install {QT_PACKAGES}), or use --headless."
    return "Install PyQt6 again (pip install --force-reinstall PyQt6), or use --headless."


def _try_qt(plugin: str | None) -> str:
    """Start Qt in a child process; return its error message, or an empty string if it starts."""
    environment = {**os.environ, **({"QT_QPA_PLATFORM": plugin} if plugin else {})}
    try:
        done = subprocess.run(
            [sys.executable, "-c", _QT_TRIAL],
            capture_output=True,
            text=True,
            timeout=_TRIAL_SECONDS,
            env=environment,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "it does not respond"
    if done.returncode == 0:
        return ""
    said = [line for line in done.stderr.splitlines() if line.strip()]
    # The last line lists the plug-ins; a line before it can name the cause.
    cause = [line for line in said if "cannot open shared object" in line or "needed" in line]
    return (cause or said or [f"status {done.returncode}"])[-1].strip()


def disk() -> list[Finding]:
    """Check the free space in the current folder and in the data folder."""
    found = []
    data = platformdirs.user_data_path("fasdemo", appauthor=False)
    for name, folder in (("this folder", Path.cwd()), ("the data folder", data)):
        place = next(one for one in (folder, *folder.parents) if one.exists())
        free_gb = shutil.disk_usage(place).free / 1e9
        text = f"{name} ({folder}): {free_gb:.1f} GB free"
        details = {"folder": str(folder), "free_gb": round(free_gb, 2), "writable": os.access(place, os.W_OK)}
        if not os.access(place, os.W_OK):
            advice = "Choose another folder for recordings and outputs."
            found.append(Finding("disk", "note", f"{name} ({folder}): cannot be written.", advice, details))
        elif free_gb < _MIN_DISK_GB:
            advice = f"A recording takes about {_RECORDING_GB_PER_MINUTE:.0f} GB per minute; free some space."
            found.append(Finding("disk", "wrong", text, advice, details))
        else:
            found.append(Finding("disk", "good", text, details=details))
    return found
