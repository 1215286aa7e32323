"""Mannequin heads: whole rigid heads of one material, bald or with a wig."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from trainer.synth.attacks.masks import plain_surface, smooth
from trainer.synth.heads.headmodel import Floats, HeadModel, Ints
from trainer.synth.people.actor import Actor
from trainer.synth.people.body import Pose, eyes_middle, head_shape, keypoints, place_points, place_worn
from trainer.synth.people.person import Person
from trainer.synth.people.portrait import HAIR
from trainer.synth.people.surface import texels
from trainer.synth.scene.scene import Material, Mesh
from trainer.synth.scene.subject import Subject

Rng = np.random.Generator


@dataclass(frozen=True)
class Mannequin:
    """A mannequin's mesh in head coordinates, with its material."""

    vertices: Floats
    triangles: Ints
    uv: Floats
    material: Material
    description: str


@dataclass(frozen=True)
class Wig:
    """Hair of another person's portrait, worn by a mannequin."""

    person: Person
    material: Material


def make_mannequin(actor: Actor, model: HeadModel, rng: Rng) -> Mannequin:
    """Make a head with the actor's shape, smoothed as casts are, painted in one colour or in a person's colours."""
    person = actor.person
    calm = Pose(np.eye(3), np.zeros(3), actor.identity, {}, 1.0, actor.stature)
    shape = head_shape(person, model, calm)
    parts = [model.parts[name] for name in ("skin", "socket", "eyes") if name in model.parts]
    chosen = np.zeros(len(shape), bool)
    for first, last in parts:
        chosen[first:last] = True
    triangles = model.triangles[chosen[model.triangles].all(1)]
    used, inverse = np.unique(triangles, return_inverse=True)
    triangles = inverse.reshape(-1, 3).astype(np.int32)
    vertices = smooth(shape[used], triangles, int(rng.integers(0, 14)))
    if rng.random() < 0.35:
        material, note = _lifelike(actor, rng)
    else:
        material, note = plain_surface(actor, rng)
    return Mannequin(vertices, triangles, person.uv[used], material, f"mannequin {note}")


def _lifelike(actor: Actor, rng: Rng) -> tuple[Material, str]:
    """Return a softened texture of the person's colours; hair in the portrait is replaced by the colour of skin."""
    person = actor.person
    surface = texels(person, actor.appearance)
    bald = cv2.GaussianBlur((person.region == HAIR).astype(np.float32), (0, 0), 3.0)
    bald = np.maximum(bald, 1 - person.matte.astype(np.float32) / 255)[..., None]
    colour = np.asarray(person.skin, np.float32) * np.float32(actor.appearance.gain)
    surface[..., :3] = surface[..., :3] * (1 - bald) + colour * bald
    surface[..., :3] = cv2.GaussianBlur(surface[..., :3], (0, 0), float(rng.uniform(0.4, 2.0)))
    base, follow = float(rng.uniform(0.2, 0.85)), float(rng.uniform(0.0, 0.7))
    relative = np.clip(surface[..., 0] / max(float(person.skin[0]), 0.02), 0.1, 1.4)
    surface[..., 3] = base * (1 - follow + follow * relative)
    surface[..., 4] = surface[..., 5] = 1.0
    gloss = float(rng.uniform(0.02, 0.8))
    material = Material(
        surface, specular=gloss * 0.4, power=40.0, specular_ir=gloss * 0.7, retro=float(rng.uniform(12, 80)),
        wrap=float(rng.uniform(0.0, 0.15)),
    )  # fmt: skip
    return material, f"lifelike ir={base:.2f} gloss={gloss:.2f}"


def draw_wig(person: Person, actor: Actor, rng: Rng) -> Wig:
    """Draw a wig from the hair of `person`; synthetic hair is dark or bright in infrared."""
    appearance = replace(actor.appearance, hair_ir=float(np.exp(rng.uniform(np.log(0.02), np.log(0.5)))))
    surface = texels(person, appearance)
    hair = ((person.region == HAIR) & (person.matte > 128)).astype(np.float32)
    surface[..., 4] = cv2.GaussianBlur(hair, (0, 0), 1.0)
    surface[..., 5] = 1.0
    shine = float(rng.uniform(0.0, 0.3))
    return Wig(person, Material(surface, specular=shine, power=25, specular_ir=shine, retro=20, cut=True))


def pose_mannequin(head: Mannequin, wig: Wig | None, actor: Actor, model: HeadModel, pose: Pose) -> Subject:
    """Return the head with its wig and things worn in camera coordinates; the angles stay zero."""
    shape = head_shape(actor.person, model, pose)
    origin = eyes_middle(model, shape)
    meshes = [Mesh(place_points(head.vertices, pose, origin), head.triangles, head.uv, head.material)]
    if wig is not None:
        person = wig.person
        # Fit the wig to this skull: move parts that would be inside it outwards, along the direction from its middle.
        own = eyes_middle(model, model.shape(person.identity, person.expression))
        shift = (origin - own).astype(np.float32)
        for vertices, triangles in (
            (person.relief, person.relief_triangles),
            (person.back, person.relief_triangles[:, ::-1].copy()),
        ):
            lifted = (vertices + shift) * np.float32(1.03)
            meshes.append(Mesh(place_points(lifted, pose, origin), triangles, person.relief_uv, wig.material))
    worn, panes = place_worn(actor.worn(model, pose), pose, origin)
    points = keypoints(model, place_points(shape, pose, origin))
    return Subject([*meshes, *worn], points, (0.0, 0.0, 0.0), panes=panes)
