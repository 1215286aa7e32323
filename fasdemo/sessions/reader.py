"""Reads a session at random. Everything in it is untrusted: names are checked, images are verified.

An image that is missing, unreadable or of the wrong kind is a missing stream with a fault (`rgb_missing`,
`depth_missing`, `ir_missing`), never an exception and never the image before. A missing colour image is black.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Self, cast

import numpy as np
from pydantic import ValidationError

from fasdemo.bounded_file import is_regular, read_bounded
from fasdemo.errors import UserError
from fasdemo.frames import STREAMS, Calibration, Depth, FrameSet, Rgb, Stream, StreamTime, Truth
from fasdemo.sessions.image_codec import MAX_FILE_BYTES, Image, decode_image, recorded_format
from fasdemo.sessions.schema import FRAME_COLUMNS, FRAMES_FILE, SESSION_FILE, UNKNOWN, Session
from fasdemo.sessions.video_track import VideoTrack
from fasdemo.sessions.writer import FOLDERS, VIDEO_FILES

_MAX_JSON_BYTES = 64 * 1024 * 1024
_MAX_CSV_BYTES = 128 * 1024 * 1024
_MAX_ROWS = 500_000
"""Four and a half hours at 30 frames a second, which take 0.7 GB."""
_LATEST_S = 1e11
"""Devices count seconds since they were started, or since 1970, of which 1e11 is the year 5138."""
_MOST = 2**62


@dataclass(frozen=True, slots=True)
class FrameRow:
    """One row of `frames.csv`, checked."""

    timestamp_s: float
    files: dict[Stream, str]
    """By stream, relative to the session's folder; absent = lost."""
    times: dict[Stream, StreamTime]
    emitter_on: bool | None
    truth: Truth | None
    lost_before: int


def load_session(folder: Path) -> Session:
    """`session.json` of a folder.

    Raises:
        UserError: no such folder, no session in it, or one that breaks the format.
    """
    if not folder.exists():
        raise UserError(f"{folder}: no such folder.")
    if not folder.is_dir():
        raise UserError(f"{folder}: is a file; a session is a folder with {SESSION_FILE}.")
    path = folder / SESSION_FILE
    if not is_regular(path):
        raise UserError(f"{folder}: has no {SESSION_FILE}, so it is not a session; give the folder that holds one.")
    try:
        content = read_bounded(path, _MAX_JSON_BYTES)
    except ValueError as error:
        raise UserError(f"{path}: cannot be used: {error}; give a session's description.") from None
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror}).") from None
    try:
        return Session.model_validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise UserError(f"{path}: {where}: {first['msg']}; the file is damaged or of another version.") from None


def safe_name(text: str) -> bool:
    """Whether a name in a session stays inside its folder on every system."""
    path = PurePosixPath(text)
    return not (path.is_absolute() or ".." in path.parts or "\\" in text or ":" in text or "\0" in text)


def load_rows(folder: Path, session: Session) -> tuple[list[FrameRow], bool]:
    """`frames.csv`, and whether its last row was cut off and left out.

    Raises:
        UserError: no such file, a row that breaks the format, or a name that leaves the folder.
    """
    path = folder / FRAMES_FILE
    try:
        text = read_bounded(path, _MAX_CSV_BYTES).decode("utf-8")
    except FileNotFoundError:
        raise UserError(f"{folder}: has no {FRAMES_FILE}, so none of its frames can be found.") from None
    except (OSError, UnicodeDecodeError):
        raise UserError(f"{path}: cannot be read; the file is damaged.") from None
    except ValueError as error:
        raise UserError(f"{path}: cannot be used: {error}; it is not a session's.") from None
    cut = not text.endswith("\n")
    if cut:
        text = text[: text.rfind("\n") + 1]
    lines = csv.reader(text.splitlines())
    try:
        return _rows(path, lines, session), cut
    except csv.Error as error:
        raise UserError(f"{path}: line {lines.line_num}: {error}; the file is damaged.") from None


def _rows(path: Path, lines: Iterator[list[str]], session: Session) -> list[FrameRow]:
    header = next(lines, [])
    missing = [name for name in ("timestamp_s", "color") if name not in header]
    if missing or not set(header) <= set(FRAME_COLUMNS) or len(set(header)) < len(header):
        raise UserError(f"{path}: its first line does not name the columns of a session.")
    rows: list[FrameRow] = []
    for number, cells in enumerate(lines, start=2):
        if len(rows) >= _MAX_ROWS:
            raise UserError(f"{path}: more than {_MAX_ROWS} rows.")
        if len(cells) != len(header):
            raise UserError(f"{path}: line {number} has {len(cells)} cells instead of {len(header)}.")
        try:
            rows.append(_row(dict(zip(header, cells, strict=True)), session))
        except ValueError as error:
            raise UserError(f"{path}: line {number}: {_short(str(error))}.") from None
    return rows


def _row(cells: dict[str, str], session: Session) -> FrameRow:
    files: dict[Stream, str] = {}
    times: dict[Stream, StreamTime] = {}
    for stream in session.streams:
        column = FOLDERS[stream]
        name = cells.get(column, "")
        if name:
            if not safe_name(name):
                raise ValueError(f"{name!r} points outside the session's folder, which is refused")
            files[stream] = name
        moment, counter = cells.get(f"{column}_timestamp_s", ""), cells.get(f"{column}_counter", "")
        if moment:
            times[stream] = StreamTime(_seconds(moment), _count(counter) if counter else -1)
    label = cells.get("label", "")
    truth: Truth | None = None
    if label == "live":
        truth = Truth("live")
    elif label == "spoof":
        truth = Truth("spoof", cells.get("species", ""))
    elif label:
        raise ValueError(f"label {label!r} is neither live nor spoof")
    elif session.label == "live":
        truth = Truth("live")
    elif session.label == "spoof":
        truth = Truth("spoof", session.species or "")
    emitter = cells.get("emitter_on", "")
    if emitter not in ("", "0", "1", UNKNOWN):
        raise ValueError(f"emitter_on {emitter!r} is neither 0, 1 nor {UNKNOWN}")
    return FrameRow(
        timestamp_s=_seconds(cells["timestamp_s"]),
        files=files,
        times=times,
        emitter_on=None if emitter in ("", UNKNOWN) else emitter == "1",
        truth=truth,
        lost_before=max(_count(cells.get("lost_before") or "0"), 0),
    )


def _seconds(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text!r} is not a finite number")
    if abs(value) > _LATEST_S:
        raise ValueError(f"{text!r} is no time in seconds")
    return value


def _count(text: str) -> int:
    value = int(text) if len(text) <= 20 else _MOST + 1
    if abs(value) > _MOST:
        raise ValueError(f"{text!r} is too large for a running number")
    return value


def _short(text: str) -> str:
    return text if len(text) <= 200 else text[:200] + "..."


class SessionReader:
    """A session's frames by number: `len(reader)`, `reader[i]`, iteration.

    Attributes:
        session: the checked `session.json`.
        rows: the checked rows of `frames.csv`.
        warnings: sentences about what is incomplete; grows while frames are read.

    Raises:
        UserError: not a session, or one that breaks the format.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.session = load_session(folder)
        self.rows, cut = load_rows(folder, self.session)
        if not self.rows:
            raise UserError(f"{folder}: the session holds no frame.")
        self.calibration: Calibration | None = (
            None if self.session.calibration is None else self.session.calibration.value()
        )
        self.unreadable: dict[str, str] = {}
        """Files that could not be used so far, with the reason."""
        self._state_warnings = []
        if self.session.state == "open" or cut:
            self._state_warnings.append(
                f"{folder.name}: the recording was never completed; run `fasdemo sessions repair` on it."
            )
        self._root = folder.resolve()
        self._shapes: dict[Stream, tuple[tuple[int, ...], np.dtype[np.generic]]] = {}
        self._tracks: dict[Stream, VideoTrack | None] = {}
        self._ordinals = self._video_ordinals() if self.session.container == "video" else {}

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences for the user."""
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
            rgb=cast(Rgb, rgb),
            depth=cast("Depth | None", images["depth"]),
            depth_scale=self.session.depth_scale,
            ir=images["ir"],
            calibration=self.calibration,
            declared=frozenset(self.session.streams),
            times=row.times,
            emitter_on=row.emitter_on,
            truth=row.truth,
            lost_before=row.lost_before,
            faults=tuple(faults),
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
            # RuntimeError: a link that leads to itself.
            reason = (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
            self.unreadable.setdefault(_short(label), reason)
            return None
        return image

    def _file_image(self, name: str, stream: Stream) -> Image:
        path = self.folder / name
        if not path.resolve().is_relative_to(self._root):
            raise ValueError("it is a link that leaves the session's folder")
        data = read_bounded(path, MAX_FILE_BYTES)
        if data and not recorded_format(data):
            raise ValueError("it is neither PNG nor JPEG")
        return decode_image(data, stream)

    def _check(self, image: Image, stream: Stream) -> None:
        """One size and dtype per stream: colour's from session.json, the others' from the calibration or the first."""
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
                f"{stream} is {image.dtype} {_size(image.shape)}, the session's is {expected[1]} {_size(expected[0])}"
            )
        self._shapes[stream] = expected

    def _video_ordinals(self) -> dict[Stream, dict[int, int]]:
        """Row number to number within the stream's video; a lost image takes no place in it."""
        result: dict[Stream, dict[int, int]] = {}
        for stream in self.session.streams:
            present = [number for number, row in enumerate(self.rows) if stream in row.files]
            # Rows without names mean that every row has its image.
            present = present or list(range(len(self.rows)))
            result[stream] = {number: ordinal for ordinal, number in enumerate(present)}
        return result

    def _video_image(self, index: int, stream: Stream) -> Image:
        track = self._tracks.get(stream)
        if stream not in self._tracks:
            path = self.folder / VIDEO_FILES[stream]
            if not path.resolve().is_relative_to(self._root):
                raise ValueError("it is a link that leaves the session's folder")
            self._tracks[stream] = None
            track = self._tracks[stream] = VideoTrack(path, stream)
        if track is None:
            raise ValueError("the video cannot be read")
        ordinal = self._ordinals[stream][index]
        if track.position != ordinal:
            track.seek(ordinal)
        found = track.read()
        if found is None:
            raise ValueError("the video ends before it")
        if found.number != ordinal:
            raise ValueError("the video is damaged here")
        return found.image

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
