"""Setups (a subject, a sensor and a room) and their exposures.

Live and attack setups share all code except the builder of the subject.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import degrees
from pathlib import Path
from typing import Literal

import numpy as np

from fasdemo.frames import Calibration, FrameSet, Intrinsics, Truth
from fasdemo.models.crop import ADULT_EYE_DISTANCE_M
from trainer.synth.attacks.presentations import PRESENTATIONS
from trainer.synth.heads.headmodel import HeadModel
from trainer.synth.people.person import Person
from trainer.synth.scene.panes import reflect
from trainer.synth.scene.scene import Scene
from trainer.synth.scene.subject import LIVE, PhotoOf, Placement, Rng, Stage, Subject, Vector, draw_pose_sample
from trainer.synth.scene.surroundings import Surroundings, draw_surroundings
from trainer.synth.scene.textures import TexturePack
from trainer.synth.sensors.depth import DepthQuality, draw_quality, draw_unit, measure_depth
from trainer.synth.sensors.sensor import (
    PRESETS,
    ExposureParams,
    Projector,
    SensorPreset,
    centre_weight,
    draw_exposure_params,
    expose_ir,
    expose_rgb,
    thinned,
)

NEAR_EYES_PX = 72.0
"""Distance of the eyes in pixels from which a crop of 128 pixels has less than half the resolution of the frame."""

_PROJECTORS: tuple[Projector, ...] = ("on", "off", "interleaved")


@dataclass
class Setup:
    """A subject that can be posed repeatedly in one room in front of one sensor."""

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
    textures: TexturePack = field(default_factory=TexturePack, repr=False)

    @property
    def label(self) -> Literal["live", "spoof"]:
        """Return the ground truth."""
        return "live" if self.species == LIVE else "spoof"


@dataclass(frozen=True)
class Frame:
    """A rendered frame set with its ground truth."""

    frames: FrameSet
    keypoints: Vector
    """float64 (4, 2): projected right eye, left eye, nose, mouth in pixels."""
    distance_m: float
    angles_deg: tuple[float, float, float]
    params: ExposureParams


def camera_of(preset: SensorPreset, width: int = 640, height: int = 480) -> Intrinsics:
    """Return the preset's RGB camera, to which depth and infrared are registered."""
    focal = preset.rgb_fx * width / 640
    return Intrinsics(width, height, focal, focal, (width - 1) / 2, (height - 1) / 2)


def draw_placement(rng: Rng, camera: Intrinsics, nearest_m: float = 0.0) -> Placement:
    """Draw the place of a face: for every class sizes and places of a live head at 0.25 to 1.5 m.

    Distances start at `nearest_m`, the shortest that the sensor can measure.
    """
    # A network sees the size in the image, so wide cameras are placed nearer.
    low, high = 0.26 * max(camera.fx / 615, 0.8), min(1.5, 1.25 * camera.fx / 615)
    low = min(max(low, nearest_m), 0.8 * high)
    distance = float(np.exp(rng.uniform(np.log(low), np.log(high))))
    pixels = ADULT_EYE_DISTANCE_M * camera.fx / distance
    room_x = max(camera.width / 2 - 1.7 * pixels, 8.0)
    room_y = max(camera.height / 2 - 2.0 * pixels, 8.0)
    x = float(np.clip(rng.normal(0, 70), -room_x, room_x))
    y = float(np.clip(rng.normal(-20, 40), -room_y, room_y))
    return Placement(np.array([x / camera.fx, y / camera.fy, 1.0]), distance)


def draw_setup(
    rng: Rng, species: str, person: Person, other: Person, model: HeadModel, photo_of: PhotoOf, preset_name: str,
    projector: Projector | None = None, light: str | None = None, environments: list[Path] | None = None,
) -> Setup:  # fmt: skip
    """Draw a random setup of `species` that shows `person`; `other` holds or wears the instrument of an attack."""
    preset = PRESETS[preset_name]
    preset = replace(preset, unit_m=draw_unit(rng, preset))
    camera = camera_of(preset)
    placement = draw_placement(rng, camera, preset.near_m + 0.05)
    if projector is None:
        projector = _PROJECTORS[int(rng.choice(len(_PROJECTORS), p=[0.45, 0.15, 0.4]))]
    if not preset.dots:
        projector = "on" if preset.principle != "stereo" else projector
    instrument, glasses, stage, factor = PRESENTATIONS[species](rng, species, person, other, model, photo_of)
    placement = replace(placement, distance_m=max(placement.distance_m * factor, preset.near_m + 0.05))
    surroundings = draw_surroundings(rng, placement.distance_m + 0.1, environments or [], light)
    return Setup(
        species,
        person,
        preset,
        camera,
        surroundings,
        draw_quality(rng, preset, placement.distance_m),
        projector,
        placement,
        instrument,
        glasses,
        stage,
    )


def render_exposure(
    setup: Setup, rng: Rng, params: ExposureParams | None = None, subject: Subject | None = None,
    supersample: int | None = 2,
) -> Frame:  # fmt: skip
    """Render one exposure: pose the subject, render the scene and simulate the sensor.

    `supersample` is the number of samples of a pixel along both axes; None: 1 for a near face, which a crop reduces by
    more than half, else 2.
    """
    if subject is None:
        here = setup.placement
        jitter = rng.normal(0, 0.012, 3) * (1, 1, 0)
        near = float(np.exp(rng.normal(0, 0.03)))
        subject = setup.stage(draw_pose_sample(rng), Placement(here.ray + jitter, here.distance_m * near))
    camera, preset = setup.camera, setup.preset
    params = params or draw_exposure_params(rng, setup.projector)
    scene = Scene(camera, setup.surroundings.light, [*subject.meshes, *setup.surroundings.meshes], setup.textures)
    eyes = ADULT_EYE_DISTANCE_M * camera.fx / float(subject.keypoints[:2, 2].mean())
    picture = scene.render(supersample or (1 if eyes > NEAR_EYES_PX else 2), lit_samples=2)
    reflect(picture, subject.panes, camera, setup.surroundings.light)
    points = subject.keypoints[:, :2] / subject.keypoints[:, 2:] * (camera.fx, camera.fy) + (camera.cx, camera.cy)
    weight = centre_weight(
        camera.height, camera.width, (float(points[:, 0].mean()), float(points[:, 1].mean())), params.metering * eyes
    )
    rgb = expose_rgb(picture.rgb, params, weight, rng)
    confusing = None
    if subject.mirrors:
        confusing = np.isin(picture.surface, subject.mirrors).astype(np.float32) * np.float32(subject.confusing)
    # A depth camera filters for its own light, so a bright window in the background disturbs it only in part.
    seen = thinned(picture.ir[weight > 0.6])
    behind = picture.depth_m > np.float32(float(subject.keypoints[:, 2].max()) + 0.2)
    limit = np.float32(5 * float(np.median(seen)) + 1e-4 if seen.size else np.inf)
    own_light = np.where(behind, np.minimum(picture.ir, limit), picture.ir)
    depth = measure_depth(
        picture.depth_m, own_light, confusing, preset, camera, setup.quality, params.projector, weight, rng
    )
    ir_params = replace(params, projector="off") if params.projector == "interleaved" else params
    ir = expose_ir(picture.ir, picture.depth_m, preset, camera, ir_params, weight, rng)
    frames = FrameSet(
        index=0,
        timestamp_s=0.0,
        rgb=rgb,
        depth=depth,
        depth_scale=preset.unit_m,
        ir=ir,
        calibration=Calibration(camera, camera, camera),
        declared=frozenset({"rgb", "depth", "ir"}),
        emitter_on=params.projector == "on",
        truth=Truth(setup.label, "" if setup.species == LIVE else setup.species),
    )
    distance = float(np.linalg.norm(subject.keypoints[:2].mean(0)))
    yaw, pitch, roll = subject.angles
    return Frame(frames, points, distance, (degrees(yaw), degrees(pitch), degrees(roll)), params)
