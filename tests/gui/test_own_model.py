"""The commands of docs/own-model.md, run in order with a scripted camera in place of a RealSense.

Recorded, verified, exported, trained, and loaded by the command line and by the window's model chooser.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the trainer's packages are not installed")

from PyQt6.QtWidgets import QApplication  # noqa: E402
from pytestqt.qtbot import QtBot  # noqa: E402

import fasdemo.cli.main  # noqa: E402
import trainer.cli.main  # noqa: E402
from fasdemo.capture.cameras.live import LiveSource  # noqa: E402
from fasdemo.capture.source import Source, SourceInfo  # noqa: E402
from fasdemo.frames import STREAMS, FrameSet, Stream, StreamTime  # noqa: E402
from fasdemo.gui.settings import Settings  # noqa: E402
from fasdemo.gui.window.main_window import MainWindow  # noqa: E402
from fasdemo.gui.window.parts import WindowSetup  # noqa: E402
from fasdemo.runtime.frame_processor import make_processor  # noqa: E402
from fasdemo.runtime.requests import EngineRequest, SourceRequest  # noqa: E402
from fasdemo.sessions.reader import SessionReader  # noqa: E402
from tests.conftest import ROOT  # noqa: E402
from tests.test_docs import words_of  # noqa: E402
from trainer import networks  # noqa: E402
from trainer.checkpoints import checkpoint  # noqa: E402
from trainer.config.schema import DataConfig, load  # noqa: E402
from trainer.data.lists.entries import read_list  # noqa: E402
from trainer.data.lists.list_set import ListSet  # noqa: E402
from trainer.data.splits import open_splits  # noqa: E402

PEOPLE = ("S01", "S02", "S03", "S04")
FRAMES = 16
DEPTH_SCALE = 0.0005
"""Half millimetres: whoever takes the raw numbers for millimetres is a factor of two off."""
TINY = ["--epochs", "1", "-b", "8", "--set", "run.precision=32-true", "optimiser.warmup=0", "run.workers=1"]


@dataclass
class Scene:
    """What stands before the camera. The demo's frames; every other person is the mirror image of the first."""

    frames: dict[str, list[FrameSet]]
    subject: str = "S01"
    label: str = "live"
    streams: tuple[Stream, ...] = STREAMS
    started: int = 0

    def shot(self, number: int) -> FrameSet:
        frames = self.frames[self.label]
        frame = frames[number % len(frames)]
        mirrored = PEOPLE.index(self.subject) % 2 == 1
        turn: Callable[[np.ndarray], np.ndarray] = (
            (lambda image: np.ascontiguousarray(image[:, ::-1])) if mirrored else np.copy
        )
        assert frame.depth is not None
        assert frame.ir is not None
        millimetres_to_units = round(frame.depth_scale / DEPTH_SCALE)
        return replace(
            frame,
            index=number,
            rgb=turn(frame.rgb),
            depth=turn(frame.depth) * np.uint16(millimetres_to_units) if "depth" in self.streams else None,
            ir=turn(frame.ir) if "ir" in self.streams else None,
            depth_scale=DEPTH_SCALE,
            declared=frozenset(self.streams),
            emitter_on=None,
            truth=None,
            faults=(),
        )


class ScriptedCamera:
    """A grabber with a camera's pace and clock."""

    standing_faults: tuple[str, ...] = ()

    def __init__(self, scene: Scene) -> None:
        self._scene, self._number, self._next_s = scene, 0, 0.0
        self.exposed_for: list[tuple[float, float, float, float]] = []

    def start(self) -> SourceInfo:
        self._next_s = time.monotonic()
        self._scene.started += 1
        shot = self._scene.shot(0)
        height, width = shot.rgb.shape[:2]
        return SourceInfo(
            "Scripted D400", "realsense", True, shot.declared, width, height, 30.0, None, shot.calibration, DEPTH_SCALE
        )

    def wait(self, timeout_s: float) -> FrameSet | None:
        time.sleep(max(self._next_s - time.monotonic(), 0.0))
        self._next_s += 1 / 30
        self._number += 1
        now = time.monotonic()
        frame = self._scene.shot(self._number)
        times = {stream: StreamTime(now, self._number) for stream in self._scene.streams}
        return replace(frame, timestamp_s=now, received_s=now, times=times, live_source=True)

    def stop(self) -> None: ...

    def set_exposure_roi(self, box: tuple[float, float, float, float]) -> None:
        self.exposed_for.append(box)


@pytest.fixture(scope="module")
def scene() -> Scene:
    with SessionReader(ROOT / "assets" / "demo") as reader:
        found: dict[str, list[FrameSet]] = {"live": [], "spoof": []}
        for index, row in enumerate(reader.rows):
            # From the middle of each part, where the face is whole.
            if row.truth is not None and row.truth.species in ("", "print-flat") and index % 4 == 0:
                found[row.truth.label].append(reader[index])
    return Scene({label: frames[4:-4] for label, frames in found.items()})


class Desk:
    """A folder in which the page's commands are typed."""

    def __init__(self, folder: Path, scene: Scene) -> None:
        self.folder, self.scene = folder, scene
        self.cameras: list[ScriptedCamera] = []
        self.start = folder / "start.pt"

    def open(self, spec: str = "realsense", **options: object) -> LiveSource:
        assert spec == "realsense"
        camera = ScriptedCamera(self.scene)
        self.cameras.append(camera)
        return LiveSource(lambda: camera, lambda: True, "absent")

    def type(self, command: str, *more: str) -> int:
        words = [*words_of(command), *more]
        if words[0] == "fasdemo":
            return fasdemo.cli.main.main(words[1:])
        assert words[:3] == ["python", "-m", "trainer"]
        return trainer.cli.main.main(words[3:])


def steps(title: str) -> list[str]:
    """The commands below one heading of the page."""
    page = (ROOT / "docs" / "own-model.md").read_text(encoding="utf-8")
    part = page.split(f"## {title}")[1].split("\n## ")[0]
    found: list[str] = []
    for body in part.split("```sh\n")[1:]:
        found += body.split("```")[0].replace("\\\n", " ").strip().splitlines()
    return found


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, scene: Scene) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("desk")
    desk = Desk(folder, scene)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr("fasdemo.capture.open.open_source", desk.open)
        for person in PEOPLE:
            for command in steps("1. Record"):
                desk.scene.subject, desk.scene.label = person, "live" if "--label live" in command else "spoof"
                typed = command.replace("S01", person).replace("300", str(FRAMES))
                assert desk.type(typed) == 0
        yield desk
    torch.set_num_threads(threads)


def test_every_captured_frame_is_recorded_although_judging_is_slower(desk: Desk) -> None:
    folders = sorted(Path("recordings").glob("*/*/*"))
    assert len(folders) == 2 * len(PEOPLE)
    for folder in folders:
        with SessionReader(folder) as reader:
            counters = [row.times["rgb"].counter for row in reader.rows]
            assert counters == list(range(counters[0], counters[0] + len(counters)))
            assert len(counters) >= FRAMES
            assert reader.session.lost == 0
            assert reader.session.consent is not None
            assert {row.emitter_on for row in reader.rows} == {None}
        assert ",unknown," in (folder / "frames.csv").read_text(encoding="utf-8")


def test_a_camera_exposes_for_the_face(desk: Desk) -> None:
    asked = [box for camera in desk.cameras for box in camera.exposed_for]
    with SessionReader(next(Path("recordings").glob("S01/live/*"))) as reader:
        height, width = reader[0].rgb.shape[:2]
    x, y, w, h = asked[0]
    assert 0 < x < x + w < width
    assert 0 < y < y + h < height


def test_the_sessions_are_sound(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    for command in steps("2. Check"):
        assert desk.type(command) == 0
    said = capsys.readouterr().out
    assert "8 sessions of 4 subjects" in said
    assert said.count("no damage") == 8


@pytest.fixture(scope="module")
def crops(desk: Desk) -> Path:
    (export, _) = steps("Other networks and the published code")
    assert desk.type(export, "--every", "2") == 0
    return Path("crops")


def test_the_export_is_what_the_trainer_expects(crops: Path) -> None:
    lines = [line.split() for line in (crops / "list.txt").read_text(encoding="utf-8").splitlines()]
    assert {len(line) for line in lines} == {4}
    assert {line[3] for line in lines} == {"0", "1"}
    splits = open_splits(DataConfig(folder=crops), STREAMS, True)
    assert splits.test is not None
    parts = (splits.train, splits.dev, splits.test)
    people = [{str(name) for name in part.subjects} for part in parts]
    assert set.union(*people) == set(PEOPLE)
    assert sum(map(len, people)) == len(PEOPLE)
    assert sum(map(len, parts)) == len(lines) > 40
    for part in parts:
        assert part.streams == set(STREAMS)
        assert {str(one) for one in part.species[part.labels == 0]} == {"print-flat"}


def test_depth_arrives_at_the_trainer_in_millimetres(crops: Path) -> None:
    """The camera counts in half millimetres; the crop's own numbers must be the recorded distance all the same."""
    face_set = ListSet(read_list(crops / "list.txt", crops), crops, "list.txt")
    for index in (0, len(face_set) - 1):
        name = face_set.names[index].split()[0]
        session, _, file = name.rpartition("/color/")
        with SessionReader(Path("recordings") / session) as reader:
            frame = reader[int(Path(file).stem)]
        assert frame.depth_scale == DEPTH_SCALE
        assert frame.depth is not None
        depth = face_set.sample(index).depth
        assert depth is not None
        stored = cv2.imread(str(crops / name.replace("/color/", "/depth/")), cv2.IMREAD_UNCHANGED)
        assert stored is not None
        assert stored.dtype == np.uint16
        np.testing.assert_array_equal(depth, stored)
        middle = depth[96:160, 96:160]
        recorded_mm = frame.depth[frame.depth > 0] * DEPTH_SCALE * 1000.0
        wide = np.median(middle[middle > 0])
        # The face is the nearest large surface of the scene.
        assert np.percentile(recorded_mm, 0.5) - 5 <= wide <= np.percentile(recorded_mm, 60)
        assert abs(recorded_mm - wide).min() < 1.0


def test_a_stream_that_was_not_there_is_a_dash(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk.scene, "streams", ("rgb",))
    for subject, label in (("S01", "live"), ("S02", "spoof")):
        desk.scene.subject, desk.scene.label = subject, label
        command = next(one for one in steps("1. Record") if f"--label {label}" in one)
        typed = command.replace("S01", subject).replace("300", "8").replace("recordings", "colour")
        assert desk.type(typed) == 0
    assert desk.type("fasdemo sessions export colour --to colour-crops --every 4") == 0
    text = Path("colour-crops/list.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        assert line.split()[1:3] == ["-", "-"]
    face_set = ListSet(read_list(Path("colour-crops/list.txt"), Path("colour-crops")), Path("colour-crops"), "list")
    assert face_set.streams == {"rgb"}
    assert face_set.sample(0).depth is None
    rows = next(Path("colour").glob("S01/live/*/frames.csv")).read_text(encoding="utf-8")
    assert "unknown" not in rows


@pytest.fixture(scope="module")
def model(desk: Desk) -> Path:
    """The page's training, one epoch long, from the shipped weights or, where they are not there, from fresh ones."""
    start = ROOT / "assets" / "models" / "fasdemo-flex.pt"
    if not start.is_file():
        config = load("fasdemo-flex")
        options = {
            "input_size": config.input.size,
            "modalities": list(config.network.modalities),
            "in_channels": dict(config.input.channels),
        }
        network = networks.build(config.network.arch, **options)
        start = checkpoint.save(
            desk.folder / "start.pt",
            checkpoint.Checkpoint(
                config.network.arch, network.state_dict(), options, config.model_dump(mode="json"), revision="test"
            ),
        )
    (command,) = steps("3. Train")
    assert desk.type(command.replace("assets/models/fasdemo-flex.pt", str(start)), *TINY) == 0
    return Path("runs/mine/model.onnx").resolve()


def test_training_measures_people_that_it_did_not_see(desk: Desk, model: Path) -> None:
    card = json.loads(model.with_suffix(".json").read_text(encoding="utf-8"))
    assert card["name"] == "mine"
    assert "recordings-crops" in card["training_data"]
    assert (model.parent / "figures.json").is_file()


def test_the_command_line_judges_with_the_new_model(desk: Desk, model: Path) -> None:
    desk.scene.subject, desk.scene.label, desk.scene.streams = "S01", "live", STREAMS
    (command,) = steps("4. Load")
    assert desk.type(command, "--headless", "--max-frames", "20", "--json", "events.jsonl") == 0
    events = [json.loads(line) for line in Path("events.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(events) == 20
    assert {event["model"] for event in events} == {"mine"}
    scores = [face["score"] for event in events for face in event["faces"] if face["score"] is not None]
    assert scores
    assert {face["status"] for event in events for face in event["faces"]} <= {"LIVE", "SPOOF", "UNCERTAIN"}


def test_the_window_changes_to_the_new_model_while_it_runs(
    desk: Desk, model: Path, qtbot: QtBot, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.scene.subject, desk.scene.label, desk.scene.streams = "S01", "live", STREAMS
    monkeypatch.setattr("fasdemo.gui.dialogs.system.ask_for_model", lambda parent: model)

    def make_source(request: SourceRequest) -> Source:
        return desk.open(request.spec)

    window = MainWindow(
        WindowSetup(make_source, make_processor, Settings(), tmp_path / "window.json", ("fasdemo-flex",))
    )
    qtbot.addWidget(window)
    window.show()
    opened = desk.scene.started
    try:
        window.use_engine(EngineRequest(model="fasdemo-flex", device="cpu"))
        window.open_spec("realsense")

        def judged_by(name: str) -> bool:
            result = window.shown_result
            return result is not None and result.model == name and any(face.score is not None for face in result.faces)

        qtbot.waitUntil(lambda: judged_by("fasdemo-flex"), timeout=20000)
        chooser = window.header.model
        chooser.setCurrentIndex(chooser.findText("Choose a file…"))
        chooser.activated.emit(chooser.currentIndex())
        qtbot.waitUntil(lambda: judged_by("mine"), timeout=20000)
        assert chooser.currentText() == "model.onnx"
        assert desk.scene.started == opened + 1, "the camera was opened once and stayed open"
    finally:
        window.close()
        assert window.player.join(30.0)


def test_another_network_trains_on_the_exported_crops(desk: Desk, crops: Path) -> None:
    (_, command) = steps("Other networks and the published code")
    assert desk.type(command, *TINY, "input.size=64") == 0
    assert Path("runs/depth/model.pt").is_file()
