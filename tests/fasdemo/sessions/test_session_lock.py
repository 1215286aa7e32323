"""Recording, repairing, deleting and exporting one session at the same time."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fasdemo.cli.main import main
from fasdemo.errors import UserError
from fasdemo.frames import FrameSet
from fasdemo.record.recorder import Recorder
from fasdemo.sessions import session_lock
from fasdemo.sessions.reader import SessionReader
from fasdemo.sessions.repair import find_sessions, repair_session, verify_session
from fasdemo.sessions.schema import Consent, Session
from fasdemo.sessions.session_lock import LOCK_FILE, SessionLock, who_holds
from fasdemo.sessions.writer import SessionWriter, similar_subject

PACKAGE = Path(__file__).resolve().parents[3]


def description(subject: str = "S01", **changes: Any) -> Session:
    values: dict[str, Any] = {
        "subject": subject,
        "label": "live",
        "started": datetime(2026, 1, 2, tzinfo=UTC),
        "streams": ("rgb", "depth"),
        "width": 16,
        "height": 12,
        "fps": 30.0,
        "consent": Consent(statement="I agree.", given_on=date(2026, 1, 2), retain_until=date(2099, 1, 1)),
    }
    return Session(**{**values, **changes})


def shot(number: int, **changes: Any) -> FrameSet:
    values: dict[str, Any] = {
        "index": number,
        "timestamp_s": number / 30,
        "rgb": np.full((12, 16, 3), number % 256, np.uint8),
        "depth": np.full((12, 16), 500 + number, np.uint16),
    }
    return FrameSet(**{**values, **changes})


def write(root: Path, subject: str = "S01", count: int = 4) -> Path:
    writer = SessionWriter.create(root, description(subject), "png")
    for number in range(count):
        writer.write(shot(number))
    writer.complete()
    return writer.folder


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_lock_refuses_repair_delete_and_export_while_recording(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    writer = SessionWriter.create(tmp_path / "r", description())
    for number in range(3):
        writer.write(shot(number))
    before = contents(tmp_path / "r")
    for action in (["repair"], ["delete", "--subject", "S01", "--yes"], ["export", "--to", str(tmp_path / "crops")]):
        assert main(["sessions", action[0], str(tmp_path / "r"), *action[1:]]) == 2
        said = capsys.readouterr().err
        assert "is being recorded by process" in said
        assert said.count("\n") == 1
    assert main(["sessions", "verify", str(tmp_path / "r")]) == 1
    assert contents(tmp_path / "r") == before
    writer.write(shot(3))
    assert writer.complete().frames == 4
    assert verify_session(writer.folder).problems == ()
    assert not (writer.folder / LOCK_FILE).exists()


def test_lock_of_a_killed_process_holds_nothing(tmp_path: Path) -> None:
    code = (
        "import sys, os, signal; from pathlib import Path\n"
        "from fasdemo.sessions.session_lock import SessionLock\n"
        "SessionLock(Path(sys.argv[1]), 'recorded'); os.kill(os.getpid(), signal.SIGKILL)"
    )
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE)}
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], env=environment, check=False)
    assert json.loads((tmp_path / LOCK_FILE).read_text())["purpose"] == "recorded"
    assert who_holds(tmp_path) == ""
    SessionLock(tmp_path, "repaired").release()


def test_lock_of_another_computer_holds_while_it_is_renewed(tmp_path: Path) -> None:
    (tmp_path / LOCK_FILE).write_text(json.dumps({"pid": 1, "host": "elsewhere", "purpose": "recorded"}))
    assert "by process 1 on elsewhere" in who_holds(tmp_path)
    with pytest.raises(UserError, match="stop the recording first"):
        SessionLock(tmp_path, "deleted")
    old = time.time() - session_lock.FRESH_S - 1
    os.utime(tmp_path / LOCK_FILE, (old, old))
    assert who_holds(tmp_path) == ""


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"pid": "x"}', b"\xff" * 9000])
def test_lock_takes_any_old_content(content: bytes, tmp_path: Path) -> None:
    (tmp_path / LOCK_FILE).write_bytes(content)
    with SessionLock(tmp_path, "repaired"):
        assert "is being repaired" in who_holds(tmp_path)


def test_lock_follows_no_link(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("mine")
    folder = write(tmp_path)
    (folder / LOCK_FILE).symlink_to(tmp_path / "precious")
    with pytest.raises((UserError, OSError)):
        SessionLock(folder, "deleted")
    assert (tmp_path / "precious").read_text() == "mine"


def test_delete_spares_people_beside_a_stray_description(tmp_path: Path) -> None:
    first, other = write(tmp_path), write(tmp_path, "S02")
    for place in (tmp_path, tmp_path / "S02"):
        shutil.copy(first / "session.json", place)
        assert main(["sessions", "delete", str(tmp_path), "--expired", "--yes"]) == 0
        assert main(["sessions", "delete", str(tmp_path), "--subject", "S01", "--yes"]) == 0
        assert verify_session(other).problems == ()
        first = write(tmp_path)


@pytest.mark.parametrize("inner", ["y", "live/y", "live/20260102-000000/deep/y", "notes/session.json"])
def test_delete_spares_a_folder_that_only_has_the_name(inner: str, tmp_path: Path) -> None:
    file = tmp_path / "Documents" / inner
    file.parent.mkdir(parents=True)
    file.write_text("thesis")
    main(["sessions", "delete", str(tmp_path), "--subject", "Documents", "--yes"])
    assert file.read_text() == "thesis"


def test_delete_removes_a_damaged_session_in_its_place_and_nothing_beside_it(tmp_path: Path) -> None:
    folder = write(tmp_path)
    (folder / "session.json").write_text("{")
    (folder / "color" / "thesis.txt").write_text("mine")
    assert main(["sessions", "delete", str(tmp_path), "--subject", "S01", "--yes"]) == 0
    assert contents(tmp_path) == {f"{folder.relative_to(tmp_path)}/color/thesis.txt": b"mine"}


@pytest.mark.parametrize("name", ["CON", "nul", "AUX.txt", "COM1", "S01.", "lpt9.x"])
def test_record_refuses_names_that_windows_has_not(name: str, tmp_path: Path) -> None:
    words = ["--label", "live", "--consent", "y", "--retain-until", "2090-01-01"]
    assert (
        main(["--demo", "--headless", "--max-frames", "2", "--record", str(tmp_path / "r"), "--subject", name, *words])
        == 2
    )
    assert not (tmp_path / "r").exists()


@pytest.mark.parametrize("name", ["..\\..", "D:\\x", "D:x", "S01\\..\\S02", "\\\\host\\share"])
def test_delete_refuses_paths_of_windows(name: str, tmp_path: Path) -> None:
    write(tmp_path)
    before = contents(tmp_path)
    assert main(["sessions", "delete", str(tmp_path), "--subject", name, "--yes"]) == 2
    assert contents(tmp_path) == before


def test_similar_subject_warns_of_names_that_collide(tmp_path: Path) -> None:
    write(tmp_path)
    assert "already has a folder S01" in similar_subject(tmp_path, "s01")
    assert similar_subject(tmp_path, "S01") == ""
    assert similar_subject(tmp_path / "none", "S01") == ""


BAD: dict[str, dict[str, Any]] = {
    "no time": {"timestamp_s": float("nan")},
    "endless": {"timestamp_s": float("inf")},
    "late": {"timestamp_s": 1e20},
    "gained": {"lost_before": -5},
}


@pytest.mark.parametrize("case", sorted(BAD))
def test_recorder_writes_nothing_that_cannot_be_read(case: str, tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, description())
    for number in range(8):
        recorder.put(shot(number, **(BAD[case] if number == 4 else {})))
    done = recorder.stop()
    bad_time = "timestamp_s" in BAD[case]
    assert (done.frames, done.lost) == ((7, 1) if bad_time else (8, 0))
    assert verify_session(recorder.folder).problems == ()


EDITS = {
    "a time": ("frames.csv", "0.066667", "nan"),
    "a count": ("frames.csv", ",,,0\n3,", ",,,-5\n3,"),
    "a label": ("frames.csv", "0.066667", "soon"),
    "a total": ("session.json", '"lost": 0', '"lost": -5'),
}


@pytest.mark.parametrize("state", ["open", "complete"])
@pytest.mark.parametrize("case", sorted(EDITS))
def test_repair_mends_one_bad_number_and_keeps_every_image(case: str, state: str, tmp_path: Path) -> None:
    folder = write(tmp_path)
    file, old, new = EDITS[case]
    text = (folder / file).read_text()
    if case == "a count":
        lines = text.splitlines()
        text = "\n".join([*lines[:3], lines[3].rsplit(",", 1)[0] + ",-5", *lines[4:]]) + "\n"
    else:
        assert old in text
        text = text.replace(old, new, 1)
    (folder / file).write_text(text)
    content = json.loads((folder / "session.json").read_text())
    content["state"] = state
    if state == "complete":
        # As earlier versions completed it: without a checksum of the description itself.
        content["checksums"]["frames.csv"] = session_digest(folder)
        del content["checksums"]["session.json"]
    (folder / "session.json").write_text(json.dumps(content))
    images = {name: data for name, data in contents(folder).items() if name.endswith(".png")}
    rows = 4 if case == "a total" else 3
    assert len(SessionReader(folder)) == rows
    assert SessionReader(folder).warnings
    assert repair_session(folder).frames == rows
    assert verify_session(folder).problems == ()
    assert {name: data for name, data in contents(folder).items() if name.endswith(".png")} == images
    assert SessionReader(folder).warnings == ()
    assert SessionReader(folder).session.lost == 4 - rows


def session_digest(folder: Path) -> str:
    from fasdemo.sessions.writer import sha256_of

    return sha256_of(folder / "frames.csv")


def test_find_sessions_walks_folders_of_any_depth(tmp_path: Path) -> None:
    place = tmp_path
    here = os.open(tmp_path, os.O_RDONLY)
    try:
        for _ in range(1500):
            os.mkdir("d", dir_fd=here)
            inner = os.open("d", os.O_RDONLY, dir_fd=here)
            os.close(here)
            here = inner
        for action in (["list"], ["verify"], ["repair"], ["delete", "--subject", "d", "--yes"]):
            assert main(["sessions", action[0], str(place), *action[1:]]) == 2
        assert main(["--video", str(place), "--headless"]) == 2
        assert main(["score", str(place)]) == 2
    finally:
        os.close(here)
        subprocess.run(["rm", "-rf", str(tmp_path / "d")], check=True)


RECORD = """
import sys, time
from pathlib import Path
from tests.fasdemo.sessions.test_session_lock import description, shot
from fasdemo.record.recorder import Recorder
recorder = Recorder(Path(sys.argv[1]), description(sys.argv[2]))
print(recorder.folder, flush=True)
number = 0
while True:
    recorder.put(shot(number))
    number += 1
    if recorder.status.written:
        print(recorder.status.written, flush=True)
    time.sleep(0.01)
"""


def mangle(root: Path, rounds: int, seed: int) -> None:
    """Kill recorders while repairs and deletions run; every frame that a recorder called written has to be there."""
    chance = random.Random(seed)
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE), "OMP_NUM_THREADS": "1"}
    kept = write(root, "S99", 5)
    kept_before = contents(kept)
    others: list[subprocess.Popen[bytes]] = []
    for number in range(rounds):
        subject = f"S{number % 3:02d}"
        child = subprocess.Popen(
            [sys.executable, "-c", RECORD, str(root), subject], env=environment, stdout=subprocess.PIPE
        )
        assert child.stdout is not None
        folder = Path(child.stdout.readline().decode().strip())
        tools = [
            ["repair", str(root)],
            ["delete", str(root), "--subject", f"S{(number + 1) % 3:02d}", "--yes"],
            ["delete", str(root), "--subject", subject, "--yes"],
            ["repair", str(root)],
        ]
        for words in chance.sample(tools, 2):
            command = [sys.executable, "-m", "fasdemo.cli", "sessions", *words]
            others.append(
                subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            )
        time.sleep(chance.uniform(0.1, 1.0))
        child.send_signal(signal.SIGKILL)
        rest, _ = child.communicate()
        figures = [int(line) for line in rest.split(b"\n")[:-1] if line.isdigit()]
        written = max(figures, default=0)
        for other in others:
            status = other.wait(60)
            assert status in (0, 2)
        others.clear()
        if not folder.exists():
            continue  # Deleted after the kill, as was asked for.
        if written:
            assert len(SessionReader(folder)) >= written
        repair_session(folder)
        found = verify_session(folder)
        assert found.problems == ()
        assert found.frames >= written
    assert contents(kept) == kept_before
    for folder in find_sessions(root):
        assert verify_session(folder).problems == ()
    assert not list(root.rglob("*.partial"))


@pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")
def test_kills_repairs_and_deletions_at_once_lose_nothing(tmp_path: Path) -> None:
    mangle(tmp_path, 4, seed=1)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")
def test_fifty_kills_repairs_and_deletions_at_once_lose_nothing(tmp_path: Path) -> None:
    mangle(tmp_path, 50, seed=2)
