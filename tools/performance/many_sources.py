"""Open many different sources one after the other in one window and print how its memory develops.

Sessions, clips of several sizes, pictures and folders of pictures are opened in turn, each with its own engine, as by
somebody who looks through a library. Exits with status 1 if memory grows after the first rounds.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import sys
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path

import cv2
import numpy as np
import psutil

from fasdemo.assets_folder import demo_session
from fasdemo.capture.open import open_source
from fasdemo.errors import UserError
from fasdemo.gui.window_cost import measured_application, wait_with_events

SIZES = ((640, 480), (1280, 720), (480, 640), (1920, 1080))
MAX_GROWTH_MB = 12.0
"""Allowed difference of the medians of the last two thirds of the changes; memory pools vary by a few MB."""


def mixed_sources(folder: Path) -> list[str]:
    """Write clips, a picture and a folder of pictures made of the demo session; return them and the session itself."""
    with open_source(str(demo_session())) as source:
        pictures = [frame.rgb for frame in islice(source, 45) if frame.rgb is not None]
    made = [str(demo_session())]
    for width, height in SIZES:
        path = folder / f"clip-{width}x{height}.mp4"
        writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 30.0, (width, height))
        for picture in pictures:
            writer.write(np.ascontiguousarray(cv2.resize(picture, (width, height))[..., ::-1]))
        writer.release()
        made.append(str(path))
    stills = folder / "stills"
    stills.mkdir()
    for index, picture in enumerate(pictures[::9]):
        cv2.imwrite(str(stills / f"still-{index}.png"), picture[..., ::-1])
    return [*made, str(stills / "still-0.png"), str(stills)]


def memory_over(changes: int, seconds: float) -> list[float]:
    """Open `changes` sources for `seconds` each in one window; return its memory in MB after each.

    Raises:
        UserError: a source shows no picture within a minute.
    """
    _app = measured_application()  # Qt ends it when nobody refers to it

    from fasdemo.gui.settings import Settings
    from fasdemo.gui.window.main_window import MainWindow
    from fasdemo.gui.window.parts import WindowSetup
    from fasdemo.runtime.frame_processor import make_processor, make_source
    from fasdemo.runtime.requests import SourceRequest

    process, used = psutil.Process(), list[float]()

    with tempfile.TemporaryDirectory() as folder:
        sources = mixed_sources(Path(folder))
        window = MainWindow(WindowSetup(make_source, make_processor, Settings(loop=True), Path(folder) / "window.json"))
        try:
            window.resize(1280, 800)
            window.show()
            for number, name in enumerate(islice(cycle(sources), changes)):
                before = window.shown_result
                window.open(SourceRequest(name))
                end_s = time.monotonic() + 60.0
                while window.shown_result is None or window.shown_result is before:
                    if time.monotonic() > end_s:
                        raise UserError(f"{name}: the window showed no result within a minute.")
                    wait_with_events(0.1)
                wait_with_events(seconds)
                gc.collect()
                used.append(process.memory_info().rss / 1e6)
                print(f"{number + 1:4d}  {used[-1]:7.1f} MB  {Path(name).name}", flush=True)
        finally:
            window.close()
            window.player.join(5.0)
    return used


def main() -> int:
    """Measure with the command line's settings; return 1 if memory grew."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--changes", type=int, default=105, help="number of sources that are opened (default 105)")
    parser.add_argument("--seconds", type=float, default=1.0, help="time that each is shown (default 1)")
    args = parser.parse_args()
    try:
        used = memory_over(args.changes, args.seconds)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    third = max(len(used) // 3, 1)
    middle, last = statistics.median(used[third : 2 * third] or used), statistics.median(used[-third:])
    print(f"{len(used)} sources: {middle:.0f} MB in the middle, {last:.0f} MB at the end, at most {max(used):.0f} MB")
    return int(last - middle > MAX_GROWTH_MB)


if __name__ == "__main__":
    sys.exit(main())
