"""Import MediaPipe without Matplotlib and sounddevice, which it loads for plots and microphones.

Matplotlib takes a third of a second and 30 MB at every start, and sounddevice opens the sound system.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

_PLOTS = ("matplotlib", "matplotlib.pyplot")
_SOUND = "sounddevice"


class _DeferredModule(ModuleType):
    """A module that imports the real one of the same name when an attribute of it is used."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(importlib.import_module(self.__name__), name)


@contextmanager
def without_plots_and_sound() -> Iterator[None]:
    """Replace Matplotlib and sounddevice while MediaPipe is imported; modules that are loaded already stay.

    MediaPipe's plotting functions import Matplotlib when they are called; its microphone classes report that
    sounddevice is missing. Other programs import both as always.
    """
    if "mediapipe" in sys.modules:
        yield
        return
    replaced: dict[str, ModuleType | None] = {}
    if not any(name in sys.modules for name in _PLOTS):
        package, pyplot = (_DeferredModule(name) for name in _PLOTS)
        vars(package)["pyplot"] = pyplot
        replaced |= dict(zip(_PLOTS, (package, pyplot), strict=True))
    if _SOUND not in sys.modules:
        replaced[_SOUND] = None  # Python then raises ImportError, which MediaPipe handles.
    modules: dict[str, Any] = sys.modules
    modules.update(replaced)
    try:
        yield
    finally:
        for name, module in replaced.items():
            if modules.get(name) is module:
                modules.pop(name, None)
