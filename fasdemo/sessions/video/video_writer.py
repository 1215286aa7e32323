"""Write images as a video file."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt

from fasdemo.frames import Stream
from fasdemo.sessions.image_codec import Image, check_image


class VideoTrackWriter:
    """A writer of one stream as a video: colour as H.264 in MP4, depth and infrared as lossless FFV1 in Matroska.

    Both containers are written in such a way that the file of a killed process is readable up to its last half second.

    Args:
        path: the new file.
        stream: stream of the images.
        fps: frames per second.
        crf: quality of H.264, smaller is better; not used for depth and infrared.

    Raises:
        OSError: the file cannot be written.
    """

    def __init__(self, path: Path, stream: Stream, fps: float, crf: int = 16) -> None:
        self.path = path
        self.stream = stream
        self._rate = Fraction(fps).limit_denominator(1001)
        self._crf = crf
        self._count = 0
        self._size: tuple[int, ...] = ()
        self._video: Any = None
        options = (
            {"movflags": "frag_keyframe+empty_moov+default_base_moof", "frag_duration": "500000"}
            if stream == "rgb"
            else {"cluster_time_limit": "500", "flush_packets": "1"}
        )
        try:
            self._container = av.open(
                str(path), "w", format="mp4" if stream == "rgb" else "matroska", container_options=options
            )
        except av.error.FFmpegError as error:
            raise OSError(error.errno, error.strerror, str(path)) from None

    def _start(self, image: Image) -> None:
        height, width = image.shape[:2]
        if self.stream == "rgb":
            # 4:2:0 needs even sides, so odd sizes use chroma at full resolution.
            pixels = "yuv420p" if height % 2 == 0 and width % 2 == 0 else "yuv444p"
            codec, options = "libx264", {"preset": "veryfast", "crf": str(self._crf), "bf": "0", "g": "30"}
        else:
            pixels = "gray16le" if image.dtype == np.uint16 else "gray"
            codec, options = "ffv1", {"level": "3", "g": "1", "slicecrc": "1"}
        self._video = self._container.add_stream(codec, rate=self._rate, options=options)
        self._video.width, self._video.height, self._video.pix_fmt = width, height, pixels
        self._size = image.shape

    def write(self, image: Image) -> None:
        """Append one image.

        Raises:
            ValueError: the size or dtype is not that of the first image, or is wrong for the stream.
            OSError: the disk is full, or the file cannot be written.
        """
        check_image(image, self.stream)
        if self._video is None:
            self._start(image)
        if image.shape != self._size:
            raise ValueError(f"{self.path.name}: the image size changes from {self._size} to {image.shape}")
        layout = "rgb24" if self.stream == "rgb" else ("gray16le" if image.dtype == np.uint16 else "gray")
        pixels: npt.NDArray[Any] = np.ascontiguousarray(image)
        frame = av.VideoFrame.from_ndarray(pixels, format=layout)
        frame.pts = self._count
        frame.time_base = 1 / self._rate
        self._count += 1
        self._mux(frame)

    def _mux(self, frame: Any) -> None:
        try:
            for packet in self._video.encode(frame):
                self._container.mux(packet)
        except av.error.FFmpegError as error:
            raise OSError(error.errno, error.strerror, str(self.path)) from None

    def close(self) -> None:
        """Write the remaining packets and close the file.

        Raises:
            OSError: the disk is full, or the file cannot be written.
        """
        if self._video is not None:
            self._mux(None)
        try:
            self._container.close()
        except av.error.FFmpegError as error:
            raise OSError(error.errno, error.strerror, str(self.path)) from None
