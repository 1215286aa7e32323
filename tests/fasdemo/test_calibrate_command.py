"""`fasdemo calibrate` on recorded sessions, and the file it writes in the app."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fasdemo.cli.main import main


def record(root: Path, subject: str, *more: str, frames: int = 75) -> Path:
    """Record the demo's live person from the start, as a camera called `demo` would."""
    arguments = ["--demo", "--headless", "--max-frames", str(frames), "--record", str(root), "--subject", subject]
    consent = ["--consent", "agreed", "--retain-until", "2999-01-01"]
    assert main([*arguments, *consent, *(more or ("--label", "live"))]) == 0
    (session,) = (folder.parent for folder in (root / subject).rglob("session.json"))
    return session


@pytest.fixture(scope="module")
def sessions(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    root = tmp_path_factory.mktemp("recordings")
    return [record(root, "S01"), record(root, "S02")]


def test_calibrate_writes_a_site_file_that_the_app_takes(
    sessions: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site = tmp_path / "site.json"
    assert main(["calibrate", "--session", *map(str, sessions), "--output", str(site)]) == 0
    assert "Live frames accepted" in capsys.readouterr().out
    content = json.loads(site.read_text())
    assert content["camera"] == "demo"
    assert content["live"]["recordings"] == 2
    assert content["live"]["usable"] >= 100
    assert 0.0 <= content["bias"] <= content["limit"]
    assert content["live"]["accepted_after"] >= content["live"]["accepted_before"]
    assert main(["--video", str(sessions[0]), "--headless", "--max-frames", "10", "--site", str(site)]) == 0
    # The bundled session was recorded by another device.
    assert main(["--demo", "--headless", "--max-frames", "10", "--site", str(site)]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "was made for the camera demo" in said
    assert main(["calibrate", "--session", str(sessions[0]), "--output", str(site)]) == 2
    assert "exists already" in capsys.readouterr().err


def test_calibrate_refuses_what_cannot_calibrate(
    sessions: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site = tmp_path / "site.json"
    attack = record(tmp_path, "S03", "--label", "spoof", "--attack", "print-flat", frames=5)
    short = record(tmp_path, "S04", frames=10)
    refusals = {
        "is labelled spoof": ["--session", str(attack)],
        "is labelled live": ["--session", str(sessions[0]), "--attacks", str(sessions[1])],
        "are needed": ["--session", str(short)],
        "unknown camera": ["--camera", "kinect"],
    }
    for sentence, arguments in refusals.items():
        capsys.readouterr()
        assert main(["calibrate", *arguments, "--output", str(site)]) == 2
        assert sentence in capsys.readouterr().err
        assert not site.exists()
