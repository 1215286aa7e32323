"""`fasdemo score`: rate still pictures: colour only, or with depth and infrared pictures that belong to them."""

from __future__ import annotations

import argparse
import csv
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from fasdemo.capture.files.stills import Still, find_stills_and_notes, load_calibration, load_still, read_picture
from fasdemo.capture.files.whole_pictures import WholePicture, find_whole_pictures
from fasdemo.capture.source import SourceInfo
from fasdemo.cli.options.arguments import ALLOW_COLOUR_ALONE, metres_per_unit, stream_list
from fasdemo.engine.engine import Engine
from fasdemo.engine.policy import Policy
from fasdemo.errors import UserError, unicode_text
from fasdemo.frames import Calibration, Stream
from fasdemo.models.card import ModelCard
from fasdemo.models.model_inputs import model_files
from fasdemo.models.registry import find_model
from fasdemo.outputs import check_outputs, open_output
from fasdemo.progress import track
from fasdemo.runtime.network_alone import NetworkAlone
from fasdemo.runtime.outputs.json_lines import JsonLines
from fasdemo.spreadsheet import safe_row
from fasdemo.terminal import say

EXAMPLE = "fasdemo score photographs --csv scores.csv"

Answer = dict[str, Any]
"""The JSON object of one picture."""
Files = tuple[Path, Path | None, Path | None]

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
        return _score_whole_pictures(args)
    stills, notes = find_stills_and_notes(args.paths)
    calibration = None if args.calibration is None else load_calibration(args.calibration)
    policy = Policy(threshold=args.policy, require=args.require, allow_rgb_only=args.allow_colour_alone)
    engines: dict[frozenset[Stream], Engine] = {}
    with ExitStack() as stack:

        def score(number: int) -> Answer:
            still = stills[number]
            if still.streams not in engines:
                info = SourceInfo("pictures", "images", False, still.streams, 1, 1, 1.0, len(stills))
                engine = Engine.for_info(info, model=args.model, device=args.device, policy=policy)
                engines[still.streams] = stack.enter_context(engine)
            return _judge(engines[still.streams], still, number, args.depth_scale, calibration)

        captures = [(still.color, still.depth, still.ir) for still in stills]
        return _write_answers(args, captures, notes, score)


def _needs_whole_pictures(args: argparse.Namespace) -> bool:
    """Return whether model and pictures have depth of 8 bits, as in CASIA-SURF."""
    if args.model is None:
        return False
    card = find_model(args.model).card
    if not any(spec.depth_encoding == "casia-surf-8bit" for spec in card.inputs):
        return False
    found, _ = _find_whole_pictures(args, card)
    depth = next((picture.files["depth"] for picture in found if "depth" in picture.files), None)
    if depth is None or read_picture(depth, "depth", eight_bit_depth=True).dtype != np.uint8:
        return False
    say(f"{depth.name} has 8 bits of depth, so {card.name} scores whole pictures (--whole-picture).", "fasdemo score")
    return True


def _find_whole_pictures(args: argparse.Namespace, card: ModelCard) -> tuple[list[WholePicture], list[str]]:
    optional = frozenset(spec.modality for spec in card.inputs if spec.optional)
    return find_whole_pictures(args.paths, card.modalities, optional)


def _score_whole_pictures(args: argparse.Namespace) -> int:
    if args.model is None:
        raise UserError("--whole-picture needs --model; give a model that was trained on such pictures.")
    if args.require or args.calibration is not None or args.allow_colour_alone:
        raise UserError(
            "--whole-picture does not go with --require, --calibration or --allow-colour-alone: the network alone "
            "is used and the verdict is never LIVE; leave them out."
        )
    with NetworkAlone(args.model, args.device, args.policy) as network:
        pictures, notes = _find_whole_pictures(args, network.card)

        def score(number: int) -> Answer:
            found = network.judge(pictures[number].load(), args.depth_scale)
            face = {"status": found.status, "score": found.score, "above_threshold": found.above_threshold}
            facts = {"model": network.card.name, "model_sha256": network.sha256, "policy": network.policy}
            return facts | {"faces": [face | {"reasons": found.reasons}], "reasons": []}

        captures = [(picture.first, picture.files.get("depth"), picture.files.get("ir")) for picture in pictures]
        return _write_answers(args, captures, notes, score)


def _write_answers(
    args: argparse.Namespace, captures: Sequence[Files], notes: Sequence[str], score: Callable[[int], Answer]
) -> int:
    """Write the answer to each capture, or why it cannot be read; return the exit status.

    Args:
        args: the options.
        captures: for each capture the picture that names it, and its depth and infrared pictures.
        notes: sentences for the user.
        score: returns the answer to the capture of a number.
    """
    read = [file for files in captures for file in files]
    check_outputs(
        {"--json": args.json, "--csv": args.csv}, [*args.paths, *read, args.calibration, *model_files(args.model)]
    )
    for sentence in notes:
        say(sentence, "fasdemo score")
    unreadable = 0
    with ExitStack() as stack:
        lines = stack.enter_context(JsonLines(args.json))
        rows = None if args.csv is None else _open_csv(stack, args.csv)
        for number, files in enumerate(track(captures, "judging")):
            answer: Answer = {name: _text(file) for name, file in zip(("file", "depth", "ir"), files, strict=True)}
            try:
                answer |= score(number)
            except UserError as error:
                unreadable += 1
                answer |= {"error": unicode_text(str(error)), "faces": []}
            lines.write(answer)
            if rows is not None:
                _write_rows(rows, args.csv, answer)
    if unreadable:
        say(
            f"{unreadable} of {len(captures)} pictures could not be read; `error` in their lines gives the reason.",
            "fasdemo score",
        )
    return 2 if unreadable else 0


def _judge(engine: Engine, still: Still, number: int, depth_scale: float, calibration: Calibration | None) -> Answer:
    frame = load_still(still, number, depth_scale=depth_scale, calibration=calibration, timestamp_s=float(number))
    event = replace(engine.process(frame, still=True), source=unicode_text(still.color.name)).to_json()
    return {key: event[key] for key in ("model", "model_sha256", "policy", "faces", "reasons", "latency_ms")}


def _open_csv(stack: ExitStack, target: str) -> csv.DictWriter[str]:
    try:
        stream: TextIO = stack.enter_context(open_output(Path(target), newline=""))
    except OSError as error:
        raise UserError(f"--csv {target}: cannot be written ({error.strerror}); choose another file.") from error
    writer = csv.DictWriter(stream, CSV_COLUMNS)
    writer.writeheader()
    return writer


def _write_rows(writer: csv.DictWriter[str], target: str, answer: Answer) -> None:
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
