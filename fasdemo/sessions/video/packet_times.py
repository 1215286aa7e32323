"""Presentation times of a video's packets for containers whose own times cannot be used directly.

The times of joined files (`cat a.ts b.ts`) restart in the middle; here they continue. AVI and raw streams number their
packets in decoding order; here the images get these times in the order in which they are shown.
"""

from __future__ import annotations

import heapq
from typing import Any

_COUNTED = frozenset({"avi", "h264", "hevc", "m4v", "mpegvideo"})
"""FFmpeg's names of containers without presentation times."""
_MAX_TICKS = 2**61
"""Limit of times in ticks; FFmpeg counts in 64 bits."""
_BREAK_S = 0.5
"""If presentation times decrease by more than this, another recording begins."""


class PacketTimes:
    """The presentation times of packets in ticks; packets are passed in the order of the file.

    Args:
        container: FFmpeg's name of the format.
        time_base: seconds per tick.
        fps: images per second, for packets without any time.
    """

    def __init__(self, container: str, time_base: float, fps: float) -> None:
        self.counted = container in _COUNTED
        self.joined = False
        """Whether the times of the file restart, so that they are not unique."""
        self._step = max(round(1.0 / (fps * time_base)), 1)
        self._break = _BREAK_S / time_base
        self._offset = 0
        self._last: int | None = None
        self._end = 0
        self._waiting: list[int] = []

    def place(self, packet: Any) -> int:
        """Return the packet's presentation time in ticks, and replace the packet's times by continuous ones."""
        decoded = packet.dts if packet.dts is not None else packet.pts
        if decoded is None or max(abs(decoded), abs(packet.pts or 0)) + self._end > _MAX_TICKS:
            # Without a time, or with one that only damage explains: one image after the last.
            time = self._end
            packet.pts = packet.dts = time
        else:
            # Without decoding times, presentation times regularly decrease by a few images.
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
        """Store the time of a packet that is passed to the decoder."""
        if self.counted:
            heapq.heappush(self._waiting, time)

    def failed(self, time: int) -> None:
        """Remove the time of a packet that gives no image."""
        if time in self._waiting:
            self._waiting.remove(time)
            heapq.heapify(self._waiting)

    def shown(self, pts: int | None, last: int | None) -> int:
        """Return the time of a decoded image in ticks.

        Args:
            pts: the decoder's presentation time; None if it has none.
            last: the time of the previous image; None for the first.
        """
        if self.counted and self._waiting:
            return heapq.heappop(self._waiting)
        if pts is not None:
            return int(pts)
        return 0 if last is None else last + self._step
