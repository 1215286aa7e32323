"""The figures that people compare, held to the published code's and to counting by hand."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trainer.cli.main import main
from trainer.evaluation import metrics
from trainer.evaluation.metrics import Scored

RNG = np.random.default_rng(0)


def random_scores(n: int = 400, species: tuple[str, ...] = ("mask", "print", "replay")) -> Scored:
    labels = RNG.integers(0, 2, n)
    scores = np.round(RNG.normal(labels * 1.5, 1.0), 2)  # rounding makes ties
    return Scored.of(scores, labels, RNG.choice(species, n))


def test_metrics_command_reproduces_the_reference_figures(shared_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    expected = json.loads((shared_dir / "reference" / "scores_expected.json").read_text())
    assert main(["metrics", str(shared_dir / "reference" / "scores.csv"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)

    def compare(want: object, have: Any, path: str) -> None:
        if isinstance(want, dict):
            for key, value in want.items():
                compare(value, have[key], f"{path}/{key}")
        elif isinstance(want, list):
            for k, value in enumerate(want):
                compare(value, have[k], f"{path}[{k}]")
        else:
            assert have == pytest.approx(want, abs=1e-4 if path.endswith("eer") else 1e-6), path

    compare(expected, found, "")


@pytest.mark.parametrize("limit", [0.5, 0.1, 0.05, 0.01])
def test_threshold_at_apcer_is_the_lowest_that_holds_for_every_species(limit: float) -> None:
    scored = random_scores()
    threshold = metrics.threshold_at_apcer(scored, limit)

    def holds(t: float) -> bool:
        return all((group > t).mean() <= limit + 1e-12 for group in scored.by_species().values())

    assert threshold is not None
    assert holds(threshold)
    lower = [t for t in np.unique(scored.scores) if t < threshold]
    assert not any(holds(t) for t in lower)


def test_rates_and_intervals_by_hand() -> None:
    scored = Scored.of([0.9, 0.2, 0.8, 0.1, 0.3], [1, 1, 0, 0, 0], ["", "", "print", "print", "mask"])
    rates = metrics.apcer(scored, 0.5)
    assert (rates["print"].value, rates["mask"].value) == (0.5, 0.0)
    assert metrics.bpcer(scored, 0.5).value == 0.5
    assert metrics.worst(rates)[0] == "print"
    # The rule of three's exact form: no error in n gives an upper bound of 1 - 0.025^(1/n).
    assert metrics.clopper_pearson(0, 30) == pytest.approx((0.0, 1 - 0.025 ** (1 / 30)))
    assert metrics.clopper_pearson(30, 30)[1] == 1.0


def test_rates_count_a_score_equal_to_the_threshold_as_not_live() -> None:
    scored = Scored.of([0.5, 0.5], [1, 0])
    assert metrics.bpcer(scored, 0.5).value == 1.0
    assert metrics.apcer(scored, 0.5) == {"attack": metrics.Rate(0, 1)}


def test_rates_that_the_data_do_not_resolve_are_null_and_say_why() -> None:
    figures = metrics.pooled_metrics(random_scores(150))
    assert figures["tpr@fpr=1e-3"] is None
    assert any("1e-3" in note for note in figures["notes"])
    iso = metrics.iso_metrics(random_scores(60))
    assert "fewer than 100" in iso["bpcer100"]["note"]


def test_all_metrics_gives_null_for_one_class() -> None:
    figures = metrics.all_metrics(Scored.of([0.1, 0.9], [1, 1]))
    assert figures["seed metrics"]["eer"] is None
    assert figures["seed metrics"]["acer"] is None
    assert figures["iso 30107-3"]["bpcer20"]["bpcer"] is None


def test_missing_scores_are_non_responses_and_enter_no_rate() -> None:
    scored = Scored.of([0.9, np.nan, 0.1], [1, 1, 0])
    assert metrics.bpcer(scored, 0.5).total == 1
    assert metrics.iso_metrics(scored)["non_response_rate"] == pytest.approx(1 / 3)


def test_eer_and_auc_of_separable_and_of_random_scores() -> None:
    apart = Scored.of([0.9, 0.8, 0.1, 0.2], [1, 1, 0, 0])
    assert (metrics.eer(apart), metrics.auc(apart)) == (0.0, 1.0)
    same = Scored.of([0.5] * 10, [1, 0] * 5)
    assert metrics.eer(same) == pytest.approx(0.5)
    assert metrics.auc(same) == pytest.approx(0.5)


def test_species_eer_threshold_lies_in_the_middle_of_a_gap() -> None:
    assert metrics.species_eer_threshold(Scored.of([0.9, 0.1], [1, 0])) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("a,b\n1,2\n", "column `score`"),
        ("score,label\nx,1\n", "line 2"),
        ("score,label\n0.5,3\n", "must be 1 (live)"),
        ("score,label\n", "contains no scores"),
        ("score,label\ninf,1\n", "infinite"),
    ],
)
def test_unusable_score_files_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, says: str
) -> None:
    path = tmp_path / "scores.csv"
    path.write_text(content)
    assert main(["metrics", str(path)]) == 2
    assert says in capsys.readouterr().err


def test_policy_threshold_mean_is_not_decided_by_one_species() -> None:
    live = [0.6, 0.7, 0.8, 0.9]
    attacks = [0.05, 0.1, 0.15, 0.2, 0.85, 0.88]
    scored = Scored.of(live + attacks, [1] * 4 + [0] * 6, [""] * 4 + ["print"] * 4 + ["mask"] * 2)
    worst = metrics.policy_threshold(scored, "balanced")
    mean = metrics.policy_threshold(scored, "mean")
    assert mean is not None
    assert worst is not None
    assert mean < worst
    rate_of_mean, rate_of_worst = metrics.bpcer(scored, mean).value, metrics.bpcer(scored, worst).value
    assert rate_of_mean is not None
    assert rate_of_worst is not None
    assert rate_of_mean < rate_of_worst


@pytest.mark.parametrize("policy", sorted(metrics.POLICIES))
def test_policy_for_lets_the_worst_species_decide_where_a_mean_has_no_depth(policy: str) -> None:
    expected = "balanced" if policy == "mean" else policy
    assert metrics.policy_for(policy, ("rgb", "ir")) == metrics.policy_for(policy, ("ir",)) == expected
    assert metrics.policy_for(policy, ("depth",)) == metrics.policy_for(policy, ("rgb", "depth", "ir")) == policy
    assert metrics.policy_for(expected, ("rgb",)) == expected
