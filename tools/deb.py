"""Build a Debian package of the app: `python tools/deb.py dist`, or `make deb`.

It contains the wheels of the locked requirements for this machine's Python and the wheel of the project. When it is
installed, a virtual environment is made of them in /opt/fasdemo with Debian's Python: no network is needed, and every
wheel is checked against its sha256. `fasdemo` is on the path, and the service of docs/install.md is there, not enabled.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PREFIX = "opt/fasdemo"
LIBRARIES = (
    "libegl1, libgl1, libgles2, libglib2.0-0 | libglib2.0-0t64, libdbus-1-3, libfontconfig1, libxkbcommon-x11-0, "
    "libxcb-cursor0, libxcb-icccm4, libxcb-image0, libxcb-keysyms1, libxcb-randr0, libxcb-render-util0, libxcb-shape0, "
    "libxcb-xkb1, libx11-xcb1, libusb-1.0-0, fonts-dejavu-core"
)
"""As `tools/setup.sh` installs them."""

_POSTINST = """#!/bin/sh
set -e
prefix=${{FASDEMO_PREFIX:-/opt/fasdemo}}
if [ "$1" = configure ]; then
  rm -rf "$prefix/venv"
  python{python} -m venv "$prefix/venv"
  "$prefix/venv/bin/python" -m pip install --isolated --quiet --disable-pip-version-check --no-cache-dir --no-index \\
    --find-links "$prefix/wheels" --no-deps --require-hashes -r "$prefix/requirements.txt"
fi
"""
_PRERM = """#!/bin/sh
set -e
prefix=${FASDEMO_PREFIX:-/opt/fasdemo}
if [ "$1" = remove ] || [ "$1" = upgrade ]; then rm -rf "$prefix/venv"; fi
"""
_LAUNCHER = """#!/bin/sh
exec /opt/fasdemo/venv/bin/fasdemo "$@"
"""


def main(arguments: list[str]) -> int:
    """Build the package in a folder; return 0, or 2 with one sentence on stderr."""
    out = Path(arguments[0] if arguments else "dist").resolve()
    if shutil.which("dpkg-deb") is None:
        print("deb: dpkg-deb is not installed; build the package on Debian or Ubuntu.", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as name:
        wheels = Path(name)
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
        locked = ["--no-deps", "--require-hashes", "--only-binary", ":all:", "-r", "requirements/app.txt"]
        own = ["--no-deps", "--no-build-isolation", "--no-index", "."]
        try:
            subprocess.run([*pip, "download", "--quiet", "--dest", str(wheels), *locked], check=True, cwd=ROOT)
            subprocess.run([*pip, "wheel", "--quiet", "--wheel-dir", str(wheels), *own], check=True, cwd=ROOT)
            package = build(wheels, out)
        except subprocess.CalledProcessError as error:
            print(f"deb: {error.cmd[3]} failed; see the lines above.", file=sys.stderr)
            return 2
    print(f"{package} ({package.stat().st_size / 2**20:.0f} MB)")
    return 0


def build(wheels: Path, out: Path) -> Path:
    """Return the package built in `out` from a folder with the wheels of the app and of what it needs."""
    own = next(wheels.glob("fasdemo-*.whl"))
    version = own.name.split("-")[1]
    python = f"{sys.version_info[0]}.{sys.version_info[1]}"
    machine = subprocess.run(
        ["dpkg", "--print-architecture"], check=True, capture_output=True, text=True
    ).stdout.strip()
    with tempfile.TemporaryDirectory() as name:
        tree = Path(name, "tree")
        place = tree / PREFIX
        (place / "wheels").mkdir(parents=True)
        for wheel in sorted(wheels.glob("*.whl")):
            shutil.copy(wheel, place / "wheels")
        (place / "requirements.txt").write_text(requirements(wheels), encoding="utf-8")
        unit = (ROOT / "packaging/fasdemo.service").read_text(encoding="utf-8")
        _write(tree / "lib/systemd/system/fasdemo.service", unit.replace("/opt/fasdemo/bin/", "/opt/fasdemo/venv/bin/"))
        _write(tree / "usr/bin/fasdemo", _LAUNCHER, 0o755)
        _write(tree / "usr/share/doc/fasdemo/copyright", (ROOT / "LICENSE").read_text(encoding="utf-8"))
        size_kb = sum(file.stat().st_size for file in tree.rglob("*") if file.is_file()) // 1024
        following = f"{sys.version_info[0]}.{sys.version_info[1] + 1}"
        control = {
            "Package": "fasdemo",
            "Version": version,
            "Architecture": machine,
            "Maintainer": "fasdemo developers <fasdemo@localhost>",
            "Installed-Size": str(size_kb),
            "Depends": f"python{python}, python{python}-venv | python3-venv (<< {following}), {LIBRARIES}",
            "Section": "science",
            "Priority": "optional",
            "Description": "tells a live face from a presentation attack\n In real time, from RGB, depth and infrared.",
        }
        _write(tree / "DEBIAN/control", "".join(f"{key}: {value}\n" for key, value in control.items()))
        _write(tree / "DEBIAN/postinst", _POSTINST.format(python=python), 0o755)
        _write(tree / "DEBIAN/prerm", _PRERM, 0o755)
        for folder, _, _ in os.walk(tree):
            Path(folder).chmod(0o755)
        out.mkdir(parents=True, exist_ok=True)
        package = out / f"fasdemo_{version}_{machine}.deb"
        # The wheels are compressed already.
        command = ["dpkg-deb", "--root-owner-group", "-Znone", "--build", str(tree), str(package)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return package


def requirements(wheels: Path) -> str:
    """Return a line with version and sha256 for each wheel of a folder."""
    lines = []
    for wheel in sorted(wheels.glob("*.whl")):
        name, version = re.split("-", wheel.name)[:2]
        with wheel.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        lines.append(f"{name.replace('_', '-')}=={version} --hash=sha256:{digest}\n")
    return "".join(lines)


def _write(path: Path, text: str, mode: int = 0o644) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
