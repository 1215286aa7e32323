"""Read the detections of BlazeFace (short range), MediaPipe's face detector, from the outputs of its network.

The network gives a confidence and the position of a box and six key points relative to each of 896 fixed points.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from fasdemo.faces.lite_network import LiteNetwork, Square, Tensor, square_tensor

_SIZE = 128
_GRIDS = ((16, 2), (8, 6))
"""Side of each grid of fixed points, and number of boxes at each of its points."""
_SAME_FACE_IOU = 0.3
_KEYPOINTS = 6

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Detection:
    """A face as one pass of the network found it.

    Attributes:
        score: confidence in [0, 1].
        box: left, top, right and bottom, (4,), in pixels of the picture, whose upper left corner is (0, 0).
        keypoints: (6, 2), in the same unit, order `fasdemo.faces.face.KEYPOINTS`.
    """

    score: float
    box: Floats
    keypoints: Floats


def detections(network: LiteNetwork, rgb: npt.NDArray[np.uint8], min_confidence: float) -> list[Detection]:
    """Return the faces in a picture, most confident first.

    Args:
        network: the network of `face_detector.tflite`.
        rgb: uint8 (H, W, 3); it is reduced to 128 x 128 pixels, and what is missing to a square is black.
        min_confidence: minimum confidence.
    """
    height, width = rgb.shape[:2]
    side = max(height, width)
    left, top = (width - side) / 2, (height - side) / 2
    square = Square(width / 2, height / 2, side)
    places, logits = network.run(square_tensor(rgb, square, _SIZE, -1.0, repeat_border=False))
    corner = np.array([left, top], np.float32)
    return [
        Detection(score, box * side + np.tile(corner, 2), points * side + corner)
        for score, box, points in _merged(*_found(places[0], logits[0, :, 0], min_confidence))
    ]


def _found(places: Tensor, logits: Tensor, min_confidence: float) -> tuple[Floats, Floats, Floats]:
    """Return confidence (K,), box (K, 4) and key points (K, 6, 2) in a unit square, most confident first."""
    kept = np.flatnonzero(logits >= np.log(min_confidence / (1.0 - min_confidence)))
    kept = kept[np.argsort(-logits[kept], kind="stable")]
    scores = 1.0 / (1.0 + np.exp(-logits[kept]))
    values, at = places[kept] / np.float32(_SIZE), _anchors()[kept]
    centre, half = values[:, :2] + at, values[:, 2:4] / 2
    points = values[:, 4:].reshape(-1, _KEYPOINTS, 2) + at[:, None]
    boxes = np.concatenate([centre - half, centre + half], axis=1)
    return scores.astype(np.float32), boxes.astype(np.float32), points.astype(np.float32)


def _merged(scores: Floats, boxes: Floats, points: Floats) -> list[tuple[float, Floats, Floats]]:
    """Replace overlapping detections by their mean, weighted by confidence; the highest confidence is kept."""
    result = []
    while len(scores):
        near = _overlap(boxes[0], boxes) > _SAME_FACE_IOU
        near[0] = True
        weights = scores[near] / scores[near].sum()
        result.append((float(scores[0]), weights @ boxes[near], np.tensordot(weights, points[near], 1)))
        scores, boxes, points = scores[~near], boxes[~near], points[~near]
    return result


def _overlap(box: Floats, others: Floats) -> Floats:
    """Return the intersection over union of a box, (4,), with others, (K, 4)."""
    shared = np.prod(np.maximum(np.minimum(box[2:], others[:, 2:]) - np.maximum(box[:2], others[:, :2]), 0.0), axis=1)
    area, areas = np.prod(box[2:] - box[:2]), np.prod(others[:, 2:] - others[:, :2], axis=1)
    return np.asarray(shared / np.maximum(area + areas - shared, 1e-9), np.float32)


@cache
def _anchors() -> Floats:
    """Return the fixed points in a unit square, (896, 2)."""
    grids = []
    for side, boxes in _GRIDS:
        along = (np.arange(side, dtype=np.float32) + np.float32(0.5)) / np.float32(side)
        x, y = np.meshgrid(along, along)
        grids.append(np.repeat(np.stack([x.ravel(), y.ravel()], axis=1), boxes, axis=0))
    return np.concatenate(grids)
