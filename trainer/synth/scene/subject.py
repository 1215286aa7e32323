"""Who or what stands before the camera, at one moment and place."""

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
"""Poses a subject, in camera coordinates."""


@dataclass(frozen=True)
class Subject:
    """What is in the scene besides the room, for one exposure.

    Attributes:
        meshes: in camera coordinates; `mirrors` are indices of those that mislead a depth camera (screens).
        keypoints: (4, 3) camera coordinates of right eye, left eye, nose tip, mouth.
        angles: yaw, pitch, roll of the face shown, radians.
        confusing: how much the mirrors mislead; `panes`: lenses of glasses worn.
    """

    meshes: list[Mesh]
    keypoints: Vector
    angles: tuple[float, float, float]
    mirrors: tuple[int, ...] = ()
    confusing: float = 0.0
    panes: tuple[Pane, ...] = ()


@dataclass(frozen=True)
class PoseSample:
    """What everybody does at one exposure.

    Attributes:
        turn: yaw, pitch, roll of who or what is shown, radians, before `spread` narrows it for sheets.
        expression: of the face, if it is a real one.
        other_turn, other_expression: of the person who stands behind an instrument.
        slip: (2,) metres by which a worn sheet has slipped.
        photo: what a screen shows now, in place of its still picture.
        lean: yaw and pitch of a flat instrument that leans far, radians; None: it is turned as a face would be.
    """

    turn: tuple[float, float, float]
    expression: dict[str, float]
    other_turn: tuple[float, float, float] = (0.0, 0.0, 0.0)
    other_expression: dict[str, float] = field(default_factory=dict)
    slip: tuple[float, float] = (0.0, 0.0)
    photo: Photo | None = None
    lean: tuple[float, float] | None = None

    def narrowed(self, spread: float) -> tuple[float, float, float]:
        """The turn times `spread`."""
        return self.turn[0] * spread, self.turn[1] * spread, self.turn[2] * spread

    def flat(self, spread: float) -> tuple[float, float, float]:
        """The turn of a flat instrument: far where it leans, else the turn times `spread`."""
        if self.lean is None:
            return self.narrowed(spread)
        return self.lean[0], self.lean[1], self.turn[2]


def draw_pose_sample(rng: Rng) -> PoseSample:
    """A random moment."""
    slip = rng.normal(0, 0.002, 2)
    return PoseSample(
        draw_turn(rng), draw_expression(rng), draw_turn(rng), draw_expression(rng), (float(slip[0]), float(slip[1])),
        lean=draw_lean(rng),
    )  # fmt: skip


@dataclass(frozen=True)
class Placement:
    """Where the face is to appear: direction of the eyes' middle, and the distance at which a live head would be."""

    ray: Vector
    distance_m: float
