"""The simulation behind the figures of the light challenge, with the built-in person."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import numpy as np
import pytest

from fasdemo.challenge.failures import Failure
from fasdemo.challenge.light.analysis import LightFigures
from fasdemo.challenge.light.colours import Colours, draw_colours
from fasdemo.challenge.light.response import light_failure
from fasdemo.faces.detector import FaceDetector
from fasdemo.faces.landmarks import FaceLandmarks
from tests.support.face_fixtures import model_or_skip
from tools.measure.challenges.light import DISPLAYS, measured, pictures, row, table, trials, view_of
from trainer.synth.dataset.crops import SetupSampler
from trainer.synth.people.people import load_people
from trainer.synth.scene.subject import LIVE

Finders = tuple[FaceDetector, FaceLandmarks]


@pytest.fixture(scope="module")
def sampler(tmp_path_factory: pytest.TempPathFactory) -> SetupSampler:
    return SetupSampler(load_people(None, None, work=tmp_path_factory.mktemp("work")))


@pytest.fixture(scope="module")
def finders() -> Iterator[Finders]:
    model = model_or_skip()
    with FaceDetector(model) as detector, FaceLandmarks(model) as landmarks:
        yield detector, landmarks


def _colours(seed: int) -> Colours:
    found = draw_colours(Random(seed))
    assert found is not None
    return found


def _figures(
    sampler: SetupSampler, finders: Finders, species: str, shown: Colours, claimed: Colours
) -> LightFigures | None:
    rng = np.random.default_rng([7, len(species)])
    view = view_of(sampler, rng, species, 0, 0, 150.0, DISPLAYS["monitor"])
    return measured(pictures(view, rng, shown, 0.1), claimed, *finders)


def test_rendered_face_follows_with_more_relief_than_its_print(sampler: SetupSampler, finders: Finders) -> None:
    # The built-in head is smoother than a person, so its relief is below the limit.
    colours = _colours(1)
    live = _figures(sampler, finders, LIVE, colours, colours)
    assert live is not None
    assert min(live.correlation) > 0.95
    assert live.delay_s == pytest.approx(0.1, abs=0.06)
    printed = _figures(sampler, finders, "print-flat", colours, colours)
    assert printed is not None
    assert min(printed.correlation) > 0.8, "a print reflects the colours"
    assert printed.strength < live.strength / 2
    assert light_failure(printed) is not None


def test_rendered_person_passes_and_a_recording_of_it_does_not(
    shared_dir: Path, finders: Finders, tmp_path: Path
) -> None:
    heads = shared_dir / "data" / "heads" / "ict_facekit.npz"
    if not heads.is_file():
        pytest.skip("the head model is not here")
    sampler, colours = SetupSampler(load_people(None, heads, work=tmp_path)), _colours(1)
    assert light_failure(_figures(sampler, finders, LIVE, colours, colours)) is None
    recorded = _figures(sampler, finders, LIVE, _colours(2), colours)
    assert light_failure(recorded) is Failure.LIGHT_NOT_FOLLOWED


def test_table_counts_passed_challenges_and_causes() -> None:
    good = LightFigures((0.99, 0.99, 0.99), 0.1, 0.2, 0.6, 0.2, 0.2, 0.6, 0.8, 0.1, 0.0, 0.05, 291)
    rows = [
        row("live", 1, 300, "laptop", False, good, None),
        row("live", 2, 300, "laptop", True, None, Failure.LIGHT_NOT_MEASURED),
    ]
    lines = list(table(rows))
    assert lines[2:] == ["| 300 | live | 2 | 1 (50.0%) | `light_not_measured` 1 |"]


def test_trials_compare_a_recording_with_several_sequences(sampler: SetupSampler, finders: Finders) -> None:
    rng, random = np.random.default_rng(7), Random(7)
    display = DISPLAYS["monitor"]
    found = list(trials(sampler, rng, random, 0, 0, 150.0, display, *finders, kinds=(LIVE,), sequences=3))
    assert [name for name, *_ in found] == [LIVE, *["injected-recording"] * 3]
    assert all(figures is not None for _, _, figures, _ in found)
    assert len({figures.correlation for _, _, figures, _ in found[1:] if figures}) == 3, "each sequence is another"
    assert all(why is Failure.LIGHT_NOT_FOLLOWED for *_, why in found[1:])
