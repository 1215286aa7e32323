"""Corrections of a complete session: label and note."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fasdemo.errors import UserError
from fasdemo.record.amend import relabel, set_note
from fasdemo.sessions.loading import load_session
from fasdemo.sessions.repair import verify_session
from fasdemo.sessions.schema import Session
from fasdemo.sessions.session_lock import SessionLock
from fasdemo.sessions.writer import SessionWriter
from tests.support.scenes import frame


def recorded(root: Path, complete: bool = True) -> Path:
    session = Session(
        subject="S01",
        label="live",
        started=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        streams=("rgb", "depth", "ir"),
        width=640,
        height=480,
        fps=30.0,
    )
    writer = SessionWriter.create(root, session)
    writer.write(frame(0))
    if complete:
        writer.complete()
    writer.close()
    return writer.folder


def test_relabel_changes_the_description_moves_the_session_and_leaves_it_sound(tmp_path: Path) -> None:
    folder = recorded(tmp_path)
    moved = relabel(folder, tmp_path, "spoof", "print-flat", "A4 laser print")
    assert moved == tmp_path / "S01" / "spoof-print-flat" / folder.name
    assert not folder.parent.exists(), "no empty folder is left"
    session = load_session(moved)
    assert (session.label, session.species, session.instrument) == ("spoof", "print-flat", "A4 laser print")
    assert verify_session(moved).problems == ()
    back = relabel(moved, tmp_path, "live")
    assert back == folder
    assert load_session(back).species is None
    assert verify_session(back).problems == ()


def test_relabel_keeps_an_existing_session_in_the_new_place(tmp_path: Path) -> None:
    first = relabel(recorded(tmp_path), tmp_path, "spoof", "poster")
    second = relabel(recorded(tmp_path), tmp_path, "spoof", "poster")
    assert second.name == f"{first.name}-2"
    assert verify_session(first).problems == verify_session(second).problems == ()


def test_relabel_leaves_a_session_outside_the_root_where_it_is(tmp_path: Path) -> None:
    folder = recorded(tmp_path / "elsewhere")
    assert relabel(folder, tmp_path / "recordings", "spoof", "poster") == folder
    assert load_session(folder).species == "poster"


@pytest.mark.parametrize(
    ("label", "species", "instrument", "says"),
    [
        ("spoof", "", "", "attack: is missing"),
        ("spoof", "../up", "", "use letters, digits"),
        ("spoof", "CON", "", "not a valid folder name on Windows"),
        ("spoof", "print", "a\x1bb", "no control characters"),
        ("live", "print", "", "is only for an attack"),
        ("live", "", "paper", "is only for an attack"),
        ("mixed", "", "", "must be live or spoof"),
    ],
)
def test_relabel_refuses_a_wrong_label_and_changes_nothing(
    tmp_path: Path, label: str, species: str, instrument: str, says: str
) -> None:
    folder = recorded(tmp_path)
    before = (folder / "session.json").read_bytes()
    with pytest.raises(UserError, match=says):
        relabel(folder, tmp_path, label, species, instrument)
    assert (folder / "session.json").read_bytes() == before


def test_set_note_is_kept_and_removed(tmp_path: Path) -> None:
    folder = recorded(tmp_path)
    set_note(folder, "Glasses; turned away at the end.\nSecond line.")
    assert load_session(folder).note == "Glasses; turned away at the end.\nSecond line."
    assert verify_session(folder).problems == ()
    set_note(folder, "")
    assert load_session(folder).note == ""
    with pytest.raises(UserError, match="no control characters"):
        set_note(folder, "\x1b[2J")
    with pytest.raises(UserError, match="at most 4000"):
        set_note(folder, "x" * 4001)


def test_a_session_in_use_open_edited_or_missing_is_not_changed(tmp_path: Path) -> None:
    folder = recorded(tmp_path)
    with SessionLock(folder, "repaired"), pytest.raises(UserError, match="repaired"):
        set_note(folder, "x")
    description = json.loads((folder / "session.json").read_text())
    description["subject"] = "S02"
    (folder / "session.json").write_text(json.dumps(description))
    with pytest.raises(UserError, match="checksum mismatch"):
        relabel(folder, tmp_path, "spoof", "poster")
    with pytest.raises(UserError, match="is not complete"):
        set_note(recorded(tmp_path, complete=False), "x")
    with pytest.raises(UserError, match="no such folder"):
        set_note(tmp_path / "none", "x")
