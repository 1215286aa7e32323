"""RGB model of another project (MiniFAS), fed with the crops of its authors."""

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
from fasdemo.models.crop import FaceCrops, face_transform
from fasdemo.models.model_file import ModelFile
from fasdemo.models.warp import warp
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
"""Card of MiniFAS (JoeyCollado/face-antispoof-onnx): RGB in [0, 1], 1.5 times the box of the face, live first."""

_BORDER_PX = 96
"""Reflected border on every side of a stored crop."""
_FACE_BOX = (0.30, 0.28, 0.40, 0.44)
"""Box of the face in a stored crop: x, y, width and height as shares of its side, from the template's keypoints."""


class PeerCutter:
    """Callable that cuts the peer's crop from a stored crop.

    Attributes:
        cut: number of samples so far.
        without_face: number of samples without a detected face, for which the median box of the others was used.
    """

    def __init__(self, detector: FaceDetector, card: ModelCard = CARD) -> None:
        self._detector, self._card = detector, card
        self._boxes: list[tuple[float, float, float, float]] = []
        self.cut = self.without_face = 0

    def __call__(self, pictures: Sample) -> FaceCrops:
        """Cut one sample as `fasdemo.models.crop.crop_face` does for a `box-v1` card, but with reflected borders."""
        rgb = pictures.rgb
        assert rgb is not None
        self.cut += 1
        side = rgb.shape[0]
        x, y, width, height = (part * side for part in _FACE_BOX)
        face = self._detector.detect_near(np.ascontiguousarray(rgb), (x, y, width, height))
        if face is None:
            self.without_face += 1
            box = (x, y, width, height) if not self._boxes else tuple(np.median(self._boxes, axis=0).tolist())
            face = Face(box, 0.0, np.zeros((6, 2), np.float32))
        else:
            self._boxes.append(face.box)
        shifted = replace(face, box=(face.box[0] + _BORDER_PX, face.box[1] + _BORDER_PX, face.box[2], face.box[3]))
        wide = cv2.copyMakeBorder(rgb, _BORDER_PX, _BORDER_PX, _BORDER_PX, _BORDER_PX, cv2.BORDER_REFLECT_101)
        to_crop = face_transform(shifted, self._card.crop, self._card.input_size)
        cut = warp(wide, to_crop, self._card.input_size).astype(np.uint8)
        return FaceCrops(cut, None, None, 0.0, to_crop)


def read_peer(path: Path, card: ModelCard = CARD) -> ModelFile:
    """Read the peer's file, which has no card inside.

    Raises:
        UserError: the file cannot be read.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror}); give the ONNX file of MiniFAS.") from None
    return ModelFile(path, content, hashlib.sha256(content).hexdigest(), card)
