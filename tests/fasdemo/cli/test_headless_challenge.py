from __future__ import annotations

import json
from pathlib import Path

import pytest

from fasdemo.challenge.processor import ChallengeProcessor
from fasdemo.challenge.prompts import Prompt
from fasdemo.cli import headless
from fasdemo.cli.main import main
from fasdemo.engine.challenge_report import ChallengeReport
from fasdemo.engine.event_log.events import read_events
from fasdemo.engine.loop.frame_loop import FrameProcessor
from fasdemo.runtime.requests import EngineRequest
from tests.support.obedient_person import StillLandmarks
from tests.support.window_scenes import ScriptedProcessor, camera


def test_headless_says_the_prompts_and_logs_the_challenge(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def make_processor(_source: object, request: EngineRequest) -> FrameProcessor:
        assert request.challenge == "turn"
        return ChallengeProcessor(ScriptedProcessor(request), StillLandmarks(), request.challenge)

    monkeypatch.setattr(headless, "make_source", lambda _request, realtime, loop: camera())
    monkeypatch.setattr(headless, "make_processor", make_processor)
    log, lines = tmp_path / "log.jsonl", tmp_path / "lines.jsonl"
    options = ["--headless", "--camera", "webcam", "--challenge", "turn", "--max-frames", "80"]
    assert main([*options, "--log", str(log), "--json", str(lines)]) == 0
    said = capsys.readouterr().err.splitlines()
    assert f"fasdemo: {Prompt.LOOK_STRAIGHT.text}" in said
    assert {f"fasdemo: {Prompt.TURN_LEFT.text}", f"fasdemo: {Prompt.TURN_RIGHT.text}"} & set(said)
    [event] = [event for event in read_events(log) if event.event == "challenge"]
    assert event.challenge is not None
    assert event.challenge.outcome == "aborted"
    assert len(event.challenge.prompts) == 1
    statuses = {face["status"] for line in lines.read_text().splitlines() for face in json.loads(line)["faces"]}
    assert statuses == {"UNCERTAIN"}
    assert main(["replay", str(log)]) == 0
    assert "aborted: turn_" in capsys.readouterr().out


def test_headless_says_each_outcome_once(capsys: pytest.CaptureFixture[str]) -> None:
    report = ChallengeReport(number=2, kind="turn", track_id=1, outcome="failed", why="timed_out", prompts=())
    said = headless._say_challenge(report, "")
    assert headless._say_challenge(report, said) == said
    assert headless._say_challenge(None, said) == said
    assert capsys.readouterr().err == "fasdemo: Challenge 2 failed (timed out).\n"
