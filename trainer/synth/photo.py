"""Photographs of a person for prints and screens: the portrait itself or a picture rendered in another room."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fasdemo.frames import Intrinsics
from trainer.synth.actor import draw_actor, draw_expression, draw_turn, pose_of
from trainer.synth.body import posed
from trainer.synth.headmodel import HeadModel
from trainer.synth.person import Person, stable_hash
from trainer.synth.scene import Scene
from trainer.synth.sensor import centre_weight, draw_shot, expose_rgb
from trainer.synth.surroundings import draw_surroundings

PHOTOS = 10
"""Different photographs of one portrait."""


@dataclass(frozen=True)
class Photo:
    """A photograph: uint8 (h, w, 3) with the 68 points in pixels, and the yaw of the head in it (radians)."""

    rgb: npt.NDArray[np.uint8]
    points: npt.NDArray[np.float64]
    angles: tuple[float, float, float]
    glasses: bool


def take_photo(person: Person, model: HeadModel, number: int) -> Photo:
    """Photograph `number` (0 .. `PHOTOS` - 1) of a person; the same for every caller."""
    rng = np.random.default_rng([stable_hash(person.portrait), number, 68])
    camera = Intrinsics(500, 620, 1150.0, 1150.0, 249.5, 309.5)
    actor = draw_actor(rng, person, model, 0.6)
    distance = float(rng.uniform(0.75, 1.0))
    position = np.array([rng.normal(0, 0.015), rng.normal(-0.03, 0.015), distance])
    angles = draw_turn(rng)
    pose = pose_of(actor, angles, position, draw_expression(rng))
    body = posed(person, model, pose, actor.looks, worn=actor.worn(model, pose))
    rooms = draw_surroundings(rng, distance, [])
    picture = Scene(camera, rooms.light, [*body.meshes, *rooms.meshes]).render(2)
    shot = draw_shot(rng, "off")
    marks = body.head[model.landmarks].astype(np.float64)
    points = marks[:, :2] / marks[:, 2:] * camera.fx + (camera.cx, camera.cy)
    middle = points[36:48].mean(0)
    weight = centre_weight(camera.height, camera.width, (middle[0], middle[1] + 50), 110.0)
    return Photo(expose_rgb(picture.rgb, shot, weight, rng), points, angles, actor.glasses)
