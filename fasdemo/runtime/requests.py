"""The user's requests: a source, and the model and policy for it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from fasdemo.capture.cameras.network.address import is_network_address, public_address
from fasdemo.challenge.light.display import ChallengeDisplay
from fasdemo.engine.challenge_report import Kind
from fasdemo.engine.temporal.attempts import LOCKOUT_S
from fasdemo.frames import Stream

if TYPE_CHECKING:
    # It loads ONNX Runtime.
    from fasdemo.models.providers import Device


@dataclass(frozen=True, slots=True)
class SourceRequest:
    """A request for a source, see `fasdemo.capture.open.open_source`."""

    spec: str
    depth: Path | None = None
    ir: Path | None = None
    depth_scale: float = 0.001
    emitter: Literal["on", "off", "interleaved"] = "on"
    allow_virtual_camera: bool = False
    camera_options: tuple[tuple[str, str], ...] = ()
    """Names and values of the camera's own options."""

    @property
    def shown(self) -> str:
        """The specification for messages and logs; without the keys in an address."""
        return public_address(self.spec) if is_network_address(self.spec) else self.spec

    def files(self) -> list[Path]:
        """Return the files and folders that are read; a camera's name is a path that does not exist."""
        return [path for path in (Path(self.spec), self.depth, self.ir) if path is not None and self.spec]


@dataclass(frozen=True, slots=True)
class EngineRequest:
    """A request for model, policy and device; None is the automatic choice."""

    model: str | None = None
    policy: str | None = None
    device: Device = "auto"
    site: Path | None = None
    """A file from `fasdemo calibrate`."""
    allow_rgb_only: bool = False
    """Whether colour alone can be LIVE, see `fasdemo.engine.policy.Policy`."""
    require: frozenset[Stream] = frozenset()
    """Streams that LIVE requires."""
    require_gaze: bool = False
    """Whether LIVE requires a look at the camera."""
    require_motion: bool | None = False
    """Whether LIVE requires that depth and infrared have moved with the face; None: of a camera with depth."""
    max_refused_attempts: int = 0
    """Number of refused attempts that lock the camera; 0 for never."""
    lockout_s: float = LOCKOUT_S
    single_face: bool = False
    """Whether LIVE requires that there is only one face."""
    challenge: Kind | None = None
    """Kind of challenge that LIVE requires, see `fasdemo.challenge`; None for no challenge."""
    display: ChallengeDisplay | None = None
    """Display that shows the colours of light challenges; None if there is none."""
