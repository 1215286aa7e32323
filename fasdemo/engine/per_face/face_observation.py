"""The findings on one face in a frame, and the stage that aligns and measures it."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from fasdemo.engine.measurements.evidence import Evidence
from fasdemo.engine.measurements.measure import Grids, grids, measure
from fasdemo.engine.policy import Policy
from fasdemo.engine.reasons import Reason
from fasdemo.engine.rules.gates import quality_codes
from fasdemo.faces.face import Face
from fasdemo.faces.quality import Quality, assess
from fasdemo.faces.tracker import Track
from fasdemo.frames import FrameSet
from fasdemo.models.card import ModelCard
from fasdemo.models.crop import FaceCrops, crop_face, face_view
from fasdemo.models.predictor import Prediction

log = logging.getLogger(__name__)


@dataclass(slots=True)
class FaceObservation:
    """The findings on one face in one frame; None means that a stage was not reached or failed with a code.

    Attributes:
        track: track of the face finder.
        face: face of the track, with landmarks and blendshapes if they are known.
        crops: the aligned crops in which the face is measured.
        inputs: the crops for the network; the same, unless the network also sees the surroundings.
        small: block means of the crops.
        quality: quality of the face's image.
        prediction: prediction of the network.
        codes: reasons so far, see `fasdemo.engine.reasons`.
        gates: the reasons among them that are gates, see `fasdemo.engine.rules.gates`.
        measured: the measurements so far, by name.
        evidence: the same as a dataclass, once all of them are known.
        unchecked: whether a slow check has not run yet since the face was first seen or changed; it is not LIVE then.
    """

    track: Track
    face: Face
    crops: FaceCrops | None = None
    inputs: FaceCrops | None = None
    small: Grids | None = None
    quality: Quality | None = None
    prediction: Prediction | None = None
    codes: list[str] = field(default_factory=list)
    gates: list[Reason] = field(default_factory=list)
    measured: dict[str, float | None] = field(default_factory=dict)
    evidence: Evidence = field(default_factory=Evidence)
    unchecked: bool = False


def align(
    frame: FrameSet, work: FaceObservation, card: ModelCard, policy: Policy, active_gates: frozenset[str] = frozenset()
) -> None:
    """Cut the crops for the network, and measure them and their quality; a failure gives `score_missing`.

    Args:
        frame: the frame.
        work: the face; it is changed.
        card: card of the network.
        policy: limits of the capture.
        active_gates: gates that were active in the previous frame.
    """
    try:
        view = face_view(card.crop)
        # At the resolution that the network's crop has of the face: the limits are for crops of about 128 pixels.
        crops = crop_face(frame, work.face, view, round(card.input_size * view.scale / card.crop.scale))
        inputs = crops if view == card.crop else crop_face(frame, work.face, card.crop, card.input_size)
        assert crops.rgb is not None
        small = grids(crops)
        quality = assess(work.face, crops.rgb)
        work.measured = measure(frame, work.face, crops, small)
    except Exception:  # OpenCV and NumPy raise various errors for wrong key points
        log.exception("cannot align face %s of frame %s", work.track.id, frame.index)
        work.codes.append(Reason.SCORE_MISSING)
        return
    work.crops, work.inputs, work.small, work.quality = crops, inputs, small, quality
    shape = (frame.rgb.shape[0], frame.rgb.shape[1])
    work.gates = quality_codes(quality, work.face.box, shape, crops.inside, policy, active_gates)
