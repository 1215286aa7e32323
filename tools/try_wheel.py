"""Try the one wheel in a folder as a user does who has nothing else: `python tools/try_wheel.py dist`.

A new environment in a temporary folder gets the locked packages of the app and the wheel, and no file of this
checkout; then the command line, the Python API and the trainer's refusal without torch are run from there.
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


class TrialError(Exception):
    """What is wrong with the wheel."""


def main(arguments: list[str]) -> int:
    """Try the wheel; return 0, or 1 with one line on stderr."""
    folder = Path(arguments[0] if arguments else "dist").resolve()
    try:
        wheels = list(folder.glob("*.whl"))
        if len(wheels) != 1 or len(list(folder.glob("*.tar.gz"))) != 1:
            raise TrialError(f"{folder} must hold one wheel and one sdist; run `make release`")
        check_content(wheels[0])
        with tempfile.TemporaryDirectory() as name:
            run_installed(wheels[0], Path(name))
    except TrialError as error:
        print(f"release: {error}", file=sys.stderr)
        return 1
    print(f"release: {wheels[0].name} works in an empty environment")
    return 0


def check_content(wheel: Path) -> None:
    """Raise TrialError where the wheel holds anything but the two packages, or lacks what they need."""
    names = zipfile.ZipFile(wheel).namelist()
    strangers = {name for name in names if name.split("/")[0] not in ALLOWED and ".dist-info/" not in name}
    if strangers:
        raise TrialError(f"{wheel.name} holds {sorted(strangers)[0]} and {len(strangers) - 1} more strangers")
    for needed in ("fasdemo/py.typed", "fasdemo/assets/models/", "fasdemo/assets/demo/", ".dist-info/licenses/NOTICE"):
        if not any(needed in name for name in names):
            raise TrialError(f"{wheel.name} lacks {needed}")


def run_installed(wheel: Path, folder: Path) -> None:
    """Install the wheel in a new environment below `folder` and run it there."""
    python = folder / ("env/Scripts/python.exe" if os.name == "nt" else "env/bin/python")
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    environment |= {"QT_QPA_PLATFORM": "offscreen", "OMP_NUM_THREADS": "1"}

    def run(*command: str | Path, status: int = 0) -> str:
        done = subprocess.run(
            [str(part) for part in command], cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode != status:
            shown = " ".join(Path(part).name if isinstance(part, Path) else part for part in command)
            raise TrialError(f"`{shown}` ended with {done.returncode} instead of {status}:\n{done.stderr[-2000:]}")
        return done.stdout

    pip = [python, "-m", "pip", "--quiet", "--disable-pip-version-check", "install", "--no-deps"]
    run(sys.executable, "-m", "venv", folder / "env")
    run(*pip, "--require-hashes", "--only-binary", ":all:", "-r", ROOT / "requirements/app.txt")
    run(*pip, wheel)
    run(python, "-m", "pip", "check")
    fasdemo = python.with_name("fasdemo.exe" if os.name == "nt" else "fasdemo")
    version = wheel.name.split("-")[1]
    if run(fasdemo, "--version").strip() != f"fasdemo {version}":
        raise TrialError(f"`fasdemo --version` does not say {version}")
    run(python, "-c", _API)
    run(fasdemo, "--demo", "--headless", "--json", "events.jsonl")
    events = (folder / "events.jsonl").read_text(encoding="utf-8").splitlines()
    shown = {face["status"] for event in map(json.loads, events) for face in event["faces"]}
    if not {"LIVE", "SPOOF"} <= shown:
        raise TrialError("the demo session did not show both LIVE and SPOOF")
    run(python, "-m", "trainer", "summary", status=2)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
