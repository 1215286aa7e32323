"""Videos whose container is damaged in its structure: every image that is given was in the file, and losses are named.

The images show their own numbers, so that a test knows which of them were given (`tests/support/numbered_clips.py`).
What no reader can notice is left out of the properties: a packet that is absent without a trace in Matroska or a
transport stream, and changed bits in the data of a codec without checksums.
"""

from __future__ import annotations

import math
from pathlib import Path
from tempfile import TemporaryDirectory

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fasdemo.capture.open import open_source
from fasdemo.errors import UserError
from tests.support.bounded_child import run_bounded
from tests.support.container_damage import VALUES, VALUES_OF_FLOATS, Step, parts, restructured, steps
from tests.support.numbered_clips import CLIPS, FRAMES, clip, number_of
from tests.support.specimens import fuzz, refused_or_read

Played = tuple[list[int | None], tuple[str, ...], int]
COUNTED = ("faststart.mp4", "h264.mp4", "jpeg.mov", "jpeg.avi")
"""Clips whose container states the number of images."""
WHOLE_IMAGES = ("jpeg.mov", "jpeg.avi", "own.mkv")
"""Clips whose images do not depend on each other."""


def play(path: Path) -> Played:
    """Return the numbers of the images that a file gives, its warnings and its count of lost images."""
    with open_source(path) as source:
        frames = list(source)
        warnings, info = source.warnings, source.info
    assert all("\n" not in sentence and len(sentence) < 3000 for sentence in warnings)
    assert 0 < info.fps <= 1000
    assert frames
    times = [frame.timestamp_s for frame in frames]
    assert all(map(math.isfinite, times))
    assert times == sorted(times)
    indexes = [frame.index for frame in frames]
    assert indexes == sorted(set(indexes))
    assert all(frame.rgb.shape == (info.height, info.width, 3) for frame in frames)
    lost = sum(frame.lost_before for frame in frames)
    assert warnings or not lost
    return [number_of(frame.rgb) for frame in frames], warnings, lost


def played(name: str, data: bytes) -> Played | UserError:
    with TemporaryDirectory() as root:
        path = Path(root) / name
        path.write_bytes(data)
        found = refused_or_read(lambda: play(path))
        assert isinstance(found, tuple | UserError)
        return found


@fuzz(120)
@given(name=st.sampled_from(sorted(CLIPS)), damage=steps)
def test_any_structure_is_read_or_refused(name: str, damage: list[Step]) -> None:
    played(name, restructured(name, clip(name), damage))


@fuzz(100)
@given(name=st.sampled_from(sorted(CLIPS)), share=st.floats(0.0, 1.0, exclude_max=True))
def test_a_file_cut_at_any_byte_gives_its_first_images_and_says_so(name: str, share: float) -> None:
    data = clip(name)
    found = played(name, data[: int(share * len(data))])
    if isinstance(found, UserError):
        return
    numbers, warnings, _ = found
    assert None not in numbers
    shown = [number for number in numbers if number is not None]
    assert shown == sorted(set(shown))
    if len(shown) < FRAMES:
        assert warnings or is_like_a_shorter_file(name, int(share * len(data)))


def is_like_a_shorter_file(name: str, size: int) -> bool:
    """Return whether a file of independent parts is cut between two of them, which no reader can notice."""
    if name not in ("mpeg2.ts", "h264.ts", "h264.m2ts", "fragmented.mp4"):
        return False
    return any(part.level == 0 and part.end == size for part in parts(name, clip(name)))


def moved(*kinds: str) -> st.SearchStrategy[list[Step]]:
    """Return steps of damage of these kinds."""
    step = st.tuples(
        st.sampled_from(kinds),
        st.floats(0.0, 1.0, exclude_max=True),
        st.floats(0.0, 1.0, exclude_max=True),
        st.sampled_from((*VALUES, *VALUES_OF_FLOATS)),
        st.booleans(),
    )
    return st.lists(step, min_size=1, max_size=2)


@fuzz(60)
@given(name=st.sampled_from(WHOLE_IMAGES), damage=moved("cut", "remove", "double", "exchange", "size", "type"))
def test_damage_around_whole_images_gives_no_other_image(name: str, damage: list[Step]) -> None:
    found = played(name, restructured(name, clip(name), damage))
    if not isinstance(found, UserError):
        assert None not in found[0]


@fuzz(60)
@given(name=st.sampled_from(COUNTED), damage=moved("cut", "remove", "exchange", "size", "type"))
def test_images_that_a_counting_container_lost_are_named(name: str, damage: list[Step]) -> None:
    found = played(name, restructured(name, clip(name), damage))
    if not isinstance(found, UserError) and set(found[0]) != set(range(FRAMES)):
        assert found[1]


@fuzz(40)
@given(
    name=st.sampled_from(["mpeg2.ts", "h264.ts", "h264.m2ts"]),
    damage=moved("remove", "exchange", "type"),
)
def test_a_transport_stream_without_some_packets_gives_no_other_image(name: str, damage: list[Step]) -> None:
    found = played(name, restructured(name, clip(name), damage))
    if not isinstance(found, UserError):
        numbers, warnings, _ = found
        assert None not in numbers
        assert len(set(numbers)) == len(numbers)
        # Without the packets of its last images, at most one for each step, it is like a shorter recording.
        shorter = numbers == list(range(len(numbers))) and len(numbers) >= FRAMES - len(damage)
        assert set(numbers) == set(range(FRAMES)) or warnings or shorter


def media_packets(path: Path) -> list[tuple[int, int]]:
    """Return place and length of every packet in a file."""
    with av.open(str(path)) as container:
        found = [(packet.pos, packet.size) for packet in container.demux(video=0) if packet.size]
    return [(place, size) for place, size in found if place is not None]


@fuzz(30)
@given(
    name=st.sampled_from(["h264.mp4", "h264.mkv"]),
    which=st.integers(0, FRAMES - 1),
    other=st.binary(min_size=1, max_size=10),
)
def test_nothing_predicted_from_a_damaged_image_is_shown(name: str, which: int, other: bytes) -> None:
    data = clip(name)
    with TemporaryDirectory() as root:
        path = Path(root) / name
        path.write_bytes(data)
        place, _ = media_packets(path)[which]
        # In Matroska, a block has a header of four bytes. The length of the image's first unit becomes larger than the
        # packet, which a decoder cannot overlook.
        place += 4 if name.endswith("mkv") else 0
        path.write_bytes(data[:place] + b"\x7f\xff\xff\xff" + other + data[place + 4 + len(other) :])
        numbers, warnings, _ = play(path)
    following = next((start for start in range(which + 1, FRAMES) if start % 8 == 0), FRAMES)
    assert numbers == [*range(which), *range(following, FRAMES)]
    assert warnings


@pytest.mark.parametrize("name", sorted(CLIPS))
def test_the_clips_are_sound(name: str) -> None:
    found = played(name, clip(name))
    assert not isinstance(found, UserError)
    assert found == (list(range(FRAMES)), (), 0)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", ["faststart.mp4", "ffv1.mkv", "jpeg.avi", "h264.ts"])
def test_structural_damage_takes_no_memory(name: str) -> None:
    code = (
        "from tests.fuzz.test_hostile_containers import restructured_many\n"
        "print('played', restructured_many(argument, 300))"
    )
    assert "played" in run_bounded(code, name, 1536, 600)


def restructured_many(name: str, count: int) -> int:
    """Play `count` damaged versions of a clip in this process; return how many were read."""
    import random

    chance = random.Random(name)
    read = 0
    for _ in range(count):
        kind = chance.choice(["size", "field", "blank", "type"])
        step = (kind, chance.random(), chance.random(), chance.choice(VALUES), chance.random() < 0.5)
        read += not isinstance(played(name, restructured(name, clip(name), [step])), UserError)
    return read
