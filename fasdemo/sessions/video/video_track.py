"""Read the images of one video file.

Only FFmpeg (through PyAV) gives time stamps, rotation flags and 16-bit grey without a silent
conversion to 8 bits. Damaged images are dropped and counted, because a concealed image shows older contents.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import av
import numpy as np
from av.stream import Disposition

from fasdemo.bounded_file import is_regular
from fasdemo.errors import UserError
from fasdemo.frames import Stream
from fasdemo.sessions.image_codec import Image, check_image
from fasdemo.sessions.schema import MAX_IMAGE_PX
from fasdemo.sessions.video.ffv1_check import slices_intact
from fasdemo.sessions.video.packet_times import PacketTimes
from fasdemo.sessions.video.video_color import (
    hdr_name,
    pixel_aspect,
    square_size,
    standard_range,
    upright,
    with_square_pixels,
)

_GREY_16 = tuple(f"gray{bits}{order}" for bits in (9, 10, 12, 14, 16) for order in ("le", "be"))
_CONTAINERS = (
    *("mov", "mp4", "m4a", "3gp", "3g2", "mj2", "matroska", "webm", "avi", "mpegts", "mpeg", "mpegvideo", "m4v", "flv"),
    *("asf", "ogg", "h264", "hevc", "av1", "obu", "ivf", "mjpeg", "gif", "nut", "mxf", "yuv4mpegpipe", "dv", "apng"),
)
"""Formats that FFmpeg may detect. Its other 300 or so formats are disabled: some draw text, some open other files, and
many are rarely maintained."""
_OPEN: dict[str, Any] = {
    "options": {
        "protocol_whitelist": "file",
        "format_whitelist": ",".join(_CONTAINERS),
    },
    # Metadata such as titles is not used, so invalid bytes in it must not prevent reading.
    "metadata_errors": "replace",
}
_USUAL_FPS = 120.0
"""Higher frame rates are measured from the time stamps instead."""
_LOOKED_AT = 300
"""Number of packets at the start of a file from which its frame rate and main stream are determined."""
_ONE_THREAD_PX = 1280 * 720
"""Images up to this size are decoded by one thread, which takes 2.4 instead of 3.0 ms of processor time for the three
streams of a frame of 640 x 480."""
_FAR = 40
"""To reach a frame at most this far ahead, the frames before it are decoded; otherwise the file is searched."""


@dataclass(frozen=True, slots=True)
class TrackFrame:
    """A decoded image with its number and its time in seconds from the start of the file."""

    image: Image
    time_s: float
    number: int


class VideoTrack:
    """The images of one video file.

    `read` returns the next image, and `seek` selects it. `width` and `height` are those of the returned images, i.e.
    after rotation. `frame_count` is the container's frame count, None if it has none.

    Raises:
        UserError: the file does not exist or is not a video, or depth is not 16-bit grey.
    """

    def __init__(self, path: Path, stream: Stream = "rgb") -> None:
        self.path = path
        self.stream = stream
        self.damaged = 0
        """Number of images that could not be decoded."""
        self._ends_early = False
        self._torn = False
        self.hdr = ""
        """`PQ` or `HLG` if the images were converted from it to standard range; else empty."""
        self._start_pts: int | None = None
        self._times: list[int] | None = None
        self._joined = False
        self._checked: bool | None = None
        self._position = 0
        self._last_time_s = -1.0
        self._open()
        first = self._next_frame()
        if first is None:
            self.close()
            raise UserError(f"{path}: no image can be decoded; the file is damaged or not a video.")
        self._pending: tuple[Any, int] | None = first
        try:
            self._coded = (first[0].width, first[0].height)
            image = self._image(first[0])
        except (av.error.FFmpegError, OSError, ValueError) as error:
            self.close()
            raise UserError(f"{path}: {error}.") from None
        self.height, self.width = image.shape[:2]
        self.dtype = image.dtype

    def _open(self) -> None:
        if not self.path.exists():
            raise UserError(f"{self.path}: no such file.")
        if self.path.is_dir():
            raise UserError(f"{self.path}: is a folder, not a video file.")
        if not is_regular(self.path):
            raise UserError(f"{self.path}: is not a regular file; save its content to a file first.")
        try:
            # With the prefix, no file name is read as a protocol.
            self._container = av.open(f"file:{self.path}", **_OPEN)
        except (av.error.FFmpegError, OSError, ValueError) as error:
            if self.path.stat().st_size == 0:
                raise UserError(f"{self.path}: the file is empty.") from None
            if isinstance(error, PermissionError):
                raise UserError(f"{self.path}: cannot be read; check its permissions.") from None
            if self.path.suffix.lower() in (".mp4", ".mov", ".m4v"):
                hint = "is not a video, or was cut off before its index (moov) was written"
            else:
                hint = "is not a video that FFmpeg can read"
            raise UserError(f"{self.path}: {hint}.") from None
        streams = [one for one in self._container.streams.video if one.codec_context is not None]
        if not streams:
            self._container.close()
            raise UserError(f"{self.path}: has no video stream that FFmpeg can decode.")
        video = self._chosen(streams)
        self._index = video.index
        context = video.codec_context
        if context.width * context.height > MAX_IMAGE_PX:
            self._container.close()
            raise UserError(f"{self.path}: {context.width} x {context.height} pixels are too many; make it smaller.")
        # The size of a stream can change later.
        context.options = {"max_pixels": str(MAX_IMAGE_PX)}
        _set_threads(video)
        self._video = video
        self._time_base = float(video.time_base or Fraction(1, 90000))
        self._format = self._container.format.name
        self._aspect = pixel_aspect(video)
        width, height = square_size(context.width, context.height, self._aspect)
        if width * height > MAX_IMAGE_PX:
            self._container.close()
            raise UserError(f"{self.path}: {width} x {height} pixels are too many; make it smaller.")
        self.fps = 30.0
        rate = float(video.average_rate or 0)
        self.fps = rate if 0 < rate <= _USUAL_FPS else self._measured_fps() or min(rate, 1000.0) or 30.0
        self.frame_count: int | None = int(video.frames) or None
        self.duration_s: float | None = None
        if video.duration and video.time_base:
            self.duration_s = float(video.duration * video.time_base)
        elif self._container.duration:
            self.duration_s = self._container.duration / 1e6
        self._decoder = self._decode()

    def _decode(self) -> Iterator[tuple[Any, int]]:
        """Yield decoded frames with their presentation time in ticks of the stream."""
        times = PacketTimes(self._format, self._time_base, self.fps)
        last = self._start_pts
        packets = self._container.demux(self._video)
        broken = False
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except (av.error.FFmpegError, OSError):
                self._ends_early = True
                return
            time = times.place(packet) if packet.size else 0
            if packet.size and packet.is_keyframe:
                broken = False
            if packet.size and (broken or not self._intact(packet)):
                # The decoder would conceal this packet, and those that depend on it, with older images.
                self.damaged += 1
                broken = True
                continue
            if packet.size:
                self._torn = False
                times.decoding(time)
            try:
                frames = packet.decode()
            except (av.error.FFmpegError, OSError):
                if packet.size:
                    self.damaged += 1
                    times.failed(time)
                continue
            for frame in frames:
                last = times.shown(frame.pts, last)
                if frame.is_corrupt:
                    self.damaged += 1
                    continue
                yield frame, last

    def _chosen(self, streams: list[Any]) -> Any:
        """Return the main video stream of a file that also has cover pictures or smaller versions."""
        if len(streams) == 1:
            return streams[0]
        packets = dict.fromkeys((one.index for one in streams), 0)
        with av.open(f"file:{self.path}", **_OPEN) as container:
            try:
                for number, packet in enumerate(container.demux(video=[*range(len(streams))])):
                    packets[packet.stream.index] = packets.get(packet.stream.index, 0) + bool(packet.size)
                    if number >= _LOOKED_AT:
                        break
            except (av.error.FFmpegError, OSError):
                pass

        def worth(one: Any) -> tuple[bool, bool, int, bool]:
            cover = bool(one.disposition & Disposition.attached_pic)
            several = packets[one.index] > 1
            pixels = one.codec_context.width * one.codec_context.height
            return several, not cover, pixels, bool(one.disposition & Disposition.default)

        return max(streams, key=worth)

    def _measured_fps(self) -> float:
        """Return the frame rate measured from the time stamps; 0.0 if it cannot be measured.

        Files from browsers have no frame rate, and FFmpeg then reports that of the time base, 1,000 per second.
        """
        times: list[int] = []
        with av.open(f"file:{self.path}", **_OPEN) as container:
            placed = PacketTimes(self._format, self._time_base, 30.0)
            try:
                for packet in container.demux(container.streams[self._index]):
                    if packet.size:
                        times.append(placed.place(packet))
                    if len(times) >= _LOOKED_AT:
                        break
            except (av.error.FFmpegError, OSError):
                pass
        gaps = np.diff(np.unique(times))
        if len(gaps) == 0:
            return 0.0
        # Ignore pauses, because a recording in a browser can be interrupted.
        usual = gaps[gaps <= 4 * float(np.median(gaps))]
        fps = 1.0 / (float(np.mean(usual)) * self._time_base)
        return fps if 0 < fps <= 1000 else 0.0

    def _intact(self, packet: Any) -> bool:
        if packet.is_corrupt:
            # FFmpeg marks packets that are only partly in the file.
            self._torn = True
            return False
        if self._video.codec_context.name != "ffv1":
            return True
        data = bytes(packet)
        if self._checked is None:
            # The first packet shows whether this file has checksums.
            self._checked = slices_intact(data)
        return not self._checked or slices_intact(data)

    def _next_frame(self) -> tuple[Any, int] | None:
        found = next(self._decoder, None)
        if found is not None and self._start_pts is None:
            self._start_pts = found[1]
        return found

    def _image(self, frame: Any) -> Image:
        """Return a decoded frame as the stream's array; raise ValueError if the format is not suitable."""
        name = frame.format.name
        if self.stream == "depth" and name not in _GREY_16:
            raise ValueError(
                f"depth must be 16-bit grey video (FFV1, gray16le), but this is {name}, which cannot store distances"
            )
        transfer = int(getattr(frame, "color_trc", 0) or 0)
        image: Image
        if self.stream == "rgb" and hdr_name(transfer):
            self.hdr = hdr_name(transfer)
            image = standard_range(frame, transfer)
        elif self.stream == "rgb":
            image = frame.to_ndarray(format="rgb24")
        elif self.stream == "depth" and name != "gray16le":
            # FFmpeg would scale 12 bits to 16, so that 522 mm would become 8,354.
            image = _grey_values(frame)
        elif name in _GREY_16:
            image = frame.to_ndarray() if name == "gray16le" else frame.to_ndarray(format="gray16le")
        else:
            image = frame.to_ndarray(format="gray")
        image = upright(with_square_pixels(image, self._aspect, exact=self.stream == "depth"), frame)
        check_image(image, self.stream)
        return image

    def _time_s(self, pts: int) -> float:
        return (pts - (self._start_pts or 0)) * self._time_base

    @property
    def cut_off(self) -> bool:
        """Whether the file ends in the middle of its data; incomplete packets before its end do not count."""
        return self._ends_early or self._torn

    @property
    def position(self) -> int:
        """Number of the image that `read` returns next."""
        return self._position

    def read(self) -> TrackFrame | None:
        """Return the next image; None at the end. Times never decrease."""
        while True:
            found, self._pending = (self._pending or self._next_frame()), None
            if found is None:
                return None
            frame, pts = found
            try:
                if (frame.width, frame.height) != self._coded:
                    # The size changes within the file, but a source has one size.
                    frame = frame.reformat(width=self._coded[0], height=self._coded[1])
                image = self._image(frame)
            except (av.error.FFmpegError, OSError, ValueError):
                # The pixel format changes within the file, to one that the stream cannot have.
                self.damaged += 1
                continue
            if image.shape[:2] != (self.height, self.width) or image.dtype != self.dtype:
                self.damaged += 1
                continue
            # After damage, only the time stamps show how many images were lost.
            number = bisect_left(self._all_times(), pts) if self.damaged else self._position
            self._position = number + 1
            self._last_time_s = max(self._last_time_s, self._time_s(pts), 0.0)
            return TrackFrame(image, self._last_time_s, number)

    def seek(self, index: int) -> None:
        """Make `read` return image `index` next, or the first readable one after it; None beyond the end.

        Raises:
            ValueError: `index` is negative.
        """
        if index < 0:
            raise ValueError("index must not be negative")
        if self._position <= index <= self._position + _FAR and not self.damaged:
            self._skip_to(index)
            return
        times = self._all_times()
        self._last_time_s = -1.0
        self._pending = None
        if index >= len(times):
            self._position = index
            self._decoder = iter(())
            return
        target = times[index]
        try:
            if self._joined:
                # Times in the file are not unique, so read from the beginning.
                self._container.close()
                self._container = av.open(f"file:{self.path}", **_OPEN)
                self._video = self._container.streams[self._index]
                _set_threads(self._video)
            else:
                self._container.seek(target, stream=self._video, backward=True, any_frame=False)
        except (av.error.FFmpegError, OSError, ValueError, OverflowError):
            # The index is damaged; treat the image as one beyond the end.
            self._position = index
            self._decoder = iter(())
            return
        self._decoder = self._decode()
        self._position = index
        while (found := self._next_frame()) is not None:
            if found[1] >= target:
                self._pending = found
                self._position = bisect_left(times, found[1])
                return

    def _skip_to(self, index: int) -> None:
        while self._position < index:
            found, self._pending = (self._pending or self._next_frame()), None
            if found is None:
                self._position = index
                return
            self._position += 1

    def count(self) -> int:
        """Return the number of images, counted by reading the packets without decoding them."""
        return len(self._all_times())

    def _all_times(self) -> list[int]:
        if self._times is None:
            times = []
            with av.open(f"file:{self.path}", **_OPEN) as container:
                video = container.streams[self._index]
                placed = PacketTimes(self._format, self._time_base, self.fps)
                try:
                    for packet in container.demux(video):
                        if not packet.size or packet.is_discard:
                            continue
                        times.append(placed.place(packet))
                except (av.error.FFmpegError, OSError):
                    self._ends_early = True
            self._times = sorted(times)
            self._joined = placed.joined
        return self._times

    def close(self) -> None:
        """Release the file."""
        self._container.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _set_threads(video: Any) -> None:
    """Decode small images in the calling thread, and large ones in as many threads as FFmpeg chooses."""
    context = video.codec_context
    if context.width * context.height <= _ONE_THREAD_PX:
        context.thread_count = 1
    else:
        video.thread_type = "AUTO"


def _grey_values(frame: Any) -> Image:
    """Return the unscaled values of a grey frame of 9 to 16 bits, uint16 (H, W)."""
    plane = frame.planes[0]
    kind = ">u2" if frame.format.name.endswith("be") else "<u2"
    values = np.frombuffer(plane, kind).reshape(-1, plane.line_size // 2)[: frame.height, : frame.width]
    return np.ascontiguousarray(values, np.uint16)
