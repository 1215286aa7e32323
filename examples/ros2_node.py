"""A ROS 2 node: colour and registered depth in, verdicts as JSON out.

    ros2 run realsense2_camera realsense2_camera_node --ros-args -p align_depth.enable:=true
    python3 examples/ros2_node.py --ros-args -r color:=/camera/camera/color/image_raw \
        -r depth:=/camera/camera/aligned_depth_to_color/image_raw -r info:=/camera/camera/color/camera_info

Publishes `~/verdict` (std_msgs/String): the object of docs/events.md with `age_s`, one for each pair of images. Without
a new pair for a second, an object without faces and with the reason `stale_frame` follows. Needs rclpy,
message_filters, sensor_msgs and std_msgs, which come with ROS 2, and fasdemo in the same Python.
"""

from __future__ import annotations

import json
import time
from typing import Any

import numpy as np

import fasdemo
from fasdemo.capture.source import SourceInfo
from fasdemo.frames import Calibration, FrameSet, Intrinsics, Stream, StreamTime

STALE_S = 1.0
MAX_SKEW_S = 0.02
STREAMS: frozenset[Stream] = frozenset({"rgb", "depth"})
_PIXELS = {"rgb8": (np.uint8, 3), "bgr8": (np.uint8, 3), "16UC1": (np.uint16, 1), "mono16": (np.uint16, 1)}


def image_of(message: Any) -> np.ndarray:
    """Return the pixels of a sensor_msgs/Image: uint8 (h, w, 3) RGB, or uint16 (h, w).

    Raises:
        ValueError: the encoding is another, or the data do not fit the size.
    """
    if message.encoding not in _PIXELS:
        raise ValueError(f"encoding {message.encoding} is not supported; use {', '.join(_PIXELS)}")
    kind, channels = _PIXELS[message.encoding]
    item = np.dtype(kind).newbyteorder(">" if message.is_bigendian else "<")
    row = message.width * channels * item.itemsize
    data = np.frombuffer(bytes(message.data), np.uint8)
    if message.step < row or data.size != message.step * message.height:
        raise ValueError("the image's data do not fit its size")
    pixels = np.ascontiguousarray(data.reshape(message.height, message.step)[:, :row]).view(item).astype(kind)
    if channels == 1:
        return pixels
    image = pixels.reshape(message.height, message.width, channels)
    return np.ascontiguousarray(image[..., ::-1]) if message.encoding == "bgr8" else image


def seconds(stamp: Any) -> float:
    """Return a builtin_interfaces/Time in seconds."""
    return float(stamp.sec + stamp.nanosec * 1e-9)


def calibration_of(info: Any) -> Calibration:
    """Return the calibration of a sensor_msgs/CameraInfo whose depth is registered to colour."""
    k1, k2, p1, p2, k3 = (float(value) for value in [*info.d, 0.0, 0.0, 0.0, 0.0, 0.0][:5])
    k = info.k
    return Calibration(rgb=Intrinsics(info.width, info.height, k[0], k[4], k[2], k[5], (k1, k2, p1, p2, k3)))


def frame_of(index: int, color: Any, depth: Any, calibration: Calibration, received_s: float) -> FrameSet:
    """Return the frame set of a pair of images; the times are those of the camera, not of arrival."""
    color_s, depth_s = seconds(color.header.stamp), seconds(depth.header.stamp)
    return FrameSet(
        index,
        color_s,
        image_of(color),
        image_of(depth),
        0.001,
        None,
        calibration,
        STREAMS,
        times={"rgb": StreamTime(color_s, -1), "depth": StreamTime(depth_s, -1)},
        live_source=True,
        received_s=received_s,
    )


def stale_event(last: dict[str, Any], age_s: float) -> dict[str, Any]:
    """Return the object that takes back the last verdict."""
    return last | {"faces": [], "reasons": ["stale_frame"], "age_s": round(age_s, 3)}


def main() -> None:
    """Spin until Ctrl-C."""
    import rclpy
    from message_filters import ApproximateTimeSynchronizer, Subscriber
    from rclpy.node import Node
    from rclpy.qos import qos_profile_sensor_data
    from sensor_msgs.msg import CameraInfo, Image
    from std_msgs.msg import String

    class FasdemoNode(Node):  # type: ignore[misc]  # rclpy has no types
        """Judges the pairs as they come; a slow network drops pairs, because each queue holds one."""

        def __init__(self) -> None:
            super().__init__("fasdemo")
            self.engine: fasdemo.Engine | None = None
            self.calibration: Calibration | None = None
            self.index, self.judged_s, self.last = 0, 0.0, dict[str, Any]()
            self.out = self.create_publisher(String, "~/verdict", 1)
            self.create_subscription(CameraInfo, "info", self.on_info, qos_profile_sensor_data)
            images = [Subscriber(self, Image, name, qos_profile=qos_profile_sensor_data) for name in ("color", "depth")]
            self.pairs = ApproximateTimeSynchronizer(images, 2, MAX_SKEW_S)
            self.pairs.registerCallback(self.on_pair)
            self.create_timer(0.25, self.watch)

        def on_info(self, info: Any) -> None:
            calibration = calibration_of(info)
            if calibration != self.calibration:
                self.calibration = calibration
                size = (calibration.rgb.width, calibration.rgb.height)
                source = SourceInfo("ros2", "ros2", True, STREAMS, *size, 30.0, None, calibration)
                if self.engine is not None:
                    self.engine.close()
                self.engine = fasdemo.Engine.for_info(source)

        def on_pair(self, color: Any, depth: Any) -> None:
            received_s = time.monotonic()
            if self.engine is None or self.calibration is None:
                return
            try:
                result = self.engine.process(frame_of(self.index, color, depth, self.calibration, received_s))
            except ValueError as error:
                self.get_logger().error(str(error))
                return
            self.index, self.judged_s = self.index + 1, time.monotonic()
            self.last = result.to_json() | {"age_s": round(time.monotonic() - received_s, 3)}
            self.out.publish(String(data=json.dumps(self.last)))

        def watch(self) -> None:
            age_s = time.monotonic() - self.judged_s
            if self.last and age_s > STALE_S:
                self.out.publish(String(data=json.dumps(stale_event(self.last, age_s))))
                self.last = {}

    rclpy.init()
    node = FasdemoNode()
    try:
        rclpy.spin(node)
    except KeyboardInterrupt:
        pass
    finally:
        if node.engine is not None:
            node.engine.close()
        node.destroy_node()
        rclpy.try_shutdown()


if __name__ == "__main__":
    main()
