"""Set-up from the lock: installed packages, and one sentence with exit status 2 for every failure."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import ROOT

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the set-up script is for Debian and Ubuntu")

_PIN = re.compile(
    r"^([A-Za-z0-9._-]+)==([^\s;]+)(?: ; (.+?))?((?: \\\n    --hash=sha256:[0-9a-f]{64})+)$", re.MULTILINE
)
_BACKEND = """
import zipfile
def get_requires_for_build_editable(config_settings=None):
    return []
def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    name = "project-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel_directory + "/" + name, "w") as archive:
        archive.writestr("project-1.0.dist-info/METADATA",
                         "Metadata-Version: 2.1\\nName: project\\nVersion: 1.0\\nRequires-Dist: tiny>=1\\n")
        archive.writestr("project-1.0.dist-info/WHEEL",
                         "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        archive.writestr("project-1.0.dist-info/RECORD", "")
    return name
"""


def pins(name: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for package, version, *_ in _PIN.findall((ROOT / f"requirements/{name}.txt").read_text(encoding="utf-8")):
        found.setdefault(package, []).append(version)
    return found


# The lock itself


@pytest.mark.parametrize("name", ["app", "headless", "dev", "torch", "cuda", "docs"])
def test_lock_pins_every_line_with_hashes_and_names_no_index(name: str) -> None:
    text = (ROOT / f"requirements/{name}.txt").read_text(encoding="utf-8")
    rest = "\n".join(line for line in _PIN.sub("", text).splitlines() if not line.startswith("#"))
    assert not rest.strip()
    assert "://" not in text


def requirements_of(*extras: str) -> list[Requirement]:
    """Return the ranges of pyproject.toml for an install with `extras`, and those of the build."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    optional = project["project"]["optional-dependencies"]
    lines = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    for extra in extras:
        lines += optional[extra]
    found = []
    for requirement in map(Requirement, lines):
        if requirement.name == "fasdemo":
            found += requirements_of(*requirement.extras)
        else:
            found.append(requirement)
    return found


@pytest.mark.parametrize(
    ("files", "requirements"),
    [
        (["app"], requirements_of("window")),
        (["headless"], [one for one in requirements_of() if one.name != "opencv-contrib-python"]),
        (["dev", "torch"], requirements_of("dev")),
        (["docs"], [one for one in requirements_of("docs") if one not in requirements_of()]),
    ],
    ids=["app", "headless", "dev", "docs"],
)
def test_lock_satisfies_every_range_of_pyproject(files: list[str], requirements: list[Requirement]) -> None:
    locked: dict[str, list[str]] = {}
    for name in files:
        locked |= pins(name)
    for requirement in requirements:
        versions = locked.get(canonicalize_name(requirement.name), [])
        assert any(requirement.specifier.contains(version) for version in versions), (
            f"{requirement} is not in requirements/: run `make lock`"
        )


def test_lock_gives_app_and_tests_the_same_versions() -> None:
    dev = pins("dev")
    assert all(dev.get(package) == versions for package, versions in pins("app").items())


def test_headless_lock_is_the_app_without_the_window() -> None:
    app, headless = pins("app"), pins("headless")
    (build,) = headless.pop("opencv-contrib-python-headless")
    (opencv,) = [one for one in requirements_of() if one.name == "opencv-contrib-python"]
    assert opencv.specifier.contains(build)
    assert headless.items() <= app.items()
    assert {"pyqt6", "pyqt6-qt6", "pyqt6-sip", "pyqtgraph", "opencv-contrib-python"} <= app.keys() - headless.keys()


# The script


def run_script(python: str, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "PYTHON": python, "FASDEMO_VENV": str(tmp_path / "venv")}
    command = ["bash", str(ROOT / "tools/setup.sh"), "app"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("version", [(3, 10, 9), (3, 15, 0)])
def test_setup_names_the_supported_pythons_for_another_one(tmp_path: Path, version: tuple[int, int, int]) -> None:
    shown = ".".join(map(str, version))
    python = tmp_path / "python"
    lie = f"import sys; sys.version_info = {version}; sys.version = '{shown} (main)'; exec(sys.stdin.read())"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{lie}"\n', encoding="utf-8")
    python.chmod(0o755)
    done = run_script(str(python), tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith(f"setup: Python 3.11 to 3.14 is needed, this is {shown}; name one with `make PYTHON=")
    assert done.stderr.count("\n") == 1


def test_setup_says_that_there_is_no_python(tmp_path: Path) -> None:
    done = run_script("/nowhere/python3", tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("setup: /nowhere/python3 is not found; install Python 3.11 to 3.14")
    assert done.stderr.count("\n") == 1


# Installing, with real pip, a project of its own and a package index that is a folder


@pytest.fixture(scope="module")
def venv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("setup") / "venv"
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    return folder


@pytest.fixture
def project(tmp_path: Path, venv: Path) -> Path:
    """A project with the set-up program and a lock of one package, `tiny`, which is in the folder `index`."""
    for stamp in venv.glob(".installed-*"):
        stamp.unlink()
    for leftover in venv.glob("lib/python*/site-packages/tiny-*.dist-info"):
        shutil.rmtree(leftover)
    (tmp_path / "tools").mkdir()
    (tmp_path / "requirements").mkdir()
    shutil.copy(ROOT / "tools/install.py", tmp_path / "tools")
    (tmp_path / "index").mkdir()
    wheel = tmp_path / "index/tiny-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("tiny.py", "")
        archive.writestr("tiny-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n")
        archive.writestr("tiny-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr("tiny-1.0.dist-info/RECORD", "")
    lock(tmp_path, "tiny==1.0", hashlib.sha256(wheel.read_bytes()).hexdigest())
    (tmp_path / "backend.py").write_text(_BACKEND, encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n', encoding="utf-8"
    )
    return tmp_path


def lock(project: Path, pin: str, sha256: str) -> None:
    (project / "requirements/app.txt").write_text(f"{pin} \\\n    --hash=sha256:{sha256}\n", encoding="utf-8")


def install(project: Path, venv: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    settings = {"PATH": os.environ["PATH"], "FASDEMO_VENV": str(venv), "PIP_CONFIG_FILE": os.devnull}
    settings |= {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(project / "index")} | environment
    command = [sys.executable, str(project / "tools/install.py"), "app"]
    return subprocess.run(command, env=settings, capture_output=True, text=True, check=False, timeout=120)


def installed(venv: Path) -> set[str]:
    return {path.name.split("-")[0] for path in venv.glob("lib/python*/site-packages/*.dist-info")}


def test_install_takes_the_locked_version_once_and_removes_what_the_lock_drops(project: Path, venv: Path) -> None:
    done = install(project, venv)
    assert done.returncode == 0, done.stderr
    assert {"tiny", "project"} <= installed(venv)
    assert install(project, venv).stderr == ""
    (project / "requirements/app.txt").write_text("# nothing\n", encoding="utf-8")
    done = install(project, venv)
    assert done.returncode == 0, done.stderr
    assert "removing tiny" in done.stderr
    assert "tiny" not in installed(venv)


def test_install_goes_on_with_the_ranges_where_a_locked_version_is_gone(project: Path, venv: Path) -> None:
    lock(project, "tiny==0.9", "0" * 64)
    done = install(project, venv)
    assert done.returncode == 0, done.stderr
    assert "setup: tiny==0.9 of the lock cannot be had any more, so the version ranges" in done.stderr
    assert "tiny" in installed(venv)


def test_install_refuses_a_wheel_that_does_not_match_the_lock(project: Path, venv: Path) -> None:
    lock(project, "tiny==1.0", "0" * 64)
    done = install(project, venv)
    assert done.returncode == 2
    assert "setup: tiny==1.0 does not match its sha256 in requirements/" in done.stderr
    assert "git checkout requirements" in done.stderr
    assert not list(venv.glob(".installed-*"))


@pytest.mark.parametrize(
    "content",
    [b"tiny==1.0 \\\n    --hash=sha2<<<<<<<\n", b"tiny==1.0 \\\n    --hash=sha256:00ff\n", b"", b"\xff\xfe"],
    ids=["conflict", "truncated", "empty", "not UTF-8"],
)
def test_install_says_that_a_lock_file_is_damaged(project: Path, venv: Path, content: bytes) -> None:
    (project / "requirements/app.txt").write_bytes(content)
    done = install(project, venv)
    assert done.returncode == 2
    (sentence,) = done.stderr.splitlines()
    assert sentence.startswith("setup: requirements/app.txt is ")
    assert "restore it with `git checkout requirements" in sentence


def test_install_says_that_a_lock_file_is_missing(project: Path, venv: Path) -> None:
    (project / "requirements/app.txt").unlink()
    done = install(project, venv)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "requirements/app.txt is missing or damaged" in done.stderr


def test_install_says_that_pyproject_is_damaged(project: Path, venv: Path) -> None:
    (project / "pyproject.toml").write_text("[project\n", encoding="utf-8")
    done = install(project, venv)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.endswith("restore it with `git checkout pyproject.toml`.\n")


def test_install_takes_the_ranges_where_the_lock_lacks_a_requirement(project: Path, venv: Path) -> None:
    with (project / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write('[project]\nname = "project"\nversion = "1.0"\ndependencies = ["tiny>=1"]\n')
    (project / "requirements/app.txt").write_text("# nothing\n", encoding="utf-8")
    done = install(project, venv)
    assert done.returncode == 0, done.stderr
    assert "setup: requirements/ does not name tiny, so the version ranges of pyproject.toml are used" in done.stderr
    assert "tiny" in installed(venv)


def test_install_says_that_there_is_no_network(project: Path, venv: Path) -> None:
    # Port 9 of this machine refuses connections: what a machine without its network shows to pip.
    index = {"PIP_NO_INDEX": "0", "PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "1"}
    lock(project, "missing==1.0", "0" * 64)
    done = install(project, venv, **index)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("setup: the package index cannot be reached; connect this machine")
    assert "ranges" not in done.stderr


def test_install_explains_a_full_disk(venv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tools.install import explain

    output = "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device"
    assert explain(output, "app", venv) == (
        f"no space is left on the disk of {venv}; free about 1.5 GB, then run the command again."
    )
