"""Video files as users have them: every shape, speed and kind of damage."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from fasdemo.capture.files.video_source import VideoSource
from fasdemo.capture.open import open_source
from fasdemo.errors import UserError
from fasdemo.sessions.video.video_writer import VideoTrackWriter


def picture(number: int, width: int = 128, height: int = 96) -> np.ndarray:
    """A bright square that moves right, red above and blue below."""
    image = np.zeros((height, width, 3), np.uint8)
    image[: height // 2, :, 0] = 200
    image[height // 2 :, :, 2] = 200
    left = (number * 3) % (width - 20)
    image[10:30, left : left + 20] = 255
    return image


def square_left(image: np.ndarray) -> int:
    return int(np.flatnonzero(image[20].min(axis=1) > 150)[0])


def write_h264(
    path: Path,
    count: int = 60,
    *,
    size: tuple[int, int] = (128, 96),
    times_ms: list[int] | None = None,
    options: dict[str, str] | None = None,
    pixels: str = "yuv420p",
    rotation: int = 0,
) -> Path:
    with av.open(str(path), "w", container_options=options or {}) as container:
        stream = container.add_stream("libx264", rate=30, options={"preset": "ultrafast", "g": "10"})
        stream.width, stream.height, stream.pix_fmt = size[0], size[1], pixels
        stream.codec_context.time_base = Fraction(1, 1000)
        if rotation:
            stream.set_display_rotation(rotation)
        for number in range(count):
            frame = av.VideoFrame.from_ndarray(picture(number, *size), format="rgb24")
            frame.pts = times_ms[number] if times_ms else round(number * 1000 / 30)
            frame.time_base = Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def write_cv2(path: Path, code: str = "mp4v", count: int = 30, size: tuple[int, int] = (128, 96)) -> Path:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*code), 25.0, size)
    assert writer.isOpened()
    for number in range(count):
        writer.write(cv2.cvtColor(picture(number, *size), cv2.COLOR_RGB2BGR))
    writer.release()
    return path


def write_grey16(
    path: Path, count: int, dtype: type[np.uint8 | np.uint16] = np.uint16, size: tuple[int, int] = (128, 96)
) -> Path:
    writer = VideoTrackWriter(path, "ir", 30.0)
    for number in range(count):
        writer.write(np.random.default_rng(number).integers(0, np.iinfo(dtype).max, size[::-1], dtype))
    writer.close()
    return path


@pytest.mark.parametrize(("name", "code"), [("a.mp4", "mp4v"), ("b.avi", "MJPG"), ("c.mkv", "FFV1")])
def test_files_written_by_opencv_play_in_order(tmp_path: Path, name: str, code: str) -> None:
    with open_source(write_cv2(tmp_path / name, code)) as source:
        info = source.info
        assert (info.kind, info.live, info.width, info.height, info.frame_count) == ("video", False, 128, 96, 30)
        assert info.fps == pytest.approx(25)
        assert info.declared == {"rgb"}
        frames = list(source)
        assert source.warnings == ()
    assert [frame.index for frame in frames] == list(range(30))
    for frame in frames:
        assert abs(square_left(frame.rgb) - square_left(picture(frame.index))) <= 2
        assert frame.rgb[5, 100, 0] > 150 > frame.rgb[5, 100, 2]
        assert frame.timestamp_s == pytest.approx(frame.index / 25, abs=2e-3)
        assert not frame.live_source
        assert frame.received_s is None


def test_variable_frame_rates_keep_their_times(tmp_path: Path) -> None:
    times = [0, 33, 66, 500, 510, 1500, 1533, 4000]
    with open_source(write_h264(tmp_path / "vfr.mkv", 8, times_ms=times)) as source:
        got = [round(frame.timestamp_s * 1000) for frame in source]
    assert got == times


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_rotation_flags_are_obeyed_as_opencv_obeys_them(tmp_path: Path, rotation: int) -> None:
    path = write_h264(tmp_path / "turned.mp4", 3, rotation=rotation)
    with open_source(path) as source:
        frame = next(iter(source))
        assert frame.rgb.shape[:2] == (source.info.height, source.info.width)
    _, oracle = cv2.VideoCapture(str(path)).read()
    assert frame.rgb.shape == oracle.shape
    assert np.abs(frame.rgb.astype(int) - oracle[..., ::-1]).mean() < 6


@pytest.mark.parametrize(
    ("size", "pixels"), [((127, 95), "yuv444p"), ((130, 94), "yuv420p"), ((3840, 2160), "yuv420p"), ((128, 96), "gray")]
)
def test_odd_large_and_grey_pictures(tmp_path: Path, size: tuple[int, int], pixels: str) -> None:
    with open_source(write_h264(tmp_path / "clip.mp4", 3, size=size, pixels=pixels)) as source:
        frames = list(source)
    assert len(frames) == 3
    assert frames[2].rgb.shape == (size[1], size[0], 3)
    assert abs(square_left(frames[2].rgb) - 6) <= 2
    if pixels == "gray":
        assert np.ptp(frames[0].rgb.astype(int), axis=2).max() <= 2


def test_seeking_gives_that_very_frame(tmp_path: Path) -> None:
    with VideoSource(write_h264(tmp_path / "clip.mp4", 90)) as source:
        frames = iter(source)
        next(frames)
        for wanted in (70, 3, 3, 89, 15, 16, 0):
            source.seek(wanted)
            frame = next(frames)
            assert frame.index == wanted
            assert abs(square_left(frame.rgb) - square_left(picture(wanted))) <= 2
        source.seek(200)
        assert next(frames, None) is None
        source.seek(5)
        assert next(iter(source)).index == 5


def test_video_source_plays_the_readable_part_and_counts_the_lost(tmp_path: Path) -> None:
    path = write_h264(tmp_path / "clip.mp4", 90, options={"movflags": "faststart"})
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * 0.6)])
    with open_source(path) as source:
        frames = list(source)
        warnings = source.warnings
    assert 20 < len(frames) < 85
    for frame in frames:
        assert abs(square_left(frame.rgb) - square_left(picture(frame.index))) <= 2
    assert len(warnings) == 1
    assert f"{90 - len(frames)} of 90 frames" in warnings[0]
    assert "cut off" in warnings[0]


def test_video_source_refuses_a_file_cut_before_its_index(tmp_path: Path) -> None:
    path = write_h264(tmp_path / "clip.mp4", 30)
    path.write_bytes(path.read_bytes()[:-2000])
    with pytest.raises(UserError, match="cut off before its index"):
        open_source(path)


def _text(path: Path) -> None:
    path.write_text("hello\n" * 100)


def _noise(path: Path) -> None:
    path.write_bytes(np.random.default_rng(1).bytes(20000))


def _playlist(path: Path) -> None:
    other = write_cv2(path.parent / "secret.mp4")
    path.write_text(f"ffconcat version 1.0\nfile {other.name}\n")


def _empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("make", [_text, _noise, _playlist, _empty])
@pytest.mark.parametrize("name", ["x.mp4", "x.txt", "x.ffconcat"])
def test_video_source_refuses_what_is_no_video(tmp_path: Path, make: Callable[[Path], None], name: str) -> None:
    path = tmp_path / name
    make(path)
    with pytest.raises(UserError, match=name) as caught:
        open_source(path)
    assert "\n" not in str(caught.value)


def test_open_source_names_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"nothing\.mp4: no such file"):
        open_source(str(tmp_path / "nothing.mp4"))


@pytest.mark.parametrize("ir_type", [np.uint8, np.uint16])
def test_depth_and_ir_beside_a_video(tmp_path: Path, ir_type: type[np.uint8 | np.uint16]) -> None:
    color = write_h264(tmp_path / "clip.mp4", 40)
    depth = write_grey16(tmp_path / "depth.mkv", 40)
    ir = write_grey16(tmp_path / "ir.mkv", 40, ir_type)
    with open_source(color, depth=depth, ir=ir, depth_scale=0.00025) as source:
        assert source.info.declared == {"rgb", "depth", "ir"}
        frames = list(source)
    assert len(frames) == 40
    for frame in frames:
        values = np.random.default_rng(frame.index).integers(0, 65535, (96, 128), np.uint16)
        np.testing.assert_array_equal(frame.depth, values)
        assert frame.ir is not None
        assert frame.ir.dtype == ir_type
        assert frame.depth_scale == 0.00025


def test_depth_written_by_opencv_keeps_16_bits(tmp_path: Path) -> None:
    path = tmp_path / "depth.mkv"
    flags = [cv2.VIDEOWRITER_PROP_DEPTH, cv2.CV_16U, cv2.VIDEOWRITER_PROP_IS_COLOR, 0]
    writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*"FFV1"), 30.0, (64, 48), flags)
    values = [np.random.default_rng(n).integers(0, 65535, (48, 64), np.uint16) for n in range(30)]
    for value in values:
        writer.write(value)
    writer.release()
    with open_source(write_cv2(tmp_path / "c.mp4"), depth=path) as source:
        for frame in source:
            np.testing.assert_array_equal(frame.depth, values[frame.index])


def test_lengths_that_differ_name_both_files(tmp_path: Path) -> None:
    color = write_h264(tmp_path / "clip.mp4", 30)
    depth = write_grey16(tmp_path / "depth.mkv", 28)
    with pytest.raises(UserError, match=r"clip\.mp4 has 30 frames .*depth\.mkv .*28"):
        open_source(color, depth=depth)


def test_8_bit_depth_is_refused(tmp_path: Path) -> None:
    color = write_h264(tmp_path / "clip.mp4", 30)
    with pytest.raises(UserError, match="16-bit grey video"):
        open_source(color, depth=write_cv2(tmp_path / "depth.mp4"))


def test_damaged_depth_is_a_missing_stream_with_a_fault(tmp_path: Path) -> None:
    color = write_h264(tmp_path / "clip.mp4", 40)
    depth = write_grey16(tmp_path / "depth.mkv", 40)
    data = bytearray(depth.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 64] = bytes(64)
    depth.write_bytes(data)
    with open_source(color, depth=depth) as source:
        frames = list(source)
        assert "depth.mkv" in source.warnings[0]
    bad = [frame for frame in frames if frame.depth is None]
    assert len(frames) == 40
    assert 1 <= len(bad) <= 3
    assert all(frame.faults == ("depth_missing",) for frame in bad)
    last = np.random.default_rng(39).integers(0, 65535, (96, 128), np.uint16)
    np.testing.assert_array_equal(frames[39].depth, last)


def test_video_source_loops_with_increasing_time(tmp_path: Path) -> None:
    with open_source(write_cv2(tmp_path / "a.mp4", count=5), loop=True) as source:
        frames = [frame for frame, _ in zip(source, range(12), strict=False)]
    assert [frame.index for frame in frames] == [0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1]
    steps = np.diff([frame.timestamp_s for frame in frames])
    np.testing.assert_allclose(steps, 0.04, atol=2e-3)


def test_realtime_waits_and_closing_ends_the_wait(tmp_path: Path) -> None:
    path = write_h264(tmp_path / "slow.mkv", 4, times_ms=[0, 100, 200, 60_000])
    source = open_source(path, realtime=True)
    got: list[float] = []

    def play() -> None:
        got.extend(time.monotonic() for _ in source)

    thread = threading.Thread(target=play)
    with source:
        thread.start()
        deadline = time.monotonic() + 60
        while len(got) < 3 and time.monotonic() < deadline:
            time.sleep(0.01)
        closed = time.monotonic()
    thread.join(30)
    assert not thread.is_alive()
    assert time.monotonic() - closed < 4.0, "closing does not wait for the next frame"
    assert len(got) == 3
    assert got[2] - got[0] > 0.15


def test_video_source_frees_decoded_frames_without_the_garbage_collector(tmp_path: Path) -> None:
    """Frames in cycles took 95 MB for each video of 640 x 480 until Python searched for them."""
    write_h264(tmp_path / "a.mp4")
    gc.collect()
    gc.disable()
    try:
        with VideoSource(tmp_path / "a.mp4") as source:
            assert len(list(source)) == 60
            kept = sum(isinstance(one, av.VideoFrame) for one in gc.get_objects())
    finally:
        gc.enable()
    assert kept <= 3
