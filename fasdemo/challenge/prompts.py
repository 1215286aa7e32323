"""The prompts of a challenge, and random sequences of them."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import get_args

from fasdemo.challenge.light.colours import Colours, draw_colours
from fasdemo.engine.challenge_report import Kind

KINDS: tuple[Kind, ...] = get_args(Kind)


class Prompt(StrEnum):
    """A prompt: its name as the value, and the sentence for the person."""

    text: str

    def __new__(cls, name: str, text: str) -> Prompt:
        """Return the member with the given name."""
        self = str.__new__(cls, name)
        self._value_ = name
        self.text = text
        return self

    TURN_LEFT = ("turn_left", "Turn your head a little to your left, then back.")
    TURN_RIGHT = ("turn_right", "Turn your head a little to your right, then back.")
    BLINK = ("blink", "Close your eyes for one second, then open them.")
    LIGHT = ("light", "Look at the screen and keep still while its colour changes.")
    LOOK_STRAIGHT = ("look_straight", "Look straight at the camera.")


TURNS = (Prompt.TURN_LEFT, Prompt.TURN_RIGHT)
LENGTH = 4
"""Number of prompts in a sequence; there are 16 sequences of turns."""
MEMORY = 1000
"""Number of sequences that are stored, so that none of them is used again."""
_MAX_DRAWS = 100
_STEP_S = 0.1
_TURN_PAUSES = (6, 14)
"""Shortest and longest pause before a turn, in steps."""
_BLINK_PAUSES = (6, 30)
"""The same before closed eyes; longer, because only their time is random."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a sequence: a pause without movements, then a prompt.

    Only light has `colours`, and in `again` a second sequence for a small margin.
    """

    pause_s: float
    prompt: Prompt
    colours: Colours = ()
    again: Colours = ()


Sequence = tuple[Step, ...]


class SequenceSource:
    """A source of random sequences, each of which is new.

    Args:
        kind: light, turns, closed eyes, or all of them.
        random: random source; except in tests `random.SystemRandom`, which cannot be predicted.
        light: whether there is a screen for light; without one, `random` has turns and closed eyes only.
    """

    def __init__(self, kind: Kind, random: Random, light: bool = False) -> None:
        self._kind, self._random, self._light = kind, random, light
        self._used: deque[Sequence] = deque(maxlen=MEMORY)

    def draw(self) -> Sequence | None:
        """Return a sequence that was not used before; None if the random source does not return one."""
        for _ in range(_MAX_DRAWS):
            steps = [self._step(prompt) for prompt in self._prompts()]
            sequence = tuple(step for step in steps if step is not None)
            if len(sequence) == len(steps) and sequence not in self._used:
                self._used.append(sequence)
                return sequence
        return None

    def _prompts(self) -> list[Prompt]:
        if self._kind == "light":
            return [Prompt.LIGHT]
        if self._kind == "blink":
            return [Prompt.BLINK] * LENGTH
        if self._kind == "turn":
            return [self._random.choice(TURNS) for _ in range(LENGTH)]
        # At least one of each, in any order.
        prompts = [self._random.choice(TURNS), Prompt.BLINK]
        if self._light:
            prompts.append(Prompt.LIGHT)
        prompts += [self._random.choice((*TURNS, Prompt.BLINK)) for _ in range(LENGTH - len(prompts))]
        self._random.shuffle(prompts)
        return prompts

    def _step(self, prompt: Prompt) -> Step | None:
        """Return a step with random times; None if no colours could be drawn."""
        colours: Colours | None = ()
        again: Colours | None = ()
        if prompt is Prompt.LIGHT:
            colours, again = draw_colours(self._random), draw_colours(self._random)
        if colours is None or again is None:
            return None
        shortest, longest = _BLINK_PAUSES if prompt is Prompt.BLINK else _TURN_PAUSES
        return Step(round(_STEP_S * self._random.randint(shortest, longest), 1), prompt, colours, again)
