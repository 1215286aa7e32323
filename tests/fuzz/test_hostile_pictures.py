"""Untrusted pictures and folders of pictures."""

from __future__ import annotations

import shutil
import struct
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fasdemo.capture.files.image_sequence import ImageSequenceSource
from fasdemo.capture.files.stills import find_stills, load_calibration, load_still, natural_key
from fasdemo.capture.open import open_source
from fasdemo.errors import UserError
from fasdemo.sessions.image_codec import check_declared_size, decode_image
from tests.support.bounded_child import run_bounded
from tests.support.specimens import HEIGHT, WIDTH, damaged, fuzz, mutations, picture, png_claiming, refused_or_read

ENDINGS = (".png", ".jpg", ".bmp", ".webp", ".tiff", ".ppm")


@fuzz(150)
@given(ending=st.sampled_from(ENDINGS), grey=st.booleans(), steps=mutations)
def test_damaged_stills_are_read_or_refused(ending: str, grey: bool, steps: list[Any]) -> None:
    grey = grey and ending in (".png", ".tiff")
    with TemporaryDirectory() as root:
        folder = Path(root)
        (folder / f"a_color{ending}").write_bytes(picture(ending))
        (folder / f"a_color{ending}").write_bytes(damaged(picture(ending), steps) if not grey else picture(ending))
        (folder / "a_depth.png").write_bytes(damaged(picture(".png", True), steps) if grey else picture(".png", True))
        (still,) = find_stills([folder])
        found = refused_or_read(lambda: load_still(still))
        if not isinstance(found, UserError):
            assert found.rgb.dtype == np.uint8
            assert found.rgb.size <= 3 * 64 * 1024**2


@fuzz(200)
@given(steps=mutations, stream=st.sampled_from(["rgb", "depth", "ir"]), ending=st.sampled_from([".png", ".jpg"]))
def test_decode_image_gives_an_image_or_says_why_not(steps: list[Any], stream: Any, ending: str) -> None:
    try:
        image = decode_image(damaged(picture(ending, ending == ".png" and stream == "depth"), steps), stream)
    except ValueError:
        return
    assert image.ndim == (3 if stream == "rgb" else 2)


@fuzz(200)
@given(st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=40))
@example("1²2")
@example("٣")
def test_any_file_name_can_be_sorted(name: str) -> None:
    assert natural_key(Path(name)) == natural_key(Path(name))


def test_open_source_plays_a_folder_with_any_names(tmp_path: Path) -> None:
    for name in ("1²2", "[a]*?", "-rf", "a b", "é", "frame10", "frame2", "ⅷ"):
        (tmp_path / f"{name}.png").write_bytes(picture(".png"))
    with ImageSequenceSource(tmp_path) as source:
        assert len(list(source)) == 8


@pytest.mark.parametrize("size", [(30_000, 30_000), (2**31 - 1, 1), (65_536, 65_536), (2**31 - 1, 2**31 - 1)])
def test_decode_image_refuses_a_png_that_claims_too_much(size: tuple[int, int]) -> None:
    if size[0] * size[1] <= 64 * 1024**2:
        pytest.skip("within the bound")
    with pytest.raises(ValueError, match="too many"):
        check_declared_size(png_claiming(*size))


@pytest.mark.parametrize("kind", [b"IDAT", b"IEND", b"tEXt", b"acTL", b"IHDR"])
def test_decode_image_refuses_a_png_chunk_of_four_gigabytes(kind: bytes) -> None:
    # Sixty-five bytes with which OpenCV takes 4 GB and five seconds; coverage-guided fuzzing found them.
    sound = png_claiming(5000, 5000)
    for place in (33, len(sound) - 12):
        hostile = sound[:place] + b"\xff\xff\x02\xa3" + kind + sound[place + 8 :]
        with pytest.raises(ValueError, match="cut off"):
            check_declared_size(hostile)
    check_declared_size(sound)


def jpeg_claiming(width: int, height: int, junk: bytes = b"") -> bytes:
    data = picture(".jpg")
    place = data.index(b"\xff\xc0")
    header = data[place : place + 5] + struct.pack(">HH", height, width)
    return data[:place] + junk + header + data[place + 9 :]


@pytest.mark.parametrize("junk", [b"", b"between the markers", b"\xff\xff\xff", b"\xff\x00x"])
def test_decode_image_refuses_a_jpeg_that_claims_too_much(junk: bytes) -> None:
    check_declared_size(jpeg_claiming(WIDTH, HEIGHT, junk))
    with pytest.raises(ValueError, match="too many"):
        check_declared_size(jpeg_claiming(65_500, 65_500, junk))


@pytest.mark.parametrize("ending", [".bmp", ".webp", ".tiff", ".ppm", ".png"])
def test_other_formats_are_bounded_by_opencv(tmp_path: Path, ending: str) -> None:
    (tmp_path / f"a{ending}").write_bytes(huge(ending))
    code = "from fasdemo.capture.open import open_source\nwith open_source(argument) as s: print(len(list(s)))"
    assert "UserError" in run_bounded(code, str(tmp_path), 700)


def huge(ending: str) -> bytes:
    """A few bytes that claim 900 million pixels."""
    if ending == ".png":
        return png_claiming(30_000, 30_000)
    if ending == ".ppm":
        return b"P6 30000 30000 255\n" + bytes(1000)
    if ending == ".bmp":
        return (
            b"BM"
            + struct.pack("<IHHIIiiHHIIiiII", 1000, 0, 0, 54, 40, 30_000, 30_000, 1, 24, 0, 0, 0, 0, 0, 0)
            + bytes(900)
        )
    if ending == ".webp":
        # 16384 x 16384, the most that the format can say.
        body = b"VP8L" + struct.pack("<I", 100) + b"\x2f" + struct.pack("<I", 0x3FFF | 0x3FFF << 14) + bytes(95)
        return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body
    tags = [(256, 30_000), (257, 30_000), (258, 8), (259, 1), (262, 1), (273, 200), (277, 1), (278, 30_000), (279, 100)]
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + bytes(400)


def test_open_source_takes_no_device_for_a_picture(tmp_path: Path) -> None:
    (tmp_path / "zero.png").symlink_to("/dev/zero")
    with pytest.raises(UserError, match="no picture that can be read"):
        open_source(tmp_path).__enter__()


@fuzz(100)
@given(steps=mutations)
def test_damaged_calibrations_are_read_or_refused(steps: list[Any]) -> None:
    camera = '{"width": 48, "height": 32, "fx": 60, "fy": 60, "cx": 24, "cy": 16}'
    content = f'{{"rgb": {camera}, "depth": {camera}, "registered": false}}'.encode()
    with TemporaryDirectory() as root:
        path = Path(root) / "calibration.json"
        path.write_bytes(damaged(content, steps))
        refused_or_read(lambda: load_calibration(path))


def test_open_source_skips_a_link_to_itself(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(picture(".png"))
    (tmp_path / "b.png").symlink_to("b.png")
    shutil.copytree(tmp_path, tmp_path / "deeper", symlinks=True)
    with open_source(tmp_path) as source:
        assert len(list(source)) == 2
