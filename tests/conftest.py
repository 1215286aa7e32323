"""Fixtures that every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """The folder with reference data beside a development checkout; the test is skipped if it is absent."""
    folder = Path(os.environ.get("FASDEMO_SHARED", ROOT.parent / "shared"))
    if not (folder / "reference").is_dir():
        pytest.skip("the reference material (folder `shared` beside the checkout, or FASDEMO_SHARED) is not here")
    return folder
