"""`fasdemo score`: rate still pictures: colour only, or with depth and infrared pictures that belong to them."""

from __future__ import annotations

import argparse
import csv
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from fasdemo.capture.files.stills import Still, find_stills_and_notes, load_calibration, load_still, read_picture
from fasdemo.capture.files.whole_pictures import find_whole_pictures
from fasdemo.capture.source import SourceInfo
from fasdemo.cli.arguments import ALLOW_COLOUR_ALONE, metres_per_unit, stream_list
from fasdemo.engine.engine import Engine
from fasdemo.engine.policy import Policy
from fasdemo.errors import UserError, unicode_text
from fasdemo.frames import Calibration, Stream
from fasdemo.models.model_inputs import model_files
from fasdemo.models.registry import find_model
from fasdemo.outputs import check_outputs, open_output
from fasdemo.progress import track
from fasdemo.runtime.network_alone import NetworkAlone
from fasdemo.runtime.outputs.json_lines import JsonLines
from fasdemo.spreadsheet import safe_row
from fasdemo.terminal import say

EXAMPLE = "fasdemo score photographs --csv scores.csv"

CSV_COLUMNS = ("file", "depth", "ir", "face", "status", "score", "reasons", "error")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `fasdemo score`."""
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="pictures, or folders of them")
    parser.add_argument(
        "--json", default="-", metavar="FILE|-", help="one JSON object per picture; default: - (standard output)"
    )
    parser.add_argument("--csv", metavar="FILE", help="also write a table with one row per face")
    parser.add_argument(
        "--depth-scale", type=metres_per_unit, default=0.001, metavar="M", help="metres per depth unit; default: 0.001"
    )
    parser.add_argument(
        "--calibration", type=Path, metavar="FILE", help="JSON as in session.json; default: pictures are registered"
    )
    parser.add_argument("--model", metavar="NAME|FILE", help="default: the shipped model for each picture's streams")
    parser.add_argument(
        "--whole-picture",
        action="store_true",
        help="the network alone scores each picture as a whole, e.g. aligned faces of CASIA-SURF; the verdict is never "
        "LIVE; needs --model",
    )
    parser.add_argument("--policy", metavar="NAME", help="a threshold policy of the model's card")
    parser.add_argument(
        "--require",
        metavar="STREAMS",
        type=stream_list,
        default=frozenset(),
        help="streams that LIVE requires, e.g. depth,ir; default: none",
    )
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto", help="default: auto")
    parser.add_argument("--allow-colour-alone", action="store_true", help=ALLOW_COLOUR_ALONE)


def run(args: argparse.Namespace) -> int:
    """Rate every picture; return 0, or 2 if some pictures could not be read (the others are rated).

    Raises:
        UserError: a path, the calibration, the model or an output cannot be used.
    """
    if args.whole_picture or _needs_whole_pictures(args):
        return _run_network_alone(args)
    stills, notes = find_stills_and_notes(args.paths)
    calibration = None if args.calibration is None else load_calibration(args.calibration)
    unreadable = 0
    read = [path for still in stills for path in (still.color, still.depth, still.ir)]
    check_outputs(
        {"--json": args.json, "--csv": args.csv},
        [*args.paths, *read, args.calibration, *model_files(args.model)],
    )
    for sentence in notes:
        say(sentence, "fasdemo score")
    policy = Policy(threshold=args.policy, require=args.require, allow_rgb_only=args.allow_colour_alone)
    with ExitStack() as stack:
        lines = stack.enter_context(JsonLines(args.json))
        rows = None if args.csv is None else _open_csv(stack, args.csv)
        engines: dict[frozenset[Stream], Engine] = {}
        for number, still in enumerate(track(stills, "judging")):
            if still.streams not in engines:
                info = SourceInfo("pictures", "images", False, still.streams, 1, 1, 1.0, len(stills))
                engine = Engine.for_info(info, model=args.model, device=args.device, policy=policy)
                engines[still.streams] = stack.enter_context(engine)
            try:
                answer = _judge(engines[still.streams], still, number, args.depth_scale, calibration)
            except UserError as error:
                unreadable += 1
                files = {"file": _text(still.color), "depth": _text(still.depth), "ir": _text(still.ir)}
                answer = files | {"error": unicode_text(str(error)), "faces": []}
            lines.write(answer)
            if rows is not None:
                _write_rows(rows, args.csv, answer)
    if unreadable:
        say(
            f"{unreadable} of {len(stills)} pictures could not be read; `error` in their lines gives the reason.",
            "fasdemo score",
        )
    return 2 if unreadable else 0


def _needs_whole_pictures(args: argparse.Namespace) -> bool:
    """Return whether model and pictures have depth of 8 bits, as in CASIA-SURF."""
    if args.model is None:
        return False
    card = find_model(args.model).card
    if not any(spec.depth_encoding == "casia-surf-8bit" for spec in card.inputs):
        return False
    optional = frozenset(spec.modality for spec in card.inputs if spec.optional)
    found, _ = find_whole_pictures(args.paths, card.modalities, optional)
    depth = next((picture.files["depth"] for picture in found if "depth" in picture.files), None)
    if depth is None or read_picture(depth, "depth", eight_bit_depth=True).dtype != np.uint8:
        return False
    say(f"{depth.name} has 8 bits of depth, so {card.name} scores whole pictures (--whole-picture).", "fasdemo score")
    return True


def _run_network_alone(args: argparse.Namespace) -> int:
    if args.model is None:
        raise UserError("--whole-picture needs --model; give a model that was trained on such pictures.")
    if args.require or args.calibration is not None or args.allow_colour_alone:
        raise UserError(
            "--whole-picture does not go with --require, --calibration or --allow-colour-alone: the network alone "
            "is used and the verdict is never LIVE; leave them out."
        )
    with ExitStack() as stack:
        network = stack.enter_context(NetworkAlone(args.model, args.device, args.policy))
        optional = frozenset(spec.modality for spec in network.card.inputs if spec.optional)
        pictures, notes = find_whole_pictures(args.paths, network.card.modalities, optional)
        read = [file for picture in pictures for file in picture.files.values()]
        check_outputs({"--json": args.json, "--csv": args.csv}, [*args.paths, *read, *model_files(args.model)])
        for sentence in notes:
            say(sentence, "fasdemo score")
        lines = stack.enter_context(JsonLines(args.json))
        rows = None if args.csv is None else _open_csv(stack, args.csv)
        unreadable = 0
        for picture in track(pictures, "judging"):
            answer: dict[str, Any] = {"file": _text(picture.first)}
            answer |= {stream: _text(picture.files.get(stream)) for stream in ("depth", "ir")}
            try:
                found = network.judge(picture.load(), args.depth_scale)
            except UserError as error:
                unreadable += 1
                answer |= {"error": unicode_text(str(error)), "faces": []}
            else:
                face = {"status": found.status, "score": found.score, "above_threshold": found.above_threshold}
                facts = {"model": network.card.name, "model_sha256": network.sha256, "policy": network.policy}
                answer |= facts | {"faces": [face | {"reasons": found.reasons}], "reasons": []}
            lines.write(answer)
            if rows is not None:
                _write_rows(rows, args.csv, answer)
    if unreadable:
        say(
            f"{unreadable} of {len(pictures)} pictures could not be scored; their lines state the reason.",
            "fasdemo score",
        )
    return 2 if unreadable else 0


def _judge(
    engine: Engine, still: Still, number: int, depth_scale: float, calibration: Calibration | None
) -> dict[str, Any]:
    frame = load_still(still, number, depth_scale=depth_scale, calibration=calibration, timestamp_s=float(number))
    event = replace(engine.process(frame, still=True), source=unicode_text(still.color.name)).to_json()
    files = {"file": _text(still.color), "depth": _text(still.depth), "ir": _text(still.ir)}
    return files | {key: event[key] for key in ("model", "model_sha256", "policy", "faces", "reasons", "latency_ms")}


def _open_csv(stack: ExitStack, target: str) -> csv.DictWriter[str]:
    try:
        stream: TextIO = stack.enter_context(open_output(Path(target), newline=""))
    except OSError as error:
        raise UserError(f"--csv {target}: cannot be written ({error.strerror}); choose another file.") from error
    writer = csv.DictWriter(stream, CSV_COLUMNS)
    writer.writeheader()
    return writer


def _write_rows(writer: csv.DictWriter[str], target: str, answer: dict[str, Any]) -> None:
    base = {key: answer.get(key) or "" for key in ("file", "depth", "ir", "error")}
    faces = answer["faces"] or [{"status": "UNCERTAIN", "score": None, "reasons": answer.get("reasons", [])}]
    try:
        for number, face in enumerate(faces):
            score = "" if face["score"] is None else face["score"]
            row = {"face": number, "status": face["status"], "score": score, "reasons": " ".join(face["reasons"])}
            writer.writerow(safe_row(base | row))
    except OSError as error:
        raise UserError(f"--csv {target}: cannot be written ({error.strerror}); free some space.") from error


def _text(path: Path | None) -> str | None:
    return None if path is None else unicode_text(str(path))
