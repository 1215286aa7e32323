"""Checks of system, libraries, display and disk."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import platformdirs
import psutil

from fasdemo import __version__
from fasdemo.cli.checks.finding import Finding
from fasdemo.cli.checks.packages import installed, without_library
from fasdemo.display import display_problem
from fasdemo.shared_libraries import (
    HEADLESS_OPENCV,
    INSTALL_WINDOW,
    QT_PACKAGES,
    MissingLibraryError,
    check_mediapipe,
    check_opencv,
    check_window_packages,
)

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
    opencvs = installed("opencv-")
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
            return [without_library("system", error, [])]
    return []


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
