"""Several cameras without a window."""

from __future__ import annotations

import base64
import json
import sys
import threading
import time
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from fasdemo.capture.cameras.hello.system import LinuxSystem
from fasdemo.capture.source import Source
from fasdemo.cli import headless_group
from fasdemo.cli.headless_group import run_headless_group
from fasdemo.cli.main import build_parser, main
from fasdemo.engine.event_log.events import read_events
from fasdemo.engine.event_log.timeline import parts
from fasdemo.engine.result import Status
from fasdemo.errors import UserError
from fasdemo.runtime.outputs.event_picture_store import read_index
from fasdemo.runtime.requests import EngineRequest, SourceRequest
from tests.fasdemo.capture.network.network_fixtures import MjpegServer, begin_stream, part
from tests.support.hello_camera import Machine
from tests.support.serve_fixtures import FACTS, Script, ScriptedProcessor, source_of


class Processor(ScriptedProcessor):
    facts = replace(FACTS, model_sha256="0" * 64)


def run(scripts: list[Script], *words: str) -> int:
    names = [f"webcam:{number}" for number in range(1, len(scripts) + 1)]
    by_spec = dict(zip(names, scripts, strict=True))
    by_name = {script.name: script for script in scripts}

    def make_processor(source: Source, _: EngineRequest) -> ScriptedProcessor:
        return Processor(by_name[source.info.name])

    def make_source(request: SourceRequest) -> Source:
        return source_of(by_spec[request.spec])

    cameras = [word for name in names for word in ("--camera", name)]
    return run_headless_group(build_parser().parse_args(["--headless", *cameras, *words]), make_source, make_processor)


def objects(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_group_writes_the_frames_of_all_cameras_with_their_source(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = tmp_path / "lines.jsonl"
    scripts = [Script("door"), Script("gate", status=Status.SPOOF)]
    assert run(scripts, "--json", str(lines), "--max-frames", "40") == 0
    found = [one for one in objects(lines) if one["faces"]]
    assert len(found) == 40
    assert {(one["source_id"], one["source"]) for one in found} == {("1", "door"), ("2", "gate")}
    assert {one["faces"][0]["status"] for one in found if one["source_id"] == "1"} == {"LIVE"}
    assert {one["faces"][0]["status"] for one in found if one["source_id"] == "2"} == {"SPOOF"}
    for number in "12":
        frames = [one["frame"] for one in found if one["source_id"] == number]
        assert frames == sorted(frames)
        assert len(frames) > 10
    said = capsys.readouterr().out
    assert "Source 1, door:\n  " in said
    assert "Source 2, gate:\n  " in said


def test_group_stores_pictures_of_the_events_of_all_cameras_in_one_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "events"
    scripts = [Script("door"), Script("gate", status=Status.SPOOF)]
    options = ["--event-pictures", str(folder), "--people-are-told", "--keep-days", "2"]
    assert run(scripts, *options, "--max-frames", "60") == 0
    events = {event.source_id: event for event in read_index(folder)}
    assert {number: (event.source, event.kind) for number, event in events.items()} == {
        "1": ("door", "LIVE"),
        "2": ("gate", "SPOOF"),
    }
    assert all((folder / event.pictures["rgb"]).stat().st_size > 100 for event in events.values())
    assert f"Pictures of events: 2 stored in {folder}, 0 left out" in capsys.readouterr().out.replace("\n", " ")
    assert run(scripts, "--max-frames", "5") == 0
    assert len(read_index(folder)) == 2, "nothing is stored without the option"


def test_group_continues_without_a_camera_that_fails_and_names_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    lines = tmp_path / "lines.jsonl"
    scripts = [Script("door"), Script("gate", fails_with="gate: is not connected; connect it.")]
    assert run(scripts, "--json", str(lines), "--max-frames", "20") == 0
    assert {one["source_id"] for one in objects(lines)} == {"1"}
    assert "source 2: gate: is not connected; connect it." in caplog.messages
    assert "No frame was processed. gate: is not connected; connect it." in capsys.readouterr().out


def test_group_without_any_camera_ends_with_one_sentence() -> None:
    scripts = [Script(name, fails_with=f"{name}: is not connected; connect it.") for name in ("door", "gate")]
    with pytest.raises(UserError, match=r"^none of the 2 cameras .* 1: door: is not .* 2: gate: is not"):
        run(scripts)


def test_group_ends_the_verdicts_of_a_camera_that_stops(tmp_path: Path) -> None:
    lines = tmp_path / "lines.jsonl"
    scripts = [Script("door", fps=20.0), Script("gate")]
    stopping = threading.Timer(0.7, lambda: setattr(scripts[1], "fails_with", "gate: unplugged; connect it."))
    stopping.start()
    assert run(scripts, "--json", str(lines), "--max-frames", "90") == 0
    stopping.join()
    gate = [one for one in objects(lines) if one["source_id"] == "2"]
    assert [bool(one["faces"]) for one in gate[-2:]] == [True, False]
    assert gate[-1]["reasons"][0] == "stale_frame"
    assert objects(lines)[-1]["source_id"] == "1"


def test_group_writes_one_event_log_that_keeps_the_cameras_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("events.jsonl", "events.csv"):
        log = tmp_path / name
        scripts = [Script("door"), Script("gate", status=Status.SPOOF)]
        assert run(scripts, "--log", str(log), "--max-frames", "40") == 0
        events = read_events(log)
        for number, status in (("1", Status.LIVE), ("2", Status.SPOOF)):
            own = [event for event in events if event.source_id == number]
            assert [event.event for event in own] == ["verdict", "end"]
            assert own[0].status is status
        assert [(part.first.source_id, len(part.spans), part.changes) for part in parts(events)] == [
            (event.source_id, 1, 0) for event in events if event.event == "verdict"
        ]
        capsys.readouterr()
        assert main(["replay", str(log)]) == 0
        said = capsys.readouterr().out
        assert "source 1, door (camera)" in said
        assert "source 2, gate (camera)" in said


def test_group_reports_a_full_disk_once_and_stops() -> None:
    with pytest.raises(UserError, match="/dev/full: cannot be written"):
        run([Script("door"), Script("gate")], "--json", "/dev/full")
    with pytest.raises(UserError, match="/dev/full: the event log cannot be written"):
        run([Script("door"), Script("gate")], "--log", "/dev/full")


def test_group_completes_its_outputs_after_ctrl_c(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "events.jsonl"

    def interrupt(_: object) -> None:
        time.sleep(0.5)
        raise KeyboardInterrupt

    monkeypatch.setattr(headless_group, "_check_feeds", interrupt)
    assert run([Script("door"), Script("gate")], "--log", str(log)) == 130
    assert sum(event.event == "end" for event in read_events(log)) == 2
    assert "Source 2, gate:" in capsys.readouterr().out


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Windows Hello cameras are used on Linux only")
@pytest.mark.parametrize("names", [("hello", "webcam:2"), ("webcam:0", "hello:1-6")])
def test_group_refuses_a_webcam_that_belongs_to_a_windows_hello_camera(
    names: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    machine = Machine(tmp_path / "sys")
    machine.plug_hello("1-6")
    computer = LinuxSystem(machine.sysfs, machine.nodes)
    monkeypatch.setattr("fasdemo.capture.cameras.hello.system.this_system", lambda: computer)
    assert main(["--headless", "--camera", names[0], "--camera", names[1]]) == 2
    said = capsys.readouterr().err
    assert f"--camera {names[0]} and --camera {names[1]} can be the same device; give one of them, by the name" in said


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--camera", "webcam:1", "--camera", "webcam:1"], "--camera webcam:1: is given twice; give each camera once."),
        (
            ["--camera", "realsense", "--camera", "realsense"],
            "--camera realsense: is given twice; give each camera once; add the number that `fasdemo doctor` shows.",
        ),
        (
            ["--camera", "webcam", "--camera", "webcam:0"],
            "--camera webcam and --camera webcam:0 can be the same device; give each camera by the number that",
        ),
        (["--camera", "webcam:1", "--camera", "webcam:01"], "--camera webcam:1 and --camera webcam:01 can be the same"),
        (
            ["--camera", "realsense:123", "--camera", "realsense"],
            "--camera realsense:123 and --camera realsense can be",
        ),
        (
            ["--camera", "webcam:1", "--camera", "webcam:2", "--event-pictures", "events"],
            "If so, add --people-are-told.",
        ),
        (["--camera", "webcam:1", "--camera", "nonsense"], "--camera nonsense: unknown camera; use "),
        (["--camera", "webcam:1", "--camera", ""], "--camera : unknown camera; use "),
        (
            ["--camera", "webcam:1", "--camera", "rtsp://user:secret@door/live"],
            "a password in the address would be visible",
        ),
        ([word for number in range(17) for word in ("--camera", f"webcam:{number}")], "17 cameras are too many"),
        (
            ["--camera", "webcam:1", "--camera", "webcam:2", "--output", "video.mp4"],
            "--output is possible with one camera only; start fasdemo once for each camera.",
        ),
        (["--camera", "webcam:1", "--camera", "webcam:2", "--challenge", "turn"], "--challenge is possible with one"),
        (["--camera", "webcam:1", "--camera", "webcam:2", "--site", "site.json"], "--site is possible with one"),
        (["--camera", "webcam:1", "--camera", "webcam:2", "--record", "takes"], "--record is possible with one"),
        (["--camera", "webcam:1", "--video", "clip.mp4"], "not allowed with argument"),
    ],
)
def test_group_refuses_options_with_one_sentence(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        status = main(["--headless", *words])
    except SystemExit as error:
        status = int(error.code or 0)
    assert status == 2
    said = capsys.readouterr().err
    assert sentence in said
    assert "secret" not in said
    assert "Traceback" not in said


def test_group_sends_each_camera_its_own_password_of_the_netrc_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: dict[str, set[str]] = {"127.0.0.1": set(), "localhost": set()}
    passwords = {"127.0.0.1": ("anna", "tulip"), "localhost": ("otto", "rose")}

    def guarded(handler: BaseHTTPRequestHandler) -> None:
        host = str(handler.headers["Host"]).split(":", 1)[0]
        given = str(handler.headers.get("Authorization", ""))
        if not given:
            handler.send_response(401)
            handler.send_header("WWW-Authenticate", 'Basic realm="camera"')
            handler.end_headers()
            return
        asked[host].add(base64.b64decode(given.split()[1]).decode())
        begin_stream(handler)
        for index in range(10_000):
            handler.wfile.write(part(index, time.time()))
            time.sleep(1 / 20)

    file = tmp_path / "netrc"
    lines = [f"machine {host} login {user} password {word}\n" for host, (user, word) in passwords.items()]
    file.write_text("".join(lines))
    file.chmod(0o600)
    for name in ("FASDEMO_CAMERA_USER", "FASDEMO_CAMERA_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("FASDEMO_NETRC", str(file))
    monkeypatch.setattr(headless_group, "make_processor", lambda source, _, models: Processor(Script(source.info.name)))
    with MjpegServer(guarded) as server:
        words = [word for host in asked for word in ("--camera", f"http://{host}:{server.port}/video")]
        assert main(["--headless", *words, "--max-frames", "20"]) == 0
        assert asked == {"127.0.0.1": {"anna:tulip"}, "localhost": {"otto:rose"}}
        # A password that is not bound to a host is never sent to several of them.
        monkeypatch.setenv("FASDEMO_NETRC", "")
        monkeypatch.setenv("FASDEMO_CAMERA_USER", "anna")
        monkeypatch.setenv("FASDEMO_CAMERA_PASSWORD", "tulip")
        capsys.readouterr()
        assert main(["--headless", *words, "--max-frames", "20"]) == 2
    said = capsys.readouterr().err
    assert "FASDEMO_CAMERA_PASSWORD would be sent to cameras at several hosts" in said
    assert "tulip" not in said
    assert len(said.splitlines()) == 1


def test_group_judges_two_network_cameras_with_the_real_engine_beside_a_broken_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def steady(handler: BaseHTTPRequestHandler) -> None:
        begin_stream(handler)
        for index in range(10_000):
            handler.wfile.write(part(index, time.time()))
            time.sleep(1 / 20)

    def garbage(handler: BaseHTTPRequestHandler) -> None:
        begin_stream(handler)
        handler.wfile.write(bytes(range(256)) * 4096)

    lines = tmp_path / "lines.jsonl"
    with MjpegServer(steady) as one, MjpegServer(steady) as two, MjpegServer(garbage) as three:
        cameras = [f"http://127.0.0.1:{server.port}/video" for server in (one, three, two)]
        words = [word for camera in cameras for word in ("--camera", camera)]
        assert main(["--headless", *words, "--json", str(lines), "--max-frames", "40"]) == 0
    found = objects(lines)
    assert {one["source_id"] for one in found} == {"1", "3"}
    assert {tuple(face["status"] for face in one["faces"]) for one in found} == {()}
    assert "Source 2, " in capsys.readouterr().out
