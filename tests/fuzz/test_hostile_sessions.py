"""Untrusted session folders: refused with one sentence or read with limits; nothing outside is changed."""

from __future__ import annotations

import contextlib
import io
import json
import os
import struct
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fasdemo.capture.open import open_source
from fasdemo.cli.main import main
from fasdemo.errors import UserError
from fasdemo.frames import FrameSet
from fasdemo.sessions.reader import SessionReader
from fasdemo.sessions.repair import repair_session, verify_session
from tests.support.bounded_child import run_bounded
from tests.support.specimens import (
    HEIGHT,
    WIDTH,
    damaged,
    description,
    fuzz,
    mutations,
    png_claiming,
    put,
    refused_or_read,
    session_files,
)

MAX_MB = 1024


def play(folder: Path, **options: Any) -> list[FrameSet]:
    """Every frame, checked against the contract of frame sets."""
    with open_source(folder, **options) as source:
        frames = list(source)
        for sentence in source.warnings:
            assert len(sentence) < 3000
    for frame in frames:
        assert frame.rgb.dtype == np.uint8
        assert np.isfinite(frame.timestamp_s)
        for stream in frame.declared:
            assert getattr(frame, stream) is not None or f"{stream}_missing" in frame.faults
    return frames


def fasdemo(*arguments: object) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = main([str(one) for one in arguments])
    return status, out.getvalue(), err.getvalue()


@fuzz(60)
@given(name=st.sampled_from(sorted(session_files())), steps=mutations)
def test_damaged_sessions_are_read_or_refused(name: str, steps: list[Any]) -> None:
    with TemporaryDirectory() as root:
        files = {**session_files(), name: damaged(session_files()[name], steps)}
        refused_or_read(lambda: play(put(Path(root), files)))


@fuzz(30)
@given(name=st.sampled_from(sorted(session_files("video", 12))), steps=mutations)
def test_damaged_video_sessions_are_read_or_refused(name: str, steps: list[Any]) -> None:
    with TemporaryDirectory() as root:
        files = {**session_files("video", 12), name: damaged(session_files("video", 12)[name], steps)}
        refused_or_read(lambda: play(put(Path(root), files)))


json_values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(10**30), 10**30),
        st.floats(),
        st.text(max_size=30),
        st.sampled_from(["rgb", "live", "../x", "/etc/passwd", "\x1b[31m", "1" * 5000, 1e308, -1, 0]),
    ),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


@fuzz(120)
@given(key=st.sampled_from(sorted(json.loads(session_files()["session.json"]))), value=json_values)
def test_any_value_in_the_description_is_taken_or_refused(key: str, value: Any) -> None:
    content = json.loads(session_files()["session.json"])
    if isinstance(content[key], dict) and isinstance(value, dict):
        value = {**content[key], **value}
    content[key] = value
    with TemporaryDirectory() as root:
        files = {**session_files(), "session.json": json.dumps(content).encode()}
        found = refused_or_read(lambda: play(put(Path(root), files)))
        if not isinstance(found, UserError):
            assert b"\x1b" not in json.dumps(content["device"]).encode()


cells = st.one_of(
    st.sampled_from(
        ["", "nan", "inf", "-1e9", "1e300", "9" * 5000, "../../x", "/etc/passwd", "a\0b", "color", ".", "live", "spoof"]
    ),
    st.text(max_size=12),
    st.integers(-(10**40), 10**40).map(str),
    st.floats().map(str),
)


@fuzz(120)
@given(row=st.integers(0, 3), column=st.integers(0, 15), cell=cells)
def test_any_cell_of_the_rows_is_taken_or_refused(row: int, column: int, cell: str) -> None:
    lines = [line.split(",") for line in session_files()["frames.csv"].decode().splitlines()]
    lines[row][min(column, len(lines[row]) - 1)] = cell
    text = "\n".join(",".join(line) for line in lines) + "\n"
    with TemporaryDirectory() as root:
        files = {**session_files(), "frames.csv": text.encode("utf-8", "surrogatepass")}
        refused_or_read(lambda: play(put(Path(root), files)))


@fuzz(25)
@given(name=st.sampled_from(["session.json", "frames.csv", "color/000001.png"]), steps=mutations, half=st.booleans())
def test_the_session_commands_survive_and_write_nowhere_else(name: str, steps: list[Any], half: bool) -> None:
    with TemporaryDirectory() as root:
        files = dict(session_files())
        if half:
            files["session.json"] = files["session.json"].replace(b'"complete"', b'"open"')
        files[name] = damaged(files[name], steps)
        put(Path(root) / "own" / "s", files)
        put(Path(root) / "other", {"precious.png": b"mine", "session.json.partial": b"mine"})
        for action in ("list", "verify", "repair", "show"):
            target = Path(root) / "own" / ("s" if action == "show" else "")
            status, out, err = fasdemo("sessions", action, target)
            assert status in (0, 1, 2)
            assert "\x1b" not in out + err
        assert (Path(root) / "other" / "precious.png").read_bytes() == b"mine"
        assert sorted(path.name for path in Path(root).iterdir()) == ["other", "own"]


def replaced(old: str, new: str, file: str = "frames.csv") -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        path = folder / file
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))

    return change


def columns(folder: Path) -> None:
    (folder / "frames.csv").write_text("color," * 1_000_000 + "timestamp_s\n" + "x," * 1_000_000 + "1.0\n")


def pipe(name: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        (folder / name).unlink()
        os.mkfifo(folder / name)

    return change


def link(name: str, target: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        (folder / name).unlink()
        (folder / name).symlink_to(target)

    return change


def nested(folder: Path) -> None:
    (folder / "session.json").write_bytes(b"[" * 5_000_000)


REFUSED: dict[str, Callable[[Path], None]] = {
    "a million columns": columns,
    "a cell of 200,000 characters": replaced("depth/000001.png", "x" * 200_000),
    "a path out of the folder": replaced("depth/000001.png", "../../secret.png"),
    "an absolute path": replaced("depth/000001.png", "/etc/hostname"),
    "a pipe for rows": pipe("frames.csv"),
    "a device for rows": link("frames.csv", "/dev/zero"),
    "a device for the description": link("session.json", "/dev/zero"),
    "JSON five million deep": nested,
    "an image of 268 million pixels": replaced(
        '"width": 48', '"width": 16384, "height": 16384, "w": 1', "session.json"
    ),
    "a checksum of a file elsewhere": replaced('"frames.csv"', '"/etc/passwd"', "session.json"),
    "text that colours the terminal": replaced('"yes"', '"\\u001b[32myes"', "session.json"),
    "infinite depth scale": replaced("0.001", "Infinity", "session.json"),
}


@pytest.mark.timeout(20)
@pytest.mark.parametrize("case", sorted(REFUSED))
def test_refused_in_a_sentence(tmp_path: Path, case: str) -> None:
    folder = put(tmp_path / "s", session_files())
    REFUSED[case](folder)
    with pytest.raises(UserError):
        play(folder)
    status, _, err = fasdemo("sessions", "show", folder)
    assert status in (0, 2)
    assert "Traceback" not in err


SKIPPED: dict[str, Callable[[Path], None]] = {
    "a number of 5,000 digits": replaced(",101,", "," + "9" * 5000 + ","),
    "a time beyond all clocks": replaced("5.033333,c", "1e300,c"),
    "a time that is no number": replaced("5.033333,c", "nan,c"),
}


@pytest.mark.timeout(20)
@pytest.mark.parametrize("case", sorted(SKIPPED))
def test_a_bad_number_costs_its_row_and_is_reported(tmp_path: Path, case: str) -> None:
    folder = put(tmp_path / "s", session_files())
    SKIPPED[case](folder)
    assert [one.lost_before for one in play(folder)] == [0, 1]
    assert any("1 row of frames.csv cannot be used" in sentence for sentence in SessionReader(folder).warnings)


def bomb(folder: Path) -> None:
    (folder / "color" / "000001.png").write_bytes(png_claiming(30_000, 30_000, 8, 2, rows=200))


def scans(folder: Path) -> None:
    start = b"\xff\xd8\xff\xc2" + struct.pack(">HBHHB", 17, 8, HEIGHT, WIDTH, 3) + bytes(range(9))
    (folder / "color" / "000001.png").write_bytes(start + b"\xff\xda\x00\x02" * 5000 + b"\xff\xd9")


def foreign(folder: Path) -> None:
    (folder / "color" / "000001.png").write_bytes(b"II*\0" + bytes(200))


MISSING: dict[str, Callable[[Path], None]] = {
    "a pipe": pipe("color/000001.png"),
    "a device": link("color/000001.png", "/dev/zero"),
    "a link to itself": link("color/000001.png", "000001.png"),
    "a link to a file elsewhere": link("color/000001.png", "/etc/hostname"),
    "a name of 300 characters": replaced("color/000001.png", "x" * 300),
    "the folder itself": replaced("color/000001.png", "color"),
    "PNG of 900 million pixels": bomb,
    "JPEG of 5,000 scans": scans,
    "a TIFF": foreign,
}


@pytest.mark.timeout(20)
@pytest.mark.parametrize("case", sorted(MISSING))
def test_one_bad_picture_is_one_missing_picture(tmp_path: Path, case: str) -> None:
    folder = put(tmp_path / "s", session_files())
    MISSING[case](folder)
    frames = play(folder)
    assert [one.faults for one in frames] == [(), ("rgb_missing",), ()]
    assert not frames[1].rgb.any()


def test_a_gap_of_years_does_not_stop_the_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from fasdemo.capture.files import playback

    monkeypatch.setattr(playback, "_MAX_PAUSE_S", 0.2)
    folder = put(tmp_path / "s", session_files())
    replaced("5.033333,c", "1000000000.0,c")(folder)
    assert len(play(folder, realtime=True)) == 3


@pytest.mark.slow
def test_playing_picture_bombs_stays_within_a_gigabyte(tmp_path: Path) -> None:
    side = 8192
    content = {**session_files()}
    content["session.json"] = content["session.json"].replace(b'"width": 48', b'"width": %d' % side)
    content["session.json"] = content["session.json"].replace(b'"height": 32', b'"height": %d' % side)
    largest = png_claiming(side, side, 8, 2, rows=side)
    content |= {"color/000000.png": largest, "depth/000000.png": png_claiming(side, side, 16, 0, rows=side)}
    content["color/000001.png"] = png_claiming(2**31 - 1, 2**31 - 1, 8, 2, rows=1)
    put(tmp_path, content)
    code = "from fasdemo.capture.open import open_source\nwith open_source(argument) as s: print(sum(1 for _ in s))"
    assert run_bounded(code, str(tmp_path), MAX_MB, 120).startswith("3")


def test_repair_removes_nothing_behind_a_link(tmp_path: Path) -> None:
    folder = put(tmp_path / "s", session_files())
    replaced('"complete"', '"open"', "session.json")(folder)
    (folder / "color").rename(tmp_path / "holidays")
    (tmp_path / "holidays" / "beach.png").write_bytes(b"precious")
    (folder / "color").symlink_to(tmp_path / "holidays")
    with pytest.raises(UserError, match="is a link"):
        repair_session(folder)
    assert (tmp_path / "holidays" / "beach.png").read_bytes() == b"precious"


@pytest.mark.parametrize("name", ["frames.csv.partial", "session.json.partial"])
def test_repair_writes_nothing_through_a_link(tmp_path: Path, name: str) -> None:
    folder = put(tmp_path / "s", session_files())
    replaced('"complete"', '"open"', "session.json")(folder)
    (tmp_path / "notes").write_bytes(b"precious")
    (folder / name).symlink_to(tmp_path / "notes")
    repair_session(folder)
    assert (tmp_path / "notes").read_bytes() == b"precious"
    assert verify_session(folder).problems == ()


def test_verify_reads_no_file_elsewhere(tmp_path: Path) -> None:
    folder = put(tmp_path / "s", session_files())
    (tmp_path / "secret.png").write_bytes((folder / "depth" / "000001.png").read_bytes())
    (folder / "depth" / "000001.png").unlink()
    (folder / "depth" / "000001.png").symlink_to(tmp_path / "secret.png")
    assert verify_session(folder).problems == ("depth/000001.png is a link to a file outside the session's folder",)


def test_a_folder_named_like_markup_is_listed(tmp_path: Path) -> None:
    put(tmp_path / "[" / "x]", session_files())
    status, out, _ = fasdemo("sessions", "list", tmp_path)
    assert status == 0
    assert "[/x]" in out


@pytest.mark.slow
def test_as_many_rows_as_may_be_stay_within_a_gigabyte(tmp_path: Path) -> None:
    put(tmp_path, session_files())
    lines = (tmp_path / "frames.csv").read_text().splitlines(keepends=True)
    (tmp_path / "frames.csv").write_text(lines[0] + lines[1] * 500_001)
    code = "from fasdemo.sessions.reader import SessionReader; from pathlib import Path; SessionReader(Path(argument))"
    assert "more than 500000 rows" in run_bounded(code, str(tmp_path), MAX_MB, 250)


def test_the_description_is_what_was_written(tmp_path: Path) -> None:
    # The specimen that all of this starts from is sound.
    reader = SessionReader(put(tmp_path, session_files()))
    assert reader.session.subject == description().subject
    assert all(one.faults == () for one in reader)
