"""The metadata that a RealSense camera attaches to its frames."""

from __future__ import annotations

import contextlib
from typing import Any


def metadata_of(sdk: Any, frames: Any) -> list[tuple[str, str]]:
    """Return name and value of all metadata of a frame set, e.g. `depth.actual_exposure`."""
    found: list[tuple[str, str]] = []
    streams = (("rgb", frames.get_color_frame()), ("depth", frames.get_depth_frame()))
    for name, frame in (*streams, ("ir", frames.get_infrared_frame())):
        if not frame:
            continue
        for key, value in sdk.frame_metadata_value.__members__.items():
            with contextlib.suppress(RuntimeError):
                if frame.supports_frame_metadata(value):
                    found.append((f"{name}.{key}", str(frame.get_frame_metadata(value))))
    return found
