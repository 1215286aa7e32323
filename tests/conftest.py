"""Fixtures that every test may use."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import pytest

# Some tests load ONNX Runtime before fasdemo, which switches this off itself.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """The folder with reference data beside a development checkout; the test is skipped if it is absent."""
    folder = Path(os.environ.get("FASDEMO_SHARED", ROOT.parent / "shared"))
    if not (folder / "reference").is_dir():
        pytest.skip("the reference material (folder `shared` beside the checkout, or FASDEMO_SHARED) is not here")
    return folder


@pytest.fixture(autouse=True)
def _own_state(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep lock-outs of one test from others, and from those of the user."""
    folder = tmp_path_factory.getbasetemp() / f"state-{secrets.token_hex(6)}"
    monkeypatch.setenv("XDG_STATE_HOME", str(folder))
