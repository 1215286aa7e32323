"""Session folders as systems leave them: no locks, other computers, links, and what cannot be read."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import socket
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fasdemo.errors import UserError
from fasdemo.sessions import erase, session_lock
from fasdemo.sessions.loading import load_session
from fasdemo.sessions.schema import FRAMES_FILE, SESSION_FILE
from fasdemo.sessions.session_lock import LOCK_FILE, SessionLock, who_holds
from fasdemo.sessions.video.packet_times import PacketTimes

GONE = 2**22 + 7
"""No process of Linux has this number."""


def note(folder: Path, **holder: Any) -> Path:
    path = folder / LOCK_FILE
    path.write_text(json.dumps(holder))
    return path


def refuse(number: int) -> Any:
    def call(*_: Any, **__: Any) -> Any:
        raise OSError(number, os.strerror(number))

    return call


def test_session_lock_of_another_computer_holds_while_it_is_fresh(tmp_path: Path) -> None:
    path = note(tmp_path, pid=12, host="elsewhere", purpose="recorded")
    assert "process 12 on elsewhere" in who_holds(tmp_path)
    with pytest.raises(UserError, match="is being recorded by process 12 on elsewhere; stop the recording first"):
        SessionLock(tmp_path, "deleted")
    os.utime(path, (1, 1))
    assert who_holds(tmp_path) == ""
    SessionLock(tmp_path, "deleted").release()


def test_session_lock_gives_up_where_the_file_changes_all_the_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_lock, "_is_still", lambda *_: False)
    with pytest.raises(UserError, match="because other programs use it"):
        SessionLock(tmp_path, "repaired")


def test_session_lock_renews_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_lock, "RENEW_S", 0.0)
    with SessionLock(tmp_path, "recorded") as lock:
        os.utime(tmp_path / LOCK_FILE, (1, 1))
        lock.renew()
        assert (tmp_path / LOCK_FILE).stat().st_mtime > 1000
        descriptor = os.open(tmp_path, os.O_RDONLY)
        assert not session_lock._is_still(descriptor, tmp_path / "none")
        os.close(descriptor)


@pytest.mark.parametrize(
    ("holder", "held"),
    [
        ({"pid": os.getpid(), "host": socket.gethostname(), "purpose": "recorded"}, True),
        ({"pid": GONE, "host": socket.gethostname(), "purpose": "recorded"}, False),
        ({"pid": "x", "host": socket.gethostname()}, False),
        ({}, False),
    ],
)
def test_session_lock_trusts_its_note_on_a_file_system_without_locks(
    holder: dict[str, Any], held: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fcntl, "flock", refuse(errno.ENOLCK))
    note(tmp_path, **holder)
    assert bool(who_holds(tmp_path)) is held


def test_session_lock_counts_a_process_that_it_may_not_signal_as_alive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fcntl, "flock", refuse(errno.ENOLCK))
    monkeypatch.setattr(os, "kill", refuse(errno.EPERM))
    note(tmp_path, pid=1, host=socket.gethostname(), purpose="recorded")
    assert "process 1" in who_holds(tmp_path)


def test_who_holds_reads_a_lock_that_it_may_not_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    note(tmp_path, pid=12, host="elsewhere", purpose="recorded")
    opened = os.open

    def read_only(path: Any, flags: int, *more: Any) -> int:
        if flags & os.O_RDWR:
            raise PermissionError(errno.EACCES, "no")
        return opened(path, flags, *more)

    monkeypatch.setattr(os, "open", read_only)
    assert "process 12" in who_holds(tmp_path)
    monkeypatch.setattr(os, "open", refuse(errno.EACCES))
    assert who_holds(tmp_path) == ""


def test_why_no_session_names_links_and_lone_descriptions(tmp_path: Path) -> None:
    real = tmp_path / "real.json"
    real.write_text("{}")
    folder = tmp_path / "S01"
    folder.mkdir()
    (folder / SESSION_FILE).symlink_to(real)
    assert "is a link" in erase._why_no_session(folder, [folder])
    (folder / SESSION_FILE).unlink()
    (folder / SESSION_FILE).write_text("{}")
    assert f"has no {FRAMES_FILE}" in erase._why_no_session(folder, [folder])


def test_shows_a_subject_only_where_a_recorder_wrote(tmp_path: Path) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    assert not erase._shows(folder, "S01")
    (folder / FRAMES_FILE).write_text("frame,timestamp_s\n")
    assert erase._shows(folder, "S01")
    (folder / SESSION_FILE).write_text("[")
    assert erase._shows(folder, "S01"), "a damaged description is nobody else's"
    (folder / SESSION_FILE).write_text('{"subject": "S02"}')
    assert not erase._shows(folder, "S01")
    (folder / SESSION_FILE).unlink()
    (folder / SESSION_FILE).symlink_to(folder / FRAMES_FILE)
    assert not erase._shows(folder, "S01")
    stamped = tmp_path / "20260102-030405"
    stamped.mkdir()
    assert erase._shows(stamped, "S01")


def test_erase_passes_over_folders_that_cannot_be_listed(tmp_path: Path) -> None:
    assert erase._folders(tmp_path / "none") == []
    assert erase._own(tmp_path / "none", "S01") is None
    with pytest.raises(UserError, match=r"could not be deleted|cannot be read"):
        erase.erase([tmp_path / "none"], tmp_path)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda folder: None, "no such folder"),
        (lambda folder: folder.write_text("x"), "is a file"),
        (lambda folder: folder.mkdir(), f"has no {SESSION_FILE}"),
        (
            lambda folder: (folder.mkdir(), (folder / SESSION_FILE).write_bytes(b"\xff\xfe\xff{")),
            r"damaged|cannot be used",
        ),
        (lambda folder: (folder.mkdir(), (folder / SESSION_FILE).write_bytes(b"{\xff}")), "is not UTF-8 text"),
    ],
)
def test_load_session_names_what_is_no_session(make: Any, says: str, tmp_path: Path) -> None:
    make(tmp_path / "one")
    with pytest.raises(UserError, match=says):
        load_session(tmp_path / "one")


def test_load_session_names_a_description_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / SESSION_FILE).write_text("{}")
    monkeypatch.setattr("fasdemo.sessions.loading.read_text", refuse(errno.EIO))
    with pytest.raises(UserError, match="cannot be read"):
        load_session(tmp_path)


def test_unreadable_sessions_are_named_and_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "S01" / "live" / "20260102-030405"
    folder.mkdir(parents=True)
    (folder / SESSION_FILE).write_text("{")
    (sentence,) = erase.unreadable(tmp_path)
    assert "its retention date is unknown, so it is kept" in sentence
    monkeypatch.setattr(Path, "iterdir", refuse(errno.EACCES))
    assert erase.kept_beside(tmp_path, "S01") == []


def test_packet_times_continue_where_packets_have_none() -> None:
    times = PacketTimes("mp4", 0.001, 25.0)
    packets = [SimpleNamespace(pts=0, dts=0), SimpleNamespace(pts=None, dts=None)]
    assert [times.place(packet) for packet in packets] == [0, 40]
    assert times.shown(None, None) == 0
    assert times.shown(None, 40) == 80
