"""Options of `fasdemo serve` that become sources and rules."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from fasdemo.cli.commands.serve import add_arguments, source_requests
from fasdemo.cli.main import main
from fasdemo.cli.options.engine import engine_request
from fasdemo.errors import UserError


def parsed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return parser.parse_args(words)


def test_rules_of_attempts_reach_the_engine() -> None:
    asked = engine_request(
        parsed(
            "--require-gaze",
            "--require-motion",
            "--single-face",
            "--lockout-after",
            "3",
            "--lockout-seconds",
            "20",
            "--require",
            "depth",
        )
    )
    assert (asked.require_gaze, asked.require_motion, asked.single_face) == (True, True, True)
    assert (asked.max_refused_attempts, asked.lockout_s) == (3, 20.0)
    assert asked.require == {"depth"}
    usual = engine_request(parsed())
    assert (usual.max_refused_attempts, usual.lockout_s, usual.require_gaze) == (0, 60.0, False)
    assert usual.require_motion is False


def test_motion_is_required_of_cameras_with_depth_where_devices_act_on_live() -> None:
    assert engine_request(parsed(), accepts=True).require_motion is None
    assert engine_request(parsed("--no-require-motion"), accepts=True).require_motion is False
    assert engine_request(parsed("--require-motion"), accepts=True).require_motion is True


def test_streams_beside_a_video_belong_to_it_and_the_emitter_to_cameras() -> None:
    words = ("--camera", "realsense", "--video", "color.mp4", "--depth", "depth.mkv", "--ir", "ir.mkv")
    camera, video = source_requests(parsed(*words, "--depth-scale", "0.0001", "--emitter", "off"))
    assert (camera.spec, camera.depth, camera.ir, camera.emitter) == ("realsense", None, None, "off")
    assert (video.spec, video.depth, video.ir) == ("color.mp4", Path("depth.mkv"), Path("ir.mkv"))
    assert video.depth_scale == 0.0001


def test_sources_are_numbered_as_demo_cameras_videos_and_a_camera_is_given_once() -> None:
    words = ("--video", "a.mp4", "--camera", "webcam:1", "--camera", "webcam:2", "--demo")
    assert [Path(one.spec).name for one in source_requests(parsed(*words))] == ["demo", "webcam:1", "webcam:2", "a.mp4"]
    with pytest.raises(UserError, match="--camera webcam:1: is given twice"):
        source_requests(parsed("--camera", "webcam:1", "--camera", "webcam:1"))


def test_a_heartbeat_without_a_camera_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--demo", "--heartbeat", str(tmp_path / "alive")]) == 2
    assert "--heartbeat needs a camera; give it with --camera." in capsys.readouterr().err


@pytest.mark.parametrize("words", [["--demo"], ["--camera", "webcam", "--video", "a.mp4"]])
def test_a_challenge_for_files_is_refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", *words, "--challenge", "turn"]) == 2
    assert "--challenge turn: files cannot follow prompts; give cameras only" in capsys.readouterr().err


def test_a_challenge_needs_a_camera(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--challenge", "light"]) == 2
    assert "--challenge light: needs a camera; give it with --camera." in capsys.readouterr().err
    assert engine_request(parsed("--camera", "webcam", "--challenge", "light")).challenge == "light"


@pytest.mark.parametrize("words", [["--demo"], ["--video", "a.mp4", "--video", "b.mp4"]])
def test_depth_without_exactly_one_video_is_refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UserError, match="exactly one"):
        source_requests(parsed(*words, "--depth", "depth.mkv"))
    assert main(["serve", *words, "--depth", "depth.mkv"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
