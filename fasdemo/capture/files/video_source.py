"""A video file as a source, with optional depth and infrared videos."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from fasdemo.capture.files.playback import PlayedSource
from fasdemo.capture.files.session_source import neighbours_of
from fasdemo.capture.source import SourceInfo
from fasdemo.errors import UserError
from fasdemo.frames import Depth, FrameSet, Ir, Rgb, Stream
from fasdemo.sessions.video.video_track import VideoTrack

_COUNTABLE_BYTES = 2 * 1024**3
"""Larger files without a frame count in their header are played without a known length, because counting is slow."""


class VideoSource(PlayedSource):
    """A colour video that FFmpeg can read, with optional depth and infrared videos that are registered to it.

    A frame with damaged colour is left out and counted as lost; damaged depth or infrared is a missing stream.

    Args:
        path: the colour video.
        depth: 16-bit grey video (e.g. FFV1) with the same number of frames.
        ir: grey video with the same number of frames.
        depth_scale: metres per unit of `depth`.
        realtime: see `PlayedSource`.
        loop: see `PlayedSource`.

    Raises:
        UserError: a file is missing or unreadable, or the numbers of frames differ.
    """

    def __init__(
        self,
        path: Path,
        *,
        depth: Path | None = None,
        ir: Path | None = None,
        depth_scale: float = 0.001,
        realtime: bool = False,
        loop: bool = False,
    ) -> None:
        super().__init__(realtime=realtime, loop=loop)
        self._path = path
        self._depth_scale = depth_scale
        self._tracks: dict[Stream, VideoTrack] = {}
        self._expected = 0
        self._sought = False
        self._lost = 0
        self._side_lost: dict[Stream, int] = {}
        self._missing_at_end = 0
        given: tuple[tuple[Stream, Path | None], ...] = (("rgb", path), ("depth", depth), ("ir", ir))
        try:
            for stream, file in given:
                if file is not None:
                    self._tracks[stream] = VideoTrack(file, stream)
            self._count = self._common_length()
        except UserError:
            self._close()
            raise
        color = self._tracks["rgb"]
        self._info = SourceInfo(
            name=path.name,
            kind="video",
            live=False,
            declared=frozenset(self._tracks),
            width=color.width,
            height=color.height,
            fps=color.fps,
            frame_count=self._count,
            depth_scale=depth_scale,
            capable=neighbours_of(path),
        )

    def _common_length(self) -> int | None:
        color = self._tracks["rgb"]
        if len(self._tracks) == 1:
            if color.frame_count is None and self._path.stat().st_size > _COUNTABLE_BYTES:
                return None
            return color.frame_count or color.count()
        count = color.count()
        for stream, track in self._tracks.items():
            if track.count() != count:
                raise UserError(
                    f"{self._path} has {count} frames and {track.path} ({stream}) has {track.count()}; "
                    "give files of one recording, with the same number of frames."
                )
        return count

    @property
    def info(self) -> SourceInfo:
        """Facts about the files."""
        return self._info

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences about what could not be read so far."""
        found = []
        color = self._tracks["rgb"]
        if color.hdr:
            found.append(f"{self._path.name}: is HDR video ({color.hdr}); it is converted to standard dynamic range.")
        if color.end.films > 1 and not self._is_beyond_first:
            found.append(
                f"{self._path.name}: {color.end.films} videos are joined in it, of which only the first is read; "
                "separate them."
            )
        if color.hidden > max(2, (self._count or 0) // 100):
            found.append(f"{self._path.name}: its edit list hides {color.hidden} images, so they are not shown.")
        missing = self._lost + (0 if self._sought else self._missing_at_end)
        total = max(self._count or 0, self._expected + self._missing_at_end)
        if missing or color.cut_off:
            why = "the file was cut off" if color.cut_off else "the file is damaged"
            share = f" ({100 * missing / total:.0f} %)" if total and missing else ""
            lost = f"{missing} of {total} frames{share} could not be read" if missing else "its end could not be read"
            found.append(f"{self._path.name}: {lost}; {why}.")
        for stream, count in self._side_lost.items():
            found.append(f"{self._tracks[stream].path.name}: {count} {stream} images could not be read.")
        return tuple(found)

    @property
    def _is_beyond_first(self) -> bool:
        """Whether images of a second joined film were read."""
        count = self._tracks["rgb"].frame_count
        return count is not None and self._expected > count

    def _next(self) -> FrameSet | None:
        color = self._tracks["rgb"].read()
        if color is None:
            if self._count is not None:
                self._missing_at_end = self._tracks["rgb"].missing_after(self._expected)
            return None
        lost = color.number - self._expected
        self._expected = color.number + 1
        self._lost += max(lost, 0)
        sides: dict[Stream, Depth | Ir] = {}
        faults: list[str] = []
        for stream, track in self._tracks.items():
            if stream == "rgb":
                continue
            if track.position != color.number:
                track.seek(color.number)
            found = track.read() if track.position == color.number else None
            if found is not None and found.number == color.number:
                sides[stream] = found.image
            else:
                faults.append(f"{stream}_missing")
                self._side_lost[stream] = self._side_lost.get(stream, 0) + 1
        return FrameSet(
            index=color.number,
            timestamp_s=color.time_s,
            rgb=cast(Rgb, color.image),  # a colour track gives rgb24
            depth=cast("Depth | None", sides.get("depth")),  # depth tracks have 16 bits, see `VideoTrack`
            depth_scale=self._depth_scale,
            ir=sides.get("ir"),
            declared=self._info.declared,
            lost_before=max(lost, 0),
            faults=tuple(faults),
        )

    def _go_to(self, index: int) -> None:
        # Each pass of a loop counts its own lost frames, so that they do not add up.
        if index == 0:
            self._lost = 0
            self._side_lost.clear()
        else:
            self._sought = True
        for track in self._tracks.values():
            track.seek(index)
        self._expected = self._tracks["rgb"].position

    def _close(self) -> None:
        for track in self._tracks.values():
            track.close()
