"""The examples: identity of LIVE faces of the same frame only, and ROS 2 messages to frames."""

from __future__ import annotations

import importlib.util
import json
import sys
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

import fasdemo
from fasdemo.engine.result import FaceVerdict, FrameResult, Latency, Status
from fasdemo.faces.face import Face
from fasdemo.frames import FrameSet
from tests.conftest import ROOT


def example(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "examples" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


identity, ros2 = example("liveness_then_identity"), example("ros2_node")


class Recognizer:
    """Answers with what a test wants, and keeps the brightness of each crop."""

    def __init__(self, *names: str | None) -> None:
        self.names = list(names)
        self.asked: list[int] = []

    def identify(self, crop: np.ndarray) -> str | None:
        self.asked.append(int(crop[crop.shape[0] // 2, crop.shape[1] // 2, 0]))
        return self.names.pop(0) if len(self.names) > 1 else self.names[0]


def moment(index: int, *statuses: Status, live: bool = True, step_s: float = 0.1) -> tuple[FrameSet, FrameResult]:
    rgb = np.full((480, 640, 3), index, np.uint8)
    frame = FrameSet(index, index * step_s, rgb, live_source=live)
    face = Face((200.0, 100.0, 200.0, 200.0), 0.9, np.zeros((6, 2), np.float32))
    faces = tuple(FaceVerdict(track, face, status, 0.9, 0.9, ()) for track, status in enumerate(statuses, 1))
    latency = Latency(0.0, 0.0, 0.0, 0.0, 0.0)
    return frame, FrameResult(index, index * step_s, "door", live, "m", "p", faces, latency)


def test_identity_is_asked_for_live_faces_of_a_camera_only() -> None:
    recognizer = Recognizer("anna")
    binder = identity.IdentityBinder(recognizer)
    assert binder.update(*moment(1, Status.UNCERTAIN)) == {}
    assert binder.update(*moment(2, Status.SPOOF)) == {}
    assert binder.update(*moment(3, Status.LIVE, live=False)) == {}
    assert binder.update(*moment(4)) == {}
    assert recognizer.asked == []
    assert binder.update(*moment(5, Status.LIVE, Status.SPOOF)) == {1: "anna"}
    assert recognizer.asked == [5], "the crop is of the frame in which the face is LIVE"


def test_identity_ends_with_the_first_frame_that_is_not_live() -> None:
    recognizer = Recognizer("anna", None)
    binder = identity.IdentityBinder(recognizer)
    assert binder.update(*moment(1, Status.LIVE)) == {1: "anna"}
    assert binder.update(*moment(2, Status.LIVE)) == {1: "anna"}
    assert recognizer.asked == [1]
    assert binder.update(*moment(3, Status.UNCERTAIN)) == {}
    assert binder.update(*moment(4, Status.LIVE)) == {1: None}, "an earlier name does not come back"


def test_identity_of_two_names_on_one_track_is_none() -> None:
    binder = identity.IdentityBinder(Recognizer("anna", "bert", "anna"))
    assert binder.update(*moment(1, Status.LIVE, step_s=3.0)) == {1: "anna"}
    assert binder.update(*moment(2, Status.LIVE, step_s=3.0)) == {1: None}
    assert binder.update(*moment(3, Status.LIVE, step_s=3.0)) == {1: None}


def test_identity_refuses_a_result_of_another_frame() -> None:
    frame, result = moment(1, Status.LIVE)
    with pytest.raises(AssertionError, match="same frame"):
        identity.IdentityBinder(Recognizer("anna")).update(replace(frame, index=2), result)


def test_identity_follows_the_demo_session() -> None:
    """Names only while the face is LIVE, over a live part and three attacks."""
    binder = identity.IdentityBinder(Recognizer("anna"), cameras_only=False)
    named = 0
    with fasdemo.open_source(fasdemo.demo_session()) as source, fasdemo.Engine.for_source(source) as engine:
        for frame, result in engine.run_frames(source):
            names = binder.update(frame, result)
            assert set(names) == {face.track_id for face in result.faces if face.status is Status.LIVE}
            if names:
                assert frame.truth is not None
                assert frame.truth.label == "live"
            named += len(names)
            if frame.index >= 200:
                break
    assert named > 100


@pytest.mark.parametrize(
    ("status", "answer", "name"),
    [
        (200, {"result": [{"subjects": [{"subject": "anna", "similarity": 0.99}]}]}, "anna"),
        (200, {"result": [{"subjects": [{"subject": "anna", "similarity": 0.5}]}]}, None),
        (200, {"result": [{"subjects": [{"subject": "anna", "similarity": 0.99}]}] * 2}, None),
        (200, {"result": [{"subjects": []}]}, None),
        (200, {"wrong": 1}, None),
        (200, [], None),
        (400, {"message": "No face is found in the given image", "code": 28}, None),
        (500, {}, None),
    ],
)
def test_compreface_gives_one_sure_name_or_none(status: int, answer: object, name: str | None) -> None:
    got: list[tuple[str, str, bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append((self.path, self.headers["x-api-key"], body))
            data = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        recognizer = identity.CompreFace(f"http://127.0.0.1:{server.server_port}", "key")
        assert recognizer.identify(np.zeros((64, 64, 3), np.uint8)) == name
        server.shutdown()
    path, key, body = got[0]
    assert path.startswith("/api/v1/recognition/recognize?")
    assert key == "key"
    assert b"\xff\xd8\xff" in body, "a JPEG is sent"


def test_compreface_that_does_not_answer_is_nobody() -> None:
    assert identity.CompreFace("http://127.0.0.1:1", "key").identify(np.zeros((8, 8, 3), np.uint8)) is None


def message(pixels: np.ndarray, encoding: str, stamp_ns: int = 1_500_000_000, pad: int = 0) -> SimpleNamespace:
    rows = pixels.reshape(pixels.shape[0], -1).view(np.uint8)
    rows = np.pad(rows, ((0, 0), (0, pad)))
    stamp = SimpleNamespace(sec=stamp_ns // 10**9, nanosec=stamp_ns % 10**9)
    return SimpleNamespace(
        header=SimpleNamespace(stamp=stamp), encoding=encoding, is_bigendian=0, width=pixels.shape[1],
        height=pixels.shape[0], step=rows.shape[1], data=rows.tobytes(),
    )  # fmt: skip


def test_ros2_images_keep_their_pixels_and_times() -> None:
    random = np.random.default_rng(1)
    rgb = random.integers(0, 256, (4, 6, 3), dtype=np.uint8)
    depth = random.integers(0, 65536, (4, 6), dtype=np.uint16)
    info = SimpleNamespace(width=6, height=4, k=[5.0, 0, 3.0, 0, 5.5, 2.0, 0, 0, 1], d=[0.1, 0.2])
    calibration = ros2.calibration_of(info)
    bgr = message(np.ascontiguousarray(rgb[..., ::-1]), "bgr8", pad=2)
    frame = ros2.frame_of(3, bgr, message(depth, "16UC1", 1_510_000_000), calibration, 7.0)
    assert np.array_equal(frame.rgb, rgb)
    assert np.array_equal(frame.depth, depth)
    assert (frame.times["rgb"].timestamp_s, frame.times["depth"].timestamp_s) == (1.5, 1.51)
    assert (calibration.rgb.fx, calibration.rgb.fy, calibration.rgb.cx, calibration.rgb.cy) == (5.0, 5.5, 3.0, 2.0)
    assert calibration.rgb.distortion == (0.1, 0.2, 0.0, 0.0, 0.0)


def test_ros2_images_of_other_encodings_and_sizes_are_refused() -> None:
    good = message(np.zeros((4, 6, 3), np.uint8), "rgb8")
    for change in ({"encoding": "yuv422"}, {"step": 5}, {"data": b"x"}, {"height": 5}):
        with pytest.raises(ValueError, match=r"encoding|size"):
            ros2.image_of(SimpleNamespace(**(vars(good) | change)))


def test_ros2_takes_a_verdict_back() -> None:
    event = ros2.stale_event({"frame": 1, "faces": [{"status": "LIVE"}], "reasons": []}, 1.25)
    assert event == {"frame": 1, "faces": [], "reasons": ["stale_frame"], "age_s": 1.25}
