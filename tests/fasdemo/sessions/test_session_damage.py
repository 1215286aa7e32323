"""Sessions on disks that fail and in states that only accidents make: named in a sentence, and nothing else is lost."""

from __future__ import annotations

import errno
import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from fasdemo.cli.main import main
from fasdemo.errors import UserError
from fasdemo.frames import Stream
from fasdemo.sessions import erase as erasing
from fasdemo.sessions import repair as repairing
from fasdemo.sessions.description import NO_CHECKSUMS
from fasdemo.sessions.erase import erase, expired_sessions
from fasdemo.sessions.reader import SessionReader
from fasdemo.sessions.repair import find_sessions, repair_session, verify_session
from fasdemo.sessions.schema import FRAMES_FILE, SESSION_FILE
from fasdemo.sessions.video.video_track import VideoTrack
from fasdemo.sessions.video.video_writer import VideoTrackWriter
from fasdemo.sessions.writer import VIDEO_FILES, SessionWriter
from tests.fasdemo.sessions.test_session_roundtrip import frame, session, write
from tests.support import specimens


def change(folder: Path, **fields: Any) -> None:
    """Rewrite fields of session.json."""
    path = folder / SESSION_FILE
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), **fields}), encoding="utf-8")


def refuse(number: int) -> Any:
    """A stand-in for a call of the system that fails."""

    def call(*_: Any, **__: Any) -> Any:
        raise OSError(number, "no")

    return call


# The writer


def test_writer_discards_a_half_written_frame_and_goes_on(tmp_path: Path) -> None:
    writer = SessionWriter.create(tmp_path, session(), "png")
    writer.write(frame(0))
    writer.write_encoded(1, writer.encode(frame(1)))
    with (writer.folder / FRAMES_FILE).open("ab") as rows:
        rows.write(b"1,10.0")
    writer.discard(1)
    assert not list(writer.folder.rglob("000001.*"))
    writer.write(frame(1))
    writer.complete()
    assert verify_session(writer.folder).problems == ()
    with SessionReader(writer.folder) as reader:
        assert len(reader) == 2


def test_writer_says_that_the_disk_is_full_where_a_row_fits_in_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full:
        def write(self, line: bytes) -> int:
            return len(line) - 1

    writer = SessionWriter.create(tmp_path, session(), "png")
    with monkeypatch.context() as patch:
        patch.setattr(writer, "_rows", Full())
        with pytest.raises(OSError, match="the disk is full"):
            writer.write(frame(0))
    writer.close()
    assert writer.frames == 0


def test_writer_leaves_the_session_open_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), SessionWriter.create(tmp_path, session(), "png") as writer:  # noqa: PT012
        writer.write(frame(0))
        raise RuntimeError("stop")
    writer.close()
    assert verify_session(writer.folder).session.state == "open"
    assert repair_session(writer.folder).frames == 1


# Verify and repair


def test_verify_names_a_count_and_a_checksum_that_do_not_fit(tmp_path: Path) -> None:
    folder = write(tmp_path, 2)
    sums = json.loads((folder / SESSION_FILE).read_text(encoding="utf-8"))["checksums"]
    dropped = sorted(name for name in sums if name.endswith(".png"))[0]
    del sums[dropped]
    change(folder, frames=7, checksums=sums)
    problems = verify_session(folder).problems
    assert f"{SESSION_FILE} has a count of 7 frames, but {FRAMES_FILE} has 2" in problems
    assert f"{dropped} has no checksum" in problems


def test_markers_beyond_the_last_frame_are_named_and_repaired(tmp_path: Path) -> None:
    folder = write(tmp_path, 3)
    sums = json.loads((folder / SESSION_FILE).read_text(encoding="utf-8"))["checksums"]
    del sums[SESSION_FILE]
    change(folder, markers=[9, 1, 3], checksums=sums)
    sentence = "2 of the markers are beyond the last frame; `fasdemo sessions repair` removes them"
    assert verify_session(folder).problems == (sentence,)
    with SessionReader(folder) as reader:
        assert reader.markers == (1,)
        assert "2 of its markers are beyond the last frame" in reader.warnings[0]
    assert "2 of the markers were beyond the last frame and were removed" in repair_session(folder).notes
    repaired = verify_session(folder)
    assert repaired.problems == ()
    assert repaired.session.markers == (1,)


def test_repair_moves_markers_with_the_rows_that_it_keeps(tmp_path: Path) -> None:
    folder = write(tmp_path, 4)
    description = json.loads((folder / SESSION_FILE).read_text(encoding="utf-8"))
    rows = (folder / FRAMES_FILE).read_text(encoding="ascii").splitlines()
    cells = rows[1].split(",")
    cells[rows[0].split(",").index("timestamp_s")] = "never"
    rows[1] = ",".join(cells)
    (folder / FRAMES_FILE).write_text("\n".join(rows) + "\n", encoding="ascii")
    sums = {name: value for name, value in description["checksums"].items() if name not in (SESSION_FILE, FRAMES_FILE)}
    change(folder, markers=[0, 2], checksums=sums)
    with SessionReader(folder) as reader:
        assert reader.markers == (0, 1), "the marker of an unusable row is that of the next one"
    assert repair_session(folder).session.markers == (0, 1)


def test_verify_says_that_nothing_can_be_checked_without_checksums(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write(tmp_path, 2)
    change(folder, checksums={})
    assert verify_session(folder).problems == (NO_CHECKSUMS,)
    assert main(["sessions", "verify", str(folder)]) == 1
    said = capsys.readouterr()
    assert "no file of this session could be checked" in said.out
    assert "no damage" not in said.out
    assert "earlier versions" not in said.err
    with pytest.raises(UserError, match="copy the session from a backup"):
        repair_session(folder)
    with SessionReader(folder) as reader:
        assert any(NO_CHECKSUMS in sentence for sentence in reader.warnings)


def test_verify_names_a_file_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write(tmp_path, 1)
    monkeypatch.setattr(repairing, "sha256_of", refuse(errno.EIO))
    assert any(problem.endswith("cannot be read (no)") for problem in verify_session(folder).problems)


def test_repair_says_that_a_session_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write(tmp_path, 2)
    change(folder, state="open")
    before = (folder / FRAMES_FILE).read_bytes()
    monkeypatch.setattr(repairing, "replace_text", refuse(errno.EROFS))
    with pytest.raises(UserError, match=r"cannot be written \(no\)"):
        repair_session(folder)
    assert (folder / FRAMES_FILE).read_bytes() == before


def test_repair_drops_frames_whose_video_cannot_be_read(tmp_path: Path) -> None:
    with SessionWriter.create(tmp_path, session(container="video"), "png") as writer:
        for number in range(3):
            writer.write(frame(number))
    change(writer.folder, state="open", checksums={}, frames=0)
    (writer.folder / "depth.mkv").write_bytes(b"no video")
    repair = repair_session(writer.folder)
    assert repair.frames == 0
    assert any("3 incomplete frames at the end were removed" in note for note in repair.notes)


def test_find_sessions_says_that_a_folder_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fasdemo.folder_walk.os.scandir", refuse(errno.EACCES))
    with pytest.raises(UserError, match=r"cannot be read \(no\); check its permissions"):
        find_sessions(tmp_path)


# Erase


def test_erase_names_what_could_not_be_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write(tmp_path, 1)
    monkeypatch.setattr(Path, "unlink", refuse(errno.EACCES))
    with pytest.raises(UserError, match=r"could not be deleted \(no\); delete it by hand"):
        erase([folder], tmp_path)
    assert (folder / SESSION_FILE).exists()


def test_expired_sessions_passes_over_a_session_that_cannot_be_read(tmp_path: Path) -> None:
    consent = {"statement": "I agree.", "given_on": "2026-01-02", "retain_until": "2026-02-01"}
    sound = write(tmp_path, 1, consent=consent)
    broken = tmp_path / "S02/live/20260102-030405"
    shutil.copytree(sound, broken)
    (broken / SESSION_FILE).write_text("{", encoding="utf-8")
    assert expired_sessions(tmp_path, date(2027, 1, 1)) == [sound]
    assert erasing.measure([sound]).files > 0


# Videos


def test_video_track_names_what_is_no_video_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match="no such file"):
        VideoTrack(tmp_path / "a.mkv")
    with pytest.raises(UserError, match="is a folder, not a video file"):
        VideoTrack(tmp_path)
    (tmp_path / "b.mkv").write_bytes(b"x")
    monkeypatch.setattr(av, "open", refuse(errno.EACCES))
    with pytest.raises(UserError, match="cannot be read; check its permissions"):
        VideoTrack(tmp_path / "b.mkv")


def test_video_track_refuses_a_negative_index(tmp_path: Path) -> None:
    path = tmp_path / "depth.mkv"
    writer = VideoTrackWriter(path, "depth", 30.0)
    writer.write(np.zeros((48, 64), np.uint16))
    writer.close()
    with VideoTrack(path, "depth") as track, pytest.raises(ValueError, match="negative"):
        track.seek(-1)


def test_video_writer_refuses_a_second_size(tmp_path: Path) -> None:
    writer = VideoTrackWriter(tmp_path / "depth.mkv", "depth", 30.0)
    writer.write(np.zeros((48, 64), np.uint16))
    with pytest.raises(ValueError, match="the image size changes"):
        writer.write(np.zeros((40, 64), np.uint16))
    writer.close()


def test_video_writer_says_that_the_disk_is_full(tmp_path: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("the device /dev/full, which refuses every byte, is a Linux one")
    path = tmp_path / "depth.mkv"
    path.symlink_to(full)
    random = np.random.default_rng(1)

    def fill() -> None:
        writer = VideoTrackWriter(path, "depth", 30.0)
        for _ in range(20):
            writer.write(random.integers(0, 65535, (240, 320), np.uint16))
        writer.close()

    with pytest.raises(OSError, match=r"(?i)no space") as caught:
        fill()
    assert caught.value.errno == errno.ENOSPC


@pytest.mark.parametrize("stream", ["depth", "ir", "rgb"])
def test_reader_returns_no_image_of_another_frame_if_one_is_absent_from_the_video(
    tmp_path: Path, stream: Stream
) -> None:
    folder = specimens.put(tmp_path / "s", specimens.session_files("video", 12))
    without_packets(folder / VIDEO_FILES[stream], {4, 5})
    with SessionReader(folder) as reader:
        images = [getattr(reader[index], stream) for index in range(12)]
        back = getattr(reader[3], stream)
        # A colour image that cannot be read is black.
        assert [image is not None and image.any() for image in images] == [index < 4 for index in range(12)]
        assert back.any()
        assert any("missing" in why for why in reader.unreadable.values())


def without_packets(path: Path, absent: set[int]) -> None:
    """Write a video again without some of its packets; the others keep their times."""
    kept = path.with_name(f"kept-{path.name}")
    with av.open(str(path)) as old, av.open(str(kept), "w", format=old.format.name.split(",")[0]) as new:
        copied = new.add_stream_from_template(old.streams.video[0])
        for number, packet in enumerate(one for one in old.demux(video=0) if one.size):
            if number not in absent:
                packet.stream = copied
                new.mux(packet)
    kept.replace(path)
