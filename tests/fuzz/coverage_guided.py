"""Coverage-guided fuzzing with atheris: inputs that reach new lines are kept and changed further.

`python -m tests.fuzz.coverage_guided [--seconds N] [--runs N] [--corpus DIR] [TARGET ...]` runs each target in a
process of its own; a target ends at the first input that raises anything but `UserError`, needs more than 2 GB or 10 s,
or leaves the rules that the target checks. `tests/fuzz/test_coverage_guided.py` runs a few hundred inputs of each.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MAX_MB = 2048
LONGEST_S = 10
_DONE = re.compile(r"Done (\d+) runs|#(\d+)\s+(?:DONE|NEW|REDUCE|pulse|RELOAD|INITED)")


def seeds(target: str) -> Iterator[bytes]:
    """Sound inputs that a target starts from."""
    from tests.support import specimens

    files = specimens.session_files()
    if target == "session":
        yield files["session.json"] + b"\n--rows--\n" + files["frames.csv"]
        video = specimens.session_files("video", 12)
        yield video["session.json"] + b"\n--rows--\n" + video["frames.csv"]
    elif target == "picture":
        for ending in (".png", ".jpg"):
            yield specimens.picture(ending)
        yield specimens.picture(".png", True)
        yield specimens.png_claiming(5000, 5000)
    elif target == "still":
        for ending in (".bmp", ".webp", ".tiff", ".ppm", ".jpg"):
            yield specimens.picture(ending)
        yield specimens.picture(".tiff", True)
    elif target == "model":
        from tests.fuzz.test_hostile_models import sound

        yield sound()
    elif target == "card":
        from tests.support.onnx_fixtures import make_card

        yield make_card().model_dump_json().encode()
    elif target == "log":
        yield b"j" + specimens.lines({}, {"timestamp_s": 2.0}).encode()
        yield b"c" + specimens.table().encode()
    elif target == "ffv1":
        from io import BytesIO

        import av

        from fasdemo.sessions.video.ffv1_check import slices_intact

        with av.open(BytesIO(specimens.video("d.mkv", "ffv1", "gray16le")), "r") as container:
            packets = [bytes(packet) for packet in container.demux(video=0) if packet.size]
        assert slices_intact(packets[0])
        yield from packets[:2]
    elif target == "list":
        yield specimens.LIST.encode()
    elif target == "config":
        from trainer.config import schema as config

        for name in ("fasdemo-flex", "FeatherNetB-32"):
            yield config.shipped()[name].read_bytes()


def run_session(data: bytes, folder: Path) -> None:
    """session.json and frames.csv of a folder whose pictures are sound."""
    from fasdemo.sessions.reader import SessionReader

    description, _, rows = data.partition(b"\n--rows--\n")
    (folder / "session.json").write_bytes(description)
    (folder / "frames.csv").write_bytes(rows)
    with SessionReader(folder) as reader:
        for index in range(min(len(reader), 4)):
            frame = reader[index]
            for stream in frame.declared:
                assert getattr(frame, stream) is not None or f"{stream}_missing" in frame.faults


def run_picture(data: bytes, folder: Path) -> None:
    """The decoder of recorded images."""
    from fasdemo.sessions.image_codec import decode_image, recorded_format

    if not recorded_format(data):
        return
    for stream in ("rgb", "depth", "ir"):
        try:
            image = decode_image(data, stream)
        except ValueError:
            continue
        assert image.shape[0] * image.shape[1] <= 64 * 1024**2


def run_still(data: bytes, folder: Path) -> None:
    """Pictures of any format, as colour and as depth."""
    from fasdemo.capture.files.stills import Still, load_still

    for name in ("a.png", "a_depth.png"):
        (folder / name).write_bytes(data)
    load_still(Still(folder / "a.png"))
    load_still(Still(folder / "a.png", folder / "a_depth.png"))


def run_model(data: bytes, folder: Path) -> None:
    """The walk through an ONNX file, against protobuf's own reading."""
    from tests.fuzz.test_hostile_models import agrees_with_protobuf

    agrees_with_protobuf(data)


def run_card(data: bytes, folder: Path) -> None:
    """Model cards, and what a valid one makes of an answer."""
    from fasdemo.models.model_file import parse_card
    from tests.fuzz.test_hostile_models import check_card

    check_card(parse_card(data, "card"))


def run_log(data: bytes, folder: Path) -> None:
    """Event logs of both forms, and their picture."""
    from fasdemo.draw.event_plot import svg
    from fasdemo.engine.event_log.events import read_events

    path = folder / ("log.csv" if data[:1] == b"c" else "log.jsonl")
    path.write_bytes(data[1:])
    svg(read_events(path))


def run_ffv1(data: bytes, folder: Path) -> None:
    """The checksums of a depth video's packets."""
    from fasdemo.sessions.video.ffv1_check import slices_intact

    assert slices_intact(data) in (True, False)


def run_list(data: bytes, folder: Path) -> None:
    """The trainer's picture lists."""
    from trainer.data.lists.entries import read_list

    (folder / "list.txt").write_bytes(data)
    for entry in read_list(folder / "list.txt", folder):
        for file in entry.files.values():
            assert (folder / file).resolve().is_relative_to(folder.resolve())


def run_config(data: bytes, folder: Path) -> None:
    """The trainer's configurations."""
    from trainer.config import schema as config

    (folder / "a.yaml").write_bytes(data)
    config.load(str(folder / "a.yaml"))


TARGETS: dict[str, tuple[Callable[[bytes, Path], None], tuple[str, ...]]] = {
    "session": (run_session, ("fasdemo.sessions.reader", "fasdemo.sessions.rows", "fasdemo.sessions.schema")),
    "picture": (run_picture, ("fasdemo.sessions.image_codec",)),
    "still": (run_still, ("fasdemo.capture.files.stills", "fasdemo.sessions.image_codec")),
    "model": (run_model, ("fasdemo.models.onnx_file",)),
    "card": (run_card, ("fasdemo.models.card", "fasdemo.models.model_file")),
    "log": (
        run_log,
        (
            "fasdemo.engine.event_log.events",
            "fasdemo.engine.event_log.timeline",
            "fasdemo.draw.event_plot",
            "json",
            "csv",
        ),
    ),
    "ffv1": (run_ffv1, ("fasdemo.sessions.video.ffv1_check",)),
    "list": (run_list, ("trainer.data.lists.entries", "trainer.data.lists.list_set")),
    "config": (run_config, ("trainer.config.schema", "yaml")),
}


def _child(target: str, arguments: list[str]) -> None:
    """One target in this process; atheris ends it."""
    import atheris

    run, modules = TARGETS[target]
    import cv2  # noqa: F401 - not to be instrumented
    import numpy as np  # noqa: F401

    from fasdemo.errors import UserError

    with atheris.instrument_imports(include=list(modules)):
        for module in modules:
            __import__(module)
    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
    if target in ("session", "list"):
        from tests.support import specimens

        specimens.put(folder, specimens.session_files())

    def one(data: bytes) -> None:
        try:
            run(data, folder)
        except UserError:
            return

    corpus = folder / "corpus"
    corpus.mkdir()
    for number, seed in enumerate(seeds(target)):
        (corpus / f"seed{number}").write_bytes(seed)
    kept = [argument for argument in arguments if not argument.startswith("-")]
    options = [argument for argument in arguments if argument.startswith("-")]
    limits = [f"-rss_limit_mb={MAX_MB}", f"-timeout={LONGEST_S}", f"-artifact_prefix={folder}/", "-max_len=20000"]
    atheris.Setup([sys.argv[0], *limits, *options, *kept, str(corpus)], one)
    atheris.Fuzz()


def fuzz(target: str, seconds: int, runs: int, corpus: Path | None = None) -> tuple[int, str]:
    """Run a target in a process of its own.

    Returns:
        How many inputs were tried, and what was found, empty if nothing.
    """
    from tests.support.clean_process import run_clean

    command = [sys.executable, "-m", "tests.fuzz.coverage_guided", "--child", target]
    command += [f"-max_total_time={seconds}", f"-runs={runs}", "-seed=1"]
    if corpus is not None:
        (corpus / target).mkdir(parents=True, exist_ok=True)
        command.append(str((corpus / target).resolve()))
    done = run_clean(command, seconds + 120, ROOT)
    counts = [int(first or second) for first, second in _DONE.findall(done.stderr)]
    tried = max(counts, default=0)
    return tried, "" if done.returncode == 0 else (done.stdout + done.stderr)[-4000:]


def main() -> int:
    """Run the targets one after the other; returns 1 if one of them found something."""
    parser = argparse.ArgumentParser(description="coverage-guided fuzzing of everything that fasdemo reads")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"default: all of {', '.join(TARGETS)}")
    parser.add_argument("--seconds", type=int, default=60, help="per target; default: 60")
    parser.add_argument("--runs", type=int, default=-1, help="inputs per target; default: as many as the time allows")
    parser.add_argument("--corpus", type=Path, help="folder in which inputs that reached new lines are kept")
    options = parser.parse_args()
    unknown = set(options.targets) - set(TARGETS)
    if unknown:
        parser.error(f"no such target: {', '.join(sorted(unknown))}")
    found = 0
    report = {}
    for target in options.targets or TARGETS:
        tried, finding = fuzz(target, options.seconds, options.runs, options.corpus)
        report[target] = tried
        print(f"{target:<8} {tried:>9} inputs  {'nothing found' if not finding else 'FOUND'}", flush=True)
        if finding:
            found = 1
            print(finding)
    print(json.dumps({"inputs": report, "total": sum(report.values())}))
    return found


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        _child(sys.argv[2], sys.argv[3:])
    else:
        sys.exit(main())
