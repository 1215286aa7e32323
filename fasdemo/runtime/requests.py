"""What the user asks for: a source, and what to judge it with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, slots=True)
class SourceRequest:
    """What to open, see `fasdemo.capture.open.open_source`."""

    spec: str
    depth: Path | None = None
    ir: Path | None = None
    depth_scale: float = 0.001
    emitter: Literal["on", "off", "interleaved"] = "on"


@dataclass(frozen=True, slots=True)
class EngineRequest:
    """What to judge with; None is the automatic choice."""

    model: str | None = None
    policy: str | None = None
    device: str = "auto"
    site: Path | None = None
    """A file of `fasdemo calibrate`."""
