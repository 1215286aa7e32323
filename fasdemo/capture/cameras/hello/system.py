"""The functions of the operating system that a Windows Hello camera needs, so that other systems can be added.

Linux uses sysfs and V4L2. On Windows, Media Foundation would provide the same: `MFEnumDeviceSources` lists the sensors,
`KSPROPERTY_CAMERACONTROL_EXTENDED_FACEAUTH_MODE` selects alternating illumination, and the sample attribute
`MF_CAPTURE_METADATA_FRAME_ILLUMINATION` distinguishes lit from dark frames. It is not implemented.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from fasdemo.capture.cameras.hello.node import FfmpegNode, Kind, Node
from fasdemo.capture.cameras.hello.pairs import SYSFS, HelloPair, list_pairs
from fasdemo.capture.cameras.v4l2 import VideoNode, list_nodes
from fasdemo.errors import UserError


class HelloSystem(Protocol):
    """The pairs of cameras of one computer."""

    def nodes(self) -> list[VideoNode]:
        """Return all video nodes."""
        ...

    def pairs(self, nodes: list[VideoNode]) -> list[HelloPair]:
        """Return the pairs among the nodes."""
        ...

    def open_node(self, node: VideoNode, kind: Kind) -> Node:
        """Open a node.

        Raises:
            DeviceError: it cannot be opened, or does not deliver this kind of images.
        """
        ...


@dataclass(frozen=True, slots=True)
class LinuxSystem:
    """Sysfs and V4L2.

    Attributes:
        sysfs: folder of the video nodes.
        list_nodes: returns the video nodes.
        opener: opens a node.
    """

    sysfs: Path = SYSFS
    list_nodes: Callable[[], list[VideoNode]] = list_nodes
    opener: Callable[[VideoNode, Kind], Node] = FfmpegNode

    def nodes(self) -> list[VideoNode]:
        """Return all video nodes."""
        return self.list_nodes()

    def pairs(self, nodes: list[VideoNode]) -> list[HelloPair]:
        """Return the pairs among the nodes."""
        return list_pairs(nodes, self.sysfs)

    def open_node(self, node: VideoNode, kind: Kind) -> Node:
        """Open a node; see `HelloSystem`."""
        return self.opener(node, kind)


def this_system(platform: str = sys.platform) -> HelloSystem:
    """Return the interface of this operating system.

    Raises:
        UserError: Windows Hello cameras cannot be used on it.
    """
    if platform.startswith("linux"):
        return LinuxSystem()
    raise UserError(
        "hello: colour and infrared of Windows Hello cameras can be used on Linux only; "
        "on this system, choose webcam:N or realsense."
    )
