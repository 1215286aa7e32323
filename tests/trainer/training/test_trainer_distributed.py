"""Two processes do what one does: the same training, the same figures, sessions cut once, no library warnings."""

import csv
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
import torch

from tests.support.recorded_people import record_people
from tests.support.tiny_set import write_tiny_set
from trainer.cli.main import main

ROOT = Path(__file__).resolve().parents[3]
SETTINGS = ["input.size=64", "run.precision=32-true", "optimiser.warmup=0", "run.epochs=1", "run.batch=8"]
# Dropout draws differ between processes; without it nothing but the order of sums does.
SETTINGS += ["network.options={classes: 2, dropout: 0.0}", "run.workers=1"]


def launch(processes: int, *command: str) -> None:
    """One process: this one."""
    if processes == 1:
        assert main(list(command)) == 0
        return
    torchrun(processes, "-m", "trainer", *command)


def surroundings() -> dict[str, str]:
    own = {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT), "CUDA_VISIBLE_DEVICES": ""}
    return {**os.environ, **own, "TORCH_DISABLE_SHARE_RDZV_TCP_STORE": "1"}


def torchrun(processes: int, *program: str) -> str:
    """Run a program in several processes and return what they print; neither an error nor a library's warning."""
    head = [sys.executable, "-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={processes}"]
    done = subprocess.run(
        [*head, *program], env=surroundings(), capture_output=True, text=True, timeout=800, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "Warning" not in done.stderr, done.stderr[:2000]
    assert "deprecated" not in done.stderr, done.stderr[:2000]
    return done.stdout


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.skipif(sys.platform == "win32", reason="torchrun's rendezvous needs a POSIX system")
def test_train_and_evaluate_with_two_processes_equal_one(tmp_path: Path) -> None:
    data = write_tiny_set(tmp_path / "set", people=8, shots=3, seed=1)
    for processes in (1, 2):
        folder = tmp_path / f"run{processes}"
        launch(
            processes,
            *["train", "--config", "fasdemo-featherb-depth", "--data", str(data), "--output", str(folder)],
            *["--device", "cpu", "--set", *SETTINGS],
        )
    first, second = (next(csv.DictReader((tmp_path / f"run{n}" / "epochs.csv").open())) for n in (1, 2))
    for name in ("loss", "dev_loss", "dev_eer", "dev_auc"):
        np.testing.assert_allclose(float(first[name]), float(second[name]), rtol=2e-3, atol=2e-4, err_msg=name)
    # The same weights measured by one and by two processes: nothing may differ but the last bits.
    model = str(tmp_path / "run1" / "model.pt")
    for processes in (1, 2):
        output = tmp_path / f"out{processes}"
        launch(processes, "evaluate", model, "--data", str(data), "--device", "cpu", "--output", str(output))
    figures = [json.loads((tmp_path / f"out{n}" / "figures.json").read_text()) for n in (1, 2)]
    assert figures[0] == figures[1]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="torchrun's rendezvous needs a POSIX system")
def test_a_training_resumes_with_another_number_of_processes_after_one_was_killed(tmp_path: Path) -> None:
    data = write_tiny_set(tmp_path / "set", people=8, shots=3, seed=1)
    folder = tmp_path / "run"
    train = ["train", "--config", "fasdemo-featherb-depth", "--data", str(data), "--output", str(folder)]
    train += ["--device", "cpu", "--resume", "auto", "--set", *SETTINGS, "run.epochs=40"]
    head = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2", "-m", "trainer"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT), "CUDA_VISIBLE_DEVICES": ""}
    with subprocess.Popen(
        [*head, *train], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as run:
        end = time.monotonic() + 200
        while not (folder / "last.pt").is_file():
            assert time.monotonic() < end
            time.sleep(0.2)
        workers = psutil.Process(run.pid).children()
        workers[-1].kill()
        assert run.wait(100) != 0
    begun = len((folder / "epochs.csv").read_text().splitlines()) - 1
    assert 0 < begun < 40
    launch(1, *[word.replace("run.epochs=40", f"run.epochs={begun + 2}") for word in train])
    epochs = [int(row["epoch"]) for row in csv.DictReader((folder / "epochs.csv").open())]
    assert epochs == list(range(epochs[0], epochs[0] + begun + 2))
    assert (folder / "model.pt").is_file()


DIES_ONCE = """
import os, signal, sys
from pathlib import Path
from trainer.cli.main import main
from trainer.training import train

step = train.Training._step

def dying(self, batch, budget_s):
    once = Path(self.folder, "died")
    if os.environ["RANK"] == "1" and self.position.epoch == 1 and self.position.batch == 2 and not once.exists():
        once.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return step(self, batch, budget_s)

train.Training._step = dying
sys.exit(main(sys.argv[1:]))
"""


def losses(folder: Path) -> list[tuple[float, float]]:
    rows = list(csv.DictReader((folder / "epochs.csv").open()))
    assert [int(row["epoch"]) for row in rows] == list(range(1, len(rows) + 1))
    return [(float(row["loss"]), float(row["dev_loss"])) for row in rows]


def on_shards(tmp_path: Path, epochs: int) -> list[str]:
    """Write a set into shards and return the command that trains on it, without `--output`."""
    data, shards = write_tiny_set(tmp_path / "set", people=8, shots=4, seed=1), tmp_path / "shards"
    assert main(["shards", "--data", str(data), "--output", str(shards), "--samples", "5"]) == 0
    train = ["train", "--config", "fasdemo-featherb-depth", "--data", str(shards), "--device", "cpu"]
    return [*train, "--resume", "auto", "--set", *SETTINGS, f"run.epochs={epochs}", "--output"]


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif(sys.platform == "win32", reason="torchrun's rendezvous needs a POSIX system")
def test_torchrun_restarts_after_a_process_was_killed_and_reaches_the_same_losses(tmp_path: Path) -> None:
    train = on_shards(tmp_path, 2)
    (tmp_path / "dies.py").write_text(DIES_ONCE)
    head = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2", "--max-restarts=1"]
    command = [*head, str(tmp_path / "dies.py"), *train, str(tmp_path / "killed")]
    done = subprocess.run(command, env=surroundings(), capture_output=True, text=True, timeout=800, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert (tmp_path / "killed" / "died").exists()
    assert "resumed at epoch 2" in done.stdout
    torchrun(2, "-m", "trainer", *train, str(tmp_path / "whole"))
    np.testing.assert_allclose(losses(tmp_path / "killed"), losses(tmp_path / "whole"), rtol=1e-6)
    assert len(losses(tmp_path / "killed")) == 2


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif(sys.platform == "win32", reason="torchrun's rendezvous needs a POSIX system")
def test_training_goes_on_with_the_remaining_node_after_one_of_two_was_lost(tmp_path: Path) -> None:
    train = on_shards(tmp_path, 6)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    # Two `torchrun` on one machine stand for two nodes with one process each.
    node = [sys.executable, "-m", "torch.distributed.run", "--nnodes=1:2", "--nproc-per-node=1", "--max-restarts=3"]
    node += ["--rdzv-backend=c10d", f"--rdzv-endpoint=127.0.0.1:{port}", "--rdzv-id=test"]
    node += ["--rdzv-conf=last_call_timeout=15,keep_alive_interval=1,keep_alive_max_attempt=5"]
    command = [*node, "-m", "trainer", *train, str(tmp_path / "lost")]
    nodes = []
    with (tmp_path / "first.log").open("w") as log:
        for _ in range(2):
            nodes.append(subprocess.Popen(command, env=surroundings(), stdout=log, stderr=subprocess.STDOUT, text=True))
            log = subprocess.DEVNULL  # type: ignore[assignment]  # only the first one's output is read
            time.sleep(2)
    try:
        end = time.monotonic() + 400
        while not (tmp_path / "lost" / "last.pt").is_file():
            assert time.monotonic() < end, (tmp_path / "first.log").read_text()[-2000:]
            assert nodes[0].poll() is None, (tmp_path / "first.log").read_text()[-2000:]
            time.sleep(0.2)
        lost = psutil.Process(nodes[1].pid)
        assert len(psutil.Process(nodes[0].pid).children()) == 1
        for process in (*lost.children(recursive=True), lost):
            process.kill()
        assert nodes[0].wait(450) == 0, (tmp_path / "first.log").read_text()[-3000:]
    finally:
        for one in nodes:
            one.kill()
    assert "resumed at epoch" in (tmp_path / "first.log").read_text()
    assert len(losses(tmp_path / "lost")) == 6


FINETUNE = """
import sys, time
import fasdemo.faces.detector
from tests.support.recorded_people import WholeFrame

class SlowWholeFrame(WholeFrame):
    def detect(self, image):
        time.sleep(0.05)  # so that a second process would meet a half-cut folder
        return super().detect(image)

fasdemo.faces.detector.FaceDetector = SlowWholeFrame
from trainer.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="torchrun's rendezvous needs a POSIX system")
def test_finetune_with_two_processes_cuts_the_sessions_once(tmp_path: Path) -> None:
    data = write_tiny_set(tmp_path / "set", people=8, shots=2)
    start = tmp_path / "start"
    train = ["train", "--config", "fasdemo-featherb-depth", "--data", str(data), "--output", str(start)]
    launch(1, *train, "--device", "cpu", "--set", *SETTINGS)
    sessions = record_people(tmp_path / "recordings")
    (tmp_path / "finetune.py").write_text(FINETUNE)
    finetune = ["finetune", str(sessions), "--from", str(start / "model.pt"), "--output", str(tmp_path / "run")]
    said = torchrun(2, str(tmp_path / "finetune.py"), *finetune, "--device", "cpu", "--set", *SETTINGS)
    assert said.count("held-out people:") == 1
    assert len((tmp_path / "recordings-crops" / "list.txt").read_text().splitlines()) > 0
    assert not list(tmp_path.glob(".*partial"))
    assert (tmp_path / "run" / "model.onnx").is_file()
