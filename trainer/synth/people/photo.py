"""Photographs of people for prints and screens: the portrait itself or a picture rendered in another room."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fasdemo.frames import Intrinsics
from trainer.synth.heads.headmodel import HeadModel
from trainer.synth.people.actor import draw_actor, draw_expression, draw_turn, pose_of
from trainer.synth.people.body import posed
from trainer.synth.people.person import Person, stable_hash
from trainer.synth.people.surface import texels
from trainer.synth.scene.panes import reflect
from trainer.synth.scene.scene import Scene
from trainer.synth.scene.surroundings import draw_surroundings
from trainer.synth.scene.textures import TexturePack
from trainer.synth.sensors.sensor import centre_weight, draw_exposure_params, expose_rgb

PHOTOS = 4
"""Number of different photographs of one portrait."""


@dataclass(frozen=True)
class Photo:
    """A photograph: uint8 (h, w, 3) with the 68 points in pixels and the angles of the head in radians."""

    rgb: npt.NDArray[np.uint8]
    points: npt.NDArray[np.float64]
    angles: tuple[float, float, float]
    glasses: bool


def take_photo(person: Person, model: HeadModel, number: int) -> Photo:
    """Return photograph `number` (0 to `PHOTOS` - 1) of a person; it is the same for every caller."""
    rng = np.random.default_rng([stable_hash(person.portrait), number, 68])
    return _photograph(rng, person, model, None)[0]


def take_clip(
    person: Person, model: HeadModel, seed: int, moves: list[tuple[tuple[float, float, float], dict[str, float]]]
) -> list[Photo]:
    """Render a film of a person in one room, with turn (yaw, pitch, roll in radians) and expression of each picture."""
    return _photograph(np.random.default_rng([stable_hash(person.portrait), seed, 69]), person, model, moves)


def _photograph(
    rng: np.random.Generator, person: Person, model: HeadModel,
    moves: list[tuple[tuple[float, float, float], dict[str, float]]] | None,
) -> list[Photo]:  # fmt: skip
    camera = Intrinsics(500, 620, 1150.0, 1150.0, 249.5, 309.5)
    actor = draw_actor(rng, person, model, 0.6)
    distance = float(rng.uniform(0.75, 1.0))
    position = np.array([rng.normal(0, 0.015), rng.normal(-0.03, 0.015), distance])
    if moves is None:
        moves = [(draw_turn(rng), draw_expression(rng))]
    else:
        actor = actor.bare()
    skin = texels(person, actor.appearance)
    rooms = draw_surroundings(rng, distance, [])
    params = draw_exposure_params(rng, "off")
    textures = TexturePack()
    photos = []
    for angles, expression in moves:
        pose = pose_of(actor, angles, position, expression)
        body = posed(person, model, pose, actor.appearance, skin, actor.worn(model, pose))
        picture = Scene(camera, rooms.light, [*body.meshes, *rooms.meshes], textures).render(2, lit_samples=2)
        reflect(picture, body.panes, camera, rooms.light)
        marks = body.head[model.landmarks].astype(np.float64)
        points = marks[:, :2] / marks[:, 2:] * camera.fx + (camera.cx, camera.cy)
        middle = points[36:48].mean(0)
        weight = centre_weight(camera.height, camera.width, (middle[0], middle[1] + 50), 75.0 * params.metering)
        photos.append(Photo(expose_rgb(picture.rgb, params, weight, rng), points, angles, actor.glasses))
    return photos
