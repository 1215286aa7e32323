"""The event log: a line at every change of a verdict, with the data needed to review it later.

The format is JSON lines, or CSV if the file's name ends in `.csv`. `docs/events.md` describes the fields.
"""

from __future__ import annotations

import csv
import io
import json
import math
import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fasdemo.bounded_file import read_text
from fasdemo.engine.challenge_report import ChallengeReport
from fasdemo.engine.result import EngineFacts, FaceVerdict, FrameResult, Status
from fasdemo.errors import UserError
from fasdemo.faces.tracker import LOST_AFTER_S
from fasdemo.models.card import Threshold
from fasdemo.outputs import open_output
from fasdemo.spreadsheet import safe_cell, stored_cell

MAX_LINE_CHARS = 1 << 20
"""Maximum length of a line when a log is read."""
MAX_EVENTS = 200_000
"""Maximum number of events when a log is read; a busy door has this number in some months."""
MAX_LOG_BYTES = 64 * 1024 * 1024
_MAX_GAP_S = 1.0
"""Time without a frame after which a verdict ends."""
_MAX_TIMESTAMP_S = 1e11
"""Largest time; 1e11 s after 1970 is the year 5138."""

EventKind = Literal["verdict", "lost", "challenge", "signal", "end"]
Score = Annotated[float, Field(ge=0.0, le=1.0)] | None


class SignalReport(BaseModel):
    """The outcome of a signal to an output on LIVE.

    Attributes:
        output: name of the output.
        track_id: the accepted face.
        sent: whether the signal was sent.
        problem: why it was not sent; empty if it was.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    output: str
    track_id: int
    sent: bool
    problem: str = ""


class Event(BaseModel):
    """A line of the log.

    `verdict`: the status of a face is new or has changed. `lost`: a face is no longer found. `challenge`: a challenge
    was passed, failed or aborted. `signal`: a signal to an output on LIVE was sent or failed. `end`: a part of the log
    is complete; the next part has another source, model or policy, or an earlier time of the same source.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    event: EventKind
    utc: str | None = None
    """Date and time in UTC, ISO 8601; only for cameras."""
    frame: Annotated[int, Field(ge=0)]
    timestamp_s: Annotated[float, Field(ge=-_MAX_TIMESTAMP_S, le=_MAX_TIMESTAMP_S)]
    source: str = ""
    source_id: str = ""
    """Number of the source, if the log is of several ones; else empty."""
    live_source: bool
    model: str
    model_sha256: str
    provider: str
    policy: str
    live_above: float
    spoof_below: float
    track_id: int | None = None
    status: Status | None = None
    previous: Status | None = None
    score: Score = None
    frame_score: Score = None
    reasons: tuple[str, ...] = ()
    per_modality: dict[str, float] = {}
    evidence: dict[str, float | None] = {}
    truth: str | None = None
    """Ground truth, `live` or the attack's species; None if unknown."""
    challenge: ChallengeReport | None = None
    """Sequence, responses and outcome; only in `challenge` events, where it also names the face."""
    signal: SignalReport | None = None
    """Output, face and outcome; only in `signal` events."""


COLUMNS = tuple(Event.model_fields)


class VerdictChanges:
    """A detector of changes of verdicts in successive results of one source at a time.

    Source, model and policy can change at any time. Verdicts do not continue over such a change, and every event
    contains its source, model and policy.
    """

    def __init__(self) -> None:
        self._seen: dict[int, tuple[Status, float]] = {}
        self._last: tuple[FrameResult, EngineFacts] | None = None
        self._newest: tuple[FrameResult, EngineFacts] | None = None
        self._running: ChallengeReport | None = None
        self._ended: ChallengeReport | None = None

    def add(self, result: FrameResult, by: EngineFacts) -> list[Event]:
        """Return the events that the next result causes."""
        events = [] if self._follows(result, by) else self.end()
        self._last = self._newest = (result, by)
        events += self._challenge(result, by)
        for face in result.faces:
            before = self._seen.get(face.track_id)
            self._seen[face.track_id] = (face.status, result.timestamp_s)
            if before is None or before[0] is not face.status:
                events.append(_event("verdict", result, by, face, None if before is None else before[0]))
        present = {face.track_id for face in result.faces}
        for number, (status, seen_s) in list(self._seen.items()):
            gone_s = result.timestamp_s - seen_s
            if number not in present and not 0.0 <= gone_s <= LOST_AFTER_S:
                del self._seen[number]
                events.append(_event("lost", result, by, None, status, number))
        return events

    def signal(self, report: SignalReport) -> list[Event]:
        """Return the event of a signal, with the newest frame's number and time; empty before the first frame."""
        if self._newest is None:
            return []
        event = _event("signal", *self._newest, None, None)
        return [event.model_copy(update={"signal": report})]

    def end(self) -> list[Event]:
        """End the current part, so that its verdicts do not continue; return its `end` event if it has begun."""
        if self._last is None:
            return []
        (result, by), self._last = self._last, None
        self._seen.clear()
        return [*self._aborted(result, by), _event("end", result, by, None, None)]

    def _challenge(self, result: FrameResult, by: EngineFacts) -> list[Event]:
        """Return the event of a challenge that has ended."""
        report, events = result.challenge, []
        if self._running is not None and (report is None or report.number != self._running.number):
            events = self._aborted(result, by)
        self._running = report if report is not None and report.outcome == "running" else None
        if report is not None and self._running is None and report != self._ended:
            self._ended = report
            events.append(_event("challenge", result, by, None, None, challenge=report))
        return events

    def _aborted(self, result: FrameResult, by: EngineFacts) -> list[Event]:
        running, self._running = self._running, None
        if running is None:
            return []
        aborted = running.model_copy(update={"outcome": "aborted", "prompt": ""})
        return [_event("challenge", result, by, None, None, challenge=aborted)]

    def _follows(self, result: FrameResult, by: EngineFacts) -> bool:
        """Return whether a result continues the current part: same source, model and policy, and no gap in time."""
        if self._last is None:
            return True
        last, last_by = self._last
        return (
            (result.source, result.live_source, result.model, result.policy, *_given_by(by))
            == (last.source, last.live_source, last.model, last.policy, *_given_by(last_by))
        ) and 0.0 <= result.timestamp_s - last.timestamp_s <= _MAX_GAP_S


class EventLog:
    """A writer of the log; a context manager that writes the `end` line.

    Every line is complete and flushed before the next one begins. Several sources can write at the same time, each with
    its own `source_id`. Source, model and policy can change at any time.
    Verdicts do not continue over such a change, and every line contains its source, model and policy.

    Args:
        path: file of JSON lines, or CSV if it ends in `.csv`; an existing file is replaced.

    Raises:
        UserError: the file cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._changes: dict[str, VerdictChanges] = {}
        try:
            self._stream = open_output(path, newline="")
        except OSError as error:
            raise UserError(
                f"{path}: the event log cannot be written ({error.strerror}); choose another file."
            ) from error
        self._csv = csv.DictWriter(self._stream, COLUMNS) if path.suffix.lower() == ".csv" else None
        if self._csv is not None:
            self._csv.writeheader()

    @property
    def path(self) -> Path:
        """Path of the log."""
        return self._path

    def add(self, result: FrameResult, by: EngineFacts, source_id: str = "") -> list[Event]:
        """Write and return the events that the next result of a source causes.

        Raises:
            UserError: the disk is full; the log is closed with its last complete line.
        """
        changes = self._changes.setdefault(source_id, VerdictChanges())
        return self._write_all(changes.add(result, by), source_id)

    def signal(self, report: SignalReport, source_id: str = "") -> list[Event]:
        """Write and return the event of a signal.

        Raises:
            UserError: the disk is full; the log is closed with its last complete line.
        """
        changes = self._changes.setdefault(source_id, VerdictChanges())
        return self._write_all(changes.signal(report), source_id)

    def end(self, source_id: str | None = None) -> list[Event]:
        """End the current part of a source, or of all, so that no verdict continues; return the `end` events.

        Raises:
            UserError: the disk is full; the log is closed with its last complete line.
        """
        ended = list(self._changes) if source_id is None else [one for one in self._changes if one == source_id]
        return [event for one in ended for event in self._write_all(self._changes[one].end(), one)]

    def close(self) -> None:
        """Write the last line and close the file; further calls do nothing."""
        if self._stream.closed:
            return
        try:
            self.end()
        finally:
            self._stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.close()
        except UserError:
            if kind is None:
                raise

    def _write_all(self, events: list[Event], source_id: str) -> list[Event]:
        named = [event.model_copy(update={"source_id": source_id}) for event in events] if source_id else events
        for event in named:
            self._write(event)
        return named

    def _write(self, event: Event) -> None:
        content = event.model_dump(mode="json")
        start = None
        try:
            start = self._stream.tell() if self._stream.seekable() else None
            if self._csv is None:
                self._stream.write(json.dumps(content, allow_nan=False) + "\n")
            else:
                self._csv.writerow({name: _cell(value) for name, value in content.items()})
            self._stream.flush()
        except OSError as error:
            self._give_up(start)
            raise UserError(
                f"{self._path}: the event log cannot be written ({error.strerror}); free some space."
            ) from error

    def _give_up(self, start: int | None) -> None:
        """Close the file and remove the incomplete line, which would make the log unreadable."""
        with suppress(OSError):
            self._stream.close()
        if start is not None:
            # A device such as /dev/full cannot be truncated.
            with suppress(OSError):
                os.truncate(self._path, start)


def _given_by(by: EngineFacts) -> tuple[str, str, Threshold]:
    """Return the facts whose change ends a part of the log; warnings are not among them."""
    return by.model_sha256, by.provider, by.threshold


def _event(
    what: EventKind,
    result: FrameResult,
    by: EngineFacts,
    face: FaceVerdict | None,
    previous: Status | None,
    track_id: int | None = None,
    challenge: ChallengeReport | None = None,
) -> Event:
    fields: dict[str, Any] = {
        "event": what,
        "utc": datetime.now(UTC).isoformat(timespec="milliseconds") if result.live_source else None,
        "frame": max(result.frame, 0),
        "timestamp_s": round(min(max(result.timestamp_s, -_MAX_TIMESTAMP_S), _MAX_TIMESTAMP_S), 6),
        "source": result.source,
        "live_source": result.live_source,
        "model": result.model,
        "model_sha256": by.model_sha256,
        "provider": by.provider,
        "policy": result.policy,
        "live_above": by.threshold.live_above,
        "spoof_below": by.threshold.spoof_below,
        "track_id": track_id,
        "previous": previous,
        "challenge": challenge,
    }
    if face is not None:
        fields |= {
            "track_id": face.track_id,
            "status": face.status,
            "score": _rounded(face.score),
            "frame_score": _rounded(face.frame_score),
            "reasons": face.reasons,
            "per_modality": {name: _rounded(value) for name, value in face.per_modality.items()},
            "evidence": {name: _rounded(value) for name, value in face.evidence.items()},
        }
    if result.truth is not None:
        fields["truth"] = result.truth.species or result.truth.label
    return Event(**fields)


def read_events(path: Path) -> list[Event]:
    """Read a log in either format.

    Raises:
        UserError: the file cannot be read, is not an event log, or is too long.
    """
    try:
        stream = io.StringIO(read_text(path, MAX_LOG_BYTES), newline="")
        rows = _csv_rows(stream) if path.suffix.lower() == ".csv" else _json_rows(stream)
        events = []
        for number, row in rows:
            events.append(_parse(row, path, number))
            if len(events) > MAX_EVENTS:
                raise UserError(f"{path}: has more than {MAX_EVENTS} events; split it.")
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror}); give an event log.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise UserError(f"{path}: is not a text file; expected an event log.") from error
    except ValueError as error:
        raise UserError(f"{path}: is not an event log ({error}); give an event log of fasdemo.") from error
    return events


def _parse(row: Any, path: Path, number: int) -> Event:
    try:
        return Event.model_validate(row)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "line"
        raise UserError(
            f"{path}, line {number}: is not an event ({where}: {first['msg']}); give an event log of fasdemo."
        ) from error


def _json_rows(stream: Any) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(iter(lambda: stream.readline(MAX_LINE_CHARS), ""), 1):
        if not line.strip():
            continue
        try:
            yield number, json.loads(line)
        except (ValueError, RecursionError):
            # `_parse` raises the error with the number of the line.
            yield number, None


def _csv_rows(stream: Any) -> Iterator[tuple[int, Any]]:
    for number, row in enumerate(csv.DictReader(stream), 2):
        fields: dict[str, Any] = {}
        for name, text in row.items():
            if text in ("", None):
                continue
            if name in ("per_modality", "evidence", "reasons", "challenge", "signal"):
                try:
                    fields[name] = json.loads(str(text))
                except (ValueError, RecursionError):
                    fields[name] = text
            else:
                fields[str(name)] = stored_cell(str(text))
        yield number, fields


def _cell(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, (dict, list)) else safe_cell(value)


def _rounded(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else round(float(value), 5)
