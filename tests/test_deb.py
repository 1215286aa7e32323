"""The Debian package, built from small wheels, unpacked and configured as dpkg does it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tools import deb

pytestmark = pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="dpkg-deb is not installed")


def small_wheel(folder: Path) -> None:
    """A wheel named fasdemo whose command prints a word."""
    with zipfile.ZipFile(folder / "fasdemo-1.2.3-py3-none-any.whl", "w") as wheel:
        wheel.writestr("fasdemo_small.py", "def main():\n    print('started')\n")
        info = "fasdemo-1.2.3.dist-info"
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: fasdemo\nVersion: 1.2.3\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/entry_points.txt", "[console_scripts]\nfasdemo = fasdemo_small:main\n")
        wheel.writestr(f"{info}/RECORD", "")


def test_deb_holds_launcher_service_and_wheels_and_configures_offline(tmp_path: Path) -> None:
    wheels, tree, control = tmp_path / "wheels", tmp_path / "tree", tmp_path / "control"
    wheels.mkdir()
    small_wheel(wheels)
    package = deb.build(wheels, tmp_path / "out")
    assert package.name.startswith("fasdemo_1.2.3_")
    subprocess.run(["dpkg-deb", "-x", package, tree], check=True)
    subprocess.run(["dpkg-deb", "-e", package, control], check=True)
    fields = (control / "control").read_text()
    assert "Package: fasdemo\n" in fields
    assert f"Depends: python{sys.version_info[0]}.{sys.version_info[1]}," in fields
    assert os.access(tree / "usr/bin/fasdemo", os.X_OK)
    unit = (tree / "lib/systemd/system/fasdemo.service").read_text()
    assert "exec /opt/fasdemo/venv/bin/fasdemo" in unit
    prefix = tree / "opt/fasdemo"
    # The interpreter of the tests stands for Debian's.
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / f"python{sys.version_info[0]}.{sys.version_info[1]}").symlink_to(
        Path(sys.base_prefix, "bin", "python3")
    )
    environment = {"FASDEMO_PREFIX": str(prefix), "PATH": f"{programs}:/usr/bin:/bin", "PIP_CONFIG_FILE": os.devnull}
    subprocess.run([control / "postinst", "configure"], check=True, env=environment)
    done = subprocess.run([prefix / "venv/bin/fasdemo"], check=True, capture_output=True, text=True)
    assert done.stdout == "started\n"
    with (prefix / "wheels" / "fasdemo-1.2.3-py3-none-any.whl").open("ab") as stream:
        stream.write(b"changed")
    damaged = subprocess.run([control / "postinst", "configure"], env=environment, capture_output=True, text=True)
    assert damaged.returncode != 0
    assert "hash" in damaged.stderr.lower()
    subprocess.run([control / "prerm", "remove"], check=True, env=environment)
    assert not (prefix / "venv").exists()


def test_deb_says_that_dpkg_is_missing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert deb.main([]) == 2
    assert "dpkg-deb is not installed" in capsys.readouterr().err
