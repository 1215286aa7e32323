"""Folders of sessions scored by the real engine, and what is said about those that cannot be."""

from __future__ import annotations

import json
import shutil
import threading
from pathlib import Path

import pytest

from fasdemo.cli.commands import tune
from fasdemo.cli.main import main
from fasdemo.errors import UserError
from fasdemo.sessions.loading import load_session
from fasdemo.sessions.repair import find_sessions
from fasdemo.tuning.scores import scoring as scoring_module
from fasdemo.tuning.scores import session_scorer
from fasdemo.tuning.scores.cache import session_hash
from fasdemo.tuning.scores.scoring import Cancelled, Progress, Scoring, score_folder
from fasdemo.tuning.scores.session_scorer import SessionScorer
from tools.performance.tuning import make_sessions


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("tuning") / "sessions"
    make_sessions(root, 3, length=20)
    return root


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def first(original: Path, cache: Path) -> Scoring:
    return score_folder(original, cache=cache)


@pytest.fixture
def folder(original: Path, first: Scoring, tmp_path: Path) -> Path:
    """A copy whose results are stored already."""
    copy = tmp_path / "sessions"
    shutil.copytree(original, copy)
    return copy


def test_folder_is_scored_once_and_then_shown_from_the_stored_results(
    first: Scoring, original: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [one.kind for one in first.presentations] == ["live", "live", "print-flat"]
    assert first.from_cache == 0
    assert all(one.responds for one in first.presentations)
    assert first.presentations[2].score == 0.0, "evidence forbids LIVE for a print"
    assert max(one.score for one in first.presentations[:2]) > 0.5
    monkeypatch.setattr(session_scorer, "load_parts", lambda *_: pytest.fail("nothing has to be scored"))
    again = score_folder(original, cache=cache)
    assert again.from_cache == 3
    assert [one.score for one in again.presentations] == [one.score for one in first.presentations]


def test_progress_counts_sessions_and_cancelling_keeps_what_is_done(
    folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Progress] = []
    score_folder(folder, on_progress=seen.append, cache=cache)
    assert [one.done for one in seen] == [0, 1, 2, 3]
    assert seen[0].name.startswith("S001/live/")
    stop = threading.Event()

    def cancel(progress: Progress) -> None:
        if progress.done == 1:
            stop.set()

    with pytest.raises(Cancelled):
        score_folder(folder, on_progress=cancel, stop=stop, cache=cache)


def test_corrected_label_needs_no_new_scoring_and_a_changed_picture_does(folder: Path) -> None:
    session_folder = find_sessions(folder)[0]
    session = load_session(session_folder)
    before = session_hash(session_folder, session)
    other = session.model_copy(update={"label": "spoof", "species": "mask-resin", "note": "was wrong"})
    assert session_hash(session_folder, other) == before
    with (session_folder / "color.mp4").open("ab") as file:
        file.write(b"x")
    assert session_hash(session_folder, session) != before


def test_sessions_that_cannot_be_scored_get_one_sentence_and_do_not_stop_the_others(folder: Path, cache: Path) -> None:
    sessions = find_sessions(folder)
    (sessions[0] / "session.json").write_text("{", encoding="utf-8")
    values = json.loads((sessions[1] / "session.json").read_text(encoding="utf-8"))
    values["streams"] = ["rgb"]
    (sessions[1] / "session.json").write_text(json.dumps(values), encoding="utf-8")
    with pytest.raises(UserError, match=r"none of its 1 sessions can be read\. The first problem: "):
        score_folder(sessions[0], cache=cache)
    shutil.copytree(sessions[2], folder / "S009" / "spoof-print-flat" / "again")
    found = score_folder(folder, cache=cache)
    assert len(found.presentations) == 2
    assert len(found.left_out) == 2
    assert any("is damaged" in sentence or "JSON" in sentence for sentence in found.left_out)
    assert any("has rgb, but most sessions have rgb+depth+ir" in sentence for sentence in found.left_out)
    assert found.notes == ("There are no live people in this folder, so that BPCER is unknown; add live sessions.",)


def test_sessions_that_were_edited_or_never_completed_are_named(folder: Path, cache: Path) -> None:
    assert not any(
        "session.json" in note or "never completed" in note for note in score_folder(folder, cache=cache).notes
    )
    changes: tuple[dict[str, object], ...] = ({"note": "edited"}, {"state": "open"}, {"checksums": {}})
    sessions = find_sessions(folder)
    for one, change in zip(sessions, changes, strict=True):
        values = json.loads((one / "session.json").read_text(encoding="utf-8"))
        (one / "session.json").write_text(json.dumps({**values, **change}), encoding="utf-8")
    notes = score_folder(folder, cache=cache).notes
    for one, words in zip(sessions, ("was changed: checksum mismatch", "never completed", "no checksums"), strict=True):
        assert any(one.name in note and words in note for note in notes), words


def test_session_that_makes_the_engine_fail_is_left_out(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the driver fell over")

    monkeypatch.setattr(SessionScorer, "score", fail)
    with pytest.raises(UserError, match="cannot be scored \\(RuntimeError\\)"):
        score_folder(folder, cache=tmp_path / "empty")


def test_results_that_cannot_be_stored_are_still_shown_with_a_note(
    first: Scoring, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    monkeypatch.setattr(SessionScorer, "score", lambda *_: first.presentations[0].scores)
    found = score_folder(folder, cache=blocked)
    assert len(found.presentations) == 3
    assert any("the results cannot be stored" in sentence for sentence in found.notes)


def test_folder_without_sessions_and_wrong_policy_are_refused(tmp_path: Path, folder: Path, cache: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="contains no recorded sessions"):
        score_folder(tmp_path / "empty")
    with pytest.raises(UserError, match="no such folder"):
        score_folder(tmp_path / "nothing")
    with pytest.raises(UserError, match="policy none-such"):
        score_folder(folder, policy="none-such", cache=cache)


@pytest.fixture
def stored(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scoring_module, "cache_folder", lambda: cache)


@pytest.mark.usefixtures("stored")
def test_tune_command_prints_writes_and_saves(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report, figures, model = tmp_path / "report.html", tmp_path / "figures.json", tmp_path / "own.onnx"
    arguments = ["tune", str(folder), "--report", str(report), "--json", str(figures), "--other-policy", "bpcer20"]
    assert main([*arguments, "--live-above", "0.6", "--save-policy", "door", str(model)]) == 0
    said = capsys.readouterr()
    assert "fasdemo-flex, mean: LIVE above 0.600" in said.out
    assert "fasdemo-flex, bpcer20: LIVE above 0.600" in said.out
    assert "print-flat  APCER   0.0% (0.0% to 97.5%), 0 of 1" in said.out
    assert report.read_text(encoding="utf-8").count("<svg") == 3
    assert [one["policy"] for one in json.loads(figures.read_text())["variants"]] == ["mean", "bpcer20"]
    assert model.stat().st_size > 100_000
    assert main(["tune", str(folder), "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["variants"][0]["presentations"] == {"live": 2, "print-flat": 1}


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--live-above", "0.3"], "LIVE needs a score of 0.5 or more"),
        (["--live-above", "0.6", "--spoof-below", "0.7"], "is above --live-above"),
        (["--live-above", "0.99999"], "nothing would be LIVE; choose 0.9999 or less"),
        (["--spoof-below", "0.00001"], "nothing would be SPOOF; choose 0.0001 or more"),
        (["--spoof-below", "0.9999"], "from which on mean says LIVE; choose a lower one, or give --live-above too"),
        (["--report", "/dev/null/r.html"], "cannot be written"),
        (["--save-site", "site.json"], "frames with one face can be used and 100 are needed"),
        (["--model", "no-such"], "is not an ONNX file or a shipped model"),
    ],
)
def test_tune_command_says_what_is_wrong_in_one_sentence(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    options: list[str], message: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert main(["tune", str(folder), *options]) == 2
    assert message in capsys.readouterr().err.replace("\n", " ")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--save-policy", "a b", "own.onnx"], "use up to 40 letters, digits, dots, dashes and underscores"),
        (["--save-policy", "mean", "own.onnx"], "already has it; choose another name"),
        (["--save-policy", "door", "own.pt"], "a model needs a name that ends in .onnx"),
        (["--save-policy", "door", "there.onnx"], "already exists; choose another name"),
        (["--save-site", "there.onnx"], "already exists; choose another name"),
        (["--save-policy", "door", "none/own.onnx"], "there is no folder none; create it"),
        (["--save-site", "none/site.json"], "there is no folder none; create it"),
        (["--json", "none/figures.json"], "--json none/figures.json: there is no folder none"),
        (["--save-site", "site.json", "--live-above", "0.9999"], "or less, or save a policy"),
        (["--spoof-below", "0.9999"], "lower one, or give --live-above too"),
        (["--other-policy", "none-such"], "policy none-such"),
    ],
)
def test_tune_command_refuses_what_cannot_be_saved_before_it_scores(
    original: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    options: list[str], message: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tune, "score_folder", lambda *_: pytest.fail("nothing may be scored"))
    Path("there.onnx").touch()
    assert main(["tune", str(original), *options]) == 2
    assert message in capsys.readouterr().err.replace("\n", " ")
