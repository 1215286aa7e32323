"""`fasdemo score`: judge still pictures, alone or as colour, depth and infrared triples."""

from __future__ import annotations

import argparse
import csv
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, TextIO

from fasdemo.capture.files.stills import Still, find_stills_and_notes, load_calibration, load_still
from fasdemo.capture.source import SourceInfo
from fasdemo.cli.arguments import ALLOW_COLOUR_ALONE, metres_per_unit, stream_list
from fasdemo.engine.engine import Engine
from fasdemo.engine.policy import Policy
from fasdemo.errors import UserError, unicode_text
from fasdemo.frames import Calibration, Stream
from fasdemo.models.model_inputs import model_files
from fasdemo.outputs import check_outputs, open_output
from fasdemo.progress import track
from fasdemo.runtime.json_lines import JsonLines
from fasdemo.spreadsheet import safe_row
from fasdemo.terminal import say

EXAMPLE = "fasdemo score photographs --csv scores.csv"

CSV_COLUMNS = ("file", "depth", "ir", "face", "status", "score", "reasons", "error")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `fasdemo score`."""
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="pictures, or folders of them")
    parser.add_argument(
        "--json", default="-", metavar="FILE|-", help="one JSON object a picture; default: - (standard output)"
    )
    parser.add_argument("--csv", metavar="FILE", help="one row a face, beside the JSON lines")
    parser.add_argument(
        "--depth-scale", type=metres_per_unit, default=0.001, metavar="M", help="metres per depth unit; default: 0.001"
    )
    parser.add_argument(
        "--calibration", type=Path, metavar="FILE", help="JSON as in session.json; default: pictures are registered"
    )
    parser.add_argument("--model", metavar="NAME|FILE", help="default: what fits each picture's streams")
    parser.add_argument("--policy", metavar="NAME", help="a threshold policy of the model's card")
    parser.add_argument(
        "--require",
        metavar="STREAMS",
        type=stream_list,
        default=frozenset(),
        help="nothing is LIVE without these streams, e.g. depth,ir; default: none",
    )
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto", help="default: auto")
    parser.add_argument("--allow-colour-alone", action="store_true", help=ALLOW_COLOUR_ALONE)


def run(args: argparse.Namespace) -> int:
    """Judge every picture; 0, or 2 when some could not be read (the others are judged all the same).

    Raises:
        UserError: a path, the calibration, the model or an output cannot be used.
    """
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
                answer = {"file": _text(still.color), "error": unicode_text(str(error)), "faces": []}
            lines.write(answer)
            if rows is not None:
                _write_rows(rows, args.csv, still, answer)
    if unreadable:
        say(f"{unreadable} of {len(stills)} pictures could not be judged; their lines say why.", "fasdemo score")
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


def _write_rows(writer: csv.DictWriter[str], target: str, still: Still, answer: dict[str, Any]) -> None:
    base = {"file": _text(still.color), "depth": _text(still.depth) or "", "ir": _text(still.ir) or ""}
    base["error"] = answer.get("error", "")
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
