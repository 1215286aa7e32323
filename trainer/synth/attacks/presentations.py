"""The bona fide presentation and every attack species, drawn at random."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal, get_args

import numpy as np

from trainer.synth.attacks import flat_media
from trainer.synth.attacks.mannequins import draw_wig, make_mannequin, pose_mannequin
from trainer.synth.attacks.masks import Kind, make_mask, worn_mask
from trainer.synth.heads.headmodel import HeadModel
from trainer.synth.people.actor import draw_actor, pose_of, skin_of
from trainer.synth.people.body import posed
from trainer.synth.people.person import Person
from trainer.synth.people.photo import PHOTOS, Photo
from trainer.synth.people.surface import texels
from trainer.synth.scene import geometry
from trainer.synth.scene.scene import Mesh
from trainer.synth.scene.subject import LIVE, SPECIES, PhotoOf, Placement, PoseSample, Rng, Stage, Subject, Vector

# Result of a builder: description, glasses, stage, and factor of the distance compared with a live head.
Built = tuple[str, bool, Stage, float]

Angles = tuple[float, float, float]

_DEVICES: dict[str, Literal["phone", "tablet", "monitor"]] = {
    "replay-phone": "phone", "replay-tablet": "tablet", "replay-monitor": "monitor",
}  # fmt: skip
_MASKS: dict[str, Kind] = {f"mask-{kind}": kind for kind in get_args(Kind)}
MIN_SHEET_M = 0.08
"""Smallest distance between the camera and any part of a tilted sheet, metres."""


def _live(rng: Rng, species: str, person: Person, other: Person, model: HeadModel, photo_of: PhotoOf) -> Built:
    actor = draw_actor(rng, person, model)
    skin = skin_of(actor, model)

    def stage(pose_sample: PoseSample, place: Placement) -> Subject:
        angles = pose_sample.turn
        pose = pose_of(actor, angles, place.ray * place.distance_m, pose_sample.expression)
        body = posed(person, model, pose, actor.appearance, skin, worn=actor.worn(model, pose))
        return Subject(body.meshes, body.keypoints, angles, panes=body.panes)

    return "", actor.glasses, stage, 1.0


def _sheet_subject(
    pose_sample: PoseSample,
    meshes: list[Mesh],
    keys: Vector,
    photo: Photo,
    place: Placement,
    tilt: float,
    mirrors: tuple[int, ...] = (),
) -> Subject:
    turn = pose_sample.flat(tilt)
    position = place.ray * place.distance_m
    # Limit the tilt of a large sheet, so that all of it stays in front of the camera.
    while min(float((m.vertices @ geometry.turn(*turn)[2]).min()) for m in meshes) + position[2] < MIN_SHEET_M:
        turn = (turn[0] * 0.8, turn[1] * 0.8, turn[2])
        if max(abs(turn[0]), abs(turn[1])) < 0.05:
            break
    rotation = geometry.turn(*turn)
    moved = [mesh.moved(rotation, position) for mesh in meshes]
    return Subject(moved, keys @ rotation.T + position, _added(photo.angles, turn), mirrors)


def _added(first: Angles, second: Angles) -> Angles:
    return first[0] + second[0], first[1] + second[1], first[2] + second[2]


def _window(rng: Rng) -> tuple[float, float, float, float]:
    """Draw left, top, right, bottom of a photograph in eye distances around the middle of the eyes."""
    return (-rng.uniform(1.5, 3.4), -rng.uniform(1.7, 3.2), rng.uniform(1.5, 3.4), rng.uniform(2.6, 5.0))


def _holder(rng: Rng, other: Person, model: HeadModel) -> Callable[[PoseSample, Placement], list[Mesh]] | None:
    """Sometimes place the person who holds the instrument behind it."""
    if rng.random() > 0.45:
        return None
    actor = draw_actor(rng, other, model)
    aside, behind = rng.uniform(-0.16, 0.16), rng.uniform(0.12, 0.35)
    drop = rng.uniform(-0.02, 0.1)
    skin = texels(other, actor.appearance)

    def meshes(pose_sample: PoseSample, place: Placement) -> list[Mesh]:
        position = place.ray * place.distance_m + np.array([aside, drop, behind])
        pose = pose_of(actor, pose_sample.other_turn, position, pose_sample.other_expression)
        return posed(other, model, pose, actor.appearance, skin).meshes

    return meshes


def _hand(rng: Rng, mesh: Mesh, other: Person) -> list[Mesh]:
    if rng.random() < 0.4:
        return []
    x = mesh.vertices[:, 0]
    found: list[Mesh] = []
    for side in rng.choice([-1, 1], size=int(rng.integers(1, 3)), replace=False):
        column = np.flatnonzero(np.isclose(x, x.max() if side > 0 else x.min(), atol=1e-4))
        row = column[int(rng.integers(len(column) // 2, len(column)))]
        found += flat_media.fingers(
            rng, mesh.vertices[row].astype(np.float64), np.array([-float(side), 0.0, 0.0]), other.skin
        )
    return found


def _paper(rng: Rng, species: str, person: Person, other: Person, model: HeadModel, photo_of: PhotoOf) -> Built:
    """Draw a flat print, a bent print or a poster."""
    photo = photo_of(person, int(rng.integers(PHOTOS)))
    poster = species == "poster"
    scale = float(rng.uniform(1.35, 2.4)) if poster else float(np.exp(rng.normal(np.log(0.95), 0.16)))
    border = float(rng.uniform(0.002, 0.02)) * scale if rng.random() < 0.5 else 0.0
    picture, sheet = flat_media.lay_out(photo, scale, _window(rng), border)
    printing = flat_media.draw_printing(rng)
    printed = flat_media.print_texels(picture, printing, rng)
    trimmed = not poster and rng.random() < 0.12
    if trimmed:
        flat_media.trim_to_head(printed, sheet.points, rng)
    sheet = replace(sheet, texels=printed)
    flat = sheet.mesh(flat_media.print_material(printed, printing, trimmed))
    vertices = flat.vertices
    note = f"ink={printing.ink} scale={scale:.2f}"
    if species == "print-bent":
        radius, axis = float(np.exp(rng.uniform(np.log(0.065), np.log(0.30)))), float(rng.normal(0, 0.35))
        if rng.random() < 0.25:
            axis += np.pi / 2
            radius = max(radius, 0.12)
        hollow = bool(rng.random() < 0.2)
        vertices = flat_media.bend(
            flat_media.crumple(vertices, 0.0015, rng), max(radius, 0.09 if hollow else 0.0), axis, hollow
        )
        note += f" radius_m={radius:.2f}"
    elif not poster:
        vertices = flat_media.bend(
            flat_media.crumple(vertices, 0.0008, rng), float(rng.uniform(1.0, 6.0)), float(rng.uniform(0, 3.1))
        )
    keys3 = np.column_stack([sheet.keypoints, np.zeros(4)])
    nearest = np.array([int(np.argmin(((flat.vertices - k) ** 2).sum(1))) for k in keys3])
    keys3 = vertices[nearest].astype(np.float64)
    mesh = replace(flat, vertices=vertices, normals=None)
    extra = [] if poster else _hand(rng, mesh, other)
    holder = None if poster else _holder(rng, other, model)

    def stage(pose_sample: PoseSample, place: Placement) -> Subject:
        subject = _sheet_subject(pose_sample, [mesh, *extra], keys3, photo, place, 0.55)
        return replace(subject, meshes=subject.meshes + holder(pose_sample, place)) if holder else subject

    return note, photo.glasses, stage, scale


def _cut(rng: Rng, species: str, person: Person, other: Person, model: HeadModel, photo_of: PhotoOf) -> Built:
    """Draw a print with parts cut out, or half a print, worn in front of a real face."""
    parts = tuple(species.split("-")[2 if "cut" in species else 1 :])
    photo = photo_of(person, int(rng.integers(PHOTOS)))
    # Only frontal photographs fit in front of a face.
    for number in range(PHOTOS):
        if max(abs(photo.angles[0]), abs(photo.angles[1])) < 0.22:
            break
        photo = photo_of(person, number)
    wearer = draw_actor(rng, other, model).bare()
    skin = skin_of(wearer, model)
    scale = float(rng.normal(1.0, 0.04))
    border = float(rng.uniform(0.002, 0.015)) if rng.random() < 0.3 else 0.0
    picture, sheet = flat_media.lay_out(
        photo,
        scale,
        (-rng.uniform(1.4, 2.4), -rng.uniform(1.5, 2.6), rng.uniform(1.4, 2.4), rng.uniform(2.4, 3.6)),
        border,
    )
    printing = flat_media.draw_printing(rng)
    printed = flat_media.print_texels(picture, printing, rng)
    half = flat_media.cut_half(printed, sheet.points, rng) if parts == ("half",) else ""
    if not half:
        flat_media.cut_holes(printed, sheet.points, parts, rng)
    trimmed = rng.random() < 0.45
    if trimmed:
        flat_media.trim_to_head(printed, sheet.points, rng)
    sheet = replace(sheet, texels=printed)
    flat = sheet.mesh(flat_media.print_material(printed, printing, True))
    bent = rng.random() < 0.6
    vertices = flat_media.crumple(flat.vertices, 0.0012, rng)
    radius = float(rng.uniform(0.085, 0.16)) if bent else 5.0
    vertices = flat_media.bend(vertices, radius, float(rng.normal(0, 0.05)))
    # The sheet touches the nose, or the face if the nose passes through it, or is held in front of it.
    gap = float(rng.uniform(0.0, 0.02)) - (float(rng.uniform(0.012, 0.02)) if "nose" in parts else 0.0)
    extra = [] if trimmed else _hand(rng, replace(flat, vertices=vertices), other)
    mesh = replace(flat, vertices=vertices, normals=None)
    keys3 = np.column_stack([sheet.keypoints, np.zeros(4)])

    def stage(pose_sample: PoseSample, place: Placement) -> Subject:
        angles = pose_sample.narrowed(0.9)
        position = place.ray * place.distance_m
        pose = pose_of(wearer, angles, position, pose_sample.expression)
        body = posed(other, model, pose, wearer.appearance, skin)
        rotation = pose.rotation
        nose = (body.keypoints[2] - position) @ rotation  # in axes of the head
        offset = rotation @ np.array([*pose_sample.slip, float(nose[2]) - 0.003 - gap])
        keys = keys3 @ rotation.T + position + offset
        meshes = [m.moved(rotation, position + offset) for m in (mesh, *extra)]
        return Subject([*meshes, *body.meshes], keys, _added(photo.angles, angles))

    note = f"ink={printing.ink} bent={bent} radius_m={radius:.2f} trimmed={trimmed}" + (f" half={half}" if half else "")
    return note, photo.glasses, stage, 1.0


def _replay(rng: Rng, species: str, person: Person, other: Person, model: HeadModel, photo_of: PhotoOf) -> Built:
    kind = _DEVICES[species]
    photo = photo_of(person, int(rng.integers(PHOTOS)))
    scale = {"phone": rng.uniform(0.45, 0.75), "tablet": rng.uniform(0.7, 1.1), "monitor": rng.uniform(0.95, 1.8)}[kind]
    left, top, right, bottom = _window(rng)
    if kind == "phone":
        left, right = -rng.uniform(1.3, 2.0), rng.uniform(1.3, 2.0)
    points, window = photo.points, (left, top, right, bottom)
    _, sheet = flat_media.lay_out(photo, float(scale), window, 0.0)
    screen = flat_media.draw_screen(rng, kind)
    grain = int(rng.integers(2**31))

    def shown(photo: Photo) -> flat_media.Floats:
        return flat_media.screen_texels(flat_media.cut_out(photo, points, window), screen, np.random.default_rng(grain))

    sheet = replace(sheet, texels=shown(photo))
    device = flat_media.screen_meshes(sheet, screen, rng)
    keys3 = np.column_stack([sheet.keypoints, np.zeros(4)])
    hand = [] if kind == "monitor" else _hand(rng, device[0], other)
    holder = None if kind == "monitor" else _holder(rng, other, model)

    def stage(pose_sample: PoseSample, place: Placement) -> Subject:
        pane = device[0]
        if pose_sample.photo is not None:
            pane = replace(pane, material=replace(pane.material, texels=shown(pose_sample.photo)))
        subject = _sheet_subject(pose_sample, [pane, *device[1:], *hand], keys3, photo, place, 0.6, mirrors=(0,))
        subject = replace(subject, confusing=screen.confusing)
        return replace(subject, meshes=subject.meshes + holder(pose_sample, place)) if holder else subject

    return f"scale={scale:.2f} radiance={screen.radiance:.2f}", photo.glasses, stage, float(scale)


def _mask(rng: Rng, species: str, person: Person, other: Person, model: HeadModel, photo_of: PhotoOf) -> Built:
    kind = _MASKS[species]
    victim = draw_actor(rng, person, model, 0.6).bare()
    mask = make_mask(kind, victim, model, rng)
    wearer = draw_actor(rng, other, model, 0.3)
    wearer = replace(wearer, identity=np.zeros(0), stature=float(rng.normal(0.98, 0.01)))
    bare = rng.random() < 0.15
    skins = skin_of(victim, model), skin_of(wearer, model)

    def stage(pose_sample: PoseSample, place: Placement) -> Subject:
        angles = pose_sample.turn
        position = place.ray * place.distance_m
        expression = {k: v for k, v in pose_sample.expression.items() if k.startswith("eye")} if mask.open_eyes else {}
        pose = pose_of(wearer, angles, position, expression)
        face = pose_of(victim, angles, position, {})
        shell = worn_mask(mask, model, face, victim)
        own = posed(person, model, replace(face, expression=expression), victim.appearance, skins[0])
        body = posed(other, model, pose, wearer.appearance, skins[1], wearer.worn(model, pose))
        # Add the wearer's hair, neck and shoulders; the eyes are at the mask's holes.
        meshes = [shell]
        if mask.open_eyes:
            meshes += [own.meshes[own.eyes]]
        meshes += body.meshes[body.cover + (2 if bare else 0) :]
        return Subject(meshes, own.keypoints, angles, panes=body.panes)

    return mask.description + (" bare" if bare else ""), wearer.glasses, stage, 1.0


def _half_mask(rng: Rng, species: str, person: Person, other: Person, model: HeadModel, photo_of: PhotoOf) -> Built:
    """Draw a mask of `person` over a part of the face of `other`, to whose face it is fitted."""
    wearer = draw_actor(rng, other, model)
    identity = other.identity.astype(np.float64).copy()
    identity[: len(wearer.identity)] += wearer.identity
    # Use the wearer's shape with the victim's texture, without the rest of the victim's own shape.
    fitted = identity - person.identity[: len(identity)]
    victim = replace(draw_actor(rng, person, model).bare(), identity=fitted, stature=wearer.stature)
    mask = make_mask("half", victim, model, rng)
    skin = skin_of(wearer, model)

    def stage(pose_sample: PoseSample, place: Placement) -> Subject:
        position = place.ray * place.distance_m
        calm = {k: v * 0.4 for k, v in pose_sample.expression.items() if not k.startswith("jaw")}
        pose = pose_of(wearer, pose_sample.turn, position, calm)
        body = posed(other, model, pose, wearer.appearance, skin, wearer.worn(model, pose))
        shell = worn_mask(mask, model, pose_of(victim, pose_sample.turn, position, {}), victim)
        return Subject([*body.meshes, shell], body.keypoints, pose_sample.turn, panes=body.panes)

    return mask.description, wearer.glasses, stage, 1.0


def _mannequin(rng: Rng, species: str, person: Person, other: Person, model: HeadModel, photo_of: PhotoOf) -> Built:
    """Draw a mannequin with the face of `person`, with or without glasses and a wig of the hair of `other`."""
    sculpted = draw_actor(rng, person, model, 0.6)
    sculpted = replace(sculpted, glasses=bool(rng.random() < 0.4), hat=sculpted.hat and species == "mannequin")
    sculpted = replace(sculpted, fringe=species == "mannequin-wig" and bool(rng.random() < 0.35), hand=False)
    head = make_mannequin(sculpted, model, rng)
    hair = draw_wig(other, sculpted, rng) if species == "mannequin-wig" else None

    def stage(pose_sample: PoseSample, place: Placement) -> Subject:
        pose = pose_of(sculpted, pose_sample.turn, place.ray * place.distance_m, {}, follow=1.0)
        subject = pose_mannequin(head, hair, sculpted, model, pose)
        return replace(subject, angles=pose_sample.turn)

    return head.description, sculpted.glasses, stage, 1.0


def _builder(species: str) -> Callable[[Rng, str, Person, Person, HeadModel, PhotoOf], Built]:
    if species == LIVE:
        return _live
    if species == "mask-half":
        return _half_mask
    if species.startswith("mask"):
        return _mask
    if species.startswith("mannequin"):
        return _mannequin
    if species.startswith("replay"):
        return _replay
    return _cut if species.startswith(("print-cut", "print-half")) else _paper


PRESENTATIONS = {species: _builder(species) for species in (LIVE, *SPECIES)}
"""A builder of a presentation.

Its arguments are a generator, the species, the person shown, the person who holds or wears the instrument, the head
model and the photographs.
"""
