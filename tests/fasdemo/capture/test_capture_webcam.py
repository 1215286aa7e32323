"""Webcams: the offered nodes, and one node as a source; a video file replaces the device."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from fasdemo.capture import open as open_module
from fasdemo.capture.cameras import webcam as webcam_module
from fasdemo.capture.cameras.live import LiveSource
from fasdemo.capture.cameras.supervisor import WatchdogTimeouts
from fasdemo.capture.cameras.v4l2 import NodeFacts, VideoNode, list_nodes, query_node
from fasdemo.capture.cameras.virtual_cameras import virtual_camera
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


def query(path: Path) -> NodeFacts:
    if path.name == "video20":
        raise PermissionError(13, "Permission denied")
    return NodeFacts(*NODES[path.name], "uvcvideo", "usb-0000:00:14.0-1")


def test_list_nodes_offers_colour_nodes_only(sysfs: Path) -> None:
    nodes = list_nodes(sysfs, Path("/dev"), query)
    assert [node.index for node in nodes] == [0, 1, 2, 4, 6, 10, 12, 20]
    assert [node.index for node in nodes if node.color] == [0, 10]
    assert nodes[-1].problem == "Permission denied"
    assert nodes[0].formats == ("MJPG", "YUYV")
    assert not any(node.virtual for node in nodes)


def test_list_nodes_takes_only_grey_nodes_that_are_named_infrared_for_infrared(tmp_path: Path) -> None:
    told = {
        "video0": NodeFacts("HP IR Camera", ("GREY",), "uvcvideo", "usb-1"),
        "video1": NodeFacts("HP IR Camera", ("MJPG", "GREY"), "uvcvideo", "usb-1"),
        "video2": NodeFacts("USB IR Camera", ("YUYV",), "uvcvideo", "usb-2"),
        "video3": NodeFacts("Machine vision", ("GREY",), "uvcvideo", "usb-3"),
        "video4": NodeFacts("Infrared loop", ("GREY",), "v4l2 loopback", "platform:v4l2loopback-000"),
        "video5": NodeFacts("HP IR Camera", (), "uvcvideo", "usb-1"),
    }
    for node in told:
        (tmp_path / node).mkdir()
        (tmp_path / node / "name").write_text(told[node].card)
    nodes = list_nodes(tmp_path, Path("/dev"), lambda path: told[path.name])
    assert [node.index for node in nodes if node.infrared] == [0]
    assert [node.index for node in nodes if node.color] == []
    assert [node.index for node in nodes if node.labelled_infrared] == [0, 1, 2, 4, 5]


@pytest.mark.parametrize(
    ("name", "driver", "bus"),
    [
        ("Integrated Camera", "v4l2 loopback", "platform:v4l2loopback-000"),
        ("Integrated Camera", "uvcvideo", "platform:v4l2loopback-001"),
        ("Webcam", "akvcam", "platform:akvcam-0"),
        ("vivid-000-vid-cap-O", "vivid", "platform:vivid-000"),
        ("Sensor A", "vimc", "platform:vimc"),
        ("OBS Virtual Camera", "", ""),
        ("OBS-Camera", "", ""),
        ("Dummy video device (0x0000)", "", ""),
        ("ManyCam Virtual Webcam", "", ""),
        ("DroidCam Source 3", "", ""),
        ("e2eSoft VCam", "", ""),
        ("Camera (NVIDIA Broadcast)", "", ""),
        ("Snap Camera", "", ""),
    ],
)
def test_virtual_camera_is_known_by_driver_bus_or_name(name: str, driver: str, bus: str) -> None:
    assert virtual_camera(name, driver, bus)


def test_virtual_camera_is_known_by_having_no_hardware() -> None:
    place = Path("/sys/devices/virtual/video4linux/video7")
    assert virtual_camera("Integrated Camera", "uvcvideo", "usb-0000:00:14.0-1", place) == "no hardware behind it"


@pytest.mark.parametrize(
    "name",
    [
        "Integrated Camera: Integrated C", "HD Pro Webcam C920", "OBSBOT Tiny 2", "FaceTime HD Camera", "Logitech BRIO",
        "Intel(R) RealSense(TM) Depth Ca", "Cam Link 4K: Cam Link 4K", "USB2.0 HD UVC WebCam", "Camorama",
    ],
)  # fmt: skip
def test_virtual_camera_leaves_real_cameras_alone(name: str) -> None:
    place = Path("/sys/devices/pci0000:00/0000:00:14.0/usb1/1-6/1-6:1.0/video4linux/video0")
    assert virtual_camera(name, "uvcvideo", "usb-0000:00:14.0-6", place) == ""


def test_query_node_refuses_what_is_no_video_device(tmp_path: Path) -> None:
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
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 30.0, (64, 48))
    for number in range(20):
        writer.write(np.full((48, 64, 3), (number * 10, 0, 200), np.uint8))
    writer.release()
    return path


class EndlessWebcam:
    """A device that repeats a clip while it is plugged in.

    A clip alone ends as soon as the capture thread has read it, which on a busy computer is before the test reads.
    """

    def __init__(self, clip: Path, plugged: Callable[[], bool] = lambda: True) -> None:
        self._file = cv2.VideoCapture(str(clip))
        self._plugged = plugged

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def read(self) -> tuple[bool, Any]:
        if not self._plugged():
            return False, None
        time.sleep(0.002)
        arrived, image = self._file.read()
        if not arrived:
            self._file.set(cv2.CAP_PROP_POS_FRAMES, 0)
            arrived, image = self._file.read()
        return arrived, image


CAMERAS = [Webcam(0, "Front", ("YUYV",)), Webcam(2, "Desk", ("MJPG",))]
LOOP = Webcam(4, "Front", ("YUYV",), "driver v4l2 loopback")


def test_open_webcam_refuses_a_virtual_camera_in_one_sentence() -> None:
    choices: tuple[tuple[str | None, list[Webcam]], ...] = (("4", [*CAMERAS, LOOP]), (None, [LOOP]))
    for which, cameras in choices:
        with pytest.raises(UserError, match=r"webcam:4: Front is a virtual camera \(driver v4l2 loopback\)") as refused:
            open_webcam(which, listed=partial(list, cameras))
        assert "--allow-virtual-camera" in str(refused.value)
        assert str(refused.value).count(". ") == 0


def test_open_webcam_takes_a_real_camera_before_a_virtual_one(clip: Path) -> None:
    def opener(_: int) -> Any:
        return EndlessWebcam(clip)

    with open_webcam(opener=opener, listed=lambda: [LOOP, *CAMERAS], allow_virtual=True) as source:
        assert (source.info.name, source.info.notes) == ("Front", ())
        assert next(iter(source)).faults == ()


def test_open_webcam_marks_every_frame_of_an_allowed_virtual_camera(clip: Path) -> None:
    def opener(_: int) -> Any:
        return EndlessWebcam(clip)

    with open_webcam("4", opener=opener, listed=lambda: [*CAMERAS, LOOP], allow_virtual=True) as source:
        assert "virtual camera" in source.warnings[0]
        assert next(iter(source)).faults == ("virtual_camera",)


def test_open_webcam_marks_a_camera_that_the_system_does_not_name(clip: Path) -> None:
    unnamed = Webcam(0, "camera 0", (), named=False)
    with open_webcam("0", opener=lambda _: EndlessWebcam(clip), listed=lambda: [unnamed]) as source:
        assert "cv2-enumerate-cameras" in source.warnings[0]
        assert next(iter(source)).faults == ("virtual_camera",)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere a camera cannot be looked for")
def test_open_webcam_refuses_a_virtual_camera_with_the_number_of_an_unplugged_one(clip: Path) -> None:
    front = Webcam(0, "Front", ("YUYV",))
    there = [[front]]
    opened = [0]

    def opener(_: int) -> Any:
        opened[0] += 1
        return EndlessWebcam(clip, lambda: there[0] == [front])

    timeouts = WatchdogTimeouts(stalled_s=0.1, dead_s=0.3, first_back_off_s=0.05, look_every_s=0.05)
    with open_webcam("0", timeouts, opener=opener, listed=lambda: there[0]) as source:
        frames = iter(source)
        assert next(frames).faults == ()
        there[0] = [Webcam(0, "Front", ("YUYV",), "driver v4l2 loopback")]
        lost = list(islice((frame for frame in frames if frame.faults), 10))
        assert {frame.faults for frame in lost} <= {("stream_stalled",), ("device_lost",)}
        assert not any(frame.rgb.any() for frame in lost)
    assert opened == [1]


def test_list_webcams_names_cameras_where_the_kernel_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webcam_module, "_LINUX", False)
    monkeypatch.setattr(webcam_module, "system_names", lambda: {1: "OBS Virtual Camera", 0: "FaceTime HD Camera"})
    cameras = list_webcams()
    assert [(one.index, one.name, bool(one.virtual)) for one in cameras] == [
        (0, "FaceTime HD Camera", False),
        (1, "OBS Virtual Camera", True),
    ]


def test_list_webcams_says_that_a_camera_has_no_name(clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webcam_module, "_LINUX", False)
    monkeypatch.setattr(webcam_module, "system_names", lambda: None)
    monkeypatch.setattr(webcam_module, "open_device", lambda index: cv2.VideoCapture(str(clip) if index == 0 else ""))
    assert [(one.index, one.named) for one in list_webcams()] == [(0, False)]


def test_webcam_gives_colour_frames_with_their_times(clip: Path) -> None:
    asked: list[int] = []

    def opener(index: int) -> Any:
        asked.append(index)
        return EndlessWebcam(clip)

    with open_webcam("2", opener=opener, listed=lambda: CAMERAS) as source:
        info = source.info
        assert (info.name, info.kind, info.live, info.declared) == ("Desk", "webcam", True, frozenset({"rgb"}))
        assert (info.width, info.height) == (64, 48)
        frame = next(iter(source))
    assert asked == [2]
    assert frame.live_source
    assert frame.received_s is not None
    assert frame.rgb[0, 0, 0] > 180
    assert frame.rgb[0, 0, 1] < 30


def test_webcam_reports_unplugging_and_comes_back(clip: Path) -> None:
    plugged = [True]
    opened = [0]

    def opener(_: int) -> Any:
        opened[0] += 1
        return EndlessWebcam(clip, lambda: plugged[0])

    timeouts = WatchdogTimeouts(stalled_s=0.1, dead_s=0.4, first_back_off_s=0.1, look_every_s=0.05)
    with open_webcam("0", timeouts, opener=opener, listed=lambda: CAMERAS if plugged[0] else []) as source:
        frames = iter(source)
        assert next(frames).faults == ()
        plugged[0] = False
        lost = next(frame for frame in frames if frame.faults == ("device_lost",))
        assert not lost.rgb.any()
        plugged[0] = True
        back = next(frame for frame in frames if not frame.faults)
        assert back.rgb.any()
    assert opened[0] == 2
    assert "restarted once" in source.warnings[0]


@pytest.mark.parametrize(
    ("which", "cameras", "sentence"),
    [
        ("7", CAMERAS, r"no colour camera with this number; cameras found: webcam:0 \(Front\), webcam:2 \(Desk\)"),
        ("front", CAMERAS, "give a camera number"),
        (None, [], "No webcam was found"),
    ],
)
def test_names_that_are_no_camera(which: str | None, cameras: list[Webcam], sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        open_webcam(which, listed=lambda: cameras)


def test_open_webcam_names_a_webcam_in_use(tmp_path: Path) -> None:
    source = open_webcam("0", opener=lambda _: cv2.VideoCapture(str(tmp_path / "none")), listed=lambda: CAMERAS)
    with pytest.raises(UserError, match="close other programs that use it"), source:
        pass


def test_open_source_takes_the_name_webcam_for_a_webcam(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fasdemo.capture.cameras.webcam.list_nodes", list)
    with pytest.raises(UserError, match="webcam"):
        open_module.open_source("webcam:3")


class ControlledCapture:
    """A webcam that has exposure and gain, and at most 1280 x 720."""

    def __init__(self) -> None:
        self.values = {cv2.CAP_PROP_EXPOSURE: 157.0, cv2.CAP_PROP_GAIN: 0.0, cv2.CAP_PROP_FPS: 30.0}
        self.size = {cv2.CAP_PROP_FRAME_WIDTH: 640.0, cv2.CAP_PROP_FRAME_HEIGHT: 480.0}

    def isOpened(self) -> bool:  # noqa: N802 - OpenCV's name
        return True

    def get(self, key: int) -> float:
        return (self.values | self.size).get(key, -1.0)

    def set(self, key: int, value: float) -> bool:
        if key in self.size:
            limits = {cv2.CAP_PROP_FRAME_WIDTH: 1280.0, cv2.CAP_PROP_FRAME_HEIGHT: 720.0}
            self.size[key] = min(value, limits[key])
        elif key in self.values and not (key == cv2.CAP_PROP_GAIN and value > 100):
            self.values[key] = value
        else:
            return False
        return True

    def read(self) -> tuple[bool, np.ndarray]:
        time.sleep(0.005)
        height, width = (int(self.size[key]) for key in (cv2.CAP_PROP_FRAME_HEIGHT, cv2.CAP_PROP_FRAME_WIDTH))
        return True, np.full((height, width, 3), 90, np.uint8)

    def release(self) -> None: ...


def controlled(device: ControlledCapture, **options: str) -> LiveSource:
    return open_webcam("0", opener=lambda _: device, listed=lambda: CAMERAS, options=options)


def test_webcam_offers_the_controls_that_its_driver_has_and_sets_the_wanted_ones() -> None:
    device = ControlledCapture()
    with controlled(device, exposure="80", resolution="1280x720") as source:
        controls = source.info.controls
        assert controls is not None
        assert [control.name for control in controls.state.controls] == ["resolution", "rate", "exposure", "gain"]
        assert controls.state.find("exposure").value == 80.0
        assert (source.info.width, controls.state.find("resolution").text()) == (1280, "1280x720")
        assert source.warnings == ()
        frames = iter(source)
        controls.request("gain", "12")
        while device.values[cv2.CAP_PROP_GAIN] != 12.0:
            next(frames)
        controls.request("gain", "500")
        while not controls.state.problem:
            next(frames)
        assert "gain: the webcam refused 500 and stays at 12" in controls.state.problem


def test_webcam_that_cannot_do_what_is_wanted_says_so_and_runs() -> None:
    with controlled(ControlledCapture(), resolution="1920x1080", gain="300") as source:
        assert source.info.width == 1280
        assert source.warnings == (
            "resolution=1920x1080: the webcam does not support this; resolution is 1280x720. "
            "gain: the webcam refused 300 and stays at 0; choose another value, or switch off automatic control.",
        )


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("brightness", "3", "brightness: the camera has no such option; it has: resolution, rate, exposure, gain"),
        ("gain", "much", "gain=much: use a number"),
        ("resolution", "big", "resolution=big: write width and height"),
        ("rate", "fast", "rate=fast: write frames per second"),
    ],
)
def test_webcam_refuses_a_wrong_option_in_one_sentence(name: str, value: str, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence), controlled(ControlledCapture(), **{name: value}):
        pass
