"""The SDK's software device through its recorder, our playback and our calibration, with the SDK itself as oracle."""

from __future__ import annotations

import itertools
import threading
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

rs = pytest.importorskip("pyrealsense2", exc_type=ImportError, reason="the RealSense SDK or libusb is not installed")

from fasdemo.capture.cameras.live import LiveSource  # noqa: E402
from fasdemo.capture.cameras.realsense.camera import PipelineGrabber  # noqa: E402
from fasdemo.capture.cameras.supervisor import DeviceError, WatchdogTimeouts  # noqa: E402
from fasdemo.capture.files.realsense_recording import RealSenseRecording  # noqa: E402
from fasdemo.capture.open import open_source  # noqa: E402
from fasdemo.capture.realsense_frames import extrinsics_between, intrinsics_of  # noqa: E402
from fasdemo.errors import UserError  # noqa: E402
from fasdemo.frames import Extrinsics, FrameSet, Intrinsics  # noqa: E402
from fasdemo.models.crop import project  # noqa: E402
from tests.support.realsense_fake import BASELINE_M, HEIGHT, WIDTH, Recorder, extrinsics, intrinsics  # noqa: E402

COUNT = 40


def images(number: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(number)
    bgr = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    bgr[...] = (number, 100, 200)
    depth = np.full((HEIGHT, WIDTH), 600 + number, np.uint16)
    depth[::7, ::5] = random.integers(1, 65535)
    ir = random.integers(0, 255, (HEIGHT // 8, WIDTH // 8), np.uint8).repeat(8, 0).repeat(8, 1)
    return bgr, depth, ir


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sdk") / "clip.db3"
    recorder = Recorder(path)
    for number in range(COUNT):
        recorder.write(number, *images(number), emitter=number % 2, pace_s=0.02)
    recorder.close()
    return path


def test_realsense_recording_gives_every_stream_back_bit_for_bit(recording: Path) -> None:
    with open_source(recording) as source:
        info = source.info
        assert (info.kind, info.live, info.width, info.height) == ("recording", False, WIDTH, HEIGHT)
        assert "SOFT0001" not in info.name
        assert info.declared == {"rgb", "depth", "ir"}
        assert info.depth_scale == pytest.approx(0.001)
        frames = list(source)
        assert source.warnings == ()
    assert len(frames) >= COUNT - 1
    first = frames[0].times["rgb"].counter
    for frame in frames:
        number = frame.times["rgb"].counter
        bgr, depth, ir = images(number)
        np.testing.assert_array_equal(frame.rgb, bgr[..., ::-1])
        np.testing.assert_array_equal(frame.depth, depth)
        np.testing.assert_array_equal(frame.ir, ir)
        assert frame.index == number - first
        assert frame.timestamp_s == pytest.approx(frame.index / 30, abs=1e-3)
        assert frame.times["depth"].counter == number
        assert frame.times["depth"].timestamp_s == pytest.approx(frame.times["rgb"].timestamp_s)
        assert frame.emitter_on is bool(number % 2)
        assert not frame.live_source
        assert frame.faults == ()


def test_seeking_and_looping(recording: Path) -> None:
    with RealSenseRecording(recording) as source:
        frames = iter(source)
        start = next(frames).times["rgb"].counter
        for wanted in (35, 5, 12):
            source.seek(wanted)
            frame = next(frames)
            assert frame.index == wanted
            assert frame.rgb[0, 0, 2] == wanted + start
    with open_source(recording, loop=True) as source:
        got = list(itertools.islice(source, COUNT + 20))
    steps = np.diff([frame.timestamp_s for frame in got])
    assert (steps > 0).all()
    assert got[-1].index < 25


def test_realsense_recording_that_repeats_is_not_live_as_a_camera(recording: Path) -> None:
    # The pipeline, thread and watchdog of a camera, on a recording that repeats in real time.
    camera = LiveSource(lambda: PipelineGrabber(None, recording=recording), recording.exists, "absent")
    with camera as source:
        assert source.info.kind == "realsense"
        assert source.info.declared == {"rgb", "depth", "ir"}
        began = time.monotonic()
        frames: list[FrameSet] = []
        for frame in source:
            frames.append(frame)
            jumped = any("timestamp_jump" in one.faults for one in frames)
            if (jumped and len(frames) > COUNT) or time.monotonic() - began > 60:
                break
    # A busy machine plays the file more slowly than its own clock says, which is a queue that grows.
    good = [frame for frame in frames if set(frame.faults) <= {"frames_late"}]
    assert len(good) > COUNT // 2
    for frame in good:
        bgr, depth, _ = images(frame.times["rgb"].counter)
        np.testing.assert_array_equal(frame.rgb, bgr[..., ::-1])
        if frame.times["depth"].counter == frame.times["rgb"].counter:
            np.testing.assert_array_equal(frame.depth, depth)
    # Where the file starts again the device's clock jumps back: said, and hidden from the frame's own time.
    assert any("timestamp_jump" in frame.faults for frame in frames)
    assert (np.diff([frame.timestamp_s for frame in frames]) >= 0).all()
    assert all(frame.received_s is not None for frame in frames)


def test_plugged_out_and_in_while_running(recording: Path) -> None:
    plugged = threading.Event()
    plugged.set()
    made: list[PipelineGrabber] = []

    class Pluggable(PipelineGrabber):
        """A real pipeline that ends as the SDK's do when the cable is pulled."""

        def wait(self, timeout_s: float) -> FrameSet | None:
            if not plugged.is_set():
                raise DeviceError("device disconnected")
            return super().wait(timeout_s)

    def make() -> PipelineGrabber:
        made.append(Pluggable(None, recording=recording))
        return made[-1]

    timeouts = WatchdogTimeouts(first_back_off_s=0.1, look_every_s=0.05, fault_every_s=0.05)
    said: list[float] = []
    with LiveSource(make, plugged.is_set, "absent", timeouts=timeouts) as source:
        frames = iter(source)
        before = [next(frames) for _ in range(10)]
        plugged.clear()
        pulled = time.monotonic()
        while len(said) < 5:
            frame = next(frames)
            if "device_lost" in frame.faults:
                said.append(time.monotonic() - pulled)
                assert not frame.rgb.any()
                assert frame.depth is None
        plugged.set()
        back = time.monotonic()
        after = next(frame for frame in frames if not frame.faults)
        assert time.monotonic() - back < 20.0
        assert after.timestamp_s > before[-1].timestamp_s
        assert after.depth is not None
    assert said[0] < 5.0
    assert len(made) >= 2


def _text(path: Path) -> None:
    path.write_text("this is no database")


def _no_color(path: Path) -> None:
    recorder = Recorder(path, color=False)
    for number in range(3):
        _, depth, ir = images(number)
        recorder.write(number, None, depth, ir)
    recorder.close()


@pytest.mark.parametrize(
    ("make", "name", "sentence"),
    [
        (_text, "x.db3", "not a RealSense recording"),
        (_text, "x.bag", "not a RealSense recording"),
        (_no_color, "y.db3", "no colour stream"),
    ],
)
def test_files_that_cannot_be_played(tmp_path: Path, make: Any, name: str, sentence: str) -> None:
    make(tmp_path / name)
    with pytest.raises(UserError, match=sentence):
        open_source(tmp_path / name)


MODELS = ["brown_conrady", "inverse_brown_conrady", "modified_brown_conrady", "none"]


class _Profile:
    """A stream's profile as far as `intrinsics_of` looks at it."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def as_video_stream_profile(self) -> _Profile:
        return self

    def get_intrinsics(self) -> Any:
        return self._value


@pytest.mark.parametrize("model", MODELS)
def test_our_intrinsics_send_rays_to_the_pixels_that_the_sdk_takes_them_from(model: str) -> None:
    coefficients = [0.0] * 5 if model == "none" else [-0.056, 0.066, 0.0009, -0.0006, -0.021]
    value = intrinsics(610.0, getattr(rs.distortion, model), coefficients)
    ours = intrinsics_of(rs, _Profile(value))
    pixels = np.array([(u, v) for u in range(0, WIDTH, 53) for v in range(0, HEIGHT, 47)], float)
    rays = np.array([rs.rs2_deproject_pixel_to_point(value, list(pixel), 0.7) for pixel in pixels])
    back, _ = cv2.projectPoints(rays, np.zeros(3), np.zeros(3), ours.matrix(), np.array(ours.distortion))
    assert np.abs(back.reshape(-1, 2) - pixels).max() < 0.05
    assert (ours.distortion == (0.0,) * 5) == (model == "none")


def test_points_travel_between_cameras_as_the_sdk_sends_them(tmp_path: Path) -> None:
    angle = 0.02
    columns = [np.cos(angle), np.sin(angle), 0.0, -np.sin(angle), np.cos(angle), 0.0, 0.0, 0.0, 1.0]
    move = extrinsics(BASELINE_M, [float(one) for one in columns])

    class Start:
        def get_extrinsics_to(self, _target: Any) -> Any:
            return move

    ours: Extrinsics = extrinsics_between(Start(), None)
    point = [0.1, -0.2, 0.8]
    there = ours.matrix() @ np.array([*point, 1.0])
    np.testing.assert_allclose(there[:3], rs.rs2_transform_point_to_point(move, point), atol=1e-6)
    lens, target = intrinsics(610.0), intrinsics(380.0)
    pixel = rs.rs2_project_point_to_pixel(lens, point)
    expected = rs.rs2_project_point_to_pixel(target, rs.rs2_transform_point_to_point(move, point))
    one = Intrinsics(WIDTH, HEIGHT, 610.0, 610.0, lens.ppx, lens.ppy)
    two = Intrinsics(WIDTH, HEIGHT, 380.0, 380.0, target.ppx, target.ppy)
    np.testing.assert_allclose(project(np.array([pixel]), 0.8, one, two, ours)[0], expected, atol=1e-3)
