"""False accepts and false rejects of the light challenge, simulated with rendered faces, prints and displays.

`python -m tools.measure.challenges.light --portraits FOLDER --heads FILE` renders people, prints and replays that are
lit by the room and by the colours of a display, takes pictures of them with a simulated camera, ten per second, and
measures them as the app does. It prints the table of docs/challenges.md, and `--csv FILE` writes each trial. The limits
of `fasdemo.challenge.light` were chosen with the first ten people; the table is made with `--first 10`. `--shuffled`
takes people in random order, `--kinds live` renders live people and their injected recordings only, and `--sequences N`
compares each recording with N sequences that it does not follow.
"""

from __future__ import annotations

import argparse
import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from fasdemo.challenge.failures import Failure
from fasdemo.challenge.light.analysis import LightFigures, Shown, TimedSample, light_figures
from fasdemo.challenge.light.colours import Colours, draw_colours
from fasdemo.challenge.light.response import is_sure, light_failure, second_failure
from fasdemo.challenge.light.sampling import sample_light
from fasdemo.faces.detector import FaceDetector
from fasdemo.faces.landmarks import FaceLandmarks
from trainer.synth.dataset.crops import SetupSampler
from trainer.synth.people.people import load_people
from trainer.synth.scene.screen_light import Display, LitPictures, render_lit
from trainer.synth.scene.subject import LIVE, Placement, PoseSample
from trainer.synth.sensors.metering import Metering
from trainer.synth.sensors.sensor import ExposureParams, centre_weight, develop, draw_exposure_params

LOOK_S = 0.1
WIDTH, HEIGHT = 448, 336
"""Part of a 640 x 480 picture that is simulated, pixels."""
LUX = (50, 150, 300, 500, 1000)
SCENES = (LIVE, "print-flat", "print-bent", "replay-phone", "replay-tablet", "replay-monitor")
ATTACKS = (*SCENES[1:], "replay-tinted", "injected-recording")
DISPLAYS = {"monitor": Display(0.527, 0.296, 250.0, 0.17), "laptop": Display(0.31, 0.174, 300.0, 0.11)}
"""A 24 inch monitor and a 14 inch laptop, with the camera at the upper edge."""
_MIX = np.array([[0.85, 0.13, 0.02], [0.08, 0.84, 0.08], [0.02, 0.13, 0.85]], np.float32)
"""Response of the camera's channels (rows) to the display's channels."""

Rng = np.random.Generator


@dataclass(frozen=True)
class View:
    """A rendered scene with its camera.

    Attributes:
        lit: pictures under ambient light and under the display.
        params: noise and tone curve.
        weight: weights of the metering.
        automatic: whether exposure and white balance follow the scene.
        lux: illuminance of the room.
    """

    lit: LitPictures
    params: ExposureParams
    weight: npt.NDArray[np.float32]
    automatic: bool
    lux: float


def view_of(
    sampler: SetupSampler, rng: Rng, species: str, first: int, second: int, lux: float, display: Display
) -> View:
    """Render a scene in which a face, a print or a replay is in front of a display."""
    setup = sampler.setup(rng, species, first, second, "d435")
    camera = setup.camera
    distance_m = float(rng.uniform(0.45, 0.7))
    yaw, pitch, roll = np.radians(rng.normal(0.0, (5.0, 4.0, 3.0)))
    place = Placement(np.array([*rng.normal(0.0, 0.03, 2), 1.0]), distance_m)
    turn = float(yaw), float(pitch), float(roll)
    sample = PoseSample(turn, {}, other_turn=turn, lean=turn[:2])
    subject = setup.stage(sample, place)
    meshes = [*subject.meshes, *setup.surroundings.meshes]
    keys = subject.keypoints[:, :2] / subject.keypoints[:, 2:] * (camera.fx, camera.fy) + (camera.cx, camera.cy)
    # Only the part around the face is rendered, because each trial needs sixty pictures.
    left, top = keys.mean(axis=0) - (WIDTH / 2, 0.45 * HEIGHT)
    camera = replace(camera, width=WIDTH, height=HEIGHT, cx=camera.cx - left, cy=camera.cy - top)
    keys = keys - (left, top)
    nits = float(rng.uniform(150.0, 450.0))
    lit = render_lit(camera, setup.surroundings.light, meshes, display, lux, nits, supersample=1)
    eyes = 0.063 * camera.fx / distance_m
    params = draw_exposure_params(rng, setup.projector)
    # Cameras raise their gain in the dark.
    darker = float(np.clip(np.sqrt(300.0 / lux), 0.7, 2.5))
    params = replace(
        params, noise=params.noise * darker, shot_noise=params.shot_noise * darker,
        exposure=float(np.clip(params.exposure, 0.1, 0.3)),
    )  # fmt: skip
    middle = (float(keys[:, 0].mean()), float(keys[:, 1].mean()))
    weight = centre_weight(camera.height, camera.width, middle, params.metering * eyes)
    return View(lit, params, weight, bool(rng.random() < 0.5), lux)


def pictures(
    view: View, rng: Rng, real: Colours, display_delay_s: float, tint: Colours | None = None, tint_delay_s: float = 0.15
) -> Iterator[tuple[float, npt.NDArray[np.uint8]]]:
    """Yield times and pictures, ten per second, from the first colour to the end.

    Args:
        view: the scene.
        rng: for noise and movement.
        real: colours of the display; the first one appears at 0 s.
        display_delay_s: time from a colour's appearance to the arrival of its picture.
        tint: colours by which displays in the scene change what they show; None: they do not follow.
        tint_delay_s: their delay.
    """
    height, width = view.weight.shape
    pool = cv2.GaussianBlur(rng.standard_normal((2 * height, 2 * width, 3), np.float32), (0, 0), 0.7) * 1.6
    metering = Metering(
        view.params.exposure,
        float(rng.uniform(0.3, 1.0)) if view.automatic else None,
        float(rng.uniform(0.5, 2.0)) if view.automatic else None,
    )
    ends = np.cumsum([step.duration_s for step in real])
    sway = np.zeros(4)
    scale = np.array([1.2, 0.8, 0.4, 0.003])
    for number in range(int(ends[-1] / LOOK_S)):
        now_s = number * LOOK_S + float(rng.normal(0.0, 0.006))
        colour = _MIX @ _colour(real, now_s - display_delay_s)
        ambient = view.lit.ambient
        if tint is not None:
            level = 0.4 + 0.6 * _colour(tint, now_s - display_delay_s - tint_delay_s)
            ambient = np.where(view.lit.emits[..., None], ambient * level.astype(np.float32), ambient)
        scene: npt.NDArray[Any] = ambient + view.lit.display * colour
        sway += -0.15 * sway + rng.normal(0.0, 0.35, 4)
        dx, dy, roll, nearer = sway * scale
        move = cv2.getRotationMatrix2D((width / 2, height / 2), float(roll), 1.0 + float(nearer))
        move[:, 2] += (dx, dy)
        scene = cv2.warpAffine(scene, move, (width, height), borderMode=cv2.BORDER_REPLICATE)
        if view.params.blur > 0.25:
            scene = cv2.GaussianBlur(scene, (0, 0), view.params.blur)
        scene = scene + np.float32(view.params.veil * 0.3) * scene.mean((0, 1))
        top, left = int(rng.integers(height)), int(rng.integers(width))
        noise = pool[top : top + height, left : left + width]
        yield now_s, develop(metering.exposed(np.asarray(scene, np.float32), view.weight, now_s), view.params, noise)


def _colour(colours: Colours, at_s: float) -> npt.NDArray[np.float32]:
    ends = np.cumsum([step.duration_s for step in colours])
    return np.array(colours[min(int(np.searchsorted(ends, at_s, side="right")), len(colours) - 1)].linear, np.float32)


def samples_of(
    stream: Iterator[tuple[float, npt.NDArray[np.uint8]]], detector: FaceDetector, landmarks: FaceLandmarks
) -> list[TimedSample]:
    """Return the light of the face in pictures."""
    samples, face = [], None
    for now_s, rgb in stream:
        if face is None:
            found = detector.detect(rgb)
            if not found:
                # A challenge begins when a face was found.
                continue
            face = max(found, key=lambda one: one.box[2])
        seen = landmarks.add(rgb, face)
        if seen.landmarks is not None:
            samples.append(TimedSample(now_s, sample_light(rgb, seen.landmarks), seen.landmarks))
    return samples


def response(samples: list[TimedSample], claimed: Colours) -> LightFigures | None:
    """Measure samples as the response to `claimed`; None if it cannot be measured."""
    starts = np.cumsum([0.0, *(step.duration_s for step in claimed)])
    shown = [Shown(float(start), step.linear) for start, step in zip(starts, claimed, strict=False)]
    return light_figures(samples, shown)


def measured(
    stream: Iterator[tuple[float, npt.NDArray[np.uint8]]],
    claimed: Colours,
    detector: FaceDetector,
    landmarks: FaceLandmarks,
) -> LightFigures | None:
    """Measure pictures as the response to `claimed`; None if it cannot be measured."""
    return response(samples_of(stream, detector, landmarks), claimed)


def asked(
    view: View, rng: Rng, random: Random, delay_s: float, tint_delay_s: float | None, detector: FaceDetector,
    landmarks: FaceLandmarks,
) -> tuple[LightFigures | None, Failure | None, list[TimedSample]]:  # fmt: skip
    """Return the figures of a scene that is asked a second time if it follows by a small margin, and why it fails.

    The third value is the response to the first sequence. With `tint_delay_s`, displays in the scene follow the
    colours with this delay.
    """
    found: list[LightFigures | None] = []
    responses: list[list[TimedSample]] = []
    for _ in range(2):
        colours = drawn(random)
        if tint_delay_s is None:
            film = pictures(view, rng, colours, delay_s)
        else:
            film = pictures(view, rng, colours, delay_s, colours, tint_delay_s)
        responses.append(samples_of(film, detector, landmarks))
        found.append(response(responses[-1], colours))
        if light_failure(found[0]) is not None or is_sure(found[0]):
            return found[0], light_failure(found[0]), responses[0]
    first, second = found
    assert first is not None
    return second, second_failure(first, second), responses[0]


def drawn(random: Random) -> Colours:
    """Return a new sequence."""
    colours = draw_colours(random)
    assert colours is not None
    return colours


def trials(
    sampler: SetupSampler, rng: Rng, random: Random, first: int, second: int, lux: float, display: Display,
    detector: FaceDetector, landmarks: FaceLandmarks, kinds: Sequence[str] = SCENES, sequences: int = 1,
) -> Iterator[tuple[str, bool, LightFigures | None, Failure | None]]:  # fmt: skip
    """Yield name, whether the camera is automatic, figures, and why it failed, of one trial of each kind.

    As in the app, a face that follows by a small margin is shown a second sequence, whose figures are yielded. The
    response of the live face to its first sequence, injected as a recording, is compared with `sequences` others and
    is not asked again.
    """
    for species in kinds:
        view = view_of(sampler, rng, species, first, second, lux, display)
        delay_s = float(rng.uniform(0.05, 0.2))
        figures, why, recorded = asked(view, rng, random, delay_s, None, detector, landmarks)
        yield species, view.automatic, figures, why
        if species == LIVE:
            for _ in range(sequences):
                injected = response(recorded, drawn(random))
                yield "injected-recording", view.automatic, injected, light_failure(injected)
        if species == "replay-tablet":
            tint_delay_s = float(rng.uniform(0.03, 0.2))
            figures, why, _ = asked(view, rng, random, delay_s, tint_delay_s, detector, landmarks)
            yield "replay-tinted", view.automatic, figures, why


COLUMNS = (
    "kind", "person", "lux", "display", "automatic", "measured", "correlation", "delay_s", "modulation", "relief",
    "strength", "unbent", "texture", "ambient", "background", "tinted", "gain_change", "points", "outcome",
)  # fmt: skip


def row(
    name: str, person: int, lux: float, display: str, automatic: bool, figures: LightFigures | None,
    why: Failure | None,
) -> dict[str, Any]:  # fmt: skip
    """Return a trial, which passed without `why`, as a row of the file of `--csv`."""
    known = {"kind": name, "person": person, "lux": lux, "display": display, "automatic": int(automatic)}
    outcome = str(why or "passed")
    known |= {"measured": int(figures is not None), "outcome": outcome}
    return known | ({} if figures is None else asdict(figures))


def table(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Yield the lines of the table: trials and passed challenges by illuminance and kind, with the causes."""
    found: dict[tuple[int, str], Counter[str]] = {}
    for one in rows:
        found.setdefault((int(one["lux"]), one["kind"]), Counter())[one["outcome"]] += 1
    yield "| lux | who | trials | passed | failed because |"
    yield "|---|---|---|---|---|"
    for (lux, kind), counts in sorted(found.items()):
        total = counts.total()
        causes = ", ".join(f"`{name}` {count}" for name, count in counts.most_common() if name != "passed")
        yield f"| {lux} | {kind} | {total} | {counts['passed']} ({counts['passed'] / total:.1%}) | {causes} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--portraits", type=Path, nargs="+", help="folders; default: the built-in person")
    parser.add_argument("--heads", type=Path, help="head model; default: the built-in one")
    parser.add_argument("--work", type=Path, default=Path(".work/synth"), help="cache of fitted people")
    parser.add_argument("--first", type=int, default=0, help="number of the first person")
    parser.add_argument("--people", type=int, default=12)
    parser.add_argument("--lux", type=int, nargs="+", default=list(LUX))
    parser.add_argument("--shuffled", action="store_true", help="people in random order instead of that of the files")
    parser.add_argument("--kinds", nargs="+", choices=SCENES, default=SCENES, help="what is rendered; default: all")
    parser.add_argument("--sequences", type=int, default=1, help="sequences for each recording; default: 1")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--csv", type=Path)
    args = parser.parse_args()
    people = load_people(args.portraits, args.heads, work=args.work)
    sampler, rows = SetupSampler(people), []
    with ExitStack() as stack:
        detector, landmarks = stack.enter_context(FaceDetector()), stack.enter_context(FaceLandmarks())
        file = stack.enter_context(args.csv.open("w", newline="")) if args.csv else None
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n") if file else None
        if writer:
            writer.writeheader()
        order = np.arange(len(people.names))
        if args.shuffled:
            order = np.random.default_rng(args.seed).permutation(order)
        for number in range(args.first, min(args.first + args.people, len(order))):
            person, other = int(order[number]), int(order[(number + 2) % len(order)])
            for place, lux in enumerate(args.lux):
                rng, random = np.random.default_rng([args.seed, person, lux]), Random(f"{args.seed} {person} {lux}")
                name = list(DISPLAYS)[(number // 2 + place) % 2]
                for kind, automatic, figures, why in trials(
                    sampler, rng, random, person, other, lux, DISPLAYS[name], detector, landmarks, args.kinds,
                    args.sequences,
                ):  # fmt: skip
                    rows.append(row(kind, person, lux, name, automatic, figures, why))
                    if writer and file:
                        writer.writerow(rows[-1])
                        file.flush()
    print("\n".join(table(rows)))


if __name__ == "__main__":
    main()
