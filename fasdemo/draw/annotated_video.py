"""Writes the annotated video: what the window shows, as an H.264 file that any player opens."""

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
"""Time base of MPEG transport: fine enough for any camera's time stamps."""


class AnnotatedVideo:
    """A context manager that appends RGB images with their time stamps.

    The file appears under its own name only when it is complete, also after Ctrl-C; an error leaves nothing behind.
    """

    def __init__(self, path: Path) -> None:
        if path.suffix.lower() not in (".mp4", ".mkv", ".mov"):
            raise UserError(f"--output {path}: the ending {path.suffix or '(none)'} is no video; use .mp4.")
        if not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
            raise UserError(f"--output {path}: the folder {path.parent} cannot be written; choose another one.")
        if path.is_dir():
            raise UserError(f"--output {path}: this is a folder; name a file in it.")
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
        """Append one image, uint8 (H, W, 3) RGB; odd borders lose a pixel, as H.264 wants even sizes.

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
            # Time stamps of damaged files may repeat; a container needs them to increase.
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
        return UserError(f"--output {self._path}: cannot be written ({error.strerror or error}); free some space.")

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
        """Put the video under its own name, or leave nothing behind."""
        if keep:
            try:
                self._replacing.close()
            except OSError as error:
                if not quiet:
                    raise self._unwritable(error) from error
        else:
            # An exception tells `replacing` to remove the temporary file.
            self._replacing.__exit__(UserError, UserError(), None)
