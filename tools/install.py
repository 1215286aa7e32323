"""Create .venv and install the locked packages and the project: `python tools/install.py app|dev|docs`.

Nothing but the standard library is needed. Every wheel is checked against its sha256 in requirements/. Where a locked
version is no longer available, the version ranges of pyproject.toml are installed instead, with a message. An error
is reported in one sentence with what to do, and the exit status is 2. Repeating the command is fast.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCKS = {"app": ("app",), "dev": ("dev", "torch", "cuda"), "docs": ("docs",)}
EXTRAS = {"app": "window", "dev": "dev", "docs": "docs"}
SPACE_GB = {"app": 1.5, "dev": 3.5, "docs": 0.3}
"""Disk space that the message about a full disk requests; measured on Linux with a CPU build of torch, rounded up."""

MIN_VENV_BYTES = 30_000_000

_LOCKED = ["--require-hashes", "--no-deps", "--only-binary", ":all:"]
_NETWORK = re.compile(
    r"NewConnectionError|NameResolutionError|Failed to resolve|name resolution|ConnectTimeout|Network is unreachable"
    r"|ProxyError|Connection(?:Reset|Refused|Aborted|)Error|ReadTimeout|Read timed out|SSLError|SSLCertVerification"
)
_NO_SPACE = re.compile(r"No space left on device|Disk quota exceeded|Errno 28|not enough space on the disk")
_BAD_HASH = re.compile(r"DO NOT MATCH THE HASHES.*?\n\s+(\S+)(?: from|\s)", re.DOTALL)
_GONE = re.compile(r"No matching distribution found for ([^\s;(]+)")
_PIN = re.compile(r"^[A-Za-z0-9._-]+==\S+(?: ; .+?)?(?: \\\n    --hash=sha256:[0-9a-f]{64})+$", re.MULTILINE)
_NAME = re.compile(r"[A-Za-z0-9._-]+")

_NEEDS_CUDA = """
import importlib.metadata, re, sys
from pip._vendor.packaging.requirements import Requirement
try:
    lines = importlib.metadata.requires("torch") or ()
except importlib.metadata.PackageNotFoundError:
    sys.exit(1)
here = {"extra": ""}
needed = [r.name for r in map(Requirement, lines) if not r.marker or r.marker.evaluate(here)]
sys.exit(not any(re.match(r"(nvidia|cuda|triton)\\b", name) for name in needed))
"""
"""Exits with 0 where the installed build of torch requires CUDA packages; run by the interpreter of the .venv."""


class SetupError(Exception):
    """An error that stops the set-up: one sentence with what to do."""


class VersionGoneError(Exception):
    """A locked version that is no longer in any package index (`str(error)` names it)."""


def main(arguments: list[str]) -> int:
    """Install what `arguments` name; return the exit status."""
    if len(arguments) != 1 or arguments[0] not in LOCKS:
        print(f"usage: python tools/install.py {'|'.join(LOCKS)}", file=sys.stderr)
        return 2
    venv = Path(os.environ.get("FASDEMO_VENV") or ROOT / ".venv")
    try:
        check_python()
        install(arguments[0], venv)
    except SetupError as error:
        say(str(error))
        return 2
    except OSError as error:
        say(explain(f"{type(error).__name__}: {error}", arguments[0], venv) or f"{error}; check the folder {venv}.")
        return 2
    return 0


def say(text: str) -> None:
    """Print a line about the set-up to stderr."""
    print(f"setup: {text}", file=sys.stderr, flush=True)


def check_python() -> None:
    """Raise SetupError unless this interpreter is one that fasdemo supports."""
    if not (3, 11) <= sys.version_info[:2] < (3, 15):
        raise SetupError(
            f"Python 3.11 to 3.14 is needed, this is {sys.version.split()[0]}; "
            "name one with `make PYTHON=/path/to/python3.12 ...`."
        )


def install(what: str, venv: Path) -> None:
    """Bring `venv` to the state that the lock files describe.

    Raises:
        SetupError: no network, no space, a wheel that does not match its hash, or another failure of pip.
    """
    stamp, state = venv / f".installed-{what}", digest(what)
    python = create(venv, what)
    if _read(stamp).split("\n", 1)[0] == state:
        return
    if what == "app" and _read(venv / ".installed-dev").split("\n", 1)[0] == digest("dev"):
        return
    lacking = check_lock(what)
    say("installing Python packages (a few minutes the first time)")
    try:
        if lacking:
            raise VersionGoneError(", ".join(lacking))
        pip(python, what, *_LOCKED, "-r", f"requirements/{what}.txt")
        if what == "dev":
            install_torch(python)
        remove_dropped(python, what, stamp)
        if what != "docs":
            pip(python, what, "--no-deps", "--no-build-isolation", "--no-index", "--editable", ".")
    except VersionGoneError as gone:
        why = f"requirements/ does not name {gone}" if lacking else f"{gone} of the lock cannot be had any more"
        say(f"{why}, so the version ranges of pyproject.toml are used instead.")
        try:
            pip(python, what, "--editable", f".[{EXTRAS[what]}]")
        except VersionGoneError as error:
            raise SetupError(
                f"{error} cannot be had; check the network and pip's package index (`pip config list`), or try another "
                "Python, such as 3.12."
            ) from error
    stamp.write_text(f"{state}\n{chr(10).join(sorted(locked_names(what)))}\n", encoding="utf-8")


def check_lock(what: str) -> list[str]:
    """Return the packages that pyproject.toml requires and the lock does not name, as after an edit of pyproject.toml.

    Raises:
        SetupError: a lock file or pyproject.toml is missing or damaged.
    """
    for name in LOCKS[what]:
        text = _read(ROOT / f"requirements/{name}.txt")
        rest = [line for line in _PIN.sub("", text).splitlines() if line and not line.startswith("#")]
        if not text or rest:
            raise SetupError(
                f"requirements/{name}.txt is missing or damaged; restore it with `git checkout requirements`."
            )
    try:
        project = tomllib.loads(_read(ROOT / "pyproject.toml")).get("project", {})
    except tomllib.TOMLDecodeError as error:
        raise SetupError(
            f"pyproject.toml is damaged ({error}); restore it with `git checkout pyproject.toml`."
        ) from error
    optional = project.get("optional-dependencies", {})
    wanted = list(optional.get(EXTRAS[what], ())) + ([] if what == "docs" else list(project.get("dependencies", ())))
    names = {match[0].lower().replace("_", "-") for match in map(_NAME.match, wanted) if match}
    return sorted(names - {str(project.get("name"))} - locked_names(what))


def install_torch(python: Path) -> None:
    """Install the locked torch: a CPU build if pip is configured for one with a locked hash, else the index's file."""
    text = _read(ROOT / "requirements/torch.txt")
    with tempfile.TemporaryDirectory() as folder:
        report, exact = Path(folder, "report.json"), Path(folder, "torch.txt")
        pin = re.search(r"^torch==\S+", text, re.MULTILINE)
        pip(python, "dev", "--dry-run", *_LOCKED[1:], "--report", str(report), pin[0] if pin else "torch")
        for item in json.loads(report.read_text(encoding="utf-8"))["install"]:
            found = item["download_info"]["archive_info"].get("hashes", {}).get("sha256", "?")
            # In hash mode pip prefers files whose hash an index states; an address takes this one all the same.
            if "+" in item["metadata"]["version"] and found in text:
                address = item["download_info"]["url"]
                exact.write_text(f"torch @ {address} --hash=sha256:{found}\n", encoding="utf-8")
                pip(python, "dev", *_LOCKED, "-r", str(exact))
                return
    pip(python, "dev", *_LOCKED, "-r", "requirements/torch.txt")
    if subprocess.run([python, "-c", _NEEDS_CUDA], check=False).returncode == 0:
        pip(python, "dev", *_LOCKED, "-r", "requirements/cuda.txt")


def create(venv: Path, what: str) -> Path:
    """Return the interpreter of `venv`, which is created when it is missing or was left incomplete."""
    python = venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    works = (
        python.exists()
        and not subprocess.run([python, "-m", "pip", "--version"], check=False, capture_output=True).returncode
    )
    if works:
        return python
    say(f"creating {venv.name}")
    venv.parent.mkdir(parents=True, exist_ok=True)
    reasons = []
    # virtualenv serves where the system's Python comes without ensurepip.
    for module in (["venv", "--clear"], ["virtualenv", "--quiet", "--clear"]):
        command = [sys.executable, "-m", *module, str(venv)]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode == 0:
            return python
        reasons.append(done.stdout + done.stderr)
    # venv hides the message of ensurepip about a full disk.
    full = shutil.disk_usage(venv.parent).free < MIN_VENV_BYTES
    problem = explain("No space left on device" if full else reasons[0], what, venv)
    raise SetupError(problem or f"{venv} cannot be created: {_last_line(reasons[0])}")


def pip(python: Path, what: str, *options: str) -> None:
    """Run `pip install` with these options in the project's folder.

    Raises:
        VersionGoneError: a package or version is on no index.
        SetupError: anything else that went wrong.
    """
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *options]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)
    if done.returncode == 0:
        return
    output = done.stdout + done.stderr
    problem = explain(output, what, python.parents[1])
    if problem:
        raise SetupError(problem)
    gone = _GONE.search(output)
    if gone:
        raise VersionGoneError(gone[1])
    print(output.strip(), file=sys.stderr)
    raise SetupError("pip failed, its output is above; repair what it names, then run the command again.")


def explain(output: str, what: str, venv: Path) -> str | None:
    """Return one sentence about a failure that `output` of pip or venv shows, or None for an unknown one."""
    if _NO_SPACE.search(output):
        return f"no space is left on the disk of {venv}; free about {SPACE_GB[what]} GB, then run the command again."
    broken = _BAD_HASH.search(output)
    if broken:
        return (
            f"{broken[1]} does not match its sha256 in requirements/, so nothing of it was installed; restore the lock "
            "with `git checkout requirements`, or check which package index pip uses (`pip config list`)."
        )
    if _NETWORK.search(output):
        return (
            "the package index cannot be reached; connect this machine to the network, or name an index that it "
            "reaches with PIP_INDEX_URL, then run the command again."
        )
    return None


def remove_dropped(python: Path, what: str, stamp: Path) -> None:
    """Uninstall packages that the last lock named and no present lock does."""
    keep: set[str] = set().union(*(locked_names(name) for name in LOCKS))
    dropped = sorted(set(_read(stamp).split()[1:]) - keep)
    if dropped:
        say(f"removing {', '.join(dropped)}: no longer needed")
        subprocess.run([python, "-m", "pip", "uninstall", "--quiet", "--yes", *dropped], check=False)


def locked_names(what: str) -> set[str]:
    """Return the names of the packages in the lock files of `what`."""
    found: set[str] = set()
    for name in LOCKS[what]:
        found |= set(re.findall(r"^([A-Za-z0-9._-]+)==", _read(ROOT / f"requirements/{name}.txt"), re.MULTILINE))
    return found


def digest(what: str) -> str:
    """Return a hash of everything that decides what is installed."""
    paths: Iterable[Path] = [ROOT / "pyproject.toml", *(ROOT / f"requirements/{name}.txt" for name in LOCKS[what])]
    return hashlib.sha256("\0".join(_read(path) for path in paths).encode()).hexdigest()


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8") if path.is_file() else ""
    except UnicodeDecodeError as error:
        name = path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path
        raise SetupError(f"{name} is damaged: it is not UTF-8; restore it with `git checkout {name}`.") from error


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["no reason given"])[-1].strip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
