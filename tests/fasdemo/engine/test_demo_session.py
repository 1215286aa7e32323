"""The whole road on the bundled session: what a person sees minutes after cloning."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fasdemo.assets_folder import demo_session
from fasdemo.cli.main import main
from fasdemo.engine.engine import Engine
from fasdemo.engine.reasons import Reason
from fasdemo.engine.result import FaceVerdict, Status
from fasdemo.faces.detector import FaceDetector
from fasdemo.faces.finder import FaceFinder
from fasdemo.models.predictor import Predictor
from fasdemo.models.registry import select_model
from fasdemo.sessions.loading import load_session
from fasdemo.sessions.reader import SessionReader


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    path = tmp_path_factory.mktemp("demo") / "out.jsonl"
    assert main(["--demo", "--headless", "--json", str(path)]) == 0
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_demo_session_matches_its_description() -> None:
    session = load_session(demo_session())
    assert (session.width, session.height, session.fps) == (640, 480, 30)
    assert set(session.streams) == {"rgb", "depth", "ir"}
    assert session.frames >= 300
    assert sum(file.stat().st_size for file in demo_session().iterdir()) <= 10_000_000


def test_demo_person_is_live_after_at_most_a_second(events: list[dict[str, Any]]) -> None:
    part = [event for event in events if event["truth"]["label"] == "live"]
    began = next(event["timestamp_s"] for event in part if event["faces"])
    assert len(part) >= 90
    for event in part:
        statuses = {face["status"] for face in event["faces"]}
        if event["timestamp_s"] - began <= 1.0:
            assert statuses <= {"LIVE", "UNCERTAIN"}
        else:
            assert statuses == {"LIVE"}, event


def test_demo_attacks_are_never_live(events: list[dict[str, Any]]) -> None:
    species: dict[str, list[str]] = {}
    for event in events:
        if event["truth"]["label"] == "spoof":
            found = species.setdefault(event["truth"]["species"], [])
            found += [face["status"] for face in event["faces"]]
    assert len(species) == 3
    for name, statuses in species.items():
        assert "LIVE" not in statuses, name
        assert statuses.count("SPOOF") > 0.8 * len(statuses), name


def test_engine_marks_a_verdict_on_a_file(events: list[dict[str, Any]]) -> None:
    assert not any(event["live_source"] for event in events)


def test_engine_never_accepts_sixteen_bit_infrared_that_uses_eight_bits() -> None:
    predictor = Predictor(select_model(frozenset({"rgb", "depth", "ir"}), None), "cpu", 1)
    with Engine(predictor, FaceFinder(FaceDetector())) as engine, SessionReader(demo_session()) as session:
        faces: list[FaceVerdict] = []
        for index in range(20):
            frame = session[index]
            assert frame.ir is not None
            faces += engine.process(replace(frame, ir=frame.ir.astype(np.uint16))).faces
    assert len(faces) == 20
    assert all(face.status is not Status.LIVE and Reason.IR_DARK in face.reasons for face in faces)


def test_engine_judges_the_colour_video_by_the_rgb_model(tmp_path: Path) -> None:
    path = tmp_path / "rgb.jsonl"
    clip = demo_session() / "color.mp4"
    assert main(["--video", str(clip), "--headless", "--json", str(path), "--max-frames", "60"]) == 0
    events = [json.loads(line) for line in path.read_text().splitlines()]
    faces = [face for event in events for face in event["faces"]]
    assert len(faces) == len(events) == 60
    assert {face["track_id"] for face in faces} == {faces[0]["track_id"]}
    assert all("rgb_only" in face["reasons"] for face in faces)
    assert not any(face["status"] == "LIVE" for face in faces)
    assert all("Colour alone" in face["guidance"] for face in faces if face["reasons"] == ["rgb_only"])
    assert {event["model"] for event in events} == {"fasdemo-wide-rgb"}


def test_side_files_make_three_streams(tmp_path: Path) -> None:
    path, folder = tmp_path / "three.jsonl", demo_session()
    arguments = [
        "--video",
        str(folder / "color.mp4"),
        "--depth",
        str(folder / "depth.mkv"),
        "--ir",
        str(folder / "ir.mkv"),
    ]
    assert main([*arguments, "--headless", "--json", str(path), "--max-frames", "40"]) == 0
    last = json.loads(path.read_text().splitlines()[-1])
    assert last["model"] == "fasdemo-flex"
    assert last["faces"][0]["status"] == "LIVE"


def test_recording_the_demo_gives_a_session_that_plays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [
        "--demo",
        "--headless",
        "--max-frames",
        "20",
        "--record",
        str(tmp_path),
        "--subject",
        "S01",
        "--label",
        "live",
    ]
    assert main([*arguments, "--consent", "agreed", "--retain-until", "2999-01-01"]) == 0
    (session,) = (tmp_path / "S01" / "live").iterdir()
    assert main(["sessions", "verify", str(session)]) == 0
    assert main(["--video", str(session), "--headless"]) == 0
    assert "20 frames" in capsys.readouterr().out
