"""The labels of a recording: subject, ground truth and consent."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

from pydantic import ValidationError

from fasdemo.capture.source import SourceInfo
from fasdemo.errors import UserError
from fasdemo.frames import STREAMS, Truth
from fasdemo.sessions.schema import (
    MAX_TEXT_CHARS,
    PLAIN_TEXT,
    CalibrationRecord,
    CameraSettings,
    Consent,
    Device,
    Session,
    is_name,
    is_portable,
)

Distance = Literal["near", "middle", "far"]
Light = Literal["bright", "normal", "dim", "backlit"]
DISTANCES: tuple[Distance, ...] = ("near", "middle", "far")
LIGHTS: tuple[Light, ...] = ("bright", "normal", "dim", "backlit")
SPECIES = (
    "print-flat", "print-bent", "print-cut-eyes", "print-cut-eyes-nose", "print-cut-eyes-nose-mouth", "poster",
    "print-half", "replay-phone", "replay-tablet", "replay-monitor", "mask-resin", "mask-plaster", "mask-silicone",
    "mask-paper", "mask-white", "mask-half", "mannequin", "mannequin-wig",
)  # fmt: skip
"""Presentation attack instrument species that the window suggests and the generator renders."""


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels of a recording, checked by `labels_from_options`.

    Attributes:
        subject: pseudonym of the person, also used as a folder name.
        label: ground truth.
        species: presentation attack instrument species if label is `spoof`, e.g. `print-flat`; else empty.
        instrument: description of the attack material, e.g. `A4 laser print`.
        consent: statement that the person agreed to, and the date until which the recording may be kept.
        distance: `near`, `middle` or `far`; None if not noted.
        light: `bright`, `normal`, `dim` or `backlit`; None if not noted.
    """

    subject: str
    label: Literal["live", "spoof"]
    species: str
    instrument: str
    consent: Consent
    distance: Distance | None = None
    light: Light | None = None


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
    """Return the labels after checking them.

    Args:
        subject: pseudonym of the person.
        label: ground truth, `live` or `spoof`.
        attack: species of the attack.
        instrument: attack material.
        consent: consent statement.
        retain_until: day on which the recording must be deleted, YYYY-MM-DD.
        ask: asks the user for a missing consent or date; None raises an error instead.
        today: current day; an argument for tests.

    Raises:
        UserError: a label is missing or wrong; `parameter` names it.
    """
    day = today or datetime.now(UTC).astimezone().date()
    if not subject:
        raise UserError("subject: is missing; give the person's pseudonym, e.g. S01.", parameter="subject")
    _check_name("subject", subject, "a pseudonym such as S01, never a real name")
    check_attack(label, attack, instrument)
    if not consent and ask is not None:
        consent = ask("Consent statement that the person agreed to: ").strip()
    consent = (consent or "").strip()
    if not consent:
        raise UserError("consent: is missing; give the statement that the person agreed to.", parameter="consent")
    _check_text("consent", consent)
    if not retain_until and ask is not None:
        retain_until = ask("Keep the recording until (YYYY-MM-DD): ").strip()
    if not retain_until:
        raise UserError(
            "retain_until: is missing; give the day on which the recording must be deleted, YYYY-MM-DD.",
            parameter="retain_until",
        )
    try:
        until = date.fromisoformat(retain_until)
    except ValueError:
        raise UserError(
            f"retain_until {retain_until!r} is not a date; write it as YYYY-MM-DD.", parameter="retain_until"
        ) from None
    if until < day:
        raise UserError(f"retain_until {until} is in the past; give {day} or a later day.", parameter="retain_until")
    return Labels(
        subject=subject,
        label="live" if label == "live" else "spoof",
        species=attack or "",
        instrument=instrument,
        consent=Consent(statement=consent, given_on=day, retain_until=until),
    )


def check_attack(label: str | None, attack: str | None, instrument: str) -> None:
    """Check the ground truth of a session.

    Args:
        label: ground truth, `live` or `spoof`.
        attack: species of the attack.
        instrument: attack material.

    Raises:
        UserError: one of them is missing or wrong; `parameter` names it.
    """
    if label not in ("live", "spoof"):
        raise UserError("label: must be live or spoof; give the ground truth.", parameter="label")
    if label == "spoof":
        if not attack:
            raise UserError(
                "attack: is missing; give the attack type, e.g. print-flat, print-bent, replay or mask.",
                parameter="attack",
            )
        _check_name("attack", attack, "a species such as print-flat")
    elif attack or instrument:
        parameter = "attack" if attack else "instrument"
        raise UserError(
            f"{parameter}: is only for an attack; remove it, or set the label to spoof.", parameter=parameter
        )
    _check_text("instrument", instrument)


def truth_of(kind: str) -> Truth:
    """Return the ground truth for `live` or the name of an attack species.

    Raises:
        UserError: the name cannot be used as a species.
    """
    if kind == "live":
        return Truth("live")
    check_attack("spoof", kind, "")
    return Truth("spoof", kind)


def _check_name(parameter: str, text: str, what: str) -> None:
    if is_name(text) and not is_portable(text):
        raise UserError(
            f"{parameter} {text!r}: is not a valid folder name on Windows; choose another name: {what}.",
            parameter=parameter,
        )
    if not is_name(text):
        raise UserError(
            f"{parameter} {text!r}: use letters, digits, '.', '_' and '-' (at most 64, not a dot first): {what}.",
            parameter=parameter,
        )


def _check_text(parameter: str, text: str) -> None:
    if len(text) > MAX_TEXT_CHARS or not re.fullmatch(PLAIN_TEXT, text):
        raise UserError(
            f"{parameter}: use at most {MAX_TEXT_CHARS} characters and no control characters.", parameter=parameter
        )


def session_of(labels: Labels, source: SourceInfo, started: datetime | None = None) -> Session:
    """Return the description of a new session.

    Raises:
        UserError: a property of the source cannot be stored in a session.
    """
    try:
        return Session(
            subject=labels.subject,
            label=labels.label,
            species=labels.species or None,
            instrument=labels.instrument,
            distance=labels.distance,
            light=labels.light,
            started=started or datetime.now(UTC),
            streams=tuple(stream for stream in STREAMS if stream in source.declared),
            width=source.width,
            height=source.height,
            fps=source.fps,
            depth_scale=source.depth_scale,
            calibration=None if source.calibration is None else CalibrationRecord.of(source.calibration),
            device=_device(source),
            camera=_camera(source),
            consent=labels.consent,
        )
    except ValidationError as error:
        first = error.errors()[0]
        raise UserError(
            f"{source.name}: cannot be recorded ({first['loc'][0]}: {first['msg']}); use another source."
        ) from None


def _device(source: SourceInfo) -> Device:
    facts = {} if source.controls is None else dict(source.controls.state.facts)
    return Device(name=source.name, serial=facts.get("Serial number", ""), firmware=facts.get("Firmware", ""))


def _camera(source: SourceInfo) -> CameraSettings | None:
    """Return the current settings of a camera; None for one that reports none."""
    if source.controls is None:
        return None
    state = source.controls.state
    return CameraSettings(
        options=state.values(), usb=dict(state.facts).get("USB type", ""), depth_filters=state.depth_filters
    )
