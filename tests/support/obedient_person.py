"""A person made of points who follows the prompts of a challenge, or does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from fasdemo.challenge.challenge import Challenge
from fasdemo.challenge.observation import Observation
from fasdemo.challenge.prompts import Prompt
from fasdemo.faces.face import Face, Points

STEP_S = 0.1
TRACK = 7


@cache
def _shape() -> np.ndarray:
    """478 points on half an ellipsoid with a nose, millimetres, z towards the camera."""
    rng = np.random.default_rng(0)
    x, y = rng.uniform(-60, 60, 478), rng.uniform(-80, 80, 478)
    z = 70 * np.sqrt(np.maximum(0.0, 1 - (x / 80) ** 2 - (y / 120) ** 2))
    z += 25 * np.exp(-((x / 14) ** 2) - ((y - 5) / 20) ** 2)
    points = np.stack([x, y, z], axis=1)
    for sign, (upper, lower, outer, inner) in ((-1, (159, 145, 33, 133)), (1, (386, 374, 263, 362))):
        points[outer], points[inner] = (sign * 45, -25, 40), (sign * 18, -25, 48)
        points[upper], points[lower] = (sign * 31, -30, 50), (sign * 31, -21, 50)
    return points


def landmarks(yaw_deg: float, closed: bool = False, flat: bool = False) -> Points:
    """Return the landmarks of a head that is turned, in pixels; `flat`: of its picture on paper that is turned."""
    points = _shape().copy()
    if closed:
        for upper, lower in ((159, 145), (386, 374)):
            points[upper] = points[lower] + (0.0, -0.5, 0.0)
    if flat:
        points[:, 2] = 0.0
    angle = np.radians(yaw_deg)
    turn = np.array([[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]])
    points = points @ turn.T
    pixels = 600.0 * points[:, :2] / (600.0 - points[:, 2:])
    return np.asarray(pixels + (320, 240), np.float32)


@dataclass
class Person:
    """Follows the prompt that is shown, after a reaction time."""

    reaction_s: float = 0.6
    turn_deg: float = 24.0
    turn_s: float = 0.5
    closed_s: float = 0.8
    flat: bool = False
    _prompt: Prompt = Prompt.LOOK_STRAIGHT
    _since_s: float = 0.0

    def pose(self, prompt: Prompt, now_s: float) -> tuple[float, bool]:
        """Return yaw in degrees and whether the eyes are closed."""
        done_s = self._since_s + self.reaction_s + max(2 * self.turn_s, self.closed_s)
        if prompt is not self._prompt and prompt is not Prompt.LOOK_STRAIGHT:
            self._prompt, self._since_s = prompt, now_s
        elif prompt is Prompt.LOOK_STRAIGHT and now_s > done_s:
            self._prompt = Prompt.LOOK_STRAIGHT
        at_s = now_s - self._since_s - self.reaction_s
        if self._prompt is Prompt.BLINK:
            return 0.0, 0.0 <= at_s < self.closed_s
        if self._prompt in (Prompt.LOOK_STRAIGHT, Prompt.LIGHT):
            return 0.0, False
        sign = 1.0 if self._prompt is Prompt.TURN_LEFT else -1.0
        return sign * self.turn_deg * float(np.interp(at_s, [0, self.turn_s, 2 * self.turn_s], [0, 1, 0])), False


def seen(now_s: float, yaw_deg: float = 0.0, closed: bool = False, flat: bool = False) -> Observation:
    """Return a frame that shows the person alone, who is LIVE for the engine."""
    return Observation(now_s, (TRACK,), live=(TRACK,), yaw_deg=yaw_deg, landmarks=landmarks(yaw_deg, closed, flat))


def perform(
    challenge: Challenge,
    person: Person | None = None,
    change: Callable[[int, Observation], Observation] = lambda _number, observation: observation,
    max_s: float = 40.0,
) -> list[Observation]:
    """Let a person answer a challenge that started at 0 s; return all frames.

    Args:
        challenge: is updated until it ends.
        person: follows the prompts; None = one who does well.
        change: changes the frame of a number before the challenge sees it.
        max_s: gives up then.
    """
    person, frames = person or Person(), []
    for number in range(1, round(max_s / STEP_S)):
        now_s = number * STEP_S
        yaw_deg, closed = person.pose(challenge.prompt, now_s)
        frames.append(change(number, seen(now_s, yaw_deg, closed, person.flat)))
        challenge.update(frames[-1])
        if challenge.outcome != "running":
            break
    return frames


class StillLandmarks:
    """A landmarker that always finds a face that looks straight at the camera."""

    def add(self, image: np.ndarray, face: Face) -> Face:
        """Return the face with landmarks."""
        return replace(face, landmarks=landmarks(0.0))

    def close(self) -> None:
        """Do nothing."""
