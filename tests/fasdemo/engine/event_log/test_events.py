from __future__ import annotations

import csv
import json
import xml.etree.ElementTree as ET
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fasdemo.cli import main as cli
from fasdemo.draw.event_plot import MAX_FACES_PNG, png, svg
from fasdemo.engine.engine import Engine
from fasdemo.engine.event_log.events import COLUMNS, Event, EventLog, SignalReport, read_events
from fasdemo.engine.event_log.timeline import Span, changes_a_minute, parts
from fasdemo.engine.result import FrameResult, Status
from fasdemo.errors import UserError
from fasdemo.frames import Truth
from fasdemo.models.card import Threshold
from tests.support.engine_fixtures import ScriptedFinder, ScriptedScorer, make_engine
from tests.support.scenes import frame


def write(path: Path, kinds: str = "LLLLLLLLLLLLPPPPPPPPPP") -> list[FrameResult]:
    engine = make_engine(0.97)
    results = []
    with EventLog(path) as log:
        for index, kind in enumerate(kinds):
            truth = Truth("live") if kind == "L" else Truth("spoof", "print-flat")
            given_frame = replace(frame(index, "live" if kind == "L" else "print"), truth=truth)
            results.append(engine.process(given_frame))
            log.add(results[-1], engine.facts)
    return results


def spans(events: list[Event]) -> list[Span]:
    """Of a log that is one part."""
    [part] = parts(events)
    return list(part.spans)


@pytest.mark.parametrize("name", ["log.jsonl", "log.csv"])
def test_event_log_writes_a_line_for_every_change_only(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    results = write(path)
    events = read_events(path)
    statuses = [result.faces[0].status for result in results]
    changes = [i for i, status in enumerate(statuses) if i == 0 or status is not statuses[i - 1]]
    verdicts = [event for event in events if event.event == "verdict"]
    assert [event.frame for event in verdicts] == changes
    assert [event.status for event in verdicts] == [statuses[i] for i in changes]
    assert [event.previous for event in verdicts] == [None, *[statuses[i - 1] for i in changes[1:]]]
    assert events[-1].event == "end"
    assert events[-1].frame == len(results) - 1


@pytest.mark.parametrize("name", ["log.jsonl", "log.csv"])
def test_event_log_line_holds_all_facts_of_the_verdict(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    results = write(path)
    event = next(e for e in read_events(path) if e.status is Status.SPOOF)
    face = results[event.frame].faces[0]
    assert event.model_sha256 == "0" * 64
    assert (event.policy, event.live_above, event.spoof_below) == ("balanced", 0.7, 0.3)
    assert event.score == pytest.approx(face.score, abs=1e-4)
    assert event.reasons == face.reasons
    assert event.evidence["plane_residual_mm"] == pytest.approx(face.evidence["plane_residual_mm"], abs=1e-4)
    assert event.truth == "print-flat"
    assert event.live_source is False
    assert event.utc is None


def test_event_log_has_the_time_of_day_for_a_live_camera(tmp_path: Path) -> None:
    engine = make_engine(0.97)
    with EventLog(tmp_path / "log.jsonl") as log:
        given_frame = replace(frame(0), live_source=True, received_s=5.0)
        [event] = log.add(engine.process(given_frame, now_s=5.0), engine.facts)
    assert event.live_source
    assert event.utc is not None
    assert event.utc.endswith("+00:00")


def test_event_log_notes_a_face_that_went_away(tmp_path: Path) -> None:
    finder = ScriptedFinder()
    engine = Engine(ScriptedScorer(0.97), finder)
    with EventLog(tmp_path / "log.jsonl") as log:
        for index in range(10):
            log.add(engine.process(frame(index)), engine.facts)
        finder.faces = []
        for index in range(10, 30):
            log.add(engine.process(frame(index)), engine.facts)
    events = read_events(tmp_path / "log.jsonl")
    assert [event.event for event in events][-2:] == ["lost", "end"]
    assert events[-2].previous is Status.LIVE
    assert spans(events)[-1].end_s == pytest.approx(events[-2].timestamp_s)


def test_lines_are_complete_as_soon_as_they_are_written(tmp_path: Path) -> None:
    engine = make_engine(0.97)
    path = tmp_path / "log.jsonl"
    log = EventLog(path)
    log.add(engine.process(frame(0)), engine.facts)
    assert len(read_events(path)) == 1
    log.close()
    log.close()


def test_csv_opens_in_a_spreadsheet(tmp_path: Path) -> None:
    write(tmp_path / "log.csv")
    with (tmp_path / "log.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert tuple(rows[0]) == COLUMNS
    assert rows[0]["status"] == "UNCERTAIN"


def test_event_log_names_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be written"):
        EventLog(tmp_path / "none" / "log.jsonl")


def test_event_log_ends_with_one_sentence_on_a_full_disk() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full here")
    engine = make_engine()
    log = EventLog(Path("/dev/full"))
    with pytest.raises(UserError, match="free some space"):
        log.add(engine.process(frame(0)), engine.facts)


def test_durations_and_flicker(tmp_path: Path) -> None:
    write(tmp_path / "log.jsonl")
    events = read_events(tmp_path / "log.jsonl")
    found = spans(events)
    assert found[0].start_s == 0.0
    assert all(a.end_s == b.start_s for a, b in pairwise(found))
    assert found[-1].end_s == events[-1].timestamp_s
    changes = sum(event.previous is not None for event in events if event.event == "verdict")
    assert changes_a_minute(events) == pytest.approx(60 * changes / events[-1].timestamp_s)
    assert changes_a_minute([]) is None


def test_event_plot_is_well_formed_and_labelled(tmp_path: Path) -> None:
    write(tmp_path / "log.jsonl")
    events = [event.model_copy(update={"source": "<script>&"}) for event in read_events(tmp_path / "log.jsonl")]
    root = ET.fromstring(svg(events))
    text = "".join(root.itertext())
    assert "LIVE" in text
    assert "SPOOF" in text
    assert "not a live-camera decision" in text
    assert "<script>&" in text
    ET.fromstring(svg([]))


def test_spans_end_at_another_model_source_or_earlier_time(tmp_path: Path) -> None:
    engine = make_engine(0.97)
    results = [engine.process(frame(index)) for index in range(12)]
    assert results[-1].faces[0].status is Status.LIVE
    first = engine.facts
    strict = Threshold(live_above=0.96, spoof_below=0.5, rule="made up", data="none")
    other = replace(first, model_sha256="1" * 64, provider="CUDA", threshold=strict)
    with EventLog(tmp_path / "log.jsonl") as log:
        for result in results:
            log.add(result, first)
        # The same face at the next moment, by another threshold, then in another source, then from the beginning.
        log.add(replace(results[-1], timestamp_s=0.5, policy="strict"), other)
        log.add(replace(results[-1], timestamp_s=0.6, source="other"), first)
        log.add(replace(results[-1], timestamp_s=0.0, source="other"), first)
    events = read_events(tmp_path / "log.jsonl")
    kinds = [event.event for event in events]
    assert kinds == ["verdict", "verdict", "end", "verdict", "end", "verdict", "end", "verdict", "end"]
    assert [event.previous for event in events if event.event == "verdict"] == [
        None,
        Status.UNCERTAIN,
        None,
        None,
        None,
    ]
    # Every line, the ends too, names what it came from.
    assert [event.model_sha256[0] for event in events] == ["0", "0", "0", "1", "1", "0", "0", "0", "0"]
    assert [event.live_above for event in events][2:5] == [0.7, 0.96, 0.96]
    assert [event.policy for event in events][2:6] == ["balanced", "strict", "strict", "balanced"]
    assert [event.source for event in events][-4:] == ["other"] * 4
    assert [len(part.spans) for part in parts(events)] == [2, 1, 1, 1]


def test_spans_end_while_no_frame_comes(tmp_path: Path) -> None:
    engine = make_engine(0.97)
    results = [engine.process(frame(index)) for index in range(12)]
    with EventLog(tmp_path / "log.jsonl") as log:
        for result in results:
            log.add(result, engine.facts)
        log.add(replace(results[-1], timestamp_s=60.0), engine.facts)
    first, second = parts(read_events(tmp_path / "log.jsonl"))
    assert first.spans[-1].status is Status.LIVE
    assert first.spans[-1].end_s == pytest.approx(results[-1].timestamp_s)
    assert second.start_s == 60.0


def test_event_plot_shows_a_log_of_several_parts_part_by_part(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = make_engine(0.97)
    results = [engine.process(frame(index)) for index in range(30)]
    with EventLog(tmp_path / "log.jsonl") as log:
        for name in ("door.mp4", "door.mp4", "lift.mp4"):
            for result in results:
                log.add(replace(result, source=name), engine.facts)
    assert cli.main(["replay", str(tmp_path / "log.jsonl")]) == 0
    out = capsys.readouterr().out
    assert out.count("door.mp4 (recording") == 1
    assert out.count("lift.mp4 (recording") == 1
    assert "opened again" in out
    events = read_events(tmp_path / "log.jsonl")
    assert changes_a_minute(events) == pytest.approx(3 * 60 / (3 * results[-1].timestamp_s))
    root = ET.fromstring(svg(events))
    assert sum("door.mp4" in (element.text or "") for element in root.iter()) >= 2


def test_event_plot_writes_the_same_picture_as_png(tmp_path: Path) -> None:
    write(tmp_path / "log.jsonl")
    assert cli.main(["replay", str(tmp_path / "log.jsonl"), "--output", str(tmp_path / "log.PNG")]) == 0
    image = cv2.imread(str(tmp_path / "log.PNG"))
    assert image is not None
    root = ET.fromstring(svg(read_events(tmp_path / "log.jsonl")))
    assert image.shape == (2 * int(root.attrib["height"]), 2 * int(root.attrib["width"]), 3)
    # The band: UNCERTAIN is hatched grey, LIVE plain blue, SPOOF hatched vermilion, in this order.
    band = image[2 * 72 + 10 : 2 * 72 + 58, 180:1880, ::-1].reshape(48, 1700, 3)
    places = {
        name: np.flatnonzero((band == colour).all(axis=2).sum(axis=0) > 10)
        for name, colour in (("UNCERTAIN", (153, 153, 153)), ("LIVE", (0, 114, 178)), ("SPOOF", (213, 94, 0)))
    }
    assert all(len(columns) > 20 for columns in places.values())
    assert places["UNCERTAIN"].min() < places["LIVE"].min() < places["SPOOF"].min()
    assert png([])[:4] == b"\x89PNG"


def test_event_plot_of_many_faces_stays_small(tmp_path: Path) -> None:
    write(tmp_path / "log.jsonl", "LLL")
    [first, *_] = read_events(tmp_path / "log.jsonl")
    crowd = [first.model_copy(update={"track_id": number}) for number in range(3000)]
    image = cv2.imdecode(np.frombuffer(png(crowd), np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    assert image.shape[0] < 2 * 50 * (MAX_FACES_PNG + 4)
    assert "of 3000 faces" in svg(crowd)


def test_replay_prints_and_draws(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "log.jsonl")
    assert cli.main(["replay", str(tmp_path / "log.jsonl")]) == 0
    out = capsys.readouterr().out
    assert "LIVE above 0.7" in out
    assert "verdict changes per minute" in out
    assert ET.parse(tmp_path / "log.svg")


@pytest.mark.parametrize(
    "line",
    ["", "nonsense", "[]", "null", "1", "{}", '{"event": "verdict"}', "[" * 5000, '{"event": NaN}', "\x00"],
)
def test_read_events_names_the_line_that_is_no_event(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str
) -> None:
    write(tmp_path / "log.jsonl", "LL")
    path = tmp_path / "log.jsonl"
    good = path.read_text().splitlines()
    path.write_text("\n".join([good[0], line]))
    status = cli.main(["replay", str(path)])
    if line:
        assert status == 2
        assert "line 2" in capsys.readouterr().err
    else:
        assert status == 0
        assert "no end" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["log.jsonl", "log.csv"])
@given(content=st.binary(max_size=300))
def test_any_bytes_are_a_log_or_a_user_error(
    tmp_path_factory: pytest.TempPathFactory, name: str, content: bytes
) -> None:
    path = tmp_path_factory.mktemp("log") / name
    path.write_bytes(content)
    with suppress(UserError):
        read_events(path)


def test_read_events_finds_no_verdict_in_an_empty_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "log.jsonl").write_text("")
    assert cli.main(["replay", str(tmp_path / "log.jsonl")]) == 0
    assert "no verdict" in capsys.readouterr().out


def test_events_command_names_a_missing_log_and_a_wrong_output(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["replay", str(tmp_path / "none.jsonl")]) == 2
    write(tmp_path / "log.jsonl", "LL")
    assert cli.main(["replay", str(tmp_path / "log.jsonl"), "--output", str(tmp_path / "x.pdf")]) == 2
    assert cli.main(["replay", str(tmp_path / "log.jsonl"), "--output", str(tmp_path / "no" / "x.svg")]) == 2
    assert capsys.readouterr().err.count("\n") == 3


def test_events_are_plain_json(tmp_path: Path) -> None:
    write(tmp_path / "log.jsonl", "LLLLLLL")
    for line in (tmp_path / "log.jsonl").read_text().splitlines():
        json.loads(line, parse_constant=lambda name: pytest.fail(name))


@pytest.mark.parametrize("name", ["log.jsonl", "log.csv"])
def test_event_log_has_the_outcome_of_each_signal(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = make_engine(0.97)
    results = [engine.process(frame(index)) for index in range(12)]
    path = tmp_path / name
    sent = SignalReport(output="serial /dev/ttyUSB0", track_id=1, sent=True)
    late = SignalReport(output="http://door", track_id=1, sent=False, problem="is too slow: a signal was dropped")
    with EventLog(path) as log:
        assert log.signal(sent) == [], "nobody was accepted before the first frame"
        for result in results:
            log.add(result, engine.facts)
        log.signal(sent)
        log.end()
        log.signal(late)
    events = read_events(path)
    assert [event.signal for event in events if event.event == "signal"] == [sent, late]
    (part,) = parts(events)
    # A signal neither ends the verdict of its face nor begins another part.
    assert part.spans[-1].status is Status.LIVE
    assert part.spans[-1].end_s == pytest.approx(results[-1].timestamp_s)
    assert cli.main(["replay", str(path)]) == 0
    out = capsys.readouterr().out
    assert "signal for face 1   to serial /dev/ttyUSB0 sent" in out
    assert "signal for face 1   to http://door not sent: is too slow: a signal was dropped" in out
    assert "no end event" not in out
