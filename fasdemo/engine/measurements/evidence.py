"""The measurements of a face as a dataclass; each field has its unit, limits and meaning.

The window's rows and the table in `docs/verdict.md` (written by `tools/verdict_tables.py`) are made from these fields.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any, Self

from fasdemo.engine.measurements import limits
from fasdemo.engine.policy import Policy

_POLICY = Policy()


@dataclass(frozen=True, slots=True)
class Measure:
    """The description of one measurement.

    Attributes:
        title: displayed name.
        unit: unit of the displayed value.
        low, high: range of the bar that displays the value, in the measurement's own unit.
        factor: displayed value divided by the measured value.
        decimals: number of decimals of the displayed value.
        at_least, at_most: limits of the rules against LIVE, if any, in the measurement's own unit. Some rules need two
            measurements beyond their limits. Limits of the policy are those of the default policy.
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
        # Adding 0.0 converts -0.0 to 0.0.
        return f"{round(value * self.factor, self.decimals) + 0.0:.{self.decimals}f}{unit}"

    def position(self, value: float) -> float:
        """Return the position of a value on the bar, in [0, 1]."""
        return min(max((value - self.low) / (self.high - self.low), 0.0), 1.0)

    @property
    def marks(self) -> tuple[float, ...]:
        """The positions of the limits on the bar."""
        known = (limit for limit in (self.at_least, self.at_most) if limit is not None)
        return tuple(self.position(limit) for limit in known if self.low <= limit <= self.high)

    def outside(self, value: float | None) -> bool:
        """Return whether a value is beyond a limit."""
        if value is None:
            return False
        below = self.at_least is not None and value < self.at_least
        return below or (self.at_most is not None and value > self.at_most)


def _measured(
    title: str, unit: str, low: float, high: float, factor: float = 1.0, decimals: int = 1, **described: Any
) -> Any:
    return field(default=None, metadata={"measure": Measure(title, unit, low, high, factor, decimals, **described)})


@dataclass(frozen=True, slots=True, eq=False)
class Evidence(Mapping[str, float | None]):
    """The measurements of one face in one frame.

    An attribute is None if the value could not be measured or does not apply. As a mapping, an instance contains only
    the names that apply to the frame's streams, in the order of the fields.

    Attributes:
        applicable: names of the measurements that apply.
    """

    distance_m: float | None = _measured(
        "Distance",
        "m",
        0.0,
        2.0,
        decimals=2,
        at_least=_POLICY.min_distance_m,
        at_most=_POLICY.max_distance_m,
        meaning="Median distance of the face from the depth camera.",
    )
    depth_coverage: float | None = _measured(
        "Depth coverage",
        "%",
        0.0,
        1.0,
        100.0,
        0,
        at_least=limits.MIN_DEPTH_COVERAGE,
        meaning="Share of the face with a depth value.",
    )
    plane_residual_mm: float | None = _measured(
        "Plane residual",
        "mm",
        0.0,
        15.0,
        at_least=limits.MIN_FACE_RESIDUAL_MM,
        at_most=limits.MAX_PLANE_RESIDUAL_MM,
        meaning="Standard deviation of the face's depth from the best-fitting plane; prints and screens are flat.",
    )
    sheet_residual_mm: float | None = _measured(
        "Bent-sheet residual",
        "mm",
        0.0,
        10.0,
        at_least=limits.MIN_SHEET_RESIDUAL_MM,
        meaning="Standard deviation of the face's depth from the best-fitting bent sheet of paper.",
    )
    relief_mm: float | None = _measured(
        "Relief",
        "mm",
        0.0,
        60.0,
        decimals=0,
        meaning="Range from the 2nd to the 98th percentile of the distance to the plane.",
    )
    nose_mm: float | None = _measured(
        "Nose",
        "mm",
        0.0,
        30.0,
        at_least=limits.MIN_NOSE_MM,
        meaning="Height of the tip of the nose above the surface around it; bent paper has no nose.",
    )
    depth_noise_mm: float | None = _measured(
        "Depth noise",
        "mm",
        0.0,
        10.0,
        meaning="Standard deviation of the fine structure of the depth; a face's relief must exceed it.",
    )
    face_relief: float | None = _measured(
        "Face relief",
        "%",
        0.0,
        1.5,
        100.0,
        0,
        at_least=limits.MIN_FACE_RELIEF,
        meaning="Relief of the surface as a share of an average face's relief; a plane has 0 %.",
    )
    relief_correlation: float | None = _measured(
        "Relief correlation",
        "",
        -1.0,
        1.0,
        decimals=2,
        meaning="Correlation of the face's relief with that of an average face.",
    )
    lower_residual_mm: float | None = _measured(
        "Plane residual, mouth",
        "mm",
        0.0,
        15.0,
        at_least=limits.MIN_LOWER_RESIDUAL_MM,
        meaning="Standard deviation of mouth and chin from their own plane; a print in front of them is flat.",
    )
    upper_residual_mm: float | None = _measured(
        "Plane residual, eyes",
        "mm",
        0.0,
        15.0,
        at_least=limits.MIN_UPPER_RESIDUAL_MM,
        meaning="Standard deviation of forehead and eyes from their own plane; a print in front of them is flat.",
    )
    upper_relief: float | None = _measured(
        "Relief of the eyes",
        "%",
        0.0,
        1.5,
        100.0,
        0,
        at_least=limits.MIN_UPPER_RELIEF,
        meaning="Relief of forehead and eyes as a share of an average face's relief there.",
    )
    depth_yaw_deg: float | None = _measured(
        "Turn in depth",
        "°",
        -45.0,
        45.0,
        decimals=0,
        meaning="Rotation of the face's depth about the vertical axis; eyes and nose in colour must have the same.",
    )
    relief_offset_mm: float | None = _measured(
        "Depth-colour offset",
        "mm",
        0.0,
        40.0,
        decimals=0,
        meaning="Distance from eyes, nose and mouth in colour to the place where the depth fits an average face best.",
    )
    relief_offset_gain: float | None = _measured(
        "Better fit if moved",
        "",
        0.0,
        1.0,
        decimals=2,
        at_most=limits.MAX_OFFSET_GAIN,
        meaning="Increase of the relief correlation if depth is moved by its offset; large if its face is elsewhere.",
    )
    interpupil_mm: float | None = _measured(
        "Eye distance",
        "mm",
        30.0,
        100.0,
        decimals=0,
        at_least=limits.MIN_INTERPUPIL_MM,
        at_most=limits.MAX_INTERPUPIL_MM,
        meaning="Distance between the eyes; 54 to 74 mm in adults.",
    )
    ir_level: float | None = _measured(
        "IR level",
        "%",
        0.0,
        1.0,
        100.0,
        0,
        at_least=limits.MIN_IR_LEVEL,
        meaning="Mean infrared brightness of the face; screens are black.",
    )
    ir_contrast: float | None = _measured(
        "IR contrast",
        "",
        0.0,
        1.0,
        decimals=2,
        meaning="Standard deviation of the infrared brightness divided by its mean.",
    )
    ir_rgb_ratio: float | None = _measured(
        "IR-to-red ratio",
        "",
        0.0,
        3.0,
        decimals=2,
        at_least=limits.MIN_IR_RGB_RATIO,
        meaning="Infrared brightness of the face divided by its red brightness; a bright screen is black in infrared.",
    )
    ir_ambient_ratio: float | None = _measured(
        "Room-to-lamp ratio",
        "",
        0.0,
        6.0,
        decimals=2,
        meaning="Infrared light of the room on the face divided by that of the camera's lamp.",
    )
    ir_clipped: float | None = _measured(
        "IR overexposed by the room",
        "%",
        0.0,
        1.0,
        100.0,
        0,
        at_most=limits.MAX_IR_CLIPPED,
        meaning="Share of the face on which the room and the lamp together saturate the infrared image.",
    )
    ir_rgb_correlation: float | None = _measured(
        "IR-colour correlation",
        "",
        -1.0,
        1.0,
        decimals=2,
        meaning="Correlation of infrared and colour brightness.",
    )
    ir_rgb_detail: float | None = _measured(
        "IR like colour",
        "",
        -1.0,
        1.0,
        decimals=2,
        at_most=limits.MAX_IR_DETAIL,
        meaning="Correlation of the details in infrared and colour; skin differs in infrared, a print does not.",
    )
    ir_mirror_gain: float | None = _measured(
        "IR like its mirror",
        "",
        -1.0,
        1.0,
        decimals=2,
        at_most=limits.MAX_IR_MIRROR_GAIN,
        meaning="Increase of the correlation of infrared and colour if colour is mirrored.",
    )
    outline_smaller_gain: float | None = _measured(
        "Outline if smaller",
        "",
        -1.0,
        1.0,
        decimals=2,
        at_most=limits.MAX_OUTLINE_SMALLER_GAIN,
        meaning="Increase of the edge strength in colour and infrared under the outline of the depth if it is smaller.",
    )
    outline_larger_gain: float | None = _measured(
        "Outline if larger",
        "",
        -1.0,
        1.0,
        decimals=2,
        at_most=limits.MAX_OUTLINE_LARGER_GAIN,
        meaning="Increase of the edge strength in colour and infrared under the outline of the depth if it is larger.",
    )
    rgb_outline_mirror_gain: float | None = _measured(
        "Outline like mirrored colour",
        "",
        -1.0,
        1.0,
        decimals=2,
        meaning="Increase of the edge strength in colour under the outline of the depth if it is mirrored.",
    )
    ir_outline_mirror_gain: float | None = _measured(
        "Outline like mirrored IR",
        "",
        -1.0,
        1.0,
        decimals=2,
        meaning="Increase of the edge strength in infrared under the outline of the depth if it is mirrored.",
    )
    ir_landmark_error: float | None = _measured(
        "IR landmark offset",
        "%",
        0.0,
        0.6,
        100.0,
        0,
        at_most=limits.MAX_IR_LANDMARK_ERROR,
        meaning="Offset of eyes, nose and mouth between infrared and colour, divided by the distance between the eyes.",
    )
    score_shift: float | None = _measured(
        "Score shift",
        "",
        -2.0,
        2.0,
        decimals=2,
        meaning="Log-odds that the evidence and the site calibration added to the network's score.",
    )
    parallax_ratio: float | None = _measured(
        "Parallax ratio",
        "",
        0.0,
        1.0,
        decimals=2,
        at_least=limits.MIN_PARALLAX_RATIO,
        meaning="Share of the face's change of shape over 5 s that a flat picture cannot cause.",
    )
    eye_movement: float | None = _measured(
        "Eyelids",
        "%",
        0.0,
        1.0,
        100.0,
        0,
        at_least=limits.MIN_EYE_MOVEMENT,
        meaning="Range of the eyelids' movement over 10 s; a picture's eyelids do not move.",
    )
    border_support: float | None = _measured(
        "Border",
        "%",
        0.0,
        1.0,
        100.0,
        0,
        at_most=limits.MAX_BORDER_SUPPORT,
        meaning="Share of a straight border around the face, like that of a print or a screen, that is seen over 3 s.",
    )
    pulse_snr_db: float | None = _measured(
        "Pulse",
        "dB",
        -15.0,
        10.0,
        meaning="Strength of the strongest heart rate in the colour of the skin over 10 s, compared with the noise.",
    )
    pulse_bpm: float | None = _measured(
        "Heart rate",
        "bpm",
        40.0,
        180.0,
        decimals=0,
        meaning="The strongest heart rate; it means nothing if the pulse is weak.",
    )
    applicable: frozenset[str] = frozenset()

    @classmethod
    def of(cls, values: Mapping[str, float | None]) -> Self:
        """Return evidence with the given measurements; only these apply.

        Raises:
            KeyError: a name is not that of a measurement.
        """
        return cls._made(values, frozenset(values))

    def updated(self, values: Mapping[str, float | None]) -> Self:
        """Return the evidence with additional or changed measurements, which then apply.

        Raises:
            KeyError: a name is not that of a measurement.
        """
        known = {name: getattr(self, name) for name in MEASURES}
        return self._made(known | dict(values), self.applicable | values.keys())

    @classmethod
    def _made(cls, values: Mapping[str, float | None], applicable: frozenset[str]) -> Self:
        """Return evidence with these measurements; in a fifth of the time of `dataclasses.replace`."""
        unknown = applicable - MEASURES.keys()
        if unknown:
            raise KeyError(f"unknown measurements: {', '.join(sorted(unknown))}")
        made = object.__new__(cls)
        for name in MEASURES:
            object.__setattr__(made, name, values.get(name))
        object.__setattr__(made, "applicable", applicable)
        return made

    def __getitem__(self, name: str) -> float | None:
        if name not in self.applicable:
            raise KeyError(name)
        value: float | None = getattr(self, name)
        return value

    def __iter__(self) -> Iterator[str]:
        return (name for name in MEASURES if name in self.applicable)

    def __len__(self) -> int:
        return len(self.applicable)


MEASURES: Mapping[str, Measure] = MappingProxyType(
    {one.name: one.metadata["measure"] for one in fields(Evidence) if "measure" in one.metadata}
)
"""The description of every measurement by its name."""
