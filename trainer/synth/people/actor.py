"""Random people in random poses: live subjects, photographed victims and wearers of masks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import radians

import numpy as np
import numpy.typing as npt

from trainer.synth.heads.headmodel import Floats, HeadModel
from trainer.synth.people.body import Pose, Worn, head_shape
from trainer.synth.people.covers import draw_fringe, draw_hand
from trainer.synth.people.occluders import draw_glasses, draw_hat
from trainer.synth.people.person import Person
from trainer.synth.people.surface import Appearance, lit_eyes, texels
from trainer.synth.scene import geometry

Rng = np.random.Generator
Vector = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Actor:
    """A person with a shape, an appearance and things worn, constant over a setup; `hand` puts one at the face."""

    person: Person
    identity: Vector
    appearance: Appearance
    glasses: bool
    hat: bool
    stature: float
    seed: int
    fringe: bool = False
    hand: bool = False

    def bare(self) -> Actor:
        """Return the same person with nothing on or in front of the face."""
        return replace(self, glasses=False, hat=False, fringe=False, hand=False)

    def worn(self, model: HeadModel, pose: Pose) -> tuple[Worn, ...]:
        """Return glasses, hat, fringe and hand for the head at `pose`."""
        if not (self.glasses or self.hat or self.fringe or self.hand) or not len(model.landmarks):
            return ()
        rng = np.random.default_rng(self.seed)
        calm = replace(pose, expression={})
        shape = head_shape(self.person, model, calm)
        things: tuple[Worn, ...] = ()
        if self.glasses:
            things += draw_glasses(rng, model, shape)
        if self.hat:
            things += draw_hat(rng, model, shape, self.person.relief)
        appearance = self.appearance
        if self.fringe:
            things += draw_fringe(rng, self.person, model, shape, appearance.hair_ir)
        if self.hand:
            tone = self.person.skin * np.float32(appearance.gain) * np.asarray(appearance.tint, np.float32)
            things += draw_hand(rng, model, shape, tone, appearance.skin_ir * float(rng.uniform(0.85, 1.1)))
        return things


def draw_actor(rng: Rng, person: Person, model: HeadModel, shape_spread: float = 0.8) -> Actor:
    """Draw a random shape and appearance for the person's texture, and perhaps glasses or a hat."""
    count = min(len(model.identity), 40)
    identity = rng.normal(0, shape_spread, count) if count else np.zeros(0)
    # The first component is size, most of which is drawn as `stature`.
    if count:
        identity[0] *= 0.4
    tone = float(person.skin[0])
    appearance = Appearance(
        skin_ir=float(np.clip(rng.normal(0.50 + 0.10 * (tone - 0.35), 0.08), 0.28, 0.72)),
        hair_ir=float(np.clip(np.exp(rng.normal(np.log(0.13), 0.6)), 0.03, 0.55)),
        cloth_ir=float(rng.uniform(0.05, 0.9)),
        oil=float(rng.beta(1.5, 3.0)),
        gain=float(np.exp(rng.normal(0, 0.08))),
        tint=tuple(1 + rng.normal(0, 0.03, 3)),
        ir_follow=float(rng.uniform(0.15, 1.05)),
        shine_ir=float(np.exp(rng.normal(np.log(0.3), 0.8))),
        ir_soft=float(rng.uniform(0.0, 0.03)),
        iris_ir=float(rng.uniform(0.06, 0.4)),
        pupil_ir=float(rng.uniform(0.8, 3.0)) if rng.random() < 0.06 else float(rng.uniform(0.01, 0.06)),
    )
    return Actor(
        person, identity, appearance,
        bool(rng.random() < 0.3), bool(rng.random() < 0.07), float(rng.normal(1.0, 0.025)),
        int(rng.integers(2**31)), bool(rng.random() < 0.12), bool(rng.random() < 0.09),
    )  # fmt: skip


def skin_of(actor: Actor, model: HeadModel) -> Floats:
    """Return the actor's texture (h, w, 6) with the eyes as they appear in infrared."""
    surface = texels(actor.person, actor.appearance)
    lit_eyes(surface, actor.person, model, actor.appearance)
    return surface


WIDE_SHARE = 0.35
"""Probability that a head's yaw and pitch are drawn uniformly from the whole allowed range."""
LEAN_SHARE = 0.35
"""Probability that a flat instrument is strongly tilted."""
MAX_LEAN_DEG = 65.0


def draw_lean(rng: Rng) -> tuple[float, float] | None:
    """Draw yaw and pitch in radians of a tilted flat instrument, up to 65 degrees; None if held like a face."""
    if rng.random() >= LEAN_SHARE:
        return None
    amount, other = rng.uniform(20.0, MAX_LEAN_DEG), rng.uniform(-30.0, 30.0)
    amount *= rng.choice([-1.0, 1.0])
    # Sheets are tilted back and forth more often than sideways.
    yaw, pitch = (other, amount) if rng.random() < 0.6 else (amount, other)
    return radians(yaw), radians(pitch)


def draw_turn(rng: Rng, spread: float = 1.0) -> tuple[float, float, float]:
    """Draw yaw, pitch and roll in radians: mostly towards the camera, up to 35 degrees, and 20 of roll."""
    if rng.random() < WIDE_SHARE:
        yaw, pitch = rng.uniform(-35, 35, 2) * min(spread, 1.0)
    else:
        yaw = np.clip(rng.normal(0, 13.0 * spread), -35, 35)
        pitch = np.clip(rng.normal(0, 9.0 * spread), -35, 35)
    roll = np.clip(rng.normal(0, 7.0 * spread), -20, 20)
    return radians(yaw), radians(pitch), radians(roll)


def draw_expression(rng: Rng) -> dict[str, float]:
    """Draw weights of a momentary expression: often neutral, sometimes smiling, speaking, blinking or frowning."""
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
    """Return the pose of the actor's head with angles (yaw, pitch, roll) in radians and eyes' middle at `position`."""
    return Pose(geometry.turn(*angles), position, actor.identity, expression, follow, actor.stature)
