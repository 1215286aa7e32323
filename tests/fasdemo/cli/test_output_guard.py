"""Outputs never overwrite inputs, never follow links, and take effect in one step."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from fasdemo.assets_folder import demo_session
from fasdemo.atomic_file import replacing, write_atomically
from fasdemo.cli.main import main
from fasdemo.errors import UserError
from fasdemo.outputs import check_outputs, open_output


@pytest.fixture
def session(tmp_path: Path) -> Path:
    folder = tmp_path / "s"
    shutil.copytree(demo_session(), folder)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("option", ["--json", "--log", "--output"])
@pytest.mark.parametrize(
    "target", ["clip.mp4", "depth.mkv", "hard.mp4", "link.mp4", "s/session.json", "s/frames.csv", "s/new.mp4"]
)
def test_main_refuses_an_output_over_an_input(
    option: str, target: str, session: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(session / "color.mp4", tmp_path / "clip.mp4")
    shutil.copy(session / "depth.mkv", tmp_path / "depth.mkv")
    os.link(tmp_path / "clip.mp4", tmp_path / "hard.mp4")
    (tmp_path / "link.mp4").symlink_to("clip.mp4")
    before = contents(tmp_path)
    source = ["--video", str(session)] if target.startswith("s/") else ["--video", str(tmp_path / "clip.mp4")]
    if not target.startswith("s/"):
        source += ["--depth", str(tmp_path / "depth.mkv")]
    assert main([*source, "--headless", "--max-frames", "2", option, str(tmp_path / target)]) == 2
    assert option in capsys.readouterr().err
    assert contents(tmp_path) == before


def test_main_refuses_two_outputs_in_one_file(tmp_path: Path) -> None:
    out = str(tmp_path / "x.jsonl")
    assert main(["--demo", "--headless", "--max-frames", "2", "--json", out, "--log", out]) == 2
    assert not Path(out).exists()


def test_main_refuses_to_write_over_the_model(tmp_path: Path) -> None:
    model = tmp_path / "m.onnx"
    model.write_bytes(b"model")
    assert main(["--demo", "--headless", "--model", str(model), "--json", str(model)]) == 2
    assert model.read_bytes() == b"model"


@pytest.mark.parametrize("option", ["--csv", "--json"])
def test_score_refuses_to_write_over_a_picture(option: str, tmp_path: Path) -> None:
    picture = tmp_path / "p.png"
    cv2.imwrite(str(picture), np.zeros((40, 40, 3), np.uint8))
    before = picture.read_bytes()
    assert main(["score", str(tmp_path), option, str(picture)]) == 2
    assert picture.read_bytes() == before


@pytest.mark.parametrize("name", ["log.jsonl", "log.svg"])
def test_replay_refuses_to_write_over_its_log(name: str, tmp_path: Path) -> None:
    log = tmp_path / name
    log.write_text("{}\n")
    assert main(["replay", str(log), "--output", str(log)]) == 2
    assert log.read_text() == "{}\n"


def test_record_refuses_a_folder_in_a_session(session: Path) -> None:
    before = contents(session)
    words = ["--subject", "S01", "--label", "live", "--consent", "y", "--retain-until", "2090-01-01"]
    assert main(["--video", str(session), "--headless", "--max-frames", "2", "--record", str(session), *words]) == 2
    assert contents(session) == before


def test_check_outputs_takes_new_files_devices_and_an_older_output(tmp_path: Path) -> None:
    old = tmp_path / "old.jsonl"
    old.write_text("x")
    check_outputs({"--json": old, "--log": "/dev/null", "--output": tmp_path / "new.mp4", "--csv": "-"}, [tmp_path])


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="no /proc/self/fd on this system")
@pytest.mark.parametrize("start", ["/dev/..", "/proc/self/fd/../cwd", "/dev/fd/../cwd"])
def test_check_outputs_takes_no_file_for_a_device(start: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(b"clip")
    same = start + str(clip)
    assert Path(same).samefile(clip)
    with pytest.raises(UserError, match="is a file that this command reads"):
        check_outputs({"--json": same}, [clip])


def test_calibrate_refuses_a_site_file_in_a_session(session: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = contents(session)
    assert main(["calibrate", "--session", str(session), "--output", str(session / "site.json")]) == 2
    assert "is inside the recorded session" in capsys.readouterr().err
    assert contents(session) == before


def test_check_outputs_refuses_a_link_to_a_file_that_does_not_exist(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UserError, match="is a link"):
        check_outputs({"--json": tmp_path / "link"})


def test_open_output_follows_no_link_and_spares_other_names(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("mine")
    (tmp_path / "link").symlink_to(precious)
    with pytest.raises(OSError, match="link"):
        open_output(tmp_path / "link")
    os.link(precious, tmp_path / "other")
    with open_output(tmp_path / "other") as file:
        file.write("new")
    assert precious.read_text() == "mine"
    assert (tmp_path / "other").read_text() == "new"


def test_replacing_leaves_the_old_file_after_an_error(tmp_path: Path) -> None:
    path = tmp_path / "x.svg"
    write_atomically(path, b"old")

    def fail() -> None:
        with replacing(path) as temporary:
            temporary.write_bytes(b"half")
            raise ValueError("half")

    with pytest.raises(ValueError, match="half"):
        fail()
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("x.svg", b"old")]
