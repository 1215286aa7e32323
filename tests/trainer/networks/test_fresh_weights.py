"""Every published network against a second writing of it, with weights that no run has seen before.

The second writing (tests/support/reference_networks.py) is held to what the published code computes where the
reference material is here, and the trainer's network to the second writing everywhere, with a new seed in every run.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from tests.support.network_weights import OWN, oracle_input, oracle_keys, oracle_state
from tests.support.reference_networks import REFERENCES
from trainer import networks

SLOW = ("FishNet99", "FishNet150", "FeatherNetB-x3-pipenet")
"""The largest networks; the other eleven take a few seconds together."""
MAX_DIFFERENCE = 1e-7
"""Largest relative difference in 64 bits. Rounding adds about 1e-13, the factor 0.7 of the central differences, which
the network keeps in 32 bits, 2e-8."""


def names() -> list[object]:
    """Names of the networks; those that take long are marked."""
    return [pytest.param(name, marks=pytest.mark.slow) if name in SLOW else name for name in REFERENCES]


@pytest.mark.parametrize("name", names())
def test_reference_network_computes_what_the_published_code_does(name: str, shared_dir: Path) -> None:
    state = oracle_state(oracle_keys(shared_dir)[name])
    inputs = [oracle_input(index) for index in range(3 if networks.entry(name).fusion else 1)]
    with torch.inference_mode():
        given = REFERENCES[name](state, inputs).numpy()
    expected = np.load(shared_dir / "reference/outputs.npz")[name]
    assert np.linalg.norm(given - expected) / np.linalg.norm(expected) < 1e-4


@pytest.mark.parametrize("name", names())
def test_network_with_fresh_weights_equals_its_reference(name: str) -> None:
    seed = int(np.random.SeedSequence().generate_state(1)[0])
    network = networks.build(name).eval()
    keys = [(key, tuple(tensor.shape)) for key, tensor in network.state_dict().items()]
    network.load_state_dict(oracle_state(keys, seed))
    network.double()
    inputs = [oracle_input(index, seed)[:1].double() for index in range(3 if networks.entry(name).fusion else 1)]
    with torch.inference_mode():
        ours, expected = network(*inputs), REFERENCES[name](network.state_dict(), inputs)
    difference = float((ours - expected).norm() / expected.norm())
    assert difference < MAX_DIFFERENCE, f"seed {seed}"


def test_references_cover_every_published_network() -> None:
    assert set(REFERENCES) == {name for name in networks.names() if name not in OWN}
    assert len(REFERENCES) == 14
