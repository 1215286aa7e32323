"""Own recorded sessions to a new model: cut, split by person, trained, measured before and after, exported."""

import datetime as dt
import shutil
from pathlib import Path

import numpy as np
import pytest

from fasdemo.faces.face import Face
from fasdemo.models.predictor import Predictor
from tests.support.tiny_set import face, write_tiny_set
from trainer.cli.main import main
from trainer.data.layouts.recorded import crops_of
from trainer.evaluation.metrics import Rate
from trainer.training import finetuning
from trainer.training.train import Training

pytestmark = pytest.mark.usefixtures("one_thread")

SMALL = ["--set", "input.size=64", "run.precision=32-true", "optimiser.warmup=0", "-b", "8"]


class WholeFrame:
    """Stands for the face detector: the blob fills the frame, its features lie where a face's would."""

    def detect(self, image: np.ndarray) -> list[Face]:
        height, width = image.shape[:2]
        unit = np.array([[0.4, 0.43], [0.6, 0.43], [0.5, 0.55], [0.5, 0.63], [0.3, 0.45], [0.7, 0.45]])
        points = (unit * (width, height)).astype(np.float32)
        return [Face((0.2 * width, 0.2 * height, 0.6 * width, 0.6 * height), 0.9, points)]

    def __enter__(self):
        return self

    def __exit__(self, *args):
        return None


@pytest.fixture(scope="module")
def sessions(tmp_path_factory) -> Path:
    """Four people, each live and attacked, four frames a session."""
    from fasdemo.frames import FrameSet, Truth
    from fasdemo.sessions.schema import Session
    from fasdemo.sessions.writer import SessionWriter

    root = tmp_path_factory.mktemp("recorded") / "sessions"
    rng = np.random.default_rng(3)
    for person in range(4):
        for species in ("", "print-flat"):
            session = Session(
                subject=f"p{person}",
                label="spoof" if species else "live",
                species=species or None,
                started=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
                streams=("rgb", "depth", "ir"),
                width=160,
                height=160,
                fps=30,
            )
            kind = f"spoof-{species}" if species else "live"
            with SessionWriter(root / f"p{person}" / kind / "s1", session) as writer:
                for index in range(4):
                    rgb, depth, ir = face(rng, not species, 160)
                    truth = Truth("spoof" if species else "live", species)
                    frame = FrameSet(
                        index, index / 30, rgb, depth, 0.001, ir, None, frozenset({"rgb", "depth", "ir"}), truth=truth
                    )
                    writer.write(frame)
    return root


@pytest.fixture
def detector(monkeypatch):
    monkeypatch.setattr("fasdemo.faces.detector.FaceDetector", WholeFrame)


def test_sessions_become_crops_once(sessions, detector):
    target = crops_of(sessions, every=1)
    made = (target / "list.txt").stat().st_mtime_ns
    assert len((target / "list.txt").read_text().splitlines()) == 32
    assert crops_of(sessions, every=1) == target
    assert (target / "list.txt").stat().st_mtime_ns == made


def test_one_command_from_sessions_to_a_model_that_the_app_runs(sessions, detector, tmp_path, capsys):
    crops = crops_of(sessions, every=1)
    start = tmp_path / "start"
    generated = write_tiny_set(tmp_path / "set", people=8, shots=2)
    command = ["train", "--config", "fasdemo-featherb-depth", "--data", str(generated), "--output", str(start)]
    assert main([*command, *SMALL, "--epochs", "1"]) == 0
    capsys.readouterr()
    target = tmp_path / "my-camera"
    command = ["finetune", str(crops), "--from", str(start / "model.pt"), "--output", str(target), "--epochs", "2"]
    assert main([*command, *SMALL]) == 0
    said = capsys.readouterr().out
    assert "before" in said
    assert "after" in said
    assert "worst APCER" in said
    with Predictor(target / "model.onnx", device="cpu") as predictor:
        assert predictor.card.modalities == ("depth",)
        assert "sessions-crops" in predictor.card.training_data


def test_finetuning_resumes_and_recommends_nothing_from_few_samples(sessions, detector, tmp_path, capsys, monkeypatch):
    crops = crops_of(sessions, every=1)
    start = tmp_path / "start"
    generated = write_tiny_set(tmp_path / "set", people=8, shots=2)
    command = ["train", "--config", "fasdemo-featherb-depth", "--data", str(generated), "--output", str(start)]
    assert main([*command, *SMALL, "--epochs", "1"]) == 0
    target = tmp_path / "mine"
    command = ["finetune", str(crops), "--from", str(start / "model.pt"), "--output", str(target), *SMALL]
    real = Training._step

    def interrupted(self, batch, budget_s):
        rate = real(self, batch, budget_s)
        self._stop = self.position.epoch == 1
        return rate

    monkeypatch.setattr(Training, "_step", interrupted)
    assert main([*command, "--epochs", "3"]) == 130
    assert "resume with:" in capsys.readouterr().err
    monkeypatch.setattr(Training, "_step", real)
    assert main([*command, "--epochs", "3"]) == 2
    assert "add --resume" in capsys.readouterr().err
    assert main([*command, "--epochs", "3", "--resume", "auto"]) == 0
    said = capsys.readouterr()
    assert "recommendation: no decision" in said.out or "recommendation: use the new model" in said.out
    assert " of 4, " in said.out
    assert "epoch 3/3" in said.out
    assert "epoch 1/3" not in said.out
    assert "only" in said.err
    assert "training samples of print-flat" in said.err


def test_recommendation_follows_from_intervals_that_do_not_overlap(monkeypatch):
    rates = {
        "a": {"worst APCER": Rate(0, 12), "BPCER": Rate(0, 12)},
        "b": {"worst APCER": Rate(0, 12), "BPCER": Rate(1, 12)},
    }
    rates |= {
        "c": {"worst APCER": Rate(3, 400), "BPCER": Rate(4, 400)},
        "d": {"worst APCER": Rate(3, 400), "BPCER": Rate(90, 400)},
    }
    monkeypatch.setattr(finetuning, "_rates", lambda name, _: rates[name])
    assert finetuning.recommendation("a", None, "a", None).startswith("recommendation: no decision; 12 to 12")
    assert finetuning.recommendation("a", None, "b", None).startswith("recommendation: no decision")
    assert finetuning.recommendation("d", None, "c", None).startswith("recommendation: use the new model; BPCER fell")
    assert finetuning.recommendation("c", None, "d", None).startswith("recommendation: keep the old model; BPCER rose")


def test_live_sessions_alone_are_sent_to_the_calibration_of_a_site(sessions, tmp_path, capsys):
    root = tmp_path / "live"
    for person in ("p0", "p1"):
        shutil.copytree(sessions / person / "live", root / person / "live")
    generated = write_tiny_set(tmp_path / "set", people=8, shots=2)
    command = ["train", "--config", "fasdemo-featherb-depth", "--data", str(generated), "--output", str(tmp_path / "s")]
    assert main([*command, *SMALL, "--epochs", "1"]) == 0
    command = ["finetune", str(root), "--from", str(tmp_path / "s" / "model.pt"), "--output", str(tmp_path / "o")]
    assert main(command) == 2
    assert "fasdemo calibrate" in capsys.readouterr().err


def test_finetuning_an_exported_file_or_nothing_is_explained(sessions, tmp_path, capsys):
    assert main(["finetune", str(sessions), "--from", str(tmp_path / "none.pt")]) == 2
    assert "none.pt" in capsys.readouterr().err
