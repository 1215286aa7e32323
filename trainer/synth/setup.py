"""One setup: who or what stands before which camera in which room; and the exposures taken of it.

Live and attack setups share every line here but the one that builds the subject.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from math import degrees
from typing import Literal, cast

import numpy as np
import numpy.typing as npt

from fasdemo.frames import Calibration, FrameSet, Intrinsics, Truth
from trainer.synth import geometry, sheets
from trainer.synth.actor import draw_actor, draw_expression, draw_turn, pose_of
from trainer.synth.body import posed, texels
from trainer.synth.headmodel import HeadModel
from trainer.synth.masks import Kind, make_mask, worn_mask
from trainer.synth.person import Person
from trainer.synth.photo import PHOTOS, Photo
from trainer.synth.scene import Mesh, Scene
from trainer.synth.sensor import (
    PRESETS,
    DepthQuality,
    Projector,
    SensorPreset,
    Shot,
    centre_weight,
    draw_quality,
    draw_shot,
    expose_ir,
    expose_rgb,
    measure_depth,
)
from trainer.synth.surroundings import Surroundings, draw_surroundings

Rng = np.random.Generator
Vector = npt.NDArray[np.float64]

LIVE = "live"
SPECIES = (
    "print-flat", "print-bent", "print-cut-eyes", "print-cut-eyes-nose", "print-cut-eyes-nose-mouth", "poster",
    "replay-phone", "replay-tablet", "replay-monitor", "mask-resin", "mask-plaster", "mask-silicone", "mask-paper",
)  # fmt: skip
"""Presentation attack instrument species."""

PhotoOf = Callable[[Person, int], Photo]
Stage = Callable[["Moment", "Placement"], "Subject"]


@dataclass(frozen=True)
class Subject:
    """What is in the scene besides the room, for one exposure.

    Attributes:
        meshes: in camera coordinates; `mirrors` are indices of those that mislead a depth camera (screens).
        keypoints: (4, 3) camera coordinates of right eye, left eye, nose tip, mouth.
        angles: yaw, pitch, roll of the face shown, radians.
    """

    meshes: list[Mesh]
    keypoints: Vector
    angles: tuple[float, float, float]
    mirrors: tuple[int, ...] = ()
    confusing: float = 0.0


@dataclass(frozen=True)
class Moment:
    """What everybody does at one exposure.

    Attributes:
        turn: yaw, pitch, roll of who or what is shown, radians, before `spread` narrows it for sheets.
        expression: of the face, if it is a real one.
        other_turn, other_expression: of the person who stands behind an instrument.
        slip: (2,) metres by which a worn sheet has slipped.
        photo: what a screen shows now, in place of its still picture.
    """

    turn: tuple[float, float, float]
    expression: dict[str, float]
    other_turn: tuple[float, float, float] = (0.0, 0.0, 0.0)
    other_expression: dict[str, float] = field(default_factory=dict)
    slip: tuple[float, float] = (0.0, 0.0)
    photo: Photo | None = None

    def narrowed(self, spread: float) -> tuple[float, float, float]:
        """The turn times `spread`."""
        return self.turn[0] * spread, self.turn[1] * spread, self.turn[2] * spread


def draw_moment(rng: Rng) -> Moment:
    """A random moment."""
    slip = rng.normal(0, 0.002, 2)
    return Moment(
        draw_turn(rng), draw_expression(rng), draw_turn(rng), draw_expression(rng), (float(slip[0]), float(slip[1]))
    )


@dataclass(frozen=True)
class Placement:
    """Where the face is to appear: direction of the eyes' middle, and the distance at which a live head would be."""

    ray: Vector
    distance_m: float


@dataclass
class Setup:
    """A subject that can be posed again and again in one room before one sensor."""

    species: str
    person: Person
    preset: SensorPreset
    camera: Intrinsics
    surroundings: Surroundings
    quality: DepthQuality
    projector: Projector
    placement: Placement
    instrument: str
    glasses: bool
    stage: Stage = field(repr=False)

    @property
    def label(self) -> Literal["live", "spoof"]:
        """The truth."""
        return "live" if self.species == LIVE else "spoof"


@dataclass(frozen=True)
class Frame:
    """A rendered frame set with what is known about it."""

    frames: FrameSet
    keypoints: Vector
    """(4, 2) projected right eye, left eye, nose, mouth in pixels."""
    distance_m: float
    angles_deg: tuple[float, float, float]
    shot: Shot


def camera_of(preset: SensorPreset, width: int = 640, height: int = 480) -> Intrinsics:
    """The preset's RGB camera, to which depth and infrared are registered."""
    focal = preset.rgb_fx * width / 640
    return Intrinsics(width, height, focal, focal, (width - 1) / 2, (height - 1) / 2)


def draw_placement(rng: Rng, camera: Intrinsics) -> Placement:
    """Faces of the same sizes at the same places for every class: as a live head at 0.25 to 1.5 m gives."""
    # What counts for a network is the size in the image, so wide cameras are used nearer.
    low, high = 0.26 * max(camera.fx / 615, 0.8), min(1.5, 1.25 * camera.fx / 615)
    distance = float(np.exp(rng.uniform(np.log(low), np.log(high))))
    pixels = 0.063 * camera.fx / distance
    room_x = max(camera.width / 2 - 1.7 * pixels, 8.0)
    room_y = max(camera.height / 2 - 2.0 * pixels, 8.0)
    x = float(np.clip(rng.normal(0, 70), -room_x, room_x))
    y = float(np.clip(rng.normal(-20, 40), -room_y, room_y))
    return Placement(np.array([x / camera.fx, y / camera.fy, 1.0]), distance)


def draw_setup(
    rng: Rng, species: str, person: Person, other: Person, model: HeadModel, photo_of: PhotoOf, preset_name: str,
    projector: Projector | None = None, light: str | None = None, environments: list[object] | None = None,
) -> Setup:  # fmt: skip
    """A random setup of `species` that shows `person`; `other` holds or wears what is not a live face."""
    preset = PRESETS[preset_name]
    camera = camera_of(preset)
    placement = draw_placement(rng, camera)
    if projector is None:
        projector = cast(Projector, str(rng.choice(["on", "off", "interleaved"], p=[0.45, 0.15, 0.4])))
    if not preset.dots:
        projector = "on" if preset.principle != "stereo" else projector
    build = _live if species == LIVE else _BUILDERS[species]
    instrument, glasses, stage, factor = build(rng, species, person, other, model, photo_of)
    placement = replace(placement, distance_m=max(placement.distance_m * factor, preset.near_m + 0.05))
    surroundings = draw_surroundings(rng, placement.distance_m + 0.1, environments or [], light)  # type: ignore[arg-type]
    return Setup(
        species,
        person,
        preset,
        camera,
        surroundings,
        draw_quality(rng),
        projector,
        placement,
        instrument,
        glasses,
        stage,
    )


def take(
    setup: Setup, rng: Rng, shot: Shot | None = None, subject: Subject | None = None, supersample: int = 2
) -> Frame:
    """One exposure: pose the subject anew, render, and pass it through the sensor."""
    if subject is None:
        here = setup.placement
        jitter = rng.normal(0, 0.012, 3) * (1, 1, 0)
        near = float(np.exp(rng.normal(0, 0.03)))
        subject = setup.stage(draw_moment(rng), Placement(here.ray + jitter, here.distance_m * near))
    camera, preset = setup.camera, setup.preset
    shot = shot or draw_shot(rng, setup.projector)
    scene = Scene(camera, setup.surroundings.light, [*subject.meshes, *setup.surroundings.meshes])
    picture = scene.render(supersample)
    points = subject.keypoints[:, :2] / subject.keypoints[:, 2:] * (camera.fx, camera.fy) + (camera.cx, camera.cy)
    eyes = 0.063 * camera.fx / float(subject.keypoints[:2, 2].mean())
    weight = centre_weight(
        camera.height, camera.width, (float(points[:, 0].mean()), float(points[:, 1].mean())), shot.metering * eyes
    )
    rgb = expose_rgb(picture.rgb, shot, weight, rng)
    confusing = None
    if subject.mirrors:
        confusing = np.isin(picture.surface, subject.mirrors).astype(np.float32) * np.float32(subject.confusing)
    depth = measure_depth(
        picture.depth_m, picture.ir, confusing, preset, camera, setup.quality, shot.projector, weight, rng
    )
    ir_shot = replace(shot, projector="off") if shot.projector == "interleaved" else shot
    ir = expose_ir(picture.ir, picture.depth_m, preset, camera, ir_shot, weight, rng)
    frames = FrameSet(
        index=0,
        timestamp_s=0.0,
        rgb=rgb,
        depth=depth,
        depth_scale=preset.unit_m,
        ir=ir,
        calibration=Calibration(camera, camera, camera),
        declared=frozenset({"rgb", "depth", "ir"}),
        emitter_on=shot.projector == "on",
        truth=Truth(setup.label, "" if setup.species == LIVE else setup.species),
    )
    distance = float(np.linalg.norm(subject.keypoints[:2].mean(0)))
    return Frame(
        frames, points, distance, cast("tuple[float, float, float]", tuple(degrees(a) for a in subject.angles)), shot
    )


# What a builder gives: description, glasses, the stage, and how much farther than a live head it has to be.
Built = tuple[str, bool, Stage, float]


def _live(rng: Rng, species: str, person: Person, other: Person, model: HeadModel, photo_of: PhotoOf) -> Built:
    actor = draw_actor(rng, person, model)
    skin = texels(person, actor.looks)

    def stage(moment: Moment, place: Placement) -> Subject:
        angles = moment.turn
        pose = pose_of(actor, angles, place.ray * place.distance_m, moment.expression)
        body = posed(person, model, pose, actor.looks, skin, worn=actor.worn(model, pose))
        return Subject(body.meshes, body.keypoints, angles)

    return "", actor.glasses, stage, 1.0


def _sheet_subject(
    moment: Moment,
    meshes: list[Mesh],
    keys: Vector,
    photo: Photo,
    place: Placement,
    tilt: float,
    mirrors: tuple[int, ...] = (),
) -> Subject:
    turn = moment.narrowed(tilt)
    rotation = geometry.turn(*turn)
    position = place.ray * place.distance_m
    moved = [mesh.moved(rotation, position) for mesh in meshes]
    angles = tuple(a + b for a, b in zip(photo.angles, turn, strict=True))
    return Subject(moved, keys @ rotation.T + position, cast("tuple[float, float, float]", angles), mirrors)


def _window(rng: Rng) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of a photograph in eye distances around the eyes' middle."""
    return (-rng.uniform(1.5, 3.4), -rng.uniform(1.7, 3.2), rng.uniform(1.5, 3.4), rng.uniform(2.6, 5.0))


def _holder(rng: Rng, other: Person, model: HeadModel) -> Callable[[Moment, Placement], list[Mesh]] | None:
    """Sometimes the person who holds the instrument stands behind it."""
    if rng.random() > 0.45:
        return None
    actor = draw_actor(rng, other, model)
    aside, behind = rng.uniform(-0.16, 0.16), rng.uniform(0.12, 0.35)
    drop = rng.uniform(-0.02, 0.1)
    skin = texels(other, actor.looks)

    def meshes(moment: Moment, place: Placement) -> list[Mesh]:
        position = place.ray * place.distance_m + np.array([aside, drop, behind])
        pose = pose_of(actor, moment.other_turn, position, moment.other_expression)
        return posed(other, model, pose, actor.looks, skin).meshes

    return meshes


def _hand(rng: Rng, mesh: Mesh, other: Person) -> list[Mesh]:
    if rng.random() < 0.4:
        return []
    x = mesh.vertices[:, 0]
    found: list[Mesh] = []
    for side in rng.choice([-1, 1], size=int(rng.integers(1, 3)), replace=False):
        column = np.flatnonzero(np.isclose(x, x.max() if side > 0 else x.min(), atol=1e-4))
        row = column[int(rng.integers(len(column) // 2, len(column)))]
        found += sheets.fingers(
            rng, mesh.vertices[row].astype(np.float64), np.array([-float(side), 0.0, 0.0]), other.skin
        )
    return found


def _paper(rng: Rng, species: str, person: Person, other: Person, model: HeadModel, photo_of: PhotoOf) -> Built:
    """Flat print, bent print, poster."""
    photo = photo_of(person, int(rng.integers(PHOTOS)))
    poster = species == "poster"
    scale = float(rng.uniform(1.35, 2.4)) if poster else float(np.exp(rng.normal(np.log(0.95), 0.16)))
    border = float(rng.uniform(0.002, 0.02)) * scale if rng.random() < 0.5 else 0.0
    picture, sheet = sheets.lay_out(photo, scale, _window(rng), border)
    printing = sheets.draw_printing(rng)
    printed = sheets.print_texels(picture, printing, rng)
    trimmed = not poster and rng.random() < 0.12
    if trimmed:
        sheets.trim_to_head(printed, sheet.points, rng)
    sheet = replace(sheet, texels=printed)
    flat = sheet.mesh(sheets.print_material(printed, printing, trimmed))
    vertices = flat.vertices
    note = f"ink={printing.ink} scale={scale:.2f}"
    if species == "print-bent":
        radius, axis = float(np.exp(rng.uniform(np.log(0.065), np.log(0.30)))), float(rng.normal(0, 0.35))
        if rng.random() < 0.25:
            axis += np.pi / 2
            radius = max(radius, 0.12)
        hollow = bool(rng.random() < 0.2)
        vertices = sheets.bend(
            sheets.crumple(vertices, 0.0015, rng), max(radius, 0.09 if hollow else 0.0), axis, hollow
        )
        note += f" radius_m={radius:.2f}"
    elif not poster:
        vertices = sheets.bend(
            sheets.crumple(vertices, 0.0008, rng), float(rng.uniform(1.0, 6.0)), float(rng.uniform(0, 3.1))
        )
    keys3 = np.column_stack([sheet.keypoints, np.zeros(4)])
    nearest = np.array([int(np.argmin(((flat.vertices - k) ** 2).sum(1))) for k in keys3])
    keys3 = vertices[nearest].astype(np.float64)
    mesh = replace(flat, vertices=vertices, normals=None)
    extra = [] if poster else _hand(rng, mesh, other)
    holder = None if poster else _holder(rng, other, model)

    def stage(moment: Moment, place: Placement) -> Subject:
        subject = _sheet_subject(moment, [mesh, *extra], keys3, photo, place, 0.55)
        return replace(subject, meshes=subject.meshes + holder(moment, place)) if holder else subject

    return note, photo.glasses, stage, scale


def _cut(rng: Rng, species: str, person: Person, other: Person, model: HeadModel, photo_of: PhotoOf) -> Built:
    """A print with parts cut out, worn before a real face."""
    parts = tuple(species.split("-")[2:])
    photo = photo_of(person, int(rng.integers(PHOTOS)))
    # Only photographs that look ahead fit before a face.
    for number in range(PHOTOS):
        if max(abs(photo.angles[0]), abs(photo.angles[1])) < 0.22:
            break
        photo = photo_of(person, number)
    wearer = draw_actor(rng, other, model)
    wearer = replace(wearer, glasses=False, hat=False)
    skin = texels(other, wearer.looks)
    scale = float(rng.normal(1.0, 0.04))
    border = float(rng.uniform(0.002, 0.015)) if rng.random() < 0.3 else 0.0
    picture, sheet = sheets.lay_out(
        photo,
        scale,
        (-rng.uniform(1.4, 2.4), -rng.uniform(1.5, 2.6), rng.uniform(1.4, 2.4), rng.uniform(2.4, 3.6)),
        border,
    )
    printing = sheets.draw_printing(rng)
    printed = sheets.print_texels(picture, printing, rng)
    sheets.cut_holes(printed, sheet.points, parts, rng)
    trimmed = rng.random() < 0.45
    if trimmed:
        sheets.trim_to_head(printed, sheet.points, rng)
    sheet = replace(sheet, texels=printed)
    flat = sheet.mesh(sheets.print_material(printed, printing, True))
    bent = rng.random() < 0.6
    vertices = sheets.crumple(flat.vertices, 0.0012, rng)
    radius = float(rng.uniform(0.085, 0.16)) if bent else 5.0
    vertices = sheets.bend(vertices, radius, float(rng.normal(0, 0.05)))
    # The sheet touches the nose, or the face where the nose looks through, or is held before it.
    gap = float(rng.uniform(0.0, 0.02)) - (float(rng.uniform(0.012, 0.02)) if "nose" in parts else 0.0)
    extra = [] if trimmed else _hand(rng, replace(flat, vertices=vertices), other)
    mesh = replace(flat, vertices=vertices, normals=None)
    keys3 = np.column_stack([sheet.keypoints, np.zeros(4)])

    def stage(moment: Moment, place: Placement) -> Subject:
        angles = moment.narrowed(0.9)
        position = place.ray * place.distance_m
        pose = pose_of(wearer, angles, position, moment.expression)
        body = posed(other, model, pose, wearer.looks, skin)
        rotation = pose.rotation
        nose = (body.keypoints[2] - position) @ rotation  # in the head's own axes
        offset = rotation @ np.array([*moment.slip, float(nose[2]) - 0.003 - gap])
        keys = keys3 @ rotation.T + position + offset
        meshes = [m.moved(rotation, position + offset) for m in (mesh, *extra)]
        shown = tuple(a + b for a, b in zip(photo.angles, angles, strict=True))
        return Subject([*meshes, *body.meshes], keys, cast("tuple[float, float, float]", shown))

    note = f"ink={printing.ink} bent={bent} radius_m={radius:.2f} trimmed={trimmed}"
    return note, photo.glasses, stage, 1.0


def _replay(rng: Rng, species: str, person: Person, other: Person, model: HeadModel, photo_of: PhotoOf) -> Built:
    kind = cast(Literal["phone", "tablet", "monitor"], species.split("-")[1])
    photo = photo_of(person, int(rng.integers(PHOTOS)))
    scale = {"phone": rng.uniform(0.45, 0.75), "tablet": rng.uniform(0.7, 1.1), "monitor": rng.uniform(0.95, 1.8)}[kind]
    left, top, right, bottom = _window(rng)
    if kind == "phone":
        left, right = -rng.uniform(1.3, 2.0), rng.uniform(1.3, 2.0)
    points, window = photo.points, (left, top, right, bottom)
    _, sheet = sheets.lay_out(photo, float(scale), window, 0.0)
    screen = sheets.draw_screen(rng, kind)
    grain = int(rng.integers(2**31))

    def shown(photo: Photo) -> sheets.Floats:
        return sheets.screen_texels(sheets.cut_out(photo, points, window), screen, np.random.default_rng(grain))

    sheet = replace(sheet, texels=shown(photo))
    device = sheets.screen_meshes(sheet, screen, rng)
    keys3 = np.column_stack([sheet.keypoints, np.zeros(4)])
    hand = [] if kind == "monitor" else _hand(rng, device[0], other)
    holder = None if kind == "monitor" else _holder(rng, other, model)

    def stage(moment: Moment, place: Placement) -> Subject:
        pane = device[0]
        if moment.photo is not None:
            pane = replace(pane, material=replace(pane.material, texels=shown(moment.photo)))
        subject = _sheet_subject(moment, [pane, *device[1:], *hand], keys3, photo, place, 0.6, mirrors=(0,))
        subject = replace(subject, confusing=screen.confusing)
        return replace(subject, meshes=subject.meshes + holder(moment, place)) if holder else subject

    return f"scale={scale:.2f} radiance={screen.radiance:.2f}", photo.glasses, stage, float(scale)


def _mask(rng: Rng, species: str, person: Person, other: Person, model: HeadModel, photo_of: PhotoOf) -> Built:
    kind = cast(Kind, species.split("-")[1])
    victim = replace(draw_actor(rng, person, model, 0.6), hat=False, glasses=False)
    mask = make_mask(kind, victim, model, rng)
    wearer = draw_actor(rng, other, model, 0.3)
    wearer = replace(wearer, identity=np.zeros(0), stature=float(rng.normal(0.98, 0.01)))
    bare = rng.random() < 0.15
    skins = texels(person, victim.looks), texels(other, wearer.looks)

    def stage(moment: Moment, place: Placement) -> Subject:
        angles = moment.turn
        position = place.ray * place.distance_m
        expression = {k: v for k, v in moment.expression.items() if k.startswith("eye")} if mask.open_eyes else {}
        pose = pose_of(wearer, angles, position, expression)
        face = pose_of(victim, angles, position, {})
        shell = worn_mask(mask, model, face, victim)
        own = posed(person, model, replace(face, expression=expression), victim.looks, skins[0])
        body = posed(other, model, pose, wearer.looks, skins[1], wearer.worn(model, pose) if wearer.glasses else ())
        # The wearer's hair, neck and shoulders; the eyes are where the mask's holes are.
        meshes = [shell]
        if mask.open_eyes:
            meshes += [own.meshes[own.eyes]]
        if not bare:
            meshes += body.meshes[body.cover :]
        return Subject(meshes, own.keypoints, angles)

    return mask.description + (" bare" if bare else ""), wearer.glasses and not bare, stage, 1.0


_BUILDERS: dict[str, Callable[[Rng, str, Person, Person, HeadModel, PhotoOf], Built]] = {
    species: _paper if species in ("print-flat", "print-bent", "poster") else _cut if "cut" in species
    else _replay if species.startswith("replay") else _mask
    for species in SPECIES
}  # fmt: skip
