"""Untrusted videos."""

from __future__ import annotations

import os
import struct
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fasdemo.capture.open import open_source
from fasdemo.errors import UserError
from fasdemo.sessions.video import video_track
from fasdemo.sessions.video.video_track import VideoTrack
from tests.support.bounded_child import run_bounded
from tests.support.specimens import HEIGHT, WIDTH, damaged, fuzz, mutations, refused_or_read, video

KINDS = {
    "a.mp4": ("libx264", "yuv420p"),
    "b.avi": ("mjpeg", "yuvj420p"),
    "c.mkv": ("ffv1", "yuv420p"),
    "d.mov": ("png", "rgb24"),
    "e.webm": ("libvpx", "yuv420p"),
}
PLAY = "from fasdemo.capture.open import open_source\nwith open_source(argument) as s: print('frames', len(list(s)))"


def play(path: Path, **options: Any) -> list[Any]:
    with open_source(path, **options) as source:
        frames = list(source)
        assert all(len(sentence) < 3000 for sentence in source.warnings)
    for frame in frames:
        assert frame.rgb.shape == frames[0].rgb.shape
        assert np.isfinite(frame.timestamp_s)
    return frames


@fuzz(60)
@given(name=st.sampled_from(sorted(KINDS)), steps=mutations)
def test_damaged_videos_are_read_or_refused(name: str, steps: list[Any]) -> None:
    with TemporaryDirectory() as root:
        path = Path(root) / name
        path.write_bytes(damaged(video(name, *KINDS[name]), steps))
        refused_or_read(lambda: play(path))


@fuzz(40)
@given(steps=mutations, order=st.lists(st.integers(0, 40), min_size=1, max_size=6))
def test_damaged_depth_is_read_in_any_order_or_missing(steps: list[Any], order: list[int]) -> None:
    with TemporaryDirectory() as root:
        path = Path(root) / "d.mkv"
        path.write_bytes(damaged(video("d.mkv", "ffv1", "gray16le"), steps))

        def read() -> None:
            with VideoTrack(path, "depth") as track:
                for number in order:
                    track.seek(number)
                    found = track.read()
                    assert found is None or (found.image.dtype == np.uint16 and found.number >= number)

        refused_or_read(read)


@fuzz(25)
@given(steps=mutations, which=st.sampled_from(["color", "depth"]))
def test_damaged_pairs_are_read_or_refused(steps: list[Any], which: str) -> None:
    color, depth = video("a.mp4", *KINDS["a.mp4"]), video("d.mkv", "ffv1", "gray16le")
    with TemporaryDirectory() as root:
        first, second = Path(root) / "a.mp4", Path(root) / "d.mkv"
        first.write_bytes(damaged(color, steps) if which == "color" else color)
        second.write_bytes(damaged(depth, steps) if which == "depth" else depth)
        found = refused_or_read(lambda: play(first, depth=second))
        for frame in [] if isinstance(found, UserError) else found:
            assert frame.depth is not None or "depth_missing" in frame.faults


PLAYLISTS = {
    "a.m3u8": "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nsecret.mp4\n#EXT-X-ENDLIST\n",
    "a.ffconcat": "ffconcat version 1.0\nfile secret.mp4\n",
    "a.txt": "words\n" * 100,
    "a.mpd": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><Period/></MPD>',
    "a.sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nm=video 5004 RTP/AVP 96\n",
    "a.srt": "1\n00:00:00,000 --> 00:00:01,000\nhello\n",
    "a.mp4": "ffconcat version 1.0\nfile /etc/hostname\n",
}


@pytest.mark.parametrize("name", sorted(PLAYLISTS))
def test_lists_and_texts_are_no_videos(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.mp4").write_bytes(video("a.mp4", *KINDS["a.mp4"]))
    (tmp_path / name).write_text(PLAYLISTS[name])
    with pytest.raises(UserError, match="not a video"):
        open_source(tmp_path / name)


@pytest.mark.timeout(20)
def test_video_source_refuses_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.mp4")
    with pytest.raises(UserError, match="not a regular file"):
        open_source(tmp_path / "a.mp4")


def test_video_source_refuses_pictures_beyond_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(video("a.mp4", *KINDS["a.mp4"]))
    monkeypatch.setattr(video_track, "MAX_IMAGE_PX", 4 * WIDTH * HEIGHT)
    assert len(play(path)) == 20
    monkeypatch.setattr(video_track, "MAX_IMAGE_PX", WIDTH * HEIGHT - 1)
    with pytest.raises(UserError, match="pixels are too many"):
        open_source(path)


@pytest.mark.parametrize("count", [10**7, 10**8, 2**32 - 1])
def test_video_source_limits_an_index_of_millions_of_frames(tmp_path: Path, count: int) -> None:
    data = bytearray(video("a.mp4", *KINDS["a.mp4"]))
    sizes = data.index(b"stsz")
    struct.pack_into(">II", data, sizes + 8, 1, count)
    times = data.index(b"stts")
    struct.pack_into(">I", data, times + 12, count)
    chunks = data.index(b"stsc")
    struct.pack_into(">I", data, chunks + 16, count)
    path = tmp_path / "a.mp4"
    path.write_bytes(data)
    assert "peak" in run_bounded(PLAY, str(path), 1536)


def test_video_source_plays_a_file_whose_title_has_no_encoding(tmp_path: Path) -> None:
    data = video("c.mkv", *KINDS["c.mkv"])
    place = data.index(b"Lavf")
    path = tmp_path / "c.mkv"
    path.write_bytes(data[:place] + b"\xff\xfe\xfa\xfb" + data[place + 4 :])
    assert len(play(path)) == 20
