"""The simulation behind the figures of docs/challenges.md, with points instead of pictures."""

from random import Random

import pytest

from fasdemo.challenge.challenge import Challenge
from fasdemo.engine.challenge_report import Kind
from tests.support.obedient_person import landmarks
from tools.measure.challenges.prompts import KINDS, LIVE_ANGLES, Album, Responder, answer, challenges


def _album(flat: bool = False, closes: bool = True) -> Album:
    # The yaw of a face on paper is measured from its nose, which stays in the middle.
    turned = tuple((0.0 if flat else float(angle), landmarks(angle, False, flat)) for angle in LIVE_ANGLES)
    return Album(LIVE_ANGLES, turned, ((0.0, landmarks(0.0, closes, flat)),))


def _passed(kind: Kind, album: Album, count: int = 25) -> int:
    random, found = Random(8), 0
    new = challenges(kind, random)
    for _ in range(count):
        who, challenge = Responder(random), next(new)
        _answer_as(who, challenge, album, random)
        found += challenge.outcome == "passed"
    return found


def _answer_as(who: Responder, challenge: Challenge, album: Album, random: Random) -> None:
    answer(challenge, lambda prompt, now_s: album.look(who.pose(prompt, now_s), random))


@pytest.mark.parametrize("kind", KINDS)
def test_responder_passes_most_challenges(kind: Kind) -> None:
    assert _passed(kind, _album()) >= 20


def test_turned_paper_passes_no_challenge() -> None:
    assert _passed("turn", _album(flat=True)) == 0


def test_album_knows_eyes_that_stay_open() -> None:
    assert _album().closes_eyes
    assert not _album(closes=False).closes_eyes
    assert not Album(LIVE_ANGLES, (None,) * len(LIVE_ANGLES), ((0.0, landmarks(0.0, True)),)).closes_eyes
    assert Album((0, 4), (None, None), ()).look((2.0, False), Random(1)) is None
