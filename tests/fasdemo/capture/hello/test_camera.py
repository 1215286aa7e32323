"""A scripted pair of nodes as a camera: real threads, real time, the supervisor of every camera."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from fasdemo.capture.cameras.hello.calibrator import PairCalibrator
from fasdemo.capture.cameras.hello.camera import MAX_SKEW_S, HelloSource, open_hello
from fasdemo.capture.cameras.hello.node import Kind, Node
from fasdemo.capture.cameras.hello.pairs import HelloPair
from fasdemo.capture.cameras.hello.registration import PairGeometry
from fasdemo.capture.cameras.hello.stored_geometry import geometry_path, load_geometry, save_geometry
from fasdemo.capture.cameras.hello.system import LinuxSystem, this_system
from fasdemo.capture.cameras.supervisor import DeviceError, WatchdogTimeouts
from fasdemo.capture.cameras.v4l2 import VideoNode
from fasdemo.errors import UserError
from fasdemo.faces.face import Face
from fasdemo.frames import FrameSet
from tests.support.hello_camera import Machine, Script, ScriptedDetector, ScriptedNode, ScriptedSystem

COLOR_SHAPE, IR_SHAPE = (96, 128), (72, 128)
GEOMETRY = PairGeometry((128, 96), (128, 72), (0.9, 0.0, 6.0, -6.0, 0.1, 0.0), 15, 0.05, 0.04)
RANDOM = np.random.default_rng(2)
NOISE = RANDOM.integers(0, 4, (16, *IR_SHAPE), np.uint8)
SHORT = WatchdogTimeouts(stalled_s=0.2, dead_s=0.6, first_back_off_s=0.1, look_every_s=0.05)


def color(number: int) -> np.ndarray:
    """A picture whose level is its number."""
    return np.full((*COLOR_SHAPE, 3), number % 256, np.uint8)


def pulsed(number: int) -> np.ndarray:
    """Even frames are lit; the level of the room is 20, that of the lamp 100."""
    return np.asarray(NOISE[number % 16] + np.uint8(20) + np.uint8(100 * (number % 2 == 0)))


def dark(number: int) -> np.ndarray:
    return np.asarray(NOISE[number % 16] + np.uint8(20))


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    machine = Machine(tmp_path / "sys")
    machine.plug_hello(serial="AB12")
    return machine


Open = Callable[..., tuple[HelloSource, ScriptedSystem]]


@pytest.fixture
def camera(machine: Machine, tmp_path: Path) -> Open:
    """Return a function that opens the camera with scripts for both nodes."""

    def open_camera(
        infrared: Script | str = pulsed,
        colors: Script | str = color,
        calibrated: bool = True,
        detector: ScriptedDetector | None = None,
        lost: tuple[int, ...] = (),
        fps: float = 60.0,
    ) -> tuple[HelloSource, ScriptedSystem]:
        system = ScriptedSystem(machine, {"color": colors, "infrared": infrared}, fps, lost)
        identity = machine.pairs()[0].identity
        if calibrated:
            save_geometry(geometry_path(identity, tmp_path), identity, GEOMETRY)

        def calibrator(pair: HelloPair) -> PairCalibrator:
            found = detector or ScriptedDetector(list, list)
            return PairCalibrator(pair.identity, pair.color.name, tmp_path, lambda: found)

        return open_hello(None, system, calibrator, SHORT), system

    return open_camera


def take(source: HelloSource, count: int) -> list[FrameSet]:
    return list(itertools.islice(source, count))


def separated(source: HelloSource, count: int) -> list[FrameSet]:
    """Return the first frames in which the light of the lamp is separated."""
    return list(itertools.islice((frame for frame in source if frame.ir_ambient is not None), count))


def test_hello_gives_colour_and_infrared_of_the_same_moment(camera: Open) -> None:
    source, system = camera()
    with source:
        frames = separated(source, 20)
        assert source.info.kind == "hello"
        assert source.info.declared == source.info.capable == {"rgb", "ir"}
        assert source.info.calibration is not None
        assert not source.warnings
    assert all(node.closed for node in system.opened)
    start_s = system.opened[0]._start_s
    for frame in frames:
        assert frame.faults == ()
        assert frame.ir is not None
        assert frame.ir_ambient is not None
        assert frame.live_source
        assert abs(frame.ir.mean() - 100) < 2
        assert abs(frame.ir_ambient.mean() - 21.5) < 2
        skew_s = frame.times["ir"].timestamp_s - frame.times["rgb"].timestamp_s
        assert abs(skew_s) <= MAX_SKEW_S
        # The colour image is the one of the lit frame: both nodes started together.
        assert abs(skew_s) < 0.001
        number = round((frame.timestamp_s - start_s) * 60)
        assert number % 2 == 0
        assert frame.rgb[0, 0, 0] == number % 256
        assert frame.received_s is not None
        assert 0 <= frame.received_s - frame.timestamp_s < 0.5
        assert frame.calibration is not None
        assert not frame.calibration.registered
    steps = {b.times["rgb"].counter - a.times["rgb"].counter for a, b in itertools.pairwise(frames)}
    assert min(steps) >= 1


def test_hello_counts_lost_lit_frames(camera: Open) -> None:
    source, _ = camera(lost=(40, 41, 42, 43))
    with source:
        frames = separated(source, 40)
    # Without 40 to 43, neither 38 nor 44 has both dark neighbours.
    assert sum(frame.lost_before for frame in frames) >= 3


@pytest.mark.parametrize("infrared", [dark, lambda number: dark(number) + np.uint8(100)])
def test_hello_without_pulses_is_faulty_in_every_frame(camera: Open, infrared: Script) -> None:
    source, _ = camera(infrared)
    with source:
        for frame in take(source, 15):
            assert "ir_lamp_not_seen" in frame.faults
            assert frame.ir_ambient is None


def test_hello_whose_lamp_fails_becomes_faulty(camera: Open) -> None:
    source, _ = camera(lambda number: pulsed(number) if number < 60 else dark(number))
    with source:
        frames = take(source, 60)
    good = [not frame.faults for frame in frames]
    assert any(good)
    last = max(place for place, one in enumerate(good) if one)
    assert all("ir_lamp_not_seen" in frame.faults for frame in frames[last + 1 :])
    assert len(frames) - last > 10


def test_hello_refuses_an_infrared_node_in_use(camera: Open) -> None:
    sentence = "/dev/video2: is in use by another program; close it and try again."
    source, system = camera(infrared=sentence)
    with pytest.raises(UserError) as error, source:
        pass
    assert str(error.value) == sentence
    assert system.opened[0].closed


def test_hello_names_a_node_without_images(camera: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fasdemo.capture.cameras.hello.camera._START_S", 0.3)
    source, system = camera()
    system.lost = range(2000)
    with pytest.raises(UserError, match=r"/dev/video2 .* delivers no image; close other programs"), source:
        pass
    assert all(node.closed for node in system.opened)


def test_hello_unplugged_while_it_runs_gives_faults_and_comes_back(camera: Open, machine: Machine) -> None:
    state = {"plugged": True}

    def infrared(number: int) -> np.ndarray:
        if not state["plugged"]:
            raise DeviceError("/dev/video2: was disconnected; plug the camera in again.")
        return pulsed(number)

    source, system = camera(infrared)
    facts = dict(machine.facts)
    with source:
        separated(source, 3)
        state["plugged"] = False
        machine.facts["video2"] = OSError(19, "No such device")
        lost = next(frame for frame in source if "device_lost" in frame.faults)
        assert lost.ir is None
        assert not lost.rgb.any()
        state["plugged"] = True
        machine.facts.update(facts)
        back = separated(source, 1)[0]
        assert back.faults == ()
        assert any("restarted once (/dev/video2: was disconnected" in text for text in source.warnings)
    assert all(node.closed for node in system.opened)


def test_hello_is_not_replaced_by_another_device_on_its_port(camera: Open, machine: Machine) -> None:
    source, _ = camera()
    device = machine.pairs()[0].device
    assert source._present()
    (device / "serial").write_text("other\n")
    assert not source._present()
    with pytest.raises(UserError, match="hello:1-6: is not connected; plug it in again"), source:
        pass


def test_hello_whose_colour_stalls_gives_no_frame(camera: Open) -> None:
    source, system = camera()
    with source:
        separated(source, 2)
        system.opened[0]._period_s = 100.0
        system.opened[0]._number += 1
        frame = next(frame for frame in source if frame.faults)
        assert frame.faults[0] == "stream_stalled"


def heads() -> tuple[Callable[[], list[Face]], Callable[[], list[Face]]]:
    """Faces that move as the geometry predicts."""
    random = np.random.default_rng(4)
    a, b, t_x, t_y, d_x, d_y = GEOMETRY.parameters
    shape = np.array([[-0.5, 0], [0.5, 0], [0, 0.6], [0, 1.0], [-1, 0], [1, 0.0]])
    last: list[np.ndarray] = []

    def in_color() -> list[Face]:
        eye = random.uniform(10, 24)
        last[:] = [shape * eye + random.uniform((40, 30), (88, 60))]
        return [Face((0, 0, 40, 40), 0.9, last[0].astype(np.float32))]

    def in_infrared() -> list[Face]:
        points = last[0]
        eye = np.hypot(*(points[1] - points[0]))
        moved = points @ np.array([[a, b], [-b, a]]) + (t_x + eye * d_x, t_y + eye * d_y)
        return [Face((0, 0, 40, 40), 0.9, (moved + random.normal(0, 0.03 * eye, moved.shape)).astype(np.float32))]

    return in_color, in_infrared


def test_hello_is_never_without_fault_until_it_is_calibrated_and_stores_the_result(
    camera: Open, machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fasdemo.capture.cameras.hello.calibrator._EVERY_S", 0.0)
    detector = ScriptedDetector(*heads())
    source, _ = camera(calibrated=False, detector=detector)
    with source:
        before = source.info
        assert before.calibration is None
        assert any("colour and infrared are being calibrated" in text for text in source.warnings)
        frames = separated(source, 90)
        first = next(place for place, frame in enumerate(frames) if not frame.faults)
        assert all(frame.faults == ("ir_uncalibrated",) for frame in frames[:first])
        assert first >= 12
        assert source.info.calibration is not None
        assert frames[-1].calibration == source.info.calibration
        assert not source.warnings
    assert detector.closed
    identity = machine.pairs()[0].identity
    stored = load_geometry(geometry_path(identity, tmp_path), identity, (128, 96), (128, 72))
    assert isinstance(stored, PairGeometry)
    assert stored.parameters[0] == pytest.approx(0.9, abs=0.1)


def test_hello_says_that_a_calibration_of_another_device_is_not_used(
    camera: Open, machine: Machine, tmp_path: Path
) -> None:
    source, _ = camera()
    path = geometry_path(machine.pairs()[0].identity, tmp_path)
    path.write_text(path.read_text().replace('"b6d9"', '"0000"'))
    with source:
        assert all("ir_uncalibrated" in frame.faults for frame in separated(source, 3))
        assert any("is not used, because it belongs to another device or firmware" in text for text in source.warnings)


def test_hello_calibrates_with_one_face_only(camera: Open) -> None:
    in_color, in_infrared = heads()
    source, _ = camera(calibrated=False, detector=ScriptedDetector(lambda: in_color() * 2, in_infrared))
    with source:
        assert all(frame.faults == ("ir_uncalibrated",) for frame in separated(source, 30))


def test_hello_on_windows_is_refused_with_a_sentence() -> None:
    with pytest.raises(UserError, match="can be used on Linux only; on this system, choose webcam:N or realsense"):
        this_system("win32")
    assert isinstance(this_system("linux"), LinuxSystem)


def test_linux_system_finds_pairs_and_opens_their_nodes(machine: Machine) -> None:
    opened: list[tuple[int, Kind]] = []

    def opener(node: VideoNode, kind: Kind) -> Node:
        opened.append((node.index, kind))
        return ScriptedNode(pulsed, 60.0, 0.0)

    system = LinuxSystem(machine.sysfs, machine.nodes, opener)
    (pair,) = system.pairs(system.nodes())
    system.open_node(pair.infrared, "infrared")
    assert opened == [(2, "infrared")]
