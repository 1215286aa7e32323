"""Read the images of one video file.

Only FFmpeg (through PyAV) gives time stamps, rotation flags and 16-bit grey without a silent
conversion to 8 bits. Damaged images are dropped and counted, because a concealed image shows older contents.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import av
import numpy as np
from av.video.reformatter import VideoReformatter

from fasdemo.errors import UserError
from fasdemo.frames import Stream
from fasdemo.sessions.image_codec import Image, check_image
from fasdemo.sessions.schema import MAX_IMAGE_PX
from fasdemo.sessions.video.container import (
    USUAL_FPS,
    main_stream,
    measured_fps,
    open_container,
    packets_of,
    prepare_decoder,
    reopen,
)
from fasdemo.sessions.video.ffv1_check import slices_intact
from fasdemo.sessions.video.file_end import FileEnd, file_end
from fasdemo.sessions.video.grey_picture import GreyConverter
from fasdemo.sessions.video.packet_index import PacketIndex, StreamPlace
from fasdemo.sessions.video.packet_times import PacketTimes
from fasdemo.sessions.video.transport_check import TransportCheck
from fasdemo.sessions.video.video_color import (
    hdr_name,
    pixel_aspect,
    square_size,
    standard_range,
    upright,
    with_square_pixels,
)

_GREY_16 = tuple(f"gray{bits}{order}" for bits in (9, 10, 12, 14, 16) for order in ("le", "be"))
_JPEG_START = b"\xff\xd8"
_MAX_FAILED = 64
"""Number of damaged packets whose images are still expected; decoders delay images by at most 16 and their threads."""
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
        self._converter = VideoReformatter()
        self._grey = GreyConverter()
        self._ends_early = False
        self._torn = False
        self.hidden = 0
        """Number of images that the edit list of the file hides, known after `missing_after`."""
        self.hdr = ""
        """`PQ` or `HLG` if the images were converted from it to standard range; else empty."""
        self._start_pts: int | None = None
        self._counted: PacketIndex | None = None
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
        self._container = open_container(self.path)
        streams = [one for one in self._container.streams.video if one.codec_context is not None]
        if not streams:
            self._container.close()
            raise UserError(f"{self.path}: has no video stream that FFmpeg can decode.")
        video = main_stream(self.path, streams)
        self._index = video.index
        context = video.codec_context
        if context.width * context.height > MAX_IMAGE_PX:
            self._container.close()
            raise UserError(f"{self.path}: {context.width} x {context.height} pixels are too many; make it smaller.")
        prepare_decoder(video)
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
        self.fps = (
            rate
            if 0 < rate <= USUAL_FPS
            else measured_fps(self.path, self._index, self._format, self._time_base) or min(rate, 1000.0) or 30.0
        )
        self.frame_count: int | None = int(video.frames) or None
        self.duration_s: float | None = None
        if video.duration and video.time_base:
            self.duration_s = float(video.duration * video.time_base)
        elif self._container.duration:
            self.duration_s = self._container.duration / 1e6
        self._transport = TransportCheck(self.path, int(video.id)) if self._format == "mpegts" else None
        self._decoder = self._decode()

    def _decode(self) -> Iterator[tuple[Any, int]]:
        """Yield decoded frames with their presentation time in ticks of the stream."""
        times = PacketTimes(self._format, self._time_base, self.fps)
        last = self._start_pts
        packets = packets_of(self._container, self._video)
        broken = False
        concealed = False
        failed: deque[int] = deque(maxlen=_MAX_FAILED)
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
                    failed.append(time)
                    concealed = True
                continue
            for frame in frames:
                last = times.shown(frame.pts, last)
                # An image after a damaged one can be predicted from it, up to the next one that stands for itself.
                # A decoder can give the damaged image itself after it has reported the damage.
                torn = frame.is_corrupt or last in failed
                concealed = torn or (concealed and not frame.key_frame)
                if concealed:
                    self.damaged += 1
                    continue
                yield frame, last

    def _intact(self, packet: Any) -> bool:
        if packet.is_corrupt:
            # FFmpeg marks packets that are only partly in the file.
            self._torn = True
            return False
        if self._transport is not None and not self._transport.is_whole(packet.pos):
            return False
        codec = self.codec
        if codec == "mjpeg":
            # Without its beginning, an image is decoded with other tables, and the result looks different.
            return bytes(memoryview(packet)[:2]) == _JPEG_START
        if codec != "ffv1":
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
            image = self._converted(frame, "rgb24")
        elif self.stream == "depth" and name != "gray16le":
            # FFmpeg would scale 12 bits to 16, so that 522 mm would become 8,354.
            image = _grey_values(frame)
        elif name in _GREY_16:
            image = self._converted(frame, "gray16le")
        else:
            grey = self._grey.picture(frame)
            image = self._converted(frame, "gray") if grey is None else grey
        image = upright(with_square_pixels(image, self._aspect, exact=self.stream == "depth"), frame)
        check_image(image, self.stream)
        return image

    def _converted(self, frame: Any, pixel_format: str) -> Image:
        # A frame's own conversion makes a context with its own threads for every frame: twice the processor time, and
        # threads pile up until they are collected.
        converter: Any = self._converter
        image: Image = converter.reformat(frame, format=pixel_format, threads=1).to_ndarray()
        return image

    @property
    def codec(self) -> str:
        """FFmpeg's name of the codec."""
        return str(self._video.codec_context.name)

    @property
    def start_s(self) -> float:
        """Presentation time of the first image in the file in seconds."""
        return (self._start_pts or 0) * self._time_base

    def _time_s(self, pts: int) -> float:
        return (pts - (self._start_pts or 0)) * self._time_base

    @property
    def cut_off(self) -> bool:
        """Whether the file ends in the middle of its data; incomplete packets before its end do not count."""
        counted = self._counted is not None and self._counted.ends_early
        return self._ends_early or self._torn or self.end.cut or counted

    @cached_property
    def end(self) -> FileEnd:
        """The state of the end of the file, read from its structure."""
        try:
            return file_end(self.path, self._format)
        except OSError:
            return FileEnd()

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
                    frame = frame.reformat(width=self._coded[0], height=self._coded[1], threads=1)
                image = self._image(frame)
            except (av.error.FFmpegError, OSError, ValueError):
                # The pixel format changes within the file, to one that the stream cannot have.
                self.damaged += 1
                continue
            if image.shape[:2] != (self.height, self.width) or image.dtype != self.dtype:
                self.damaged += 1
                continue
            # After damage, only the time stamps show how many images were lost.
            number = max(bisect_left(self._packets.times, pts), self._position) if self.damaged else self._position
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
        times = self._packets.times
        self._last_time_s = -1.0
        self._pending = None
        if index >= len(times):
            self._position = index
            self._decoder = iter(())
            return
        target = times[index]
        try:
            if self._packets.joined:
                # Times in the file are not unique, so read from the beginning.
                self._container.close()
                self._container = reopen(self.path)
                self._video = self._container.streams[self._index]
                prepare_decoder(self._video)
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
        return len(self._packets.times)

    def missing_after(self, reached: int) -> int:
        """Return how many images the file has or promises after the last one that could be read.

        Args:
            reached: number of images up to the end, those that were lost among them.
        """
        if self.frame_count == reached:
            return 0
        lacking, self.hidden = self._packets.missing(self.frame_count or 0)
        return max(len(self._packets.times) + lacking - reached, 0)

    @property
    def _packets(self) -> PacketIndex:
        if self._counted is None:
            self._counted = PacketIndex(StreamPlace(self.path, self._index, self._format, self._time_base, self.fps))
        return self._counted

    def close(self) -> None:
        """Release the file."""
        self._container.close()
        if self._transport is not None:
            self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _grey_values(frame: Any) -> Image:
    """Return the unscaled values of a grey frame of 9 to 16 bits, uint16 (H, W)."""
    plane = frame.planes[0]
    kind = ">u2" if frame.format.name.endswith("be") else "<u2"
    values = np.frombuffer(plane, kind).reshape(-1, plane.line_size // 2)[: frame.height, : frame.width]
    return np.ascontiguousarray(values, np.uint16)
