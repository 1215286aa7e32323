"""Changes of one stream of a face for the table of disturbed streams."""

from __future__ import annotations

import numpy as np
import pytest

from fasdemo.models.crop import FaceCrops
from tools.measure.streams.disturbed_streams import disturbances


def crops() -> FaceCrops:
    rng = np.random.default_rng(1)
    rgb = rng.integers(20, 230, (32, 32, 3)).astype(np.uint8)
    depth = (600.0 + rng.normal(0, 5, (32, 32))).astype(np.float32)
    depth[:4] = 0.0
    return FaceCrops(rgb, depth, rng.integers(20, 230, (32, 32)).astype(np.uint8), 600.0, np.eye(2, 3))


@pytest.mark.parametrize("title", disturbances())
def test_disturbances_change_their_stream_only(title: str) -> None:
    before = crops()
    after = disturbances()[title](before, np.random.default_rng(0))
    streams = {
        "colour": (np.asarray(before.rgb), np.asarray(after.rgb)),
        "infrared": (np.asarray(before.ir), np.asarray(after.ir)),
        "depth": (np.asarray(before.depth_mm), np.asarray(after.depth_mm)),
    }
    changed = {name for name, (old, new) in streams.items() if not np.array_equal(old, new)}
    assert changed == ({title.split(":")[0]} if title != "none" else set())
    for old, new in streams.values():
        assert (new.shape, new.dtype) == (old.shape, old.dtype)


def test_depth_noise_leaves_holes() -> None:
    after = disturbances()["depth: noise of 4 mm"](crops(), np.random.default_rng(0))
    assert after.depth_mm is not None
    assert not after.depth_mm[:4].any()
