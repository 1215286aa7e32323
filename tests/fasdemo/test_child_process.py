"""A child that hangs is ended by its parent, and by itself if the parent is gone."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fasdemo import child_process
from fasdemo.child_process import run_child

LOOP = "def main():\n    sum(range(10**15))\n"
"""Never comes back to Python, as a native library that hangs."""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "package"
    folder.mkdir()
    monkeypatch.setattr(child_process, "__file__", str(tmp_path / "package" / "child_process.py"))
    return folder


def test_status_and_output_come_back(package: Path) -> None:
    (package.parent / "one.py").write_text(
        "import sys\ndef main():\n    print(sys.argv[1:], sys.stdin.read())\n    return 7\n"
    )
    done = run_child("one", ["a", "b"], seconds=20.0, content=b"words")
    assert (done.returncode, done.stdout.strip()) == (7, b"['a', 'b'] words")


def test_a_child_that_hangs_is_ended(package: Path) -> None:
    (package.parent / "two.py").write_text(LOOP)
    started = time.monotonic()
    with pytest.raises(subprocess.TimeoutExpired):
        run_child("two", seconds=1.0)
    assert time.monotonic() - started < 15


@pytest.mark.skipif(not hasattr(signal, "alarm"), reason="Windows has no alarms")
def test_a_child_without_a_parent_ends_itself(package: Path) -> None:
    (package.parent / "three.py").write_text(LOOP)
    code = child_process._ENTRY.format(module="three")
    child = subprocess.Popen([sys.executable, "-P", "-c", code, "1", str(package.parent)])
    assert child.wait(timeout=30) == -signal.SIGALRM


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs /proc")
def test_a_child_that_asks_for_too_much_is_refused(package: Path) -> None:
    root = str(Path(__file__).resolve().parents[2])
    (package.parent / "four.py").write_text(
        f"import sys\ndef main():\n    sys.path.append({root!r})\n"
        "    from fasdemo.child_process import limit_memory\n"
        "    limit_memory(50_000_000)\n"
        "    try:\n        bytearray(500_000_000)\n    except MemoryError:\n        return 3\n    return 0\n"
    )
    assert run_child("four", seconds=20.0).returncode == 3
