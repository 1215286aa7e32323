"""Folders, pictures and names: what opens, and what is refused in one sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest

from fasdemo.capture.files.playback import PlayedSource
from fasdemo.capture.files.stills import Still, find_stills, load_calibration, load_still
from fasdemo.capture.open import open_source
from fasdemo.errors import UserError
from fasdemo.frames import Calibration, Extrinsics, FrameSet, Intrinsics
from fasdemo.sessions.schema import Session
from fasdemo.sessions.writer import SessionWriter


def save(path: Path, value: int = 100, dtype: type = np.uint8, channels: int = 3, size: int = 32) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    shape = (size, size, 3) if channels == 3 else (size, size)
    assert cv2.imwrite(str(path), np.full(shape, value, dtype))
    return path


def triple(folder: Path, name: str, value: int) -> None:
    save(folder / f"{name}_color.png", value)
    save(folder / f"{name}_depth.png", 1000 + value, np.uint16, 1)
    save(folder / f"{name}_ir.png", value, np.uint8, 1)


def test_open_source_plays_and_seeks_in_a_session_folder(tmp_path: Path) -> None:
    session = Session(
        subject="S01",
        label="live",
        started=datetime(2026, 1, 1, tzinfo=UTC),
        streams=("rgb", "depth"),
        width=32,
        height=24,
        fps=30.0,
    )
    with SessionWriter.create(tmp_path, session) as writer:
        for number in range(10):
            depth = np.full((24, 32), 500 + number, np.uint16)
            writer.write(FrameSet(number, number / 30, np.zeros((24, 32, 3), np.uint8), depth))
    for spec in (writer.folder, str(writer.folder), writer.folder / "session.json"):
        with open_source(spec) as source:
            assert source.info.kind == "session"
            assert source.info.frame_count == 10
            assert [int(frame.depth[0, 0]) for frame in source if frame.depth is not None] == list(range(500, 510))
            assert isinstance(source, PlayedSource)
            source.seek(7)
            assert [frame.index for frame in source] == [7, 8, 9]
    with pytest.raises(UserError, match="give the folder of one"):
        open_source(writer.folder.parent)


def test_open_source_plays_pictures_in_natural_order_with_depth(tmp_path: Path) -> None:
    for number in (10, 9, 1, 2):
        triple(tmp_path, f"f{number}", number)
    (tmp_path / "f9_depth.png").unlink()
    with open_source(tmp_path) as source:
        assert source.info.declared == {"rgb", "depth", "ir"}
        frames = list(source)
    assert [int(frame.rgb[0, 0, 0]) for frame in frames] == [1, 2, 9, 10]
    assert [frame.faults for frame in frames] == [(), (), ("depth_missing",), ()]
    assert frames[0].depth is not None
    assert int(frames[0].depth[0, 0]) == 1001


def test_unreadable_pictures_are_skipped_and_counted(tmp_path: Path) -> None:
    for number in range(5):
        save(tmp_path / f"{number}.png", number)
    (tmp_path / "2.png").write_bytes(b"no picture")
    with open_source(tmp_path) as source:
        frames = list(source)
        assert source.warnings[0].startswith("1 of 5 pictures were skipped")
    assert [frame.index for frame in frames] == [0, 1, 3, 4]
    assert frames[2].lost_before == 1


def _empty(folder: Path) -> None:
    folder.mkdir()


def _text_only(folder: Path) -> None:
    folder.mkdir()
    (folder / "readme.txt").write_text("x")


def _rows_only(folder: Path) -> None:
    save(folder / "color" / "000000.png")
    (folder / "frames.csv").write_text("frame\n")


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (_empty, r"no session\.json and no picture"),
        (_text_only, r"no session\.json and no picture"),
        (_rows_only, r"no session\.json, so"),
    ],
)
def test_folders_that_are_nothing(tmp_path: Path, make: Callable[[Path], None], sentence: str) -> None:
    make(tmp_path / "x")
    with pytest.raises(UserError, match=sentence):
        open_source(tmp_path / "x")


def test_cameras_take_no_side_files(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="not with a camera"):
        open_source("webcam:0", depth=tmp_path / "d.mkv")


@pytest.mark.parametrize(
    "names",
    [
        ("a_color.png", "a_depth.png", "a_ir.png"),
        ("007243-color.png", "007243-depth.png", "007243-ir.png"),
        ("a.rgb.png", "a.depth.png", "a.infrared.png"),
        ("a.png", "a_depth.png", "a_ir.png"),
        ("color/7.jpg", "depth/7.png", "ir/7.png"),
        ("s/profile/0001.jpg", "s/depth/0001.png", "s/ir/0001.jpg"),
        ("A_COLOR.PNG", "A_Depth.png", "A_IR.png"),
    ],
)
def test_triples_are_found_by_their_names(tmp_path: Path, names: tuple[str, str, str]) -> None:
    color = save(tmp_path / names[0])
    depth = save(tmp_path / names[1], 700, np.uint16, 1)
    ir = save(tmp_path / names[2], 90)
    expected = [Still(color, depth, ir)]
    assert find_stills([tmp_path]) == expected
    assert find_stills([color]) == expected
    assert find_stills([depth, color, ir]) == expected
    frame = load_still(expected[0])
    assert frame.declared == {"rgb", "depth", "ir"}
    assert frame.depth is not None
    assert frame.ir is not None
    assert int(frame.depth[3, 3]) == 700
    assert frame.ir.shape == (32, 32)


def test_pictures_alone_stay_alone(tmp_path: Path) -> None:
    paths = [save(tmp_path / name) for name in ("b2.png", "b10.png", "other/b2.png")]
    assert find_stills([tmp_path]) == [Still(path) for path in paths]
    assert find_stills([paths[0]]) == [Still(paths[0])]
    frame = load_still(Still(paths[0]), 4)
    assert (frame.index, frame.declared, frame.depth, frame.faults) == (4, frozenset({"rgb"}), None, ())


def test_depth_without_colour_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="only depth or infrared"):
        find_stills([save(tmp_path / "a_depth.png", 7, np.uint16, 1)])


def test_8_bit_depth_is_refused(tmp_path: Path) -> None:
    still = Still(save(tmp_path / "a.png"), save(tmp_path / "a_depth.png", 7, np.uint8, 1))
    with pytest.raises(UserError, match="16-bit"):
        load_still(still)


def test_open_source_reads_a_calibration_file_beside_pictures(tmp_path: Path) -> None:
    calibration = Calibration(
        Intrinsics(32, 32, 30.0, 30.0, 16.0, 16.0),
        Intrinsics(20, 20, 15.0, 15.0, 10.0, 10.0, (0.1, 0.0, 0.0, 0.0, 0.0)),
        rgb_to_depth=Extrinsics(translation_m=(0.02, 0.0, 0.0)),
        registered=False,
    )
    path = tmp_path / "calibration.json"
    path.write_text(json.dumps(asdict(calibration)))
    assert load_calibration(path) == calibration
    still = Still(save(tmp_path / "a.png"), save(tmp_path / "a_depth.png", 7, np.uint16, 1, size=20))
    frame = load_still(still, calibration=load_calibration(path), depth_scale=0.0001)
    assert (frame.calibration, frame.depth_scale) == (calibration, 0.0001)
    with pytest.raises(UserError, match="calibration is for 20 x 20"):
        load_still(Still(still.color, save(tmp_path / "b_depth.png", 7, np.uint16, 1)), calibration=calibration)
    path.write_text('{"rgb": {"width": 0}}')
    with pytest.raises(UserError, match=r"calibration\.json: rgb"):
        load_calibration(path)


@pytest.mark.parametrize("name", ["none.png", "a.txt"])
def test_find_stills_refuses_what_is_no_picture(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.txt").write_text("x")
    with pytest.raises(UserError, match=name):
        find_stills([tmp_path / name])
