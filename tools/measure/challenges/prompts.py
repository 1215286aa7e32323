"""False accepts and false rejects of challenges (`fasdemo.challenge`), simulated with rendered faces.

`python -m tools.measure.challenges.prompts --portraits FOLDER --heads FILE --people N` renders each person, and a flat
and a bent print of the person, at many angles and with closed eyes, finds the landmarks in these pictures, and lets
simulated people answer random challenges with them, ten looks a second. It prints the table of docs/challenges.md.

The closed eyes of some rendered people are not measured as closed, for example behind hair. Prompts to blink are
measured with the others only.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from math import radians
from pathlib import Path
from random import Random

import numpy as np

from fasdemo.challenge.challenge import CLOSED_SHARE, MAX_START_YAW_DEG, MAX_TOTAL_S, Challenge
from fasdemo.challenge.observation import Observation, eye_opening
from fasdemo.challenge.prompts import Prompt, SequenceSource
from fasdemo.engine.challenge_report import Kind
from fasdemo.faces.detector import FaceDetector
from fasdemo.faces.face import Points
from fasdemo.faces.landmarks import FaceLandmarks
from fasdemo.faces.quality import head_pose_deg
from trainer.synth.dataset.crops import SetupSampler
from trainer.synth.people.people import load_people
from trainer.synth.scene.setup import Setup, render_exposure
from trainer.synth.scene.subject import LIVE, Placement, PoseSample
from trainer.synth.sensors.sensor import draw_exposure_params

KINDS: tuple[Kind, ...] = ("turn", "blink", "random")
"""Kinds without light, which `tools.measure.challenges.light` measures."""
LOOK_S = 0.1
TRACK = 1
LIVE_ANGLES = tuple(range(-44, 45, 4))
PRINT_ANGLES = tuple(range(-64, 65, 8))
ATTACKS = ("print-flat", "print-bent")
Look = tuple[float, Points] | None
"""Yaw in degrees and landmarks; None where no face was found."""
Pose = tuple[float, bool]
"""Angle in degrees and whether the eyes are closed."""


@dataclass(frozen=True)
class Album:
    """The looks at one rendered subject: by angle with open eyes, and with closed eyes straight on."""

    angles: tuple[int, ...]
    turned: tuple[Look, ...]
    closed: tuple[Look, ...]

    @property
    def closes_eyes(self) -> bool:
        """Whether the pictures with closed eyes show them closed."""
        opened = self.turned[len(self.turned) // 2]
        if opened is None:
            return False
        limit = CLOSED_SHARE * eye_opening(opened[1])
        return all(look is not None and eye_opening(look[1]) < limit for look in self.closed)

    def look(self, pose: Pose, random: Random) -> Look:
        """Return a look at a pose; angles between two pictures are interpolated."""
        angle, closed = pose
        # There are no pictures of a turned head with closed eyes.
        if closed and abs(angle) < MAX_START_YAW_DEG:
            return random.choice(self.closed)
        place = float(np.interp(angle, self.angles, range(len(self.angles))))
        before, share = int(place), place % 1.0
        first, second = self.turned[before], self.turned[min(before + 1, len(self.angles) - 1)]
        if first is None or second is None:
            return None
        return (1 - share) * first[0] + share * second[0], (1 - share) * first[1] + share * second[1]


class Responder:
    """A simulated person who follows prompts with random speed and angle, sways a little and blinks."""

    def __init__(self, random: Random, turn_deg: tuple[float, float] = (18.0, 40.0)) -> None:
        self._random, self._turn_deg = random, turn_deg
        self._reaction_s = random.uniform(0.5, 1.5)
        self._phase, self._sway_deg = random.uniform(0.0, 6.3), random.uniform(0.0, 4.0)
        self._blink_s = random.uniform(0.5, 5.0)
        self._prompt: Prompt | None = None
        self._moves: Callable[[float], Pose] = lambda _t: (0.0, False)
        self._since_s = 0.0

    def pose(self, prompt: Prompt, now_s: float) -> Pose:
        """Return the pose at a time, while a prompt is shown."""
        if prompt is not Prompt.LOOK_STRAIGHT and prompt is not self._prompt:
            self._moves, self._since_s = self._draw(prompt), now_s + self._random.gauss(self._reaction_s, 0.15)
        self._prompt = prompt
        angle, closed = self._moves(now_s - self._since_s)
        if now_s > self._blink_s + 0.2:
            self._blink_s = now_s + self._random.expovariate(0.3)
        natural = self._blink_s <= now_s <= self._blink_s + 0.2
        return angle + self._sway_deg * float(np.sin(1.1 * now_s + self._phase)), closed or natural

    def _draw(self, prompt: Prompt) -> Callable[[float], Pose]:
        if prompt is Prompt.BLINK:
            closed_s = self._random.uniform(0.6, 1.5)
            return lambda t: (0.0, 0.0 <= t < closed_s)
        angle = self._random.uniform(*self._turn_deg) * (1.0 if prompt is Prompt.TURN_LEFT else -1.0)
        turn_s, stay_s = self._random.uniform(0.4, 1.2), self._random.uniform(0.0, 0.6)
        times = np.cumsum([0.0, turn_s, stay_s, turn_s])
        return lambda t: (float(np.interp(t, times, [0.0, angle, angle, 0.0])), False)


def photograph(setup: Setup, rng: np.random.Generator, detector: FaceDetector, landmarks: FaceLandmarks) -> Album:
    """Render a subject at all angles and find the landmarks."""
    angles = LIVE_ANGLES if setup.species == LIVE else PRINT_ANGLES
    params = draw_exposure_params(rng, setup.projector)
    place = Placement(np.array([*rng.normal(0.0, 0.02, 2), 1.0]), setup.placement.distance_m)
    pitch, roll = np.radians(rng.normal(0.0, 4.0, 2))

    def look(yaw_deg: float, closed: float) -> Look:
        turn = (radians(yaw_deg), float(pitch), float(roll))
        lids = {"eyeBlink_L": closed, "eyeBlink_R": closed}
        sample = PoseSample(turn, lids, other_turn=turn, other_expression=lids, lean=turn[:2])
        rgb = render_exposure(setup, rng, params, setup.stage(sample, place)).frames.rgb
        faces = detector.detect(rgb)
        face = landmarks.add(rgb, faces[0]) if faces else None
        if face is None or face.landmarks is None:
            return None
        return head_pose_deg(face.keypoints)[0], face.landmarks

    return Album(angles, tuple(look(angle, 0.0) for angle in angles), tuple(look(0.0, 1.0) for _ in range(3)))


def seen(now_s: float, look: Look) -> Observation:
    """Return what a challenge is told about a look."""
    if look is None:
        return Observation(now_s)
    return Observation(now_s, (TRACK,), live=(TRACK,), yaw_deg=look[0], landmarks=look[1])


def answer(challenge: Challenge, looks: Callable[[Prompt, float], Look]) -> list[Look]:
    """Let looks answer a challenge until it ends; return those that were taken."""
    taken = []
    for number in range(1, round((MAX_TOTAL_S + 1.0) / LOOK_S)):
        taken.append(looks(challenge.prompt, number * LOOK_S))
        challenge.update(seen(number * LOOK_S, taken[-1]))
        if challenge.outcome != "running":
            break
    return taken


def challenges(kind: Kind, random: Random) -> Iterator[Challenge]:
    """Yield new challenges without end."""
    source = SequenceSource(kind, random)
    number = 0
    while True:
        number += 1
        yield Challenge(number, kind, source.draw(), TRACK, 0.0)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--portraits", type=Path, help="folder; default: the built-in person")
    parser.add_argument("--heads", type=Path, help="head model; default: the built-in one")
    parser.add_argument("--people", type=int, default=12)
    parser.add_argument("--each", type=int, default=40, help="challenges of each person and kind; default: 40")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    people = load_people(args.portraits, args.heads)
    sampler, random = SetupSampler(people), Random(args.seed)
    closing = 0
    outcomes: dict[tuple[str, str], Counter[str]] = {}
    indices = np.random.default_rng(args.seed).permutation(len(people.names))[: args.people]
    with FaceDetector() as detector, FaceLandmarks() as landmarks:
        for place, index in enumerate(map(int, indices)):
            other = int(indices[(place + 1) % len(indices)])
            albums = {}
            for species in (LIVE, *ATTACKS):
                rng = np.random.default_rng([args.seed, index, len(species)])
                setup = sampler.setup(rng, species, index, other, "d435", light="even")
                setup = replace(setup, placement=replace(setup.placement, distance_m=float(rng.uniform(0.45, 0.8))))
                albums[species] = photograph(setup, rng, detector, landmarks)
            closes = albums[LIVE].closes_eyes
            closing += closes
            kinds: tuple[Kind, ...] = KINDS if closes else ("turn",)
            for asked in kinds:
                for row, outcome in _outcomes(asked, albums, random, args.each):
                    outcomes.setdefault((row, asked), Counter())[outcome] += 1
            print(f"person {place + 1}/{len(indices)}: {people.names[index]}", flush=True)
    print(f"{closing} of {len(indices)} people close their eyes.")
    for (row, kind), counts in sorted(outcomes.items()):
        total = counts.total()
        causes = ", ".join(f"{name} {count}" for name, count in counts.most_common() if name != "passed")
        print(f"| {row} | `{kind}` | {total} | {counts['passed']} ({counts['passed'] / total:.1%}) | {causes} |")


def _outcomes(kind: Kind, albums: dict[str, Album], random: Random, count: int) -> Iterator[tuple[str, str]]:
    """Yield who answered a challenge and how it ended: live people, prints, and replays of the last good response."""
    recording: list[Look] = []
    new = challenges(kind, random)
    for _ in range(count):
        for species, album in albums.items():
            who = Responder(random, (18.0, 40.0) if species == LIVE else (20.0, 60.0))
            challenge = next(new)
            looks = answer(challenge, partial(_pose_for, who, album, random))
            yield species, str(challenge.why or challenge.outcome)
            if species == LIVE and challenge.outcome == "passed":
                recording = looks
        if recording:
            offset, challenge, film = random.randrange(len(recording)), next(new), recording
            answer(challenge, partial(_played, film, offset))
            yield "replay", str(challenge.why or challenge.outcome)


def _pose_for(who: Responder, album: Album, random: Random, prompt: Prompt, now_s: float) -> Look:
    return album.look(who.pose(prompt, now_s), random)


def _played(film: list[Look], offset: int, _prompt: Prompt, now_s: float) -> Look:
    return film[(round(now_s / LOOK_S) + offset) % len(film)]


if __name__ == "__main__":
    main()
