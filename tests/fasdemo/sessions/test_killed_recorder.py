"""What a recorder leaves that is killed before its first frame, and what tools do while another one deletes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fasdemo.cli.main import main
from fasdemo.errors import UserError
from fasdemo.frames import FrameSet
from fasdemo.sessions import writer as session_writer
from fasdemo.sessions.description import edited_files
from fasdemo.sessions.loading import load_session
from fasdemo.sessions.reader import SessionReader
from fasdemo.sessions.repair import repair_session, verify_session
from fasdemo.sessions.schema import FRAMES_FILE, Consent, Session
from fasdemo.sessions.writer import STAGED_ROWS_FILE, SessionWriter


def description() -> Session:
    return Session(
        subject="S01",
        label="live",
        started=datetime(2026, 1, 2, tzinfo=UTC),
        streams=("rgb",),
        width=16,
        height=12,
        fps=30.0,
        consent=Consent(statement="I agree.", given_on=date(2026, 1, 2), retain_until=date(2099, 1, 1)),
    )


def shot(number: int = 0) -> FrameSet:
    return FrameSet(index=number, timestamp_s=number / 30, rgb=np.full((12, 16, 3), number, np.uint8))


def begun(root: Path) -> Path:
    """Return the folder of a recording that ended before its first frame."""
    writer = SessionWriter.create(root, description())
    writer.close()
    return writer.folder


@pytest.mark.parametrize("rows", [None, b""])
def test_repair_completes_a_recording_without_its_header(rows: bytes | None, tmp_path: Path) -> None:
    folder = begun(tmp_path)
    (folder / FRAMES_FILE).unlink()
    if rows is not None:
        (folder / FRAMES_FILE).write_bytes(rows)
    assert main(["sessions", "repair", str(tmp_path)]) == 0
    assert verify_session(folder).problems == ()
    assert load_session(folder).frames == 0


def test_repair_refuses_a_recording_whose_rows_were_removed(tmp_path: Path) -> None:
    writer = SessionWriter.create(tmp_path, description())
    writer.write(shot())
    writer.close()
    (writer.folder / FRAMES_FILE).unlink()
    with pytest.raises(UserError, match=f"has no {FRAMES_FILE}"):
        repair_session(writer.folder)
    assert len(list((writer.folder / "color").iterdir())) == 1


def test_repair_removes_temporary_files_of_a_complete_session(tmp_path: Path) -> None:
    with SessionWriter.create(tmp_path, description()) as writer:
        writer.write(shot())
    (writer.folder / STAGED_ROWS_FILE).write_text("frame,")
    assert repair_session(writer.folder).notes == ["was complete already"]
    assert not (writer.folder / STAGED_ROWS_FILE).exists()
    assert verify_session(writer.folder).problems == ()


def test_a_session_that_is_deleted_while_it_is_opened_is_no_traceback(tmp_path: Path) -> None:
    with SessionWriter.create(tmp_path, description()) as writer:
        writer.write(shot())
    session = load_session(writer.folder)
    (writer.folder / FRAMES_FILE).unlink()
    assert edited_files(writer.folder, session) == [f"{FRAMES_FILE} cannot be read (No such file or directory)"]
    with pytest.raises(UserError, match=f"has no {FRAMES_FILE}"):
        SessionReader(writer.folder)


def test_a_recorder_whose_new_folder_is_deleted_makes_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = session_writer._made_session_folder
    removed: list[Path] = []

    def then_removed(root: Path, session: Session) -> Path:
        folder = made(root, session)
        if not removed:
            removed.append(folder)
            folder.rmdir()
            folder.parent.rmdir()
            # The folder's parent is a file for a moment, so that it cannot be made again.
            folder.parent.write_bytes(b"")
            return folder
        return folder

    class Recovering(SessionWriter):
        def __init__(self, folder: Path, *rest: Any) -> None:
            try:
                super().__init__(folder, *rest)
            finally:
                if folder.parent.is_file():
                    folder.parent.unlink()

    monkeypatch.setattr(session_writer, "_made_session_folder", then_removed)
    with Recovering.create(tmp_path, description()) as writer:
        writer.write(shot())
    assert removed
    assert verify_session(writer.folder).problems == ()
