"""`fasdemo calibrate`: fit the score calibration to a camera with live people, and write a site file.

It does not calibrate the camera's geometry, which sessions and cameras already have.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from fasdemo.capture.source import Source, SourceInfo
from fasdemo.cli.options.arguments import at_least_one
from fasdemo.engine.engine import Engine
from fasdemo.engine.result import EngineFacts, FrameResult
from fasdemo.engine.setup.site_calibration import Recording, recording_of, write_site
from fasdemo.errors import UserError
from fasdemo.outputs import check_outputs
from fasdemo.progress import bar
from fasdemo.sessions.loading import load_session
from fasdemo.tuning.site_fit import check_source, fitted_site, report_lines

EXAMPLE = "fasdemo calibrate --camera realsense --output site.json"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `fasdemo calibrate`."""
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument(
        "--camera", metavar="NAME", help="measure live people in front of realsense[:SERIAL], one at a time"
    )
    source.add_argument(
        "--session", nargs="+", type=Path, metavar="DIR", help="use recorded live sessions of one camera instead"
    )
    parser.add_argument(
        "--attacks", nargs="+", type=Path, default=[], metavar="DIR", help="recorded attacks with the same camera"
    )
    parser.add_argument("--output", type=Path, required=True, metavar="FILE", help="the site file to write")
    parser.add_argument(
        "--seconds", type=at_least_one, default=60, metavar="N", help="duration with --camera; default: 60"
    )
    parser.add_argument("--model", metavar="NAME|FILE", help="default: the shipped model for the streams")
    parser.add_argument("--policy", metavar="NAME", help="a threshold policy of the model's card")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto", help="default: auto")


def run(args: argparse.Namespace) -> int:
    """Measure, fit, write the site file and print its effect; return the exit status.

    Raises:
        UserError: a source cannot be used, or the recordings are too few or not of one camera and setting.
    """
    if args.output.exists():
        raise UserError(f"--output {args.output}: already exists; choose another name.")
    check_outputs({"--output": args.output})
    live: list[Recording] = []
    attacks: list[Recording] = []
    first: tuple[SourceInfo, EngineFacts] | None = None
    runs = [(spec, "live") for spec in ([args.camera] if args.camera else args.session)]
    runs += [(spec, "spoof") for spec in args.attacks]
    for spec, label in runs:
        if isinstance(spec, Path):
            _check_label(spec, label)
    for spec, label in runs:
        with _open(spec) as source:
            check_source(source.info, None if first is None else first[0])
            with Engine.for_source(source, model=args.model, device=args.device, policy=args.policy) as engine:
                if first is not None and engine.model_sha256 != first[1].model_sha256:
                    raise UserError(f"{spec}: needs another model than the first recording; choose one with --model.")
                first = first or (source.info, engine.facts)
                results = _measure(source, engine, args.seconds)
        (live if label == "live" else attacks).append(recording_of(results))
    assert first is not None
    site = fitted_site(*first, live, attacks)
    write_site(args.output, site)
    print("\n".join(report_lines(site, args.output)))
    return 0


def _open(spec: Path | str) -> Source:
    from fasdemo.capture.open import CAMERA_FORMS, is_camera, open_source

    if isinstance(spec, str) and not is_camera(spec):
        raise UserError(f"--camera {spec}: unknown camera; use {CAMERA_FORMS}.")
    return open_source(spec)


def _check_label(folder: Path, label: str) -> None:
    found = load_session(folder).label
    if found != label:
        option = "--session takes only live people" if label == "live" else "--attacks takes only attacks"
        raise UserError(f"{folder}: has the label {found}, but {option}; leave it out.")


def _measure(source: Source, engine: Engine, seconds: int) -> list[FrameResult]:
    results: list[FrameResult] = []
    with bar() as progress:
        task = progress.add_task("measuring", total=None if source.info.live else source.info.frame_count)
        for result in engine.run(source):
            # Crops are not kept, because those of one minute would fill the memory.
            results.append(_without_crops(result))
            progress.update(task, completed=len(results))
            if source.info.live and result.timestamp_s - results[0].timestamp_s >= seconds:
                break
    for sentence in (*source.warnings, *engine.warnings):
        print(f"fasdemo calibrate: {sentence}", file=sys.stderr)
    return results


def _without_crops(result: FrameResult) -> FrameResult:
    from dataclasses import replace

    return replace(result, faces=tuple(replace(face, crops=None) for face in result.faces))
