"""A face made of landmarks that is lit by a room and by the colours of a display."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np
import numpy.typing as npt

from fasdemo.challenge.challenge import Challenge
from fasdemo.challenge.light.colours import Colours
from fasdemo.challenge.light.display import ChallengeDisplay
from fasdemo.challenge.light.sampling import LightSample
from fasdemo.challenge.observation import Observation
from fasdemo.challenge.prompts import Prompt, Step
from fasdemo.faces.detector import FaceDetector
from fasdemo.faces.face import Points
from fasdemo.faces.landmarks import FaceLandmarks
from fasdemo.faces.mesh import landmark_normals
from tests.support.face_fixtures import model_or_skip, picture
from tests.support.obedient_person import TRACK

STEP_S = 0.05
DELAY_S = 0.12


@cache
def real_landmarks() -> Points:
    """Return the landmarks of a photographed face, (478, 3)."""
    model = model_or_skip()
    image = picture(200.0)
    with FaceDetector(model) as detector, FaceLandmarks(model) as landmarks:
        found = landmarks.add(image, detector.detect(image)[0]).landmarks
    assert found is not None
    return found


@cache
def _normals() -> npt.NDArray[np.float64]:
    return landmark_normals(real_landmarks())


@dataclass
class LitFace:
    """A face, or a picture of it, under the colours that a display shows.

    Attributes:
        flat: whether it is a picture: the light of the display has the same share everywhere.
        bend: angle between the middle and the edge of a bent picture, radians; its edges receive less light.
        strength: light of the white display relative to the room's light.
        behind: the same for the background.
        plays: the colours that a recording follows, instead of those of the display.
        gain: gain of the camera by time.
        level: brightness.
        blocks: number of background blocks.
    """

    flat: bool = False
    bend: float = 0.0
    strength: float = 0.25
    behind: float = 0.02
    plays: Colours = ()
    gain: Callable[[float], float] = lambda _now_s: 1.0
    level: float = 0.3
    blocks: int = 20
    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(4))

    def sample(self, now_s: float, colour: tuple[float, float, float]) -> LightSample:
        """Return the light under a colour of the display."""
        normals = _normals()
        skin = np.array([1.2, 0.9, 0.7]) * self.rng.normal(1.0, 0.002, (468, 1))
        room = 0.8 + 0.3 * np.clip(-normals[:, 1:2], 0.0, 1.0) + 0.1 * normals[:, :1]
        screen = np.clip(-normals[:, 2:], 0.0, 1.0) if not self.flat else 0.8 * room
        if self.bend:
            x = real_landmarks()[:468, :1].astype(np.float64)
            screen = screen * np.cos(self.bend * (x - x.mean()) / (np.ptp(x) / 2))
        face = self.level * skin * (room + self.strength * screen * np.array(colour))
        wall = np.full((self.blocks, 3), 0.3) * (1.0 + self.behind * np.array(colour))
        wall = wall * self.rng.normal(1.0, 0.002, wall.shape)
        gain = self.gain(now_s)
        return LightSample(face * gain, wall * gain, np.arange(self.blocks))


@dataclass
class LightTrial:
    """A light challenge with its display; time is the test's."""

    face: LitFace
    colours: Colours
    now_s: float = 100.0
    again: Colours = ()

    def __post_init__(self) -> None:
        """Start the challenge."""
        self.display = ChallengeDisplay(lambda: self.now_s)
        sequence = (Step(0.7, Prompt.LIGHT, self.colours, self.again),)
        self.challenge = Challenge(1, "light", sequence, TRACK, self.now_s, self.display)
        self.seen: list[tuple[float, tuple[float, float, float]]] = []
        self.shows = True

    def run(self, change: Callable[[float, Observation], Observation] = lambda _now_s, seen: seen) -> Challenge:
        """Show colours and frames until the challenge ends; `change` changes what the challenge sees."""
        start_s = self.now_s
        while self.challenge.outcome == "running":
            assert self.now_s < start_s + 40.0
            self.now_s += STEP_S
            report = self.challenge.report
            wanted = report.colour
            if wanted is not None and self.shows and self.display.shown_s(wanted[0]) is None:
                self.display.shown(1, wanted[0])
                self.seen.append((self.now_s, (*self.colours, *self.again)[wanted[0]].linear))
            colour = next((one for at, one in reversed(self.seen) if at + DELAY_S <= self.now_s), (0.2, 0.2, 0.2))
            if self.face.plays:
                times = np.cumsum([step.duration_s for step in self.face.plays])
                place = int(np.searchsorted(times, (self.now_s - start_s) % times[-1], side="right"))
                colour = self.face.plays[min(place, len(self.face.plays) - 1)].linear
            seen = Observation(
                self.now_s, (TRACK,), live=(TRACK,), landmarks=real_landmarks(), received_s=self.now_s,
                light=self.face.sample(self.now_s, colour),
            )  # fmt: skip
            self.challenge.update(change(self.now_s - start_s, seen))
        return self.challenge


def without_light(seen: Observation) -> Observation:
    """Return a frame in which no landmarks were found."""
    return replace(seen, landmarks=None, light=None)
