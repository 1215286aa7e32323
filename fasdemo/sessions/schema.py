"""The session format: what lies in `session.json` and in a row of `frames.csv`.

A session is a folder `ROOT/SUBJECT/live|spoof-SPECIES/SESSION/` with `session.json`, `frames.csv` and `color/`,
`depth/` and `ir/` with one file per frame. Everything read from a session is untrusted: names are checked here.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from fasdemo.frames import Calibration, Extrinsics, Intrinsics

SCHEMA_VERSION = 1
SESSION_FILE = "session.json"
FRAMES_FILE = "frames.csv"
MAX_IMAGE_PX = 64 * 1024 * 1024
"""Pixels: eight times 4K. What is not there is shown black at its full size, so a size is a claim on memory."""

FRAME_COLUMNS = (
    "frame",  # running number within the session, from 0
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
    "emitter_on",  # the dot projector: 1, 0, unknown, or empty where there is no depth and no infrared
    "label",  # live | spoof, empty = the session's
    "species",
    "lost_before",  # frames lost since the previous row
)
UNKNOWN = "unknown"
"""In `emitter_on`: the camera did not say."""

# A pseudonym and a species are folder names: no separators, no leading dot.
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=64)]
# A file of the session: its name, or one folder and its name.
OWN_FILE_PATTERN = r"^[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)?$"
OwnFile = Annotated[str, Field(pattern=OWN_FILE_PATTERN, max_length=160)]
MAX_TEXT_CHARS = 4000
PLAIN_TEXT = r"^[^\x00-\x08\x0b-\x1f\x7f-\x9f]*$"
Text = Annotated[str, Field(max_length=MAX_TEXT_CHARS, pattern=PLAIN_TEXT)]
"""Any words, without the control characters that a terminal would obey."""
Finite = Annotated[float, Field(allow_inf_nan=False)]


_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_RESERVED = frozenset(
    {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", *(f"{port}{n}" for port in ("COM", "LPT") for n in range(10))}
)
"""Devices of Windows, with any ending."""


def is_name(text: str) -> bool:
    """Return whether a text can be a pseudonym or a species: a plain folder name on every system."""
    return bool(_NAME.fullmatch(text))


def is_portable(name: str) -> bool:
    """Return whether every system can make a folder of that name: not `CON`, `NUL.txt` or `S01.`."""
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
    """What recorded the session."""

    name: Text = ""
    serial: Text = ""
    firmware: Text = ""
    sensor_preset: Text = ""
    """A generated session names the simulated sensor, e.g. `d435`."""


class Consent(_Part):
    """The person's agreement and how long the recording may be kept."""

    statement: Text
    given_on: date
    retain_until: date


class Session(_Part):
    """`session.json`.

    `label` is the whole session's, or `mixed` where `frames.csv` labels each frame (the demo session).
    """

    schema_version: Literal[1] = 1
    subject: Name
    label: Literal["live", "spoof", "mixed"]
    species: Name | None = None
    instrument: Text = ""
    started: datetime
    state: Literal["open", "complete"] = "open"
    streams: Annotated[tuple[Literal["rgb", "depth", "ir"], ...], Field(min_length=1)]
    width: Annotated[int, Field(ge=1, le=16384)]
    height: Annotated[int, Field(ge=1, le=16384)]
    fps: Annotated[Finite, Field(gt=0, le=1000)]
    depth_scale: Annotated[Finite, Field(gt=0, le=1)] = 0.001
    calibration: CalibrationRecord | None = None
    device: Device = Device()
    consent: Consent | None = None
    frames: Annotated[int, Field(ge=0)] = 0
    lost: Annotated[int, Field(ge=0)] = 0
    generator: dict[Text, Text | int | Finite] | None = None
    """Recipe, version and seed where the session was rendered and not recorded."""
    container: Literal["files", "video"] = "files"
    """`files`: one file per frame. `video`: color.mp4, depth.mkv and ir.mkv beside frames.csv hold the frames in order;
    a row's cell then names the video, and an image that was lost takes no place in it."""
    checksums: dict[OwnFile, Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]] = {}
    """sha256 by file name relative to the session's folder, written when the session is completed."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.label == "spoof") != (self.species is not None):
            raise ValueError("a spoof session names its species, and no other does")
        if "rgb" not in self.streams:
            raise ValueError("streams must contain rgb")
        if self.width * self.height > MAX_IMAGE_PX:
            raise ValueError(f"width x height must not exceed {MAX_IMAGE_PX} pixels")
        return self
