"""Damage in the structure of a session's videos, through the real engine: only images that were recorded are LIVE."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fasdemo.capture.open import open_source
from fasdemo.engine.result import Status
from fasdemo.errors import UserError
from fasdemo.frames import FrameSet
from fasdemo.sessions.reader import SessionReader
from fasdemo.sessions.writer import SessionWriter
from tests.support.container_damage import Step, restructured, steps
from tests.support.fault_stage import real_engine, record_person, trusting_model
from tests.support.specimens import fuzz, put

FRAMES = 14
VIDEOS = ("color.mp4", "depth.mkv", "ir.mkv")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trusting_model(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of a session of one person, stored as videos."""
    root = tmp_path_factory.mktemp("person")
    with SessionReader(record_person(root / "files", FRAMES)) as reader:
        session = reader.session.model_copy(update={"container": "video"})
        with SessionWriter(root / "videos", session) as writer:
            for frame in reader:
                writer.write(frame)
    return {path.name: path.read_bytes() for path in (root / "videos").iterdir()}


@pytest.fixture(scope="module")
def sound(files: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> list[FrameSet]:
    """The frames of the session without damage."""
    with open_source(put(tmp_path_factory.mktemp("sound"), files)) as source:
        return list(source)


def live_frames(folder: Path, model: Path) -> list[FrameSet]:
    """Return the frames of a session that the engine calls LIVE; none if it is refused."""
    try:
        with open_source(folder) as source, real_engine(model, source.info) as engine:
            return [
                frame for frame in source if any(face.status is Status.LIVE for face in engine.process(frame).faces)
            ]
    except UserError:
        return []


def test_the_session_without_damage_is_live(files: dict[str, bytes], model: Path, tmp_path: Path) -> None:
    assert len(live_frames(put(tmp_path, files), model)) > FRAMES // 2


@fuzz(4, cost=10)
@given(name=st.sampled_from(VIDEOS), damage=steps)
def test_only_recorded_images_are_live(
    files: dict[str, bytes], sound: list[FrameSet], model: Path, name: str, damage: list[Step]
) -> None:
    with TemporaryDirectory() as root:
        folder = put(Path(root), {**files, name: restructured(name, files[name], damage)})
        for frame in live_frames(folder, model):
            for stream in ("rgb", "depth", "ir"):
                image = getattr(frame, stream)
                assert image is not None
                assert image.tobytes() in {getattr(one, stream).tobytes() for one in sound}
