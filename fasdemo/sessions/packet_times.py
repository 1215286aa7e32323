"""Presentation times of a video's packets where the container's own cannot be used as they are.

The times of joined files (`cat a.ts b.ts`) restart in the middle; here they continue. AVI and raw streams
number their packets in the order of decoding: the images take these times in the order in which they are shown.
"""

from __future__ import annotations

import heapq
from typing import Any

_COUNTED = frozenset({"avi", "h264", "hevc", "m4v", "mpegvideo"})
"""Containers without presentation times, by FFmpeg's name."""
_BREAK_S = 0.5
"""Presentation times that go back further than this are another recording."""


class PacketTimes:
    """Gives every packet its time, in ticks; packets come in the order of the file.

    Args:
        container: FFmpeg's name of the format.
        time_base: seconds a tick.
        fps: images a second, for packets without any time.
    """

    def __init__(self, container: str, time_base: float, fps: float) -> None:
        self.counted = container in _COUNTED
        self.joined = False
        """A break was seen, so a time in the file is not unique."""
        self._step = max(round(1.0 / (fps * time_base)), 1)
        self._break = _BREAK_S / time_base
        self._offset = 0
        self._last: int | None = None
        self._end = 0
        self._waiting: list[int] = []

    def place(self, packet: Any) -> int:
        """Return the packet's presentation time, and write times that never restart into the packet."""
        decoded = packet.dts if packet.dts is not None else packet.pts
        if decoded is None:
            time = self._end
        else:
            # Where a container has no decoding times, presentation times go back by a few images.
            allowed = self._break if packet.dts is None else self._step
            if self._last is not None and decoded < self._last - allowed:
                self.joined = True
                self._offset = self._end - decoded
            self._last = int(decoded)
            time = int(packet.pts if packet.pts is not None else decoded) + self._offset
            packet.pts = time
            if packet.dts is not None:
                packet.dts = int(packet.dts) + self._offset
        self._end = max(self._end, time + self._step)
        return time

    def decoding(self, time: int) -> None:
        """Note the time of a packet that goes into the decoder."""
        if self.counted:
            heapq.heappush(self._waiting, time)

    def failed(self, time: int) -> None:
        """Take back a packet of which no image comes."""
        if time in self._waiting:
            self._waiting.remove(time)
            heapq.heapify(self._waiting)

    def shown(self, pts: int | None, last: int | None) -> int:
        """Return the time of an image that the decoder gave.

        Args:
            pts: what the decoder says.
            last: the time of the image before.
        """
        if self.counted and self._waiting:
            return heapq.heappop(self._waiting)
        if pts is not None:
            return int(pts)
        return 0 if last is None else last + self._step
