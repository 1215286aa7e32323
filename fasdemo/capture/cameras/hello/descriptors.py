"""Find infrared cameras in the USB descriptors of a device.

A grey pixel format alone does not show an infrared camera, because colour cameras offer it too. Two things do: a
streaming interface with one of Microsoft's infrared formats, and a control that only infrared sensors have.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field

# USB 2.0, table 9-5 and UVC 1.5, tables 3-3, 3-7, 3-14, A-4, A-5 and A-6.
_INTERFACE, _CS_INTERFACE = 0x04, 0x24
_VIDEO, _VIDEO_CONTROL, _VIDEO_STREAMING = 0x0E, 0x01, 0x02
_CONTROL_HEADER, _EXTENSION_UNIT = 0x01, 0x06
_FORMAT_UNCOMPRESSED, _FORMAT_FRAME_BASED = 0x04, 0x10
_MICROSOFT_UNIT = uuid.UUID("0f3f95dc-2632-4c4e-92c9-a04782f43bc8").bytes_le
"""Microsoft's extensions to UVC 1.5, section 2.2.2: the extension unit of Windows cameras."""
FACE_AUTHENTICATION, IR_TORCH = 0x06, 0x0A
"""Control selectors of this unit that only infrared sensors have; selector n is bit n - 1 of `bmControls`."""
_INFRARED_FORMATS = {
    uuid.UUID("00000032-0002-0010-8000-00aa00389b71").bytes_le: "its format L8_IR",
    uuid.UUID("00000051-0002-0010-8000-00aa00389b71").bytes_le: "its format L16_IR",
}
"""Microsoft's infrared formats (ksmedia.h). The plain grey formats have 0000 instead of 0002."""


@dataclass(slots=True)
class ControlInterface:
    """A video control interface and what its descriptors say.

    Attributes:
        streaming: numbers of its streaming interfaces.
        control: name of its infrared control, e.g. `its infrared torch control`; empty if it has none.
        format: name of an infrared format of its streaming interfaces, e.g. `its format L8_IR`; empty if none.
    """

    streaming: tuple[int, ...] = ()
    control: str = ""
    format: str = ""

    @property
    def evidence(self) -> str:
        """Why it belongs to an infrared camera; empty if nothing shows that."""
        return self.format or self.control


@dataclass(slots=True)
class _Found:
    controls: dict[int, ControlInterface] = field(default_factory=dict)
    formats: dict[int, str] = field(default_factory=dict)


def control_interfaces(descriptors: bytes) -> dict[int, ControlInterface]:
    """Return the video control interfaces of a device by their number.

    Args:
        descriptors: USB descriptors of a device, as in sysfs. Reading stops at the first damaged one.
    """
    found = _Found()
    interface, kind = -1, 0
    for body in _split(descriptors):
        if body[1] == _INTERFACE and len(body) >= 9:
            interface, kind = body[2], body[6] if body[5] == _VIDEO else 0
            if kind == _VIDEO_CONTROL:
                found.controls.setdefault(interface, ControlInterface())
        elif body[1] == _CS_INTERFACE and len(body) >= 4:
            if kind == _VIDEO_CONTROL:
                _read_control(found.controls[interface], body)
            elif kind == _VIDEO_STREAMING and body[2] in (_FORMAT_UNCOMPRESSED, _FORMAT_FRAME_BASED):
                name = _INFRARED_FORMATS.get(body[5:21], "")
                if name:
                    found.formats[interface] = name
    for one in found.controls.values():
        one.format = next((found.formats[number] for number in one.streaming if number in found.formats), "")
    return found.controls


def _split(descriptors: bytes) -> Iterator[bytes]:
    place = 0
    while place + 2 <= len(descriptors):
        length = descriptors[place]
        body = descriptors[place : place + length]
        if length < 2 or len(body) < length:
            return
        yield body
        place += length


def _read_control(interface: ControlInterface, body: bytes) -> None:
    if body[2] == _CONTROL_HEADER and len(body) >= 12:
        interface.streaming = tuple(body[12 : 12 + body[11]])
    elif body[2] == _EXTENSION_UNIT and len(body) >= 24:
        interface.control = _control_name(body) or interface.control


def _control_name(unit: bytes) -> str:
    """Return the name of an extension unit's infrared control (UVC 1.5, table 3-7); empty if it has none."""
    if unit[4:20] != _MICROSOFT_UNIT:
        return ""
    start = 23 + unit[21]
    if len(unit) < start:
        return ""
    controls = int.from_bytes(unit[start : start + unit[start - 1]], "little")
    if controls >> (FACE_AUTHENTICATION - 1) & 1:
        return "its face authentication control"
    return "its infrared torch control" if controls >> (IR_TORCH - 1) & 1 else ""
