"""The demo session as seen by a Windows Hello camera with a pulsed lamp, judged by the engine without depth.

Infrared of the session is the light of the lamp; the light of the room is a share of the brightness in colour, and a
screen emits a tenth of it in infrared. The infrared camera is smaller, has another field of view, and stands beside.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from fasdemo.assets_folder import assets_folder
from fasdemo.capture.cameras.hello.calibrator import PairCalibrator
from fasdemo.capture.cameras.hello.camera import HelloGrabber
from fasdemo.capture.cameras.hello.lamp import InfraredFrame
from fasdemo.capture.cameras.hello.node import Kind, Node, NodeImage
from fasdemo.capture.cameras.hello.reader import PairReader
from fasdemo.capture.cameras.hello.registration import PairGeometry
from fasdemo.capture.cameras.hello.stored_geometry import geometry_path, save_geometry
from fasdemo.capture.cameras.v4l2 import VideoNode
from fasdemo.capture.open import open_source
from fasdemo.engine.engine import Engine
from fasdemo.engine.policy import Policy
from fasdemo.engine.result import Status
from fasdemo.engine.temporal.check_turns import MAX_WAIT_FRAMES
from fasdemo.frames import FrameSet
from tests.support.hello_camera import Machine, ScriptedSystem

SCALE, SHIFT = 0.8, (70.0, 10.0)
"""The infrared picture is the colour picture, reduced and shifted; the demo's streams have one position."""
IR_SIZE = (640, 400)
GEOMETRY = PairGeometry((640, 480), IR_SIZE, (SCALE, 0.0, *SHIFT, 0.0, 0.0), 20, 0.04, 0.03)
PERIOD = 1 / 30


@dataclass(frozen=True)
class Seen:
    """The verdict on the face of one frame."""

    status: Status
    reasons: tuple[str, ...]


class Lockstep(PairReader):
    """Reads images in the order of their times, without threads."""

    def __init__(self, color: Node, infrared: Node, name: str) -> None:
        self._nodes: tuple[Node, Node] = (color, infrared)
        self._images: list[NodeImage] = []

    def start(self) -> None:
        pass

    def stop(self) -> None:
        pass

    def next_infrared(self, timeout_s: float) -> InfraredFrame | None:
        image = self._nodes[0].read(0.0)
        if image is not None:
            self._images = [*self._images, image][-4:]
        infrared = self._nodes[1].read(0.0)
        return (
            None if infrared is None else InfraredFrame(np.asarray(infrared.decode(), np.uint8), infrared.timestamp_s)
        )

    def color_near(self, timestamp_s: float, max_skew_s: float, timeout_s: float) -> NodeImage | None:
        return min(self._images, key=lambda image: abs(image.timestamp_s - timestamp_s))


class Played:
    """A node that plays images."""

    fps = 30.0

    def __init__(self, images: list[np.ndarray]) -> None:
        self._images = images
        self._number = 0
        self.size = (images[0].shape[1], images[0].shape[0])

    def read(self, timeout_s: float) -> NodeImage | None:
        if self._number == len(self._images):
            return None
        image, at_s = self._images[self._number], self._number * PERIOD
        self._number += 1
        return NodeImage(at_s, lambda: image)

    def close(self) -> None:
        pass


class PlayedSystem(ScriptedSystem):
    """A system whose nodes play images."""

    images: dict[Kind, list[np.ndarray]]

    def open_node(self, node: VideoNode, kind: Kind) -> Played:  # type: ignore[override]
        return Played(self.images[kind])


@pytest.fixture(scope="module")
def session() -> list[FrameSet]:
    with open_source(assets_folder() / "demo") as source:
        return list(source)[::2]


def infrared_images(session: list[FrameSet], ambient: float, lamp: bool) -> list[np.ndarray]:
    random = np.random.default_rng(1)
    place = np.array([[SCALE, 0, SHIFT[0]], [0, SCALE, SHIFT[1]]])
    images = []
    for number, frame in enumerate(session):
        assert frame.ir is not None
        assert frame.truth is not None
        grey = (frame.ir >> 8).astype(np.float32) if frame.ir.dtype == np.uint16 else frame.ir.astype(np.float32)
        room = ambient * cv2.cvtColor(frame.rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
        if frame.truth.species.startswith("replay"):
            room *= 0.1
        light = room + grey * (0.8 if lamp and number % 2 else 0.0)
        seen = cv2.warpAffine(light, place, IR_SIZE)
        seen = seen + (1.0 + 0.1 * np.sqrt(np.maximum(seen, 0))) * random.standard_normal(seen.shape)
        images.append(np.clip(np.round(seen), 0, 255).astype(np.uint8))
    return images


def verdicts(
    session: list[FrameSet], folder: Path, ambient: float, lamp: bool = True, policy: Policy | None = None
) -> dict[str, list[Seen]]:
    """Return the verdicts on the frames with a face by label or species, in the order of the frames."""
    machine = Machine(folder / "sys")
    machine.plug_hello()
    (pair,) = machine.pairs()
    save_geometry(geometry_path(pair.identity, folder), pair.identity, GEOMETRY)
    system = PlayedSystem(machine, {})
    system.images = {
        "color": [frame.rgb for frame in session],
        "infrared": infrared_images(session, ambient, lamp),
    }
    grabber = HelloGrabber(pair, system, PairCalibrator(pair.identity, pair.color.name, folder), lambda: 0.0, Lockstep)
    found: defaultdict[str, list[Seen]] = defaultdict(list)
    info = grabber.start()
    with Engine.for_info(info, policy=policy, landmarks=False) as engine:
        for _ in range(len(session)):
            frame = grabber.wait(0.0)
            if frame is None:
                continue
            truth = session[round(frame.timestamp_s / PERIOD)].truth
            assert truth is not None
            name = truth.species or truth.label
            # The frames are judged as fast as they come, so they have no time of arrival.
            result = engine.process(replace(frame, live_source=False, received_s=None))
            found[name] += [Seen(face.status, face.reasons) for face in result.faces]
    grabber.stop()
    return {name: frames for name, frames in found.items() if frames}


def live(frames: list[Seen]) -> list[bool]:
    return [frame.status is Status.LIVE for frame in frames]


def has(reason: str, frames: list[Seen]) -> list[bool]:
    return [reason in frame.reasons for frame in frames]


@pytest.mark.parametrize("ambient", [0.0, 0.2])
def test_hello_accepts_the_live_person_and_no_attack(session: list[FrameSet], tmp_path: Path, ambient: float) -> None:
    found = verdicts(session, tmp_path, ambient)
    person = live(found.pop("live"))
    # Half a second passes until the lamp is recognised and the evidence suffices; then every frame is LIVE.
    assert len(person) > 29
    assert all(person[9:])
    assert set(found) == {"print-flat", "print-cut-eyes", "replay-tablet"}
    assert all(len(frames) > 15 and not any(live(frames)) for frames in found.values())
    assert all(has("ir_copies_colour", found["print-flat"]))
    # In the first frame of a new view, the checks start again, and they take turns: colour is compared with infrared in
    # the second frame, and the face is searched in infrared in the fourth at the latest.
    assert all(has("view_changed", [found["print-cut-eyes"][0], found["replay-tablet"][0]]))
    assert all(has("ir_copies_colour", found["print-cut-eyes"][1:]))
    assert all(has("ir_face_missing", found["replay-tablet"][1 + MAX_WAIT_FRAMES :]))


def test_hello_accepts_nobody_in_sunlight_that_overexposes(session: list[FrameSet], tmp_path: Path) -> None:
    found = verdicts(session, tmp_path, 0.8)
    assert not any(any(live(frames)) for frames in found.values())
    assert sum(has("ir_ambient_bright", found["print-flat"])) > 10


def test_hello_accepts_nobody_without_its_lamp(session: list[FrameSet], tmp_path: Path) -> None:
    """Also where the light of the room shows the face in infrared."""
    found = verdicts(session, tmp_path, 0.6, lamp=False)
    assert not any(any(live(frames)) for frames in found.values())
    assert len(found["live"]) > 20
    assert all(has("ir_lamp_not_seen", found["live"]))


def test_hello_accepts_nobody_if_depth_is_required(session: list[FrameSet], tmp_path: Path) -> None:
    found = verdicts(session[:40], tmp_path, 0.0, policy=Policy(require=frozenset({"depth"})))
    assert not any(live(found["live"]))
    assert sum(has("depth_required", found["live"])) > 5
