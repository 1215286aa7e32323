"""Write annotated images as an H.264 video."""

from __future__ import annotations

import os
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import numpy as np
import numpy.typing as npt

from fasdemo.atomic_file import replacing
from fasdemo.errors import UserError

_TICKS = 90_000
"""Ticks per second of the video's time base, as in MPEG transport streams; fine enough for camera time stamps."""


class AnnotatedVideo:
    """A writer of RGB images with their time stamps; a context manager.

    The file gets its name only when it is complete, also after Ctrl-C; after an error it is removed.

    Args:
        path: the video, ending in `.mp4`, `.mkv` or `.mov`.

    Raises:
        UserError: the ending is not one of these, or the file cannot be written.
    """

    def __init__(self, path: Path) -> None:
        if path.suffix.lower() not in (".mp4", ".mkv", ".mov"):
            raise UserError(
                f"output {path}: {path.suffix or 'no ending'} is not a supported video format; use .mp4, .mkv or .mov.",
                parameter="output",
            )
        if not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
            raise UserError(
                f"output {path}: the folder {path.parent} cannot be written; choose another folder.", parameter="output"
            )
        if path.is_dir():
            raise UserError(f"output {path}: this is a folder; give the name of a file.", parameter="output")
        self._path = path
        self._part: Path | None = None
        self._replacing = ExitStack()
        self._container: av.container.OutputContainer | None = None
        self._stream: av.VideoStream | None = None
        self._first_s = 0.0
        self._last_tick = -1

    def __enter__(self) -> Self:
        return self

    def write(self, image: npt.NDArray[np.uint8], timestamp_s: float) -> None:
        """Append one image.

        Args:
            image: uint8 (H, W, 3) RGB; an odd last row or column is cut off, because H.264 needs even sizes.
            timestamp_s: time stamp of the image, seconds.

        Raises:
            UserError: the disk is full or the file cannot be written.
        """
        height, width = image.shape[0] // 2 * 2, image.shape[1] // 2 * 2
        try:
            if self._stream is None:
                self._open(width, height, timestamp_s)
            assert self._stream is not None
            assert self._container is not None
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(image[:height, :width]), format="rgb24")
            # Time stamps of damaged files may repeat, but a container requires increasing ones.
            tick = max(round((timestamp_s - self._first_s) * _TICKS), self._last_tick + 1)
            self._last_tick = tick
            frame.pts, frame.time_base = tick, Fraction(1, _TICKS)
            self._container.mux(self._stream.encode(frame))
        except OSError as error:
            raise self._unwritable(error) from error

    def _open(self, width: int, height: int, timestamp_s: float) -> None:
        self._part = self._replacing.enter_context(replacing(self._path))
        self._container = av.open(f"file:{self._part}", "w")
        stream = self._container.add_stream("libx264", rate=30, options={"crf": "20", "preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.time_base = Fraction(1, _TICKS)
        self._stream, self._first_s = stream, timestamp_s

    def _unwritable(self, error: OSError) -> UserError:
        return UserError(
            f"output {self._path}: cannot be written ({error.strerror or error}); free some space.", parameter="output"
        )

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        keep = kind is None or issubclass(kind, KeyboardInterrupt)
        try:
            if self._container is None or self._stream is None:
                return
            self._container.mux(self._stream.encode(None))
            self._container.close()
        except OSError as broken:
            keep = False
            if kind is None:
                raise self._unwritable(broken) from broken
        finally:
            self._finish(keep=keep and self._stream is not None, quiet=kind is not None)

    def _finish(self, *, keep: bool, quiet: bool) -> None:
        """Give the video its final name, or remove it."""
        if keep:
            try:
                self._replacing.close()
            except OSError as error:
                if not quiet:
                    raise self._unwritable(error) from error
        else:
            # An exception tells `replacing` to remove the temporary file.
            self._replacing.__exit__(UserError, UserError(), None)
