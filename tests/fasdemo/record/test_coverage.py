"""The coverage sheet, from the descriptions of sessions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from fasdemo.frames import Truth
from fasdemo.record.coverage import read_coverage
from fasdemo.record.labels import Distance, Light, session_of
from fasdemo.record.recorder import Recorder
from fasdemo.sessions.writer import SessionWriter
from tests.fasdemo.record.test_record_recorder import INFO, labels, shot


def record(
    root: Path, subject: str, species: str = "", distance: Distance | None = None, light: Light | None = None
) -> Path:
    given = labels(subject, "spoof" if species else "live", species or None)
    with SessionWriter.create(root, session_of(replace(given, distance=distance, light=light), INFO)) as writer:
        writer.write(shot(0))
    return writer.folder


def test_coverage_counts_takes_by_subject_kind_distance_and_light(tmp_path: Path) -> None:
    record(tmp_path, "S01", distance="near", light="dim")
    record(tmp_path, "S01", distance="far", light="dim")
    record(tmp_path, "S01", "replay-phone")
    record(tmp_path, "S02", "print-flat", "near")
    broken = record(tmp_path, "S03")
    (broken / "session.json").write_text("{")
    coverage = read_coverage(tmp_path)
    assert coverage.subjects == ["S01", "S02"]
    assert coverage.kinds == ["live", "print-flat", "replay-phone"]
    live = coverage.cells["S01", "live"]
    assert (live.takes, dict(live.distances), dict(live.lights)) == (2, {"near": 1, "far": 1}, {"dim": 2})
    assert coverage.missing() == [("S01", "print-flat"), ("S02", "live"), ("S02", "replay-phone")]
    assert coverage.unreadable == 1


def test_coverage_of_a_folder_that_does_not_exist_is_empty(tmp_path: Path) -> None:
    coverage = read_coverage(tmp_path / "none")
    assert (coverage.subjects, coverage.kinds, coverage.missing()) == ([], ["live"], [])


def test_coverage_counts_a_take_in_the_column_of_everything_that_it_shows(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, session_of(labels("S01", "live", None), INFO))
    recorder.put(shot(0))
    recorder.show(Truth("spoof", "print-flat"))
    recorder.put(shot(1))
    recorder.stop()
    record(tmp_path, "S02", "mask-resin")
    coverage = read_coverage(tmp_path)
    assert coverage.kinds == ["live", "mask-resin", "print-flat"]
    assert set(coverage.cells) == {("S01", "live"), ("S01", "print-flat"), ("S02", "mask-resin")}
