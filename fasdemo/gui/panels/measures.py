"""Titles, units, ranges and limits with which the measurements of the evidence are shown."""

from __future__ import annotations

from dataclasses import dataclass

from fasdemo.engine import cross_modal_rules, gates
from fasdemo.engine.motion_evidence import FLAT_RATIO
from fasdemo.engine.policy import Policy

_POLICY = Policy()


@dataclass(frozen=True, slots=True)
class Measure:
    """The presentation of one measurement as a row.

    Attributes:
        title: name in the window.
        unit: unit of the shown value.
        low, high: ends of the bar, in the measurement's own unit.
        factor: shown value per measured value.
        decimals: decimals of the shown value.
        at_least, at_most: fixed limits of the rules against LIVE, if any. Some rules need two measurements beyond
            their limits.
        meaning: explanation in one sentence.
    """

    title: str
    unit: str
    low: float
    high: float
    factor: float = 1.0
    decimals: int = 1
    at_least: float | None = None
    at_most: float | None = None
    meaning: str = ""

    def text(self, value: float | None) -> str:
        """Return the value with its unit."""
        if value is None:
            return "not measured"
        unit = self.unit if self.unit in ("", "%") else f" {self.unit}"
        # Adding zero turns -0.0 into 0.0.
        return f"{round(value * self.factor, self.decimals) + 0.0:.{self.decimals}f}{unit}"

    def position(self, value: float) -> float:
        """Return the position of a value on the bar, in [0, 1]."""
        return min(max((value - self.low) / (self.high - self.low), 0.0), 1.0)

    def outside(self, value: float | None) -> bool:
        """Return whether a value is beyond a limit."""
        if value is None:
            return False
        below = self.at_least is not None and value < self.at_least
        return below or (self.at_most is not None and value > self.at_most)


MEASURES: dict[str, Measure] = {
    "distance_m": Measure(
        "Distance", "m", 0.0, 2.0, decimals=2, at_least=_POLICY.min_distance_m, at_most=_POLICY.max_distance_m,
        meaning="Median distance of the face from the depth camera.",
    ),
    "depth_coverage": Measure(
        "Depth coverage", "%", 0.0, 1.0, 100.0, 0, at_least=gates.MIN_DEPTH_COVERAGE,
        meaning="Share of the face with a depth value.",
    ),
    "plane_residual_mm": Measure(
        "Plane residual", "mm", 0.0, 15.0, at_least=gates.MIN_PLANE_RESIDUAL_MM,
        meaning="Standard deviation of the face's depth from the best-fitting plane; prints and screens are flat.",
    ),
    "sheet_residual_mm": Measure(
        "Bent-sheet residual", "mm", 0.0, 10.0, at_least=gates.MIN_SHEET_RESIDUAL_MM,
        meaning="Standard deviation of the face's depth from the best-fitting bent sheet of paper.",
    ),
    "relief_mm": Measure(
        "Relief", "mm", 0.0, 60.0, decimals=0,
        meaning="Range from the 2nd to the 98th percentile of the distance to the plane.",
    ),
    "nose_mm": Measure(
        "Nose", "mm", 0.0, 30.0, at_least=gates.MIN_NOSE_MM,
        meaning="Height of the tip of the nose above the surface around it; bent paper has no nose.",
    ),
    "face_relief": Measure(
        "Face relief", "%", 0.0, 1.5, 100.0, 0, at_least=gates.MIN_FACE_RELIEF,
        meaning="Relief of the surface as a share of an average face's relief; a plane has 0 %.",
    ),
    "relief_correlation": Measure(
        "Relief correlation", "", -1.0, 1.0, decimals=2,
        meaning="Correlation of the face's relief with that of an average face.",
    ),
    "depth_noise_mm": Measure(
        "Depth noise", "mm", 0.0, 10.0,
        meaning="Standard deviation of the fine structure of the depth; a face's relief must exceed it.",
    ),
    "lower_residual_mm": Measure(
        "Mouth off a plane", "mm", 0.0, 15.0, at_least=cross_modal_rules.MIN_LOWER_RESIDUAL_MM,
        meaning="Standard deviation of mouth and chin from a plane of their own; a print held before them is flat.",
    ),
    "upper_residual_mm": Measure(
        "Eyes off a plane", "mm", 0.0, 15.0, at_least=cross_modal_rules.MIN_UPPER_RESIDUAL_MM,
        meaning="Standard deviation of forehead and eyes from a plane of their own.",
    ),
    "upper_relief": Measure(
        "Relief of the eyes", "%", 0.0, 1.5, 100.0, 0, at_least=cross_modal_rules.MIN_UPPER_RELIEF,
        meaning="Relief of forehead and eyes, as a share of an average face's.",
    ),
    "depth_yaw_deg": Measure(
        "Turn in depth", "°", -45.0, 45.0, decimals=0,
        meaning="Turn of the face's depth about the upright axis; the eyes and the nose in colour have to agree.",
    ),
    "relief_offset_mm": Measure(
        "Relief's offset", "mm", 0.0, 40.0, decimals=0,
        meaning="How far from eyes, nose and mouth an average face's relief fits the depth best.",
    ),
    "relief_offset_gain": Measure(
        "Offset's gain", "", 0.0, 1.0, decimals=2, at_most=cross_modal_rules.MAX_OFFSET_GAIN,
        meaning="By how much better the relief fits there than where it should be.",
    ),
    "ir_rgb_detail": Measure(
        "IR like colour", "", -1.0, 1.0, decimals=2, at_most=cross_modal_rules.MAX_IR_DETAIL,
        meaning="Correlation of the details in infrared and colour; skin differs in infrared, a print does not.",
    ),
    "ir_mirror_gain": Measure(
        "IR like its mirror", "", -1.0, 1.0, decimals=2, at_most=cross_modal_rules.MAX_IR_MIRROR_GAIN,
        meaning="By how much better infrared fits colour's mirror image than colour.",
    ),
    "outline_smaller_gain": Measure(
        "Outline if smaller", "", -1.0, 1.0, decimals=2, at_most=cross_modal_rules.MAX_OUTLINE_SMALLER_GAIN,
        meaning="By how much better the head's outline in depth fits colour and infrared if it is taken smaller.",
    ),
    "outline_larger_gain": Measure(
        "Outline if larger", "", -1.0, 1.0, decimals=2, at_most=cross_modal_rules.MAX_OUTLINE_LARGER_GAIN,
        meaning="The same if it is taken larger.",
    ),
    "rgb_outline_mirror_gain": Measure(
        "Outline like mirrored colour", "", -1.0, 1.0, decimals=2,
        meaning="By how much better the head's outline in depth fits colour if it is mirrored.",
    ),
    "ir_outline_mirror_gain": Measure(
        "Outline like mirrored IR", "", -1.0, 1.0, decimals=2,
        meaning="By how much better the head's outline in depth fits infrared if it is mirrored.",
    ),
    "parallax_ratio": Measure(
        "Parallax ratio", "", 0.0, 1.0, decimals=2, at_least=FLAT_RATIO,
        meaning="Share of the face's change of shape over 5 s that no flat picture makes.",
    ),
    "score_shift": Measure(
        "Score shift", "", -2.0, 2.0, decimals=2,
        meaning="Log-odds that the evidence and the site calibration added to the network's score.",
    ),
    "interpupil_mm": Measure(
        "Eye distance", "mm", 30.0, 100.0, decimals=0, at_least=gates.INTERPUPIL_MM[0], at_most=gates.INTERPUPIL_MM[1],
        meaning="Distance between the eyes; 54 to 74 mm in adults.",
    ),
    "ir_level": Measure(
        "IR level", "%", 0.0, 1.0, 100.0, 0, at_least=gates.MIN_IR_LEVEL,
        meaning="Mean infrared brightness of the face; screens are black.",
    ),
    "ir_contrast": Measure(
        "IR contrast", "", 0.0, 1.0, decimals=2, meaning="Standard deviation of the infrared brightness over its mean."
    ),
    "ir_rgb_ratio": Measure(
        "IR-to-red ratio", "", 0.0, 3.0, decimals=2, at_least=gates.MIN_IR_RGB_RATIO,
        meaning="Infrared over red brightness of the face; a bright screen is black in infrared.",
    ),
    "ir_rgb_correlation": Measure(
        "IR-colour correlation", "", -1.0, 1.0, decimals=2, meaning="Correlation of infrared and colour brightness."
    ),
    "ir_landmark_error": Measure(
        "IR landmark offset", "%", 0.0, 0.6, 100.0, 0, at_most=gates.MAX_IR_LANDMARK_ERROR,
        meaning="Offset of eyes, nose and mouth between infrared and colour, over the distance between the eyes.",
    ),
}  # fmt: skip


def measure_of(name: str) -> Measure:
    """Return the presentation of a measurement; a name that is not in `MEASURES` gets one derived from the name."""
    if name in MEASURES:
        return MEASURES[name]
    words, _, unit = name.rpartition("_")
    if unit in ("mm", "m", "px", "deg"):
        return Measure(words.replace("_", " ").capitalize(), unit, 0.0, 1.0)
    return Measure(name.replace("_", " ").capitalize(), "", 0.0, 1.0, decimals=2)
