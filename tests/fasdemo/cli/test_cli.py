"""The command line: instant help, one sentence for bad input, exit status 2."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from fasdemo.cli.main import main


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    status = main(list(arguments))
    return status, capsys.readouterr().err


def assert_one_sentence(status: int, error: str, *words: str) -> None:
    assert status == 2
    assert error.startswith("fasdemo: ")
    assert error.count("\n") == 1
    assert "Traceback" not in error
    for word in words:
        assert word in error


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--headless"], ["--demo", "--video", "--camera"]),
        (["--video", "x.mp4", "--json", "-"], ["--json", "--headless"]),
        (["--demo", "--depth", "d.mkv"], ["--depth", "--video"]),
        (["--demo", "--headless", "--subject", "S01"], ["--subject", "--record"]),
        (["--demo", "--challenge", "turn"], ["--challenge", "demo", "--camera"]),
        (["--headless", "--camera", "webcam", "--challenge", "light"], ["--challenge light", "screen", "--headless"]),
        (["--headless", "--video", "x.mp4", "--challenge", "random"], ["--challenge", "x.mp4", "--camera"]),
        (["--demo", "--camera-option", "gain=1"], ["--camera-option", "--camera realsense"]),
        (["--headless", "--camera", "http://h/x", "--camera-option", "gain=1"], ["--camera-option", "webcam"]),
        (["--headless", "--camera", "webcam", "--camera-option", "gain"], ["'gain'", "NAME=VALUE", "--camera-option"]),
        (["--headless", "--demo", "--heartbeat", "alive"], ["--heartbeat needs a camera", "--camera"]),
        (["--headless", "--demo", "--kiosk"], ["--kiosk is only for the window", "--headless"]),
        (["--headless", "--demo", "--language", "de"], ["--language is only for the window"]),
        (["--headless", "--demo", "--reset-settings"], ["--reset-settings is only for the window"]),
        (["--tune", "/no/such/folder"], ["--tune /no/such/folder", "no such folder"]),
        (["--tune", __file__], ["--tune", "is a file", "sessions"]),
        (["nonsense"], ["'nonsense'", "score"]),
        (["--headless", "--video", "/no/such/clip.mp4"], ["/no/such/clip.mp4"]),
        (["--headless", "--demo", "--output", "/no/such/folder/x.mp4"], ["/no/such/folder"]),
        (["--headless", "--demo", "--output", "x.txt"], ["x.txt", ".mp4"]),
        (["--headless", "--demo", "--json", "/no/such/folder/x.jsonl"], ["/no/such/folder/x.jsonl"]),
        (["--headless", "--demo", "--model", "no-such-model"], ["no-such-model"]),
        (["--headless", "--demo", "--policy", "no-such-policy"], ["no-such-policy"]),
    ],
)
def test_bad_input_is_one_sentence(arguments: list[str], words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert_one_sentence(*run(capsys, *arguments), *words)


def test_a_folder_without_session_file_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert_one_sentence(*run(capsys, "--headless", "--video", str(tmp_path)), str(tmp_path))


def test_a_file_that_is_no_video_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"this is no video" * 100)
    assert_one_sentence(*run(capsys, "--headless", "--video", str(path)), str(path))


@pytest.mark.parametrize("output", ["--json", "--log"])
def test_a_full_disk_ends_with_a_sentence(output: str, capsys: pytest.CaptureFixture[str]) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    status, error = run(capsys, "--headless", "--demo", "--max-frames", "3", output, "/dev/full")
    assert status == 2
    assert "/dev/full" in error.splitlines()[-1]
    assert "Traceback" not in error


def test_help_needs_no_heavy_import() -> None:
    code = (
        "import sys, fasdemo.cli.main\n"
        "try:\n    fasdemo.cli.main.main(['--help'])\n"
        "except SystemExit:\n    pass\n"
        "heavy = {'numpy', 'cv2', 'mediapipe', 'onnxruntime', 'PyQt6', 'pydantic'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_headless_imports_no_qt() -> None:
    code = (
        "import sys, fasdemo.cli.main\n"
        "status = fasdemo.cli.main.main(['--demo', '--headless', '--max-frames', '5'])\n"
        "assert status == 0, status\n"
        "assert not [name for name in sys.modules if name.startswith(('PyQt6', 'pyqtgraph'))]"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "5 frames" in done.stdout
