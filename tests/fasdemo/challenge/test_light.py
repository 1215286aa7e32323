"""Light challenges of faces and pictures that reflect, record or ignore the colours of a display."""

import json
from dataclasses import replace
from pathlib import Path
from random import Random

import jsonschema
import numpy as np
import pytest

from fasdemo.challenge.challenge import Challenge
from fasdemo.challenge.failures import Failure
from fasdemo.challenge.light.analysis import LightFigures
from fasdemo.challenge.light.colours import Colours, draw_colours
from fasdemo.challenge.light.display import ChallengeDisplay
from fasdemo.challenge.light.response import MAX_SHOW_S, light_failure, second_failure
from fasdemo.challenge.light.sampling import sample_light, skin_points
from fasdemo.challenge.observation import Observation
from fasdemo.challenge.prompts import Prompt, SequenceSource
from fasdemo.faces.mesh import landmark_normals
from tests.support.lit_face import DELAY_S, LightTrial, LitFace, real_landmarks, without_light
from tests.support.obedient_person import TRACK

SCHEMA = json.loads((Path(__file__).parents[3] / "docs/events.schema.json").read_text(encoding="utf-8"))


def _colours(seed: int = 5) -> Colours:
    found = draw_colours(Random(seed))
    assert found is not None
    return found


def _why(face: LitFace) -> Failure | None:
    challenge = LightTrial(face, _colours()).run()
    assert challenge.holds == (challenge.outcome == "passed")
    return challenge.why


def test_light_challenge_is_passed_by_a_face_that_follows() -> None:
    colours = _colours()
    challenge = LightTrial(LitFace(), colours).run()
    assert (challenge.outcome, challenge.holds) == ("passed", True)
    light = challenge.report.light
    assert light is not None
    assert light.colours == tuple(step.hex for step in colours)
    assert len(light.shown_s) == len(colours)
    assert light.shown_s[0] == 0.0
    assert light.correlation is not None
    assert min(light.correlation) > 0.9
    assert light.delay_s == pytest.approx(DELAY_S, abs=0.06)
    assert light.relief is not None
    assert light.relief > 0.6
    assert light.points == len(skin_points())
    jsonschema.validate(json.loads(challenge.report.model_dump_json()), SCHEMA["properties"]["challenge"])


def test_light_challenge_hides_later_colours_while_it_runs() -> None:
    trial = LightTrial(LitFace(), _colours())
    known = set()

    def look(_now_s: float, seen: Observation) -> Observation:
        report = trial.challenge.report
        if report.light is None:
            assert report.colour is None
        else:
            known.add(len(report.light.colours))
            assert report.colour == (len(report.light.colours) - 1, trial.colours[len(report.light.colours) - 1].hex)
        return seen

    trial.run(look)
    assert known == set(range(1, 11))
    assert trial.challenge.report.colour is None


@pytest.mark.parametrize(
    ("face", "why"),
    [
        (LitFace(flat=True), Failure.LIGHT_FLAT),
        (LitFace(flat=True, bend=1.5), Failure.LIGHT_FLAT),
        (LitFace(plays=_colours(9)), Failure.LIGHT_NOT_FOLLOWED),
        (LitFace(strength=0.003), Failure.LIGHT_WEAK),
        (LitFace(strength=30.0, level=0.02), Failure.LIGHT_DARK_ROOM),
        (LitFace(behind=0.19), Failure.LIGHT_BACKGROUND),
        (LitFace(level=0.001), Failure.LIGHT_NOT_MEASURED),
        (LitFace(level=2.0), Failure.LIGHT_NOT_MEASURED),
        (LitFace(gain=lambda now_s: np.exp(1.2 * np.sin(2.0 * now_s)), level=0.1), Failure.LIGHT_EXPOSURE),
        (LitFace(gain=lambda now_s: 1.0 + 0.3 * np.sin(3.0 * now_s), blocks=2), Failure.LIGHT_EXPOSURE),
    ],
)
def test_light_challenge_is_failed_by_anything_else(face: LitFace, why: Failure) -> None:
    assert _why(face) is why


def test_light_challenge_divides_out_a_change_of_the_exposure() -> None:
    assert _why(LitFace(gain=lambda now_s: 1.0 + 0.3 * np.sin(3.0 * now_s))) is None


@pytest.mark.parametrize("drift", [0.0, 0.1, 0.2])
def test_light_challenge_measures_a_face_alike_in_front_of_a_near_wall(drift: float) -> None:
    found = []
    # The screen lights the near wall up to half as much as the face. As a change of gain, its light would be taken
    # from the face as well, and the shape would look nearly three times as strong.
    for behind in (0.0, 0.04, 0.12):
        trial = LightTrial(LitFace(behind=behind, gain=lambda now_s: 1.0 - drift * np.sin(0.8 * now_s)), _colours())
        light = trial.run().report.light
        assert light is not None
        assert light.strength is not None
        assert light.texture is not None
        found.append((light.strength, light.texture))
    strengths, textures = zip(*found, strict=True)
    assert max(strengths) < 1.1 * min(strengths)
    assert max(textures) < min(textures) + 0.05


def test_light_challenge_divides_out_a_quick_exposure_that_darkens_the_background() -> None:
    trial = LightTrial(LitFace(behind=0.0), _colours())

    def darken(_now_s: float, seen: Observation) -> Observation:
        assert seen.light is not None
        colour = next((one for at, one in reversed(trial.seen) if at + DELAY_S <= trial.now_s), (0.2, 0.2, 0.2))
        gain = 1.0 / (1.0 + 0.15 * float(np.mean(colour)))
        return replace(
            seen, light=replace(seen.light, face=seen.light.face * gain, background=seen.light.background * gain)
        )

    quick = trial.run(darken).report.light
    fixed = LightTrial(LitFace(behind=0.0), _colours()).run().report.light
    assert quick is not None
    assert fixed is not None
    assert quick.strength == pytest.approx(fixed.strength, rel=0.05)


@pytest.mark.parametrize(("size", "rate"), [(0.1, 0.8), (0.15, 0.4), (0.25, 0.4)])
def test_light_challenge_is_passed_despite_a_slow_exposure_without_a_background(size: float, rate: float) -> None:
    face = LitFace(gain=lambda now_s: 1.0 + size * np.sin(rate * now_s), blocks=2, strength=0.3)
    assert _why(face) is None


@pytest.mark.parametrize("why", [Failure.SCREEN_HIDDEN, Failure.SCREEN_MOVED])
def test_light_challenge_fails_when_the_colours_cannot_be_seen(why: Failure) -> None:
    trial = LightTrial(LitFace(), _colours())

    def cover(_now_s: float, seen: Observation) -> Observation:
        if len(trial.seen) == 6:
            trial.display.fail(why)
        return seen

    assert trial.run(cover).why is why
    assert not trial.challenge.holds
    assert len(trial.seen) == 6


def test_light_challenge_fails_when_a_colour_does_not_appear() -> None:
    trial = LightTrial(LitFace(), _colours())
    trial.shows = False
    assert trial.run().why is Failure.NOT_SHOWN
    assert trial.challenge.report.light is not None
    assert trial.challenge.report.light.shown_s == ()
    assert trial.now_s < 100.0 + 2.0 + MAX_SHOW_S


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"tracks": (TRACK, 8)}, Failure.SEVERAL_FACES),
        ({"tracks": ()}, Failure.FACE_LOST),
        ({"spoof": True}, Failure.SPOOF),
        ({"fault": True}, Failure.CAPTURE_FAULT),
        ({"received_s": None}, Failure.CAPTURE_FAULT),
        ({"yaw_deg": 20.0}, Failure.UNASKED),
    ],
)
def test_light_challenge_fails_when_something_happens_meanwhile(changes: dict[str, object], why: Failure) -> None:
    challenge = LightTrial(LitFace(), _colours()).run(
        lambda now_s, seen: replace(seen, **changes) if now_s > 3.0 else seen  # type: ignore[arg-type]
    )
    assert challenge.why is why


def test_light_challenge_fails_without_landmarks() -> None:
    challenge = LightTrial(LitFace(), _colours()).run(lambda now_s, seen: without_light(seen) if now_s > 3.0 else seen)
    assert challenge.why is Failure.NOT_MEASURED


def test_light_challenge_needs_a_display() -> None:
    sequence = SequenceSource("light", Random(1)).draw()
    challenge = Challenge(1, "light", sequence, TRACK, 0.0)
    assert (challenge.outcome, challenge.why) == ("failed", Failure.NOT_SHOWN)


def test_display_ignores_colours_of_another_challenge_and_repeated_ones() -> None:
    times = iter((1.0, 2.0, 3.0))
    display = ChallengeDisplay(lambda: next(times))
    display.begin(2)
    display.shown(1, 0)
    assert display.shown_s(0) is None
    display.shown(2, 0)
    display.shown(2, 0)
    first_s = display.shown_s(0)
    assert first_s == 1.0
    display.fail(Failure.SCREEN_MOVED)
    display.fail(Failure.SCREEN_HIDDEN)
    assert [display.failure] == [Failure.SCREEN_MOVED]
    display.begin(3)
    assert [display.failure] == [None]
    assert display.shown_s(0) is None


def test_sequence_source_mixes_light_into_random_where_there_is_a_display() -> None:
    for light in (False, True):
        source = SequenceSource("random", Random(3), light)
        drawn = [source.draw() for _ in range(50)]
        places: set[int] = set()
        for sequence in drawn:
            assert sequence is not None
            names = [step.prompt for step in sequence]
            assert names.count(Prompt.LIGHT) == int(light)
            places.update(place for place, name in enumerate(names) if name is Prompt.LIGHT)
        assert places == (set(range(4)) if light else set())


@pytest.mark.parametrize(
    "name", ["modulation", "relief", "strength", "unbent", "texture", "ambient", "delay_s", "tinted", "gain_change"]
)
def test_light_failure_refuses_nan(name: str) -> None:
    good = LightFigures((0.9, 0.9, 0.9), 0.1, 0.2, 0.8, 0.2, 0.2, 0.6, 0.7, 0.1, 0.0, 0.05, 291)
    assert light_failure(good) is None
    assert light_failure(replace(good, **{name: float("nan")})) is not None  # type: ignore[arg-type]
    assert light_failure(replace(good, correlation=(0.9, float("nan"), 0.9))) is not None
    assert light_failure(None) is Failure.LIGHT_NOT_MEASURED


@pytest.mark.parametrize(
    ("relief", "strength", "texture", "passes"),
    [
        (0.26, 0.07, 0.35, True),
        (0.22, 0.08, 0.75, True),
        (0.22, 0.08, 0.65, False),
        (0.22, 0.07, 0.75, False),
        (0.19, 0.2, 0.9, False),
        (0.4, 0.06, 0.9, False),
    ],
)
def test_light_failure_needs_less_relief_with_clear_details(
    relief: float, strength: float, texture: float, passes: bool
) -> None:
    figures = LightFigures((0.9, 0.9, 0.9), 0.1, 0.2, relief, strength, 0.05, texture, 0.7, 0.1, 0.0, 0.05, 291)
    assert light_failure(figures) is (None if passes else Failure.LIGHT_FLAT)


def test_light_failure_refuses_a_pattern_that_a_bent_sheet_can_show() -> None:
    figures = LightFigures((0.9, 0.9, 0.9), 0.1, 0.2, 0.4, 0.1, 0.031, 0.6, 0.7, 0.1, 0.0, 0.05, 291)
    assert light_failure(figures) is None
    assert light_failure(replace(figures, unbent=0.029)) is Failure.LIGHT_FLAT


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        (0.033, 0.045, None),
        (0.045, 0.033, None),
        (0.031, 0.044, Failure.LIGHT_FLAT),
        (0.08, 0.029, Failure.LIGHT_FLAT),
        (0.036, float("nan"), Failure.LIGHT_FLAT),
        (float("nan"), 0.05, Failure.LIGHT_FLAT),
    ],
)
def test_second_failure_needs_the_mean_of_both_sequences(first: float, second: float, why: Failure | None) -> None:
    figures = LightFigures((0.9, 0.9, 0.9), 0.1, 0.2, 0.4, 0.1, first, 0.6, 0.7, 0.1, 0.0, 0.05, 291)
    assert second_failure(figures, replace(figures, unbent=second)) is why
    assert second_failure(figures, None) is Failure.LIGHT_NOT_MEASURED


def test_light_challenge_finds_no_shape_in_the_gloss_of_a_bent_picture() -> None:
    trial = LightTrial(LitFace(flat=True, bend=0.8), _colours())
    x = real_landmarks()[:468, :1].astype(np.float64)
    across = (x - x.min()) / np.ptp(x) - 0.45
    stripe = 0.15 * np.exp(-0.5 * (across / 0.12) ** 2)

    def shine(_now_s: float, seen: Observation) -> Observation:
        assert seen.light is not None
        colour = next((one for at, one in reversed(trial.seen) if at + DELAY_S <= trial.now_s), (0.2, 0.2, 0.2))
        return replace(seen, light=replace(seen.light, face=seen.light.face + 0.3 * stripe * np.array(colour)))

    challenge = trial.run(shine)
    light = challenge.report.light
    assert light is not None
    assert challenge.outcome == "failed"
    assert light.unbent is not None
    assert light.unbent < 0.005, "0.032 without the stripe among what is removed"
    assert light.strength is not None
    assert light.strength > 0.03


def test_light_challenge_asks_again_after_a_small_margin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fasdemo.challenge.light.response.SURE_RELIEF", 1.1)
    again = _colours(6)
    challenge = LightTrial(LitFace(), _colours(), again=again).run()
    assert challenge.outcome == "passed"
    light = challenge.report.light
    assert light is not None
    assert light.colours == tuple(step.hex for step in (*_colours(), *again))
    assert len(light.shown_s) == len(light.colours)
    jsonschema.validate(json.loads(challenge.report.model_dump_json()), SCHEMA["properties"]["challenge"])


def test_light_challenge_fails_if_the_second_sequence_is_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fasdemo.challenge.light.response.SURE_RELIEF", 1.1)
    trial = LightTrial(LitFace(), _colours(), again=_colours(6))

    def stops_following(_now_s: float, seen: Observation) -> Observation:
        if len(trial.seen) > len(_colours()):
            return replace(seen, light=LitFace().sample(0.0, (0.2, 0.2, 0.2)))
        return seen

    challenge = trial.run(stops_following)
    assert (challenge.outcome, challenge.holds) == ("failed", False)
    assert challenge.why in {Failure.LIGHT_WEAK, Failure.LIGHT_NOT_FOLLOWED}


def test_light_challenge_with_a_small_margin_fails_without_a_second_sequence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fasdemo.challenge.light.response.SURE_RELIEF", 1.1)
    assert _why(LitFace()) is Failure.LIGHT_FLAT


def test_sequence_source_draws_two_different_light_sequences() -> None:
    drawn = SequenceSource("light", Random(8), light=True).draw()
    assert drawn is not None
    assert drawn[0].again
    assert drawn[0].again != drawn[0].colours


def test_sample_light_measures_face_and_background_apart() -> None:
    points = real_landmarks()
    image = np.full((480, 640, 3), 60, np.uint8)
    low, high = points[:, :2].min(axis=0).astype(int), points[:, :2].max(axis=0).astype(int)
    image[low[1] - 40 : high[1] + 40, low[0] - 40 : high[0] + 40] = (200, 100, 50)
    sample = sample_light(image, points)
    assert sample.face.shape == (468, 3)
    np.testing.assert_allclose(
        sample.face[skin_points()], np.tile([0.5776, 0.1274, 0.0319], (len(skin_points()), 1)), atol=1e-3
    )
    np.testing.assert_allclose(sample.background, 0.0452, atol=1e-3)
    assert len(sample.blocks) >= 20
    outside = sample_light(image, points - (400.0, 0.0, 0.0))
    assert np.isnan(outside.face).any()


def test_landmark_normals_turn_to_the_camera_and_to_the_sides() -> None:
    normals = landmark_normals(real_landmarks())
    np.testing.assert_allclose(np.linalg.norm(normals, axis=1), 1.0, atol=1e-6)
    assert normals[4, 2] < -0.5  # tip of the nose
    assert normals[234, 0] < -0.3 < 0.3 < normals[454, 0]  # right and left side of the person's face in the picture
    assert normals[152, 1] > 0.0 > normals[10, 1]  # chin and forehead
