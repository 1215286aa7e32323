"""Real captures as training crops: the appearance of a recapture, and the data set with both classes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fasdemo.errors import UserError
from tests.support.tiny_set import face, write_tiny_set
from trainer.evaluation.real.recapture import LIVE_REPEATS, RECAPTURES, SPECIES, RealCrop, Recapture, write_mixed
from trainer.synth.dataset.crop_set import CROP_SIZE, load
from trainer.synth.sensors.noise import plane_residual_mm

MIDDLE = slice(CROP_SIZE // 4, 3 * CROP_SIZE // 4)


def capture(person: str = "p1", seed: int = 0) -> RealCrop:
    _, depth, ir = face(np.random.default_rng(seed), live=True)
    return RealCrop(person, depth, ir, float(np.median(depth[MIDDLE, MIDDLE])))


@pytest.mark.parametrize("species", ["poster", "print-flat", "replay-tablet"])
def test_draw_gives_flat_depth_for_flat_species(species: str) -> None:
    live = capture()
    assert plane_residual_mm(live.depth[MIDDLE, MIDDLE].astype(np.float32)) > 5
    for seed in range(8):
        depth, _ = Recapture(seed).draw(live, species)
        shown = depth[80:112, 80:112]
        assert plane_residual_mm(shown.astype(np.float32)) < 4


def test_draw_gives_a_dark_screen_and_paper_with_little_contrast() -> None:
    live = capture()
    _, screen = Recapture(1).draw(live, "replay-tablet")
    _, paper = Recapture(1).draw(live, "poster")
    inner = slice(80, 112)
    assert np.median(screen[inner, inner]) < 40 < np.median(paper[inner, inner])
    shape = live.ir.astype(float)
    assert paper[inner, inner].std() / paper[inner, inner].mean() < shape.std() / shape.mean()


@pytest.mark.parametrize("species", SPECIES)
def test_draw_is_repeatable_by_seed(species: str) -> None:
    first, again = (Recapture(3).draw(capture(), species) for _ in range(2))
    np.testing.assert_array_equal(first[0], again[0])
    np.testing.assert_array_equal(first[1], again[1])


def test_write_mixed_adds_both_classes_to_the_training_part_alone(tmp_path: Path) -> None:
    base = write_tiny_set(tmp_path / "base", people=4, shots=2)
    before = load(base)
    crops = [capture("p1"), capture("p2", 1)]
    added = write_mixed([base], crops, "kinect2", 5, tmp_path / "mixed")
    mixed = load(tmp_path / "mixed")
    assert added == len(crops) * (LIVE_REPEATS + RECAPTURES) == len(mixed) - len(before)
    np.testing.assert_array_equal(mixed.rgb[: len(before)], before.rgb)
    new = {name: values[len(before) :] for name, values in mixed.table.items()}
    assert set(new["split"]) == {"train"}
    assert set(new["person"]) == {"real-kinect2-p1", "real-kinect2-p2"}
    assert (new["label"] == "live").sum() == len(crops) * LIVE_REPEATS
    assert set(new["species"][new["label"] == "spoof"]) <= set(SPECIES)
    np.testing.assert_array_equal(mixed.depth[len(before)], crops[0].depth)


def test_write_mixed_joins_rendered_sets_with_setups_of_their_own(tmp_path: Path) -> None:
    bases = [write_tiny_set(tmp_path / name, people=4, shots=2) for name in ("first", "second")]
    count = len(load(bases[0]))
    write_mixed(bases, [capture()], "kinect2", 5, tmp_path / "mixed")
    mixed = load(tmp_path / "mixed")
    np.testing.assert_array_equal(mixed.depth[count : 2 * count], load(bases[1]).depth)
    np.testing.assert_array_equal(mixed.table["sample"], np.arange(len(mixed)))
    first, second = (set(mixed.table["setup"][rows]) for rows in (slice(count), slice(count, 2 * count)))
    assert not first & second
    parts: dict[str, set[str]] = {}
    for person, part in zip(mixed.table["person"], mixed.table["split"], strict=True):
        parts.setdefault(person, set()).add(part)
    assert all(len(part) == 1 for part in parts.values())


def test_write_mixed_refuses_a_full_folder_and_an_empty_source(tmp_path: Path) -> None:
    base = write_tiny_set(tmp_path / "base", people=4, shots=2)
    with pytest.raises(UserError, match="is not empty"):
        write_mixed([base], [capture()], "kinect2", 5, base)
    with pytest.raises(UserError, match="no live capture"):
        write_mixed([base], [], "kinect2", 5, tmp_path / "new")
