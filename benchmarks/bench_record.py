"""Measure codecs for recordings, and the recorder in real time.

    python benchmarks/bench_record.py codecs [--frames 60]
    python benchmarks/bench_record.py run [--seconds 60] [--load] [--to DIR]

`codecs` encodes the same noisy 640 x 480 scene with every codec on one thread and prints CPU time and size per frame.
`run` gives the recorder 30 frame sets (colour, 16-bit depth, 8-bit infrared) per second, as a camera does, and prints
frames written and lost, CPU use, memory and the longest queue over time. With `--load` another process uses one core
at the same time, as inference does. Ten minutes need about 10 GB.
"""

from __future__ import annotations

import argparse
import io
import multiprocessing
import shutil
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from multiprocessing.synchronize import Event
from pathlib import Path

import av
import cv2
import numpy as np
import psutil

from fasdemo.frames import FrameSet, Stream, StreamTime
from fasdemo.record.recorder import Recorder
from fasdemo.sessions.image_codec import encode_image
from fasdemo.sessions.repair import verify_session
from fasdemo.sessions.schema import Consent, Session

HEIGHT, WIDTH, FPS = 480, 640, 30


def scene(number: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return colour, depth and infrared of a head in front of a wall; depth noise grows with the squared distance."""
    random = np.random.default_rng(number)
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    wall = 1500 + 200 * np.sin(x / 90) + 0.5 * y
    radius = np.hypot((x - 320 - 40 * np.sin(number / 20)) / 110, (y - 240) / 150)
    head = 550 + 60 * radius**2
    metres = np.where(radius < 1, head, wall) / 1000
    depth = 1000 * metres + random.normal(0, 3.0, metres.shape) * metres**2
    depth[random.random(depth.shape) < 0.01] = 0
    depth[:, :40] = 0
    depth[(radius > 1) & (radius < 1.06) & (x < 320)] = 0
    ir = np.clip(np.where(radius < 1, 150, 60) / metres**0.5 + random.normal(0, 4, metres.shape), 0, 255)
    base = np.stack([np.where(radius < 1, 190, 90) + 20 * np.sin(x / 7 + c) for c in range(3)], 2)
    rgb = np.clip(base + random.normal(0, 3, base.shape), 0, 255)
    return rgb.astype(np.uint8), depth.astype(np.uint16), ir.astype(np.uint8)


def image_file(suffix: str, *flags: int) -> Callable[[np.ndarray], int]:
    return lambda image: len(cv2.imencode(suffix, image, list(flags))[1])


def recorded(stream: Stream, image: np.ndarray, quick: bool = False) -> int:
    return len(encode_image(image, stream, quick=quick))


def each(encode: Callable[[np.ndarray], int]) -> Callable[[list[np.ndarray]], int]:
    return lambda images: sum(encode(image) for image in images)


def video(codec: str, layout: str, **options: str) -> Callable[[list[np.ndarray]], int]:
    def encode(images: list[np.ndarray]) -> int:
        target = io.BytesIO()
        with av.open(target, "w", format="matroska") as container:
            stream = container.add_stream(codec, rate=FPS, options=options)
            assert isinstance(stream, av.VideoStream)
            stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, layout
            stream.codec_context.thread_count = 1
            for number, image in enumerate(images):
                source = "rgb24" if image.ndim == 3 else ("gray16le" if image.dtype == np.uint16 else "gray")
                frame = av.VideoFrame.from_ndarray(image, format=source)
                frame.pts = number
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        return len(target.getvalue())

    return encode


def codecs(frames: int) -> None:
    cv2.setNumThreads(1)
    scenes = [scene(number) for number in range(frames)]
    level, strategy = cv2.IMWRITE_PNG_COMPRESSION, cv2.IMWRITE_PNG_STRATEGY
    single: dict[str, Callable[[np.ndarray], int]] = {
        "PNG, zlib level 1": image_file(".png", level, 1),
        "PNG, zlib level 3": image_file(".png", level, 3),
        "PNG, zlib level 6": image_file(".png", level, 6),
        "PNG, OpenCV's default": image_file(".png"),
        "PNG, Huffman only": image_file(".png", level, 1, strategy, cv2.IMWRITE_PNG_STRATEGY_HUFFMAN_ONLY),
    }
    print(f"{'stream':<7}{'codec':<34}{'ms/frame':>9}{'kB/frame':>10}")
    streams: tuple[tuple[Stream, int], ...] = (("depth", 1), ("ir", 2), ("rgb", 0))
    for name, column in streams:
        images = [one[column] for one in scenes]
        rows: dict[str, Callable[[list[np.ndarray]], int]] = {}
        if name == "rgb":
            for quality in (90, 95, 98):
                rows[f"JPEG {quality}"] = each(image_file(".jpg", cv2.IMWRITE_JPEG_QUALITY, quality))
            rows["H.264, ultrafast, crf 16"] = video("libx264", "yuv420p", preset="ultrafast", crf="16", bf="0")
        else:
            rows |= {label: each(encode) for label, encode in single.items()}
            layout = "gray16le" if name == "depth" else "gray"
            rows["FFV1 in Matroska"] = video("ffv1", layout, level="3", g="1")
            rows["the recorder's, many waiting"] = each(partial(recorded, name, quick=True))
        rows["the recorder's (record/image_codec)"] = each(partial(recorded, name))
        for label, work in rows.items():
            # CPU time, so that other programs do not affect the result.
            start = time.process_time()
            size = work(images)
            spent = time.process_time() - start
            print(f"{name:<7}{label:<36}{1000 * spent / frames:>7.2f}{size / frames / 1000:>10.1f}")


def burn(stop: Event) -> None:
    while not stop.is_set():
        sum(range(10_000))


def run(seconds: float, load: bool, folder: Path | None) -> None:
    scenes = [scene(number) for number in range(30)]
    now = datetime.now(UTC)
    session = Session(
        subject="BENCH",
        label="live",
        started=now,
        streams=("rgb", "depth", "ir"),
        width=WIDTH,
        height=HEIGHT,
        fps=FPS,
        consent=Consent(statement="none needed", given_on=date.today(), retain_until=date.today()),
    )
    root = folder or Path(tempfile.mkdtemp(prefix="bench-record-"))
    stop = multiprocessing.Event()
    other = multiprocessing.Process(target=burn, args=(stop,), daemon=True)
    if load:
        other.start()
    process = psutil.Process()
    recorder = Recorder(root, session)
    used = process.cpu_times()
    start = time.perf_counter()
    memory: list[float] = []
    longest = every = 0
    look_s = max(seconds / 20, 1.0)
    print(f"{'s':>6}{'MB':>7}{'waiting':>9}{'lost':>6}")
    for number in range(int(seconds * FPS)):
        time.sleep(max(start + number / FPS - time.perf_counter(), 0))
        rgb, depth, ir = scenes[number % len(scenes)]
        # Copied, because a camera allocates new memory for each frame.
        frame = FrameSet(
            index=number,
            timestamp_s=number / FPS,
            rgb=rgb.copy(),
            depth=depth.copy(),
            ir=ir.copy(),
            declared=frozenset({"rgb", "depth", "ir"}),
            times={"rgb": StreamTime(number / FPS, number)},
        )
        recorder.put(frame)
        status = recorder.status
        every = max(every, status.waiting)
        if number % round(look_s * FPS) == 0:
            memory.append(process.memory_info().rss / 1e6)
            print(f"{number / FPS:>6.0f}{memory[-1]:>7.0f}{every:>9}{status.lost:>6}", flush=True)
            longest, every = max(longest, every), 0
    end = process.cpu_times()
    stored = recorder.stop()
    stop.set()
    spent = end.user + end.system - used.user - used.system
    print(f"{stored.frames} sets written, {stored.lost} lost, at most {max(longest, every)} waiting")
    print(f"{recorder.status.megabytes / stored.frames * 1000:.0f} kB a set, {100 * spent / seconds:.0f} % of one core")
    settled = memory[1:] or memory
    print(f"memory after the first {look_s:.0f} s: {min(settled):.0f} to {max(settled):.0f} MB")
    if folder is None:
        print("verified: " + (", ".join(verify_session(recorder.folder).problems[:3]) or "no damage"))
        shutil.rmtree(root)
    else:
        print(f"to verify: fasdemo sessions verify {recorder.folder}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("codecs").add_argument("--frames", type=int, default=60)
    paced = actions.add_parser("run")
    paced.add_argument("--seconds", type=float, default=60.0)
    paced.add_argument("--load", action="store_true")
    paced.add_argument("--to", type=Path)
    options = parser.parse_args()
    if options.action == "codecs":
        codecs(options.frames)
    else:
        run(options.seconds, options.load, options.to)


if __name__ == "__main__":
    main()
