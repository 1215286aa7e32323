"""Load the parts of an engine: model, face finder, landmarks and site calibration."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from fasdemo.capture.source import SourceInfo
from fasdemo.engine.policy import Policy, thresholds
from fasdemo.engine.protocols import Finder, Landmarker, Scorer
from fasdemo.engine.site_calibration import SiteFile, camera_of, check_site, read_site


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


def load_parts(
    info: SourceInfo,
    model: str | Path | None,
    device: str,
    policy: Policy | str | None,
    threads: int,
    landmarks: bool,
    site: Path | None,
) -> EngineParts:
    """Load the parts of an engine, with the arguments of `Engine.for_source`.

    Raises:
        UserError: see `Engine.for_source`; no part remains open.
    """
    from fasdemo.faces.detector import FaceDetector
    from fasdemo.faces.finder import FaceFinder
    from fasdemo.faces.landmarks import FaceLandmarks
    from fasdemo.models.predictor import Predictor
    from fasdemo.models.registry import select_model

    calibrated = None if site is None else read_site(site)
    predictor = Predictor(select_model(info.declared, model), device, threads)
    finder = None
    try:
        if calibrated is not None:
            check_site(calibrated, camera_of(info), info.declared, predictor.card, predictor.sha256)
            if policy is None:
                policy = calibrated.policy
            elif isinstance(policy, Policy) and policy.threshold is None:
                policy = replace(policy, threshold=calibrated.policy)
        thresholds(predictor.card, policy if isinstance(policy, Policy) else Policy(threshold=policy))
        finder = FaceFinder(FaceDetector())
        return EngineParts(predictor, finder, policy, FaceLandmarks() if landmarks else None, calibrated)
    except BaseException:
        predictor.close()
        if finder is not None:
            finder.close()
        raise
