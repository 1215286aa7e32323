"""Write the locked requirements in requirements/ from the version ranges in pyproject.toml.

`make lock` keeps each locked version that the ranges still allow; `make upgrade` takes the newest one and then runs
all tests. The files name one version of each package for all supported Pythons and platforms, with the sha256 of
each wheel, and no package index. Changed versions are printed, one a line.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.tags import Tag, compatible_tags, cpython_tags, mac_platforms
from packaging.utils import canonicalize_name, parse_wheel_filename

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "requirements"
PYTHONS = ((3, 11), (3, 12), (3, 13), (3, 14))
_LINUX = [f"manylinux_2_{minor}_x86_64" for minor in range(5, 36)]
_LINUX += ["manylinux1_x86_64", "manylinux2010_x86_64", "manylinux2014_x86_64"]
PLATFORMS = {
    ("linux", "x86_64"): _LINUX,
    ("win32", "AMD64"): ["win_amd64"],
    ("darwin", "arm64"): list(mac_platforms((15, 0), "arm64")),
}
"""Platforms on which every locked package must have a wheel: (sys_platform, platform_machine) to wheel tags."""

_ACCELERATOR = re.compile(r"(nvidia|cuda|triton)\b")
"""Packages that only a CUDA build of torch needs; set-up installs them if the torch file that pip chose needs them."""

OPENCV, HEADLESS_OPENCV = "opencv-contrib-python", "opencv-contrib-python-headless"
"""MediaPipe requires the first, which needs libGL, libxcb and libglib; an install without the window takes the second,
the same module without window functions. Its newest release is often an older one."""

_HEADER = "# Written by `make lock` from pyproject.toml: wheels for Python 3.11 to 3.14. Do not edit.\n"
_NOTES = {
    "headless": "# No window, and OpenCV's headless build instead of the one that MediaPipe requires: use --no-deps.\n",
    "torch": "# One version, several builds: PyPI's files and CPU builds of the same release.\n",
    "cuda": "# Installed only where the build of torch that pip chose requires it.\n",
}

Package = Mapping[str, Any]
"""One `[[packages]]` table of a pylock.toml file (PEP 751)."""


def main(arguments: list[str] | None = None) -> int:
    """Write all lock files and print what changed; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--upgrade", action="store_true", help="take the newest allowed version of every package")
    upgrade = parser.parse_args(arguments).upgrade
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    old = locked_versions(FOLDER)
    build = [*project["build-system"]["requires"], "editables>=0.5,<1"]
    extras = project["project"]["optional-dependencies"]
    try:
        dev = resolve(ranges(project) + ranges(project, "dev") + build, {} if upgrade else old)
        pins = {package["name"]: package["version"] for package in dev}
        kept = pins if upgrade else old | pins
        app = resolve(ranges(project) + ranges(project, "window") + build, pins)
        opencv = [f"{HEADLESS_OPENCV}{Requirement(one).specifier}" for one in ranges(project) if OPENCV in one]
        headless = resolve(ranges(project) + build + opencv, kept, without=OPENCV)
        docs = resolve(extras.get("docs", []), kept)
        missing = [*without_wheels(dev), *without_wheels(headless), *without_wheels(docs)]
    except subprocess.CalledProcessError as error:
        print(f"lock: uv found no set of versions:\n{error.stderr.strip()}", file=sys.stderr)
        return 2
    if missing:
        print(f"lock: no wheel for {', '.join(missing)}; bound the version in pyproject.toml.", file=sys.stderr)
        return 2
    FOLDER.mkdir(exist_ok=True)
    cuda = [package for package in dev if _ACCELERATOR.match(package["name"])]
    torch = [package for package in dev if package["name"] == "torch"]
    write("app", app)
    write("headless", headless)
    write("dev", [package for package in dev if package not in cuda and package not in torch])
    write("torch", torch, {"torch": other_builds(torch[0]["version"], old)})
    write("cuda", cuda)
    write("docs", docs)
    print_changes(old, locked_versions(FOLDER))
    return 0


def ranges(project: Mapping[str, Any], extra: str | None = None) -> list[str]:
    """Return the requirement strings of the project, or those of `extra` and of the extras that it names."""
    if extra is None:
        return list(project["project"]["dependencies"])
    found: list[str] = []
    for line in project["project"]["optional-dependencies"][extra]:
        requirement = Requirement(line)
        if requirement.name == project["project"]["name"]:
            for name in requirement.extras:
                found += ranges(project, name)
        else:
            found.append(line)
    return found


def resolve(requirements: Iterable[str], preferred: Mapping[str, str], without: str | None = None) -> list[Package]:
    """Return the packages that satisfy `requirements` on all supported Pythons, sorted by name.

    Args:
        requirements: requirement strings.
        preferred: version by name; used if the requirements allow it.
        without: name of a package to leave out although others require it.

    Raises:
        subprocess.CalledProcessError: uv found no solution.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wanted, chosen, result = folder / "wanted.in", folder / "chosen.txt", folder / "pylock.toml"
        overrides = folder / "overrides.in"
        overrides.write_text(f"{without} ; python_version < '3'\n" if without else "", encoding="utf-8")
        wanted.write_text("\n".join(requirements) + "\n", encoding="utf-8")
        # uv prefers the versions that its output file already names.
        chosen.write_text("".join(f"{key}=={version}\n" for key, version in preferred.items()), encoding="utf-8")
        _uv(wanted, "--override", overrides, "--output-file", chosen, "--format", "requirements.txt")
        _uv(
            wanted, "--override", overrides, "--constraints", chosen, "--output-file", result, "--format", "pylock.toml"
        )
        packages: list[Package] = tomllib.loads(result.read_text(encoding="utf-8")).get("packages", [])
    return sorted(packages, key=lambda package: (package["name"], package["version"]))


def _uv(*options: str | Path) -> None:
    fixed = ["--universal", "--python-version", "3.11", "--fork-strategy", "fewest", "--no-config", "--quiet"]
    command = [sys.executable, "-m", "uv", "pip", "compile", *fixed, *map(str, options)]
    subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)


def without_wheels(packages: Iterable[Package]) -> list[str]:
    """Return "name version (Python, platform)" for each package without a wheel for a Python and platform."""
    missing = []
    for package in packages:
        tags: set[Tag] = set()
        for wheel in package.get("wheels", ()):
            tags |= parse_wheel_filename(_file_name(wheel))[3]
        for python in PYTHONS:
            for (system, machine), platforms in PLATFORMS.items():
                if needed(package, python, system, machine) and not tags & _supported(python, platforms):
                    version = ".".join(map(str, python))
                    missing.append(f"{package['name']} {package['version']} (Python {version}, {system} {machine})")
    return missing


def needed(package: Package, python: tuple[int, int], system: str, machine: str) -> bool:
    """Return whether the package's marker selects it on that Python and platform."""
    version = ".".join(map(str, python))
    environment = {
        "python_version": version,
        "python_full_version": f"{version}.0",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "sys_platform": system,
        "platform_machine": machine,
        "platform_system": {"linux": "Linux", "win32": "Windows", "darwin": "Darwin"}[system],
        "os_name": "nt" if system == "win32" else "posix",
        "extra": "",
    }
    return "marker" not in package or Marker(package["marker"]).evaluate(environment)


def _supported(python: tuple[int, int], platforms: list[str]) -> set[Tag]:
    interpreter = f"cp{python[0]}{python[1]}"
    return {*cpython_tags(python, platforms=platforms), *compatible_tags(python, interpreter, platforms)}


def _file_name(wheel: Mapping[str, Any]) -> str:
    return str(wheel.get("name") or unquote(urlsplit(wheel["url"]).path).rsplit("/", 1)[1])


def other_builds(version: str, old: Mapping[str, str]) -> set[str]:
    """Return sha256 of builds of torch `version` that are not on PyPI: those locked already and the one pip takes here.

    A CPU build has a local version ("2.13.0+cpu") and comes from an index or a folder in pip's configuration.
    """
    hashes: set[str] = set()
    if old.get("torch") == version:
        hashes |= set(re.findall(r"sha256:([0-9a-f]{64})", (FOLDER / "torch.txt").read_text(encoding="utf-8")))
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed", "--no-deps"]
    command += ["--disable-pip-version-check", "--only-binary", ":all:", "--report", "-", f"torch=={version}"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode == 0:
        for item in json.loads(done.stdout)["install"]:
            found = item["download_info"]["archive_info"].get("hashes", {}).get("sha256")
            hashes |= {found} if found else set()
    return hashes


def write(name: str, packages: Iterable[Package], more_hashes: Mapping[str, set[str]] | None = None) -> None:
    """Write requirements/NAME.txt: pins with markers and the hashes of the wheels that a supported Python can use."""
    usable = {f"{kind}{major}{minor}" for major, minor in PYTHONS for kind in ("cp", "py")} | {"py3"}
    lines = [_HEADER, _NOTES.get(name, "")]
    for package in packages:
        hashes = set((more_hashes or {}).get(package["name"], ()))
        for wheel in package.get("wheels", ()):
            tags = parse_wheel_filename(_file_name(wheel))[3]
            if any(tag.interpreter in usable or tag.abi == "abi3" for tag in tags if not tag.abi.endswith("t")):
                hashes.add(wheel["hashes"]["sha256"])
        marker = f" ; {package['marker']}" if "marker" in package else ""
        lines.append(f"{package['name']}=={package['version']}{marker}")
        lines.append("".join(f" \\\n    --hash=sha256:{value}" for value in sorted(hashes)) + "\n")
    (FOLDER / f"{name}.txt").write_text("".join(lines), encoding="utf-8")


def locked_versions(folder: Path) -> dict[str, str]:
    """Return the version of every pin in the folder's files by name; empty without pins."""
    pins: dict[str, str] = {}
    for path in sorted(folder.glob("*.txt")):
        for name, version in re.findall(r"^([A-Za-z0-9._-]+)==([^\s;]+)", path.read_text(encoding="utf-8"), re.M):
            pins[canonicalize_name(name)] = version
    return pins


def print_changes(old: Mapping[str, str], new: Mapping[str, str]) -> None:
    """Print one line a package whose version differs."""
    changed = [name for name in sorted({*old, *new}) if old.get(name) != new.get(name)]
    for name in changed:
        print(f"{name} {old.get(name, '(new)')} -> {new.get(name, '(removed)')}")
    print(f"{len(new)} packages locked, {len(changed)} changed")


if __name__ == "__main__":
    sys.exit(main())
