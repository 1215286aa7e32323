"""Verify the checksums of FFV1 packets before decoding.

If the checksum of a slice is wrong, FFmpeg's decoder only logs it and shows the previous image instead. In a depth
stream, that is an old distance with a new time stamp.

Footer of a version 3 slice (RFC 9043, section 4.8): size u24, error status u8, CRC-32 u32. The CRC (polynomial
0x04C11DB7, most significant bit first, initial value 0) over the whole slice including its CRC is 0.
"""

from __future__ import annotations

import zlib

_FOOTER = 8
_MIRRORED = bytes(int(f"{value:08b}"[::-1], 2) for value in range(256))
_ZERO = 0xFFFFFFFF
"""Value that represents a register of 0, because zlib mirrors the bits and inverts the register at start and end."""


def slices_intact(packet: bytes) -> bool:
    """Return whether a packet consists of version 3 slices with correct checksums."""
    end = len(packet)
    while end > 0:
        if end < _FOOTER:
            return False
        start = end - _FOOTER - int.from_bytes(packet[end - _FOOTER : end - _FOOTER + 3], "big")
        if start < 0 or zlib.crc32(packet[start:end].translate(_MIRRORED), _ZERO) != _ZERO:
            return False
        end = start
    return len(packet) > 0
