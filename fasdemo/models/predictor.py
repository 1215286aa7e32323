"""Run a network on face crops and read its outputs as described by the model card."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt
import onnxruntime as ort

from fasdemo.errors import UserError
from fasdemo.frames import STREAMS, Stream
from fasdemo.models.card import Head, ModelCard, OutputSpec
from fasdemo.models.crop import FaceCrops
from fasdemo.models.encode import Tensor, encode_batch
from fasdemo.models.log_odds import sigmoid
from fasdemo.models.model_file import ModelFile, read_model
from fasdemo.models.providers import CPU, fallback_sentence, short, wanted

MAX_MARGIN = 20.0
"""Limit of the margin: sigmoid(20) differs from 1 by only 2e-9."""
WITHOUT_RGB: Head = "fused_without_rgb"
_SUM_TOLERANCE = 0.01


@dataclass(frozen=True, slots=True)
class Prediction:
    """The network's prediction for one face.

    Attributes:
        score: calibrated probability of a live face, in [0, 1]; None if the network failed.
        margin: log(p / (1 - p)) before calibration; None if the network failed.
        per_modality: uncalibrated probability of a live face from each stream's own head.
        score_without_rgb: calibrated score of depth and infrared only, if the network accepts missing streams and all
            three streams are present; else None.
        error: reason why there is no score, for the log; None if there is a score.
    """

    score: float | None
    margin: float | None
    per_modality: dict[Stream, float] = field(default_factory=dict)
    score_without_rgb: float | None = None
    error: str | None = None


class Predictor:
    """A loaded model; a context manager that is not thread-safe.

    Args:
        model: path of an ONNX file, or the result of `read_model`.
        device: `cpu`, `cuda`, or `auto` for the fastest installed provider.
        threads: threads of the CPU provider per operator.

    Raises:
        UserError: the file cannot be used, see `fasdemo.models.model_file.read_model`, or its card does not match
            its graph.
    """

    def __init__(self, model: Path | str | ModelFile, device: str = "auto", threads: int = 1) -> None:
        self._file = model if isinstance(model, ModelFile) else read_model(Path(model))
        self._threads = threads
        self._warnings: list[str] = []
        providers = wanted(device)
        self._session: ort.InferenceSession | None = self._start(providers)
        sentence = fallback_sentence(device, providers, self._session.get_providers())
        if sentence is not None:
            self._warnings.append(sentence)
        self._check_graph(self._session)
        self._output_names = [output.name for output in self.card.outputs]
        self._batches = self._trial_runs()

    @property
    def card(self) -> ModelCard:
        """The model card."""
        return self._file.card

    @property
    def sha256(self) -> str:
        """Hash of the ONNX file."""
        return self._file.sha256

    @property
    def path(self) -> Path:
        """Path of the model file."""
        return self._file.path

    @property
    def provider(self) -> str:
        """Display name of the device that runs the network, e.g. `CPU` or `CUDA`."""
        return "closed" if self._session is None else short(self._session.get_providers()[0])

    @property
    def warnings(self) -> tuple[str, ...]:
        """Messages for the user, e.g. that the network runs on the CPU instead of CUDA."""
        return tuple(self._warnings)

    def predict(self, crops: Sequence[FaceCrops]) -> list[Prediction]:
        """Return the predictions for the faces of one frame, in the same order.

        A failure of the network does not raise: after an error, a NaN or a wrong shape, the prediction has no score.
        """
        if not crops:
            return []
        size = self.card.input_size
        wrong = [
            crop for crop in crops if any(part is not None and part.shape[:2] != (size, size) for part in _parts(crop))
        ]
        if wrong:
            return [_failed(f"a crop is not {size} x {size}")] * len(crops)
        try:
            if self._batches or len(crops) == 1:
                return self._judge(crops)
            return [self._judge([crop])[0] for crop in crops]
        except ValueError as error:
            return [_failed(str(error))] * len(crops)

    def close(self) -> None:
        """Release the session; further calls do nothing."""
        self._session = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _judge(self, crops: Sequence[FaceCrops]) -> list[Prediction]:
        # A graph without an output for the score without colour runs these faces a second time in the same call.
        twice = self._batches and not any(output.head == WITHOUT_RGB for output in self.card.outputs)
        again = [row for row, crop in enumerate(crops) if twice and _also_without_rgb(self.card, crop)]
        everything = [*crops, *(replace(crops[row], rgb=None) for row in again)]
        feed = encode_batch(everything, self.card)
        try:
            outputs = self.run(feed)
        except Exception as error:  # ONNX Runtime raises its own classes, without a common base
            return [_failed(f"the network failed: {error}")] * len(crops)
        found = self.read(outputs, everything)
        predictions = found[: len(crops)]
        for row, without in zip(again, found[len(crops) :], strict=True):
            if without.score is None:
                predictions[row] = _failed(without.error or "no score without colour")
            else:
                predictions[row] = replace(predictions[row], score_without_rgb=without.score)
        return predictions

    def run(self, feed: dict[str, Tensor]) -> list[npt.NDArray[np.float32]]:
        """Run the graph and return its outputs in the card's order.

        Args:
            feed: inputs of the graph, from `encode_batch`.

        Raises:
            Exception: an error of ONNX Runtime, whose exceptions have no common base class.
        """
        if self._session is None:
            raise RuntimeError("the predictor is closed")
        try:
            return list(self._session.run(self._output_names, feed))
        except Exception:
            if self._session.get_providers() == [CPU]:
                raise
            self._warnings.append(f"{self.provider} failed, so the network now runs on the CPU.")
            self._session = self._start([CPU])
            return list(self._session.run(self._output_names, feed))

    def read(self, outputs: Sequence[npt.NDArray[np.floating]], crops: Sequence[FaceCrops]) -> list[Prediction]:
        """Return the predictions for these faces from the outputs of `run`."""
        return read_outputs(outputs, self.card, crops)

    def _start(self, providers: list[str]) -> ort.InferenceSession:
        options = ort.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
        # Errors are reported as exceptions and by get_providers(), so ONNX Runtime must not write to standard error.
        options.log_severity_level = 4
        try:
            return ort.InferenceSession(self._file.content, options, providers=providers)
        except Exception as error:
            if providers != [CPU]:
                return self._start([CPU])
            reason = str(error).splitlines()[0][:200]
            raise UserError(f"{self.path} cannot be run by ONNX Runtime ({reason}); export it again.") from error

    def _check_graph(self, session: ort.InferenceSession) -> None:
        """Raise UserError unless the card has exactly the graph's inputs and outputs, with matching shapes."""
        size = self.card.input_size
        expected: dict[str, tuple[int, ...]] = {spec.name: (spec.channels, size, size) for spec in self.card.inputs}
        if self.card.presence_input is not None:
            expected[self.card.presence_input] = (len(self.card.inputs),)
        graph = {item.name: item for item in session.get_inputs()}
        if set(graph) != set(expected):
            raise self._misfit(f"the graph's inputs are {_names(graph)}, but the card has {_names(expected)}")
        for name, wants in expected.items():
            if graph[name].type != "tensor(float)":
                raise self._misfit(f"input {name} is {graph[name].type}, but must be tensor(float)")
            if not _fits(graph[name].shape, wants):
                raise self._misfit(f"input {name} has shape {graph[name].shape}, but the card has (N, {_list(wants)})")
        results = {item.name: item for item in session.get_outputs()}
        for output in self.card.outputs:
            if output.name not in results:
                raise self._misfit(f"the graph has no output {output.name}; it has {_names(results)}")
            shape = results[output.name].shape
            if not _fits(shape, (output.classes,)):
                raise self._misfit(f"output {output.name} has shape {shape}, but the card has (N, {output.classes})")

    def _trial_runs(self) -> bool:
        """Run the network on noise and return whether the graph accepts two faces at once.

        Raises:
            UserError: the network fails, or its outputs do not match the card.
        """
        assert self._session is not None
        size = self.card.input_size
        feed: dict[str, Tensor] = {
            spec.name: np.random.default_rng(0).standard_normal((2, spec.channels, size, size)).astype(np.float32)
            for spec in self.card.inputs
        }
        if self.card.presence_input is not None:
            feed[self.card.presence_input] = np.ones((2, len(self.card.inputs)), np.float32)
        single = {name: tensor[:1] for name, tensor in feed.items()}
        try:
            outputs = self._session.run(self._output_names, single)
        except Exception as error:
            raise self._misfit(f"a test run fails: {str(error).splitlines()[0][:200]}") from error
        for output, values in zip(self.card.outputs, outputs, strict=True):
            problem = _problem(np.asarray(values), output, 1)
            if problem is not None:
                raise self._misfit(problem)
            row = np.asarray(values, np.float64)
            if output.kind == "logits" and output.classes > 1 and row.min() >= 0 and abs(row.sum() - 1) < 1e-4:
                raise self._misfit(f"output {output.name} is a softmax, but the card has logits")
        try:
            both = self._session.run(self._output_names, feed)
        except Exception:
            return False
        # A graph with a fixed batch size may run, but mix the results of the faces.
        return all(
            np.shape(two) == (2, output.classes) and np.allclose(one, np.asarray(two)[:1], rtol=1e-2, atol=1e-3)
            for output, one, two in zip(self.card.outputs, outputs, both, strict=True)
        )

    def _misfit(self, what: str) -> UserError:
        return UserError(f"{self.path}: the model card does not match the graph: {what}; re-export the model.")


def read_outputs(
    outputs: Sequence[npt.NDArray[np.floating]], card: ModelCard, crops: Sequence[FaceCrops]
) -> list[Prediction]:
    """Return predictions from the graph's outputs in the card's order; softmax is applied to logits only."""
    if len(outputs) != len(card.outputs):
        return [_failed(f"the network has {len(outputs)} outputs, but the card has {len(card.outputs)}")] * len(crops)
    for output, values in zip(card.outputs, outputs, strict=True):
        problem = _problem(np.asarray(values), output, len(crops))
        if problem is not None:
            return [_failed(problem)] * len(crops)
    result = []
    for row, crop in enumerate(crops):
        margins = {
            output.head: margin(np.asarray(values)[row], output)
            for output, values in zip(card.outputs, outputs, strict=True)
        }
        present = present_streams(crop)
        heads: dict[Stream, float] = {
            spec.modality: float(sigmoid(margins[spec.modality]))
            for spec in card.inputs
            if spec.modality in margins and spec.modality in present
        }
        fused = margins["fused"]
        without = None
        if WITHOUT_RGB in margins and _also_without_rgb(card, crop):
            without = calibrated(margins[WITHOUT_RGB], card, present - {"rgb"})
        result.append(Prediction(calibrated(fused, card, present), fused, heads, without))
    return result


def present_streams(crop: FaceCrops) -> frozenset[Stream]:
    """Return the streams that have a crop."""
    given: dict[Stream, object] = {"rgb": crop.rgb, "depth": crop.depth_mm, "ir": crop.ir}
    return frozenset(name for name, part in given.items() if part is not None)


def margin(values: npt.NDArray[np.floating], output: OutputSpec) -> float:
    """Return log(p_live / (1 - p_live)) of one output row (classes,), limited to +-`MAX_MARGIN`."""
    # For rows of two or three values, plain numbers take a third of the time of NumPy arrays.
    row = [float(value) for value in values]
    live = row[output.live_index]
    if output.kind == "probabilities":
        live = min(max(live, 1e-9), 1 - 1e-9)
        value = math.log(live / (1.0 - live))
    elif output.classes == 1:
        value = live
    else:
        others = row[: output.live_index] + row[output.live_index + 1 :]
        top = max(others)
        value = live - top - math.log(sum(math.exp(other - top) for other in others))
    return min(max(value, -MAX_MARGIN), MAX_MARGIN)


def calibrated(value: float, card: ModelCard, present: frozenset[Stream]) -> float:
    """Return the calibrated score of a margin, with the Platt scaling of the present streams."""
    subset = "+".join(name for name in card.modalities if name in present)
    calibration = card.subset_calibration.get(subset, card.calibration)
    return float(sigmoid(calibration.scale * value + calibration.bias))


def _also_without_rgb(card: ModelCard, crop: FaceCrops) -> bool:
    return present_streams(crop) >= set(STREAMS) <= set(card.modalities) and card.accepts(frozenset({"depth", "ir"}))


def _problem(values: npt.NDArray[np.floating], output: OutputSpec, rows: int) -> str | None:
    if values.shape != (rows, output.classes):
        return f"output {output.name} has shape {values.shape}, but must have {(rows, output.classes)}"
    if not all(map(math.isfinite, values.ravel().tolist())):
        return f"output {output.name} is not finite"
    if output.kind == "probabilities":
        outside = values.min() < -_SUM_TOLERANCE or values.max() > 1 + _SUM_TOLERANCE
        if outside or (output.classes > 1 and np.abs(values.sum(axis=1) - 1).max() > _SUM_TOLERANCE):
            return f"output {output.name} is not a probability distribution"
    return None


def _parts(crop: FaceCrops) -> list[npt.NDArray[np.generic] | None]:
    return [crop.rgb, crop.depth_mm, crop.ir]


def _failed(reason: str) -> Prediction:
    return Prediction(score=None, margin=None, error=reason)


def _fits(actual: Sequence[object], expected: tuple[int, ...]) -> bool:
    """Return whether a graph's shape, with names for free dimensions, is (N, *expected)."""
    if len(actual) != len(expected) + 1:
        return False
    return all(not isinstance(a, int) or a == e for a, e in zip(list(actual)[1:], expected, strict=True))


def _names(items: object) -> str:
    return ", ".join(sorted(items)) if isinstance(items, dict) else str(items)


def _list(values: tuple[int, ...]) -> str:
    return ", ".join(map(str, values))
