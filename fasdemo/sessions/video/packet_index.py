"""The packets of a video stream, read without decoding: when each image is shown, and how many are missing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import av

from fasdemo.sessions.video.container import packets_of, reopen, stated_end_s
from fasdemo.sessions.video.packet_times import PacketTimes

_SHORT_IMAGES = 1.5
"""A stream may end this many images before its stated end, because the last one has no stated duration."""


@dataclass(frozen=True, slots=True)
class StreamPlace:
    """Which stream of which file, and the units of its times.

    Attributes:
        path: the video file.
        index: number of the stream in the file.
        container: FFmpeg's name of the format.
        time_base: seconds per tick.
        fps: images per second.
    """

    path: Path
    index: int
    container: str
    time_base: float
    fps: float


class PacketIndex:
    """The packets of a stream.

    Attributes:
        times: presentation times of the images that are shown, in ticks, ascending.
        joined: whether the times of the file restart, so that they are not unique.
        ends_early: whether the file could not be read to its end.

    Raises:
        av.error.FFmpegError, OSError: the file can no longer be opened.
    """

    def __init__(self, place: StreamPlace) -> None:
        self._place = place
        self._end = self._empty = 0
        self.ends_early = False
        times = []
        with reopen(place.path) as container:
            video = container.streams[place.index]
            self._stated_end_s = stated_end_s(video)
            placed = PacketTimes(place.container, place.time_base, place.fps)
            try:
                for packet in packets_of(container, video):
                    if not packet.size:
                        # AVI stores an image that equals the last one as an empty packet.
                        self._empty += packet.dts is not None
                        continue
                    time = placed.place(packet)
                    self._end = max(self._end, time + (packet.duration or 0))
                    if not packet.is_discard:
                        times.append(time)
            except (av.error.FFmpegError, OSError):
                self.ends_early = True
        self.times = sorted(times)
        self.joined = placed.joined

    def missing(self, promised: int) -> tuple[int, int]:
        """Return how many images the file lacks, and how many its edit list hides.

        Args:
            promised: the container's number of images; 0 if it has none.
        """
        if promised:
            lacking = promised - self._empty - len(self.times)
            hidden = 0
            if "mp4" in self._place.container and lacking > 0:
                hidden = max(self._count_with_hidden() - len(self.times), 0)
            return max(lacking - hidden, 0), hidden
        if not self.times or self._stated_end_s is None:
            return 0, 0
        image_s = 1.0 / self._place.fps
        last_s = (self.times[-1] - self.times[0]) * self._place.time_base + image_s
        short_s = self._stated_end_s - max((self._end - self.times[0]) * self._place.time_base, last_s)
        return (round(short_s / image_s) if short_s > _SHORT_IMAGES * image_s else 0), 0

    def _count_with_hidden(self) -> int:
        found = 0
        try:
            with reopen(self._place.path, edit_list=False) as container:
                for packet in packets_of(container, container.streams[self._place.index]):
                    found += bool(packet.size)
        except (av.error.FFmpegError, OSError):
            self.ends_early = True
        return found
