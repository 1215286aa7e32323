"""Full disks and killed processes: earlier data are complete, and the command reports the failure."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import av
import pytest

from fasdemo.sessions.reader import SessionReader
from fasdemo.sessions.repair import find_sessions, repair_session, verify_session
from fasdemo.sessions.writer import SessionWriter
from tests.support.face_fixtures import model_or_skip
from tests.support.fault_stage import record_person, trusting_model

RECORDING = ("--subject", "S02", "--label", "live", "--consent", "yes", "--retain-until", "2099-01-01")


@pytest.fixture(scope="module")
def person(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return record_person(tmp_path_factory.mktemp("person"), 24)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    model_or_skip()
    return trusting_model(tmp_path_factory.mktemp("model"))


def command(person: Path, model: Path, *more: object) -> list[str]:
    fixed = [sys.executable, "-m", "fasdemo.cli", "--headless", "--device", "cpu", "--video", str(person)]
    return [*fixed, "--model", str(model), *map(str, more)]


def finish(person: Path, model: Path, *more: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(person, model, *more), capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize(
    ("option", "said"), [("--json", "--json /dev/full: cannot"), ("--log", "/dev/full: the event log cannot")]
)
def test_record_names_a_full_disk(person: Path, model: Path, option: str, said: str) -> None:
    done = finish(person, model, option, "/dev/full")
    assert done.returncode == 2
    assert f"{said} be written (No space left on device)" in done.stderr
    assert "Traceback" not in done.stderr


LIMITED = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
limit = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
from fasdemo.cli.main import main
sys.exit(main(sys.argv[2:]))
"""


def limited(limit: int, arguments: list[str]) -> subprocess.CompletedProcess[str]:
    """The command where no file can grow beyond `limit` bytes, as on a disk that fills up."""
    return subprocess.run(
        [sys.executable, "-c", LIMITED, str(limit), *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_json_lines_on_a_disk_that_fills_up_end_with_a_whole_line(person: Path, model: Path, tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    done = limited(10_000, command(person, model, "--json", path)[3:])
    assert done.returncode == 2, done.stderr
    assert str(path) in done.stderr
    assert "Traceback" not in done.stderr
    lines = path.read_text().splitlines(keepends=True)
    assert len(lines) >= 2
    assert all(line.endswith("\n") and json.loads(line) for line in lines)


def test_annotate_leaves_nothing_on_a_full_disk(person: Path, model: Path, tmp_path: Path) -> None:
    done = limited(20_000, command(person, model, "--output", tmp_path / "out.mp4")[3:])
    assert done.returncode == 2, done.stderr
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_record_stays_readable_on_a_full_disk(person: Path, model: Path, tmp_path: Path) -> None:
    smallest = min(path.stat().st_size for path in (person / "depth").glob("*.png"))
    done = limited(smallest - 1000, command(person, model, "--record", tmp_path, *RECORDING)[3:])
    assert done.returncode == 2, done.stderr
    assert "Recording stopped" in done.stderr
    assert "Traceback" not in done.stderr
    (folder,) = find_sessions(tmp_path)
    assert repair_session(folder).frames == 0
    assert verify_session(folder).problems == ()


def test_session_writer_keeps_the_frames_before_a_failed_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.support.scenes import frame

    folder = record_person(tmp_path / "a", 1)
    session = SessionReader(folder).session
    writer = SessionWriter(tmp_path / "b", session)
    for index in range(3):
        writer.write(frame(index))

    def full(self: Path, data: bytes) -> int:
        with self.open("wb") as file:
            file.write(data[: len(data) // 2])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space left"):
        writer.write(frame(3))
    monkeypatch.undo()
    writer.close()
    with SessionReader(tmp_path / "b") as reader:
        assert [one.faults for one in reader] == [()] * 3
    assert repair_session(tmp_path / "b").frames == 3


def started(person: Path, model: Path, tmp_path: Path) -> tuple[subprocess.Popen[str], Path]:
    """An endless run with every output, stopped by the caller once frames have gone through."""
    path = tmp_path / "out.jsonl"
    outputs = ("--json", path, "--output", tmp_path / "out.mp4", "--log", tmp_path / "log.jsonl")
    everything = (*outputs, "--record", tmp_path / "rec", *RECORDING)
    child = subprocess.Popen(
        command(person, model, "--loop", *everything), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    end = time.monotonic() + 60
    while not (path.exists() and path.read_bytes().count(b"\n") >= 20):
        assert child.poll() is None, child.communicate()[1]
        assert time.monotonic() < end
        time.sleep(0.05)
    return child, path


def whole_lines(path: Path) -> int:
    lines = path.read_text().splitlines(keepends=True)
    for line in lines:
        assert line.endswith("\n")
        json.loads(line)
    return len(lines)


def test_sigterm_completes_every_output(person: Path, model: Path, tmp_path: Path) -> None:
    child, path = started(person, model, tmp_path)
    child.send_signal(signal.SIGTERM)
    _, said = child.communicate(timeout=60)
    assert child.returncode == 130, said
    assert "Traceback" not in said
    frames = whole_lines(path)
    with av.open(str(tmp_path / "out.mp4")) as video:
        assert abs(sum(1 for _ in video.decode(video=0)) - frames) <= 1
    assert json.loads((tmp_path / "log.jsonl").read_text().splitlines()[-1])["event"] == "end"
    (folder,) = find_sessions(tmp_path / "rec")
    assert verify_session(folder).problems == ()
    assert {path.name for path in tmp_path.iterdir()} == {"out.jsonl", "out.mp4", "log.jsonl", "rec"}


def test_sigkill_leaves_whole_lines_and_a_recording_that_can_be_repaired(
    person: Path, model: Path, tmp_path: Path
) -> None:
    child, path = started(person, model, tmp_path)
    child.kill()
    child.communicate(timeout=60)
    text = path.read_text()
    for line in text[: text.rfind("\n")].splitlines():
        json.loads(line)
    assert not (tmp_path / "out.mp4").exists(), "half a video never stands under its name"
    (folder,) = find_sessions(tmp_path / "rec")
    with SessionReader(folder) as reader:
        assert "never completed" in reader.warnings[0]
        whole = sum(frame.faults == () for frame in reader)
        assert whole >= len(reader) - 1
    assert repair_session(folder).frames >= whole
    assert verify_session(folder).problems == ()
