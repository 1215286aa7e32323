"""Read the list of people to record: pseudonym, consent form, last day of storage, and takes."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from fasdemo.bounded_file import read_text
from fasdemo.errors import UserError
from fasdemo.record.labels import labels_from_options

COLUMNS = ("subject", "form", "retain_until", "takes")
MAX_PEOPLE = 1000
_MAX_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Person:
    """A person to record.

    Attributes:
        subject: pseudonym.
        form: reference of the signed consent form.
        retain_until: day on which the recordings must be deleted.
        takes: what to record, in this order: `live` or an attack type.
    """

    subject: str
    form: str
    retain_until: date
    takes: tuple[str, ...]


def read_people(path: Path, today: date | None = None) -> list[Person]:
    """Read a list of people from a CSV file with the columns `COLUMNS`; takes are separated by spaces.

    Args:
        path: the file.
        today: current day; an argument for tests.

    Raises:
        UserError: the file cannot be read, or a line is wrong; the message names the line.
    """
    try:
        rows = list(csv.reader(io.StringIO(read_text(path, _MAX_BYTES), newline="")))
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror}); give a CSV file.") from None
    except (ValueError, csv.Error) as error:
        raise UserError(f"{path}: is not a CSV file ({error}).") from None
    heading = ",".join(COLUMNS)
    if not rows or tuple(cell.strip().lower() for cell in rows[0]) != COLUMNS:
        raise UserError(f"{path}: the first line must be {heading}.")
    people: list[Person] = []
    for number, cells in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        try:
            people.append(_person([cell.strip() for cell in cells], today))
        except UserError as error:
            raise UserError(f"{path}, line {number}: {error}") from None
        if any(one.subject == people[-1].subject for one in people[:-1]):
            raise UserError(f"{path}, line {number}: {people[-1].subject} is in the list already.")
    if not people:
        raise UserError(f"{path}: has no people; write one per line below {heading}.")
    if len(people) > MAX_PEOPLE:
        raise UserError(f"{path}: has more than {MAX_PEOPLE} people; split it.")
    return people


def _person(cells: list[str], today: date | None) -> Person:
    if len(cells) != len(COLUMNS):
        raise UserError(f"has {len(cells)} columns instead of {len(COLUMNS)}.")
    subject, form, until, words = cells
    if not form:
        raise UserError("form: is missing; give the reference of the signed consent form.")
    takes = tuple(words.split())
    if not takes:
        raise UserError("takes: is missing; write live and attack types, separated by spaces.")
    day = today or datetime.now(UTC).astimezone().date()
    for take in takes:
        attack = None if take == "live" else take
        labels = labels_from_options(subject, "spoof" if attack else "live", attack, "", form, until, today=day)
    return Person(subject, form, labels.consent.retain_until, takes)
