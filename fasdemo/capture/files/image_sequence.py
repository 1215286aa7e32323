"""A folder of numbered pictures as a source."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from fasdemo.capture.files.playback import PlayedSource
from fasdemo.capture.files.session_source import neighbours_of
from fasdemo.capture.files.stills import find_stills_and_notes, load_still
from fasdemo.capture.source import SourceInfo
from fasdemo.errors import UserError
from fasdemo.frames import Calibration, FrameSet, Stream

_FPS = 30.0
"""Playback rate, because pictures have no time stamps."""


class ImageSequenceSource(PlayedSource):
    """A folder of pictures, played in natural order of their names; `stills` pairs colour, depth and infrared.

    Pictures that cannot be read are skipped and counted as lost.

    Raises:
        UserError: the folder has no pictures, or the first one cannot be read.
    """

    def __init__(
        self,
        folder: Path,
        *,
        depth_scale: float = 0.001,
        calibration: Calibration | None = None,
        realtime: bool = False,
        loop: bool = False,
    ) -> None:
        super().__init__(realtime=realtime, loop=loop)
        self._stills, self._notes = find_stills_and_notes([folder])
        self._declared: frozenset[Stream] = frozenset().union(*(still.streams for still in self._stills))
        self._depth_scale = depth_scale
        self._calibration = calibration
        self._position = 0
        self._unreadable: dict[int, str] = {}
        first = self._load(0)
        self._info = SourceInfo(
            name=folder.resolve().name,
            kind="images",
            live=False,
            declared=self._declared,
            width=first.rgb.shape[1],
            height=first.rgb.shape[0],
            fps=_FPS,
            frame_count=len(self._stills),
            calibration=calibration,
            depth_scale=depth_scale,
            capable=neighbours_of(folder),
        )

    def _load(self, index: int) -> FrameSet:
        return load_still(
            self._stills[index],
            index,
            depth_scale=self._depth_scale,
            calibration=self._calibration,
            timestamp_s=index / _FPS,
            declared=self._declared,
        )

    @property
    def info(self) -> SourceInfo:
        """Facts about the pictures."""
        return self._info

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences about files that were left out or could not be read so far."""
        if not self._unreadable:
            return tuple(self._notes)
        first = next(iter(self._unreadable.values()))
        return (
            *self._notes,
            f"{len(self._unreadable)} of {len(self._stills)} pictures were skipped; first error: {first}",
        )

    def _next(self) -> FrameSet | None:
        lost = 0
        while self._position < len(self._stills):
            index, self._position = self._position, self._position + 1
            try:
                frame = self._load(index)
            except UserError as error:
                self._unreadable[index] = str(error)
                lost += 1
                continue
            return replace(frame, lost_before=lost) if lost else frame
        return None

    def _go_to(self, index: int) -> None:
        self._position = index

    def _close(self) -> None:
        self._stills = []
