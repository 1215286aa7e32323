"""Options of a RealSense through the SDK itself: its software device, its playback device and its real filters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

rs = pytest.importorskip("pyrealsense2", exc_type=ImportError, reason="the RealSense SDK or libusb is not installed")

from fasdemo.capture.cameras.live import LiveSource  # noqa: E402
from fasdemo.capture.cameras.realsense.camera import PipelineGrabber, prepare  # noqa: E402
from fasdemo.capture.cameras.realsense.devices import RealSenseSettings, describe  # noqa: E402
from fasdemo.capture.cameras.realsense.filters import DepthFilters  # noqa: E402
from fasdemo.capture.cameras.realsense.options import SensorOptions, mode_controls, with_modes  # noqa: E402
from fasdemo.capture.cameras.realsense.run_controls import RunControls  # noqa: E402
from fasdemo.capture.cameras.supervisor import DeviceError  # noqa: E402
from fasdemo.capture.controls import CameraControls  # noqa: E402
from fasdemo.errors import UserError  # noqa: E402
from tests.fasdemo.capture.test_realsense_device import software_device, usb3  # noqa: E402
from tests.support.realsense_fake import HEIGHT, WIDTH, Recorder  # noqa: E402


def device() -> tuple[Any, Any]:
    return software_device(
        exposure=(1, 165_000, 1, 8500),
        gain=(16, 248, 1, 16),
        laser_power=(0, 360, 30, 150),
        emitter_enabled=(0, 1, 1, 1),
    )


def test_sensor_options_are_those_of_the_device_with_their_ranges() -> None:
    options = SensorOptions(rs, device()[0])
    found = {control.name: control for control in options.controls()}
    exposure = found["depth.exposure"]
    assert (exposure.minimum, exposure.maximum, exposure.step, exposure.value) == (1, 165_000, 1, 8500)
    assert found["depth.emitter_enabled"].is_switch
    assert found["depth.depth_units"].read_only
    assert "depth.frames_queue_size" not in found
    options.set("depth.laser_power", 300.0)
    assert {control.name: control for control in options.controls()}["depth.laser_power"].value == 300


def test_wanted_options_are_set_on_the_device_before_it_streams() -> None:
    software, sensor = device()
    board = CameraControls({"depth.exposure": "4000", "depth.laser_power": "0"})
    controls = RunControls(rs, board)
    prepare(rs, software, RealSenseSettings())
    controls.apply(software, describe(rs, software), RealSenseSettings())
    assert sensor.get_option(rs.option.exposure) == 4000
    assert sensor.get_option(rs.option.laser_power) == 0
    assert board.state.find("depth.exposure").value == 4000
    assert dict(board.state.facts) == {"Name": "Software D400", "Serial number": "SOFT0001", "USB type": "2.1"}
    assert controls.problem == ""
    assert controls.filters is None


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("depth.exposre", "1", r"depth\.exposre: the camera has no such option; it has: .*depth\.exposure"),
        ("depth.laser_power", "100", r"depth\.laser_power=100: use 0 to 360 in steps of 30\."),
        ("depth.depth_units", "0.0001", r"depth\.depth_units: can only be read"),
        ("filter.spatial.magnitude", "1", "no such option"),
        ("filter.spatial.filter_magnitude", "9", "use 1 to 5 in steps of 1"),
        ("filter.sharpen", "on", "no such option"),
    ],
)
def test_a_wrong_option_stops_the_start_with_one_sentence(name: str, value: str, sentence: str) -> None:
    software, _ = device()
    controls = RunControls(rs, CameraControls({name: value}))
    with pytest.raises(DeviceError, match=sentence):
        controls.apply(software, describe(rs, software), RealSenseSettings())


def test_an_option_that_the_device_refuses_is_reported_and_the_rest_set() -> None:
    software, sensor = device()

    class Stubborn:
        def __getattr__(self, name: str) -> Any:
            return getattr(sensor, name)

        def set_option(self, option: Any, value: float) -> None:
            if option == rs.option.exposure:
                raise RuntimeError("hwmon command 0x4f failed")
            sensor.set_option(option, value)

    class Proxy:
        def query_sensors(self) -> list[Stubborn]:
            return [Stubborn()]

    board = CameraControls({"depth.exposure": "4000", "depth.gain": "20"})
    controls = RunControls(rs, board)
    controls.apply(Proxy(), describe(rs, software), RealSenseSettings())
    assert controls.problem == (
        "depth.exposure: the camera refused 4000 (hwmon command 0x4f failed); choose another value."
    )
    assert sensor.get_option(rs.option.gain) == 20
    assert board.state.find("depth.exposure").value == 8500


def test_resolution_and_rate_are_those_that_all_streams_have() -> None:
    size, rate = mode_controls(usb3(), RealSenseSettings())
    assert [words for _, words in size.choices] == ["424x240", "640x480"]
    assert [words for _, words in rate.choices] == ["6", "15", "30", "60"]
    chosen = with_modes(RealSenseSettings(), usb3(), {"resolution": "424x240", "rate": "15"})
    assert (chosen.width, chosen.height, chosen.fps) == (424, 240, 15)
    with pytest.raises(UserError, match="resolution=800x600: use 424x240, 640x480"):
        with_modes(RealSenseSettings(), usb3(), {"resolution": "800x600"})


def test_filters_cannot_be_mixed_with_an_interleaved_emitter() -> None:
    software, _ = device()
    controls = RunControls(rs, CameraControls({"filter.temporal": "on"}))
    with pytest.raises(DeviceError, match="interleaved"):
        controls.apply(software, describe(rs, software), RealSenseSettings(emitter="interleaved"))


def test_filter_names_carry_every_parameter() -> None:
    filters = DepthFilters(rs, {"filter.spatial": "on", "filter.spatial.filter_magnitude": "3"}, stereo=True)
    (name,) = filters.names
    assert name.startswith("spatial(filter_magnitude=3, filter_smooth_alpha=0.5, ")
    assert not DepthFilters(rs, {"filter.spatial.filter_magnitude": "3"}, stereo=True)


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Depth of 600 mm with single pixels without depth."""
    path = tmp_path_factory.mktemp("sdk") / "clip.db3"
    recorder = Recorder(path)
    depth = np.full((HEIGHT, WIDTH), 600, np.uint16)
    depth[100:400:20, 100:600:20] = 0
    for number in range(30):
        bgr = np.full((HEIGHT, WIDTH, 3), number, np.uint8)
        recorder.write(number, bgr, depth, np.full((HEIGHT, WIDTH), number, np.uint8), emitter=1, pace_s=0.02)
    recorder.close()
    return path


def test_filtered_depth_has_its_own_geometry_and_names_its_filters(recording: Path) -> None:
    board = CameraControls({"filter.decimation": "on", "filter.holes": "on"})
    camera = LiveSource(lambda: PipelineGrabber(None, recording=recording, controls=board), recording.exists, "absent")
    with camera as source:
        calibration = source.info.calibration
        assert calibration is not None
        assert calibration.depth is not None
        assert calibration.ir is not None
        assert source.info.controls is board
        assert (calibration.depth.width, calibration.depth.height) == (WIDTH // 2, HEIGHT // 2)
        assert calibration.depth.fx == pytest.approx(calibration.ir.fx / 2)
        board.watched = True
        for frame in source:
            if frame.depth is None:
                continue
            assert frame.depth.shape == (HEIGHT // 2, WIDTH // 2)
            assert (frame.depth == 600).all(), "the holes are filled"
            assert frame.calibration == calibration
            assert [name.partition("(")[0] for name in frame.depth_filters] == ["decimation", "holes"]
            if board.state.metadata:
                break
    assert "depth.frame_emitter_mode" in dict(board.state.metadata)
