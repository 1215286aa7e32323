"""One sentence that names the Debian packages, where system libraries are missing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fasdemo.errors import UserError
from fasdemo.shared_libraries import MEDIAPIPE, OPENCV, missing_library

ROOT = Path(__file__).resolve().parents[3]
DESKTOP = "libGL libEGL libOpenGL libxcb libX11 libXext libSM libICE libglib libgthread"
HIDE = r"""
set -e
folder=$1; hidden=$2; shift 2
libraries=/usr/lib/$(uname -m)-linux-gnu
mkdir "$folder/real" "$folder/shown"
mount --bind "$libraries" "$folder/real"
for file in "$folder"/real/*; do
  name=$(basename "$file")
  for start in $hidden; do case $name in "$start"*) continue 2;; esac; done
  ln -s "$file" "$folder/shown/$name"
done
mount --bind "$folder/shown" "$libraries"
exec "$@"
"""
"""Hides libraries in a mount namespace: the folder they are in becomes one of links without them."""


def unshare() -> list[str]:
    """How a mount namespace is had here; empty where it is not."""
    for command in (["unshare", "-m"], ["unshare", "-rm"]):
        try:
            tried = subprocess.run([*command, "mount", "--bind", "/usr/lib", "/usr/lib"], capture_output=True)
        except OSError:
            continue
        if tried.returncode == 0 and Path(f"/usr/lib/{os.uname().machine}-linux-gnu").is_dir():
            return command
    return []


def without_libraries(folder: Path, hidden: str, *command: str) -> subprocess.CompletedProcess[str]:
    """Run Python with these arguments where no library begins with one of the `hidden` words."""
    namespace = unshare()
    if not namespace:
        pytest.skip("no mount namespace can be made here, or libraries are not where Debian has them")
    return subprocess.run(
        [*namespace, "bash", "-c", HIDE, "bash", str(folder), hidden, sys.executable, *command],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=120,
    )


@pytest.mark.parametrize(
    "arguments",
    [("--demo", "--headless", "--max-frames", "1"), ("score", "."), ("bench", "--frames", "1")],
    ids=["headless", "score", "bench"],
)
def test_command_without_desktop_libraries_names_the_packages(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = without_libraries(tmp_path, DESKTOP, "-m", "fasdemo.cli", *arguments)
    assert done.returncode == 2, done.stderr
    (sentence,) = done.stderr.splitlines()
    assert "libegl1" in sentence
    assert "which is missing: run apt-get install " in sentence


def test_command_without_egl_names_the_packages_of_mediapipe_only(tmp_path: Path) -> None:
    done = without_libraries(tmp_path, "libEGL libGLES", "-m", "fasdemo.cli", "--demo", "--headless")
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith("fasdemo: MediaPipe needs the system library lib")
    assert done.stderr.endswith("is missing: run apt-get install libegl1 libgles2 (Debian, Ubuntu).\n")


def test_sessions_do_not_need_egl(tmp_path: Path) -> None:
    done = without_libraries(tmp_path, "libEGL libGLES", "-m", "fasdemo.cli", "sessions", "list", "assets")
    assert done.returncode == 0, done.stderr
    assert "demo" in done.stdout


def test_doctor_names_the_packages_and_asks_for_no_report(tmp_path: Path) -> None:
    done = without_libraries(tmp_path, DESKTOP, "-m", "fasdemo.cli", "doctor")
    assert done.returncode == 1, done.stderr
    assert "libegl1" in done.stdout
    assert "Please report this" not in done.stdout


def test_python_api_raises_one_sentence(tmp_path: Path) -> None:
    program = """
import fasdemo
try:
    fasdemo.Engine
except fasdemo.UserError as error:
    print(error)
"""
    done = without_libraries(tmp_path, DESKTOP, "-c", program)
    assert done.returncode == 0, done.stderr
    assert "run apt-get install" in done.stdout
    assert len(done.stdout.splitlines()) == 1


def not_found(library: str, name: str | None = None) -> ImportError:
    return ImportError(f"{library}: cannot open shared object file: No such file or directory", name=name)


@pytest.mark.parametrize("library", OPENCV)
def test_missing_library_of_opencv_names_its_package_and_the_wheel_without_a_window(library: str) -> None:
    said = str(missing_library(not_found(library, "cv2")))
    assert OPENCV[library] in said
    assert "opencv-contrib-python-headless" in said


@pytest.mark.parametrize("library", MEDIAPIPE)
def test_missing_library_of_mediapipe_names_its_package(library: str) -> None:
    error = missing_library(OSError(f"{library}: cannot open shared object file: No such file or directory"))
    assert isinstance(error, UserError)
    assert MEDIAPIPE[library] in str(error)
    assert "opencv" not in str(error)


def test_missing_library_of_qt_names_all_packages_of_the_window() -> None:
    said = str(missing_library(not_found("libGL.so.1", "PyQt6.QtGui")))
    assert "libxcb-cursor0" in said
    assert "--headless" in said


def test_missing_unknown_library_is_named() -> None:
    assert "libodd.so.3" in str(missing_library(not_found("libodd.so.3")))


def test_missing_window_package_says_how_to_install_it() -> None:
    said = str(missing_library(ModuleNotFoundError("No module named 'PyQt6'", name="PyQt6.QtCore")))
    assert 'pip install "fasdemo[window]"' in said
    assert "--headless" in said


WITHOUT_WINDOW = """
import importlib.util, sys
find_spec = importlib.util.find_spec
importlib.util.find_spec = lambda name, package=None: None if name == {missing!r} else find_spec(name, package)
sys.modules[{missing!r}] = None
from fasdemo.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize("missing", ["PyQt6", "pyqtgraph"])
@pytest.mark.parametrize("arguments", [(), ("--kiosk",), ("--demo",)], ids=["start", "kiosk", "demo"])
def test_window_without_its_packages_is_refused_in_one_sentence(missing: str, arguments: tuple[str, ...]) -> None:
    code = WITHOUT_WINDOW.format(missing=missing)
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert done.stderr == (
        f"fasdemo: The window needs the Python package {missing}, which is not installed: "
        'run pip install "fasdemo[window]", or add --headless to run without a window.\n'
    )


def test_commands_work_without_the_packages_of_the_window() -> None:
    code = WITHOUT_WINDOW.format(missing="PyQt6")
    for arguments, shown in (
        (("--demo", "--headless", "--max-frames", "2"), "2 frames"),
        (("sessions", "list", "assets"), "demo"),
        (("doctor",), 'Use --headless, or run pip install "fasdemo[window]".'),
    ):
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments], capture_output=True, text=True, cwd=ROOT, timeout=60
        )
        assert shown in done.stdout, done.stderr


@pytest.mark.parametrize("error", [ModuleNotFoundError("No module named 'x'", name="x"), OSError("disk full")])
def test_other_errors_are_not_taken_for_a_missing_library(error: ImportError | OSError) -> None:
    assert missing_library(error) is None
