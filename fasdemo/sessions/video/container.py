"""Open a video file with FFmpeg, and find its main stream and frame rate."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.stream import Disposition

from fasdemo.bounded_file import is_regular
from fasdemo.errors import UserError
from fasdemo.sessions.schema import MAX_IMAGE_PX
from fasdemo.sessions.video.packet_times import PacketTimes

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
USUAL_FPS = 120.0
"""Higher frame rates are measured from the time stamps instead."""
_DURATION_TAG = re.compile(r"(\d{1,4}):(\d\d):(\d\d\.\d+)")
_LOOKED_AT = 300
"""Number of packets at the start of a file from which its frame rate and main stream are determined."""
_ONE_THREAD_PX = 1280 * 720
"""Images up to this size are decoded by one thread, which takes 2.4 instead of 3.0 ms of processor time for the three
streams of a frame of 640 x 480."""


def reopen(path: Path, *, edit_list: bool = True) -> Any:
    """Return the PyAV container of a file that was opened before.

    Args:
        path: the video file.
        edit_list: whether images that the edit list of an MP4 file hides are left out, as in a player.

    Raises:
        av.error.FFmpegError, OSError, ValueError: the file can no longer be read.
    """
    how = _OPEN if edit_list else {**_OPEN, "options": {**_OPEN["options"], "ignore_editlist": "1"}}
    # With the prefix, no file name is read as a protocol.
    return av.open(f"file:{path}", **how)


def open_container(path: Path) -> Any:
    """Return the opened PyAV container of a video file.

    Raises:
        UserError: the file does not exist, cannot be read or is not a video.
    """
    if not path.exists():
        raise UserError(f"{path}: no such file.")
    if path.is_dir():
        raise UserError(f"{path}: is a folder, not a video file.")
    if not is_regular(path):
        raise UserError(f"{path}: is not a regular file; save its content to a file first.")
    try:
        return reopen(path)
    except (av.error.FFmpegError, OSError, ValueError) as error:
        if path.stat().st_size == 0:
            raise UserError(f"{path}: the file is empty.") from None
        if isinstance(error, PermissionError):
            raise UserError(f"{path}: cannot be read; check its permissions.") from None
        if path.suffix.lower() in (".mp4", ".mov", ".m4v"):
            hint = "is not a video, or was cut off before its index (moov) was written"
        else:
            hint = "is not a video that FFmpeg can read"
        raise UserError(f"{path}: {hint}.") from None


def packets_of(container: Any, streams: Any) -> Iterator[Any]:
    """Yield the packets of one or more streams in the order of the file; those that end a stream are empty.

    Raises:
        av.error.FFmpegError, OSError: the file cannot be read further.
    """
    try:
        yield from container.demux(streams)
    except IndexError:
        # PyAV raises this after the last packet if another stream appeared in the middle of the file.
        return


def main_stream(path: Path, streams: list[Any]) -> Any:
    """Return the main video stream of a file that also has cover pictures or smaller versions."""
    if len(streams) == 1:
        return streams[0]
    packets = dict.fromkeys((one.index for one in streams), 0)
    with reopen(path) as container:
        try:
            for number, packet in enumerate(packets_of(container, container.streams.video)):
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


def measured_fps(path: Path, index: int, container_format: str, time_base: float) -> float:
    """Return the frame rate measured from the time stamps; 0.0 if it cannot be measured.

    Files from browsers have no frame rate, and FFmpeg then reports that of the time base, 1,000 per second.
    """
    times: list[int] = []
    with reopen(path) as container:
        placed = PacketTimes(container_format, time_base, 30.0)
        try:
            for packet in packets_of(container, container.streams[index]):
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
    fps = 1.0 / (float(np.mean(usual)) * time_base)
    return fps if 0 < fps <= 1000 else 0.0


def stated_end_s(video: Any) -> float | None:
    """Return the end of a stream in seconds from its first image, as its file states it; None if it states none."""
    if video.duration and video.time_base:
        return float(video.duration * video.time_base)
    # Matroska has no field for it; FFmpeg and mkvmerge write a tag for each stream.
    found = _DURATION_TAG.fullmatch(str(video.metadata.get("DURATION", "")))
    return None if found is None else int(found[1]) * 3600 + int(found[2]) * 60 + float(found[3])


def prepare_decoder(video: Any) -> None:
    """Set the limits and threads of a stream's decoder before its first packet."""
    context = video.codec_context
    # The size of a stream can change later. With `explode`, a decoder reports damage that it would otherwise fill with
    # older or grey parts.
    context.options = {"max_pixels": str(MAX_IMAGE_PX), "err_detect": "crccheck+explode"}
    # Decode small images in the calling thread, and large ones in as many threads as FFmpeg chooses.
    if context.width * context.height <= _ONE_THREAD_PX:
        context.thread_count = 1
    else:
        video.thread_type = "AUTO"
