"""Distinguish live faces from presentation attacks in RGB, depth and infrared.

`open_source` opens a source of frames, and `Engine.for_source` gives the verdicts on them; see `docs/python.md`.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from fasdemo.errors import UserError

if TYPE_CHECKING:
    from fasdemo.assets_folder import demo_session
    from fasdemo.capture.open import open_source
    from fasdemo.engine.engine import Engine
    from fasdemo.engine.result import FaceVerdict, FrameResult, Status
    from fasdemo.frames import FrameSet

__version__ = "0.1.0"

__all__ = [
    "Engine",
    "FaceVerdict",
    "FrameResult",
    "FrameSet",
    "Status",
    "UserError",
    "demo_session",
    "open_source",
]

# OpenCV reads this limit when it is loaded: pictures may have at most eight times the pixels of 4K. For PNG and JPEG,
# fasdemo checks the size itself.
os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(64 * 1024 * 1024))

# ONNX Runtime reads this when it is loaded: since 1.32 it sends usage data and stores a device number by default.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

# Modules are loaded at first use, so that `fasdemo --help` does not wait for OpenCV, MediaPipe and ONNX Runtime.
_HOME = {
    "Engine": "fasdemo.engine.engine",
    "FaceVerdict": "fasdemo.engine.result",
    "FrameResult": "fasdemo.engine.result",
    "FrameSet": "fasdemo.frames",
    "Status": "fasdemo.engine.result",
    "demo_session": "fasdemo.assets_folder",
    "open_source": "fasdemo.capture.open",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'fasdemo' has no attribute {name!r}")
    from importlib import import_module

    from fasdemo.shared_libraries import check_mediapipe, check_opencv

    # Missing system libraries are reported in one sentence here, not as a traceback later.
    if name in ("Engine", "open_source"):
        check_opencv()
    if name == "Engine":
        check_mediapipe()
    return getattr(import_module(_HOME[name]), name)
