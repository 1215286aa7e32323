"""`fasdemo calibrate` on recorded sessions, and the file it writes in the app."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from fasdemo.assets_folder import demo_session
from fasdemo.capture.open import open_source
from fasdemo.cli.main import main
from fasdemo.engine.setup import site_calibration
from fasdemo.record.labels import labels_from_options, session_of
from fasdemo.record.recorder import Recorder


def record(root: Path, subject: str, label: str = "live", frames: int = 25) -> Path:
    """Record the demo's live person from the start, as a camera called `demo` would."""
    species = "print-flat" if label == "spoof" else None
    labels = labels_from_options(subject, label, species, consent="agreed", retain_until="2999-01-01")
    with (
        open_source(demo_session()) as source,
        Recorder(root, session_of(labels, source.info), limit=frames) as recorder,
    ):
        for frame in source:
            recorder.put(frame)
            if recorder.taken == frames:
                break
            while recorder.taken - recorder.status.written > 4:
                time.sleep(0.005)
    (session,) = (file.parent for file in (root / subject).rglob("session.json"))
    return session


@pytest.fixture(scope="module")
def sessions(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    root = tmp_path_factory.mktemp("recordings")
    return [record(root, "S01"), record(root, "S02")]


def test_calibrate_writes_a_site_file_that_the_app_takes(
    sessions: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site_calibration, "MIN_LIVE_FRAMES", 30)
    site = tmp_path / "site.json"
    assert main(["calibrate", "--session", *map(str, sessions), "--output", str(site)]) == 0
    assert "Live frames accepted" in capsys.readouterr().out
    content = json.loads(site.read_text())
    assert content["camera"] == "demo"
    assert content["live"]["recordings"] == 2
    assert content["live"]["usable"] >= 30
    assert 0.0 <= content["bias"] <= content["limit"]
    assert content["live"]["accepted_after"] >= content["live"]["accepted_before"]
    assert main(["--video", str(sessions[0]), "--headless", "--max-frames", "5", "--site", str(site)]) == 0
    # The bundled session was recorded by another device.
    assert main(["--demo", "--headless", "--max-frames", "5", "--site", str(site)]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "was made for the camera demo" in said
    assert main(["calibrate", "--session", str(sessions[0]), "--output", str(site)]) == 2
    assert "already exists" in capsys.readouterr().err


def test_calibrate_refuses_what_cannot_calibrate(
    sessions: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site = tmp_path / "site.json"
    attack = record(tmp_path, "S03", "spoof", frames=5)
    short = record(tmp_path, "S04", frames=8)
    refusals = {
        "has the label spoof": ["--session", str(attack)],
        "has the label live": ["--session", str(sessions[0]), "--attacks", str(sessions[1])],
        "are needed": ["--session", str(short)],
        "unknown camera": ["--camera", "kinect"],
    }
    for sentence, arguments in refusals.items():
        capsys.readouterr()
        assert main(["calibrate", *arguments, "--output", str(site)]) == 2
        assert sentence in capsys.readouterr().err
        assert not site.exists()
