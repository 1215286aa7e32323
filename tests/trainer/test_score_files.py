"""Score files as other tools write them."""

from pathlib import Path

import numpy as np
import pytest

from fasdemo.errors import UserError
from trainer.cli.main import main
from trainer.evaluation.metrics import iso_metrics
from trainer.evaluation.score_files import read_scores

PLAIN = "score,label,species\n0.9,1,\n0.8,1,\n0.3,0,print\n0.1,0,replay\n,0,replay\n,1,\n"


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "scores.csv"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    "text",
    [
        PLAIN.replace(",0,", ",-1,"),
        PLAIN.replace(",1,", ",bona fide,").replace(",0,", ",attack,"),
        PLAIN.replace(",", ";").replace("0.", "0,"),
        "a a f 0.9\na a f 0.8\na print f 0.3\na replay f 0.1\na replay f nan\na a f nan\n",
    ],
    ids=["signed", "words", "excel", "bob"],
)
def test_score_files_of_other_tools_mean_the_same(tmp_path: Path, text: str) -> None:
    plain, other = read_scores(written(tmp_path, PLAIN)), read_scores(written(tmp_path, text))
    assert np.allclose(plain.scores, other.scores)
    assert plain.labels.tolist() == other.labels.tolist()
    assert plain.species.tolist() == other.species.tolist()
    assert plain.unanswered == other.unanswered == {"": 1, "replay": 1}


def test_non_response_is_counted_by_species_and_for_bona_fide(tmp_path: Path) -> None:
    found = iso_metrics(read_scores(written(tmp_path, PLAIN)))["non_response"]
    assert found["apnrr_per_species"]["replay"]["rate"] == 0.5
    assert found["apnrr_per_species"]["print"]["rate"] == 0.0
    assert found["apnrr_max"] == 0.5
    assert found["bpnrr"] == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("score,label\n0.5,-1\n0.5,0\n", r"line 3: label 0 beside -1"),
        ("score,label\n0.5,maybe\n", r"line 2: score and label must be numbers"),
        ("a a f 0.9\na a 0.8\n", r"line 2: expected `claimed_id real_id file score`"),
    ],
)
def test_score_files_that_cannot_be_understood(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(UserError, match=says):
        read_scores(written(tmp_path, text))


def test_metrics_command_recognises_logits(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, "score,label\n7,1\n0.2,1\n-3,0\n-9,0\n")
    assert main(["metrics", str(path)]) == 0
    said = capsys.readouterr()
    assert "used as logits with the threshold 0" in said.err
    assert "acer           0\n" in said.out


def test_read_scores_refuses_a_submission_because_it_has_no_labels(tmp_path: Path) -> None:
    path = tmp_path / "submission.txt"
    path.write_text("Val/0-color.jpg Val/0-depth.jpg Val/0-ir.jpg 0.25\n")
    with pytest.raises(UserError, match=r"submission.txt, line 1: .* has no labels; measure the model with"):
        read_scores(path)
