"""`fasdemo sessions` as a user types it."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from fasdemo.cli.main import main
from fasdemo.errors import UserError
from fasdemo.faces.face import Face
from fasdemo.frames import FrameSet, Truth
from fasdemo.models.card import CropSpec
from fasdemo.models.crop import TEMPLATE, crop_face
from fasdemo.record.export import ExportOptions, export_sessions
from fasdemo.sessions.loading import load_session
from fasdemo.sessions.repair import find_sessions, verify_session
from fasdemo.sessions.rows import kinds_of
from fasdemo.sessions.schema import Consent, Session
from fasdemo.sessions.writer import SessionWriter

SIZE = (120, 160)


def shot(number: int, streams: tuple[str, ...] = ("rgb", "depth", "ir")) -> FrameSet:
    random = np.random.default_rng(number)
    smooth = np.asarray(cv2.GaussianBlur(random.integers(0, 255, (*SIZE, 3), np.uint8), (0, 0), 3), np.uint8)
    return FrameSet(
        index=number,
        timestamp_s=number / 30,
        rgb=smooth,
        depth=random.integers(500, 700, SIZE, np.uint16) if "depth" in streams else None,
        ir=random.integers(0, 255, SIZE, np.uint8) if "ir" in streams else None,
    )


def record(root: Path, subject: str, count: int = 6, complete: bool = True, **changes: Any) -> Path:
    values: dict[str, Any] = {
        "subject": subject,
        "label": "live",
        "started": datetime(2026, 1, 2, tzinfo=UTC),
        "streams": ("rgb", "depth", "ir"),
        "width": SIZE[1],
        "height": SIZE[0],
        "fps": 30.0,
        "consent": Consent(statement="I agree.", given_on=date(2026, 1, 2), retain_until=date(2099, 1, 1)),
    }
    session = Session(**{**values, **changes})
    writer = SessionWriter.create(root, session, "png")
    for number in range(count):
        writer.write(shot(number, session.streams))
    if complete:
        writer.complete()
    else:
        writer.close()
    return writer.folder


def face() -> Face:
    points = (TEMPLATE - 0.5) * 90 + [80.0, 60.0]
    return Face((50.0, 30.0, 60.0, 60.0), 0.9, np.vstack([points, points[:2]]).astype(np.float32))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "recordings"
    record(folder, "S01")
    record(folder, "S01", label="spoof", species="print-flat", instrument="A4 laser")
    record(folder, "S02", complete=False)
    return folder


def test_list(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sessions", "list", str(root)]) == 0
    text = capsys.readouterr().out
    assert "spoof: print-flat" in text
    assert "3 sessions of 2 subjects." in text
    assert main(["sessions", "list", str(root), "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["sessions"]
    assert [(row["subject"], row["state"], row["frames"]) for row in rows] == [
        ("S01", "complete", 6),
        ("S01", "complete", 6),
        ("S02", "open", 6),
    ]
    assert rows[0]["retain_until"] == "2099-01-01"


def test_list_names_broken_sessions_and_goes_on(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (find_sessions(root)[0] / "session.json").write_text("{")
    assert main(["sessions", "list", str(root)]) == 0
    captured = capsys.readouterr()
    assert "2 sessions" in captured.out
    assert "damaged or of another version" in captured.err


def test_show(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = root / "S01" / "spoof-print-flat" / "20260102-000000"
    assert main(["sessions", "show", str(folder)]) == 0
    text = capsys.readouterr().out
    for part in ("S01", "print-flat", "A4 laser", "6 (0.2 s", "I agree.", "2099-01-01"):
        assert part in text
    assert main(["sessions", "show", str(folder), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["files_with_checksums"] == 20  # session.json too


def test_verify_and_repair(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sessions", "verify", str(root)]) == 1
    assert "never completed" in capsys.readouterr().out
    assert main(["sessions", "repair", str(root)]) == 0
    assert "6 frames" in capsys.readouterr().out
    assert main(["sessions", "verify", str(root)]) == 0
    assert capsys.readouterr().out.count("no damage") == 3


def test_delete_a_person(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = record(root / "moved", "S01")
    stray = root / "S01" / "note.txt"
    stray.write_text("x")
    assert main(["sessions", "delete", str(root), "--subject", "S01"]) == 2
    assert "add --yes" in capsys.readouterr().err
    assert stray.exists()
    assert main(["sessions", "delete", str(root), "--subject", "S01", "--yes"]) == 0
    captured = capsys.readouterr()
    # 18 images, frames.csv and session.json, three times. The note is not a recording, so it is kept and listed.
    assert "Deleted 60 files" in captured.out
    assert list((root / "S01").rglob("*")) == [stray]
    assert f"{stray}: is not a recording and is kept." in captured.err
    assert not other.exists()
    assert [folder.parent.parent.name for folder in find_sessions(root)] == ["S02"]
    assert main(["sessions", "delete", str(root), "--subject", "S01", "--yes"]) == 2
    assert "has no session of subject 'S01'" in capsys.readouterr().err


@pytest.mark.parametrize("subject", ["..", ".", "", "S01/live"])
def test_delete_stays_within_the_folder(root: Path, subject: str) -> None:
    assert main(["sessions", "delete", str(root / "S02"), "--subject", subject, "--yes"]) == 2
    assert len(find_sessions(root)) == 3


def test_delete_removes_links_and_not_what_they_lead_to(root: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "file").write_text("x")
    (root / "S02" / "link").symlink_to(kept)
    assert main(["sessions", "delete", str(root), "--subject", "S02", "--yes"]) == 0
    assert (kept / "file").exists()
    assert not (root / "S02").exists()


@pytest.mark.parametrize("action", ["list", "verify"])
def test_linked_folders_are_named_and_not_searched(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], action: str
) -> None:
    record(tmp_path / "elsewhere", "S09")
    (root / "more").symlink_to(tmp_path / "elsewhere")
    assert main(["sessions", action, str(root)]) in (0, 1)
    out, err = capsys.readouterr()
    assert "S09" not in out
    assert "1 linked folder was not searched (more ...)" in err


def test_delete_what_has_expired(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    consent = Consent(statement="I agree.", given_on=date(2020, 1, 2), retain_until=date(2021, 1, 1))
    old = record(root, "S03", consent=consent)
    assert main(["sessions", "list", str(root)]) == 0
    assert "(past)" in capsys.readouterr().out
    assert main(["sessions", "delete", str(root), "--expired", "--yes"]) == 0
    assert not old.exists()
    assert len(find_sessions(root)) == 3


@pytest.mark.parametrize("depth", ["16bit", "8bit"])
def test_export_writes_the_crops_that_a_network_sees(root: Path, tmp_path: Path, depth: Any) -> None:
    target = tmp_path / "crops"
    options = ExportOptions(size=96, depth=depth, every=2)
    summary = export_sessions(find_sessions(root), root, target, lambda _: [face()], options)
    assert summary.crops == 9
    assert dict(summary.labels) == {"live": 6, "print-flat": 3}
    lines = [line.split(" ") for line in (target / "list.txt").read_text().splitlines()]
    assert [line[3] for line in lines] == ["1"] * 3 + ["0"] * 3 + ["1"] * 3
    assert lines[1][0] == "S01/live/20260102-000000/color/000002.png"
    expected = crop_face(shot(2), face(), CropSpec(), 96)
    assert expected.rgb is not None
    assert expected.depth_mm is not None
    for line in lines:
        assert all((target / name).is_file() for name in line[:3])
    color = cv2.imread(str(target / lines[1][0]))
    got = cv2.imread(str(target / lines[1][1]), cv2.IMREAD_UNCHANGED)
    assert color is not None
    assert got is not None
    np.testing.assert_array_equal(color[..., ::-1], expected.rgb)
    if depth == "16bit":
        np.testing.assert_array_equal(got, expected.depth_mm.astype(np.uint16))
    else:
        assert got.dtype == np.uint8
    np.testing.assert_array_equal(cv2.imread(str(target / lines[1][2]), cv2.IMREAD_UNCHANGED), expected.ir)
    with (target / "details.csv").open() as file:
        details = list(csv.DictReader(file))
    assert [row["species"] for row in details] == [""] * 3 + ["print-flat"] * 3 + [""] * 3
    assert json.loads((target / "export.json").read_text())["size"] == 96


def test_export_leaves_out_and_counts_what_cannot_be_used(tmp_path: Path) -> None:
    root = tmp_path / "r"
    folder = record(root, "S01")
    (folder / "depth" / "000001.png").unlink()
    record(root, "S02", label="mixed")
    plain = record(root, "S03", streams=("rgb",))
    faces = iter([[face()], [], *[[face()]] * 20])
    summary = export_sessions(
        find_sessions(root), root, tmp_path / "crops", lambda _: next(faces), ExportOptions(every=1)
    )
    assert dict(summary.skipped) == {"with a missing stream": 1, "without a face": 1, "without a label": 6}
    assert summary.crops == 4 + 6
    last = (tmp_path / "crops" / "list.txt").read_text().splitlines()[-1]
    assert last == f"S03/live/{plain.name}/color/000005.png - - 1"


def test_export_of_labelled_frames_follows_each_frame(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    session = Session(
        subject="S01",
        label="mixed",
        started=datetime(2026, 1, 2, tzinfo=UTC),
        streams=("rgb",),
        width=SIZE[1],
        height=SIZE[0],
        fps=30.0,
    )
    with SessionWriter.create(tmp_path / "r", session) as writer:
        writer.write(replace(shot(0, ("rgb",)), truth=Truth("live")))
        writer.write(replace(shot(1, ("rgb",)), truth=Truth("spoof", "replay")))
        writer.mark(1)
        writer.write(replace(shot(2, ("rgb",)), truth=Truth("spoof", "mask")))
    export_sessions([writer.folder], tmp_path / "r", tmp_path / "c", lambda _: [face()], ExportOptions(every=1))
    assert [line[-1] for line in (tmp_path / "c" / "list.txt").read_text().splitlines()] == ["1", "0", "0"]
    with (tmp_path / "c" / "details.csv").open() as file:
        details = list(csv.DictReader(file))
    assert [(row["species"], row["markers"]) for row in details] == [("", "0"), ("replay", "1"), ("mask", "1")]
    capsys.readouterr()
    assert main(["sessions", "show", str(writer.folder)]) == 0
    said = capsys.readouterr().out
    assert "live from frame 0, replay from frame 1, mask from frame 2" in said
    assert "markers      1" in said


def test_repair_moves_a_killed_take_in_which_something_else_was_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = record(tmp_path / "r", "S01", complete=False)
    writer = SessionWriter.create(tmp_path / "r", load_session(folder), "png")
    writer.write(shot(0))
    writer.begin_labels()
    writer.write(replace(shot(1), truth=Truth("spoof", "mask")))
    writer.close()
    assert writer.folder.parent.name == "live"
    assert main(["sessions", "repair", str(tmp_path / "r")]) == 0
    moved = next((tmp_path / "r" / "S01" / "mixed").iterdir())
    assert f"moved to {moved}" in capsys.readouterr().out.replace("\n", "")
    assert not writer.folder.exists()
    assert folder.exists(), "a take with one label stays"
    assert verify_session(moved).problems == ()
    assert kinds_of(moved, load_session(moved)) == ("live", "mask")


def test_export_never_leaves_half_a_folder(root: Path, tmp_path: Path) -> None:
    target = tmp_path / "crops"
    with pytest.raises(UserError, match="nothing to export"):
        export_sessions(find_sessions(root), root, target, lambda _: [])
    assert list(tmp_path.iterdir()) == [root]

    def crash(_: Any) -> list[Face]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        export_sessions(find_sessions(root), root, target, crash)
    assert list(tmp_path.iterdir()) == [root]
    target.mkdir()
    with pytest.raises(UserError, match="exists already"):
        export_sessions(find_sessions(root), root, target, lambda _: [face()])


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["list", "nowhere"], "no such folder"),
        (["list", "."], "contains no session"),
        (["show", "."], "has no session.json"),
        (["verify", "file"], "is a file"),
    ],
)
def test_bad_input_is_one_sentence(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    sentence: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("x")
    assert main(["sessions", *arguments]) == 2
    error = capsys.readouterr().err
    assert sentence in error
    assert error.count("\n") == 1


def test_a_sound_session_stays_sound(root: Path) -> None:
    assert verify_session(find_sessions(root)[0]).problems == ()
