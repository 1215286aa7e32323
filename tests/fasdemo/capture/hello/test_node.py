"""One V4L2 node read with FFmpeg; real container files replace the device."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from fasdemo.capture.cameras.hello.node import FfmpegNode, Kind, open_container
from fasdemo.capture.cameras.supervisor import DeviceError
from fasdemo.capture.cameras.v4l2 import VideoNode

COLOR = VideoNode(0, "Camera", ("YUYV", "MJPG"), True)
INFRARED = VideoNode(2, "Camera", ("GREY",), False)
RANDOM = np.random.default_rng(3)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 0.001
        return self.now


class Device:
    """A container whose packets have the times of a device, and that has no packet at times."""

    def __init__(self, container: Any, errors: Mapping[int, OSError] | None = None, shift_s: float = 0.0) -> None:
        self._container = container
        self._errors = errors or {}
        self._shift_s = shift_s
        self._reads = 0
        self.streams = container.streams
        self.closed = False

    def demux(self, stream: Any) -> Iterator[Any]:
        self._reads += 1
        if self._reads in self._errors:
            raise self._errors[self._reads]
        packet = next(self._container.demux(stream))
        if packet.pts is not None and self._shift_s:
            packet.pts += int(self._shift_s / packet.time_base)
        yield packet

    def close(self) -> None:
        self.closed = True
        self._container.close()


def raw_file(folder: Path, images: np.ndarray, pixels: str) -> Any:
    path = folder / "images.raw"
    path.write_bytes(images.tobytes())
    size = f"{images.shape[2]}x{images.shape[1]}"
    return av.open(
        str(path), format="rawvideo", options={"pixel_format": pixels, "video_size": size, "framerate": "30"}
    )


def open_node(device: Any, node: VideoNode = INFRARED, kind: Kind = "infrared") -> FfmpegNode:
    asked: list[dict[str, str]] = []

    def opener(path: str, options: dict[str, str]) -> Any:
        assert path == f"/dev/video{node.index}"
        asked.append(options)
        return device

    result = FfmpegNode(node, kind, opener, Clock())
    assert asked[0]["ts"] == "default"
    assert asked[0]["input_format"] == (
        "gray" if kind == "infrared" and "GREY" in node.formats else asked[0]["input_format"]
    )
    return result


def test_node_reads_infrared_images_with_their_times(tmp_path: Path) -> None:
    images = RANDOM.integers(0, 256, (4, 24, 32), np.uint8)
    node = open_node(Device(raw_file(tmp_path, images, "gray")))
    assert node.size == (32, 24)
    assert node.fps == 30
    for number, image in enumerate(images):
        found = node.read(1.0)
        assert found is not None
        assert found.timestamp_s == pytest.approx(number / 30)
        assert np.array_equal(found.decode(), image)
    with pytest.raises(DeviceError, match="/dev/video2: delivers no more images"):
        node.read(1.0)
    node.close()


def test_node_reads_16_bits(tmp_path: Path) -> None:
    images = RANDOM.integers(0, 65536, (2, 24, 32), np.uint16)
    node = open_node(Device(raw_file(tmp_path, images, "gray16le")), VideoNode(2, "Camera", ("Y16",), False))
    found = node.read(1.0)
    assert found is not None
    assert found.decode().dtype == np.uint16
    assert np.array_equal(found.decode(), images[0])
    node.close()


def test_node_reads_colour_as_rgb(tmp_path: Path) -> None:
    path = tmp_path / "color.avi"
    bgr = np.zeros((48, 64, 3), np.uint8)
    bgr[..., 2] = 200
    with av.open(str(path), "w") as file:
        stream = file.add_stream("mjpeg", rate=Fraction(30))
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuvj420p"
        file.mux(stream.encode(av.VideoFrame.from_ndarray(bgr, format="bgr24")))
        file.mux(stream.encode())
    node = open_node(Device(av.open(str(path))), COLOR, "color")
    found = node.read(1.0)
    assert found is not None
    assert np.abs(found.decode().reshape(-1, 3).mean(0) - (200, 0, 0)).max() < 12
    node.close()


def test_node_waits_for_an_image_only_as_long_as_asked(tmp_path: Path) -> None:
    images = RANDOM.integers(0, 256, (1, 24, 32), np.uint8)
    silent = {number: BlockingIOError(errno.EAGAIN, "again") for number in range(1, 60)}
    node = open_node(Device(raw_file(tmp_path, images, "gray"), silent))
    assert node.read(0.02) is None
    while (found := node.read(0.02)) is None:
        pass
    assert np.array_equal(found.decode(), images[0])
    node.close()


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (OSError(errno.ENODEV, "No such device"), "/dev/video2: was disconnected; plug the camera in again"),
        (OSError(errno.EPROTO, "Protocol error"), r"/dev/video2: cannot be read \(Protocol error\)"),
    ],
)
def test_node_names_the_error_while_it_runs(tmp_path: Path, error: OSError, sentence: str) -> None:
    node = open_node(Device(raw_file(tmp_path, np.zeros((1, 24, 32), np.uint8), "gray"), {1: error}))
    with pytest.raises(DeviceError, match=sentence):
        node.read(1.0)
    node.close()
    with pytest.raises(DeviceError, match="is closed"):
        node.read(1.0)


def test_node_refuses_times_of_another_clock(tmp_path: Path) -> None:
    node = open_node(Device(raw_file(tmp_path, np.zeros((1, 24, 32), np.uint8), "gray"), shift_s=1e6))
    with pytest.raises(DeviceError, match="times of another clock"):
        node.read(1.0)
    node.close()


def test_node_refuses_an_infrared_node_that_delivers_colour(tmp_path: Path) -> None:
    device = Device(raw_file(tmp_path, np.zeros((3, 24, 32), np.uint8), "rgb24"))
    with pytest.raises(DeviceError, match=r"/dev/video2 \(Camera\): delivers colour \(rgb24\) instead of infrared"):
        open_node(device)
    assert device.closed


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (errno.EBUSY, "is in use by another program; close it and try again"),
        (errno.EACCES, "permission denied.*usermod -aG video USER"),
        (errno.ENODEV, "is not connected; plug the camera in again"),
        (errno.ENOSPC, "USB connection is too slow"),
        (errno.ENOTTY, "cannot be opened"),
    ],
)
def test_node_names_why_it_cannot_be_opened(number: int, sentence: str) -> None:
    def opener(path: str, options: dict[str, str]) -> Any:
        raise OSError(number, "for this test", path)

    with pytest.raises(DeviceError, match=f"/dev/video2: .*{sentence}"):
        FfmpegNode(INFRARED, "infrared", opener)


def test_node_refuses_formats_that_cannot_be_read() -> None:
    def opener(path: str, options: dict[str, str]) -> Any:
        raise AssertionError("not opened")

    with pytest.raises(DeviceError, match=r"none of its formats \(Y10P\) can be read; GREY or Y16 is needed"):
        FfmpegNode(VideoNode(2, "Camera", ("Y10P",), False), "infrared", opener)


def test_open_container_takes_the_options_of_a_node(tmp_path: Path) -> None:
    """FFmpeg accepts every option; it then finds that the path is not a V4L2 device."""
    missing = error_with_options(lambda options: open_container(str(tmp_path / "none"), options))
    assert missing.errno == errno.ENOENT
    other = error_with_options(lambda options: open_container("/dev/null", options))
    assert other.errno == errno.ENOTTY


def error_with_options(use: Callable[[dict[str, str]], Any]) -> OSError:
    """Call `use` with the options that a node passes to FFmpeg, and return its error."""
    errors: list[OSError] = []

    def opener(path: str, options: dict[str, str]) -> Any:
        try:
            return use(options)
        except OSError as error:
            errors.append(error)
            raise

    with pytest.raises(DeviceError):
        FfmpegNode(COLOR, "color", opener)
    return errors[0]


LOOPBACK = (
    sorted(Path("/sys/devices/virtual/video4linux").glob("video*")) if Path("/sys/devices/virtual").exists() else []
)


@pytest.mark.skipif(not LOOPBACK, reason="v4l2loopback is not loaded on this computer")
def test_node_reads_a_loopback_device() -> None:
    place = f"/dev/{LOOPBACK[0].name}"
    image = RANDOM.integers(0, 256, (480, 640), np.uint8)
    with av.open(place, "w", format="v4l2") as output:
        stream = output.add_stream("rawvideo", rate=30)
        stream.width, stream.height, stream.pix_fmt = 640, 480, "gray"
        output.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="gray")))
        node = FfmpegNode(VideoNode(int(LOOPBACK[0].name[5:]), "loopback", ("GREY",), False), "infrared")
        output.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="gray")))
        found = node.read(2.0)
        assert found is not None
        assert np.array_equal(found.decode(), image)
        node.close()
