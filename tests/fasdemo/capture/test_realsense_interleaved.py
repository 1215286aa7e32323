"""The emitter that lights every other frame, through the SDK's pipeline on recordings with and without metadata."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

rs = pytest.importorskip("pyrealsense2", exc_type=ImportError, reason="the RealSense SDK or libusb is not installed")

from fasdemo.capture.cameras.live import LiveSource  # noqa: E402
from fasdemo.capture.cameras.realsense.camera import NO_EMITTER_STATE, PipelineGrabber  # noqa: E402
from fasdemo.capture.cameras.realsense.devices import RealSenseSettings  # noqa: E402
from fasdemo.frames import FrameSet  # noqa: E402
from tests.support.realsense_fake import HEIGHT, WIDTH, Recorder  # noqa: E402

COUNT = 60


def record(path: Path, told: bool) -> Path:
    """Odd frames are lit: their infrared is brighter and their depth 100 mm nearer."""
    recorder = Recorder(path)
    for number in range(COUNT):
        lit = number % 2
        bgr = np.full((HEIGHT, WIDTH, 3), number, np.uint8)
        depth = np.full((HEIGHT, WIDTH), 700 - 100 * lit, np.uint16)
        ir = np.full((HEIGHT, WIDTH), 60 + 100 * lit, np.uint8)
        recorder.write(number, bgr, depth, ir, emitter=lit if told else None, pace_s=0.02)
    recorder.close()
    return path


def frames_of(path: Path, wanted: int) -> tuple[list[FrameSet], LiveSource]:
    def make() -> PipelineGrabber:
        return PipelineGrabber(None, RealSenseSettings(emitter="interleaved", fps=30), recording=path)

    found: list[FrameSet] = []
    began = time.monotonic()
    with LiveSource(make, path.exists, "absent") as source:
        for frame in source:
            found.append(frame)
            if len(found) >= wanted or time.monotonic() - began > 30:
                break
    return found, source


def test_depth_comes_from_lit_and_infrared_from_dark_frames(tmp_path: Path) -> None:
    frames, source = frames_of(record(tmp_path / "told.db3", told=True), COUNT // 2)
    assert source.warnings == ()
    assert source.info.fps == 15
    whole = [frame for frame in frames if not frame.faults]
    assert len(whole) > 5
    for frame in whole:
        assert frame.depth is not None
        assert frame.ir is not None
        assert frame.emitter_on is False
        assert (frame.depth[0, 0], frame.ir[0, 0]) == (600, 60)
        # A busy computer may pair a dark frame with the colour image beside it; its time says so.
        assert frame.rgb[0, 0, 0] == frame.times["rgb"].counter
        assert abs(frame.times["rgb"].timestamp_s - frame.times["ir"].timestamp_s) <= 1 / 30 + 0.001


def test_without_metadata_nothing_is_guessed_and_a_message_is_shown(tmp_path: Path) -> None:
    frames, source = frames_of(record(tmp_path / "silent.db3", told=False), COUNT)
    assert source.warnings[0] == NO_EMITTER_STATE
    assert (source.info.fps, source.info.device_frames) == (30, 1)
    assert len(frames) > 5
    assert {frame.emitter_on for frame in frames} == {None}
    # No image was taken from a neighbour: each is what the camera delivered at the time that the frame gives for it.
    for frame in frames:
        if frame.depth is not None and frame.ir is not None:
            lit = {stream: frame.times[stream].counter % 2 for stream in ("depth", "ir")}
            assert (int(frame.depth[0, 0]), int(frame.ir[0, 0])) == (700 - 100 * lit["depth"], 60 + 100 * lit["ir"])
            # On a busy computer, the SDK may pair images of two frames; their times say so.
            apart_s = frame.times["depth"].timestamp_s - frame.times["ir"].timestamp_s
            assert lit["depth"] == lit["ir"] or abs(apart_s) > 0.001
