"""`fasdemo score --whole-picture`: aligned pictures as of CASIA-SURF, judged by the network alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from fasdemo.cli.main import main
from fasdemo.frames import Stream
from fasdemo.models.card import InputSpec
from tests.support.onnx_fixtures import SIZE, make_model


def grey_depth_model(folder: Path, streams: tuple[Stream, ...] = ("depth",)) -> Path:
    """Return a model whose score grows with the mean of its pictures, with 8-bit depth."""
    inputs = tuple(
        InputSpec(
            name=stream,
            modality=stream,
            channels=3 if stream == "rgb" else 1,
            channel_order="RGB" if stream == "rgb" else "grey",
            mean=(0.0,),
            std=(1.0,),
            depth_encoding="casia-surf-8bit" if stream == "depth" else None,
        )
        for stream in streams
    )
    return make_model(folder / "model.onnx", streams, inputs=inputs)


def write(path: Path, level: int, size: int = 2 * SIZE) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.full((size, size), level, np.uint8))
    return path


def score(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any], str]:
    status = main(["score", *arguments])
    out, err = capsys.readouterr()
    lines = [json.loads(line) for line in out.splitlines()]
    return status, {Path(line["file"]).name: line for line in lines}, err


def test_eight_bit_depth_is_scored_and_never_live(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = grey_depth_model(tmp_path)
    bright, dark = write(tmp_path / "000000-depth.png", 250), write(tmp_path / "000001-depth.png", 5)
    status, answers, err = score(capsys, "--model", str(model), str(bright), str(dark))
    assert status == 0
    assert "--whole-picture" in err
    (high,), (low,) = answers[bright.name]["faces"], answers[dark.name]["faces"]
    assert (high["status"], high["above_threshold"]) == ("UNCERTAIN", True)
    assert (low["status"], low["above_threshold"]) == ("SPOOF", False)
    assert "network_alone" in high["reasons"]
    # The model's score is sigmoid(8 * mean - 4).
    assert high["score"] == pytest.approx(1 / (1 + np.exp(-(8 * 250 / 255 - 4))), abs=1e-5)


def test_a_picture_whose_name_says_nothing_is_of_the_models_only_stream(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = write(tmp_path / "0015.jpg", 200)
    status, answers, _ = score(capsys, "--whole-picture", "--model", str(grey_depth_model(tmp_path)), str(picture))
    assert status == 0
    assert answers["0015.jpg"]["faces"][0]["above_threshold"] is True


def test_streams_are_paired_by_name_and_incomplete_captures_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = grey_depth_model(tmp_path, ("depth", "ir"))
    for stream in ("color", "depth", "ir"):
        write(tmp_path / "Val" / f"000000-{stream}.jpg", 200)
    write(tmp_path / "Val" / "000001-depth.jpg", 200)
    table = tmp_path / "scores.csv"
    arguments = ["--whole-picture", "--model", str(model), str(tmp_path / "Val"), "--csv", str(table)]
    status, answers, err = score(capsys, *arguments)
    assert status == 0
    assert list(answers) == ["000000-depth.jpg"]
    assert answers["000000-depth.jpg"]["ir"].endswith("000000-ir.jpg")
    assert "000001-depth.jpg" in err
    assert "left out" in err
    assert table.read_text().count("UNCERTAIN") == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--whole-picture"], "needs --model"),
        (["--whole-picture", "--model", "{model}", "--require", "depth"], "--require"),
        (["--whole-picture", "--model", "{model}", "{colour}"], "no depth and infrared picture"),
    ],
)
def test_what_cannot_be_scored_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    model = grey_depth_model(tmp_path, ("depth", "ir"))
    depth, colour = write(tmp_path / "a" / "p-depth.jpg", 9), write(tmp_path / "b" / "q-color.jpg", 9)
    filled = [text.format(model=model, colour=colour) for text in arguments]
    status, answers, err = score(capsys, *filled, *([] if str(colour) in filled else [str(depth)]))
    assert status == 2
    assert not answers
    assert said in err
    assert len(err.splitlines()) == 1


def test_a_model_of_millimetres_refuses_eight_bits(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture = write(tmp_path / "p-depth.png", 9)
    model = make_model(tmp_path / "mm.onnx", ("depth",))
    status, answers, _ = score(capsys, "--whole-picture", "--model", str(model), str(picture))
    assert status == 2
    assert "casia-surf-8bit" in answers["p-depth.png"]["error"]
    assert answers["p-depth.png"]["faces"] == []


def test_a_damaged_picture_does_not_stop_the_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "a-depth.png").write_bytes(b"no picture")
    write(tmp_path / "set" / "b-depth.png", 250)
    model = grey_depth_model(tmp_path)
    status, answers, _ = score(capsys, "--whole-picture", "--model", str(model), str(tmp_path / "set"))
    assert status == 2
    assert "decoded" in answers["a-depth.png"]["error"]
    assert answers["b-depth.png"]["faces"][0]["above_threshold"] is True
