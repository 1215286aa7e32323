"""Webcams: which nodes are offered, and one of them as a source; a video file stands for the device."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from fasdemo.capture import open as open_module
from fasdemo.capture.cameras.supervisor import Patience
from fasdemo.capture.cameras.v4l2 import VideoNode, list_nodes, query_node
from fasdemo.capture.cameras.webcam import Webcam, list_webcams, open_webcam
from fasdemo.errors import UserError

NODES: dict[str, tuple[str, tuple[str, ...]]] = {
    "video0": ("Integrated Camera: Integrated C", ("MJPG", "YUYV")),
    "video1": ("Integrated Camera: Integrated C", ()),
    "video2": ("Integrated Camera: Integrated I", ("GREY",)),
    "video4": ("USB IR Camera", ("MJPG",)),
    "video6": ("Intel(R) RealSense(TM) Depth Ca", ("Z16",)),
    "video10": ("Intel(R) RealSense(TM) Depth Ca", ("YUYV",)),
    "video12": ("Sensor", ("RGGB", "pBAA")),
}


@pytest.fixture
def sysfs(tmp_path: Path) -> Path:
    for node, (name, _) in NODES.items():
        (tmp_path / node).mkdir()
        (tmp_path / node / "name").write_text(name + "\n")
    (tmp_path / "video20").mkdir()
    (tmp_path / "video20" / "name").write_text("Locked")
    (tmp_path / "v4l-touch0").mkdir()
    return tmp_path


def query(path: Path) -> tuple[str, tuple[str, ...]]:
    if path.name == "video20":
        raise PermissionError(13, "Permission denied")
    return NODES[path.name]


def test_only_colour_nodes_are_offered(sysfs: Path) -> None:
    nodes = list_nodes(sysfs, Path("/dev"), query)
    assert [node.index for node in nodes] == [0, 1, 2, 4, 6, 10, 12, 20]
    assert [node.index for node in nodes if node.color] == [0, 10]
    assert nodes[-1].problem == "Permission denied"
    assert nodes[0].formats == ("MJPG", "YUYV")


def test_what_is_no_video_device_is_an_error_and_not_a_camera(tmp_path: Path) -> None:
    (tmp_path / "video0").write_text("x")
    with pytest.raises(OSError):  # noqa: PT011
        query_node(tmp_path / "video0")


def test_this_machine_can_be_listed() -> None:
    for node in list_nodes():
        assert isinstance(node, VideoNode)
    assert all(isinstance(camera, Webcam) for camera in list_webcams())


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "camera.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 30.0, (64, 48))
    for number in range(20):
        writer.write(np.full((48, 64, 3), (number * 10, 0, 200), np.uint8))
    writer.release()
    return path


CAMERAS = [Webcam(0, "Front", ("YUYV",)), Webcam(2, "Desk", ("MJPG",))]


def test_a_webcam_gives_colour_frames_with_their_times(clip: Path) -> None:
    asked: list[int] = []

    def opener(index: int) -> Any:
        asked.append(index)
        return cv2.VideoCapture(str(clip))

    with open_webcam("2", opener=opener, listed=lambda: CAMERAS) as source:
        info = source.info
        assert (info.name, info.kind, info.live, info.declared) == ("Desk", "webcam", True, {"rgb"})
        assert (info.width, info.height) == (64, 48)
        frame = next(iter(source))
    assert asked == [2]
    assert frame.live_source
    assert frame.received_s is not None
    assert frame.rgb[0, 0, 0] > 180
    assert frame.rgb[0, 0, 1] < 30


def test_a_webcam_that_is_unplugged_says_so_and_comes_back(clip: Path) -> None:
    plugged = [True]
    opened = [0]

    def opener(_: int) -> Any:
        opened[0] += 1
        return cv2.VideoCapture(str(clip))

    patience = Patience(stalled_s=0.1, dead_s=0.4, first_back_off_s=0.1, look_every_s=0.05)
    with open_webcam("0", patience, opener=opener, listed=lambda: CAMERAS if plugged[0] else []) as source:
        seen: set[tuple[str, ...]] = set()
        back = False
        for number, frame in enumerate(source):
            # The clip ends after 20 frames: the device is dead, and away until somebody plugs it in.
            if frame.faults and not plugged[0]:
                seen.add(frame.faults)
                assert not frame.rgb.any()
            plugged[0] = number < 15 or ("device_lost",) in seen
            if ("device_lost",) in seen and not frame.faults:
                back = True
                break
            assert number < 400
    assert back
    assert opened[0] == 2
    assert "restarted once" in source.warnings[0]


@pytest.mark.parametrize(
    ("which", "cameras", "sentence"),
    [
        ("7", CAMERAS, r"no such colour camera; there are: webcam:0 \(Front\), webcam:2 \(Desk\)"),
        ("front", CAMERAS, "give the camera's number"),
        (None, [], "No webcam was found"),
    ],
)
def test_names_that_are_no_camera(which: str | None, cameras: list[Webcam], sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        open_webcam(which, listed=lambda: cameras)


def test_a_webcam_in_use(tmp_path: Path) -> None:
    source = open_webcam("0", opener=lambda _: cv2.VideoCapture(str(tmp_path / "none")), listed=lambda: CAMERAS)
    with pytest.raises(UserError, match="another program may be using it"), source:
        pass


def test_the_name_webcam_means_a_webcam(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fasdemo.capture.cameras.webcam.list_nodes", list)
    with pytest.raises(UserError, match="webcam"):
        open_module.open_source("webcam:3")
