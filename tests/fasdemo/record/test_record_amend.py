"""Corrections of a complete session: label and note."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from fasdemo.errors import UserError
from fasdemo.frames import Truth
from fasdemo.record import amend
from fasdemo.record.amend import correct_part, relabel, set_note
from fasdemo.record.recorder import Recorder
from fasdemo.sessions.loading import load_session
from fasdemo.sessions.repair import repair_session, verify_session
from fasdemo.sessions.rows import load_rows
from fasdemo.sessions.schema import Session
from fasdemo.sessions.session_lock import SessionLock
from fasdemo.sessions.writer import SessionWriter
from tests.fasdemo.record.test_record_recorder import session, shot, wait_for
from tests.support.scenes import frame


def recorded(root: Path, complete: bool = True) -> Path:
    description = Session(
        subject="S01",
        label="live",
        started=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        streams=("rgb", "depth", "ir"),
        width=640,
        height=480,
        fps=30.0,
    )
    writer = SessionWriter.create(root, description)
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


def mixed(root: Path) -> Path:
    """Frames 0 to 2 live, 3 and 4 a print, 5 live."""
    recorder = Recorder(root, session())
    for number in range(6):
        if number in (3, 5):
            recorder.show(Truth("spoof", "print-flat") if number == 3 else Truth("live"))
        recorder.put(shot(number))
        wait_for(recorder, number + 1)
    recorder.stop()
    return recorder.folder


def truths(folder: Path) -> list[str]:
    rows = load_rows(folder, load_session(folder)).rows
    return ["-" if row.truth is None else row.truth.species or row.truth.label for row in rows]


def test_correct_part_changes_the_labels_of_its_frames_and_keeps_the_old_one(tmp_path: Path) -> None:
    folder = mixed(tmp_path)
    assert truths(folder) == ["live"] * 3 + ["print-flat"] * 2 + ["live"]
    correct_part(folder, slice(3, 5), "spoof", "mask-resin", day=date(2026, 5, 2))
    assert truths(folder) == ["live"] * 3 + ["mask-resin"] * 2 + ["live"]
    found = load_session(folder)
    assert found.note == "Label of frames 3 to 4 corrected on 2026-05-02; it was: print-flat."
    assert verify_session(folder).problems == ()
    correct_part(folder, slice(3, 5), "spoof", "mask-resin")
    assert load_session(folder) == found, "the same label changes nothing"
    set_note(folder, "glasses")
    assert load_session(folder).note == "glasses"


@pytest.mark.parametrize(("label", "species"), [("spoof", ""), ("live", "print-flat"), ("spoof", "a b"), ("mixed", "")])
def test_correct_part_refuses_a_wrong_label_and_changes_nothing(tmp_path: Path, label: str, species: str) -> None:
    folder = mixed(tmp_path)
    before = (folder / "frames.csv").read_bytes(), (folder / "session.json").read_bytes()
    with pytest.raises(UserError):
        correct_part(folder, slice(3, 5), label, species)
    (folder / "frames.csv").rename(tmp_path / "away")
    with pytest.raises(UserError):
        correct_part(folder, slice(3, 5), "live")
    (tmp_path / "away").rename(folder / "frames.csv")
    assert ((folder / "frames.csv").read_bytes(), (folder / "session.json").read_bytes()) == before


def test_relabel_of_a_session_with_several_labels_is_still_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be changed as a whole"):
        relabel(mixed(tmp_path), tmp_path, "live")


def test_correct_part_does_not_hide_rows_that_were_edited_by_hand(tmp_path: Path) -> None:
    folder = mixed(tmp_path)
    rows = folder / "frames.csv"
    rows.write_text(rows.read_text().replace("print-flat", "print-bent"))
    with pytest.raises(UserError, match="checksum mismatch; restore it from a backup"):
        correct_part(folder, slice(3, 5), "live")


def test_correct_part_killed_before_the_rows_are_replaced_is_completed_by_repair(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = mixed(tmp_path)

    def killed(_: Path, target: Path) -> None:
        raise KeyboardInterrupt(f"killed before {target}")

    with monkeypatch.context() as patch:
        # The description is written with another call, so only the last step is left out.
        patch.setattr(amend, "_take_rows", killed)
        with pytest.raises(KeyboardInterrupt):
            correct_part(folder, slice(3, 5), "spoof", "mask-resin")
    assert verify_session(folder).problems == (
        "a correction of labels was interrupted; run `fasdemo sessions repair` to complete it",
    )
    assert truths(folder)[3] == "print-flat"
    assert repair_session(folder).notes == ["an interrupted correction of labels was completed"]
    assert truths(folder) == ["live"] * 3 + ["mask-resin"] * 2 + ["live"]
    assert verify_session(folder).problems == ()
    assert not (folder / "frames.csv.partial").exists()


def test_correct_part_on_a_full_disk_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = mixed(tmp_path)
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(amend, "write_session_file", full)
        with pytest.raises(UserError, match="No space left"):
            correct_part(folder, slice(3, 5), "spoof", "mask-resin")
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before
    assert verify_session(folder).problems == ()


def test_a_session_without_checksums_is_not_changed(tmp_path: Path) -> None:
    folder = mixed(tmp_path)
    path = folder / "session.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "checksums": {}}))
    before = path.read_bytes()
    with pytest.raises(UserError, match="has no checksums"):
        set_note(folder, "glasses")
    with pytest.raises(UserError, match=r"has no checksums|checksum mismatch"):
        correct_part(folder, slice(3, 5), "live")
    assert path.read_bytes() == before
