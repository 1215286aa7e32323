"""The list of people to record, as it comes from a spreadsheet."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from fasdemo.errors import UserError
from fasdemo.record.people import Person, read_people

TODAY = date(2026, 11, 27)
HEADING = "subject,form,retain_until,takes\n"


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "people.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_read_people_reads_a_spreadsheet(tmp_path: Path) -> None:
    text = "\ufeffSubject, Form ,retain_until,takes\r\nS01,form 17,2027-01-31,live print-flat\r\n"
    text += ",,,\r\nS02,18,2027-01-31,live\r\n"
    assert read_people(written(tmp_path, text), TODAY) == [
        Person("S01", "form 17", date(2027, 1, 31), ("live", "print-flat")),
        Person("S02", "18", date(2027, 1, 31), ("live",)),
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "the first line must be subject,form,retain_until,takes"),
        ("name;form\n", "the first line must be"),
        (HEADING, "has no people"),
        (HEADING + "S01,17,2027-01-31\n", "line 2: has 3 columns instead of 4"),
        (HEADING + "S01,,2027-01-31,live\n", "line 2: form: is missing"),
        (HEADING + "S01,17,2027-01-31,\n", "line 2: takes: is missing"),
        (HEADING + "Ann Smith,17,2027-01-31,live\n", "line 2: subject 'Ann Smith': use letters, digits"),
        (HEADING + "S01,17,tomorrow,live\n", "line 2: retain_until 'tomorrow' is not a date"),
        (HEADING + "S01,17,2020-01-31,live\n", "line 2: retain_until 2020-01-31 is in the past"),
        (HEADING + "S01,17,2027-01-31,live ../x\n", "line 2: attack '../x': use letters"),
        (HEADING + "S01,17,2027-01-31,live\nS01,18,2027-01-31,live\n", "line 3: S01 is in the list already"),
        (HEADING + 'S01,"17\n', "is missing|columns|CSV"),
        (HEADING + "".join(f"S{n},1,2027-01-31,live\n" for n in range(1001)), "more than 1000 people"),
    ],
)
def test_read_people_says_what_is_wrong_in_which_line(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(UserError, match=says):
        read_people(written(tmp_path, text), TODAY)


def test_read_people_refuses_what_is_no_text_file(tmp_path: Path) -> None:
    (tmp_path / "image.csv").write_bytes(b"\xff\xfe\x00\x01" * 10)
    for path, says in (
        (tmp_path / "image.csv", "is not|must be"),
        (tmp_path / "none.csv", "cannot be read"),
        (tmp_path, "cannot be read|regular file"),
    ):
        with pytest.raises(UserError, match=says):
            read_people(path, TODAY)
