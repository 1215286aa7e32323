"""Requests to a RealSense: modes by capability, options by what the device offers."""

from __future__ import annotations

from typing import Any

import pytest

rs = pytest.importorskip("pyrealsense2", exc_type=ImportError, reason="the RealSense SDK or libusb is not installed")

from fasdemo.capture.cameras.realsense.camera import (  # noqa: E402
    PipelineGrabber,
    open_realsense,
    prepare,
    region_for,
)
from fasdemo.capture.cameras.realsense.devices import (  # noqa: E402
    RealSenseSettings,
    StreamMode,
    choose_modes,
    describe,
    find_device,
    list_realsense,
)
from fasdemo.capture.cameras.supervisor import DeviceError  # noqa: E402
from fasdemo.capture.open import open_source  # noqa: E402
from fasdemo.capture.realsense_frames import Reader  # noqa: E402
from fasdemo.errors import UserError  # noqa: E402
from fasdemo.frames import Calibration, Extrinsics, Intrinsics, Stream  # noqa: E402
from tests.support.realsense_fake import intrinsics, stream  # noqa: E402


def modes(*entries: tuple[Stream, int, str, int, int, int]) -> list[StreamMode]:
    return [StreamMode(*entry) for entry in entries]


def usb3() -> list[StreamMode]:
    """A D435-like device."""
    found = []
    for fps in (6, 15, 30, 60, 90):
        for width, height in ((424, 240), (640, 480), (848, 480)):
            found += modes(("depth", 0, "z16", width, height, fps))
            found += modes(("ir", 1, "y8", width, height, fps), ("ir", 2, "y8", width, height, fps))
    for fps in (6, 15, 30, 60):
        for width, height in ((424, 240), (640, 480), (1280, 720)):
            for form in ("yuyv", "bgr8", "rgb8", "y16"):
                found += modes(("rgb", 0, form, width, height, fps))
    found += modes(
        ("depth", 0, "z16", 1280, 720, 30), ("ir", 1, "y16", 1280, 800, 25), ("rgb", 0, "rgb8", 1920, 1080, 30)
    )
    return found


def test_the_usual_device_runs_at_640_480_30() -> None:
    chosen = choose_modes(usb3(), RealSenseSettings())
    assert chosen == {
        "rgb": StreamMode("rgb", 0, "rgb8", 640, 480, 30),
        "depth": StreamMode("depth", 0, "z16", 640, 480, 30),
        "ir": StreamMode("ir", 1, "y8", 640, 480, 30),
    }


def test_interleaving_asks_for_twice_the_rate() -> None:
    assert {mode.fps for mode in choose_modes(usb3(), RealSenseSettings(fps=60)).values()} == {60}


def test_usb2_gives_what_it_can() -> None:
    offered = modes(
        ("depth", 0, "z16", 640, 480, 15),
        ("ir", 1, "y8", 640, 480, 15),
        ("rgb", 0, "rgb8", 640, 480, 15),
        ("rgb", 0, "rgb8", 424, 240, 30),
        ("depth", 0, "z16", 480, 270, 30),
    )
    chosen = choose_modes(offered, RealSenseSettings())
    assert set(chosen) == {"rgb", "depth", "ir"}
    assert {mode.fps for mode in chosen.values()} == {15}


def test_coded_light_devices_have_another_infrared() -> None:
    offered = modes(
        ("depth", 0, "z16", 640, 480, 30),
        ("ir", 0, "y8", 640, 480, 30),
        ("ir", 0, "y8", 640, 240, 30),
        ("rgb", 0, "bgr8", 640, 480, 30),
    )
    chosen = choose_modes(offered, RealSenseSettings())
    assert chosen["ir"].index == 0
    assert chosen["ir"].height == 480
    assert chosen["rgb"].format == "bgr8"


def test_colour_alone_is_a_camera_and_depth_alone_is_none() -> None:
    assert set(choose_modes(modes(("rgb", 0, "yuyv", 640, 480, 30)), RealSenseSettings())) == {"rgb"}
    with pytest.raises(DeviceError, match="no colour stream"):
        choose_modes(modes(("depth", 0, "z16", 640, 480, 30)), RealSenseSettings())


def software_device(**limits: tuple[float, float, float, float]) -> tuple[Any, Any]:
    device = rs.software_device()
    device.register_info(rs.camera_info.name, "Software D400")
    device.register_info(rs.camera_info.serial_number, "SOFT0001")
    device.register_info(rs.camera_info.usb_type_descriptor, "2.1")
    sensor = device.add_sensor("Stereo Module")
    sensor.add_video_stream(stream(rs.stream.depth, 0, 1, rs.format.z16, 2, intrinsics(380.0)), True)
    sensor.add_read_only_option(rs.option.depth_units, 0.001)
    for name, values in limits.items():
        span = rs.option_range()
        span.min, span.max, span.step, span.default = values
        sensor.add_option(getattr(rs.option, name), span, True)
    return device, sensor


@pytest.mark.parametrize(("emitter", "enabled", "alternating"), [("on", 1, 0), ("off", 0, 0), ("interleaved", 1, 1)])
def test_the_emitter_is_set_as_asked(emitter: Any, enabled: int, alternating: int) -> None:
    device, sensor = software_device(
        emitter_enabled=(0, 2, 1, 2), emitter_on_off=(0, 1, 1, 0), enable_auto_exposure=(0, 1, 1, 0)
    )
    prepare(rs, device, RealSenseSettings(emitter=emitter))
    assert sensor.get_option(rs.option.emitter_enabled) == enabled
    assert sensor.get_option(rs.option.emitter_on_off) == alternating
    assert sensor.get_option(rs.option.enable_auto_exposure) == 1


def test_a_device_without_those_options_is_left_alone() -> None:
    device, _ = software_device()
    prepare(rs, device, RealSenseSettings())
    with pytest.raises(DeviceError, match="cannot switch its emitter"):
        prepare(rs, device, RealSenseSettings(emitter="interleaved"))


def test_a_device_describes_itself() -> None:
    device, _ = software_device()
    about = describe(rs, device)
    assert (about.name, about.serial, about.usb2) == ("Software D400", "SOFT0001", True)
    assert about.modes == (StreamMode("depth", 0, "z16", 640, 480, 30),)


def test_the_exposed_region_follows_the_face_into_the_stereo_image() -> None:
    lens = Intrinsics(640, 480, 610.0, 610.0, 320.0, 240.0)
    calibration = Calibration(
        lens, Intrinsics(640, 480, 380.0, 380.0, 320.0, 240.0), rgb_to_depth=Extrinsics(translation_m=(-0.015, 0, 0))
    )
    reader = Reader(rs, {}, calibration, 0.001)
    assert region_for(reader, (200, 150, 100, 120), "rgb") == (200, 150, 300, 270)
    left, top, right, bottom = region_for(reader, (200, 150, 100, 120), "depth")
    assert left == pytest.approx(320 - 120 * 380 / 610 - 9.5, abs=1.1)
    assert right - left == pytest.approx(100 * 380 / 610, abs=1.1)
    assert bottom - top == pytest.approx(120 * 380 / 610, abs=1.1)
    # Beyond the border it is cut, and never empty.
    left, top, right, bottom = region_for(reader, (-900, 700, 50, 50), "rgb")
    assert 0 <= left < right <= 639
    assert 0 <= top < bottom <= 479


@pytest.mark.skipif(bool(list_realsense()), reason="a RealSense is connected")
def test_without_a_camera_the_answer_comes_at_once() -> None:
    assert find_device(rs, rs.context(), None) is None
    with pytest.raises(UserError, match="No RealSense camera was found"), open_source("realsense"):
        pass
    with pytest.raises(UserError, match="serial number 0815"), open_realsense("0815"):
        pass
    with pytest.raises(DeviceError, match="No RealSense camera"):
        PipelineGrabber(None).start()
