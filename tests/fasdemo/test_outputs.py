"""JSON lines and the annotated video: complete or absent, never half written."""

from __future__ import annotations

import json
from pathlib import Path

import av
import numpy as np
import pytest

from fasdemo.draw.annotated_video import AnnotatedVideo
from fasdemo.errors import UserError
from fasdemo.runtime.outputs.json_lines import JsonLines


def pictures(count: int) -> list[np.ndarray]:
    return [np.full((61, 81, 3), 10 * number, np.uint8) for number in range(count)]


def test_the_video_keeps_time_stamps_and_pictures(tmp_path: Path) -> None:
    path = tmp_path / "out.mp4"
    times = [5.0, 5.1, 5.15, 6.0, 6.0]
    with AnnotatedVideo(path) as video:
        for image, time in zip(pictures(5), times, strict=True):
            video.write(image, time)
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
    assert len(frames) == 5
    shown = [frame.time - frames[0].time for frame in frames]
    np.testing.assert_allclose(shown, np.array(times) - 5.0, atol=0.002)
    assert frames[3].to_ndarray(format="rgb24").shape == (60, 80, 3)
    assert abs(float(frames[3].to_ndarray(format="rgb24").mean()) - 30) < 3
    assert [entry.name for entry in tmp_path.iterdir()] == ["out.mp4"]


def test_an_error_leaves_no_video_and_keeps_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "out.mp4"
    path.write_bytes(b"old")

    def fail() -> None:
        with AnnotatedVideo(path) as video:
            video.write(pictures(1)[0], 0.0)
            raise UserError("the camera is gone.")

    with pytest.raises(UserError):
        fail()
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["out.mp4"]


def test_an_interrupt_keeps_what_was_seen(tmp_path: Path) -> None:
    path = tmp_path / "out.mp4"

    def stop() -> None:
        with AnnotatedVideo(path) as video:
            for number, image in enumerate(pictures(3)):
                video.write(image, number / 30)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stop()
    with av.open(str(path)) as container:
        assert len(list(container.decode(video=0))) == 3


def test_each_json_line_is_readable_at_once(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    with JsonLines(str(path)) as lines:
        lines.write({"frame": 0})
        assert [json.loads(line) for line in path.read_text().splitlines()] == [{"frame": 0}]
        with pytest.raises(ValueError, match="not JSON compliant"):
            lines.write({"score": float("nan")})
    assert [json.loads(line) for line in path.read_text().splitlines()] == [{"frame": 0}]
