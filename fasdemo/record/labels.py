"""What a person says about a recording before it starts: who, what, and with which consent."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

from pydantic import ValidationError

from fasdemo.capture.source import SourceInfo
from fasdemo.errors import UserError
from fasdemo.frames import STREAMS
from fasdemo.sessions.schema import (
    MOST_TEXT,
    PLAIN_TEXT,
    CalibrationRecord,
    Consent,
    Device,
    Session,
    is_name,
    is_portable,
)

SPECIES = (
    "print-flat", "print-bent", "print-cut-eyes", "print-cut-eyes-nose", "print-cut-eyes-nose-mouth", "poster",
    "print-half", "replay-phone", "replay-tablet", "replay-monitor", "mask-resin", "mask-plaster", "mask-silicone",
    "mask-paper", "mask-white", "mask-half", "mannequin", "mannequin-wig",
)  # fmt: skip
"""Names of presentation attack instrument species that the window suggests and the generator renders."""


@dataclass(frozen=True, slots=True)
class Labels:
    """The description of a recording; see `labels_from_options` for the checks.

    Attributes:
        subject: the person's pseudonym, also a folder's name.
        species: presentation attack instrument species when label is `spoof`, e.g. `print-flat`; else empty.
        instrument: what exactly was shown, e.g. `A4 laser print`.
        consent: the statement that the person agreed to, and until when the recording may be kept.
    """

    subject: str
    label: Literal["live", "spoof"]
    species: str
    instrument: str
    consent: Consent


def labels_from_options(
    subject: str | None,
    label: str | None,
    attack: str | None = None,
    instrument: str = "",
    consent: str | None = None,
    retain_until: str | None = None,
    *,
    ask: Callable[[str], str] | None = None,
    today: date | None = None,
) -> Labels:
    """Check what the command line or the record panel gives.

    Args:
        subject: `--subject`.
        label: `--label`.
        attack: `--attack`.
        instrument: `--instrument`.
        consent: `--consent`.
        retain_until: `--retain-until`, YYYY-MM-DD.
        ask: asks the person at the terminal for consent and date where they were not given; None = refuse.
        today: for tests.

    Raises:
        UserError: the first thing that is missing or wrong.
    """
    day = today or datetime.now(UTC).astimezone().date()
    if not subject:
        raise UserError("--record needs --subject ID, the person's pseudonym, e.g. S01.")
    _check_name("--subject", subject, "a pseudonym such as S01, never a real name")
    if label not in ("live", "spoof"):
        raise UserError("--record needs --label live or --label spoof.")
    if label == "spoof":
        if not attack:
            raise UserError("--label spoof needs --attack SPECIES, e.g. print-flat, print-bent, replay or mask.")
        _check_name("--attack", attack, "a species such as print-flat")
    elif attack or instrument:
        option = "--attack" if attack else "--instrument"
        raise UserError(f"{option} belongs to --label spoof; leave it out, or say --label spoof.")
    _check_text("--instrument", instrument)
    if not consent and ask is not None:
        consent = ask("Consent statement that the person agreed to: ").strip()
    consent = (consent or "").strip()
    if not consent:
        raise UserError("--record needs --consent TEXT: the statement with which the person agreed to be recorded.")
    _check_text("--consent", consent)
    if not retain_until and ask is not None:
        retain_until = ask("Keep the recording until (YYYY-MM-DD): ").strip()
    if not retain_until:
        raise UserError("--record needs --retain-until YYYY-MM-DD: the day on which the recording must be deleted.")
    try:
        until = date.fromisoformat(retain_until)
    except ValueError:
        raise UserError(f"--retain-until {retain_until!r} is no date; write it as YYYY-MM-DD.") from None
    if until < day:
        raise UserError(f"--retain-until {until} has passed; give a day from {day} on.")
    return Labels(
        subject=subject,
        label="live" if label == "live" else "spoof",
        species=attack or "",
        instrument=instrument,
        consent=Consent(statement=consent, given_on=day, retain_until=until),
    )


def _check_name(option: str, text: str, what: str) -> None:
    if is_name(text) and not is_portable(text):
        raise UserError(f"{option} {text!r}: Windows cannot make a folder of that name; choose another: {what}.")
    if not is_name(text):
        raise UserError(
            f"{option} {text!r}: use letters, digits, '.', '_' and '-' (at most 64, not a dot first): {what}."
        )


def _check_text(option: str, text: str) -> None:
    if len(text) > MOST_TEXT or not re.fullmatch(PLAIN_TEXT, text):
        raise UserError(f"{option}: write at most {MOST_TEXT} characters, without control characters.")


def session_of(labels: Labels, source: SourceInfo, started: datetime | None = None) -> Session:
    """The description that a new session starts with.

    Raises:
        UserError: the source says something that a session cannot hold.
    """
    try:
        return Session(
            subject=labels.subject,
            label=labels.label,
            species=labels.species or None,
            instrument=labels.instrument,
            started=started or datetime.now(UTC),
            streams=tuple(stream for stream in STREAMS if stream in source.declared),
            width=source.width,
            height=source.height,
            fps=source.fps,
            depth_scale=source.depth_scale,
            calibration=None if source.calibration is None else CalibrationRecord.of(source.calibration),
            device=Device(name=source.name),
            consent=labels.consent,
        )
    except ValidationError as error:
        first = error.errors()[0]
        raise UserError(f"{source.name}: cannot be recorded: {first['loc'][0]}: {first['msg']}.") from None
