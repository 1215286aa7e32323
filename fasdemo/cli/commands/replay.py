"""`fasdemo replay`: show an event log as a table and as a picture of its time line."""

from __future__ import annotations

import argparse
from pathlib import Path

from fasdemo.atomic_file import write_atomically
from fasdemo.draw.event_plot import png, svg
from fasdemo.engine.challenge_report import ChallengeReport
from fasdemo.engine.event_log.events import Event, SignalReport, read_events
from fasdemo.engine.event_log.timeline import Part, Span, changes_a_minute, parts
from fasdemo.errors import UserError
from fasdemo.outputs import check_outputs
from fasdemo.terminal import tell

EXAMPLE = "fasdemo replay events.jsonl --output events.svg"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `fasdemo replay`."""
    parser.add_argument("log", metavar="LOG", type=Path, help="event log from --log, JSON lines or CSV")
    parser.add_argument(
        "--output",
        metavar="FILE",
        type=Path,
        help="picture of the time line, .svg (with tooltips) or .png; default: the name of LOG with .svg",
    )


def run(options: argparse.Namespace) -> int:
    """Print the verdicts and draw the time line; return the exit status.

    Raises:
        UserError: the log cannot be read or the picture cannot be written.
    """
    output: Path = options.output or options.log.with_suffix(".svg")
    suffix = output.suffix.lower()
    if suffix not in (".svg", ".png"):
        raise UserError(f"--output {output}: unsupported format; give a name that ends in .svg or .png.")
    check_outputs({"--output": output}, [options.log])
    events = read_events(options.log)
    tell("\n".join(_table(events)))
    try:
        write_atomically(output, png(events) if suffix == ".png" else svg(events).encode("utf-8", "replace"))
    except OSError as error:
        raise UserError(f"--output {output}: cannot be written ({error.strerror}); choose another place.") from error
    tell(f"Time line: {output}")
    return 0


def _table(events: list[Event]) -> list[str]:
    if not any(event.event == "verdict" for event in events):
        return ["The log contains no verdict."]
    lines: list[str] = []
    said = ""
    for part in parts(events):
        words = _settings_line(part)
        if words != said:
            lines.append(words)
        elif lines:
            lines.append("After a seek, or the source was opened again:")
        said = words
        lines += [_row(span) for span in sorted(part.spans, key=lambda span: span.start_s)]
    lines += [_challenge_row(event.timestamp_s, event.challenge) for event in events if event.challenge is not None]
    lines += [_signal_row(event.timestamp_s, event.signal) for event in events if event.signal is not None]
    rate = changes_a_minute(events)
    if rate is not None:
        lines.append(f"{rate:.1f} verdict changes per minute.")
    if [event for event in events if event.event != "signal"][-1].event != "end":
        lines.append("The log has no end event: it was cut off, or is still being written.")
    return lines


def _settings_line(part: Part) -> str:
    first = part.first
    kind = "camera" if first.live_source else "recording, not a live-camera decision"
    number = f"source {first.source_id}, " if first.source_id else ""
    return (
        f"{number}{first.source} ({kind}), model {first.model} {first.model_sha256[:12]} on {first.provider}, "
        f"policy {first.policy}: LIVE above {first.live_above:g}, SPOOF below {first.spoof_below:g}."
    )


def _challenge_row(timestamp_s: float, challenge: ChallengeReport) -> str:
    """Return the line of a challenge: its prompts, each with the time that the response took."""
    took = [f"{one.answered_s - one.asked_s:.1f} s" for one in challenge.responses]
    took += ["not answered"] * (len(challenge.prompts) - len(took))
    prompts = ", ".join(f"{name} {time}" for name, time in zip(challenge.prompts, took, strict=True))
    outcome = f"{challenge.outcome} ({challenge.why})" if challenge.why else challenge.outcome
    return f"{timestamp_s:9.2f} s  challenge of face {challenge.track_id:<3} {outcome}: {prompts or 'no prompt given'}"


def _signal_row(timestamp_s: float, signal: SignalReport) -> str:
    outcome = "sent" if signal.sent else f"not sent: {signal.problem}"
    return f"{timestamp_s:9.2f} s  signal for face {signal.track_id:<3} to {signal.output} {outcome}"


def _row(span: Span) -> str:
    score = "    -" if span.score is None else f"{span.score:.3f}"
    truth = f"  truth {span.truth}" if span.truth else ""
    return (
        f"{span.start_s:9.2f} s  {span.end_s - span.start_s:7.2f} s  face {span.track_id:<3} {span.status.value:<9} "
        f"{score}  {' '.join(span.reasons)}{truth}"
    )
