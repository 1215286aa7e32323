"""Command `python -m trainer real`: measure model files on captures of real cameras."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fasdemo.models.model_file import ModelFile
    from trainer.evaluation.real.captures import RealSource
    from trainer.evaluation.real.measure import Benchmark

EXAMPLE = "python -m trainer real --folder door=recordings --json real.json"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument("captures", type=Path, nargs="?", metavar="FOLDER", help="folder with one subfolder per source")
    parser.add_argument(
        "--folder",
        action="append",
        default=[],
        metavar="NAME=FOLDER",
        help="own captures: recorded sessions, or images and videos named live_* and attack_*",
    )
    parser.add_argument(
        "--model", nargs="+", default=[], metavar="NAME|FILE", help="models to measure (default: all shipped models)"
    )
    parser.add_argument("--source", nargs="+", default=[], metavar="NAME", help="measure these sources only")
    parser.add_argument(
        "--without-people",
        nargs="+",
        default=[],
        metavar="ID",
        help="leave these people out, e.g. those that the models were trained on",
    )
    parser.add_argument("--policy", metavar="NAME", help="threshold policy of the cards (default: that of each card)")
    parser.add_argument("--no-engine", action="store_true", help="do not run the whole engine, which takes longer")
    parser.add_argument("--persons", action="store_true", help="also print one row for each person")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures as JSON")
    parser.add_argument(
        "--page", type=Path, metavar="FILE", help="write the tables between the marks of a Markdown page, or a new page"
    )
    parser.add_argument(
        "--work",
        type=Path,
        default=Path(".work/real"),
        metavar="FOLDER",
        help="cache of detected faces (default: .work/real)",
    )
    parser.add_argument("--threads", type=int, default=1, metavar="N", help="threads of the network (default: 1)")


def run(args: argparse.Namespace) -> int:
    """Measure models and print a table.

    Raises:
        UserError: captures, a model or an output cannot be used.
    """
    import json
    import shlex
    import sys

    from rich.console import Console

    from fasdemo.atomic_file import write_text
    from fasdemo.errors import UserError
    from fasdemo.models.registry import find_model, shipped_models
    from fasdemo.outputs import check_outputs
    from trainer.evaluation.marks import check_marks, write_between
    from trainer.evaluation.real.faces import KeptFaces
    from trainer.evaluation.real.measure import Benchmark
    from trainer.evaluation.real.report import BEGIN, END, page_lines, terminal_table

    if args.threads < 1:
        raise UserError(f"--threads {args.threads}: too small; give at least 1.")
    if args.captures is None and not args.folder:
        raise UserError("no captures to measure; give their folder, or --folder NAME=FOLDER.")
    folders = _named_folders(args.folder)
    check_outputs(
        {"--json": args.json, "--page": args.page}, [args.captures, *folders.values(), *map(Path, args.model)]
    )
    sources = _sources(args, folders)
    existing = args.page is not None and args.page.exists()
    if existing:
        check_marks(args.page, BEGIN, END)
    files: list[ModelFile] = [find_model(name) for name in args.model] or list(shipped_models())
    kept = KeptFaces(args.work / "faces")
    try:
        benchmark = Benchmark(kept, args.policy, args.threads, not args.no_engine)
        records = _measure(files, sources, benchmark, args.threads)
    finally:
        kept.release()
    if not records:
        raise UserError("--model: no model fits the streams of these captures; give another model.")
    # A file or pipe has no width; 200 columns show the whole table.
    console = Console() if sys.stdout.isatty() else Console(width=200)
    console.print(terminal_table(records, args.persons))
    for note in sorted({f"{r['source']}: AUC {r['auc_note']}" for r in records if "auc_note" in r}):
        console.print(note, highlight=False)
    described = [
        {"name": s.name, "sensor": s.sensor, "streams": list(s.streams), "captures": len(s.captures), "note": s.note}
        for s in sources
    ]
    if args.json is not None:
        models = [{"name": f.card.name, "sha256": f.sha256, "path": f.path.name} for f in files]
        content = {"schema": 1, "models": models, "sources": described, "figures": records}
        write_text(args.json, json.dumps(content, indent=1) + "\n")
    if args.page is not None:
        given = [str(args.captures)] if args.captures is not None else []
        given += [part for text in args.folder for part in ("--folder", text)]
        given += ["--without-people", *args.without_people] if args.without_people else []
        lines = page_lines(records, sources, shlex.join(["python", "-m", "trainer", "real", *given]))
        if existing:
            write_between(args.page, BEGIN, END, lines)
        else:
            write_text(args.page, "\n".join(["# Real captures", "", BEGIN, *lines, END, ""]))
    return 0


def _named_folders(texts: Sequence[str]) -> dict[str, Path]:
    """Return the folder of each text `NAME=FOLDER`."""
    from fasdemo.errors import UserError

    found = {}
    for text in texts:
        name, equals, place = text.partition("=")
        if not (name and equals and place):
            raise UserError(f"--folder {text}: not valid; give NAME=FOLDER.")
        found[text] = Path(place)
    return found


def _sources(args: argparse.Namespace, folders: Mapping[str, Path]) -> list[RealSource]:
    """Return the sources that the options choose."""
    from fasdemo.errors import UserError
    from trainer.evaluation.real.layouts import folder_sources, real_sources, without_people

    sources: list[RealSource] = [] if args.captures is None else real_sources(args.captures)
    for text, folder in folders.items():
        sources += folder_sources(text.partition("=")[0], folder)
    if args.source:
        unknown = sorted(set(args.source) - {source.name for source in sources})
        if unknown:
            raise UserError(
                f"--source {unknown[0]}: no such source; choose from {', '.join(source.name for source in sources)}."
            )
        sources = [source for source in sources if source.name in args.source]
    return without_people(sources, args.without_people) if args.without_people else sources


def _measure(
    files: Sequence[ModelFile], sources: Sequence[RealSource], benchmark: Benchmark, threads: int
) -> list[dict[str, Any]]:
    """Return the figures of every model on every source whose streams it can use."""
    from fasdemo.models.predictor import Predictor
    from fasdemo.progress import bar

    records: list[dict[str, Any]] = []
    with bar() as progress:
        jobs = [(file, source) for file in files for source in sources if benchmark.subsets(file.card, source)]
        task = progress.add_task("measuring", total=sum(len(source.captures) for _, source in jobs))
        for file in files:
            with Predictor(file, "cpu", threads) as predictor:
                for source in sources:
                    progress.update(task, description=f"{file.card.name}: {source.name}")
                    measured = benchmark.measure(predictor, source, lambda: progress.advance(task))
                    if measured is not None:
                        own = {"model": measured.model, "threshold": measured.threshold}
                        records += [{**own, **record} for record in measured.figures()]
    return records
