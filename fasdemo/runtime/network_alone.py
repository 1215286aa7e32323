"""Rate whole pictures with the network alone, without face detection, physical evidence or evidence over time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from fasdemo.engine.policy import Policy, thresholds
from fasdemo.engine.reasons import Reason
from fasdemo.engine.result import Status
from fasdemo.engine.temporal.sequential_test import judge_still
from fasdemo.errors import UserError
from fasdemo.frames import Stream
from fasdemo.models.card import ModelCard
from fasdemo.models.predictor import Predictor
from fasdemo.models.registry import find_model
from fasdemo.models.whole_picture import whole_crops


@dataclass(frozen=True, slots=True)
class NetworkAnswer:
    """The result for one capture.

    Attributes:
        status: SPOOF below the policy's limit, else UNCERTAIN; never LIVE, because only the network was used.
        score: calibrated probability of a live face; None if the network failed.
        above_threshold: whether the score is above the policy's threshold for LIVE.
        reasons: the reasons for the status.
    """

    status: Status
    score: float | None
    above_threshold: bool
    reasons: tuple[Reason, ...]


class NetworkAlone:
    """A model for whole pictures; a context manager.

    Args:
        model: name of a shipped model or path of an ONNX file.
        device: `auto`, `cpu` or `cuda`.
        policy: name of a policy of the model's card; None for its default.

    Raises:
        UserError: the model or the policy cannot be used.
    """

    def __init__(self, model: str, device: str = "auto", policy: str | None = None) -> None:
        self._predictor = Predictor(find_model(model), device)
        try:
            self.policy, self._threshold = thresholds(self.card, Policy(threshold=policy))
        except BaseException:
            self._predictor.close()
            raise

    @property
    def card(self) -> ModelCard:
        """The model's card."""
        return self._predictor.card

    @property
    def sha256(self) -> str:
        """Hash of the model file."""
        return self._predictor.sha256

    def judge(self, pictures: Mapping[Stream, npt.NDArray[Any]], depth_scale: float = 0.001) -> NetworkAnswer:
        """Return the result for the pictures of one capture, see `fasdemo.models.whole_picture.whole_crops`.

        Raises:
            UserError: depth has 8 bits, but the model needs millimetres.
        """
        depth = pictures.get("depth")
        encoding = next((spec.depth_encoding for spec in self.card.inputs if spec.modality == "depth"), None)
        if depth is not None and depth.dtype == np.uint8 and encoding != "casia-surf-8bit":
            raise UserError(
                f"the depth picture has 8 bits, which cannot store the millimetres that {self.card.name} needs; give a "
                "16-bit picture, or a model whose card has the depth encoding casia-surf-8bit."
            )
        prediction = self._predictor.predict([whole_crops(pictures, self.card, depth_scale)])[0]
        status, reasons = judge_still(prediction.score, (Reason.NETWORK_ALONE,), self._threshold)
        above = status is Status.LIVE
        return NetworkAnswer(
            Status.UNCERTAIN if above else status, prediction.score, above, (*reasons, Reason.NETWORK_ALONE)
        )

    def close(self) -> None:
        """Release the model; further calls do nothing."""
        self._predictor.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
