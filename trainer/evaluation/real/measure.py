"""Scores of one model on real captures, at its own threshold, and verdicts of the whole engine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from fasdemo.capture.source import SourceInfo
from fasdemo.engine.engine import Engine
from fasdemo.engine.policy import Policy
from fasdemo.errors import UserError
from fasdemo.faces.finder import FaceFinder
from fasdemo.frames import Stream
from fasdemo.models.card import ModelCard
from fasdemo.models.crop import FaceCrops, crop_face
from fasdemo.models.predictor import Prediction, Predictor
from trainer.config.schema import all_subsets
from trainer.evaluation.metrics import Rate, Scored, auc
from trainer.evaluation.real.captures import Capture, RealSource
from trainer.evaluation.real.faces import KeptFaces

Floats = npt.NDArray[np.float64]
Advance = Callable[[], None]
_BATCH = 16
MAX_PERSONS = 40
"""Largest number of people for figures per person; with one photograph each, such figures mean nothing."""


@dataclass(frozen=True, slots=True)
class SubsetScores:
    """Calibrated scores of one model for one subset of streams.

    Attributes:
        streams: the streams that the model was shown.
        scores: float64 (N,), NaN if no face was found or the model returned no score.
    """

    streams: tuple[Stream, ...]
    scores: Floats


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict of the whole engine on one capture."""

    status: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """The scores and verdicts of one model on one source.

    Attributes:
        source: the captures.
        model: name in the card.
        threshold: score above which a face is LIVE, at the card's policy.
        subsets: scores by streams, the largest subset first.
        engine: one verdict per capture with all streams; empty if the engine was not run.
    """

    source: RealSource
    model: str
    threshold: float
    subsets: list[SubsetScores]
    engine: list[Judgement]

    def figures(self) -> list[dict[str, Any]]:
        """Return one record for each subset of streams, for all captures and for each person."""
        captures = self.source.captures
        everybody = np.ones(len(captures), bool)
        persons = sorted({capture.person for capture in captures} - {""})
        records = []
        for number, subset in enumerate(self.subsets):
            engine = self.engine if number == 0 else []
            record = self._record(subset, everybody, engine)
            if 1 < len(persons) <= MAX_PERSONS:
                own = {name: np.array([c.person == name for c in captures]) for name in persons}
                record["persons"] = {name: self._record(subset, rows, engine) for name, rows in own.items()}
            records.append({"source": self.source.name, "sensor": self.source.sensor, **record})
        return records

    def _record(self, subset: SubsetScores, rows: npt.NDArray[np.bool_], engine: list[Judgement]) -> dict[str, Any]:
        numbers = np.flatnonzero(rows)
        captures = [self.source.captures[int(k)] for k in numbers]
        labels = np.array([capture.label == "live" for capture in captures])
        scores = subset.scores[numbers]
        found = Scored.of(scores, labels.astype(int), [capture.species for capture in captures])
        record: dict[str, Any] = {
            "streams": list(subset.streams),
            "captures": len(captures),
            "persons_measured": len({c.person for c in captures} - {""}),
            "without_score": found.no_response,
            "live_accepted": _rate(Rate(int((found.live > self.threshold).sum()), len(found.live))),
            "attacks_accepted": _rate(Rate(int((found.attacks > self.threshold).sum()), len(found.attacks))),
            "auc": auc(found),
            "live_score_median": float(np.median(found.live)) if len(found.live) else None,
            "live_score_mean": float(found.live.mean()) if len(found.live) else None,
            "attack_score_mean": float(found.attacks.mean()) if len(found.attacks) else None,
        }
        if record["auc"] is None:
            missing = "attacks" if not len(found.attacks) else "live faces"
            record["auc_note"] = f"n/a: there are no scored {missing}, and an AUC needs both classes."
        if engine:
            record["engine"] = _of_engine([engine[k] for k in numbers], labels)
        return record


class Benchmark:
    """A measurement of several models on the same captures, in which faces are detected once.

    Args:
        faces: detector with a cache.
        policy: name of a threshold of the cards; None takes each card's default.
        threads: number of threads of the network.
        engine: whether to run the whole engine too.
    """

    def __init__(self, faces: KeptFaces, policy: str | None = None, threads: int = 1, engine: bool = True) -> None:
        self._faces = faces
        self._policy = policy
        self._threads = threads
        self._engine = engine

    def subsets(self, card: ModelCard, source: RealSource) -> list[tuple[Stream, ...]]:
        """Return the subsets of the source's streams that the model supports, the largest first."""
        if source.prepared and not _needs_preparation(card):
            return []
        shared = tuple(stream for stream in card.modalities if stream in source.streams)
        return [subset for subset in all_subsets(shared) if card.accepts(frozenset(subset))] if shared else []

    def measure(self, predictor: Predictor, source: RealSource, advance: Advance) -> Measured | None:
        """Measure one model on one source; return None if it supports none of its streams.

        Args:
            predictor: the model.
            source: the captures.
            advance: called after each capture.

        Raises:
            UserError: a capture cannot be read, or the card has no threshold for the policy.
        """
        card = predictor.card
        subsets = self.subsets(card, source)
        if not subsets:
            return None
        name = self._policy or card.default_policy
        if name not in card.thresholds:
            raise UserError(
                f"policy {name}: {card.name} has {', '.join(card.thresholds)}; choose one of them.", parameter="policy"
            )
        scores = {subset: np.full(len(source.captures), np.nan) for subset in subsets}
        judgements: list[Judgement] = []
        pending: list[tuple[int, FaceCrops]] = []
        engine = self._whole(predictor, source, subsets[0], name) if self._engine else None
        for number, capture in enumerate(source.captures):
            frame = capture.load()
            faces = self._faces.detect(frame.rgb, thorough=True)
            if faces:
                pending.append((number, crop_face(frame, faces[0], card.crop, card.input_size)))
            if len(pending) == _BATCH:
                _score(predictor, pending, scores)
            if engine is not None:
                judgements.append(judge(engine, capture, number))
            advance()
        _score(predictor, pending, scores)
        measured = [SubsetScores(subset, values) for subset, values in scores.items()]
        return Measured(source, card.name, card.thresholds[name].live_above, measured, judgements)

    def _whole(self, predictor: Predictor, source: RealSource, subset: tuple[Stream, ...], policy: str) -> Engine:
        declared = frozenset({"rgb", *source.streams})
        info = SourceInfo(source.name, "images", False, declared, 1, 1, 1.0, len(source.captures))
        scorer = SubsetScorer(predictor, subset)
        # Colour alone is allowed: a cap on every verdict would hide what the model and the gates do.
        rules = Policy(threshold=policy, allow_rgb_only=True)
        return Engine(scorer, FaceFinder(self._faces), rules, self._faces, info)


class SubsetScorer:
    """A predictor that is shown only some of the streams; implements the engine's protocol for scoring.

    For a camera without colour, the infrared picture replaces the colour picture in face detection, but the model
    must not score it as colour.
    """

    def __init__(self, predictor: Predictor, streams: tuple[Stream, ...]) -> None:
        self._predictor = predictor
        self._streams = frozenset(streams)

    @property
    def card(self) -> ModelCard:
        """Return the model's card."""
        return self._predictor.card

    @property
    def sha256(self) -> str:
        """Return the hash of the model file."""
        return self._predictor.sha256

    @property
    def provider(self) -> str:
        """Return the execution provider of the model."""
        return self._predictor.provider

    @property
    def warnings(self) -> tuple[str, ...]:
        """Return warnings for the user, one sentence each."""
        return self._predictor.warnings

    def predict(self, crops: list[FaceCrops]) -> list[Prediction]:
        """Score the faces by the chosen streams."""
        return self._predictor.predict([shown(one, self._streams) for one in crops])

    def close(self) -> None:
        """Do nothing: the predictor is also used for other sources."""


def _needs_preparation(card: ModelCard) -> bool:
    """Return whether infrared must be scaled to a fixed level before the model sees it."""
    return any(spec.modality == "ir" and spec.ir_encoding == "full-range-8bit" for spec in card.inputs)


def shown(crops: FaceCrops, streams: frozenset[Stream]) -> FaceCrops:
    """Return the crops with these streams only."""
    return replace(
        crops,
        rgb=crops.rgb if "rgb" in streams else None,
        depth_mm=crops.depth_mm if "depth" in streams else None,
        ir=crops.ir if "ir" in streams else None,
    )


def _score(
    predictor: Predictor, pending: list[tuple[int, FaceCrops]], scores: dict[tuple[Stream, ...], Floats]
) -> None:
    """Score the pending crops and empty the list."""
    for subset, values in scores.items():
        found = predictor.predict([shown(crops, frozenset(subset)) for _, crops in pending])
        for (number, _), prediction in zip(pending, found, strict=True):
            if prediction.score is not None:
                values[number] = prediction.score
    pending.clear()


def judge(engine: Engine, capture: Capture, number: int) -> Judgement:
    """Return the verdict of the whole engine on a capture as a still picture; `number` is its place in the source."""
    # Each capture is a still picture, so the times of its streams in a recording do not apply.
    frame = replace(
        capture.load(), index=number, timestamp_s=float(number), times={}, live_source=False, received_s=None
    )
    result = engine.process(frame, still=True)
    if not result.faces:
        return Judgement("UNCERTAIN", tuple(result.reasons))
    largest = max(result.faces, key=lambda one: one.face.box[2] * one.face.box[3])
    return Judgement(largest.status, tuple(largest.reasons))


def _of_engine(judgements: list[Judgement], live: npt.NDArray[np.bool_]) -> dict[str, Any]:
    of_live = [one for one, is_live in zip(judgements, live, strict=True) if is_live]
    of_attacks = [one for one, is_live in zip(judgements, live, strict=True) if not is_live]
    refused = Counter(code for one in of_live if one.status != "LIVE" for code in one.reasons)
    return {
        "live_accepted": _rate(Rate(sum(one.status == "LIVE" for one in of_live), len(of_live))),
        "attacks_accepted": _rate(Rate(sum(one.status == "LIVE" for one in of_attacks), len(of_attacks))),
        "live_status": dict(Counter(one.status for one in of_live)),
        "attack_status": dict(Counter(one.status for one in of_attacks)),
        "reasons_of_refused_live": dict(refused.most_common()),
    }


def _rate(rate: Rate) -> dict[str, Any]:
    return {"count": rate.errors, "total": rate.total, "value": rate.value, "ci95": rate.ci95}
