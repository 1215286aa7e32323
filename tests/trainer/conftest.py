"""Settings that have to be made before torch is loaded, and what the trainer's tests share."""

from __future__ import annotations

from collections.abc import Iterator

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
