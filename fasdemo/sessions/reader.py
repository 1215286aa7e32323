"""Read the frames of a session in any order.

Sessions are untrusted: names are checked and images are verified. An image that is missing, unreadable or of the wrong
type gives a missing stream with a fault (`rgb_missing`, `depth_missing`, `ir_missing`). It never raises an exception
and is never replaced by the previous image. A missing colour image is black.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self, cast

import numpy as np

from fasdemo.bounded_file import read_bounded
from fasdemo.errors import UserError
from fasdemo.frames import STREAMS, Calibration, Depth, FrameSet, Rgb, Stream
from fasdemo.sessions.description import edited_files
from fasdemo.sessions.image_codec import MAX_FILE_BYTES, Image, decode_image, recorded_format
from fasdemo.sessions.loading import count_problems, load_session
from fasdemo.sessions.row_clock import on_frame_clock
from fasdemo.sessions.rows import Rows, load_rows, markers_in, shortened
from fasdemo.sessions.schema import FRAMES_FILE
from fasdemo.sessions.session_lock import who_holds
from fasdemo.sessions.video.video_track import VideoTrack
from fasdemo.sessions.writer import VIDEO_FILES

_SAME_RATE, _SAME_STEP = 0.005, 0.05
"""Largest relative differences of a video's rate, or of one step, from those of the session for which its times are
checked."""


class SessionReader:
    """The frames of a session, with `len(reader)`, `reader[index]` and iteration.

    Attributes:
        folder: the session's folder.
        session: the checked `session.json`.
        rows: the checked rows of `frames.csv`.
        markers: indexes of the frames that the operator has marked, ascending.
        calibration: calibration of the cameras; None if the session has none.

    Raises:
        UserError: the folder is not a session, or its format is not valid.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.session = load_session(folder)
        found = load_rows(folder, self.session)
        times = on_frame_clock((row.timestamp_s, row.times) for row in found.rows)
        self.rows = [replace(row, times=of_row) for row, of_row in zip(found.rows, times, strict=True)]
        if not self.rows:
            raise UserError(f"{folder}: the session has no frames.")
        self.calibration: Calibration | None = (
            None if self.session.calibration is None else self.session.calibration.value()
        )
        self.unreadable: dict[str, str] = {}
        """Files that could not be used so far, and why."""
        self._state_warnings = []
        if self.session.state == "open" or found.cut:
            busy = who_holds(folder)
            self._state_warnings.append(
                f"{folder.name}: is still being recorded; only the frames so far are read."
                if busy
                else f"{folder.name}: the recording was never completed; run `fasdemo sessions repair` on it."
            )
        for sentence in edited_files(folder, self.session):
            self._state_warnings.append(f"{folder.name}: {sentence}; run `fasdemo sessions verify` for details.")
        if found.skipped:
            count = "1 row" if found.skipped == 1 else f"{found.skipped} rows"
            self._state_warnings.append(
                f"{folder.name}: {count} of {FRAMES_FILE} cannot be used and count as lost ({found.problem}); "
                "`fasdemo sessions repair` removes them."
            )
        self.markers, beyond = markers_in(self.session.markers, found)
        if beyond and self.session.state == "complete":
            self._state_warnings.append(
                f"{folder.name}: {beyond} of its markers are beyond the last frame; "
                "`fasdemo sessions repair` removes them."
            )
        for sentence in count_problems(folder):
            self._state_warnings.append(f"{folder.name}: {sentence}; run `fasdemo sessions repair` to correct it.")
        self._root = folder.resolve()
        self._shapes: dict[Stream, tuple[tuple[int, ...], np.dtype[np.generic]]] = {}
        self._tracks: dict[Stream, VideoTrack | None] = {}
        self._before: dict[Stream, tuple[int, float]] = {}
        self._paced: set[Stream] = set()
        self._ordinals = self._video_ordinals(found) if self.session.container == "video" else {}

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences for the user about damage and incompleteness; their number grows while frames are read."""
        found = list(self._state_warnings)
        if self.unreadable:
            name, reason = next(iter(self.unreadable.items()))
            more = f" and {len(self.unreadable) - 1} more" if len(self.unreadable) > 1 else ""
            found.append(f"{self.folder.name}: {name}{more} cannot be used: {reason}.")
        return tuple(found)

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[FrameSet]:
        for index in range(len(self)):
            yield self[index]

    def __getitem__(self, index: int) -> FrameSet:
        if not 0 <= index < len(self.rows):
            raise IndexError(index)
        row = self.rows[index]
        images: dict[Stream, Image | None] = dict.fromkeys(STREAMS)
        faults: list[str] = []
        for stream in STREAMS:
            if stream not in self.session.streams:
                continue
            images[stream] = self._image(index, stream)
            if images[stream] is None:
                faults.append(f"{stream}_missing")
        rgb = images["rgb"]
        if rgb is None:
            rgb = np.zeros((self.session.height, self.session.width, 3), np.uint8)
        return FrameSet(
            index=index,
            timestamp_s=row.timestamp_s,
            rgb=cast(Rgb, rgb),  # `_image` gives each stream its type
            depth=cast("Depth | None", images["depth"]),  # as above
            depth_scale=self.session.depth_scale,
            ir=images["ir"],
            calibration=self.calibration,
            declared=frozenset(self.session.streams),
            times=row.times,
            emitter_on=row.emitter_on,
            truth=row.truth,
            lost_before=row.lost_before,
            faults=tuple(faults),
            depth_filters=() if self.session.camera is None else self.session.camera.depth_filters,
        )

    def _image(self, index: int, stream: Stream) -> Image | None:
        name = self.rows[index].files.get(stream)
        video = self.session.container == "video"
        if name is None and not (video and index in self._ordinals.get(stream, {})):
            return None
        label = f"{VIDEO_FILES[stream]}, frame {index}" if video else str(name)
        try:
            image = self._video_image(index, stream) if video else self._file_image(str(name), stream)
            self._check(image, stream)
        except (OSError, ValueError, RuntimeError, UserError) as error:
            # A link that points to itself raises RuntimeError.
            reason = (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
            self.unreadable.setdefault(shortened(label), reason)
            return None
        return image

    def _file_image(self, name: str, stream: Stream) -> Image:
        path = self.folder / name
        if not path.resolve().is_relative_to(self._root):
            raise ValueError("it is a link to a file outside the session's folder")
        data = read_bounded(path, MAX_FILE_BYTES)
        if data and not recorded_format(data):
            raise ValueError("it is neither PNG nor JPEG")
        return decode_image(data, stream)

    def _check(self, image: Image, stream: Stream) -> None:
        """Raise ValueError if an image does not have the size and dtype of its stream.

        The size of colour is that of `session.json`; that of depth and infrared is from the calibration or the first
        image.
        """
        expected = self._shapes.get(stream)
        if expected is None:
            size = (self.session.height, self.session.width)
            shape: tuple[int, ...] = image.shape
            if stream == "rgb":
                shape = (*size, 3)
            elif self.calibration is not None and not self.calibration.registered:
                known = self.calibration.depth if stream == "depth" else self.calibration.ir
                shape = image.shape if known is None else (known.height, known.width)
            expected = (shape, image.dtype)
        if image.shape != expected[0] or image.dtype != expected[1]:
            raise ValueError(
                f"{stream} is {image.dtype} {_size(image.shape)}, but in this session it must be {expected[1]} "
                f"{_size(expected[0])}"
            )
        self._shapes[stream] = expected

    def _video_ordinals(self, found: Rows) -> dict[Stream, dict[int, int]]:
        """Return, by stream, the image number in the video for each row.

        Lost images are not in the video; images of unusable rows are.
        """
        result: dict[Stream, dict[int, int]] = {}
        for stream in self.session.streams:
            present = [number for number, row in enumerate(self.rows) if stream in row.files]
            if present:
                result[stream] = {number: found.taken[number][stream] for number in present}
                continue
            # If no row names a file, every row has an image.
            result[stream] = dict(enumerate(found.places))
        return result

    def _video_image(self, index: int, stream: Stream) -> Image:
        track = self._tracks.get(stream)
        if stream not in self._tracks:
            path = self.folder / VIDEO_FILES[stream]
            if not path.resolve().is_relative_to(self._root):
                raise ValueError("it is a link to a file outside the session's folder")
            self._tracks[stream] = None
            track = self._tracks[stream] = VideoTrack(path, stream)
        if track is None:
            raise ValueError("the video cannot be read")
        ordinal = self._ordinals[stream][index]
        if track.position != ordinal:
            track.seek(ordinal)
        found = track.read()
        if found is None:
            raise ValueError("the video ends before this frame")
        if found.number != ordinal:
            raise ValueError("the video is damaged at this frame")
        if stream == "rgb" or track.codec == "ffv1":
            self._check_time(stream, ordinal, track.start_s + found.time_s, track.fps)
        return found.image

    def _check_time(self, stream: Stream, ordinal: int, time_s: float, video_fps: float) -> None:
        """Raise ValueError if images are missing before an image.

        Recordings have a constant rate, so each image's time is that of its number. Videos of other programs are not
        checked if their rate is not the session's, or if depth or infrared is not FFV1.
        """
        before, before_s = self._before.get(stream, (ordinal, time_s))
        self._before[stream] = ordinal, time_s
        fps = self.session.fps
        if ordinal == before + 1 and abs((time_s - before_s) * fps - 1.0) < _SAME_STEP:
            self._paced.add(stream)
        if abs(video_fps / fps - 1.0) < _SAME_RATE:
            self._paced.add(stream)
        number = round(time_s * fps)
        if stream in self._paced and number != ordinal:
            raise ValueError(f"images are missing before it: the video has image {number} here")

    def close(self) -> None:
        """Release the video files."""
        for track in self._tracks.values():
            if track is not None:
                track.close()
        self._tracks.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _size(shape: tuple[int, ...]) -> str:
    return f"{shape[1]} x {shape[0]}" if len(shape) > 1 else str(shape)
