"""Check that no packet of a transport stream is absent within an image (ISO/IEC 13818-1, continuity counters).

FFmpeg notices a break of the counter, but for streams that it splits into images itself it passes nothing on. The
decoder then completes the image, and those predicted from it, with older contents.
"""

from __future__ import annotations

from pathlib import Path

_PACKETS = (188, 192, 204)
"""Lengths of a packet; 192 with a time stamp of 4 bytes before it (M2TS), 204 with 16 bytes for error correction."""
_SYNC = 0x47
_CHUNK_PACKETS = 256


def packet_layout(start: bytes) -> tuple[int, int] | None:
    """Return the length of the packets and the place of the first sync byte; None if it is no transport stream.

    Args:
        start: at least 816 bytes from the start of the file, or all of it.
    """
    for length in _PACKETS:
        for first in range(length):
            syncs = start[first::length][:3]
            if len(syncs) == 3 and set(syncs) == {_SYNC}:
                return length, first
    return None


class TransportCheck:
    """The continuity of one stream in a transport stream.

    Args:
        path: the video file.
        number: the stream's packet identifier (PID).

    Raises:
        OSError: the file cannot be read.
    """

    def __init__(self, path: Path, number: int) -> None:
        self._file = path.open("rb")
        self._number = number
        self._length, self._first = packet_layout(self._file.read(4 * max(_PACKETS))) or (0, 0)
        self._last: tuple[int, bool] = (-1, True)

    def is_whole(self, place: int | None) -> bool:
        """Return whether the part of the stream that starts at `place` follows without a break up to the next part.

        A break before a part that starts anew, e.g. where two files were joined, is none.

        Args:
            place: byte of the first packet, as FFmpeg gives it; None or a byte that is no packet cannot be checked, so
                the result is True.
        """
        if place is None or place < 0 or self._length == 0:
            return True
        if place != self._last[0]:
            # In M2TS, FFmpeg's place is that of the time stamp before the packet.
            sync = next((one for one in (place, place + 4) if (one - self._first) % self._length == 0), None)
            self._last = (place, sync is None or self._follows(sync))
        return self._last[1]

    def _follows(self, place: int) -> bool:
        expected = -1
        self._file.seek(place)
        while chunk := self._file.read(_CHUNK_PACKETS * self._length):
            for start in range(0, len(chunk) - _PACKETS[0] + 1, self._length):
                sync, high, low, flags = chunk[start : start + 4]
                if sync != _SYNC:
                    # Bytes were lost or inserted.
                    return False
                if (high & 0x1F) << 8 | low != self._number:
                    continue
                adaptation = chunk[start + 5] if flags & 0x20 and chunk[start + 4] else 0
                begins, counter = bool(high & 0x40), flags & 0x0F
                if expected < 0:
                    if not begins:
                        return True
                elif adaptation & 0xC0 and begins:
                    # A stated break, or an image that does not depend on others.
                    return True
                elif high & 0x80 or not (adaptation & 0x80 or counter in (expected, (expected - 1) % 16)):
                    return False
                elif begins:
                    return True
                # A packet without content has the counter of the one before it.
                expected = (counter + 1) % 16 if flags & 0x10 else max(expected, 0)
        return True

    def close(self) -> None:
        """Release the file."""
        self._file.close()
