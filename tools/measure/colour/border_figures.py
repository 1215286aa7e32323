"""Support of a straight border around the faces of live people, and of the same people on a display in a hand.

The measurement is that of `fasdemo.engine.measurements.rigid_border`.

`python -m tools.measure.colour.border_figures CLIP ...` looks at each clip of a live person four times a second, and at
the same clip as it is played on a display that is moved in front of another background. `--render N` adds N sequences
of each species that the generator renders (`--portraits`, `--heads`): live people in rooms with doors, shelves and
pictures, and prints and displays held by a hand.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from fasdemo.engine.measurements.rigid_border import RigidBorder, find_border
from fasdemo.faces.detector import FaceDetector
from tools.measure.colour.motion_figures import LOOKS_PER_S, looks
from trainer.synth.dataset.crops import SetupSampler
from trainer.synth.people.people import load_people
from trainer.synth.people.performance import draw_performance
from trainer.synth.people.photo import take_clip
from trainer.synth.scene.panes import reflect
from trainer.synth.scene.scene import Scene
from trainer.synth.scene.subject import LIVE, Placement
from trainer.synth.sensors.sensor import centre_weight, draw_exposure_params, expose_rgb

SPECIES = (LIVE, "print-flat", "print-bent", "replay-phone", "replay-tablet", "replay-monitor")
RENDERED_LOOKS = 8
Image = npt.NDArray[np.uint8]
Rng = np.random.Generator


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("clips", nargs="*", type=Path)
    parser.add_argument("--seconds", type=float, default=20.0, help="of each clip; default: 20")
    parser.add_argument("--render", type=int, default=0, help="rendered sequences of each species; default: none")
    parser.add_argument("--portraits", type=Path, help="folder; default: the built-in person")
    parser.add_argument("--heads", type=Path, help="head model; default: the built-in one")
    parser.add_argument("--work", type=Path, default=Path(".work/synth"), help="cache of fitted people")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    print("| sequence | looks | support: lowest, median, highest | measured | `rigid_border` |")
    print("|---|---|---|---|---|")
    with FaceDetector() as detector:
        for clip in args.clips:
            pictures = list(looks(clip, args.seconds))
            print(row(clip.stem, pictures, detector), flush=True)
            shown = on_display(pictures, detector, np.random.default_rng(args.seed))
            print(row(f"{clip.stem} on a display", shown, detector), flush=True)
        if args.render:
            people = load_people(args.portraits, args.heads, work=args.work)
            sampler = SetupSampler(people)
            for number in range(args.render):
                for kind, species in enumerate(SPECIES):
                    rng = np.random.default_rng([args.seed, number, kind])
                    print(row(f"{species} {number}", rendered(sampler, rng, species), detector), flush=True)


def row(name: str, pictures: Iterable[Image], detector: FaceDetector) -> str:
    """Return a line of the table: a sequence of pictures, `LOOKS_PER_S`."""
    border, supports, codes = RigidBorder(), list[float](), list[bool]()
    for number, picture in enumerate(pictures):
        faces = detector.detect(picture)
        if not faces:
            continue
        found = find_border(picture, max(faces, key=lambda face: face.box[2]).keypoints)
        border.add(number / LOOKS_PER_S, found)
        supports.append(found.support)
        codes += [] if border.support is None else [bool(border.codes)]
    shares = ", ".join(f"{one:.2f}" for one in np.percentile(supports, (0, 50, 100))) if supports else ""
    return f"| {name} | {len(supports)} | {shares} | {len(codes)} | {sum(codes)} |"


def on_display(pictures: list[Image], detector: FaceDetector, rng: Rng) -> Iterator[Image]:
    """Yield the pictures of a person as they are played on a display that is moved like in a hand.

    The display shows the part around the first face, has a dark bezel, and is in front of a blurred picture of the
    sequence upside down.
    """
    faces = detector.detect(pictures[0])
    if not faces:
        return
    right, left = faces[0].keypoints[:2]
    eyes = float(np.hypot(*(left - right)))
    x, y = (right + left) / 2
    height, width = pictures[0].shape[:2]
    reach = rng.uniform((1.6, 1.9, 2.0), (2.1, 2.4, 2.8)) * eyes
    part = slice(max(int(y - reach[1]), 0), int(y + reach[2])), slice(max(int(x - reach[0]), 0), int(x + reach[0]))
    bezel = max(2, int(rng.uniform(0.06, 0.2) * eyes))
    rates, phases = rng.uniform(0.1, 0.4, 4), rng.uniform(0.0, 2 * np.pi, 4)
    room = cv2.GaussianBlur(pictures[-1][::-1], (0, 0), 0.1 * eyes)
    for number, picture in enumerate(pictures):
        colour = (20, 20, 22)
        shown = cv2.copyMakeBorder(picture[part], bezel, bezel, bezel, bezel, cv2.BORDER_CONSTANT, value=colour)
        wave = np.sin(2 * np.pi * rates * number / LOOKS_PER_S + phases)
        scale = 0.9 * min(height / shown.shape[0], width / shown.shape[1], 1.1)
        rows, columns = shown.shape[:2]
        move = cv2.getRotationMatrix2D((columns / 2, rows / 2), 4.0 * float(wave[0]), scale * (1 + 0.03 * wave[1]))
        move[:, 2] += (width / 2 - columns / 2, height / 2 - rows / 2) + wave[2:] * 0.15 * eyes
        inside = cv2.warpAffine(np.full((rows, columns), 255, np.uint8), move, (width, height))[..., None] / 255.0
        moved = cv2.warpAffine(shown, move, (width, height), flags=cv2.INTER_AREA)
        image = moved * inside + room * (1 - inside)
        yield np.clip(image + rng.normal(0.0, 2.0, image.shape), 0, 255).astype(np.uint8)


def rendered(
    sampler: SetupSampler, rng: Rng, species: str, count: int = RENDERED_LOOKS, rate: float = LOOKS_PER_S
) -> Iterator[Image]:
    """Yield `count` pictures of a rendered presentation, `rate` a second, as a D435's colour camera sees it."""
    names = len(sampler.people.names)
    setup = sampler.setup(rng, species, int(rng.integers(names)), int(rng.integers(names)), "d435")
    params = draw_exposure_params(rng, setup.projector)
    seconds = count / rate
    performance, camera, here = draw_performance(rng, seconds), setup.camera, setup.placement
    times = np.arange(count) / rate
    clip = None
    if species.startswith("replay"):
        played = draw_performance(rng, seconds)
        moves = [(played.turn(t), played.expression(t)) for t in times]
        clip = take_clip(setup.person, sampler.people.model(), int(rng.integers(2**31)), moves)
    for number, t in enumerate(times):
        sample = performance.pose_sample(t)
        if clip:
            sample = replace(sample, photo=clip[min(number, len(clip) - 1)])
        across, down, farther = performance.shift(t)
        place = Placement(here.ray + np.array([across, down, 0.0]) / here.distance_m, here.distance_m * farther)
        subject = setup.stage(sample, place)
        picture = Scene(camera, setup.surroundings.light, [*subject.meshes, *setup.surroundings.meshes]).render(1)
        reflect(picture, subject.panes, camera, setup.surroundings.light)
        points = subject.keypoints[:, :2] / subject.keypoints[:, 2:] * (camera.fx, camera.fy) + (camera.cx, camera.cy)
        eyes = 0.063 * camera.fx / float(subject.keypoints[:2, 2].mean())
        middle = (float(points[:, 0].mean()), float(points[:, 1].mean()))
        weight = centre_weight(camera.height, camera.width, middle, params.metering * eyes)
        yield expose_rgb(picture.rgb, params, weight, rng)


if __name__ == "__main__":
    main()
