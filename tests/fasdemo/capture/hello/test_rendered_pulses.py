"""The demo session as seen by a Windows Hello camera with a pulsed lamp, judged by the engine without depth.

Infrared of the session is the light of the lamp; the light of the room is a share of the brightness in colour, and a
screen emits a tenth of it in infrared. The infrared camera is smaller, has another field of view, and stands beside.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
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
from fasdemo.frames import FrameSet
from tests.support.hello_camera import Machine, ScriptedSystem

SCALE, SHIFT = 0.8, (70.0, 10.0)
"""The infrared picture is the colour picture, reduced and shifted; the demo's streams have one position."""
IR_SIZE = (640, 400)
GEOMETRY = PairGeometry((640, 480), IR_SIZE, (SCALE, 0.0, *SHIFT, 0.0, 0.0), 20, 0.04, 0.03)
PERIOD = 1 / 30


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
) -> tuple[Counter[tuple[str, str]], Counter[tuple[str, str]]]:
    """Return how often each label or species had each verdict and each reason."""
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
    states: Counter[tuple[str, str]] = Counter()
    reasons: Counter[tuple[str, str]] = Counter()
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
            for face in result.faces:
                states[name, str(face.status)] += 1
                reasons.update((name, str(code)) for code in face.reasons)
    grabber.stop()
    return states, reasons


def live_of(states: Counter[tuple[str, str]]) -> dict[str, tuple[int, int]]:
    """Return LIVE verdicts and all verdicts by name."""
    names = {name for name, _ in states}
    return {
        name: (states[name, "LIVE"], sum(count for (one, _), count in states.items() if one == name)) for name in names
    }


@pytest.mark.parametrize("ambient", [0.0, 0.2])
def test_hello_accepts_the_live_person_and_no_attack(session: list[FrameSet], tmp_path: Path, ambient: float) -> None:
    states, reasons = verdicts(session, tmp_path, ambient)
    found = live_of(states)
    live, total = found.pop("live")
    # Half a second passes until the lamp is recognised and the evidence suffices.
    assert live >= total - 9 > 20
    assert set(found) == {"print-flat", "print-cut-eyes", "replay-tablet"}
    assert all(count == 0 and total > 10 for count, total in found.values())
    assert reasons["print-flat", "ir_copies_colour"] >= 0.9 * found["print-flat"][1]
    # A new face waits up to three frames for the turn of this check, and is not LIVE before it.
    assert reasons["replay-tablet", "ir_face_missing"] >= found["replay-tablet"][1] - 3


def test_hello_accepts_nobody_in_sunlight_that_overexposes(session: list[FrameSet], tmp_path: Path) -> None:
    states, reasons = verdicts(session, tmp_path, 0.8)
    assert all(count == 0 for count, _ in live_of(states).values())
    assert reasons["print-flat", "ir_ambient_bright"] > 10


def test_hello_accepts_nobody_without_its_lamp(session: list[FrameSet], tmp_path: Path) -> None:
    """Also where the light of the room shows the face in infrared."""
    states, reasons = verdicts(session, tmp_path, 0.6, lamp=False)
    found = live_of(states)
    assert all(count == 0 for count, _ in found.values())
    assert reasons["live", "ir_lamp_not_seen"] == found["live"][1] > 20


def test_hello_accepts_nobody_if_depth_is_required(session: list[FrameSet], tmp_path: Path) -> None:
    states, reasons = verdicts(session[:40], tmp_path, 0.0, policy=Policy(require=frozenset({"depth"})))
    assert live_of(states)["live"][0] == 0
    assert reasons["live", "depth_required"] > 5
