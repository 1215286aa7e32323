"""Values of a camera's controls: what is allowed, what is refused with one sentence, and what waits for the camera."""

from __future__ import annotations

import math

import pytest

from fasdemo.capture.controls import (
    CameraControls,
    CameraState,
    Control,
    apply_values,
    parse_options,
    recorded_controls,
)
from fasdemo.errors import UserError
from tests.support.camera_controls import Device

EXPOSURE = Control("depth.exposure", 8500.0, 1.0, 165_000.0, 1.0, 8500.0)
ALPHA = Control("filter.spatial.alpha", 0.5, 0.25, 1.0, 0.01, 0.5, restarts=True)
SWITCH = Control("rgb.auto", 1.0, 0.0, 1.0, 1.0, 1.0)
PRESET = Control("depth.preset", 2.0, 0.0, 2.0, 1.0, 0.0, choices=((0.0, "Custom"), (2.0, "Hand")))
UNITS = Control("depth.units", 0.001, 0.001, 0.001, 0.0, 0.001, read_only=True)
ANY = Control("gain", 10.0, -math.inf, math.inf, 0.0, 10.0)


@pytest.mark.parametrize(
    ("control", "text", "value"),
    [
        (EXPOSURE, "8500", 8500.0),
        (EXPOSURE, " 1 ", 1.0),
        (ALPHA, "0.333", 0.333),
        (SWITCH, "off", 0.0),
        (SWITCH, "1", 1.0),
        (PRESET, "hand", 2.0),
        (PRESET, "0", 0.0),
        (ANY, "-1e3", -1000.0),
    ],
)
def test_control_parses_what_it_allows(control: Control, text: str, value: float) -> None:
    assert control.parse(text) == pytest.approx(value)
    assert control.parse(control.text(value)) == pytest.approx(value)


@pytest.mark.parametrize(
    ("control", "text", "sentence"),
    [
        (EXPOSURE, "0", "depth.exposure=0: use 1 to 165000 in steps of 1."),
        (EXPOSURE, "10.5", "use 1 to 165000"),
        (EXPOSURE, "nan", "use 1 to 165000"),
        (EXPOSURE, "inf", "use 1 to 165000"),
        (ALPHA, "0.2", "use 0.25 to 1 in steps of 0.01."),
        (SWITCH, "maybe", "use on, off."),
        (SWITCH, "0.5", "use on, off."),
        (PRESET, "1", "use Custom, Hand."),
        (ANY, "much", "use a number."),
        (UNITS, "0.001", "depth.units: can only be read on this camera; leave it out."),
    ],
)
def test_control_refuses_other_values_with_one_sentence(control: Control, text: str, sentence: str) -> None:
    with pytest.raises(UserError) as caught:
        control.parse(text)
    assert sentence in str(caught.value)
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize("text", ["exposure", "=1", "exposure=", "="])
def test_parse_options_refuses_other_forms(text: str) -> None:
    with pytest.raises(UserError, match="NAME=VALUE"):
        parse_options([text])


def test_parse_options_refuses_a_name_twice() -> None:
    assert parse_options(["a=1", "b = two = 2"]) == {"a": "1", "b": "two = 2"}
    with pytest.raises(UserError, match="a: is given twice"):
        parse_options(["a=1", "a=2"])


def test_a_request_waits_for_the_capture_thread_and_is_set_again_after_a_restart() -> None:
    device = Device()
    board = CameraControls()
    board.publish(CameraState(device.controls()))
    board.request("depth.exposure", "100")
    board.request("depth.exposure", "200")
    assert device.values["depth.exposure"] == 8500.0, "only the capture thread touches the device"
    assert board.apply_waiting(device)
    assert device.log == [("depth.exposure", 200.0)], "only the newest of two requests is set"
    assert board.state.find("depth.exposure").value == 200.0
    assert board.wanted == {"depth.exposure": "200"}
    assert not board.apply_waiting(device)


def test_a_refused_value_is_reported_and_the_old_one_shown() -> None:
    device = Device(refuses={"depth.exposure"})
    board = CameraControls()
    board.publish(CameraState(device.controls()))
    board.request("depth.exposure", "100")
    board.apply_waiting(device)
    assert board.state.problem == "depth.exposure: the device said no."
    assert board.state.find("depth.exposure").value == 8500.0
    assert board.wanted == {}


def test_unknown_read_only_and_restarting_controls_cannot_be_requested() -> None:
    board = CameraControls()
    board.publish(CameraState(Device().controls()))
    for name, text, sentence in (
        ("depth.exposre", "1", "has no such option; it has: resolution, depth.exposure"),
        ("depth.temperature", "1", "can only be read"),
        ("resolution", "1280x720", "only when the camera is opened"),
        ("depth.exposure", "-5", "use 1 to"),
    ):
        with pytest.raises(UserError, match=sentence):
            board.request(name, text)


def test_nothing_is_set_if_one_of_several_values_is_wrong() -> None:
    device = Device()
    state = CameraState(device.controls())
    with pytest.raises(UserError, match=r"depth\.gain"):
        apply_values(device, state, {"depth.exposure": "100", "depth.gain": "1"})
    assert device.log == []


def test_recorded_controls_can_only_be_read() -> None:
    board = recorded_controls({"depth.exposure": "8500"}, [("Firmware", "5.16")], ["spatial(holes_fill=0)"])
    assert board.state.values() == {"depth.exposure": "8500"}
    assert board.state.depth_filters == ("spatial(holes_fill=0)",)
    with pytest.raises(UserError, match="can only be read"):
        board.request("depth.exposure", "8500")
