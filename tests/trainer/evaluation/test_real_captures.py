"""The benchmark on real captures: layouts, invalid input, and the counts behind the figures."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
import pytest

from fasdemo.errors import UserError
from fasdemo.frames import FrameSet
from tests.support.engine_fixtures import make_engine
from tests.support.scenes import frame
from trainer.cli.main import main
from trainer.evaluation.real.captures import Capture, RealSource, detector_view, infrared_frame
from trainer.evaluation.real.layouts import folder_sources, real_sources, without_people
from trainer.evaluation.real.measure import Judgement, Measured, SubsetScores, judge
from trainer.evaluation.real.report import page_lines


def write(path: Path, picture: np.ndarray) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), picture)
    return path


def grey(top: int, dtype: type = np.uint16) -> np.ndarray:
    return np.linspace(0, top, 64 * 60).reshape(60, 64).astype(dtype)


def kinect(folder: Path, top: int = 7000) -> None:
    for person in ("person_00", "person_01"):
        for pose in range(2):
            write(folder / person / f"{pose}_ir.png", grey(top))
            write(folder / person / f"{pose}_depth.png", np.full((60, 64), 900, np.uint16))


def test_depth_and_infrared_pairs_keep_sixteen_bits(tmp_path: Path) -> None:
    kinect(tmp_path / "kinect2")
    raw, scaled = real_sources(tmp_path)
    assert raw.streams == ("depth", "ir")
    assert {capture.person for capture in raw.captures} == {"person_00", "person_01"}
    frame = raw.captures[0].load()
    assert frame.ir is not None
    assert frame.depth is not None
    assert frame.ir.dtype == np.uint16
    assert frame.ir.max() == 7000
    assert frame.rgb.shape[:2] == frame.ir.shape == frame.depth.shape
    assert int((frame.depth[:100] > 0).sum()) == 0  # the border has no reading
    assert scaled.prepared
    other = scaled.captures[0].load()
    assert other.ir is not None
    assert other.ir.dtype == np.uint8


def test_infrared_crops_are_labelled_by_name_or_list(tmp_path: Path) -> None:
    folder = tmp_path / "door"
    write(folder / "live_1.png", grey(200, np.uint8))
    write(folder / "attack_1.png", grey(200, np.uint8))
    [source] = folder_sources("door", folder)
    assert source.streams == ("ir",)
    assert sorted(capture.label for capture in source.captures) == ["live", "spoof"]
    with (folder / "labels.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["file", "label"], ["live_1.png", "attack"], ["attack_1.png", "attack"]])
    [source] = folder_sources("door", folder)
    assert {capture.label for capture in source.captures} == {"spoof"}


def test_colour_folders_name_the_species(tmp_path: Path) -> None:
    colour = np.full((40, 50, 3), (10, 90, 200), np.uint8)
    write(tmp_path / "live" / "a.jpg", colour)
    write(tmp_path / "attack-print" / "b.jpg", colour)
    [source] = folder_sources("own", tmp_path)
    assert source.streams == ("rgb",)
    assert {(capture.label, capture.species) for capture in source.captures} == {("live", ""), ("spoof", "print")}


def test_recorded_sessions_are_a_source(tmp_path: Path) -> None:
    from fasdemo.frames import Truth
    from fasdemo.sessions.loading import load_session

    demo = next((Path(__file__).resolve().parents[3] / "assets" / "demo").rglob("session.json")).parent
    [source] = folder_sources("demo", demo)
    assert set(source.streams) == set(load_session(demo).streams)
    assert source.captures
    frame = source.captures[0].load()
    assert isinstance(frame, FrameSet)
    assert isinstance(frame.truth, Truth)


def test_judge_rates_every_frame_of_a_recording_as_a_still_picture() -> None:
    engine = make_engine(0.99)
    for number, index in enumerate((0, 5, 10)):
        capture = Capture(str(index), "S01", "live", "", partial(frame, index))
        assert capture.load().times
        verdict = judge(engine, capture, number)
        assert (verdict.status, verdict.reasons) == ("LIVE", ("single_frame",))


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda folder: None, "no pictures or recordings found"),
        (lambda folder: write(folder / "a.png", grey(200, np.uint8)), "the ground truth (live or attack) is unknown"),
        (lambda folder: kinect(folder, top=255), "use only eight bits"),
        (lambda folder: (folder / "live_1.mp4").write_bytes(b"no video"), "cannot be opened as a video"),
        (lambda folder: (folder / "live_1.png").write_bytes(b"no picture"), "live_1.png"),
    ],
)
def test_bad_folders_get_one_sentence(
    make: Callable[[Path], object], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make(tmp_path)
    assert main(["real", "--folder", f"own={tmp_path}", "--work", str(tmp_path / "work")]) == 2
    error = capsys.readouterr().err
    assert says in error
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [["real"], ["real", "no/such/folder"], ["real", "--folder", "name"], ["real", "--threads", "0", "."]],
)
def test_unusable_options_get_one_sentence(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert capsys.readouterr().err.count("\n") == 1


def measured(labels: Sequence[Literal["live", "spoof"]], scores: list[float], statuses: list[str]) -> Measured:
    def load() -> FrameSet:
        raise AssertionError("figures need no pictures")

    captures = [Capture(str(k), f"person_{k % 2}", label, "", load) for k, label in enumerate(labels)]
    source = RealSource("door", "own camera", ("ir",), captures)
    engine = [Judgement(status, ("too_dark",) if status != "LIVE" else ()) for status in statuses]
    return Measured(source, "model", 0.5, [SubsetScores(("ir",), np.array(scores))], engine)


def test_figures_count_what_is_above_the_threshold_and_what_has_no_face() -> None:
    labels: list[Literal["live", "spoof"]] = ["live", "live", "live", "spoof", "spoof"]
    one = measured(labels, [0.9, 0.4, float("nan"), 0.6, 0.1], ["LIVE", "UNCERTAIN", "UNCERTAIN", "SPOOF", "SPOOF"])
    [record] = one.figures()
    assert (record["live_accepted"]["count"], record["live_accepted"]["total"]) == (1, 2)
    assert (record["attacks_accepted"]["count"], record["attacks_accepted"]["total"]) == (1, 2)
    assert record["without_score"] == 1
    assert record["auc"] == pytest.approx(0.75)
    # Through the engine a picture without a face is not accepted, so all of them count.
    assert (record["engine"]["live_accepted"]["count"], record["engine"]["live_accepted"]["total"]) == (1, 3)
    assert record["engine"]["reasons_of_refused_live"] == {"too_dark": 2}
    assert set(record["persons"]) == {"person_0", "person_1"}
    json.dumps(record)


def test_measured_has_no_auc_for_one_class_and_says_why() -> None:
    [record] = measured(["live", "live"], [0.9, 0.4], []).figures()
    assert record["auc"] is None
    assert "no scored attacks" in record["auc_note"]
    lines = page_lines([{"model": "model", **record}], [measured(["live", "live"], [0.9, 0.4], []).source], "command")
    row = next(line for line in lines if line.startswith("| model | door"))
    assert "| n/a |" in row
    assert "1 of 2, 50 %" in row


def test_detector_view_brings_the_bright_part_to_a_fixed_level() -> None:
    view = detector_view(grey(3000))
    assert np.percentile(view, 99) == pytest.approx(235, abs=2)
    frame = infrared_frame(view, None, 2, 10)
    assert frame.rgb.shape == (60 * 2 + 20, 64 * 2 + 20, 3)
    assert frame.declared == {"rgb", "ir"}


def test_without_people_leaves_them_out_and_says_so(tmp_path: Path) -> None:
    kinect(tmp_path / "kinect2")
    sources = real_sources(tmp_path)
    left = without_people(sources, ["person_00"])
    assert {capture.person for source in left for capture in source.captures} == {"person_01"}
    assert all("Without person_00, who were trained on." in source.note for source in left)
    with pytest.raises(UserError, match="person_07: no capture shows this person"):
        without_people(sources, ["person_07"])
    with pytest.raises(UserError, match="nothing is left"):
        without_people(sources, ["person_00", "person_01"])
