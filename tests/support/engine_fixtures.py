"""An engine whose faces and scores a test decides, and everything else is real."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from fasdemo.engine.engine import Engine
from fasdemo.engine.policy import Policy
from fasdemo.faces.face import Face
from fasdemo.faces.tracker import Track, Tracker
from fasdemo.models.card import CropSpec, ModelCard, OutputSpec
from fasdemo.models.crop import FaceCrops
from fasdemo.models.predictor import Prediction
from tests.support.onnx_fixtures import make_card
from tests.support.scenes import Pose, true_face

CARD = make_card(
    ("rgb", "depth", "ir"),
    name="scripted",
    input_size=64,
    crop=CropSpec(),
    outputs=(OutputSpec(name="logits", classes=2, live_index=1),),
)
RGB_CARD = make_card(
    ("rgb",), name="scripted-rgb", input_size=64, outputs=(OutputSpec(name="logits", classes=2, live_index=1),)
)


class ScriptedFinder:
    """Real tracking of given faces."""

    def __init__(self, faces: Sequence[Face] | None = None) -> None:
        self.faces: Sequence[Face] = [true_face(Pose())] if faces is None else faces
        self.tracker = Tracker()
        self.closed = False

    def find(self, rgb: np.ndarray, timestamp_s: float, still: bool = False, busy: bool = False) -> list[Track]:
        return self.tracker.update(list(self.faces), timestamp_s)

    def find_in_crop(self, crop: np.ndarray) -> Face | None:
        """The astronaut's face where the template puts it, as long as there is any light."""
        if crop.mean() < 10:
            return None
        size = crop.shape[0]
        points = np.array([[0.36, 0.40], [0.64, 0.40], [0.50, 0.57], [0.50, 0.69], [0.2, 0.45], [0.8, 0.45]]) * size
        return Face((0.2 * size, 0.2 * size, 0.6 * size, 0.6 * size), 0.9, points.astype(np.float32))

    def reset(self) -> None:
        self.tracker.reset()

    def close(self) -> None:
        self.closed = True


class ScriptedScorer:
    """A model whose answer is a number, or a function of the crops."""

    sha256 = "0" * 64
    provider = "CPU"
    warnings: tuple[str, ...] = ()

    def __init__(
        self, score: float | Callable[[FaceCrops], float | None] | None = 0.99, card: ModelCard = CARD
    ) -> None:
        self.score = score
        self.card = card
        self.closed = False

    def predict(self, crops: list[FaceCrops]) -> list[Prediction]:
        result = []
        for crop in crops:
            score = self.score(crop) if callable(self.score) else self.score
            if score is None:
                result.append(Prediction(None, None, error="the test says so"))
            else:
                bounded = float(np.clip(score, 1e-6, 1 - 1e-6))
                result.append(Prediction(score, float(np.log(bounded / (1 - bounded)))))
        return result

    def close(self) -> None:
        self.closed = True


def make_engine(
    score: float | Callable[[FaceCrops], float | None] | None = 0.99,
    policy: Policy | str | None = None,
    faces: Sequence[Face] | None = None,
    card: ModelCard = CARD,
) -> Engine:
    return Engine(ScriptedScorer(score, card), ScriptedFinder(faces), policy)
