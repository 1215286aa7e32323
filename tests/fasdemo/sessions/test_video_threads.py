"""Decoding small videos uses no threads besides the caller's."""

from __future__ import annotations

import sys
from itertools import islice

import cv2
import psutil
import pytest

from fasdemo.assets_folder import demo_session
from fasdemo.capture.open import open_source


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="counts the threads of Linux")
def test_decoding_a_session_starts_no_threads(request: pytest.FixtureRequest) -> None:
    process = psutil.Process()
    # OpenCV's own pool is started by whichever image is the first one in this process.
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    request.addfinalizer(lambda: cv2.setNumThreads(threads))
    with open_source(str(demo_session())) as source:
        before = process.num_threads()
        for frame in islice(source, 40):
            assert frame.depth is not None
        assert process.num_threads() <= before
