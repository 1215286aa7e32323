"""The subject of an exposure, and the pose and place at which it is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from fasdemo.record.labels import SPECIES as SPECIES
from trainer.synth.people.actor import draw_expression, draw_lean, draw_turn
from trainer.synth.people.person import Person
from trainer.synth.people.photo import Photo
from trainer.synth.scene.panes import Pane
from trainer.synth.scene.scene import Mesh

Rng = np.random.Generator
Vector = npt.NDArray[np.float64]

LIVE = "live"

PhotoOf = Callable[[Person, int], Photo]
Stage = Callable[["PoseSample", "Placement"], "Subject"]
"""A function that poses a subject, in camera coordinates."""


@dataclass(frozen=True)
class Subject:
    """The meshes of a scene except the room, for one exposure.

    Attributes:
        meshes: meshes in camera coordinates; `mirrors`: indices of those that mislead a depth camera (screens).
        keypoints: (4, 3): right eye, left eye, nose tip, mouth in camera coordinates, metres.
        angles: yaw, pitch, roll of the visible face, radians.
        confusing: how much the mirrors mislead a depth camera, 0 to 1; `panes`: lenses of glasses that are worn.
    """

    meshes: list[Mesh]
    keypoints: Vector
    angles: tuple[float, float, float]
    mirrors: tuple[int, ...] = ()
    confusing: float = 0.0
    panes: tuple[Pane, ...] = ()


@dataclass(frozen=True)
class PoseSample:
    """The pose of all people and instruments at one exposure.

    Attributes:
        turn: yaw, pitch, roll in radians of the person or instrument; `narrowed` reduces it for sheets.
        expression: expression of a real face.
        other_turn, other_expression: the same for the person behind an instrument.
        slip: (2,) displacement in metres of a sheet that is worn.
        photo: the picture that a screen shows now, instead of its still picture.
        lean: yaw and pitch in radians of a strongly tilted flat instrument; None: it is turned like a face.
    """

    turn: tuple[float, float, float]
    expression: dict[str, float]
    other_turn: tuple[float, float, float] = (0.0, 0.0, 0.0)
    other_expression: dict[str, float] = field(default_factory=dict)
    slip: tuple[float, float] = (0.0, 0.0)
    photo: Photo | None = None
    lean: tuple[float, float] | None = None

    def narrowed(self, spread: float) -> tuple[float, float, float]:
        """Return the turn multiplied by `spread`."""
        return self.turn[0] * spread, self.turn[1] * spread, self.turn[2] * spread

    def flat(self, spread: float) -> tuple[float, float, float]:
        """Return the turn of a flat instrument: `lean` if given, else the turn multiplied by `spread`."""
        if self.lean is None:
            return self.narrowed(spread)
        return self.lean[0], self.lean[1], self.turn[2]


def draw_pose_sample(rng: Rng) -> PoseSample:
    """Draw a random pose."""
    slip = rng.normal(0, 0.002, 2)
    return PoseSample(
        draw_turn(rng), draw_expression(rng), draw_turn(rng), draw_expression(rng), (float(slip[0]), float(slip[1])),
        lean=draw_lean(rng),
    )  # fmt: skip


@dataclass(frozen=True)
class Placement:
    """The place at which the face appears: direction of the eyes' middle, and distance of a live head there."""

    ray: Vector
    distance_m: float
