"""`fasdemo score`: still pictures in, one JSON line each out."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from fasdemo.assets_folder import demo_session
from fasdemo.cli.main import main
from fasdemo.sessions.reader import SessionReader


@pytest.fixture(scope="module")
def stills(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A live and an attacked capture of the demo session as triples, and a picture without a face."""
    folder = tmp_path_factory.mktemp("stills")
    with SessionReader(demo_session()) as session:
        for name, index in (("live", 100), ("attack", 180)):
            frame = session[index]
            assert frame.depth is not None
            assert frame.ir is not None
            cv2.imwrite(str(folder / f"{name}_color.png"), frame.rgb[..., ::-1])
            cv2.imwrite(str(folder / f"{name}_depth.png"), frame.depth)
            cv2.imwrite(str(folder / f"{name}_ir.png"), frame.ir)
    cv2.imwrite(str(folder / "wall.png"), np.full((480, 640, 3), 120, np.uint8))
    return folder


def score(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    status = main(["score", *arguments])
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return status, {Path(line["file"]).name: line for line in lines}


def test_triples_are_judged_as_triples(stills: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    table = tmp_path / "scores.csv"
    status, answers = score(capsys, str(stills), "--csv", str(table))
    assert status == 0
    live, attack = (answers[f"{name}_color.png"] for name in ("live", "attack"))
    assert live["faces"][0]["status"] == "LIVE"
    assert "single_frame" in live["faces"][0]["reasons"]
    assert attack["faces"][0]["status"] != "LIVE"
    assert answers["wall.png"]["faces"] == []
    rows = {Path(row["file"]).name: row for row in csv.DictReader(table.open())}
    assert rows["live_color.png"]["status"] == "LIVE"
    assert rows["wall.png"]["status"] == "UNCERTAIN"
    assert float(rows["attack_color.png"]["score"]) < float(rows["live_color.png"]["score"])


def test_colour_alone_says_so(stills: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    alone = tmp_path / "portrait.png"
    alone.write_bytes((stills / "live_color.png").read_bytes())
    status, answers = score(capsys, str(alone))
    assert status == 0
    (face,) = answers["portrait.png"]["faces"]
    assert face["status"] != "LIVE"
    assert "rgb_only" in face["reasons"]


def test_one_broken_picture_does_not_stop_the_others(
    stills: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "a.png").write_bytes(b"no picture")
    (tmp_path / "b.png").write_bytes((stills / "wall.png").read_bytes())
    status, answers = score(capsys, str(tmp_path))
    assert status == 2
    assert "a.png" in answers["a.png"]["error"]
    assert "error" not in answers["b.png"]


def test_no_such_picture(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["score", "/no/such/picture.png"]) == 2
    assert "/no/such/picture.png" in capsys.readouterr().err
