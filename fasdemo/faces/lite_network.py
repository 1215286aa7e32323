"""Run one of the networks of MediaPipe's face model with LiteRT (TensorFlow Lite), on one thread of the CPU.

MediaPipe's own graphs run the same networks, but take twice the processor time for the landmarks and 40 MB more.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from fasdemo.errors import UserError
from fasdemo.faces.native_stderr import without_native_chatter
from fasdemo.shared_libraries import missing_library

try:
    from ai_edge_litert.interpreter import Interpreter
except ImportError as error:
    raise missing_library(error) or error from error

Tensor = npt.NDArray[np.float32]
_STEP_BITS = 5
_STEPS = 1 << _STEP_BITS
"""Steps of a pixel to which positions are rounded, as in MediaPipe."""
_BLOCK = 64
"""Number of columns that OpenCV computes from one start, as its rounding depends on it."""
_NEGLIGIBLE = 1e-9


@dataclass(frozen=True, slots=True)
class Square:
    """A square in a picture.

    Attributes:
        x, y: its middle in pixels from the upper left corner of the picture.
        side: its side in pixels.
        angle: angle of its upper side in radians, clockwise.
    """

    x: float
    y: float
    side: float
    angle: float = 0.0


class LiteNetwork:
    """A network with one input, which is not thread-safe.

    Args:
        content: the .tflite file.
        name: what the network finds, for messages.

    Raises:
        UserError: the network cannot be started.
    """

    def __init__(self, content: bytes, name: str) -> None:
        self._name = name
        with without_native_chatter():
            try:
                self._interpreter: Any = Interpreter(model_content=content, num_threads=1)
                self._interpreter.allocate_tensors()
                (given,) = self._interpreter.get_input_details()
                self._input: int = given["index"]
                self._outputs: list[int] = [one["index"] for one in self._interpreter.get_output_details()]
                self.run(np.zeros(given["shape"], np.float32))
            except (RuntimeError, ValueError, OSError) as error:
                raise UserError(
                    f"LiteRT cannot start the network for {name} ({error}); run `fasdemo doctor` to check the "
                    "installation."
                ) from error

    def run(self, tensor: Tensor) -> list[Tensor]:
        """Return the outputs in the file's order.

        Raises:
            RuntimeError: the network is closed, or failed.
        """
        if self._interpreter is None:
            raise RuntimeError(f"the network for {self._name} is closed")
        self._interpreter.set_tensor(self._input, tensor)
        self._interpreter.invoke()
        return [self._interpreter.get_tensor(index) for index in self._outputs]

    def close(self) -> None:
        """Release the network; further calls do nothing."""
        self._interpreter = None


def square_tensor(rgb: npt.NDArray[np.uint8], square: Square, size: int, low: float, repeat_border: bool) -> Tensor:
    """Return a square of a picture as the input of a network, float32 (1, size, size, 3) in [low, 1].

    Args:
        rgb: uint8 (H, W, 3), no side above 32,767 pixels.
        square: a square, which may extend beyond the picture.
        size: side of the input.
        low: value of black, 0 or -1.
        repeat_border: whether pixels outside the picture are those of its border; else they are black.
    """
    x, y = (np.rint(steps).astype(np.int32) for steps in _positions(square, size))
    pixels = np.empty((size, size, 2), np.int16)
    pixels[..., 0], pixels[..., 1] = x >> _STEP_BITS, y >> _STEP_BITS
    weights = np.empty((size, size), np.uint16)
    weights[:] = (y & _STEPS - 1) << _STEP_BITS | x & _STEPS - 1
    border = cv2.BORDER_REPLICATE if repeat_border else cv2.BORDER_CONSTANT
    seen = cv2.remap(rgb, pixels, weights, cv2.INTER_LINEAR, borderMode=border)
    tensor = np.multiply(seen, np.float32((1.0 - low) / 255.0), dtype=np.float32)
    if low:
        tensor += np.float32(low)
    return tensor[None]


def _positions(square: Square, size: int) -> Iterator[npt.NDArray[np.floating]]:
    """Yield x and y of each pixel of a network's input in steps of the picture, (size, size) or broadcast to it.

    They are computed in the same order as in MediaPipe and its OpenCV. With another order, halves of a step would be
    rounded to the other side, which moves a detection by up to half a pixel.
    """
    x, y, side = np.float32(square.x), np.float32(square.y), np.float32(square.side)
    up = np.float32(math.sin(square.angle)) * np.float32(0.5) * side
    across = np.float32(math.cos(square.angle)) * np.float32(0.5) * side
    lower, upper = (x - up - across, y + across - up), (x + up - across, y - across - up)
    others = [(2 * x - at[0], 2 * y - at[1]) for at in (lower, upper)]
    source = np.array([[0, size], [0, 0], [size, 0], [size, size]], np.float32)
    matrix = cv2.invert(cv2.getPerspectiveTransform(np.array([lower, upper, *others], np.float32), source))[1]
    columns = np.arange(size)
    inner = columns % _BLOCK
    for along_x, along_y, start in matrix[:2]:
        scale = _STEPS / matrix[2, 2]
        if abs(along_y) < _NEGLIGIBLE:
            yield (along_x * (columns - inner) + start + along_x * inner) * scale
        elif abs(along_x) < _NEGLIGIBLE:
            yield ((along_y * columns + start) * scale)[:, None]
        else:
            # With a rotation, halves are rare, and float32 is much faster.
            of_column, of_row = along_x * scale * columns, (along_y * columns + start) * scale
            yield of_column.astype(np.float32) + of_row.astype(np.float32)[:, None]
