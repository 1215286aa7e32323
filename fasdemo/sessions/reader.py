"""Read the frames of a session in any order.

Sessions are untrusted: names are checked and images are verified. An image that is missing, unreadable or of the wrong
type gives a missing stream with a fault (`rgb_missing`, `depth_missing`, `ir_missing`). It never raises an exception
and is never replaced by the previous image. A missing colour image is black.
"""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Self, cast

import numpy as np
from pydantic import ValidationError

from fasdemo.bounded_file import is_regular, read_bounded, read_text
from fasdemo.errors import UserError
from fasdemo.frames import STREAMS, Calibration, Depth, FrameSet, Rgb, Stream, StreamTime, Truth
from fasdemo.sessions.description import edited_files
from fasdemo.sessions.image_codec import MAX_FILE_BYTES, Image, decode_image, recorded_format
from fasdemo.sessions.row_clock import on_frame_clock
from fasdemo.sessions.schema import FRAME_COLUMNS, FRAMES_FILE, SESSION_FILE, UNKNOWN, Session
from fasdemo.sessions.session_lock import who_holds
from fasdemo.sessions.video_track import VideoTrack
from fasdemo.sessions.writer import FOLDERS, VIDEO_FILES

_MAX_JSON_BYTES = 64 * 1024 * 1024
_MAX_CSV_BYTES = 128 * 1024 * 1024
_MAX_ROWS = 500_000
"""Maximum number of rows: 4.6 hours at 30 frames per second, which need 0.7 GB of memory."""
_MAX_TIMESTAMP_S = 1e11
"""Largest time. Devices count seconds since their start or since 1970; 1e11 s after 1970 is the year 5138."""
_MAX_COUNT = 2**62


@dataclass(frozen=True, slots=True)
class FrameRow:
    """A checked row of `frames.csv`."""

    timestamp_s: float
    files: dict[Stream, str]
    """File of each stream, relative to the session's folder; a missing key means that the image was lost."""
    times: dict[Stream, StreamTime]
    emitter_on: bool | None
    truth: Truth | None
    lost_before: int


def load_session(folder: Path) -> Session:
    """Read the `session.json` of a folder; negative counts are read as 0, see `count_problems`.

    Raises:
        UserError: the folder does not exist or is not a session, or the format is not valid.
    """
    return _load(folder)[0]


def count_problems(folder: Path) -> tuple[str, ...]:
    """Return sentences about negative counts in `session.json`.

    Raises:
        UserError: see `load_session`.
    """
    return _load(folder)[1]


def _load(folder: Path) -> tuple[Session, tuple[str, ...]]:
    if not folder.exists():
        raise UserError(f"{folder}: no such folder.")
    if not folder.is_dir():
        raise UserError(f"{folder}: is a file; a session is a folder with {SESSION_FILE}.")
    path = folder / SESSION_FILE
    if not is_regular(path):
        raise UserError(f"{folder}: has no {SESSION_FILE}, so it is not a session; give the folder of a session.")
    try:
        content = read_text(path, _MAX_JSON_BYTES)
    except UnicodeDecodeError:
        raise UserError(f"{path}: is not UTF-8 text; the file is damaged.") from None
    except ValueError as error:
        raise UserError(f"{path}: cannot be used: {error}; give the folder of a session.") from None
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror}).") from None
    try:
        return Session.model_validate_json(content), ()
    except ValidationError as error:
        found = error.errors()
        wrong = [one for one in found if one["loc"] in (("frames",), ("lost",)) and one["type"] == "greater_than_equal"]
        if len(wrong) == len(found):
            counts = {str(one["loc"][0]): 0 for one in wrong}
            session = Session.model_validate_json(json.dumps({**json.loads(content), **counts}))
            return session, tuple(f"{SESSION_FILE}: {name} is negative" for name in counts)
        first = found[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise UserError(f"{path}: {where}: {first['msg']}; the file is damaged or of another version.") from None


def safe_name(text: str) -> bool:
    """Return whether a file name in a session stays inside its folder on every system."""
    path = PurePosixPath(text)
    return not (path.is_absolute() or ".." in path.parts or "\\" in text or ":" in text or "\0" in text)


@dataclass(slots=True)
class Rows:
    """The rows of `frames.csv`.

    Attributes:
        rows: usable rows; an unusable row is counted in `lost_before` of the next usable one.
        cut: whether the last row was cut off and left out.
        skipped: number of unusable rows, because a time, a count or a label in them is not valid.
        problem: the problem of the first unusable row; empty if there is none.
        lost_after: number of unusable rows after the last usable one.
        taken: for each usable row and stream, the number of images in all rows before it, including unusable rows.
        places: for each usable row, its number among all rows.
    """

    rows: list[FrameRow] = field(default_factory=list)
    cut: bool = False
    skipped: int = 0
    problem: str = ""
    lost_after: int = 0
    taken: list[dict[Stream, int]] = field(default_factory=list)
    places: list[int] = field(default_factory=list)


def load_rows(folder: Path, session: Session) -> Rows:
    """Read `frames.csv`; rows that are not valid are left out and counted.

    Raises:
        UserError: the file cannot be read, has no usable row, or contains a path outside the session's folder.
    """
    path = folder / FRAMES_FILE
    header, lines, cut = read_lines(folder)
    found = Rows(cut=cut)
    images: dict[Stream, int] = dict.fromkeys(session.streams, 0)
    number = 1
    try:
        for number, cells in enumerate(lines, start=2):
            if len(found.rows) + found.skipped >= _MAX_ROWS:
                raise UserError(f"{path}: has more than {_MAX_ROWS} rows, which is the limit.")
            named = dict(zip(header, cells, strict=False))
            try:
                if len(cells) != len(header):
                    raise ValueError(f"has {len(cells)} cells instead of {len(header)}")
                row = _row(named, session)
            except _LeavesFolderError as error:
                raise UserError(f"{path}: line {number}: {_short(str(error))}.") from None
            except ValueError as error:
                found.problem = found.problem or f"line {number}: {_short(str(error))}"
                found.skipped += 1
                found.lost_after += 1
            else:
                if found.lost_after:
                    row = replace(row, lost_before=row.lost_before + found.lost_after)
                    found.lost_after = 0
                found.rows.append(row)
                if session.container == "video":
                    found.taken.append(dict(images))
                found.places.append(number - 2)
            for stream in session.streams:
                images[stream] += bool(named.get(FOLDERS[stream]))
    except csv.Error as error:
        raise UserError(f"{path}: line {number + 1}: {error}; the file is damaged.") from None
    if found.skipped and not found.rows:
        raise UserError(f"{path}: no row can be used ({found.problem}).")
    return found


def read_lines(folder: Path) -> tuple[list[str], Iterator[list[str]], bool]:
    """Return the header of `frames.csv`, the cells of its lines, and whether the last line was cut off and left out.

    Raises:
        UserError: the file cannot be read, or its header does not have the columns of a session.
    """
    path = folder / FRAMES_FILE
    try:
        text = read_text(path, _MAX_CSV_BYTES)
    except FileNotFoundError:
        raise UserError(f"{folder}: has no {FRAMES_FILE}, so its frames cannot be read.") from None
    except (OSError, UnicodeDecodeError):
        raise UserError(f"{path}: cannot be read; the file is damaged.") from None
    except ValueError as error:
        raise UserError(f"{path}: cannot be used: {error}; it does not belong to a session.") from None
    cut = not text.endswith("\n")
    if cut:
        text = text[: text.rfind("\n") + 1]
    lines = csv.reader(text.splitlines())
    try:
        header = next(lines, [])
    except csv.Error as error:
        raise UserError(f"{path}: line 1: {error}; the file is damaged.") from None
    missing = [name for name in ("timestamp_s", "color") if name not in header]
    if missing or not set(header) <= set(FRAME_COLUMNS) or len(set(header)) < len(header):
        raise UserError(f"{path}: the header does not have the columns of a session; the file is damaged.")
    return header, lines, cut


class _LeavesFolderError(ValueError):
    """A path outside the session's folder. No recorder writes one, so the whole session is refused."""


def usable(cells: dict[str, str], session: Session) -> bool:
    """Return whether a row is valid; `cells` maps columns to values."""
    try:
        _row(cells, session)
    except ValueError:
        return False
    return True


def _row(cells: dict[str, str], session: Session) -> FrameRow:
    files: dict[Stream, str] = {}
    times: dict[Stream, StreamTime] = {}
    for stream in session.streams:
        column = FOLDERS[stream]
        name = cells.get(column, "")
        if name:
            if not safe_name(name):
                raise _LeavesFolderError(f"{name!r} is outside the session's folder, so the session is refused")
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
        lost_before=_loss(cells.get("lost_before") or "0"),
    )


def _seconds(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text!r} is not a finite number")
    if abs(value) > _MAX_TIMESTAMP_S:
        raise ValueError(f"{text!r} is not a time in seconds")
    return value


def _count(text: str) -> int:
    value = int(text) if len(text) <= 20 else _MAX_COUNT + 1
    if abs(value) > _MAX_COUNT:
        raise ValueError(f"{text!r} is too large for a count")
    return value


def _loss(text: str) -> int:
    value = _count(text)
    if value < 0:
        raise ValueError(f"lost_before {text} is negative")
    return value


def _short(text: str) -> str:
    return text if len(text) <= 200 else text[:200] + "..."


class SessionReader:
    """The frames of a session, with `len(reader)`, `reader[index]` and iteration.

    Attributes:
        folder: the session's folder.
        session: the checked `session.json`.
        rows: the checked rows of `frames.csv`.
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
        for sentence in count_problems(folder):
            self._state_warnings.append(f"{folder.name}: {sentence}; run `fasdemo sessions repair` to correct it.")
        self._root = folder.resolve()
        self._shapes: dict[Stream, tuple[tuple[int, ...], np.dtype[np.generic]]] = {}
        self._tracks: dict[Stream, VideoTrack | None] = {}
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
            # A link that points to itself raises RuntimeError.
            reason = (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
            self.unreadable.setdefault(_short(label), reason)
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
