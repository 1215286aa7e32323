"""Random people in random poses: what a live subject, a photographed victim and a wearer of a mask have in common."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import radians

import numpy as np
import numpy.typing as npt

from trainer.synth.heads.headmodel import HeadModel
from trainer.synth.people.body import Looks, Pose, Worn, head_shape
from trainer.synth.people.occluders import draw_glasses, draw_hat
from trainer.synth.people.person import Person
from trainer.synth.scene import geometry

Rng = np.random.Generator
Vector = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Actor:
    """A person with a shape, looks and things worn, constant over a setup."""

    person: Person
    identity: Vector
    looks: Looks
    glasses: bool
    hat: bool
    stature: float
    seed: int

    def worn(self, model: HeadModel, pose: Pose) -> tuple[Worn, ...]:
        """Glasses and hat for the head at `pose`."""
        if not (self.glasses or self.hat):
            return ()
        rng = np.random.default_rng(self.seed)
        calm = replace(pose, expression={})
        shape = head_shape(self.person, model, calm)
        things: tuple[Worn, ...] = ()
        if self.glasses:
            things += draw_glasses(rng, model, shape)
        if self.hat:
            things += draw_hat(rng, model, shape, self.person.relief)
        return things


def draw_actor(rng: Rng, person: Person, model: HeadModel, shape_spread: float = 0.8) -> Actor:
    """A random shape under the person's texture, random looks, and perhaps glasses or a hat."""
    count = min(len(model.identity), 40)
    identity = rng.normal(0, shape_spread, count) if count else np.zeros(0)
    # The first component is size: most of it is drawn as stature.
    if count:
        identity[0] *= 0.4
    tone = float(person.skin[0])
    looks = Looks(
        skin_ir=float(np.clip(rng.normal(0.50 + 0.10 * (tone - 0.35), 0.06), 0.3, 0.7)),
        hair_ir=float(np.clip(rng.normal(0.14, 0.05), 0.05, 0.35)),
        cloth_ir=float(rng.uniform(0.12, 0.85)),
        oil=float(rng.beta(1.5, 3.0)),
        gain=float(np.exp(rng.normal(0, 0.08))),
        tint=tuple(1 + rng.normal(0, 0.03, 3)),
    )
    return Actor(
        person, identity, looks, bool(rng.random() < 0.2), bool(rng.random() < 0.07), float(rng.normal(1.0, 0.025)),
        int(rng.integers(2**31)),
    )  # fmt: skip


def draw_turn(rng: Rng, spread: float = 1.0) -> tuple[float, float, float]:
    """Yaw, pitch, roll in radians: mostly towards the camera, up to 35 degrees."""
    yaw = np.clip(rng.normal(0, 13.0 * spread), -35, 35)
    pitch = np.clip(rng.normal(0, 7.5 * spread), -22, 22)
    roll = np.clip(rng.normal(0, 6.0 * spread), -20, 20)
    return radians(yaw), radians(pitch), radians(roll)


def draw_expression(rng: Rng) -> dict[str, float]:
    """Weights of a momentary expression: often calm, sometimes smiling, speaking, blinking or frowning."""
    result: dict[str, float] = {}

    def both(name: str, value: float) -> None:
        for side in ("_L", "_R"):
            result[name + side] = result.get(name + side, 0.0) + float(np.clip(value * rng.uniform(0.85, 1.15), 0, 1))

    if rng.random() < 0.35:
        both("mouthSmile", rng.uniform(0.1, 0.7))
        both("cheekSquint", rng.uniform(0.0, 0.4))
    if rng.random() < 0.35:
        result["jawOpen"] = float(rng.beta(1.2, 3.0) * 0.6)
    if rng.random() < 0.15:
        result["mouthPucker"] = float(rng.uniform(0.1, 0.6))
    if rng.random() < 0.10:
        result["mouthFunnel"] = float(rng.uniform(0.1, 0.5))
    if rng.random() < 0.25:
        result["browInnerUp_L"] = result["browInnerUp_R"] = float(rng.uniform(0.1, 0.6))
    if rng.random() < 0.2:
        both("browDown", rng.uniform(0.1, 0.6))
    lid = rng.random()
    if lid < 0.06:
        both("eyeBlink", rng.uniform(0.7, 1.0))
    elif lid < 0.35:
        both("eyeBlink", rng.uniform(0.05, 0.35))
    elif lid < 0.45:
        both("eyeWide", rng.uniform(0.1, 0.4))
    if rng.random() < 0.1:
        both("mouthFrown", rng.uniform(0.1, 0.5))
    return result


def pose_of(
    actor: Actor,
    angles: tuple[float, float, float],
    position: Vector,
    expression: dict[str, float],
    follow: float = 0.35,
) -> Pose:
    """The actor's head turned by `angles` (yaw, pitch, roll) with the eyes' middle at `position`."""
    return Pose(geometry.turn(*angles), position, actor.identity, expression, follow, actor.stature)
