"""Settings that have to be made before torch is loaded, and what the trainer's tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import trainer  # noqa: F401  (makes torch's threads sleep while they wait)


@pytest.fixture(scope="module")
def one_thread() -> Iterator[None]:
    """Torch on one thread while a module's tests run: small networks gain nothing from more, and neighbours lose."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def sessions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four recorded people, each live and attacked, four frames a session."""
    from tests.support.recorded_people import record_people

    return record_people(tmp_path_factory.mktemp("recorded") / "sessions")


@pytest.fixture
def detector(monkeypatch: pytest.MonkeyPatch) -> None:
    """Find the face of recorded people without the face detector's model."""
    from tests.support.recorded_people import WholeFrame

    monkeypatch.setattr("fasdemo.faces.detector.FaceDetector", WholeFrame)
