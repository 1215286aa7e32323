from random import Random

import pytest

from fasdemo.challenge.prompts import KINDS, LENGTH, TURNS, Prompt, SequenceSource
from fasdemo.engine.challenge_report import Kind


class _Constant(Random):
    """A broken source of random numbers."""

    def getrandbits(self, k: int, /) -> int:
        return 0

    def random(self) -> float:
        return 0.0


@pytest.mark.parametrize("kind", KINDS)
def test_sequence_source_never_repeats_a_sequence(kind: Kind) -> None:
    source = SequenceSource(kind, Random(4))
    drawn = [source.draw() for _ in range(300)]
    assert None not in drawn
    assert len(set(drawn)) == 300


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "light"])
def test_sequence_source_gives_nothing_when_randomness_repeats(kind: Kind) -> None:
    source = SequenceSource(kind, _Constant())
    assert source.draw() is not None
    assert source.draw() is None


def test_sequence_source_draws_the_prompts_of_its_kind() -> None:
    random = Random(4)
    for _ in range(50):
        turn = SequenceSource("turn", random).draw()
        blink = SequenceSource("blink", random).draw()
        mixed = SequenceSource("random", random).draw()
        assert turn is not None and blink is not None and mixed is not None  # noqa: PT018
        assert {step.prompt for step in turn} <= set(TURNS)
        assert {step.prompt for step in blink} == {Prompt.BLINK}
        assert Prompt.BLINK in {step.prompt for step in mixed}
        assert set(TURNS) & {step.prompt for step in mixed}
        assert len(turn) == len(blink) == len(mixed) == LENGTH
        assert all(step.pause_s >= 0.6 for step in (*turn, *blink, *mixed))


def test_sequence_source_uses_every_sequence_of_turns() -> None:
    source = SequenceSource("turn", Random(4))
    drawn = [source.draw() for _ in range(400)]
    assert len({tuple(step.prompt for step in one) for one in drawn if one is not None}) == 2**LENGTH


def test_sequence_source_gives_no_light_without_randomness() -> None:
    assert SequenceSource("light", _Constant()).draw() is None
