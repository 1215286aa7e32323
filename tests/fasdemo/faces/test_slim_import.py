"""MediaPipe is imported without the packages of its plots and microphones."""

from __future__ import annotations

import subprocess
import sys
from types import ModuleType

import pytest

from fasdemo.faces.slim_import import without_plots_and_sound


def _run(program: str) -> str:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_detector_imports_neither_matplotlib_nor_sounddevice() -> None:
    program = "import sys, fasdemo.faces.detector; print(sorted({'matplotlib', 'sounddevice'} & set(sys.modules)))"
    assert _run(program) == "[]"


def test_mediapipes_plots_import_matplotlib_at_first_use() -> None:
    program = (
        "import sys, fasdemo.faces.detector; from mediapipe.tasks.python.vision import drawing_utils; "
        "print(drawing_utils.plt.rcParams['figure.dpi'] > 0, 'matplotlib' in sys.modules)"
    )
    assert _run(program) == "True True"


def test_without_plots_and_sound_restores_every_module(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("mediapipe", "matplotlib", "matplotlib.pyplot", "sounddevice"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    with without_plots_and_sound():
        assert sys.modules.get("sounddevice", sys) is None
        assert "matplotlib.pyplot" in sys.modules
    assert not {"matplotlib", "matplotlib.pyplot", "sounddevice"} & set(sys.modules)


def test_without_plots_and_sound_keeps_what_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "mediapipe", raising=False)
    loaded = {name: ModuleType(name) for name in ("matplotlib", "matplotlib.pyplot", "sounddevice")}
    for name, module in loaded.items():
        monkeypatch.setitem(sys.modules, name, module)
    with without_plots_and_sound():
        assert all(sys.modules[name] is module for name, module in loaded.items())
    assert all(sys.modules[name] is module for name, module in loaded.items())
