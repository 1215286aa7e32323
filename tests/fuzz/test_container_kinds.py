"""Sound videos of every kind: turned, with wide pixels, of any rate, without times, joined, with several streams."""

from __future__ import annotations

import struct
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import av
import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fasdemo.capture.files.stills import find_stills, load_still
from fasdemo.capture.open import open_source
from fasdemo.cli.main import main
from fasdemo.errors import UserError
from tests.fuzz.test_hostile_containers import play, played
from tests.support.numbered_clips import CLIPS, FRAMES, HEIGHT, WIDTH, clip, number_of, numbered, write_clip
from tests.support.specimens import fuzz, refused_or_read

ALL = list(range(FRAMES))
ONE = 0x10000
TURNS: dict[tuple[int, int, int, int], Callable[[Any], Any]] = {
    (ONE, 0, 0, ONE): lambda image: image,
    (-ONE, 0, 0, ONE): lambda image: image[:, ::-1],
    (ONE, 0, 0, -ONE): lambda image: image[::-1],
    (-ONE, 0, 0, -ONE): lambda image: np.rot90(image, 2),
    (0, ONE, -ONE, 0): lambda image: np.rot90(image, -1),
    (0, -ONE, ONE, 0): lambda image: np.rot90(image, 1),
    (0, ONE, ONE, 0): lambda image: np.swapaxes(image, 0, 1),
    (0, -ONE, -ONE, 0): lambda image: np.rot90(np.swapaxes(image, 0, 1), 2),
}
"""How a player shows an image with the display matrix a, b, c, d."""


def with_matrix(data: bytes, a: int, b: int, c: int, d: int) -> bytes:
    """Return an MP4 file with another display matrix in its track header."""
    place = data.index(b"tkhd") + 4 + 40
    return data[:place] + struct.pack(">iiiiii", a, b, 0, c, d, 0) + data[place + 24 :]


@fuzz(30)
@given(name=st.sampled_from(["h264.mp4", "faststart.mp4", "jpeg.mov"]), turn=st.sampled_from(sorted(TURNS)))
def test_a_turned_video_is_shown_as_its_matrix_says(name: str, turn: tuple[int, int, int, int]) -> None:
    with TemporaryDirectory() as root:
        path = Path(root) / name
        path.write_bytes(with_matrix(clip(name), *turn))
        with open_source(path) as source:
            frames = list(source)
    # Turned back, every image shows its number.
    back = {(0, ONE, -ONE, 0): (0, -ONE, ONE, 0), (0, -ONE, ONE, 0): (0, ONE, -ONE, 0)}.get(turn, turn)
    assert [number_of(TURNS[back](frame.rgb)) for frame in frames] == ALL


@fuzz(60)
@given(
    name=st.sampled_from(["h264.mp4", "jpeg.mov"]),
    values=st.tuples(*[st.sampled_from([0, 1, -1, ONE, -ONE, 2**31 - 1, -(2**31), 46341, -46341])] * 4),
)
def test_any_display_matrix_leaves_every_image(name: str, values: tuple[int, int, int, int]) -> None:
    with TemporaryDirectory() as root:
        path = Path(root) / name
        path.write_bytes(with_matrix(clip(name), *values))
        with open_source(path) as source:
            frames = list(source)
            assert source.warnings == ()
    for number, frame in enumerate(frames):
        assert number in [number_of(turned(frame.rgb)) for turned in TURNS.values()]


@fuzz(30)
@given(above=st.integers(1, 40), below=st.integers(1, 40), ending=st.sampled_from(["mkv", "mp4", "mov"]))
def test_pixels_of_any_shape_become_square(above: int, below: int, ending: str) -> None:
    aspect = Fraction(above, below)
    with TemporaryDirectory() as root:
        path = Path(root) / f"a.{ending}"
        write_clip(path, "libx264", "yuv420p", {}, sample_aspect_ratio=aspect)
        numbers, warnings, _ = play(path)
        with open_source(path) as source:
            shape = (source.info.width, source.info.height)
    assert numbers == ALL
    assert warnings == ()
    if Fraction(1, 8) <= aspect <= 8 and abs(aspect - 1) >= Fraction(1, 200):
        width, height = (float(WIDTH * aspect), HEIGHT) if aspect > 1 else (WIDTH, float(HEIGHT / aspect))
        assert abs(shape[0] - width) <= 1
        assert abs(shape[1] - height) <= 1
    else:
        assert shape == (WIDTH, HEIGHT)


RATES = [Fraction(1, 10), Fraction(1), Fraction(15, 2), Fraction(24000, 1001), Fraction(25), Fraction(30000, 1001)]
RATES += [Fraction(50), Fraction(60), Fraction(120), Fraction(240), Fraction(480), Fraction(1000), Fraction(9000)]


@fuzz(40)
@given(name=st.sampled_from(sorted(CLIPS)), rate=st.sampled_from(RATES))
def test_a_clip_of_any_rate_gives_every_image_in_order(name: str, rate: Fraction) -> None:
    codec, pixels, options = CLIPS[name]
    with TemporaryDirectory() as root:
        path = Path(root) / name
        try:
            write_clip(path, codec, pixels, options, rate=rate)
        except (av.error.FFmpegError, ValueError, OverflowError):
            return  # The codec has no such rate.
        numbers, warnings, _ = play(path)
    assert numbers == ALL
    assert warnings == ()


FIELDS = {
    "h264.mp4": [
        (b"mdhd", 16),
        (b"mdhd", 20),
        (b"mvhd", 16),
        (b"mvhd", 20),
        (b"stts", 12),
        (b"stts", 16),
        (b"elst", 12),
    ],
    "jpeg.mov": [(b"mdhd", 16), (b"mdhd", 20), (b"mvhd", 16), (b"stts", 16), (b"elst", 16), (b"elst", 20)],
    "jpeg.avi": [(b"avih", 8), (b"strh", 28), (b"strh", 32), (b"strh", 36), (b"strh", 40)],
    "ffv1.mkv": [(b"\x2a\xd7\xb1", 4), (b"\x23\xe3\x83", 4), (b"\x44\x89", 3), (b"\x44\x89", 7)],
}
"""Fields of time: their part, and their place after its name."""
EXTREMES = [0, 1, 2, 1000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x7FC00000, 0x7FF80000, 0xFFF00000, 0x3F800000]


@fuzz(80)
@given(name=st.sampled_from(sorted(FIELDS)), which=st.integers(0, 6), value=st.sampled_from(EXTREMES))
def test_any_time_base_gives_images_in_order_or_a_sentence(name: str, which: int, value: int) -> None:
    kind, place = FIELDS[name][which % len(FIELDS[name])]
    data = clip(name)
    start = data.index(kind) + place
    found = played(name, data[:start] + struct.pack("<I" if name == "jpeg.avi" else ">I", value) + data[start + 4 :])
    if not isinstance(found, UserError):
        numbers, warnings, lost = found
        shown = [number for number in numbers if number is not None]
        assert numbers == sorted(set(shown))
        # An edit list may hide two images without a message, as encoders use it for the first ones.
        assert len(shown) >= FRAMES - 2 * (kind == b"elst") or warnings or lost


@fuzz(20)
@given(
    codec=st.sampled_from(
        [("a.h264", "libx264", "yuv420p"), ("a.m4v", "mpeg4", "yuv420p"), ("a.mjpeg", "mjpeg", "yuvj420p")]
    ),
    start=st.integers(0, 30),
)
def test_raw_video_without_times_is_read_in_order(codec: tuple[str, str, str], start: int) -> None:
    name, encoder, pixels = codec
    with TemporaryDirectory() as root:
        path = Path(root) / name
        write_clip(path, encoder, pixels, {}, numbers=range(start, start + FRAMES))
        numbers, _, _ = play(path)
    assert numbers == list(range(start, start + FRAMES))


@fuzz(40)
@given(name=st.sampled_from(sorted(CLIPS)), other=st.sampled_from(sorted(CLIPS)))
def test_joined_files_are_read_or_named(name: str, other: str) -> None:
    found = played(name, clip(name) + clip(other, FRAMES))
    if name != other:
        # What another kind of file means behind this one depends on the container.
        assert isinstance(found, UserError) or found[1] or set(ALL) <= set(found[0])
        return
    assert not isinstance(found, UserError)
    numbers, warnings, _ = found
    assert numbers == sorted({number for number in numbers if number is not None})
    assert numbers == list(range(2 * FRAMES)) or warnings


def film(path: Path, *, cover: int, small: int, sound: bool) -> None:
    """Write a video; a cover picture and a smaller version come before it (0), after it (1) or not at all (2)."""
    with av.open(str(path), "w") as container:
        streams: dict[str, Any] = {}
        order = sorted([(cover, "cover"), (small, "small"), (0.5, "main")])
        for place, name in order:
            if place < 2:
                codec = "mjpeg" if name == "cover" else "mpeg4"
                stream: Any = container.add_stream(codec, rate=30)
                streams[name] = stream
                side = {"cover": (320, 320), "small": (48, 32), "main": (WIDTH, HEIGHT)}[name]
                stream.width, stream.height = side
                stream.pix_fmt = "yuvj420p" if name == "cover" else "yuv420p"
        if sound:
            streams["sound"] = container.add_stream("pcm_s16le", rate=8000)
        if "cover" in streams:
            black = av.VideoFrame.from_ndarray(np.zeros((320, 320, 3), np.uint8), format="rgb24")
            container.mux(streams["cover"].encode(black))
            container.mux(streams["cover"].encode(None))
        for number in range(FRAMES):
            image = av.VideoFrame.from_ndarray(numbered(number), format="rgb24")
            for name in ("main", "small"):
                if name in streams:
                    container.mux(
                        streams[name].encode(image.reformat(width=streams[name].width, height=streams[name].height))
                    )
        for name in ("main", "small"):
            if name in streams:
                container.mux(streams[name].encode(None))
        if sound:
            silence = av.AudioFrame.from_ndarray(np.zeros((1, 6400), np.int16), format="s16", layout="mono")
            silence.rate = 8000
            container.mux(streams["sound"].encode(silence))
            container.mux(streams["sound"].encode(None))


@fuzz(12)
@given(cover=st.integers(0, 2), small=st.integers(0, 2), sound=st.booleans(), ending=st.sampled_from(["mkv", "mov"]))
def test_the_main_video_is_found_among_other_streams(cover: int, small: int, sound: bool, ending: str) -> None:
    with TemporaryDirectory() as root:
        path = Path(root) / f"film.{ending}"
        film(path, cover=cover, small=small, sound=sound)
        numbers, warnings, _ = play(path)
    assert numbers == ALL
    assert warnings == ()


@fuzz(80)
@given(
    ending=st.sampled_from([".png", ".jpg", ".webp", ".bmp", ".tiff"]),
    share=st.floats(0.0, 1.0, exclude_max=True),
    kind=st.sampled_from(["cut", "joined", "behind"]),
    other=st.sampled_from([".png", ".jpg"]),
)
def test_a_picture_is_whole_or_refused(ending: str, share: float, kind: str, other: str) -> None:
    data = cv2.imencode(ending, numbered(21))[1].tobytes()
    second = cv2.imencode(other, numbered(42))[1].tobytes()
    with TemporaryDirectory() as root:
        path = Path(root) / f"a{ending}"
        path.write_bytes(
            {"cut": data[: int(share * len(data))], "joined": data + second, "behind": data + bytes(99)}[kind]
        )
        (still,) = find_stills([path])
        found = refused_or_read(lambda: load_still(still))
        if not isinstance(found, UserError):
            assert number_of(found.rgb) == 21
        else:
            assert kind == "cut"


NAMES = [
    "a.mcap",
    "a.bag",
    "a.db3",
    "a.heic",
    "a.avif",
    "a.mp4",
    "a.png",
    "\ufeffa.mp4",
    "a.MP4.",
    "-a.mp4",
    "a b;c.mp4",
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("content", ["video", "picture", "nothing", "mark"])
def test_a_name_that_lies_is_read_or_refused_in_one_line(
    name: str, content: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    data = {"video": clip("h264.mp4"), "picture": cv2.imencode(".png", numbered(3))[1].tobytes(), "nothing": b""}
    (tmp_path / name).write_bytes(data.get(content, b"\xef\xbb\xbf" + clip("h264.mp4")))
    found = refused_or_read(lambda: play(tmp_path / name))
    if isinstance(found, UserError):
        assert main(["--headless", "--video", str(tmp_path / name)]) == 2
        said = capfd.readouterr().err.splitlines()
        assert len(said) == 1
        assert "Traceback" not in said[0]
    else:
        assert found[0] == ALL
