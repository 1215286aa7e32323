"""The file that stores the geometry of a pair of cameras, bound to the device for which it was estimated."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fasdemo.atomic_file import write_text
from fasdemo.bounded_file import read_bounded
from fasdemo.capture.cameras.hello.pairs import DeviceIdentity
from fasdemo.capture.cameras.hello.registration import PairGeometry, Size
from fasdemo.errors import UserError

_log = logging.getLogger(__name__)

_MAX_FILE_BYTES = 10_000
_MAX_SIDE_PX = 8192

Side = Annotated[int, Field(ge=16, le=_MAX_SIDE_PX)]
Text = Annotated[str, Field(max_length=300)]


class GeometryFile(BaseModel):
    """The content of the file."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    version: Literal[1] = 1
    vendor: Text
    product: Text
    serial: Text
    descriptors: Text
    color_size: tuple[Side, Side]
    ir_size: tuple[Side, Side]
    parameters: tuple[float, float, float, float, float, float]
    faces: Annotated[int, Field(ge=1)]
    residual: Annotated[float, Field(ge=0.0)]
    error: Annotated[float, Field(ge=0.0)]
    estimated: Text

    @property
    def identity(self) -> DeviceIdentity:
        """The device for which the geometry was estimated."""
        return DeviceIdentity(self.vendor, self.product, self.serial, self.descriptors)

    @property
    def geometry(self) -> PairGeometry:
        """The geometry itself."""
        return PairGeometry(self.color_size, self.ir_size, self.parameters, self.faces, self.residual, self.error)


def geometry_path(identity: DeviceIdentity, folder: Path | None = None) -> Path:
    """Return the path of a device's file in the user's data folder, or in `folder`."""
    place = platformdirs.user_data_path("fasdemo", appauthor=False) if folder is None else folder
    serial = "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in identity.serial)[:60]
    return place / "hello" / f"{identity.vendor or 'unknown'}-{identity.product or 'unknown'}-{serial}.json"


def load_geometry(path: Path, identity: DeviceIdentity, color_size: Size, ir_size: Size) -> PairGeometry | str:
    """Return a device's stored geometry, or why it cannot be used, as part of a sentence; empty if there is no file.

    Args:
        path: the file.
        identity: the connected device.
        color_size: width and height of its colour images.
        ir_size: width and height of its infrared images.
    """
    try:
        stored = GeometryFile.model_validate_json(read_bounded(path, _MAX_FILE_BYTES))
    except FileNotFoundError:
        return ""
    except OSError as error:
        return f"it cannot be read ({error.strerror})"
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        return f"it is damaged ({place or 'content'}: {first['msg']})"
    except ValueError as error:
        return f"it is damaged ({error})"
    if stored.identity != identity:
        return "it belongs to another device or firmware"
    if (stored.color_size, stored.ir_size) != (color_size, ir_size):
        return "it is for other image sizes"
    if stored.geometry.problem:
        return stored.geometry.problem
    return stored.geometry


def save_geometry(
    path: Path,
    identity: DeviceIdentity,
    geometry: PairGeometry,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> str:
    """Store a device's geometry, and return a sentence if that is not possible; empty otherwise."""
    content = GeometryFile(
        vendor=identity.vendor,
        product=identity.product,
        serial=identity.serial,
        descriptors=identity.descriptors,
        color_size=geometry.color_size,
        ir_size=geometry.ir_size,
        parameters=geometry.parameters,
        faces=geometry.faces,
        residual=geometry.residual,
        error=geometry.error,
        estimated=now().isoformat(timespec="seconds"),
    )
    try:
        write_text(path, content.model_dump_json(indent=1) + "\n")
    except UserError as error:
        _log.warning("the geometry of the cameras is not stored: %s", error)
        return str(error)
    return ""
