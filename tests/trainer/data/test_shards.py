"""Sets in shards: the same samples and parts, read in one pass, and the same training with any number of processes."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import tarfile
from pathlib import Path

import numpy as np
import pytest

from fasdemo.cli.main import main as fasdemo_main
from fasdemo.errors import UserError
from fasdemo.frames import STREAMS
from fasdemo.record.derived import read_derived
from tests.support.public_trees import oulu
from tests.support.recorded_people import WholeFrame, record_people
from tests.support.tiny_set import write_tiny_set
from trainer.cli.main import main
from trainer.config.schema import DataConfig
from trainer.data.faces import FaceSet, UnreadableError
from trainer.data.layouts.shard_file import write_sample
from trainer.data.loader import Loader
from trainer.data.sampling import epoch_order, shard_order
from trainer.data.splits import Splits, open_splits


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_set(tmp_path_factory.mktemp("plain") / "set", people=12)


@pytest.fixture(scope="module")
def shards(plain: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shards") / "shards"
    assert main(["shards", "--data", str(plain), "--output", str(folder), "--samples", "7"]) == 0
    return folder


def opened(folder: Path) -> Splits:
    return open_splits(DataConfig(folder=folder), STREAMS, True)


def by_name(part: FaceSet) -> dict[str, tuple[object, ...]]:
    found: dict[str, tuple[object, ...]] = {}
    for index in range(len(part)):
        sample = part.sample(index)
        arrays = [(str(a.dtype), a.shape, a.tobytes()) for a in map(sample.get, STREAMS) if a is not None]
        facts = [str(column[index]) for column in (part.labels, part.species, part.subjects, part.sensors)]
        found[part.names[index]] = (*arrays, *facts)
    assert len(found) == len(part)
    return found


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_shards_have_the_samples_and_parts_of_the_set(plain: Path, shards: Path) -> None:
    first, second = opened(plain), opened(shards)
    for part in ("train", "dev", "test"):
        assert by_name(getattr(first, part)) == by_name(getattr(second, part))
    assert second.train.crop_scale == first.train.crop_scale
    assert sorted(p.name for p in shards.iterdir() if p.suffix != ".tar") == ["index.csv", "shards.json"]
    # Every shard is mixed: the first one already contains both classes.
    with tarfile.open(shards / "train-00000.tar") as tar:
        names = tar.getnames()
        facts = [json.loads(tar.extractfile(n).read()) for n in names if n.endswith(".json")]  # type: ignore[union-attr]  # plain files
    assert {one["label"] for one in facts} == {0, 1}
    key = names[0].partition(".")[0]
    assert names[:4] == [f"{key}.rgb.npy", f"{key}.depth.npy", f"{key}.ir.npy", f"{key}.json"]


def test_shards_are_read_by_the_webdataset_package(shards: Path, plain: Path) -> None:
    webdataset = pytest.importorskip("webdataset")
    found = list(webdataset.WebDataset(str(shards / "train-00000.tar"), shardshuffle=False).decode())
    assert len(found) == 7
    original = opened(plain).train
    for sample in found:
        index = original.names.index(sample["json"]["name"])
        depth = original.sample(index).depth
        assert depth is not None
        assert np.array_equal(sample["depth.npy"], depth)
        assert sample["json"]["label"] == original.labels[index]


def test_shards_written_by_several_threads_and_after_an_interruption_have_the_same_bytes(
    plain: Path, shards: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "again"
    words = ["shards", "--data", str(plain), "--output", str(folder), "--samples", "7"]

    def full(*args: object) -> bytes:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        write = write_sample
        done: list[int] = []

        def until_full(*args: object) -> bytes:
            done.append(1)
            return write(*args) if len(done) <= 30 else full()  # type: ignore[arg-type]  # passed on

        patch.setattr("trainer.data.shard_writer.write_sample", until_full)
        assert main([*words, "--jobs", "1"]) == 2
    assert "writing failed (No space left on device); free some space" in capsys.readouterr().err
    assert len(list(folder.glob("*.tar"))) == 4
    assert main(["train", "--config", "fasdemo-featherb-depth", "--data", str(folder)]) == 2
    assert "its shards are not finished; run the same `python -m trainer shards` again" in capsys.readouterr().err
    assert main([*words, "--samples", "8"]) == 2
    assert "contains shards of other data or options; delete it or choose another" in capsys.readouterr().err
    kept = {p.name: p.stat().st_mtime_ns for p in folder.glob("*.tar")}
    assert main([*words, "--jobs", "4"]) == 0
    assert {name: (folder / name).stat().st_mtime_ns for name in kept} == kept
    assert files(folder) == files(shards)
    assert main(words) == 0  # finished: nothing is written
    assert files(folder) == files(shards)


@pytest.mark.parametrize(("count", "batch", "world"), [(97, 8, 2), (240, 16, 4), (5, 8, 1), (64, 8, 8)])
def test_shard_order_loses_and_repeats_nothing_and_splits_shards_among_processes(
    count: int, batch: int, world: int
) -> None:
    shards = np.arange(count) // 4
    order = np.random.default_rng(1).permutation(count)
    for epoch in range(3):
        streamed = shard_order(order, shards, batch, 16, 5, epoch)
        assert sorted(streamed) == list(range(count))
        assert np.array_equal(streamed, shard_order(order, shards, batch, 16, 5, epoch))
        # What a process reads of every batch comes from its own lanes: few shards belong to two processes.
        own = [{int(shards[i]) for p, i in enumerate(streamed) if p % batch % world == rank} for rank in range(world)]
        shared = sum(len(one) for one in own) - len(set.union(*own))
        assert shared <= batch
    if count > batch:
        first, second = (shard_order(order, shards, batch, 16, 5, epoch) for epoch in (0, 1))
        assert not np.array_equal(first, second)
    drawn = np.array([3, 3, 1, 0, 3] * (count // 5))
    assert sorted(shard_order(drawn, shards, batch, 16, 5, 0)) == sorted(drawn)
    assert shard_order(order, None, batch, 16, 5, 0) is order


def test_shard_order_reads_every_shard_in_one_stretch(shards: Path) -> None:
    part = opened(shards).train
    numbers = part.shards
    assert numbers is not None
    assert len(numbers) == 72
    order = epoch_order(part, "none", 0, 3, 0)
    lane = numbers[shard_order(order, numbers, 4, 1, 3, 0)][::4]  # buffer 1: the order in which files are read
    changes = int((np.diff(lane) != 0).sum())
    assert changes == len(set(lane.tolist())) - 1


class Recorder:
    """Stands for the set of a loader and notes what is read."""

    def __init__(self, part: FaceSet) -> None:
        self.part, self.read = part, list[int]()

    def sample(self, index: int) -> None:
        self.read.append(index)
        raise UnreadableError("noted")


def test_loader_reads_every_sample_of_an_epoch_once_over_processes_threads_and_resumes(shards: Path) -> None:
    part = opened(shards).train
    order = shard_order(epoch_order(part, "none", 0, 3, 0), part.shards, 8, 16, 3, 0)
    read: list[int] = []
    for rank in range(2):
        for first, last in ((0, 4), (4, 9)):  # interrupted after four batches, then resumed
            recorder = Recorder(part)
            loader = Loader(recorder, None, (), workers=3)  # type: ignore[arg-type]  # reads, and makes no crops
            list(loader.training(order[: last * 8], 8, 3, 0, rank, 2, skip=first))
            read += recorder.read
    assert sorted(read) == list(range(72))


def test_shards_that_are_damaged_are_named(shards: Path, tmp_path: Path) -> None:
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(shards, copy)
    data = bytearray((copy / "train-00001.tar").read_bytes())
    data[3000] ^= 1
    (copy / "train-00001.tar").write_bytes(data)
    part = opened(copy).train
    damaged = []
    for index in range(len(part)):
        try:
            part.sample(index)
        except UnreadableError as error:
            damaged.append(str(error))
    assert len(damaged) == 1
    assert damaged[0].endswith(" in train-00001.tar")
    (copy / "train-00001.tar").write_bytes(data[:-512])
    with pytest.raises(UserError, match=r"train-00001.tar: has \d+ bytes instead of \d+; copy it again"):
        opened(copy)
    (copy / "train-00001.tar").unlink()
    with pytest.raises(UserError, match=r"train-00001.tar: is missing; copy it again"):
        opened(copy)
    shutil.copy(shards / "train-00001.tar", copy)
    (copy / "index.csv").write_text("part,shard\n")
    with pytest.raises(UserError, match=r"index.csv: is damaged; write the shards again"):
        opened(copy)
    rows = list(csv.reader(io.StringIO((shards / "index.csv").read_text())))
    rows[1][2] = "x"
    (copy / "index.csv").write_text("\n".join(",".join(row) for row in rows))
    with pytest.raises(UserError, match=r"index.csv: is damaged"):
        opened(copy)
    whole = (shards / "index.csv").read_text().splitlines(keepends=True)
    (copy / "index.csv").write_text("".join(whole[:-3]))
    with pytest.raises(UserError, match=r"index.csv: is damaged"):
        opened(copy)
    shutil.copy(shards / "index.csv", copy)
    facts = json.loads((shards / "shards.json").read_text())
    del facts["parts"]["dev"]
    (copy / "shards.json").write_text(json.dumps(facts))
    with pytest.raises(UserError, match=r"shards.json: is damaged"):
        opened(copy)
    (copy / "shards.json").write_text("{}")
    with pytest.raises(UserError, match=r"shards.json: is damaged"):
        opened(copy)


def test_shards_of_other_layouts_keep_videos_and_protocols(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "shards"
    data = oulu(tmp_path / "oulu")
    words = ["--protocol", "1", "--frame-step", "2"]
    assert main(["shards", "--data", str(data), *words, "--output", str(folder), "--samples", "9"]) == 0
    assert "9 shards with rgb; samples: train 20, dev 20, test 20" in capsys.readouterr().out
    given = DataConfig(folder=data, protocol="1", frame_step=2)
    first = open_splits(given, ("rgb",), False)
    second = open_splits(DataConfig(folder=folder), ("rgb",), False)
    assert first.test is not None
    assert second.test is not None
    names = first.test.names
    assert sorted(names) == sorted(second.test.names)
    for index, name in enumerate(second.test.names):
        assert second.test.lines[index] == first.test.lines[names.index(name)]
    with pytest.raises(UserError, match=r"protocol 2: .*shards has the parts of the protocol for which its shards"):
        open_splits(DataConfig(folder=folder, protocol="2"), ("rgb",), False)
    assert main(["lists", str(folder), "--output", str(tmp_path / "lists")]) == 2
    assert "shards have the parts of the set that they were written from" in capsys.readouterr().err


def test_shards_of_recorded_people_are_deleted_with_one_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("fasdemo.faces.detector.FaceDetector", WholeFrame)
    sessions = record_people(tmp_path / "recordings")
    folder = tmp_path / "shards"
    assert main(["shards", "--data", str(sessions), "--output", str(folder)]) == 0
    made = {one.path: one for one in read_derived(sessions)}
    assert made[folder].kind == "shards"
    assert made[folder].subjects == {"p0", "p1", "p2", "p3"}
    run = tmp_path / "run"
    train = ["train", "--config", "fasdemo-featherb-depth", "--data", str(folder), "--output", str(run)]
    settings = ["input.size=64", "run.precision=32-true", "run.epochs=1", "run.batch=4", "run.workers=1"]
    assert main([*train, "--device", "cpu", "--threads", "1", "--set", *settings]) == 0
    assert run in {one.path for one in read_derived(sessions)}
    (folder / "mine.txt").write_text("keep")
    assert fasdemo_main(["sessions", "delete", str(sessions), "--subject", "p1", "--yes"]) == 0
    said = capsys.readouterr().out
    assert "shards: these shards contained crops of p1 and were deleted; write them again" in said
    assert "run: this model" in said
    assert [path.name for path in folder.iterdir()] == ["mine.txt"]


def test_shards_refuse_bad_options(plain: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["shards", "--data", str(plain), "--output", str(tmp_path / "out")]
    for more, sentence in (
        (["--samples", "0"], "--samples 0: must be at least 1"),
        (["--streams", "depth+heat"], "--streams depth+heat: unknown; join some of rgb, depth, ir with +"),
        (["--without-species", "replay"], "shards contain the whole set"),
        (["--jobs", "-2"], "--jobs -2: must be at least 1"),
    ):
        assert main([*words, *more]) == 2
        assert sentence in capsys.readouterr().err
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("keep")
    assert main(words) == 2
    assert "is not empty; choose a new folder" in capsys.readouterr().err
    assert main(["shards", "--output", str(tmp_path / "none")]) == 2
    assert "no data" in capsys.readouterr().err


TRAIN = ["train", "--config", "fasdemo-featherb-depth", "--device", "cpu", "--threads", "1"]
SETTINGS = ["input.size=64", "run.precision=32-true", "run.epochs=3", "run.batch=8", "run.workers=2"]


def test_training_on_shards_resumes_to_the_same_bits(shards: Path, tmp_path: Path) -> None:
    weights = {}
    for name in ("whole", "resumed"):
        words = [*TRAIN, "--data", str(shards), "--output", str(tmp_path / name), "--set", *SETTINGS]
        if name == "resumed":
            # A process that ends itself in the second epoch, as after a power failure.
            code = (
                "import os, sys\nfrom trainer.training import train\n"
                "step = train.Training._step\n"
                "def stop(self, batch, budget):\n"
                "    if self.position.epoch == 1 and self.position.batch == 3: os._exit(9)\n"
                "    return step(self, batch, budget)\n"
                "train.Training._step = stop\nfrom trainer.cli.main import main\nsys.exit(main(sys.argv[1:]))\n"
            )
            done = subprocess.run([sys.executable, "-c", code, *words], check=False, capture_output=True)
            assert done.returncode == 9, done.stderr
            words += ["--resume", "auto"]
            words = [*words[: words.index("--set")], "--resume", "auto", "--set", *SETTINGS]
        assert main(words) == 0
        weights[name] = (tmp_path / name / "epochs.csv").read_text()
    losses = [
        [(row["epoch"], row["loss"], row["dev_loss"]) for row in csv.DictReader(io.StringIO(text))]
        for text in weights.values()
    ]
    assert losses[0] == losses[1]
    assert len(losses[0]) == 3
