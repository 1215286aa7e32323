"""The format of sessions: the contents of `session.json` and the columns of `frames.csv`.

A session is a folder `ROOT/SUBJECT/live|spoof-SPECIES/SESSION/` with `session.json`, `frames.csv` and the folders
`color/`, `depth/` and `ir/` with one file per frame. Sessions are untrusted, so names are checked here.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from fasdemo.frames import Calibration, Extrinsics, Intrinsics

SESSION_FILE = "session.json"
FRAMES_FILE = "frames.csv"
MAX_IMAGE_PX = 64 * 1024 * 1024
"""Largest image: 8192 x 8192 pixels, eight times 4K. A missing image is replaced by a black one of the declared size,
so this limits memory too."""

FRAME_COLUMNS = (
    "frame",  # number within the session, from 0
    "timestamp_s",  # seconds on the device's clock
    "color",  # file relative to the session's folder, empty = lost
    "depth",
    "ir",
    "color_timestamp_s",
    "depth_timestamp_s",
    "ir_timestamp_s",
    "color_counter",
    "depth_counter",
    "ir_counter",
    "emitter_on",  # the dot projector: 1, 0, unknown, or empty if there is neither depth nor infrared
    "label",  # live | spoof, empty = label of the session
    "species",
    "lost_before",  # frames lost since the previous row
)
UNKNOWN = "unknown"
"""Value of `emitter_on` if the camera does not report it."""

# A pseudonym and a species are folder names: no separators, no leading dot.
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=64)]
# A file of the session: its name, or one folder and its name.
OWN_FILE_PATTERN = r"^[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)?$"
OwnFile = Annotated[str, Field(pattern=OWN_FILE_PATTERN, max_length=160)]
MAX_TEXT_CHARS = 4000
MAX_MARKERS = 1000
MAX_OPTIONS = 1000
"""Largest number of options of a camera; a RealSense has about 60."""
PLAIN_TEXT = r"^[^\x00-\x08\x0b-\x1f\x7f-\x9f]*$"
Text = Annotated[str, Field(max_length=MAX_TEXT_CHARS, pattern=PLAIN_TEXT)]
"""Free text without control characters, which could control a terminal."""
Finite = Annotated[float, Field(allow_inf_nan=False)]


_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_RESERVED = frozenset(
    {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", *(f"{port}{n}" for port in ("COM", "LPT") for n in range(10))}
)
"""Names of Windows devices; they are reserved with any suffix too."""


def is_name(text: str) -> bool:
    """Return whether a text is a valid pseudonym or species, i.e. a plain folder name."""
    return bool(_NAME.fullmatch(text))


def is_portable(name: str) -> bool:
    """Return whether every system can create a folder with this name; not so for `CON`, `NUL.txt` or `S01.`."""
    return not name.endswith((".", " ")) and name.split(".", 1)[0].rstrip().upper() not in _RESERVED


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class IntrinsicsRecord(_Part):
    """`fasdemo.frames.Intrinsics` as JSON."""

    width: Annotated[int, Field(ge=1, le=16384)]
    height: Annotated[int, Field(ge=1, le=16384)]
    fx: Annotated[Finite, Field(gt=0)]
    fy: Annotated[Finite, Field(gt=0)]
    cx: Finite
    cy: Finite
    distortion: tuple[Finite, Finite, Finite, Finite, Finite] = (0.0, 0.0, 0.0, 0.0, 0.0)

    def value(self) -> Intrinsics:
        """Return the corresponding dataclass of the capture code."""
        return Intrinsics(**self.model_dump())


class ExtrinsicsRecord(_Part):
    """`fasdemo.frames.Extrinsics` as JSON."""

    rotation: Annotated[tuple[Finite, ...], Field(min_length=9, max_length=9)] = Extrinsics().rotation
    translation_m: tuple[Finite, Finite, Finite] = (0.0, 0.0, 0.0)

    def value(self) -> Extrinsics:
        """Return the corresponding dataclass of the capture code."""
        return Extrinsics(self.rotation, self.translation_m)


class CalibrationRecord(_Part):
    """`fasdemo.frames.Calibration` as JSON."""

    rgb: IntrinsicsRecord
    depth: IntrinsicsRecord | None = None
    ir: IntrinsicsRecord | None = None
    rgb_to_depth: ExtrinsicsRecord = ExtrinsicsRecord()
    rgb_to_ir: ExtrinsicsRecord = ExtrinsicsRecord()
    registered: bool = True

    def value(self) -> Calibration:
        """Return the corresponding dataclass of the capture code."""
        return Calibration(
            rgb=self.rgb.value(),
            depth=None if self.depth is None else self.depth.value(),
            ir=None if self.ir is None else self.ir.value(),
            rgb_to_depth=self.rgb_to_depth.value(),
            rgb_to_ir=self.rgb_to_ir.value(),
            registered=self.registered,
        )

    @classmethod
    def of(cls, calibration: Calibration) -> Self:
        """Return the record of a calibration."""
        from dataclasses import asdict

        return cls.model_validate(asdict(calibration))


class Device(_Part):
    """The device that recorded a session."""

    name: Text = ""
    serial: Text = ""
    firmware: Text = ""
    sensor_preset: Text = ""
    """Preset of a simulated sensor in a generated session, e.g. `d435`."""


class CameraSettings(_Part):
    """The settings of the camera when the recording started, as the camera reported them."""

    options: Annotated[dict[Text, Text], Field(max_length=MAX_OPTIONS)] = {}
    """Values of its options by name, e.g. `depth.exposure`."""
    usb: Text = ""
    """USB type, e.g. `3.2`."""
    depth_filters: Annotated[tuple[Text, ...], Field(max_length=16)] = ()
    """The filters through which the stored depth has gone, with their parameters, in order."""


class Consent(_Part):
    """The person's consent, and the date until which the recording may be kept."""

    statement: Text
    given_on: date
    retain_until: date


class Session(_Part):
    """The contents of `session.json`.

    `label` applies to the whole session; with `mixed`, `frames.csv` has a label for each frame (the demo session).
    """

    schema_version: Literal[1] = 1
    subject: Name
    label: Literal["live", "spoof", "mixed"]
    species: Name | None = None
    instrument: Text = ""
    note: Text = ""
    """Free text about the take, written after the recording."""
    distance: Literal["near", "middle", "far"] | None = None
    """Distance of the person, as the operator has noted it; None if it was not noted."""
    light: Literal["bright", "normal", "dim", "backlit"] | None = None
    """Light of the scene, as the operator has noted it."""
    started: datetime
    state: Literal["open", "complete"] = "open"
    streams: Annotated[tuple[Literal["rgb", "depth", "ir"], ...], Field(min_length=1)]
    width: Annotated[int, Field(ge=1, le=16384)]
    height: Annotated[int, Field(ge=1, le=16384)]
    fps: Annotated[Finite, Field(gt=0, le=1000)]
    depth_scale: Annotated[Finite, Field(gt=0, le=1)] = 0.001
    calibration: CalibrationRecord | None = None
    device: Device = Device()
    camera: CameraSettings | None = None
    """None if they are unknown, e.g. in sessions of earlier versions."""
    consent: Consent | None = None
    markers: Annotated[tuple[Annotated[int, Field(ge=0)], ...], Field(max_length=MAX_MARKERS)] = ()
    """Numbers of frames that the operator has marked during the take."""
    frames: Annotated[int, Field(ge=0)] = 0
    lost: Annotated[int, Field(ge=0)] = 0
    generator: dict[Text, Text | int | Finite] | None = None
    """Recipe, version and seed of a rendered session; None for a recorded one."""
    container: Literal["files", "video"] = "files"
    """`files`: one file per frame. `video`: color.mp4, depth.mkv and ir.mkv beside frames.csv contain the frames in
    order; the cell of a row then names the video, and a lost image is not in it."""
    checksums: dict[OwnFile, Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]] = {}
    """sha256 by file name relative to the session's folder, written when the session is completed."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.label == "spoof") != (self.species is not None):
            raise ValueError("species must be set if label is spoof, and only then")
        if "rgb" not in self.streams:
            raise ValueError("streams must contain rgb")
        if self.width * self.height > MAX_IMAGE_PX:
            raise ValueError(f"width x height must not exceed {MAX_IMAGE_PX} pixels")
        return self
