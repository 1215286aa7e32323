"""Streams that an option requires, or that a device has but a description does not name."""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

import pytest

from fasdemo.assets_folder import demo_session
from fasdemo.capture.cameras.realsense.devices import RealSenseSettings, StreamMode, choose_modes
from fasdemo.capture.files.session_source import SessionSource
from fasdemo.capture.files.video_source import VideoSource
from fasdemo.cli.options.arguments import stream_list
from fasdemo.engine.policy import MIN_LIVE_ABOVE, Policy, floor_note, thresholds
from fasdemo.frames import Stream
from fasdemo.gui.settings import Settings
from fasdemo.models.card import Threshold
from fasdemo.sessions.repair import verify_session

FORMATS: dict[Stream, str] = {"rgb": "rgb8", "depth": "z16", "ir": "y8"}


def modes(stream: Stream, *rates: int) -> list[StreamMode]:
    return [StreamMode(stream, 0, FORMATS[stream], 640, 480, rate) for rate in rates]


def test_choose_modes_leaves_no_stream_out_where_rates_differ() -> None:
    found = choose_modes([*modes("rgb", 15, 30), *modes("depth", 60, 90), *modes("ir", 60, 90)], RealSenseSettings())
    assert {stream: mode.fps for stream, mode in found.items()} == {"rgb": 30, "depth": 60, "ir": 60}


def test_choose_modes_prefers_a_common_rate() -> None:
    found = choose_modes([*modes("rgb", 30, 60), *modes("depth", 15, 30), *modes("ir", 30, 90)], RealSenseSettings())
    assert {mode.fps for mode in found.values()} == {30}


def test_stream_list_reads_names_and_none() -> None:
    assert stream_list("depth, IR") == {"depth", "ir"}
    assert stream_list("none") == frozenset()
    with pytest.raises(argparse.ArgumentTypeError, match="depht"):
        stream_list("depth,depht")


def test_settings_name_required_streams() -> None:
    assert Settings().required_streams == frozenset()
    assert Settings(require="depth and infrared").required_streams == {"depth", "ir"}


@pytest.fixture
def edited(tmp_path: Path) -> Path:
    folder = tmp_path / "session"
    shutil.copytree(demo_session(), folder)
    description = json.loads((folder / "session.json").read_text())
    description["streams"] = ["rgb"]
    (folder / "session.json").write_text(json.dumps(description))
    return folder


def test_session_source_knows_streams_that_its_description_leaves_out(edited: Path) -> None:
    with SessionSource(edited) as source:
        assert source.info.declared == {"rgb"}
        assert source.info.capable == {"rgb", "depth", "ir"}
        assert any("was changed" in sentence for sentence in source.warnings)


def test_video_source_knows_the_session_that_its_file_is_of(edited: Path, tmp_path: Path) -> None:
    with VideoSource(edited / "color.mp4") as source:
        assert source.info.capable == {"rgb", "depth", "ir"}
    shutil.copy(edited / "color.mp4", tmp_path / "clip.mp4")
    with VideoSource(tmp_path / "clip.mp4") as source:
        assert source.info.capable == frozenset()


def test_verify_session_notices_an_edited_description(edited: Path) -> None:
    assert any("session.json was changed" in problem for problem in verify_session(edited).problems)
    assert verify_session(demo_session()).problems == ()


def test_verify_session_says_that_an_earlier_description_has_no_checksum(edited: Path) -> None:
    description = json.loads((demo_session() / "session.json").read_text())
    del description["checksums"]["session.json"]
    (edited / "session.json").write_text(json.dumps(description))
    found = verify_session(edited)
    assert found.problems == ()
    assert any("session.json has no checksum" in note for note in found.notes)


@pytest.mark.parametrize("live_above", [1e-9, 0.029, 0.4999])
def test_thresholds_raise_a_lax_policy_to_the_floor_and_say_so(live_above: float) -> None:
    from tests.support.onnx_fixtures import make_card

    lax = Threshold(live_above=live_above, spoof_below=live_above / 2, rule="test", data="test")
    card = make_card(thresholds={"lax": lax}, default_policy="lax")
    name, used = thresholds(card, Policy())
    assert (name, used.live_above, used.spoof_below) == ("lax", MIN_LIVE_ABOVE, live_above / 2)
    assert f"{MIN_LIVE_ABOVE:g} is used" in floor_note(card, "lax")
