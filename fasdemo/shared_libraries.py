"""Find missing system libraries of OpenCV, MediaPipe and Qt, and the Debian packages that contain them."""

from __future__ import annotations

import ctypes
import re
from importlib.util import find_spec

from fasdemo.errors import UserError

OPENCV = {
    "libxcb.so.1": "libxcb1",
    "libGL.so.1": "libgl1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
}
"""Debian packages of the libraries that the wheels of opencv-contrib-python 4.12 to 5.1 need; those of
opencv-contrib-python-headless need none."""
MEDIAPIPE = {"libEGL.so.1": "libegl1", "libGLESv2.so.2": "libgles2"}
"""Debian packages of the libraries that MediaPipe loads, although it runs on the CPU here."""
QT_PACKAGES = (
    "libegl1 libgl1 libglib2.0-0 libdbus-1-3 libfontconfig1 libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 "
    "libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0 libxcb-shape0 libxcb-xkb1 libx11-xcb1"
)
WINDOW = ("PyQt6", "pyqtgraph")
"""Python packages of the extra `window`."""
INSTALL_WINDOW = 'pip install "fasdemo[window]"'
HEADLESS_OPENCV = "opencv-contrib-python-headless"

_NOT_FOUND = re.compile(r"(lib[\w.+-]+\.so[.\d]*): cannot open shared object file")


class MissingLibraryError(UserError):
    """A system library that a Python package needs is not installed.

    Attributes:
        problem: the missing library and the package that needs it.
        advice: what to install.
    """

    def __init__(self, problem: str, advice: str) -> None:
        super().__init__(f"{problem}: {advice}.")
        self.problem, self.advice = problem, advice


def missing_library(error: ImportError | OSError | RuntimeError | ValueError) -> MissingLibraryError | None:
    """Return the error to show if `error` is about a missing system library or a package of the window, else None."""
    if isinstance(error, ModuleNotFoundError):
        package = (error.name or "").partition(".")[0]
        return _without_window(package) if package in WINDOW else None
    found = _NOT_FOUND.search(str(error))
    if found is None:
        return None
    library = found[1]
    if isinstance(error, ImportError) and (error.name or "").startswith("PyQt6"):
        return MissingLibraryError(
            f"Qt needs the system library {library}, which is missing", f"{_install(QT_PACKAGES)}, or add --headless"
        )
    if library in OPENCV:
        packages = _packages({**OPENCV, **MEDIAPIPE}, library)
        return MissingLibraryError(
            f"OpenCV needs the system library {library}, which is missing",
            f"{_install(packages)}, or, if no window is needed, replace opencv-contrib-python by {HEADLESS_OPENCV}",
        )
    if library in MEDIAPIPE:
        return MissingLibraryError(
            f"MediaPipe needs the system library {library}, which is missing", _install(_packages(MEDIAPIPE, library))
        )
    return MissingLibraryError(
        f"The system library {library} is missing", f"install the package that has it (apt-file search {library})"
    )


def check_window_packages() -> None:
    """Check that the Python packages of the extra `window` are installed, without importing them.

    Raises:
        MissingLibraryError: a package is not installed.
    """
    for package in WINDOW:
        if find_spec(package) is None:
            raise _without_window(package)


def check_opencv() -> None:
    """Import OpenCV to check its system libraries.

    Raises:
        MissingLibraryError: a system library is missing.
        ImportError: OpenCV cannot be imported for another reason.
    """
    try:
        import cv2  # noqa: F401
    except ImportError as error:
        raise missing_library(error) or error from error


def check_mediapipe() -> None:
    """Load the system libraries that MediaPipe needs for its first task.

    Raises:
        MissingLibraryError: a library is missing.
    """
    for library in MEDIAPIPE:
        try:
            ctypes.CDLL(library)
        except OSError as error:
            problem = missing_library(error)
            # On Windows and macOS, MediaPipe's wheels include their libraries, whose names are different.
            if problem is not None:
                raise problem from error


def _without_window(package: str) -> MissingLibraryError:
    return MissingLibraryError(
        f"The window needs the Python package {package}, which is not installed",
        f"run {INSTALL_WINDOW}, or add --headless to run without a window",
    )


def _install(packages: str) -> str:
    return f"run apt-get install {packages} (Debian, Ubuntu)"


def _packages(wanted: dict[str, str], named: str) -> str:
    """Return the Debian packages of all missing libraries, so that they can be installed at once."""
    return " ".join(sorted({package for library, package in wanted.items() if library == named or _lacks(library)}))


def _lacks(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return True
    return False
