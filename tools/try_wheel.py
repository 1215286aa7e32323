"""Try the one wheel in a folder as a user does who has nothing else: `python tools/try_wheel.py dist`.

Two new environments in a temporary folder get the wheel and no file of this checkout: one the locked packages with the
window, one those of a headless install. The command line, the Python API and the trainer's refusal without torch are
run from there.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ALLOWED = {"fasdemo", "trainer"}
"""Top-level folders of the wheel beside its .dist-info."""

_API = """
import fasdemo
for name in fasdemo.__all__:
    getattr(fasdemo, name)
source = fasdemo.open_source(fasdemo.demo_session())
with source, fasdemo.Engine.for_source(source) as engine:
    print([face.status for face in engine.process(next(iter(source))).faces])
"""

_DEMO = "import fasdemo; print(fasdemo.demo_session())"


class TrialError(Exception):
    """What is wrong with the wheel."""


def main(arguments: list[str]) -> int:
    """Try the wheel; return 0, or 1 with one line on stderr."""
    folder = Path(arguments[0] if arguments else "dist").resolve()
    try:
        wheels = list(folder.glob("*.whl"))
        if len(wheels) != 1 or len(list(folder.glob("*.tar.gz"))) != 1:
            raise TrialError(f"{folder} must contain one wheel and one sdist; run `make release`")
        check_content(wheels[0])
        with tempfile.TemporaryDirectory() as name:
            run_installed(wheels[0], Path(name, "window"))
            run_headless(wheels[0], Path(name, "headless"))
    except TrialError as error:
        print(f"release: {error}", file=sys.stderr)
        return 1
    print(f"release: {wheels[0].name} works in an empty environment, with and without the window")
    return 0


def check_content(wheel: Path) -> None:
    """Raise TrialError if the wheel contains other files than the two packages, or if a needed file is missing."""
    names = zipfile.ZipFile(wheel).namelist()
    strangers = {name for name in names if name.split("/")[0] not in ALLOWED and ".dist-info/" not in name}
    if strangers:
        raise TrialError(f"{wheel.name} contains {sorted(strangers)[0]} and {len(strangers) - 1} more strangers")
    for needed in ("fasdemo/py.typed", "fasdemo/assets/models/", "fasdemo/assets/demo/", ".dist-info/licenses/NOTICE"):
        if not any(needed in name for name in names):
            raise TrialError(f"{wheel.name} lacks {needed}")


class Environment:
    """A virtual environment with the wheel, used from a separate folder.

    Args:
        wheel: file to install.
        folder: folder to create.
        lock: name of the file in requirements/ whose packages it gets.

    Raises:
        TrialError: something cannot be installed.
    """

    def __init__(self, wheel: Path, folder: Path, lock: str) -> None:
        folder.mkdir()
        scripts, suffix = ("Scripts", ".exe") if os.name == "nt" else ("bin", "")
        self.folder = folder
        self.python = folder / "env" / scripts / f"python{suffix}"
        self.fasdemo = folder / "env" / scripts / f"fasdemo{suffix}"
        self._variables = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
        self._variables |= {"QT_QPA_PLATFORM": "offscreen", "OMP_NUM_THREADS": "1"}
        pip = (self.python, "-m", "pip", "--quiet", "--disable-pip-version-check", "install", "--no-deps")
        self.run(sys.executable, "-m", "venv", folder / "env")
        self.run(*pip, "--require-hashes", "--only-binary", ":all:", "-r", ROOT / "requirements" / lock)
        self.run(*pip, wheel)

    def run(self, *command: str | Path, status: int = 0) -> str:
        """Run a program and return what it printed.

        Raises:
            TrialError: it ended with another status.
        """
        done = subprocess.run(
            [str(part) for part in command],
            cwd=self.folder,
            env=self._variables,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != status:
            shown = " ".join(Path(part).name if isinstance(part, Path) else part for part in command)
            raise TrialError(f"`{shown}` ended with {done.returncode} instead of {status}:\n{done.stderr[-2000:]}")
        return done.stdout if status == 0 else done.stderr


def run_installed(wheel: Path, folder: Path) -> None:
    """Try the install with the window."""
    env = Environment(wheel, folder, "app.txt")
    env.run(env.python, "-m", "pip", "check")
    version = wheel.name.split("-")[1]
    if env.run(env.fasdemo, "--version").strip() != f"fasdemo {version}":
        raise TrialError(f"`fasdemo --version` does not say {version}")
    env.run(env.python, "-c", "import fasdemo.gui.window.main_window")
    try_verdicts(env)
    env.run(env.python, "-m", "trainer", "summary", status=2)


def run_headless(wheel: Path, folder: Path) -> None:
    """Try the install without the window: everything else works, and the window is refused in one sentence."""
    env = Environment(wheel, folder, "headless.txt")
    try_verdicts(env)
    env.run(env.fasdemo, "doctor", "--json")
    env.run(env.fasdemo, "bench", "--model", "fasdemo-flex", "--frames", "1")
    env.run(env.fasdemo, "sessions", "list", env.run(env.python, "-c", _DEMO).strip())
    refusal = env.run(env.fasdemo, status=2)
    if "fasdemo[window]" not in refusal or refusal.count("\n") != 1:
        raise TrialError(f"`fasdemo` without the window's packages does not say in one line what to install: {refusal}")


def try_verdicts(env: Environment) -> None:
    """Run the Python interface and the demo session, which must show both verdicts."""
    env.run(env.python, "-c", _API)
    env.run(env.fasdemo, "--demo", "--headless", "--json", "events.jsonl")
    events = (env.folder / "events.jsonl").read_text(encoding="utf-8").splitlines()
    shown = {face["status"] for event in map(json.loads, events) for face in event["faces"]}
    if not {"LIVE", "SPOOF"} <= shown:
        raise TrialError("the demo session did not show both LIVE and SPOOF")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
