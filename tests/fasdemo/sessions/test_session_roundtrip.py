"""Sessions are read as they were written; damaged data are reported as missing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from fasdemo.errors import UserError
from fasdemo.frames import STREAMS, Calibration, Extrinsics, FrameSet, Intrinsics, StreamTime, Truth
from fasdemo.sessions.image_codec import ColorFormat
from fasdemo.sessions.reader import SessionReader
from fasdemo.sessions.schema import CalibrationRecord, Session
from fasdemo.sessions.writer import SessionWriter

RGB = Intrinsics(96, 64, 90.0, 90.0, 48.0, 32.0)
DEPTH = Intrinsics(80, 60, 70.0, 70.0, 40.0, 30.0, (0.1, -0.02, 0.001, 0.0, 0.0))
CALIBRATION = Calibration(
    RGB, DEPTH, DEPTH, Extrinsics(translation_m=(0.015, 0.0, 0.0)), Extrinsics(), registered=False
)


def frame(number: int, ir_type: type[np.uint8 | np.uint16] = np.uint16) -> FrameSet:
    random = np.random.default_rng(number)
    times = {name: StreamTime(10.0 + number / 30, 100 + number) for name in STREAMS}
    rgb = np.full((64, 96, 3), 40 + number, np.uint8)
    rgb[20:40, 30:60] = (200, 120, 90)
    return FrameSet(
        index=number,
        timestamp_s=10.0 + number / 30,
        rgb=rgb,
        depth=random.integers(0, 65535, (60, 80), np.uint16),
        ir=random.integers(0, np.iinfo(ir_type).max, (60, 80), ir_type),
        declared=frozenset(STREAMS),
        times=times,
        emitter_on=number % 2 == 0,
        lost_before=2 if number == 3 else 0,
    )


def session(**changes: Any) -> Session:
    values: dict[str, Any] = {
        "subject": "S01",
        "label": "live",
        "started": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        "streams": ("rgb", "depth", "ir"),
        "width": 96,
        "height": 64,
        "fps": 30.0,
        "calibration": CalibrationRecord.of(CALIBRATION),
    }
    return Session(**{**values, **changes})


def write(root: Path, count: int = 5, color: ColorFormat = "png", **changes: Any) -> Path:
    with SessionWriter.create(root, session(**changes), color) as writer:
        for number in range(count):
            writer.write(frame(number))
    return writer.folder


@pytest.mark.parametrize("container", ["files", "video"])
@pytest.mark.parametrize("ir_type", [np.uint8, np.uint16])
def test_depth_and_ir_come_back_bit_for_bit_in_any_order(tmp_path: Path, container: Any, ir_type: type) -> None:
    with SessionWriter.create(tmp_path, session(container=container), "png") as writer:
        for number in range(70):
            writer.write(frame(number, ir_type))
    assert writer.folder == tmp_path / "S01" / "live" / "20260102-030405"
    with SessionReader(writer.folder) as reader:
        assert len(reader) == 70
        assert reader.session.state == "complete"
        assert reader.session.lost == 2
        assert reader.warnings == ()
        for number in (0, 1, 2, 60, 3, 69, 0, 41):
            got, put = reader[number], frame(number, ir_type)
            np.testing.assert_array_equal(got.depth, put.depth)
            np.testing.assert_array_equal(got.ir, put.ir)
            assert got.ir is not None
            assert got.ir.dtype == ir_type
            if container == "files":
                np.testing.assert_array_equal(got.rgb, put.rgb)
            else:
                assert np.abs(got.rgb.astype(int) - put.rgb).mean() < 4
            assert got.timestamp_s == pytest.approx(put.timestamp_s, abs=1e-6)
            assert got.times["depth"].counter == 100 + number
            assert (got.emitter_on, got.lost_before) == (put.emitter_on, put.lost_before)
            assert got.truth == Truth("live")
            assert got.faults == ()
            assert not got.live_source
            assert got.calibration == CALIBRATION


def test_jpeg_colour_stays_close(tmp_path: Path) -> None:
    reader = SessionReader(write(tmp_path, 2, "jpg"))
    assert np.abs(reader[1].rgb.astype(int) - frame(1).rgb).mean() < 2
    assert (reader.folder / "color" / "000001.jpg").is_file()


def test_each_frame_may_carry_its_own_truth(tmp_path: Path) -> None:
    with SessionWriter.create(tmp_path, session(label="mixed")) as writer:
        writer.write(replace(frame(0), truth=Truth("live")))
        writer.write(replace(frame(1), truth=Truth("spoof", "print-bent")))
        writer.write(frame(2))
    assert [one.truth for one in SessionReader(writer.folder)] == [Truth("live"), Truth("spoof", "print-bent"), None]


def test_a_spoof_session_gives_its_species_to_every_frame(tmp_path: Path) -> None:
    folder = write(tmp_path, 1, label="spoof", species="print-flat")
    assert folder.parent.name == "spoof-print-flat"
    assert SessionReader(folder)[0].truth == Truth("spoof", "print-flat")


def _delete(path: Path) -> None:
    path.unlink()


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:60])


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _eight_bit(path: Path) -> None:
    cv2.imwrite(str(path), np.zeros((60, 80), np.uint8))


def _other_size(path: Path) -> None:
    cv2.imwrite(str(path), np.zeros((30, 40), np.uint16))


@pytest.mark.parametrize("damage", [_delete, _cut, _empty, _eight_bit, _other_size])
@pytest.mark.parametrize("stream", ["depth", "ir"])
def test_a_damaged_image_is_a_missing_stream_and_never_the_one_before(
    tmp_path: Path, damage: Callable[[Path], None], stream: str
) -> None:
    folder = write(tmp_path)
    damage(folder / stream / "000002.png")
    reader = SessionReader(folder)
    frames = list(reader)
    assert [getattr(one, stream) is None for one in frames] == [False, False, True, False, False]
    assert [one.faults for one in frames] == [(), (), (f"{stream}_missing",), (), ()]
    assert frames[2].declared == {"rgb", "depth", "ir"}
    assert f"{stream}/000002.png" in reader.warnings[0]


def test_a_missing_colour_image_is_black_with_a_fault(tmp_path: Path) -> None:
    folder = write(tmp_path)
    (folder / "color" / "000001.png").unlink()
    got = SessionReader(folder)[1]
    assert got.rgb.shape == (64, 96, 3)
    assert not got.rgb.any()
    assert got.faults == ("rgb_missing",)


def test_damage_inside_a_video_does_not_shift_later_frames(tmp_path: Path) -> None:
    folder = write(tmp_path, 60, container="video")
    path = folder / "depth.mkv"
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 200] = b"\x5a" * 200
    path.write_bytes(data)
    reader = SessionReader(folder)
    bad = [one.index for one in reader if one.depth is None]
    assert 1 <= len(bad) <= 4
    for number in set(range(60)) - set(bad):
        np.testing.assert_array_equal(reader[number].depth, frame(number).depth)


def test_a_lost_stream_takes_no_place_in_the_video(tmp_path: Path) -> None:
    with SessionWriter.create(tmp_path, session(container="video")) as writer:
        for number in range(6):
            writer.write(replace(frame(number), depth=None) if number == 2 else frame(number))
    reader = SessionReader(writer.folder)
    assert reader[2].faults == ("depth_missing",)
    np.testing.assert_array_equal(reader[5].depth, frame(5).depth)


@pytest.mark.parametrize("name", ["../../secret.png", "/etc/hostname", "C:/x.png", "depth\\..\\x.png", "a/../b.png"])
def test_names_that_leave_the_folder_are_refused(tmp_path: Path, name: str) -> None:
    folder = write(tmp_path, 2)
    rows = folder / "frames.csv"
    rows.write_text(rows.read_text().replace("depth/000001.png", name))
    with pytest.raises(UserError, match="outside the session's folder"):
        SessionReader(folder)


def test_a_link_that_leaves_the_folder_is_not_followed(tmp_path: Path) -> None:
    folder = write(tmp_path / "a", 2)
    target = write(tmp_path / "b", 2) / "depth" / "000000.png"
    (folder / "depth" / "000001.png").unlink()
    (folder / "depth" / "000001.png").symlink_to(target)
    assert SessionReader(folder)[1].faults == ("depth_missing",)


def _no_json(folder: Path) -> None:
    (folder / "session.json").unlink()


def _bad_json(folder: Path) -> None:
    (folder / "session.json").write_text("{")


def _unknown_version(folder: Path) -> None:
    content = json.loads((folder / "session.json").read_text())
    (folder / "session.json").write_text(json.dumps({**content, "schema_version": 9}))


def _no_rows(folder: Path) -> None:
    (folder / "frames.csv").unlink()


def _bad_number(folder: Path) -> None:
    path = folder / "frames.csv"
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0], *(re.sub(r"^(\d+),[^,]*", r"\1,nan", line) for line in lines[1:])]) + "\n")


def _only_header(folder: Path) -> None:
    path = folder / "frames.csv"
    path.write_text(path.read_text().splitlines(keepends=True)[0])


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (_no_json, "has no session.json"),
        (_bad_json, "damaged or of another version"),
        (_unknown_version, "schema_version"),
        (_no_rows, "has no frames.csv"),
        (_bad_number, "line 2: 'nan' is not a finite number"),
        (_only_header, "has no frames"),
    ],
)
def test_a_broken_session_is_one_sentence(tmp_path: Path, damage: Callable[[Path], None], sentence: str) -> None:
    folder = write(tmp_path, 2)
    damage(folder)
    with pytest.raises(UserError, match=sentence):
        SessionReader(folder)


def test_a_recording_that_was_never_completed_plays_and_says_so(tmp_path: Path) -> None:
    writer = SessionWriter.create(tmp_path, session())
    for number in range(3):
        writer.write(frame(number))
    writer.close()
    rows = writer.folder / "frames.csv"
    rows.write_text(rows.read_text()[:-10])
    reader = SessionReader(writer.folder)
    assert len(reader) == 2
    assert "never completed" in reader.warnings[0]


def test_a_session_is_never_written_over(tmp_path: Path) -> None:
    folder = write(tmp_path, 1)
    with pytest.raises(UserError, match="already contains a session"):
        SessionWriter(folder, session())
    assert write(tmp_path, 1).name == folder.name + "-2"


def test_an_undeclared_stream_is_an_error(tmp_path: Path) -> None:
    writer = SessionWriter.create(tmp_path, session(streams=("rgb",), calibration=None))
    with pytest.raises(ValueError, match="does not declare depth"):
        writer.write(frame(0))
