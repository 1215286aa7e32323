"""A program that ends without closing the engine's parts ends without a message."""

from __future__ import annotations

import subprocess
import sys

from tests.support.face_fixtures import model_or_skip

PROGRAM = """
import numpy as np
from fasdemo.capture.source import SourceInfo
from fasdemo.engine.engine import Engine
from fasdemo.frames import FrameSet
info = SourceInfo("file", "", False, frozenset({"rgb"}), 320, 240, 30.0, None, None)
engine = Engine.for_info(info)
engine.process(FrameSet(index=0, timestamp_s=0.0, rgb=np.full((240, 320, 3), 90, np.uint8)))
print("end")
"""


def test_program_that_does_not_close_the_engine_ends_without_an_exception() -> None:
    model_or_skip()
    ended = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 0
    assert ended.stdout == "end\n"
    for word in ("Traceback", "Exception ignored", "Error"):
        assert word not in ended.stderr
