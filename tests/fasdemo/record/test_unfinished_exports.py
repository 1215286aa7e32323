"""Exports that are killed, or whose sessions are deleted meanwhile, leave no crops that a deletion cannot find."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from fasdemo.cli.main import main
from fasdemo.errors import UserError
from fasdemo.faces.face import Face
from fasdemo.frames import FrameSet
from fasdemo.record.derived import read_derived
from fasdemo.record.export import ExportOptions, export_sessions
from fasdemo.sessions.repair import find_sessions
from fasdemo.sessions.schema import Consent, Session
from fasdemo.sessions.session_lock import SessionLock
from fasdemo.sessions.writer import SessionWriter


def face(_: object = None) -> list[Face]:
    points = np.array([[12, 9], [20, 9], [16, 13], [16, 17], [9, 10], [23, 10]], np.float32)
    return [Face((8, 4, 16, 16), 0.9, points)]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for subject in ("S01", "S02"):
        session = Session(
            subject=subject,
            label="live",
            started=datetime(2026, 1, 2, tzinfo=UTC),
            streams=("rgb",),
            width=32,
            height=24,
            fps=30.0,
            consent=Consent(statement="yes", given_on=date(2026, 1, 2), retain_until=date(2099, 1, 1)),
        )
        with SessionWriter.create(tmp_path / "r", session, "png") as writer:
            writer.write(FrameSet(index=0, timestamp_s=0.0, rgb=np.full((24, 32, 3), 9, np.uint8)))
    return tmp_path / "r"


def delete(root: Path, subject: str) -> int:
    return main(["sessions", "delete", str(root), "--subject", subject, "--yes"])


class Killed(BaseException):
    """Stands for a signal that ends the process, so that no `except` clause of the export runs."""


def killed_export(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Leave what an export leaves that was killed after its first crops; return its folder."""
    count = 0

    def detect(_: object) -> list[Face]:
        nonlocal count
        count += 1
        if count == 2:
            raise Killed
        return face()

    with monkeypatch.context() as patched:
        patched.setattr(shutil, "rmtree", lambda *_, **__: None)
        with pytest.raises(Killed):
            export_sessions(find_sessions(root), root, root.parent / "crops", detect, ExportOptions(size=32))
    (partial,) = [path for path in root.parent.iterdir() if path.name.endswith(".partial")]
    return partial


def test_delete_removes_what_a_killed_export_left(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    partial = killed_export(root, monkeypatch)
    assert list(partial.rglob("*.png"))
    assert delete(root, "S01") == 0
    assert not partial.exists()
    assert len(find_sessions(root)) == 1


def test_delete_leaves_a_running_export_which_then_refuses(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    partial = killed_export(root, monkeypatch)
    with SessionLock(partial, "exported"):
        assert delete(root, "S01") == 0
        assert partial.exists()


def test_export_refuses_sessions_that_were_deleted_in_the_meantime(root: Path) -> None:
    def detect(_: object) -> list[Face]:
        if len(find_sessions(root)) == 2:
            assert delete(root, "S02") == 0
        return face()

    sessions = find_sessions(root)
    target = root.parent / "crops"
    # The second session is gone before it is read, or before the export is complete.
    with pytest.raises(UserError, match=r"no such folder|deleted or moved during the export"):
        export_sessions(sessions, root, target, detect, ExportOptions(size=32))
    with pytest.raises(UserError, match="deleted or moved during the export"):
        export_sessions(sessions[:1], root, target, lambda _: face() if delete(root, "S01") == 0 else [])
    assert [path.name for path in root.parent.iterdir() if path != root] == []


def test_a_repeated_deletion_removes_crops_whose_session_is_gone(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = root.parent / "crops"
    export_sessions(find_sessions(root), root, target, face, ExportOptions(size=32))
    assert {one.path for one in read_derived(root)} == {target.resolve()}
    shutil.rmtree(root / "S01")  # as a deletion leaves it that is killed after the last session
    assert delete(root, "S01") == 0
    assert "1 crops of S01 were deleted too" in capsys.readouterr().out.replace("\n", " ")
    assert {path.relative_to(target).parts[0] for path in target.rglob("*.png")} == {"S02"}
    assert delete(root, "S03") == 2
