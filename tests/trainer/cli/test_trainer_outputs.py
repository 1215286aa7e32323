"""No command of the trainer writes over a file that it reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from trainer.cli.main import main


@pytest.mark.parametrize(
    ("command", "output"),
    [
        ("submit {model} --test-list {list} --output", "model"),
        ("submit {model} --test-list {list} --output", "list"),
        ("ensemble {list} {other} --threshold 0.5 --output", "other"),
        ("ensemble {list} {other} --labels {model} --output", "model"),
        ("export {model} --output", "model"),
        ("import {model} --arch FeatherNetB --output", "model"),
        ("real --folder door={folder} --model {model} --json", "model"),
        ("real --folder door={folder} --json", "inside"),
        ("synth sheet --portraits {folder} --output", "inside"),
    ],
)
def test_output_over_an_input_is_refused_and_the_input_is_unchanged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str, output: str
) -> None:
    folder = tmp_path / "captures"
    folder.mkdir()
    places = {
        "model": tmp_path / "model.onnx",
        "list": tmp_path / "list.txt",
        "other": tmp_path / "other.txt",
        "inside": folder / "live_1.png",
        "folder": folder,
    }
    for place in places.values():
        if place != folder:
            place.write_bytes(b"precious")
    words = command.format(**places).split()
    assert main([*words, str(places[output])]) == 2
    assert places[output].read_bytes() == b"precious"
    said = capsys.readouterr().err
    assert str(places[output]) in said
    assert "reads" in said
    assert len(said.splitlines()) == 1


def test_output_through_a_link_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    precious = tmp_path / "precious"
    precious.write_text("precious")
    (tmp_path / "out.txt").symlink_to(precious)
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("p.jpg 0.5\n")
    members = [str(tmp_path / name) for name in ("a.txt", "b.txt")]
    assert main(["ensemble", *members, "--threshold", "0.5", "--output", str(tmp_path / "out.txt")]) == 2
    assert precious.read_text() == "precious"
    assert "link" in capsys.readouterr().err


@pytest.mark.parametrize("below", ["", "run"])
def test_train_refuses_a_file_as_run_folder_before_it_reads_data(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], below: str
) -> None:
    (tmp_path / "out").write_bytes(b"precious")
    words = ["train", "--config", "fasdemo-featherb-rgb", "--data", str(tmp_path / "none")]
    assert main([*words, "--output", str(tmp_path / "out" / below)]) == 2
    said = capsys.readouterr().err
    assert f"{tmp_path / 'out'} is a file; give a folder" in said
    assert len(said.splitlines()) == 1
    assert (tmp_path / "out").read_bytes() == b"precious"
