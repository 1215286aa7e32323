"""Whether an FFV1 packet arrived whole.

FFmpeg's decoder only logs a slice whose checksum is wrong and shows the previous picture in its place, which for a
depth stream is a stale distance under a new time stamp. So the checksums are verified before decoding.
Layout of a version 3 slice's footer (RFC 9043, section 4.8): size u24, error status u8, CRC-32 u32, where the CRC
(polynomial 0x04C11DB7, most significant bit first, start 0) over the whole slice including itself is 0.
"""

from __future__ import annotations

import zlib

_FOOTER = 8
_MIRRORED = bytes(int(f"{value:08b}"[::-1], 2) for value in range(256))
_ZERO = 0xFFFFFFFF
"""zlib mirrors bits and inverts the register at both ends: this value stands for a register of 0."""


def slices_intact(packet: bytes) -> bool:
    """Whether the packet is made of version 3 slices whose checksums are all right."""
    end = len(packet)
    while end > 0:
        if end < _FOOTER:
            return False
        start = end - _FOOTER - int.from_bytes(packet[end - _FOOTER : end - _FOOTER + 3], "big")
        if start < 0 or zlib.crc32(packet[start:end].translate(_MIRRORED), _ZERO) != _ZERO:
            return False
        end = start
    return len(packet) > 0
