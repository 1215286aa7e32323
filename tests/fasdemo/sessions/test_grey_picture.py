from __future__ import annotations

import numpy as np
import pytest
from av import VideoFrame

from fasdemo.sessions.video.grey_picture import GreyConverter

BT_709, UNKNOWN, BT_601 = 1, 2, 5


def noisy_frame(name: str, color_range: int, colorspace: int) -> VideoFrame:
    frame = VideoFrame(130, 50, name)
    frame.color_range, frame.colorspace = color_range, colorspace
    rng = np.random.default_rng(1)
    for plane in frame.planes:
        plane.update(rng.integers(0, 256, plane.buffer_size, dtype=np.uint8).tobytes())
    return frame


@pytest.mark.parametrize("name", ["yuv420p", "yuvj420p", "yuv422p", "yuv444p", "nv12"])
@pytest.mark.parametrize("color_range", [0, 1, 2])
@pytest.mark.parametrize("colorspace", [UNKNOWN, BT_601])
def test_grey_picture_equals_the_conversion_of_ffmpeg(name: str, color_range: int, colorspace: int) -> None:
    frame, converter = noisy_frame(name, color_range, colorspace), GreyConverter()
    expected = frame.reformat(format="gray").to_ndarray()
    for _ in range(2):
        found = converter.picture(frame)
        assert found is not None
        assert (found == expected).all()


def test_grey_picture_leaves_other_frames_to_ffmpeg() -> None:
    """A conversion from BT.709 to the grey of BT.601 uses colour, and packed or deeper formats have another plane."""
    assert GreyConverter().picture(noisy_frame("yuv420p", 1, BT_709)) is None
    assert GreyConverter().picture(VideoFrame(16, 16, "rgb24")) is None
    assert GreyConverter().picture(VideoFrame(16, 16, "gray16le")) is None
