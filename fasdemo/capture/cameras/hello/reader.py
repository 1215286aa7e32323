"""Read both nodes of a pair in two threads, so that neither waits for the other."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

from fasdemo.capture.cameras.hello.lamp import InfraredFrame, as_ir
from fasdemo.capture.cameras.hello.node import Node, NodeImage
from fasdemo.capture.cameras.supervisor import DeviceError

_KEPT_COLOR = 16
"""Colour images that wait for their infrared image: half a second at 30 frames per second."""
_KEPT_INFRARED = 8
"""Infrared images that wait for processing; older ones are dropped, so that the delay cannot grow."""
_READ_S = 0.1
_JOIN_S = 1.0


class PairReader:
    """Two threads that read the two nodes of a pair.

    Args:
        color, infrared: the open nodes; they are closed by their threads.
        name: name of the device, for the threads.
    """

    def __init__(self, color: Node, infrared: Node, name: str) -> None:
        self._arrived = threading.Condition()
        self._stopping = threading.Event()
        self._color: deque[NodeImage] = deque(maxlen=_KEPT_COLOR)
        self._infrared: deque[InfraredFrame] = deque(maxlen=_KEPT_INFRARED)
        self._error = ""
        self._threads = [
            threading.Thread(target=self._run, args=(node, put), name=f"{kind} {name}", daemon=True)
            for node, put, kind in (
                (color, self._put_color, "colour"),
                (infrared, self._put_infrared, "infrared"),
            )
        ]

    def start(self) -> None:
        """Begin reading."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End the threads and release the nodes."""
        self._stopping.set()
        with self._arrived:
            self._arrived.notify_all()
        for thread in self._threads:
            thread.join(_JOIN_S)

    def next_infrared(self, timeout_s: float) -> InfraredFrame | None:
        """Return the next infrared image; None after the timeout.

        Raises:
            DeviceError: one of the nodes has failed.
        """
        with self._arrived:
            self._arrived.wait_for(lambda: self._infrared or self._error or self._stopping.is_set(), timeout_s)
            if self._error:
                raise DeviceError(self._error)
            return self._infrared.popleft() if self._infrared else None

    def color_near(self, timestamp_s: float, max_skew_s: float, timeout_s: float) -> NodeImage | None:
        """Return the colour image whose time is nearest; None if none is within `max_skew_s`.

        It waits up to `timeout_s` for an image that is not earlier, because that one can be nearer. The images before
        the returned one are dropped.
        """
        with self._arrived:
            self._arrived.wait_for(
                lambda: (
                    (self._color and self._color[-1].timestamp_s >= timestamp_s)
                    or self._error
                    or self._stopping.is_set()
                ),
                timeout_s,
            )
            if not self._color:
                return None
            nearest = min(self._color, key=lambda image: abs(image.timestamp_s - timestamp_s))
            if abs(nearest.timestamp_s - timestamp_s) > max_skew_s:
                return None
            while self._color[0] is not nearest:
                self._color.popleft()
            return nearest

    def _put_color(self, image: NodeImage) -> None:
        with self._arrived:
            self._color.append(image)
            self._arrived.notify_all()

    def _put_infrared(self, image: NodeImage) -> None:
        frame = InfraredFrame(as_ir(image.decode()), image.timestamp_s)
        with self._arrived:
            self._infrared.append(frame)
            self._arrived.notify_all()

    def _run(self, node: Node, put: Callable[[NodeImage], None]) -> None:
        message = ""
        try:
            while not self._stopping.is_set():
                image = node.read(_READ_S)
                if image is not None:
                    put(image)
        except DeviceError as error:
            message = str(error)
        except Exception as error:
            message = f"the camera could not be read ({type(error).__name__}: {error})."
        finally:
            node.close()
            if message:
                with self._arrived:
                    self._error = self._error or message
                    self._arrived.notify_all()
