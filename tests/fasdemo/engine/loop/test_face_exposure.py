"""Auto-exposure follows the face: seldom, calmly, and only at cameras that can."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from fasdemo.capture.source import SourceInfo
from fasdemo.engine.loop.face_exposure import FaceExposure, Region
from fasdemo.engine.result import FaceVerdict, FrameResult, Latency, Status
from fasdemo.faces.face import Face

INFO = SourceInfo("camera", "realsense", True, frozenset({"rgb"}), 640, 480, 30.0, None)


class Camera:
    def __init__(self, info: SourceInfo = INFO) -> None:
        self.info = info
        self.asked: list[Region] = []

    def set_exposure_roi(self, box: Region) -> None:
        self.asked.append(box)


def verdict(track: int, box: Region) -> FaceVerdict:
    return FaceVerdict(track, Face(box, 0.9, np.zeros((6, 2), np.float32)), Status.UNCERTAIN, None, None, ())


def result(time_s: float, *faces: FaceVerdict) -> FrameResult:
    return FrameResult(0, time_s, "camera", True, "net", "balanced", faces, Latency(0, 0, 0, 0, 0))


def exposure_of(camera: Any) -> FaceExposure:
    return FaceExposure(camera)


def test_face_exposure_names_a_trembling_face_once() -> None:
    camera = Camera()
    exposure = exposure_of(camera)
    for number in range(120):
        exposure.update(result(number / 30, verdict(1, (200.0 + number % 7, 100.0, 120.0, 150.0))))
    assert camera.asked == [(200.0, 100.0, 120.0, 150.0)]


def test_face_exposure_follows_a_walking_face_at_most_once_a_second() -> None:
    camera = Camera()
    exposure = exposure_of(camera)
    for number in range(120):
        exposure.update(result(number / 30, verdict(1, (4.0 * number, 100.0, 120.0, 150.0))))
    assert [box[0] for box in camera.asked] == [0.0, 120.0, 240.0, 360.0]


def test_face_exposure_does_not_alternate_between_two_faces() -> None:
    camera = Camera()
    exposure = exposure_of(camera)
    for number in range(300):
        wobble = 20.0 * (number % 2)
        exposure.update(
            result(
                number / 30,
                verdict(1, (100.0, 100.0, 100.0 + wobble, 120.0)),
                verdict(2, (400.0, 100.0, 110.0, 120.0)),
            )
        )
    assert {box[0] for box in camera.asked} == {camera.asked[0][0]}
    exposure.update(result(20.0, verdict(1, (100.0, 100.0, 100.0, 120.0)), verdict(2, (350.0, 50.0, 200.0, 240.0))))
    assert camera.asked[-1] == (350.0, 50.0, 200.0, 240.0)


def test_face_exposure_asks_again_after_a_refusal() -> None:
    camera = Camera()
    exposure = exposure_of(camera)
    for number in range(330):
        exposure.update(result(number / 30, verdict(1, (200.0, 100.0, 120.0, 150.0))))
    assert len(camera.asked) == 3


def test_without_a_face_the_whole_picture_counts_again() -> None:
    camera = Camera()
    exposure = exposure_of(camera)
    exposure.update(result(0.0, verdict(1, (200.0, 100.0, 120.0, 150.0))))
    for number in range(300):
        exposure.update(result(0.1 + number / 30))
    assert camera.asked == [(200.0, 100.0, 120.0, 150.0), (0.0, 0.0, 640.0, 480.0)]


def test_boxes_that_are_no_places_are_passed_over() -> None:
    camera = Camera()
    exposure = exposure_of(camera)
    exposure.update(result(0.0, verdict(1, (float("nan"), 0.0, 10.0, 10.0)), verdict(2, (5.0, 5.0, 0.0, 10.0))))
    assert camera.asked == []


def test_files_and_cameras_that_cannot_be_asked_are_left_alone() -> None:
    recording = Camera(replace(INFO, live=False))
    exposure_of(recording).update(result(0.0, verdict(1, (200.0, 100.0, 120.0, 150.0))))
    assert recording.asked == []
    exposure_of(SimpleNamespace(info=INFO)).update(result(0.0, verdict(1, (200.0, 100.0, 120.0, 150.0))))


rs = pytest.importorskip("pyrealsense2", exc_type=ImportError, reason="the RealSense SDK or libusb is not installed")


class Sensor:
    """What an SDK's sensor shows of its region; the SDK's software sensors have none."""

    def __init__(self, depth: bool, able: bool = True, refuses: bool = False) -> None:
        self._depth, self._able, self._refuses = depth, able, refuses
        self.regions: list[tuple[int, int, int, int]] = []

    def is_roi_sensor(self) -> bool:
        return self._able

    def is_depth_sensor(self) -> bool:
        return self._depth

    def as_roi_sensor(self) -> Sensor:
        return self

    def set_region_of_interest(self, value: Any) -> None:
        if self._refuses:
            raise RuntimeError("hwmon command 0x44 failed")
        self.regions.append((value.min_x, value.min_y, value.max_x, value.max_y))


def test_set_exposure_roi_gives_each_sensor_its_own_region() -> None:
    from fasdemo.capture.cameras.realsense.camera import PipelineGrabber
    from fasdemo.capture.realsense_frames import Reader
    from fasdemo.frames import Calibration, Extrinsics, Intrinsics

    calibration = Calibration(
        Intrinsics(640, 480, 610.0, 610.0, 320.0, 240.0),
        Intrinsics(640, 480, 380.0, 380.0, 320.0, 240.0),
        rgb_to_depth=Extrinsics(translation_m=(-0.015, 0, 0)),
    )
    color, stereo, motion, moody = Sensor(False), Sensor(True), Sensor(False, able=False), Sensor(False, refuses=True)
    grabber = PipelineGrabber(None)
    grabber.set_exposure_roi((200, 150, 100, 120))
    grabber._reader = Reader(rs, {}, calibration, 0.001)
    grabber._device = SimpleNamespace(query_sensors=lambda: [moody, motion, color, stereo])
    grabber.set_exposure_roi((200, 150, 100, 120))
    assert color.regions == [(200, 150, 300, 270)]
    assert len(stereo.regions) == 1
    assert stereo.regions != color.regions
    assert motion.regions == moody.regions == []
    grabber.set_exposure_roi((float("nan"), 150, 100, 120))
    assert len(color.regions) == 1

    def gone() -> list[Sensor]:
        raise RuntimeError("the device was removed")

    grabber._device = SimpleNamespace(query_sensors=gone)
    grabber.set_exposure_roi((200, 150, 100, 120))
    grabber._device = rs.software_device()
    grabber.set_exposure_roi((200, 150, 100, 120))
