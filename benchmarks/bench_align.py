"""Compare projected face crops with whole-frame alignment by the RealSense SDK.

    python -m benchmarks.bench_align [--frames 500]

Both use the same frames (colour, depth and infrared at 640 x 480, native streams). `crop_face` returns three aligned
128 x 128 crops of one face; `rs.align` aligns the whole depth image to colour, without infrared or a crop. The cost of
aligning by projection is the difference between crops of all streams and of colour alone: the distance of the face, two
projections and the warping. The output is in milliseconds per frame: median and 95th percentile.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pyrealsense2 as rs

from fasdemo.capture.open import open_source
from fasdemo.frames import FrameSet
from fasdemo.models.card import CropSpec
from fasdemo.models.crop import crop_face
from tests.fasdemo.models.test_realsense_crop import face_in
from tests.support.realsense_scene import Surface, record

DISTANCE_M = 0.6


def sdk_times(path: Path, count: int) -> list[float]:
    config, pipeline = rs.config(), rs.pipeline()
    rs.config.enable_device_from_file(config, str(path), repeat_playback=False)
    config.resolve(rs.pipeline_wrapper(pipeline)).get_device().as_playback().set_real_time(False)
    pipeline.start(config)
    align = rs.align(rs.stream.color)
    try:
        _, frames = pipeline.try_wait_for_frames(2000)
        times = []
        for _ in range(count):
            start = time.perf_counter()
            np.asanyarray(align.process(frames).get_depth_frame().get_data())
            times.append(1000 * (time.perf_counter() - start))
        return times
    finally:
        pipeline.stop()


def crop_times(frame: FrameSet, count: int) -> list[float]:
    face = face_in(DISTANCE_M)
    times = []
    for _ in range(count):
        start = time.perf_counter()
        crop_face(frame, face, CropSpec(), 128)
        times.append(1000 * (time.perf_counter() - start))
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=500, help="measured frames (default: 500)")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as folder:
        path = record(Path(folder) / "scene.db3", Surface(DISTANCE_M, bulge=1.2))
        with open_source(path) as source:
            frame = next(iter(source))
        color = replace(frame, depth=None, ir=None)
        works: dict[str, Callable[[int], list[float]]] = {
            "crop_face: colour": lambda count: crop_times(color, count),
            "crop_face: colour, depth, IR": lambda count: crop_times(frame, count),
            "rs.align: depth": lambda count: sdk_times(path, count),
        }
        rows: dict[str, list[float]] = {name: [] for name in works}
        # Alternate the rounds, so that the load of the machine affects all alike.
        for _ in range(5):
            for name, work in works.items():
                rows[name] += work(options.frames // 5)
    for name, times in rows.items():
        print(f"{name:<30} median {np.median(times):6.3f} ms   95 % {np.percentile(times, 95):6.3f} ms")
    alone, crops, whole = (float(np.median(times)) for times in rows.values())
    added = crops - alone
    print(f"aligning by projection {added:.3f} ms, by rs.align {whole:.3f} ms: {whole / added:.1f} times")


if __name__ == "__main__":
    main()
