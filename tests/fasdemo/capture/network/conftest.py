"""No credentials of the machine take part in the tests."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FASDEMO_CAMERA_USER", "FASDEMO_CAMERA_PASSWORD", "FASDEMO_NETRC"):
        monkeypatch.delenv(name, raising=False)
