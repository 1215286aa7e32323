"""The RGB model of another project on the same pictures, cropped as its authors crop."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from fasdemo.errors import UserError
from fasdemo.faces.detector import FaceDetector
from fasdemo.faces.face import Face
from fasdemo.models.card import CropSpec, InputSpec, ModelCard, OutputSpec, Threshold
from fasdemo.models.crop import FaceCrops, face_transform, warp
from fasdemo.models.model_file import ModelFile
from trainer.data.faces import Sample

CARD = ModelCard(
    name="minifas128",
    architecture="MiniFAS",
    input_size=128,
    inputs=(InputSpec(name="input", modality="rgb", channels=3, mean=(0.0,), std=(1.0,)),),
    crop=CropSpec(template="box-v1", scale=1.5),
    outputs=(OutputSpec(name="output", classes=2, live_index=0),),
    thresholds={"argmax": Threshold(live_above=0.5, spoof_below=0.5, rule="argmax", data="none")},
    default_policy="argmax",
    training_data="CelebA-Spoof, says its author",
)
"""MiniFAS of JoeyCollado/face-antispoof-onnx: RGB on [0, 1], 1.5 times the face's box, live first."""

_BORDER = 96
"""Pixels of reflected border on every side of a stored crop."""
_NEAR = (0.30, 0.28, 0.40, 0.44)
"""Where a stored crop shows the face: x, y, width and height of its side, eyes and mouth being where the template
puts them."""


class PeerCutter:
    """Cuts what the peer expects out of stored crops.

    Attributes:
        cut: samples so far.
        without_face: those in which the detector found no face and the median box of the others stood in.
    """

    def __init__(self, detector: FaceDetector, card: ModelCard = CARD) -> None:
        self._detector, self._card = detector, card
        self._boxes: list[tuple[float, float, float, float]] = []
        self.cut = self.without_face = 0

    def __call__(self, pictures: Sample) -> FaceCrops:
        """One sample, cut as `fasdemo.models.crop.crop_face` cuts for a `box-v1` card, but with reflected borders."""
        rgb = pictures.rgb
        assert rgb is not None
        self.cut += 1
        side = rgb.shape[0]
        x, y, width, height = (part * side for part in _NEAR)
        face = self._detector.detect_near(np.ascontiguousarray(rgb), (x, y, width, height))
        if face is None:
            self.without_face += 1
            box = (x, y, width, height) if not self._boxes else tuple(np.median(self._boxes, axis=0).tolist())
            face = Face(box, 0.0, np.zeros((6, 2), np.float32))
        else:
            self._boxes.append(face.box)
        shifted = replace(face, box=(face.box[0] + _BORDER, face.box[1] + _BORDER, face.box[2], face.box[3]))
        wide = cv2.copyMakeBorder(rgb, _BORDER, _BORDER, _BORDER, _BORDER, cv2.BORDER_REFLECT_101)
        to_crop = face_transform(shifted, self._card.crop, self._card.input_size)
        cut = warp(wide, to_crop, self._card.input_size).astype(np.uint8)
        return FaceCrops(cut, None, None, 0.0, to_crop)


def read_peer(path: Path, card: ModelCard = CARD) -> ModelFile:
    """The peer's file, which has no card of its own.

    Raises:
        UserError: it cannot be read.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UserError(f"--peer {path}: cannot be read ({error.strerror}); give MiniFAS's ONNX file.") from None
    return ModelFile(path, content, hashlib.sha256(content).hexdigest(), card)
