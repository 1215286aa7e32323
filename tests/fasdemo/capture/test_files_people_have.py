"""Files as cameras, phones, browsers and systems write them: read as they are meant, or refused in one sentence."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest

from fasdemo.assets_folder import demo_session
from fasdemo.bounded_file import decode_text
from fasdemo.capture.files.stills import find_stills_and_notes, load_calibration
from fasdemo.capture.open import open_source
from fasdemo.cli.main import main
from fasdemo.display import display_problem
from fasdemo.errors import UserError, printable, unicode_text
from fasdemo.sessions.image_codec import decode_image
from fasdemo.sessions.video import video_color
from fasdemo.sessions.video.video_color import standard_range, upright
from fasdemo.sessions.video.video_track import VideoTrack
from fasdemo.spreadsheet import safe_cell, stored_cell

PACKAGE = Path(__file__).resolve().parents[3]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(PACKAGE), "OMP_NUM_THREADS": "1", "QT_QPA_PLATFORM": "offscreen"}


def picture(number: int = 0) -> np.ndarray:
    image = np.zeros((48, 64, 3), np.uint8)
    image[:24, :32] = 200
    image[:, :, 2] += np.uint8(number)
    return image


def video(path: Path, count: int = 8, codec: str = "mpeg4", **options: Any) -> Path:
    with av.open(str(path), "w", **options) as container:
        stream = container.add_stream(codec, rate=30)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(count):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture(number), format="rgb24")))
        container.mux(stream.encode(None))
    return path


def times(path: Path) -> list[float]:
    track = VideoTrack(path)
    found = []
    while (frame := track.read()) is not None:
        found.append(frame.time_s)
    track.close()
    return found


class _Data:
    """Side data as PyAV gives it."""

    def __init__(self, a: int, b: int, c: int, d: int) -> None:
        self.type = type("T", (), {"name": "DISPLAYMATRIX"})
        self._bytes = np.array([a, b, 0, c, d, 0, 0, 0, 1], np.int32).tobytes()

    def __bytes__(self) -> bytes:
        return self._bytes


@pytest.mark.parametrize(
    ("matrix", "expected"),
    [
        ((1, 0, 0, 1), [[1, 2], [3, 4], [5, 6]]),
        ((-1, 0, 0, 1), [[2, 1], [4, 3], [6, 5]]),
        ((1, 0, 0, -1), [[5, 6], [3, 4], [1, 2]]),
        ((-1, 0, 0, -1), [[6, 5], [4, 3], [2, 1]]),
        ((0, 1, -1, 0), [[5, 3, 1], [6, 4, 2]]),
        ((0, -1, 1, 0), [[2, 4, 6], [1, 3, 5]]),
        ((0, 1, 1, 0), [[1, 3, 5], [2, 4, 6]]),
        ((0, -1, -1, 0), [[6, 4, 2], [5, 3, 1]]),
    ],
)
def test_upright_follows_every_display_matrix(
    matrix: tuple[int, ...], expected: list[list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(video_color, "SideDataContainer", lambda frame: frame.data)
    frame = type("F", (), {"data": [_Data(*(65536 * one for one in matrix))], "rotation": 0})()
    image = np.array([[1, 2], [3, 4], [5, 6]], np.uint8)
    assert upright(image, frame).tolist() == expected


def test_joined_transport_streams_go_on_over_the_break(tmp_path: Path) -> None:
    part = video(tmp_path / "a.ts", 12, "mpeg2video", format="mpegts").read_bytes()
    (tmp_path / "cat.ts").write_bytes(part * 2)
    found = times(tmp_path / "cat.ts")
    assert len(found) >= 22
    assert (np.diff(found) > 0).all()
    assert found[-1] == pytest.approx(23 / 30, abs=0.1)
    track = VideoTrack(tmp_path / "cat.ts")
    assert track.count() == 24
    track.seek(20)
    later = track.read()
    assert later is not None
    assert later.number >= 20


def test_an_avi_with_b_frames_has_even_times(tmp_path: Path) -> None:
    path = tmp_path / "b.avi"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30, options={"bf": "3", "b_strategy": "0"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(20):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture(number * 9), format="rgb24")))
        container.mux(stream.encode(None))
    found = times(path)
    assert len(found) == 20
    np.testing.assert_allclose(np.diff(found), 1 / 30, atol=1e-3)


def test_pixels_that_are_not_square_are_widened(tmp_path: Path) -> None:
    path = tmp_path / "sar.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=30)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.codec_context.sample_aspect_ratio = Fraction(2)
        for number in range(3):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture(number), format="rgb24")))
        container.mux(stream.encode(None))
    track = VideoTrack(path)
    assert (track.width, track.height) == (128, 48)


def test_a_cover_picture_before_the_video_is_not_the_video(tmp_path: Path) -> None:
    path = tmp_path / "cover.mkv"
    with av.open(str(path), "w") as container:
        cover, stream = container.add_stream("mjpeg", rate=30), container.add_stream("mpeg4", rate=30)
        cover.width, cover.height, cover.pix_fmt = 32, 32, "yuvj420p"
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        container.mux(cover.encode(av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), format="rgb24")))
        container.mux(cover.encode(None))
        for number in range(8):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture(number), format="rgb24")))
        container.mux(stream.encode(None))
    track = VideoTrack(path)
    assert (track.width, track.count()) == (64, 8)


@pytest.mark.parametrize("bits", [10, 12, 16])
def test_depth_of_fewer_bits_keeps_its_values(bits: int, tmp_path: Path) -> None:
    path = tmp_path / "d.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=30)
        stream.width, stream.height, stream.pix_fmt = 64, 48, f"gray{bits}le"
        frame = av.VideoFrame(64, 48, f"gray{bits}le")
        plane = np.zeros((48, frame.planes[0].line_size // 2), np.uint16)
        plane[:, :64] = 522
        frame.planes[0].update(plane.tobytes())
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    found = VideoTrack(path, "depth").read()
    assert found is not None
    assert set(np.unique(found.image)) == {522}


def test_hdr_white_and_grey_become_standard_range() -> None:
    # 203 cd/m2, diffuse white, is 58 % PQ and 75 % HLG; a mid grey of 26 cd/m2 is 38 % PQ.
    for transfer, level, low, high in ((16, 0.5807, 235, 250), (18, 0.75, 230, 255), (16, 0.38, 95, 125)):
        values = np.full((4, 4, 3), round(level * 65535), np.uint16)
        frame = type("F", (), {"to_ndarray": lambda _, format, threads, values=values: values, "color_primaries": 1})()
        assert low <= int(standard_range(frame, transfer).mean()) <= high


def test_a_browser_without_a_rate_is_measured(tmp_path: Path) -> None:
    shared = next((PACKAGE / up / "shared/cases/webm_mediarecorder/mediarec.webm" for up in ("..", "../..")
                   if (PACKAGE / up / "shared/cases").is_dir()), None)  # fmt: skip
    if shared is None:
        pytest.skip("the shared cases are not here")
    assert 25 < VideoTrack(shared).fps < 35


def test_a_motion_photo_is_its_picture() -> None:
    data = cv2.imencode(".jpg", picture())[1].tobytes()
    assert (decode_image(data + b"\xff\xda" * 120, "rgb") == decode_image(data, "rgb")).all()
    start, end = data[: data.index(b"\xff\xda")], data[data.index(b"\xff\xda") :]
    with pytest.raises(ValueError, match="too many scans"):
        decode_image(start + b"\xff\xda\x00\x02" * 120 + end, "rgb")


def test_stills_name_what_is_left_out(tmp_path: Path) -> None:
    for name in ("a.jpg", "a.png", "b.jfif", "._a.jpg", ".hidden.png", "sub/c.jpg", "x_depth.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        ending = ".jpg" if name.endswith((".jpg", ".jfif")) else ".png"
        (tmp_path / name).write_bytes(cv2.imencode(ending, picture())[1].tobytes())
    for name in ("d.heic", "e.avif", "f.mp4", "notes.txt", "Thumbs.db", ".DS_Store"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "link").symlink_to(tmp_path)
    stills, notes = find_stills_and_notes([tmp_path])
    assert sorted(one.color.name for one in stills) == ["a.jpg", "a.png", "b.jfif", "c.jpg"]
    text = " ".join(notes)
    assert all(name in text for name in ("d.heic", "e.avif", "f.mp4", "x_depth.png"))
    assert not any(name in text for name in ("notes", "Thumbs", "DS_Store", "._a", "hidden"))
    both, _ = find_stills_and_notes([tmp_path / "a.jpg", tmp_path / "a.png"])
    assert len(both) == 2


@pytest.mark.parametrize("name", ["p.jpg", "p.PNG", "p.heic"])
def test_a_picture_as_video_is_pointed_to_score(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(cv2.imencode(".png", picture())[1].tobytes())
    with pytest.raises(UserError, match="fasdemo score"):
        open_source(tmp_path / name)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_texts_with_a_byte_order_mark_are_read(encoding: str, tmp_path: Path) -> None:
    assert decode_text("ä".encode(encoding)) == "ä"
    camera = {"width": 64, "height": 48, "fx": 60.0, "fy": 60.0, "cx": 32.0, "cy": 24.0}
    (tmp_path / "c.json").write_bytes(json.dumps({"rgb": camera}).encode(encoding))
    assert load_calibration(tmp_path / "c.json").rgb.width == 64
    folder = tmp_path / "s"
    shutil.copytree(demo_session(), folder)
    for file in ("session.json", "frames.csv"):
        (folder / file).write_bytes((folder / file).read_text(encoding="utf-8").encode(encoding))
    with open_source(folder) as source:
        assert source.info.frame_count == 387


def test_names_that_are_not_utf8_reach_json_and_csv_as_escapes(tmp_path: Path) -> None:
    assert unicode_text("M\udcfcller") == "M\\xfcller"
    assert unicode_text("Müller") == "Müller"
    path = os.fsdecode(os.fsencode(tmp_path) + b"/M\xfcller.png")
    try:
        Path(path).write_bytes(cv2.imencode(".png", picture())[1].tobytes())
    except OSError:
        pytest.skip("this file system takes no such names")
    out, table = tmp_path / "s.jsonl", tmp_path / "s.csv"
    assert main(["score", path, "--json", str(out), "--csv", str(table)]) == 0
    assert json.loads(out.read_text())["file"].endswith("M\\xfcller.png")
    assert "\\ud" not in out.read_text()
    assert "M\\xfcller" in table.read_text(encoding="utf-8")


@pytest.mark.parametrize("text", ["=1+1", "@SUM(1)", "+1", "-1", "\t=1", " =1", "'quoted", "plain"])
def test_csv_cells_are_never_formulas_and_come_back(text: str) -> None:
    assert not str(safe_cell(text)).startswith(("=", "+", "-", "@", "\t", " ="))
    assert stored_cell(safe_cell(text)) == text
    assert safe_cell(-1.5) == -1.5


def test_printable_shows_controls_and_directions_as_escapes() -> None:
    assert printable("a\x1b]0;x\x07\u202eb\u2066\x9b") == "a\\x1b]0;x\\x07\\u202eb\\u2066\\x9b"


@pytest.mark.skipif(os.name == "nt", reason="needs a shell")
@pytest.mark.parametrize(
    ("words", "status"),
    [("--demo --headless --max-frames 2 --json {out} 2>&-", 0), ("--demo --headless --max-frames 2 --json - >&-", 2)],
)
def test_closed_streams_are_no_traceback(words: str, status: int, tmp_path: Path) -> None:
    out = tmp_path / "x.jsonl"
    command = f"{sys.executable} -m fasdemo.cli {words.format(out=out)}"
    done = subprocess.run(["sh", "-c", command], env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert done.returncode == status
    assert "Traceback" not in done.stderr
    if status == 0:
        assert [json.loads(line)["frame"] for line in out.read_text().splitlines()] == [0, 1]
    else:
        assert done.stderr.count("\n") == 1


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="X11 and Wayland")
def test_a_display_that_does_not_answer_is_one_sentence() -> None:
    # No X server has this number, but another test or user could run one with a small number.
    assert "DISPLAY=:59123" in display_problem({"DISPLAY": ":59123"})
    assert "wayland-0" in display_problem({"QT_QPA_PLATFORM": "wayland"})
    assert "(DISPLAY and WAYLAND_DISPLAY are not set)" in display_problem({})
    assert display_problem({"QT_QPA_PLATFORM": "offscreen"}) == ""


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="needs SIGHUP")
def test_sighup_completes_the_outputs(tmp_path: Path) -> None:
    out, log = tmp_path / "o.mp4", tmp_path / "o.jsonl"
    words = ["--demo", "--headless", "--loop", "--realtime", "--output", str(out), "--json", str(log)]
    child = subprocess.Popen(
        [sys.executable, "-m", "fasdemo.cli", *words],
        env=ENVIRONMENT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    until = time.monotonic() + 100
    while time.monotonic() < until and not (log.exists() and log.read_text().count("\n") > 5):
        time.sleep(0.2)
    # The shell and the system send one each when a terminal is closed.
    child.send_signal(signal.SIGHUP)
    child.send_signal(signal.SIGHUP)
    child.communicate(timeout=60)
    assert child.returncode == 130
    with av.open(str(out)) as container:
        assert len(list(container.decode(video=0))) > 3


def test_an_engine_that_was_not_closed_ends_without_a_message(tmp_path: Path) -> None:
    code = (
        "from fasdemo import Engine, demo_session, open_source\n"
        "with open_source(demo_session()) as source:\n"
        "    engine = Engine.for_source(source)\n"
        "    engine.process(next(iter(source)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
