"""Load the parts of an engine: model, face finder, landmarks and site calibration."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from fasdemo.capture.source import SourceInfo
from fasdemo.engine.policy import Policy, thresholds
from fasdemo.engine.protocols import Finder, Landmarker, Scorer
from fasdemo.engine.setup.site_calibration import SiteFile, camera_of, check_site, read_site

if TYPE_CHECKING:
    from fasdemo.faces.finder import Detector
    from fasdemo.models.model_file import ModelFile


@dataclass(frozen=True, slots=True)
class EngineParts:
    """The loaded parts of an engine, to be closed by it.

    Attributes:
        scorer: the model.
        finder: the face finder.
        policy: name of a threshold of the model's card, or a policy; None for the default of the model.
        landmarks: the landmarker; None if it is not wanted.
        site: the checked site calibration; None if there is none.
    """

    scorer: Scorer
    finder: Finder
    policy: Policy | str | None
    landmarks: Landmarker | None
    site: SiteFile | None


class ModelLoader(Protocol):
    """The interface of a loader of models; `OwnModels` loads every time, `SharedModels` once for several engines."""

    def scorer(self, model: ModelFile, device: str, threads: int) -> Scorer:
        """Return the network of a model file.

        Raises:
            UserError: the network cannot be used.
        """
        ...

    def detector(self) -> Detector:
        """Return a face detector.

        Raises:
            UserError: the face model cannot be downloaded or loaded.
        """
        ...

    def landmarker(self) -> Landmarker:
        """Return a landmarker.

        Raises:
            UserError: the face model cannot be downloaded or loaded.
        """
        ...


class OwnModels:
    """A loader that loads a model each time."""

    def scorer(self, model: ModelFile, device: str, threads: int) -> Scorer:
        """Return the network of a model file, see `ModelLoader.scorer`."""
        from fasdemo.models.predictor import Predictor

        return Predictor(model, device, threads)

    def detector(self) -> Detector:
        """Return a face detector, see `ModelLoader.detector`."""
        from fasdemo.faces.detector import FaceDetector

        return FaceDetector()

    def landmarker(self) -> Landmarker:
        """Return a landmarker, see `ModelLoader.landmarker`."""
        from fasdemo.faces.landmarks import FaceLandmarks

        return FaceLandmarks()


def load_parts(
    info: SourceInfo,
    model: str | Path | None,
    device: str,
    policy: Policy | str | None,
    threads: int,
    landmarks: bool,
    site: Path | None,
    models: ModelLoader | None = None,
) -> EngineParts:
    """Load the parts of an engine, with the arguments of `Engine.for_source`.

    Raises:
        UserError: see `Engine.for_source`; no part remains open.
    """
    from fasdemo.faces.finder import FaceFinder
    from fasdemo.models.registry import select_model

    loader = OwnModels() if models is None else models
    calibrated = None if site is None else read_site(site)
    scorer = loader.scorer(select_model(info.declared, model), device, threads)
    finder = None
    try:
        if calibrated is not None:
            check_site(calibrated, camera_of(info), info.declared, scorer.card, scorer.sha256)
            if policy is None:
                policy = calibrated.policy
            elif isinstance(policy, Policy) and policy.threshold is None:
                policy = replace(policy, threshold=calibrated.policy)
        thresholds(scorer.card, policy if isinstance(policy, Policy) else Policy(threshold=policy))
        finder = FaceFinder(loader.detector())
        return EngineParts(scorer, finder, policy, loader.landmarker() if landmarks else None, calibrated)
    except BaseException:
        scorer.close()
        if finder is not None:
            finder.close()
        raise
