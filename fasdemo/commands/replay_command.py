"""`fasdemo replay`: what an event log says, as a table and as a picture."""

from __future__ import annotations

import argparse
from pathlib import Path

from fasdemo.engine.events import Event, read_events
from fasdemo.engine.timeline import Span, changes_a_minute, spans, svg
from fasdemo.errors import UserError, printable

EXAMPLE = "fasdemo replay events.jsonl --output events.svg"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument("log", metavar="LOG", type=Path, help="what --log wrote, JSON lines or CSV")
    parser.add_argument(
        "--output", metavar="FILE.svg", type=Path, help="the time line's picture; default: beside the log"
    )


def run(options: argparse.Namespace) -> int:
    """Print the verdicts and draw the time line; returns the exit status.

    Raises:
        UserError: the log cannot be read or the picture cannot be written.
    """
    events = read_events(options.log)
    output: Path = options.output or options.log.with_suffix(".svg")
    if output.suffix.lower() != ".svg":
        raise UserError(f"--output {output}: the time line is an SVG picture; choose a name that ends in .svg.")
    print("\n".join(map(printable, _table(events))))
    temporary = output.with_name(output.name + ".part")
    try:
        temporary.write_text(svg(events), encoding="utf-8")
        temporary.replace(output)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise UserError(f"--output {output}: cannot be written ({error.strerror}); choose another place.") from error
    print(f"Time line: {output}")
    return 0


def _table(events: list[Event]) -> list[str]:
    if not any(event.event == "verdict" for event in events):
        return ["The log holds no verdict."]
    first = events[0]
    kind = "camera" if first.live_source else "recording, no live-camera decision"
    lines = [
        f"{first.source} ({kind}), model {first.model} {first.model_sha256[:12]} on {first.provider}, "
        f"policy {first.policy}: LIVE above {first.live_above:g}, SPOOF below {first.spoof_below:g}."
    ]
    lines += [_row(span) for span in sorted(spans(events), key=lambda span: span.start_s)]
    rate = changes_a_minute(events)
    if rate is not None:
        lines.append(f"{rate:.1f} verdict changes a minute.")
    if events[-1].event != "end":
        lines.append("The log has no end: it was cut off, or is still being written.")
    return lines


def _row(span: Span) -> str:
    score = "    -" if span.score is None else f"{span.score:.3f}"
    truth = f"  truth {span.truth}" if span.truth else ""
    return (
        f"{span.start_s:9.2f} s  {span.end_s - span.start_s:7.2f} s  face {span.track_id:<3} {span.status.value:<9} "
        f"{score}  {' '.join(span.reasons)}{truth}"
    )
